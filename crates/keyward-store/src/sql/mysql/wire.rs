//! Values on MySQL's wire, and what its errors mean.

use keyward_core::Error;
use mysql_async::Params;

use crate::sql::value::{Row, Value};

/// Parameters as the client wants them.
pub(super) fn positional(params: Vec<Value>) -> Params {
    if params.is_empty() {
        return Params::Empty;
    }
    Params::Positional(params.into_iter().map(outgoing).collect())
}

fn outgoing(value: Value) -> mysql_async::Value {
    match value {
        Value::Null => mysql_async::Value::NULL,
        Value::Int(n) => mysql_async::Value::Int(n),
        Value::Text(text) => mysql_async::Value::Bytes(text.into_bytes()),
        Value::Bytes(bytes) => mysql_async::Value::Bytes(bytes),
    }
}

/// Rows as we want them. Text comes as bytes; whoever decodes knows better.
pub(super) fn rows(found: Vec<mysql_async::Row>) -> Vec<Row> {
    found.into_iter().map(|row| row.unwrap_raw().into_iter().map(incoming).collect()).collect()
}

fn incoming(value: Option<mysql_async::Value>) -> Value {
    match value {
        Some(mysql_async::Value::Int(n)) => Value::Int(n),
        Some(mysql_async::Value::UInt(n)) => Value::Int(i64::try_from(n).unwrap_or(i64::MAX)),
        Some(mysql_async::Value::Bytes(bytes)) => Value::Bytes(bytes),
        // Nothing we store is anything else; `decode` refuses it.
        _ => Value::Null,
    }
}

/// The server's own number for what went wrong.
pub(super) fn code(error: &mysql_async::Error) -> Option<u16> {
    match error {
        mysql_async::Error::Server(error) => Some(error.code),
        _ => None,
    }
}

/// Whether somebody else was quicker: a unique key that is taken, a deadlock, a
/// row that changed since it was read.
pub(super) fn is_conflict(error: &mysql_async::Error) -> bool {
    matches!(code(error), Some(1062 | 1213 | 1020 | 1586))
}

/// What went wrong, for the operator.
pub(super) fn broken(what: &'static str, error: mysql_async::Error) -> Error {
    match code(&error) {
        // The disk is full, or the table is.
        Some(1021 | 1114) => Error::because(what, error).disk_full(),
        // Too many connections, lock waits, statements that took too long.
        Some(1040 | 1203 | 1205 | 1317 | 1969 | 3024) => Error::busy(what),
        _ => Error::because(what, error),
    }
}
