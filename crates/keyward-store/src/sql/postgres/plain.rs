//! A database of the app's.

use core::time::Duration;

use deadpool_postgres::Pool;
use deadpool_postgres::tokio_postgres::error::SqlState;
use keyward_core::Error;

use super::link::Server;
use super::wire::{broken, pointers, rows};
use super::{Lease, pool};
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
        let pool = pool(&Server::parse(url, options)?, options)?;
        Ok(Self { pool, timeout: options.timeout })
    }

    /// The rows that a question finds.
    pub(crate) async fn ask(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>, Error> {
        self.within(async {
            let lease = Lease::from(&self.pool).await?;
            let client = lease.client()?;
            let found = async {
                let statement = client.prepare_cached(sql).await?;
                client.query(&statement, &pointers(&params)).await
            };
            let found = found.await.map_err(|error| broken("ask the app's database", error))?;
            lease.give_back();
            rows(&found)
        })
        .await
    }

    /// The same, for a text that somebody typed. No row has it, if the database's encoding
    /// has not its letters.
    pub(crate) async fn look_up(&self, sql: &str, typed: Value) -> Result<Vec<Row>, Error> {
        self.within(async {
            let lease = Lease::from(&self.pool).await?;
            let client = lease.client()?;
            let found = async {
                let statement = client.prepare_cached(sql).await?;
                client.query(&statement, &pointers(&[typed])).await
            };
            let found = match found.await {
                Err(error) if error.code() == Some(&SqlState::UNTRANSLATABLE_CHARACTER) => vec![],
                found => found.map_err(|error| broken("ask the app's database", error))?,
            };
            lease.give_back();
            rows(&found)
        })
        .await
    }

    /// How many rows a change found.
    pub(crate) async fn change(&self, sql: &str, params: Vec<Value>) -> Result<u64, Error> {
        self.within(async {
            let lease = Lease::from(&self.pool).await?;
            let client = lease.client()?;
            let done = async {
                let statement = client.prepare_cached(sql).await?;
                client.execute(&statement, &pointers(&params)).await
            };
            let done = done.await.map_err(|error| broken("write to the app's database", error))?;
            lease.give_back();
            Ok(done)
        })
        .await
    }

    pub(crate) async fn close(&self) {
        self.pool.close();
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let late = |_| Err(Error::busy("hear from the app's database in time"));
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(late)
    }
}
