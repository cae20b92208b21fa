//! A connection for schema changes.

use deadpool_postgres::{ClientWrapper, Object};
use keyward_core::Error;

use super::link::Server;
use super::wire::{broken, pointers, rows};
use crate::sql::dialect::Dialect;
use crate::sql::migrate::Connection;
use crate::sql::value::{Row, Value};

/// "keyward" as a number: whoever migrates holds this advisory lock.
const LOCK: i64 = 0x006b_6579_7761_7264;

const WHAT: &str = "migrate the database";

/// A connection that is closed afterwards, with whatever it had begun.
pub(super) struct Migrating {
    client: ClientWrapper,
}

impl Migrating {
    pub(super) async fn open(server: &Server) -> Result<Self, Error> {
        let client = server.connect().await.map_err(|error| broken("reach the database", error))?;
        Ok(Self { client })
    }

    /// Takes a connection out of the app's pool.
    pub(super) fn over(lent: Object) -> Self {
        Self { client: Object::take(lent) }
    }

    async fn batch(&self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).await.map_err(|error| broken(WHAT, error))
    }
}

impl Connection for Migrating {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(&mut self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>, Error> {
        let found = self.client.query(sql, &pointers(&params)).await;
        rows(&found.map_err(|error| broken(WHAT, error))?)
    }

    async fn execute(&mut self, sql: &str, params: Vec<Value>) -> Result<(), Error> {
        let done = self.client.execute(sql, &pointers(&params)).await;
        done.map(|_| ()).map_err(|error| broken(WHAT, error))
    }

    async fn lock(&mut self) -> Result<(), Error> {
        self.batch(&format!(
            "BEGIN; SET LOCAL statement_timeout = 60000; SET LOCAL lock_timeout = 60000; \
             SELECT pg_advisory_xact_lock({LOCK})"
        ))
        .await
    }

    async fn unlock(&mut self) -> Result<(), Error> {
        self.batch("COMMIT").await
    }
}
