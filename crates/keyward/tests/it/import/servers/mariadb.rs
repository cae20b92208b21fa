//! MariaDB.

use keyward::store::mysql_async::prelude::Queryable;
use keyward::store::mysql_async::{Conn, Opts};

use super::{Servers, authnzerver, authnzerver_comes, database, variable};

async fn run(url: &str, statements: &[String]) {
    let opts = Opts::from_url(&url.replace("mariadb://", "mysql://")).unwrap();
    let mut client = Conn::new(opts).await.unwrap();
    for statement in statements {
        client.query_drop(statement).await.unwrap();
    }
    client.disconnect().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_from_mariadb_and_into_it() {
    let home = variable("KEYWARD_TEST_MARIADB");
    let name = |what: &str| format!("kwtest_import_{what}_{}", std::process::id());
    let (theirs, ours) = (name("theirs"), name("ours"));
    run(&home, &[format!("CREATE DATABASE {theirs}"), format!("CREATE DATABASE {ours}")]).await;
    let (there, here) = (database(&home, &theirs), database(&home, &ours));
    run(&there, &authnzerver("BOOLEAN", "JSON", "DATETIME(6)")).await;
    // As Python's programs write the address.
    let python = there.replace("mysql://", "mysql+pymysql://");
    authnzerver_comes(Servers { theirs: &python, ours: &here }).await;
    let gone = [theirs, ours].map(|name| format!("DROP DATABASE {name}"));
    run(&home, &gone).await;
}
