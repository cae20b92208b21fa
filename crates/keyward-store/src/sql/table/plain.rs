//! A connection to a database of the app's, whichever it is.

use keyward_core::Error;

use crate::open::Options;
use crate::sql::dialect::Dialect;
use crate::sql::value::{Row, Value};

/// One of the three.
#[derive(Debug)]
pub(super) enum Plain {
    #[cfg(feature = "sqlite")]
    Sqlite(crate::sql::sqlite::plain::Plain),
    #[cfg(feature = "postgres")]
    Postgres(crate::sql::postgres::plain::Plain),
    #[cfg(feature = "mysql")]
    Mysql(crate::sql::mysql::plain::Plain),
}

macro_rules! each {
    ($self:ident, $it:ident => $said:expr) => {
        match $self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite($it) => $said,
            #[cfg(feature = "postgres")]
            Self::Postgres($it) => $said,
            #[cfg(feature = "mysql")]
            Self::Mysql($it) => $said,
        }
    };
}

impl Plain {
    pub(super) fn open(url: &str, options: &Options) -> Result<Self, Error> {
        match url.split_once("://") {
            #[cfg(feature = "sqlite")]
            Some(("sqlite", path)) if !path.is_empty() => {
                Ok(Self::Sqlite(crate::sql::sqlite::plain::Plain::open(path)?))
            }
            _ => Self::server(url, options),
        }
    }

    fn server(url: &str, options: &Options) -> Result<Self, Error> {
        let _ = options;
        match url.split_once("://") {
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => {
                Ok(Self::Postgres(crate::sql::postgres::plain::Plain::open(url, options)?))
            }
            #[cfg(feature = "mysql")]
            Some(("mysql" | "mariadb", _)) => {
                Ok(Self::Mysql(crate::sql::mysql::plain::Plain::open(url, options)?))
            }
            // The URL may hold a password: it is not repeated.
            _ => {
                Err(Error::new("open the app's database: this URL is of none that was compiled in"))
            }
        }
    }

    /// The same, of which nothing is written; SQLite sees to that.
    pub(super) fn reading(url: &str, options: &Options) -> Result<Self, Error> {
        let _ = options;
        match url.split_once("://") {
            #[cfg(feature = "sqlite")]
            Some(("sqlite", path)) if !path.is_empty() => {
                Ok(Self::Sqlite(crate::sql::sqlite::plain::Plain::reading(path)?))
            }
            _ => Self::server(url, options),
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Dialect::Postgres,
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => Dialect::Mysql,
        }
    }

    /// The rows that a question finds.
    pub(super) async fn ask(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>, Error> {
        each!(self, it => it.ask(sql, params).await)
    }

    /// The rows that have a text which somebody typed, whatever letters it is of.
    pub(super) async fn look_up(&self, sql: &str, typed: &str) -> Result<Vec<Row>, Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(it) => it.ask(sql, vec![Value::from(typed)]).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(it) => it.look_up(sql, Value::from(typed)).await,
            #[cfg(feature = "mysql")]
            Self::Mysql(it) => it.look_up(sql, Value::from(typed)).await,
        }
    }

    /// How many rows a change found.
    pub(super) async fn change(&self, sql: &str, params: Vec<Value>) -> Result<u64, Error> {
        each!(self, it => it.change(sql, params).await)
    }

    pub(super) async fn close(&self) {
        each!(self, it => it.close().await);
    }

    /// A table's name as PostgreSQL reads it.
    pub(super) fn quoted(table: &str) -> String {
        table.split('.').map(|part| format!("\"{part}\"")).collect::<Vec<_>>().join(".")
    }

    /// PostgreSQL's name of a column's type.
    pub(super) async fn type_of(&self, table: &str, column: &str) -> Result<String, Error> {
        let sql = "SELECT format_type(atttypid, atttypmod)::text FROM pg_attribute \
                   WHERE attrelid = to_regclass($1::text) AND attname = $2::text \
                   AND NOT attisdropped";
        let params = vec![Value::from(Self::quoted(table)), Value::from(column)];
        match self.ask(sql, params).await?.into_iter().flatten().next() {
            Some(Value::Text(name)) => Ok(name),
            _ => Err(Error::new("find the id of the app's table")),
        }
    }
}
