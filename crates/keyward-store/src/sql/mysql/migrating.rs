//! A connection for schema changes. They cannot be rolled back here: each
//! statement is ticked off, and one that was cut off is run again.

use keyward_core::Error;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Pool};

use super::wire::{broken, code, positional, rows};
use crate::sql::dialect::Dialect;
use crate::sql::migrate::Connection;
use crate::sql::value::{Row, Value};

const WHAT: &str = "migrate the database";

/// A connection of its own, or one from the pool.
pub(super) struct Migrating {
    conn: Conn,
}

/// One lock for each database on the server.
const LOCK: &str = "CONCAT('keyward_', MD5(DATABASE()))";

impl Migrating {
    pub(super) async fn open(opts: OptsBuilder) -> Result<Self, Error> {
        let conn = Conn::new(opts).await.map_err(|error| broken("reach the database", error))?;
        Ok(Self { conn })
    }

    pub(super) async fn over(pool: &Pool) -> Result<Self, Error> {
        let conn = pool.get_conn().await.map_err(|error| broken("reach the database", error))?;
        Ok(Self { conn })
    }

    /// Hangs up; the server lets go of what the connection held.
    pub(super) async fn close(self) {
        // What cannot be told is noticed.
        let _ = self.conn.disconnect().await;
    }

    /// Which of the two it is.
    pub(super) async fn name(&mut self) -> Result<&'static str, Error> {
        let version: Option<String> = self.first("SELECT VERSION()").await?;
        let is_mariadb = version.is_some_and(|text| text.contains("MariaDB"));
        Ok(if is_mariadb { "mariadb" } else { "mysql" })
    }

    /// Without `client_found_rows`, storing what is already there would look
    /// like losing a race.
    pub(super) async fn refuse_lost_updates(&mut self) -> Result<(), Error> {
        let same = "UPDATE kw_policy SET version = version WHERE id = 1";
        let done = self.conn.query_iter(same).await.map_err(|error| broken(WHAT, error))?;
        match done.affected_rows() {
            1 => Ok(()),
            _ => Err(Error::because("open the database", "the pool must set `client_found_rows`")),
        }
    }

    /// In a lenient mode, a text that is too long would be cut short, and two
    /// names could become one.
    pub(super) async fn refuse_cut_values(&mut self) -> Result<(), Error> {
        let mode: Option<String> = self.first("SELECT @@SESSION.sql_mode").await?;
        let strict = |mode: String| {
            mode.split(',').any(|word| ["STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"].contains(&word))
        };
        match mode.is_some_and(strict) {
            true => Ok(()),
            false => {
                Err(Error::because("open the database", "the pool's `sql_mode` must be strict"))
            }
        }
    }

    async fn first<T>(&mut self, sql: &str) -> Result<Option<T>, Error>
    where
        T: mysql_async::prelude::FromValue + Send + 'static,
    {
        let found: Option<(T,)> =
            self.conn.query_first(sql).await.map_err(|error| broken(WHAT, error))?;
        Ok(found.map(|(value,)| value))
    }

    async fn change(&mut self, sql: &str, params: Vec<Value>) -> mysql_async::Result<()> {
        match params.is_empty() {
            true => self.conn.query_drop(sql).await,
            false => self.conn.exec_drop(sql, positional(params)).await,
        }
    }
}

impl Connection for Migrating {
    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    async fn query(&mut self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>, Error> {
        let found = self.conn.exec(sql, positional(params)).await;
        Ok(rows(found.map_err(|error| broken(WHAT, error))?))
    }

    async fn execute(&mut self, sql: &str, params: Vec<Value>) -> Result<(), Error> {
        self.change(sql, params).await.map_err(|error| broken(WHAT, error))
    }

    async fn execute_again(&mut self, sql: &str) -> Result<(), Error> {
        match self.change(sql, vec![]).await {
            // The table, column or index is there already.
            Err(error) if matches!(code(&error), Some(1050 | 1060 | 1061)) => Ok(()),
            done => done.map_err(|error| broken(WHAT, error)),
        }
    }

    async fn lock(&mut self) -> Result<(), Error> {
        let patient =
            "SET SESSION innodb_lock_wait_timeout = 50 /*M!100100 , max_statement_time = 0 */";
        self.execute(patient, vec![]).await?;
        match self.first(&format!("SELECT GET_LOCK({LOCK}, 60)")).await? {
            Some(1_i64) => Ok(()),
            _ => Err(Error::busy("wait for another migration")),
        }
    }

    async fn unlock(&mut self) -> Result<(), Error> {
        self.first::<i64>(&format!("SELECT RELEASE_LOCK({LOCK})")).await.map(|_| ())
    }
}
