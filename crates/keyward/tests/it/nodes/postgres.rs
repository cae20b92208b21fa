//! Two nodes on PostgreSQL: one by URL, one in the pool of an app.

use std::sync::Arc;

use keyward::Keyward;
use keyward::store::deadpool_postgres::{Manager, Pool, tokio_postgres::NoTls};
use keyward::store::{Options, PostgresStore};

use super::{database, many_start_at_once, two, variable, what_one_node_does_the_other_knows};

fn pool(url: &str) -> Pool {
    Pool::builder(Manager::new(url.parse().unwrap(), NoTls)).max_size(4).build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_on_postgres_brings_its_own_pool_and_tables() {
    let home = variable("KEYWARD_TEST_POSTGRES");
    let name = format!("kwtest_nodes_{}", std::process::id());
    let server = pool(&home).get().await.unwrap();
    server.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    let url = database(&home, &name);

    many_start_at_once(&url).await;
    let own = pool(&url);
    let app = own.get().await.unwrap();
    let store = PostgresStore::from_pool(own.clone(), &Options::default()).await.unwrap();
    let nodes = two(Keyward::connect(&url), Keyward::with_store(Arc::new(store))).await;
    let table = "CREATE TABLE printers (id INT PRIMARY KEY, owner BYTEA REFERENCES kw_users (id))";
    app.batch_execute(table).await.unwrap();
    what_one_node_does_the_other_knows(nodes).await;
    let printers = app.query("SELECT id FROM printers", &[]).await;
    assert!(printers.unwrap().is_empty(), "the app's connection lives on");

    drop(app);
    own.close();
    server.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
}
