//! In MariaDB, whose usual columns take `Draft` and `draft ` for `draft`.

use keyward::Flavour;
use keyward::authz::filter::Bind;
use keyward::store::mysql_async::prelude::Queryable;
use keyward::store::mysql_async::{Conn, Opts, Params, Value};

use super::super::nodes::variable;
use super::{App, Row, filters_agree_with_checks};

struct Mariadb(Conn);

impl App for Mariadb {
    const FLAVOUR: Flavour = Flavour::Mysql;

    async fn fill(&mut self, rows: &[Row]) {
        self.0.query_drop("DELETE FROM posts").await.unwrap();
        self.0.query_drop("DELETE FROM post_readers").await.unwrap();
        for it in rows {
            let row = (it.id, &it.owner, &it.visibility, &it.status, it.size, it.hot);
            self.0.exec_drop("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?)", row).await.unwrap();
            for reader in &it.readers {
                let insert = "INSERT INTO post_readers VALUES (?, ?)";
                self.0.exec_drop(insert, (it.id, reader)).await.unwrap();
            }
        }
    }

    async fn found(&mut self, condition: &str, values: &[Bind]) -> Vec<i64> {
        let values = values.iter().map(|value| match value {
            Bind::Bool(it) => Value::from(*it),
            Bind::Int(it) => Value::from(*it),
            Bind::Text(it) => Value::from(it),
        });
        let values: Vec<Value> = values.collect();
        let values = if values.is_empty() { Params::Empty } else { Params::Positional(values) };
        let query = format!("SELECT id FROM posts WHERE {condition}");
        self.0.exec(query, values).await.unwrap()
    }
}

#[tokio::test]
async fn a_filter_finds_in_mariadb_what_checks_allow() {
    let home = variable("KEYWARD_TEST_MARIADB");
    let opts = Opts::from_url(&home.replace("mariadb://", "mysql://")).unwrap();
    let mut client = Conn::new(opts).await.unwrap();
    for table in [
        "CREATE TEMPORARY TABLE posts (id BIGINT PRIMARY KEY, owner VARCHAR(99), \
         visibility VARCHAR(99), status VARCHAR(99), size BIGINT, hot BOOLEAN) \
         DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_general_ci",
        "CREATE TEMPORARY TABLE post_readers (post BIGINT, reader VARCHAR(99)) \
         DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_general_ci",
    ] {
        client.query_drop(table).await.unwrap();
    }
    filters_agree_with_checks(&mut Mariadb(client), 60).await;
}
