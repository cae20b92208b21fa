//! *Remembering.* What Keyward knows, in memory, SQLite, PostgreSQL, MySQL or
//! MariaDB, all behind [`Store`].
//!
//! [`open`] picks by URL. SQL is written once, in `sql/`, and each database has
//! one driver file there. What a store must do is written down, and run, in
//! [`conformance`].

#[cfg(feature = "testing")]
pub mod conformance;
mod limit;
pub mod memory;
#[cfg(feature = "_sql")]
pub mod migrations;
mod open;
#[cfg(feature = "_sql")]
mod sql;

pub use keyward_core::port::Store;
pub use memory::MemoryStore;
pub use open::{Migrate, Options, open};
#[cfg(feature = "_sql")]
pub use sql::SqlStore;
#[cfg(feature = "mysql")]
pub use sql::mysql::MysqlStore;
#[cfg(feature = "postgres")]
pub use sql::postgres::PostgresStore;
#[cfg(feature = "sqlite")]
pub use sql::sqlite::SqliteStore;
#[cfg(feature = "_sql")]
pub use sql::table::other::{OtherColumn, OtherDatabase, OtherFlaw, OtherKey, OtherRow, Reading};
#[cfg(feature = "_sql")]
pub use sql::table::{TableColumns, TableRow, UserTable};

/// The client whose pools [`PostgresStore::from_pool`] takes.
#[cfg(feature = "postgres")]
pub use deadpool_postgres;
/// The client whose pools [`MysqlStore::from_pool`] takes.
#[cfg(feature = "mysql")]
pub use mysql_async;
