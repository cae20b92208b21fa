//! PostgreSQL.

use keyward::store::deadpool_postgres::tokio_postgres::{Client, NoTls, connect};

use crate::nodes::{database, variable};

async fn client(url: &str) -> Client {
    let (client, connection) = connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn flaw_19_the_door_on_postgres_is_as_everywhere() {
    let home = variable("KEYWARD_TEST_POSTGRES");
    let name = format!("kwtest_frontends_{}", std::process::id());
    let server = client(&home).await;
    server.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    super::flaw_19(&database(&home, &name)).await;
    server.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
}
