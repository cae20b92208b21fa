//! MariaDB.

use keyward::store::mysql_async::prelude::Queryable;
use keyward::store::mysql_async::{Conn, Opts};

use crate::nodes::{database, variable};

#[tokio::test(flavor = "multi_thread")]
async fn flaw_19_the_door_on_mariadb_is_as_everywhere() {
    let home = variable("KEYWARD_TEST_MARIADB");
    let name = format!("kwtest_frontends_{}", std::process::id());
    let opts = Opts::from_url(&home.replace("mariadb://", "mysql://")).unwrap();
    let mut server = Conn::new(opts).await.unwrap();
    server.query_drop(format!("CREATE DATABASE {name}")).await.unwrap();
    super::flaw_19(&database(&home, &name)).await;
    server.query_drop(format!("DROP DATABASE {name}")).await.unwrap();
}
