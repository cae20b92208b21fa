//! What is asked of the app's table. Names were checked; they are quoted as well, and
//! each column is said to be the table's, or SQLite would take one that is missing for a
//! text.

use keyward_core::Error;

use super::plain::Plain;
use super::{ALIKE, TableColumns};
use crate::sql::dialect::Dialect;

/// The three statements.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) by_login: String,
    pub(super) by_id: String,
    pub(super) save: String,
}

impl Texts {
    pub(super) async fn new(columns: &TableColumns, plain: &Plain) -> Result<Self, Error> {
        let dialect = plain.dialect();
        let id_type = match dialect {
            Dialect::Postgres => Some(plain.type_of(&columns.table, &columns.id).await?),
            Dialect::Sqlite | Dialect::Mysql => None,
        };
        Ok(Self::of(columns, dialect, id_type.as_deref()))
    }

    fn of(columns: &TableColumns, dialect: Dialect, id_type: Option<&str>) -> Self {
        let quote = |name: &str| match dialect {
            Dialect::Mysql => format!("`{name}`"),
            Dialect::Sqlite | Dialect::Postgres => format!("\"{name}\""),
        };
        let column = |name: &str| format!("t.{}", quote(name));
        let parts: Vec<String> = columns.table.split('.').map(quote).collect();
        let table = parts.join(".");
        let text = |name: &str| match dialect {
            Dialect::Mysql => format!("CAST({} AS CHAR)", column(name)),
            Dialect::Sqlite | Dialect::Postgres => format!("CAST({} AS TEXT)", column(name)),
        };
        let given = |at: usize| match dialect {
            Dialect::Postgres => format!("${at}::text"),
            Dialect::Sqlite | Dialect::Mysql => "?".to_owned(),
        };
        // The column's own type, so that its index is used.
        let given_id = |at: usize| match id_type {
            Some(it) => format!("CAST({} AS {it})", given(at)),
            None => given(at),
        };
        let (id, login, password) =
            (column(&columns.id), column(&columns.login), column(&columns.password));
        let name = columns.name.as_deref().map_or_else(|| "NULL".to_owned(), text);
        let name = if columns.name.is_none() && dialect == Dialect::Postgres {
            "NULL::text".to_owned()
        } else {
            name
        };
        let active = columns.active.as_deref().map(column);
        let active = active.map(|it| format!(" AND {it}")).unwrap_or_default();
        let looked = format!(
            "SELECT {}, {name}, {}, {} FROM {table} t WHERE",
            text(&columns.id),
            text(&columns.password),
            text(&columns.login)
        );
        Self {
            by_login: format!("{looked} {login} = {}{active} LIMIT {ALIKE}", given(1)),
            by_id: format!("{looked} {id} = {}{active} LIMIT {ALIKE}", given_id(1)),
            save: format!(
                "UPDATE {table} AS t SET {} = {} WHERE {id} = {} AND {password} = {}",
                quote(&columns.password),
                given(1),
                given_id(2),
                given(3)
            ),
        }
    }
}
