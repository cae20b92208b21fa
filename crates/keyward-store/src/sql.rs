//! Everything SQL: statements written once, a small table of dialects, and one
//! driver file for each database. Nothing outside this folder contains SQL.
//!
//! To add a database: a [`dialect::Dialect`], a file with a [`driver::Driver`],
//! a line in `open.rs`, and a test that runs the conformance suite on it.

mod decode;
pub(crate) mod dialect;
pub(crate) mod driver;
pub(crate) mod migrate;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
mod related;
mod schema;
mod search;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
pub(crate) mod statement;
mod store;
pub(crate) mod table;
#[cfg(feature = "_tls")]
pub(crate) mod tls;
mod translate;
pub(crate) mod value;

pub use store::SqlStore;
