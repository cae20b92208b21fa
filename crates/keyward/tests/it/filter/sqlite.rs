//! In SQLite, in columns that fold case.

use keyward::Flavour;
use keyward::authz::filter::Bind;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::{App, Row, filters_agree_with_checks};

struct Sqlite(Connection);

impl App for Sqlite {
    const FLAVOUR: Flavour = Flavour::Sqlite;

    async fn fill(&mut self, rows: &[Row]) {
        self.0.execute_batch("DELETE FROM posts; DELETE FROM post_readers").unwrap();
        for it in rows {
            let row = (it.id, &it.owner, &it.visibility, &it.status, it.size, it.hot);
            self.0.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?)", row).unwrap();
            for reader in &it.readers {
                let insert = "INSERT INTO post_readers VALUES (?, ?)";
                self.0.execute(insert, (it.id, reader)).unwrap();
            }
        }
    }

    async fn found(&mut self, condition: &str, values: &[Bind]) -> Vec<i64> {
        let values = values.iter().map(|value| match value {
            Bind::Bool(it) => Value::Integer(i64::from(*it)),
            Bind::Int(it) => Value::Integer(*it),
            Bind::Text(it) => Value::Text(it.clone()),
        });
        let mut query = self.0.prepare(&format!("SELECT id FROM posts WHERE {condition}")).unwrap();
        let ids = query.query_map(params_from_iter(values), |row| row.get(0)).unwrap();
        ids.map(Result::unwrap).collect()
    }
}

#[tokio::test]
async fn a_filter_finds_in_sqlite_what_checks_allow() {
    let database = Connection::open_in_memory().unwrap();
    let tables = "CREATE TABLE posts (id INTEGER PRIMARY KEY, owner TEXT COLLATE NOCASE, \
                  visibility TEXT COLLATE NOCASE, status TEXT COLLATE NOCASE, size INTEGER, \
                  hot INTEGER); \
                  CREATE TABLE post_readers (post INTEGER, reader TEXT COLLATE NOCASE)";
    database.execute_batch(tables).unwrap();
    filters_agree_with_checks(&mut Sqlite(database), 150).await;
}
