//! The SQLite driver: look-ups inline on connections of our own, one writer
//! thread with group commit.

mod company;
mod connection;
mod pen;
pub(crate) mod plain;
mod readers;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_core::Error;

use super::dialect::Dialect;
use super::driver::{Driver, Failure, Query, Step, Wait};
use super::migrate::{self, Connection};
use super::statement::Texts;
use super::store::SqlStore;
use super::value::Row;
use crate::open::Options;
use readers::Readers;
use writer::Writer;

/// Remembers in a SQLite file.
///
/// Write-ahead log; a commit waits for the disk (`synchronous=FULL`), so that what
/// was answered survives a power cut. Only batches that
/// [may be lost](keyward_core::port::Batch::may_be_lost) do not wait.
/// Other processes may use the file at the same time, the app's own tables
/// included; ours begin with `kw_`.
pub type SqliteStore = SqlStore<Sqlite>;

/// The driver of [`SqliteStore`].
#[derive(Debug)]
pub struct Sqlite {
    texts: Arc<Texts>,
    inline: Readers,
    /// For what takes long, so that it cannot take a look-up's place.
    scanning: Arc<Readers>,
    writer: Writer,
}

/// Connections for searches: two at a time.
const SCANNERS: usize = 2;

impl SqliteStore {
    /// Opens the file at `path`, made with mode 0600 if it is missing.
    pub async fn open(path: impl Into<PathBuf>, options: &Options) -> Result<Self, Error> {
        let path = path.into();
        connection::refuse_old_library()?;
        let mut first = migrating(&path)?;
        migrate::prepare(&mut first, options.migrate).await?;
        drop(first);
        let texts = Arc::new(Texts::new(Dialect::Sqlite));
        let writer = Writer::start(&path, Arc::clone(&texts), options.queue)?;
        let inline = Readers::new(&path, options.readers);
        let scanning = Arc::new(Readers::new(&path, SCANNERS));
        Ok(Self::new(Sqlite { texts, inline, scanning, writer }))
    }
}

/// A connection for schema changes.
pub(crate) fn migrating(path: &Path) -> Result<impl Connection, Error> {
    connection::create(path)?;
    connection::Migrating::open(path)
}

impl Driver for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn texts(&self) -> &Texts {
        &self.texts
    }

    async fn read(&self, queries: Vec<Query<'_>>) -> Result<Vec<Vec<Row>>, Error> {
        self.inline.read(queries.iter().map(|query| (query.sql, query.params.as_slice())))
    }

    async fn scan(&self, queries: Vec<Query<'_>>) -> Result<Vec<Vec<Row>>, Error> {
        let readers = Arc::clone(&self.scanning);
        let owned: Vec<_> =
            queries.into_iter().map(|query| (query.sql.to_owned(), query.params)).collect();
        let work = move || {
            readers.read(owned.iter().map(|(sql, params)| (sql.as_str(), params.as_slice())))
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime
                .spawn_blocking(work)
                .await
                .map_err(|error| Error::because("search the database", error))?,
            Err(_) => work(),
        }
    }

    async fn run(&self, steps: Vec<Step>, wait: Wait) -> Result<(), Failure> {
        self.writer.run(steps, wait).await
    }

    #[cfg(feature = "testing")]
    async fn prepare(&self, sql: &str) -> Result<(), Error> {
        self.inline.prepare(sql)
    }

    async fn ping(&self) -> Result<(), Error> {
        self.inline.read([("SELECT 1", [].as_slice())].into_iter())?;
        self.writer.ping().await
    }

    async fn close(&self) {
        self.writer.close().await;
        self.inline.close();
        self.scanning.close();
    }
}
