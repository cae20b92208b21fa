//! In PostgreSQL.

use keyward::Flavour;
use keyward::authz::filter::Bind;
use keyward::store::deadpool_postgres::tokio_postgres::types::ToSql;
use keyward::store::deadpool_postgres::tokio_postgres::{Client, NoTls, connect};

use super::super::nodes::variable;
use super::{App, Row, filters_agree_with_checks};

struct Postgres(Client);

impl App for Postgres {
    const FLAVOUR: Flavour = Flavour::Postgres;

    async fn fill(&mut self, rows: &[Row]) {
        self.0.batch_execute("DELETE FROM posts; DELETE FROM post_readers").await.unwrap();
        for it in rows {
            let row: [&(dyn ToSql + Sync); 6] =
                [&it.id, &it.owner, &it.visibility, &it.status, &it.size, &it.hot];
            let insert = "INSERT INTO posts VALUES ($1, $2, $3, $4, $5, $6)";
            self.0.execute(insert, &row).await.unwrap();
            for reader in &it.readers {
                let insert = "INSERT INTO post_readers VALUES ($1, $2)";
                self.0.execute(insert, &[&it.id, reader]).await.unwrap();
            }
        }
    }

    async fn found(&mut self, condition: &str, values: &[Bind]) -> Vec<i64> {
        let values = values.iter().map(|value| -> &(dyn ToSql + Sync) {
            match value {
                Bind::Bool(it) => it,
                Bind::Int(it) => it,
                Bind::Text(it) => it,
            }
        });
        let values: Vec<_> = values.collect();
        let query = format!("SELECT id FROM posts WHERE {condition}");
        let rows = self.0.query(&query, &values).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

#[tokio::test]
async fn a_filter_finds_in_postgres_what_checks_allow() {
    let home = variable("KEYWARD_TEST_POSTGRES");
    let (client, connection) = connect(&home, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let tables = "CREATE TEMPORARY TABLE posts (id BIGINT PRIMARY KEY, owner VARCHAR(99), \
                  visibility TEXT, status TEXT, size BIGINT, hot BOOLEAN); \
                  CREATE TEMPORARY TABLE post_readers (post BIGINT, reader TEXT)";
    client.batch_execute(tables).await.unwrap();
    filters_agree_with_checks(&mut Postgres(client), 60).await;
    connection.await.unwrap().unwrap();
}
