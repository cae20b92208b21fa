//! The MySQL store, on a real MariaDB server.

use std::sync::Arc;

use keyward_store::{MysqlStore, Options, Store, conformance};
use mysql_async::prelude::Queryable;

use crate::service;

async fn admin(sql: &str) {
    let url = service::url("KEYWARD_TEST_MARIADB");
    let mut conn =
        mysql_async::Conn::from_url(url.replace("mariadb://", "mysql://")).await.unwrap();
    conn.query_drop(sql).await.unwrap();
    conn.disconnect().await.unwrap();
}

async fn with_database<F>(what: &str, test: impl FnOnce(String) -> F)
where
    F: Future<Output = ()>,
{
    let url = service::url("KEYWARD_TEST_MARIADB");
    service::with_database(admin, &url, what, test).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_is_a_store() {
    with_database("conformance", async |url: String| {
        conformance::run(async |_| {
            let name = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
            admin(&format!("DROP DATABASE {name}")).await;
            admin(&format!("CREATE DATABASE {name}")).await;
            let store = MysqlStore::open(&url, &Options::default()).await.unwrap();
            Arc::new(store) as Arc<dyn Store>
        })
        .await;
    })
    .await;
}
