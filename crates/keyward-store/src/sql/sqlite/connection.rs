//! One SQLite connection: settings, values, and what its errors mean.

use core::time::Duration;
use std::fs::OpenOptions;
use std::path::Path;

use keyward_core::Error;
use rusqlite::config::DbConfig;
use rusqlite::ffi::ErrorCode;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OpenFlags, ToSql};

use crate::sql::dialect::Dialect;
use crate::sql::migrate;
use crate::sql::value::{Row, Value};

/// SQLite 3.51.3; older ones can corrupt a write-ahead log.
const OLDEST: i32 = 3_051_003;

/// Statements that stay prepared on each connection.
const PREPARED: usize = 256;

/// How long a connection waits for another process: less than the two seconds
/// within which every request is answered.
pub(super) const PATIENCE: Duration = Duration::from_millis(1_500);

/// How long a migration waits for another one.
const MIGRATION_PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at whether the log can be turned on.
const LOG_PAUSE: Duration = Duration::from_millis(20);

/// An app may have linked a SQLite of its own.
pub(super) fn refuse_old_library() -> Result<(), Error> {
    refuse_older(rusqlite::version_number(), rusqlite::version())
}

fn refuse_older(number: i32, name: &str) -> Result<(), Error> {
    if number >= OLDEST {
        return Ok(());
    }
    Err(Error::because("open the database", format!("SQLite {name} is older than 3.51.3")))
}

/// Makes the file if it is missing, for its owner alone. The log and the shared
/// memory beside it take over its mode.
pub(super) fn create(path: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            let cause = format!("`{}`: {error}", path.display());
            Err(Error::because("make the database file", cause))
        }
        _ => Ok(()),
    }
}

/// A connection that may write.
pub(super) fn writing(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let db = open(path, PATIENCE)?;
    // A commit waits for the disk; the pen says which need not.
    db.pragma_update(None, "synchronous", "FULL")?;
    // What a savepoint would need to roll back is not written to a file.
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // The writer moves the log into the file itself, after it has answered.
    db.pragma_update(None, "wal_autocheckpoint", 0)?;
    // A log that grew because somebody read for long is cut again.
    db.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    Ok(db)
}

/// A connection to a file that is not ours.
pub(super) fn plain(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    open(path, PATIENCE)
}

/// A connection that cannot write.
pub(super) fn reading(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let db = open(path, PATIENCE)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}

fn open(path: &Path, patience: Duration) -> rusqlite::Result<rusqlite::Connection> {
    // Each connection is used by one thread at a time, so SQLite need not lock.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = rusqlite::Connection::open_with_flags(path, flags)?;
    db.busy_timeout(patience)?;
    db.set_prepared_statement_cache_capacity(PREPARED);
    // A plan is made once. Otherwise, where the tables have statistics, each new
    // value that is bound has the whole statement compiled again.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.pragma_update(None, "cache_size", -8_192)?;
    Ok(db)
}

/// Every row that `sql` finds.
pub(super) fn rows(
    db: &rusqlite::Connection,
    sql: &str,
    params: &[Value],
) -> rusqlite::Result<Vec<Row>> {
    let mut statement = db.prepare_cached(sql)?;
    let width = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    while let Some(row) = rows.next()? {
        let cells = (0..width).map(|at| row.get_ref(at).map(value));
        found.push(cells.collect::<rusqlite::Result<Row>>()?);
    }
    Ok(found)
}

/// How many rows `sql` changed.
pub(super) fn execute(
    db: &rusqlite::Connection,
    sql: &str,
    params: &[Value],
) -> rusqlite::Result<usize> {
    db.prepare_cached(sql)?.execute(rusqlite::params_from_iter(params))
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        // Nothing we store is a real; `decode` refuses it.
        ValueRef::Real(_) => Value::Null,
        // Nothing we store is text of any other bytes either.
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => Value::Bytes(text.to_vec()),
        },
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Whether a unique key was taken.
pub(super) fn is_taken(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    error.sqlite_error().is_some_and(|cause| {
        [ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_UNIQUE]
            .contains(&cause.extended_code)
    })
}

/// What went wrong, for the operator.
pub(super) fn broken(what: &'static str, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        _ if is_busy(error) => Error::busy(what),
        Some(ErrorCode::DiskFull) => Error::because(what, error.to_string()).disk_full(),
        _ => Error::because(what, error.to_string()),
    }
}

/// Turns the write-ahead log on. SQLite does not wait where another connection is
/// about to do the same with a new file, so this does.
fn log_ahead(db: &rusqlite::Connection) -> rusqlite::Result<()> {
    let mut left = MIGRATION_PATIENCE.as_millis() / LOG_PAUSE.as_millis();
    loop {
        match log_ahead_now(db) {
            Err(error) if is_busy(&error) && left > 0 => {
                left -= 1;
                std::thread::sleep(LOG_PAUSE);
            }
            done => return done,
        }
    }
}

fn log_ahead_now(db: &rusqlite::Connection) -> rusqlite::Result<()> {
    let mode: String = db.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// A connection for schema changes.
pub(super) struct Migrating {
    db: rusqlite::Connection,
}

impl Migrating {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let open = || {
            let db = open(path, MIGRATION_PATIENCE)?;
            log_ahead(&db)?;
            Ok(Self { db })
        };
        open().map_err(|error| broken("open the database", &error))
    }

    fn batch(&self, sql: &str) -> Result<(), Error> {
        self.db.execute_batch(sql).map_err(|error| broken("migrate the database", &error))
    }
}

impl migrate::Connection for Migrating {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&mut self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>, Error> {
        rows(&self.db, sql, &params).map_err(|error| broken("migrate the database", &error))
    }

    async fn execute(&mut self, sql: &str, params: Vec<Value>) -> Result<(), Error> {
        execute(&self.db, sql, &params)
            .map(|_| ())
            .map_err(|error| broken("migrate the database", &error))
    }

    async fn lock(&mut self) -> Result<(), Error> {
        self.batch("BEGIN IMMEDIATE")
    }

    async fn unlock(&mut self) -> Result<(), Error> {
        self.batch("COMMIT")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sqlite_that_may_corrupt_its_log_is_refused() {
        for (number, name, good) in [
            (3_051_003, "3.51.3", true),
            (3_052_000, "3.52.0", true),
            (3_051_002, "3.51.2", false),
            (3_040_001, "3.40.1", false),
        ] {
            assert_eq!(refuse_older(number, name).is_ok(), good, "{name}");
        }
        refuse_old_library().unwrap();
    }
}
