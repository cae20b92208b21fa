//! Values on PostgreSQL's wire, and what its errors mean.

use keyward_core::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};

use crate::sql::value::{Row, Value};

type Anything = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Anything> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(n) => n.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    tokio_postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Anything> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|n| Self::Int(i64::from(n))),
            Type::TEXT => String::from_sql(ty, raw).map(Self::Text),
            _ => Vec::from_sql(ty, raw).map(Self::Bytes),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Anything> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::BYTEA].contains(ty)
    }
}

/// Parameters as the client wants them.
pub(super) fn pointers(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as _).collect()
}

/// Rows as we want them.
pub(super) fn rows(found: &[tokio_postgres::Row]) -> Result<Vec<Row>, Error> {
    let row = |row: &tokio_postgres::Row| {
        (0..row.len()).map(|at| row.try_get(at)).collect::<Result<Row, _>>()
    };
    let rows: Result<Vec<Row>, _> = found.iter().map(row).collect();
    rows.map_err(|error| broken("read a stored row", error))
}

/// Whether somebody else was quicker: a unique key that is taken, a deadlock, a
/// serialization failure.
pub(super) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [
            &SqlState::UNIQUE_VIOLATION,
            &SqlState::T_R_DEADLOCK_DETECTED,
            &SqlState::T_R_SERIALIZATION_FAILURE,
        ]
        .contains(&code)
    })
}

/// What went wrong, for the operator.
pub(super) fn broken(what: &'static str, error: tokio_postgres::Error) -> Error {
    let code = error.code().cloned();
    match code {
        Some(SqlState::DISK_FULL) => Error::because(what, error).disk_full(),
        Some(
            SqlState::TOO_MANY_CONNECTIONS
            | SqlState::LOCK_NOT_AVAILABLE
            | SqlState::QUERY_CANCELED
            | SqlState::CANNOT_CONNECT_NOW,
        ) => Error::busy(what),
        _ => Error::because(what, error),
    }
}
