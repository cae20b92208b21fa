//! A file of the app's, which it made and whose journal is its own business.

use std::path::Path;
use std::sync::{Arc, Mutex};

use keyward_core::Error;

use super::connection::{self, broken};
use crate::sql::value::{Row, Value};

/// One connection, used by one at a time.
#[derive(Debug)]
pub(crate) struct Plain {
    db: Arc<Mutex<rusqlite::Connection>>,
}

impl Plain {
    /// Opens a file that is there.
    pub(crate) fn open(path: &str) -> Result<Self, Error> {
        connection::refuse_old_library()?;
        let db = connection::plain(Path::new(path));
        let db = db.map_err(|error| broken("open the app's database", &error))?;
        Ok(Self { db: Arc::new(Mutex::new(db)) })
    }

    /// Opens a file that is there, to be read.
    pub(crate) fn reading(path: &str) -> Result<Self, Error> {
        connection::refuse_old_library()?;
        let db = connection::reading(Path::new(path));
        let db = db.map_err(|error| broken("open the other system's database", &error))?;
        Ok(Self { db: Arc::new(Mutex::new(db)) })
    }

    /// The rows that a question finds.
    pub(crate) async fn ask(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>, Error> {
        self.with(sql, move |db, sql| connection::rows(db, sql, &params)).await
    }

    /// How many rows a change found.
    pub(crate) async fn change(&self, sql: &str, params: Vec<Value>) -> Result<u64, Error> {
        let changed = self.with(sql, move |db, sql| connection::execute(db, sql, &params)).await?;
        Ok(changed as u64)
    }

    /// Nothing is kept open that must be closed in order.
    pub(crate) async fn close(&self) {}

    async fn with<T: Send + 'static>(
        &self,
        sql: &str,
        work: impl FnOnce(&rusqlite::Connection, &str) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (db, sql) = (Arc::clone(&self.db), sql.to_owned());
        let done = tokio::task::spawn_blocking(move || {
            let db = db.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            work(&db, &sql)
        });
        let done = done.await.map_err(|error| Error::because("ask the app's database", error))?;
        done.map_err(|error| broken("ask the app's database", &error))
    }
}
