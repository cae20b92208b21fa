//! MariaDB.

use keyward::store::mysql_async::prelude::Queryable;
use keyward::store::mysql_async::{Conn, Opts};

use keyward::import::System;
use keyward::testing::TestAuth;

use super::{
    Import, Servers, authnzerver, authnzerver_comes, bad_members, bad_members_are_told, bad_people,
    bad_people_are_told, database, variable,
};

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
    run(&there, &bad_people("'[1]'", "'0000-00-00'")).await;
    bad_people_are_told(&there, None).await;
    run(&there, &bad_members("VARBINARY(300)", "X'FF4061'")).await;
    bad_members_are_told(&there, "not_utf8").await;
    ids_of_bytes_are_told(&there).await;
    let gone = [theirs, ours].map(|name| format!("DROP DATABASE {name}"));
    run(&home, &gone).await;
}

/// None is left out or told twice.
async fn ids_of_bytes_are_told(url: &str) {
    let mut all = vec!["CREATE TABLE keyed (id BINARY(16) PRIMARY KEY, email VARCHAR(99))".into()];
    for at in 0..450 {
        let key = format!("UNHEX(CONCAT('FF', SUBSTR(MD5({at}), 3)))");
        all.push(format!("INSERT INTO keyed VALUES ({key}, 'k{at}@example.com')"));
    }
    run(url, &all).await;
    let mut import = Import::of(System::Table, url);
    import.open.columns.table = "keyed".into();
    let (report, _) = import.run(&TestAuth::new().await).await;
    assert_eq!((report.rows, report.imported, report.reasons["not_utf8"]), (450, 0, 450));
}
