//! Opens a store by its URL.

use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::port::Store;

use crate::MemoryStore;

/// What an opening store does when migrations are missing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Migrate {
    /// Applies them.
    #[default]
    Auto,
    /// Refuses to open.
    Check,
    /// Goes on: somebody else takes care of the schema. A newer one is refused
    /// all the same.
    Off,
}

/// How to open a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to do when migrations are missing. A newer schema is always refused.
    pub migrate: Migrate,
    /// SQLite: connections for look-ups, opened when first needed. One for each
    /// worker thread is right.
    pub readers: usize,
    /// SQLite: batches that may wait for the writer; more are turned away as busy.
    pub queue: usize,
    /// PostgreSQL and MySQL: connections for transactions and searches.
    pub connections: usize,
    /// PostgreSQL and MySQL: how long any one operation may take, connecting
    /// included, before it fails.
    pub timeout: Duration,
    /// PostgreSQL and MySQL: allows an unencrypted connection beyond loopback.
    /// The URL can ask for it as well, with `plaintext=allow`.
    pub plaintext: bool,
    /// PostgreSQL and MySQL: certificate authorities to trust (PEM) in place of
    /// the public ones; `sslrootcert=` in the URL wins.
    pub root_certificates: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            migrate: Migrate::default(),
            readers: std::thread::available_parallelism().map_or(4, |n| n.get().max(2)),
            queue: 4_096,
            connections: 16,
            // Below the two seconds within which every request is answered.
            timeout: Duration::from_millis(1_500),
            plaintext: false,
            root_certificates: None,
        }
    }
}

/// What a URL points at.
enum Target<'a> {
    Memory,
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(&'a str),
    #[cfg(feature = "mysql")]
    Mysql(&'a str),
    #[cfg(not(all(feature = "postgres", feature = "mysql")))]
    #[expect(dead_code, reason = "keeps the lifetime in builds without servers")]
    Nothing(&'a str),
}

fn target(url: &str) -> Result<Target<'_>, Error> {
    if url == "memory:" {
        return Ok(Target::Memory);
    }
    match url.split_once("://") {
        #[cfg(feature = "sqlite")]
        Some(("sqlite", path)) if !path.is_empty() => Ok(Target::Sqlite(PathBuf::from(path))),
        #[cfg(feature = "postgres")]
        Some(("postgres" | "postgresql", _)) => Ok(Target::Postgres(url)),
        #[cfg(feature = "mysql")]
        Some(("mysql" | "mariadb", _)) => Ok(Target::Mysql(url)),
        // The URL may hold a password: it is not repeated.
        _ => Err(Error::because("open the database", SCHEMES)),
    }
}

const SCHEMES: &str = "the URL must begin with `sqlite://`, `postgres://`, `mysql://` or \
    `mariadb://` (as far as they were compiled in), or be `memory:`";

/// Opens the store at `url`: `sqlite://path`, `postgres://…`, `mysql://…`,
/// `mariadb://…` or `memory:`.
///
/// Brings the schema up to date, unless told otherwise. Must be called within a
/// tokio runtime.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let store = keyward_store::open("memory:", &keyward_store::Options::default()).await?;
/// assert_eq!(store.name(), "memory");
/// # Ok::<(), keyward_core::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn open(url: &str, options: &Options) -> Result<Arc<dyn Store>, Error> {
    let _ = options;
    Ok(match target(url)? {
        Target::Memory => Arc::new(MemoryStore::new()),
        #[cfg(feature = "sqlite")]
        Target::Sqlite(path) => Arc::new(crate::SqliteStore::open(path, options).await?),
        #[cfg(feature = "postgres")]
        Target::Postgres(url) => Arc::new(crate::PostgresStore::open(url, options).await?),
        #[cfg(feature = "mysql")]
        Target::Mysql(url) => Arc::new(crate::MysqlStore::open(url, options).await?),
        #[cfg(not(all(feature = "postgres", feature = "mysql")))]
        Target::Nothing(_) => return Err(Error::because("open the database", SCHEMES)),
    })
}

/// What to find out, or do, about the schema.
#[cfg(feature = "_sql")]
#[derive(Clone, Copy)]
pub(crate) enum Ask {
    /// What is applied.
    Status,
    /// Apply the rest.
    Up,
}

#[cfg(feature = "_sql")]
pub(crate) async fn migrate(
    url: &str,
    options: &Options,
    ask: Ask,
) -> Result<Vec<crate::migrations::Status>, Error> {
    async fn answer(
        mut db: impl crate::sql::migrate::Connection,
        ask: Ask,
    ) -> Result<Vec<crate::migrations::Status>, Error> {
        match ask {
            Ask::Status => crate::sql::migrate::status(&mut db).await,
            Ask::Up => crate::sql::migrate::up(&mut db).await,
        }
    }
    let _ = options;
    match target(url)? {
        Target::Memory => Ok(Vec::new()),
        #[cfg(feature = "sqlite")]
        Target::Sqlite(path) => answer(crate::sql::sqlite::migrating(&path)?, ask).await,
        #[cfg(feature = "postgres")]
        Target::Postgres(url) => {
            answer(crate::sql::postgres::migrating(url, options).await?, ask).await
        }
        #[cfg(feature = "mysql")]
        Target::Mysql(url) => answer(crate::sql::mysql::migrating(url, options).await?, ask).await,
        #[cfg(not(all(feature = "postgres", feature = "mysql")))]
        Target::Nothing(_) => Err(Error::because("open the database", SCHEMES)),
    }
}
