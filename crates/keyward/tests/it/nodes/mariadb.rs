//! Two nodes on MariaDB: one by URL, one in the pool of an app.

use std::sync::Arc;

use keyward::Keyward;
use keyward::store::mysql_async::prelude::Queryable;
use keyward::store::mysql_async::{Opts, OptsBuilder, Pool};
use keyward::store::{MysqlStore, Options};

use super::{database, many_start_at_once, two, variable, what_one_node_does_the_other_knows};

fn pool(url: &str) -> Pool {
    let opts = Opts::from_url(&url.replace("mariadb://", "mysql://")).unwrap();
    Pool::new(OptsBuilder::from_opts(opts).client_found_rows(true))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_on_mariadb_brings_its_own_pool_and_tables() {
    let home = variable("KEYWARD_TEST_MARIADB");
    let name = format!("kwtest_nodes_{}", std::process::id());
    let mut server = pool(&home).get_conn().await.unwrap();
    server.query_drop(format!("CREATE DATABASE {name}")).await.unwrap();
    let url = database(&home, &name);

    many_start_at_once(&url).await;
    let own = pool(&url);
    let store = MysqlStore::from_pool(own.clone(), &Options::default()).await.unwrap();
    let nodes = two(Keyward::connect(&url), Keyward::with_store(Arc::new(store))).await;
    let mut app = own.get_conn().await.unwrap();
    let table = "CREATE TABLE printers (id INT PRIMARY KEY, owner BINARY(16), \
                 FOREIGN KEY (owner) REFERENCES kw_users (id))";
    app.query_drop(table).await.unwrap();
    what_one_node_does_the_other_knows(nodes).await;
    app.query_drop("SELECT id FROM printers").await.unwrap();

    drop(app);
    server.query_drop(format!("DROP DATABASE {name}")).await.unwrap();
}
