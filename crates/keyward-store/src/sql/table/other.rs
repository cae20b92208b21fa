//! Tables of another system, read in the order of a key, a page at a time. Nothing is
//! ever written there.

use keyward_core::Error;

use super::is_name;
use super::plain::Plain;
use crate::open::Options;
use crate::sql::dialect::Dialect;
use crate::sql::value::{Row, Value};

/// Another system's database.
#[derive(Debug)]
pub struct OtherDatabase {
    plain: Plain,
}

/// What is read of one table. Names are those of SQL, as in
/// [`TableColumns`](super::TableColumns).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    /// The table: `users`, `auth.users`.
    pub table: String,
    /// A column that is unique and never null, such as the primary key.
    pub key: String,
    /// What is wanted of each row.
    pub columns: Vec<OtherColumn>,
}

/// A column, and how it is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OtherColumn {
    /// Its name.
    pub name: String,
    /// As hexadecimal, for what is no text.
    pub is_bytes: bool,
}

/// One row.
#[derive(Clone, Debug, Default)]
pub struct OtherRow {
    /// Its key: pass it as `after` for what follows.
    pub key: OtherKey,
    /// What was wanted, in that order, as text; `None` for null.
    pub cells: Vec<Option<String>>,
    /// Whether a cell has more than [`OtherRow::MAX_CELL`] characters, and is cut.
    pub is_cut: bool,
}

impl OtherRow {
    /// Characters of a cell, at most.
    pub const MAX_CELL: usize = 16 * 1_024;
}

/// Where a row stands in the order of its table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OtherKey(Value);

impl Default for OtherKey {
    fn default() -> Self {
        Self(Value::Null)
    }
}

impl OtherKey {
    /// As text that [`parse`](Self::parse) reads: `i5`, `tabc`.
    pub fn to_text(&self) -> String {
        match &self.0 {
            Value::Int(number) => format!("i{number}"),
            Value::Text(text) => format!("t{text}"),
            Value::Bytes(_) | Value::Null => String::new(),
        }
    }

    /// Reads it back.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_at_checked(1)? {
            ("i", number) => number.parse().ok().map(|number| Self(Value::Int(number))),
            ("t", text) => Some(Self(Value::Text(text.to_owned()))),
            _ => None,
        }
    }
}

const WHAT: &str = "read the other system's database";

impl OtherDatabase {
    /// Opens the database at `url`: `sqlite://FILE`, `postgres://…`, `mysql://…`, with the
    /// same rules for encryption as [`open`](crate::open()). The file is opened to be read.
    ///
    /// # Errors
    /// No such file, or no connection.
    pub async fn open(url: &str, options: &Options) -> Result<Self, Error> {
        Ok(Self { plain: Plain::reading(url, options)? })
    }

    /// The columns of a table; none where there is no such table.
    ///
    /// # Errors
    /// A name that is none, or the database cannot be asked.
    pub async fn columns_of(&self, table: &str) -> Result<Vec<String>, Error> {
        check(table.split('.'))?;
        let (schema, name) = table.split_once('.').unwrap_or(("", table));
        let (sql, params) = match self.plain.dialect() {
            Dialect::Sqlite => {
                let schema = if schema.is_empty() { "main" } else { schema };
                ("SELECT name FROM pragma_table_info(?, ?)", vec![name, schema])
            }
            Dialect::Postgres => (
                "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1::text) \
                 AND attnum > 0 AND NOT attisdropped",
                vec![],
            ),
            Dialect::Mysql => (
                "SELECT CAST(column_name AS CHAR) FROM information_schema.columns \
                 WHERE table_name = ? AND table_schema = COALESCE(NULLIF(?, ''), DATABASE())",
                vec![name, schema],
            ),
        };
        let mut params: Vec<Value> = params.into_iter().map(Value::from).collect();
        if self.plain.dialect() == Dialect::Postgres {
            params.push(Value::from(Plain::quoted(table)));
        }
        let rows = self.plain.ask(sql, params).await?;
        Ok(rows.into_iter().flatten().filter_map(text).collect())
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// As [`columns_of`](Self::columns_of).
    pub async fn count(&self, table: &str) -> Result<u64, Error> {
        check(table.split('.'))?;
        let sql = format!("SELECT COUNT(*) FROM {}", self.table(table));
        match self.plain.ask(&sql, vec![]).await?.into_iter().flatten().next() {
            Some(Value::Int(count)) => Ok(u64::try_from(count).unwrap_or(0)),
            _ => Err(Error::new(WHAT)),
        }
    }

    /// The rows after `after`, or the first ones, at most `limit`.
    ///
    /// # Errors
    /// As [`columns_of`](Self::columns_of).
    pub async fn page(
        &self,
        what: &Reading,
        after: Option<&OtherKey>,
        limit: usize,
    ) -> Result<Vec<OtherRow>, Error> {
        what.check()?;
        let key = self.column(&what.key);
        let (given, params) = match after {
            None => (format!("{key} IS NOT NULL"), vec![]),
            Some(after) => {
                let given = self.given(what, &what.key, 1).await?;
                (format!("{key} > {given}"), vec![after.0.clone()])
            }
        };
        let order = format!("ORDER BY {key} LIMIT {limit}");
        self.rows(what, &format!("{given} {order}"), params).await
    }

    /// The rows whose `column` is one of these, for what hangs on a page of others: at
    /// most [`MOST`](Self::MOST) keys, and at most `limit` rows.
    ///
    /// # Errors
    /// As [`columns_of`](Self::columns_of).
    pub async fn matching(
        &self,
        what: &Reading,
        column: &str,
        keys: &[String],
        limit: usize,
    ) -> Result<Vec<OtherRow>, Error> {
        what.check()?;
        check([column].into_iter())?;
        let (Some(last), true) = (keys.last(), keys.len() <= Self::MOST) else {
            return if keys.is_empty() { Ok(vec![]) } else { Err(Error::new(WHAT)) };
        };
        // One text for every number of them.
        let keys = keys.iter().chain(core::iter::repeat(last)).take(Self::MOST);
        let params: Vec<Value> = keys.map(Value::from).collect();
        let mut given = Vec::with_capacity(Self::MOST);
        let first = self.given(what, column, 1).await?;
        for at in 1..=Self::MOST {
            given.push(first.replace("$1", &format!("${at}")));
        }
        let rest = format!("{} IN ({}) LIMIT {limit}", self.column(column), given.join(", "));
        self.rows(what, &rest, params).await
    }

    /// Keys of one question, at most.
    pub const MOST: usize = 200;

    /// Lets go of the database.
    pub async fn close(&self) {
        self.plain.close().await;
    }

    async fn rows(
        &self,
        what: &Reading,
        rest: &str,
        params: Vec<Value>,
    ) -> Result<Vec<OtherRow>, Error> {
        let key = match self.plain.dialect() {
            // As it is: a number in a column of no type is no text.
            Dialect::Sqlite => self.column(&what.key),
            Dialect::Postgres | Dialect::Mysql => self.text(&what.key),
        };
        let cells = what.columns.iter().map(|column| self.cell(column));
        let all: Vec<String> = [key].into_iter().chain(cells).collect();
        let table = self.table(&what.table);
        let sql = format!("SELECT {} FROM {table} t WHERE {rest}", all.join(", "));
        let rows = self.plain.ask(&sql, params).await?;
        Ok(rows.into_iter().map(row).collect())
    }

    fn quote(&self, name: &str) -> String {
        match self.plain.dialect() {
            Dialect::Mysql => format!("`{name}`"),
            Dialect::Sqlite | Dialect::Postgres => format!("\"{name}\""),
        }
    }

    fn table(&self, name: &str) -> String {
        name.split('.').map(|part| self.quote(part)).collect::<Vec<_>>().join(".")
    }

    /// A column is said to be the table's, or SQLite would take a missing one for a text.
    fn column(&self, name: &str) -> String {
        format!("t.{}", self.quote(name))
    }

    fn text(&self, name: &str) -> String {
        let to = if self.plain.dialect() == Dialect::Mysql { "CHAR" } else { "TEXT" };
        format!("CAST({} AS {to})", self.column(name))
    }

    fn cell(&self, column: &OtherColumn) -> String {
        let whole = match (column.is_bytes, self.plain.dialect()) {
            (true, Dialect::Postgres) => format!("encode({}, 'hex')", self.column(&column.name)),
            (true, Dialect::Sqlite | Dialect::Mysql) => {
                format!("LOWER(HEX({}))", self.column(&column.name))
            }
            (false, _) => self.text(&column.name),
        };
        format!("SUBSTR({whole}, 1, {})", OtherRow::MAX_CELL + 1)
    }

    /// A placeholder of the column's own type, so that its index is used.
    async fn given(&self, what: &Reading, column: &str, at: usize) -> Result<String, Error> {
        match self.plain.dialect() {
            Dialect::Postgres => {
                let own = self.plain.type_of(&what.table, column).await?;
                Ok(format!("CAST(${at}::text AS {own})"))
            }
            Dialect::Sqlite | Dialect::Mysql => Ok("?".to_owned()),
        }
    }
}

impl Reading {
    fn check(&self) -> Result<(), Error> {
        let columns = self.columns.iter().map(|column| column.name.as_str());
        check(self.table.split('.').chain([self.key.as_str()]).chain(columns))?;
        if self.table.split('.').count() > 2 { Err(Error::because(WHAT, NAME)) } else { Ok(()) }
    }
}

const NAME: &str = "a name is none of SQL";

fn check<'a>(mut names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    if names.all(is_name) { Ok(()) } else { Err(Error::because(WHAT, NAME)) }
}

fn row(row: Row) -> OtherRow {
    let mut cells = row.into_iter();
    let key = match cells.next().unwrap_or(Value::Null) {
        Value::Bytes(bytes) => String::from_utf8(bytes).map_or(Value::Null, Value::Text),
        key => key,
    };
    let cells: Vec<Option<String>> = cells.map(text).collect();
    let is_long = |cell: &String| {
        cell.len() > OtherRow::MAX_CELL && cell.chars().count() > OtherRow::MAX_CELL
    };
    OtherRow { key: OtherKey(key), is_cut: cells.iter().flatten().any(is_long), cells }
}

/// MySQL tells text as bytes.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        Value::Int(number) => Some(number.to_string()),
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Value::Null => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_as_it_was() {
        for value in [Value::Int(-5), Value::Text("5".into()), Value::Text(String::new())] {
            let key = OtherKey(value);
            assert_eq!(OtherKey::parse(&key.to_text()), Some(key));
        }
        for text in ["", "x5", "i", "ifive"] {
            assert_eq!(OtherKey::parse(text), None, "{text}");
        }
    }
}
