//! Every store, put through the conformance suite.

mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
