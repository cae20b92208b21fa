//! A database of the app's.

use core::time::Duration;

use keyward_core::Error;
use mysql_async::prelude::Queryable;
use mysql_async::{Error as Cause, Pool};

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

    /// The same, for a text that somebody typed. No row has it, if the column's character
    /// set has not its letters.
    pub(crate) async fn look_up(&self, sql: &str, typed: Value) -> Result<Vec<Row>, Error> {
        let wrong = |error| broken("ask the app's database", error);
        within(self.timeout, async {
            let mut conn = self.pool.get_conn().await.map_err(wrong)?;
            match conn.exec(sql, positional(vec![typed])).await {
                Ok(found) => Ok(rows(found)),
                Err(Cause::Server(error)) if error.code == NO_SUCH_LETTERS => Ok(vec![]),
                Err(error) => Err(wrong(error)),
            }
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

/// `ER_CANT_AGGREGATE_2COLLATIONS`: what was typed cannot be written in the column's
/// character set.
const NO_SUCH_LETTERS: u16 = 1267;
