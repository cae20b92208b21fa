//! The PostgreSQL store, on a real server.

use std::sync::Arc;

use keyward_store::{Options, PostgresStore, Store, conformance};

use crate::service;

async fn admin(sql: &str) {
    let (client, connection) =
        tokio_postgres::connect(&service::url("KEYWARD_TEST_POSTGRES"), tokio_postgres::NoTls)
            .await
            .unwrap();
    let driving = tokio::spawn(connection);
    // Connections of the test may still be closing.
    let sql = sql.replace("DROP DATABASE", "DROP DATABASE IF EXISTS").to_owned();
    let force = if sql.starts_with("DROP") { " WITH (FORCE)" } else { "" };
    client.batch_execute(&format!("{sql}{force}")).await.unwrap();
    driving.abort();
}

async fn with_database<F>(what: &str, test: impl FnOnce(String) -> F)
where
    F: Future<Output = ()>,
{
    let url = service::url("KEYWARD_TEST_POSTGRES");
    service::with_database(admin, &url, what, test).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_a_store() {
    with_database("conformance", async |url| {
        conformance::run(async |_| {
            empty(&url).await;
            let store = PostgresStore::open(&url, &Options::default()).await.unwrap();
            Arc::new(store) as Arc<dyn Store>
        })
        .await;
    })
    .await;
}

/// Drops every table.
async fn empty(url: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let driving = tokio::spawn(connection);
    client.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    driving.abort();
}
