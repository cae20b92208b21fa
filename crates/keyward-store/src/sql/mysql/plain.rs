//! A database of the app's.

use core::time::Duration;

use keyward_core::Error;
use mysql_async::Pool;
use mysql_async::prelude::Queryable;

use super::wire::{broken, positional, rows};
use super::{parse, within};
use crate::open::Options;
use crate::sql::value::{Row, Value};

/// Connections to it, made when they are first needed.
#[derive(Debug)]
pub(crate) struct Plain {
    pool: Pool,
    timeout: Duration,
}

impl Plain {
    pub(crate) fn open(url: &str, options: &Options) -> Result<Self, Error> {
        Ok(Self { pool: Pool::new(parse(url, options)?), timeout: options.timeout })
    }

    /// The rows that a question finds.
    pub(crate) async fn ask(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>, Error> {
        let wrong = |error| broken("ask the app's database", error);
        within(self.timeout, async {
            let mut conn = self.pool.get_conn().await.map_err(wrong)?;
            Ok(rows(conn.exec(sql, positional(params)).await.map_err(wrong)?))
        })
        .await
    }

    /// How many rows a change found.
    pub(crate) async fn change(&self, sql: &str, params: Vec<Value>) -> Result<u64, Error> {
        let wrong = |error| broken("write to the app's database", error);
        within(self.timeout, async {
            let mut conn = self.pool.get_conn().await.map_err(wrong)?;
            let done = conn.exec_iter(sql, positional(params)).await.map_err(wrong)?;
            Ok(done.affected_rows())
        })
        .await
    }

    pub(crate) async fn close(&self) {
        let _ = tokio::time::timeout(self.timeout, self.pool.clone().disconnect()).await;
    }
}
