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
    /// Why a cell is not as it is there, if one is not.
    pub flaw: Option<OtherFlaw>,
}

/// Why a cell cannot be told as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OtherFlaw {
    /// It has more than [`OtherRow::MAX_CELL`] characters, and is cut.
    Cut,
    /// Its bytes are no UTF-8.
    NotText,
}

impl OtherRow {
    /// Characters of a cell, at most.
    pub const MAX_CELL: usize = 16 * 1_024;
}

/// Bytes of a cell, at most.
const MAX_BYTES: usize = 4 * OtherRow::MAX_CELL;

/// Where a row stands in the order of its table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OtherKey {
    value: Value,
    /// SQLite keeps texts of any bytes, and sorts them before what is no text.
    is_text: bool,
}

impl Default for OtherKey {
    fn default() -> Self {
        Self::of(Value::Null)
    }
}

impl OtherKey {
    fn of(value: Value) -> Self {
        Self { is_text: matches!(value, Value::Text(_)), value }
    }

    /// As text that [`parse`](Self::parse) reads: `i5`, `tabc`, `b00ff`, `o00ff`.
    pub fn to_text(&self) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        match (&self.value, self.is_text) {
            (Value::Int(number), _) => format!("i{number}"),
            (Value::Text(text), _) => format!("t{text}"),
            (Value::Bytes(bytes), false) => format!("b{}", hex(bytes)),
            (Value::Bytes(bytes), true) => format!("o{}", hex(bytes)),
            (Value::Null, _) => String::new(),
        }
    }

    /// Reads it back.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        let value = match kind {
            "i" => Value::Int(rest.parse().ok()?),
            "t" => Value::Text(rest.to_owned()),
            "b" | "o" => Value::Bytes(from_hex(rest)?),
            _ => return None,
        };
        Some(Self { value, is_text: matches!(kind, "t" | "o") })
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
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
        self.count_of(table, "TRUE", vec![]).await
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
                let given = self.given_key(what, after).await?;
                (format!("{key} > {given}"), vec![after.value.clone()])
            }
        };
        let order = format!("ORDER BY {key} LIMIT {limit}");
        let rows = self.rows(what, &format!("{given} {order}"), params).await?;
        match rows.last() {
            // What follows it could not be asked for.
            Some(OtherRow { key: OtherKey { value: Value::Null, .. }, .. }) => {
                Err(Error::because(WHAT, "its key is neither number nor text"))
            }
            _ => Ok(rows),
        }
    }

    /// How many rows have no key: they are on no page.
    ///
    /// # Errors
    /// As [`columns_of`](Self::columns_of).
    pub async fn count_without(&self, what: &Reading) -> Result<u64, Error> {
        what.check()?;
        let given = format!("{} IS NULL", self.column(&what.key));
        self.count_of(&what.table, &given, vec![]).await
    }

    /// How many rows have this key: those that are not on its page are on none.
    ///
    /// # Errors
    /// As [`columns_of`](Self::columns_of).
    pub async fn count_with(&self, what: &Reading, key: &OtherKey) -> Result<u64, Error> {
        what.check()?;
        let given = self.given_key(what, key).await?;
        let given = format!("{} = {given}", self.column(&what.key));
        self.count_of(&what.table, &given, vec![key.value.clone()]).await
    }

    async fn count_of(&self, table: &str, given: &str, params: Vec<Value>) -> Result<u64, Error> {
        let sql = format!("SELECT COUNT(*) FROM {} t WHERE {given}", self.table(table));
        match self.plain.ask(&sql, params).await?.into_iter().flatten().next() {
            Some(Value::Int(count)) => Ok(u64::try_from(count).unwrap_or(0)),
            _ => Err(Error::new(WHAT)),
        }
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
        let key = self.column(&what.key);
        // As it is, where it can be: a number in a column of no type is no text.
        let (key, kind) = match self.plain.dialect() {
            Dialect::Sqlite => (key.clone(), format!("TYPEOF({key})")),
            Dialect::Mysql => (key, "NULL".to_owned()),
            Dialect::Postgres => (self.text(&what.key), "NULL::text".to_owned()),
        };
        let cells = what.columns.iter().map(|column| self.cell(column));
        let all: Vec<String> = [key, kind].into_iter().chain(cells).collect();
        let table = self.table(&what.table);
        let sql = format!("SELECT {} FROM {table} t WHERE {rest}", all.join(", "));
        let rows = self.plain.ask(&sql, params).await?;
        Ok(rows.into_iter().map(|row| read(row, self.plain.dialect())).collect())
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
        format!("CAST({} AS TEXT)", self.column(name))
    }

    fn cell(&self, column: &OtherColumn) -> String {
        let name = self.column(&column.name);
        let cut = |whole: &str| format!("SUBSTR({whole}, 1, {})", OtherRow::MAX_CELL + 1);
        let bytes = |whole: &str| format!("SUBSTR({whole}, 1, {})", MAX_BYTES + 1);
        match (column.is_bytes, self.plain.dialect()) {
            (true, Dialect::Postgres) => cut(&format!("encode({name}, 'hex')")),
            (true, Dialect::Mysql) => cut(&format!("LOWER(HEX({name}))")),
            // Of nothing it would make an empty text.
            (true, Dialect::Sqlite) => {
                format!(
                    "CASE WHEN {name} IS NOT NULL THEN {} END",
                    cut(&format!("LOWER(HEX({name}))"))
                )
            }
            (false, Dialect::Postgres) => cut(&self.text(&column.name)),
            // The beginning of a text would end where a NUL is.
            (false, Dialect::Sqlite) => format!(
                "CASE WHEN LENGTH(CAST({name} AS BLOB)) > {MAX_BYTES} THEN {} \
                 ELSE CAST({name} AS TEXT) END",
                bytes(&format!("CAST({name} AS BLOB)"))
            ),
            // What is no text would become one, with question marks in it.
            (false, Dialect::Mysql) => format!(
                "IF(CHARSET({name}) = 'binary', {}, CAST({} AS BINARY))",
                bytes(&format!("CAST({name} AS BINARY)")),
                cut(&format!("CAST({name} AS CHAR CHARACTER SET utf8mb4)"))
            ),
        }
    }

    /// A placeholder for a key.
    async fn given_key(&self, what: &Reading, key: &OtherKey) -> Result<String, Error> {
        match (&key.value, self.plain.dialect()) {
            (Value::Bytes(_), Dialect::Sqlite) if key.is_text => Ok("CAST(? AS TEXT)".to_owned()),
            _ => self.given(what, &what.key, 1).await,
        }
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

/// A row: its key, the key's type where that is SQLite's, and its cells.
fn read(row: Row, dialect: Dialect) -> OtherRow {
    let mut cells = row.into_iter();
    let (key, kind) = (cells.next().unwrap_or(Value::Null), cells.next());
    let key = match key {
        // MySQL tells text as bytes.
        Value::Bytes(bytes) if dialect == Dialect::Mysql => match String::from_utf8(bytes) {
            Ok(text) => OtherKey::of(Value::Text(text)),
            Err(error) => OtherKey::of(Value::Bytes(error.into_bytes())),
        },
        value @ Value::Bytes(_) => {
            OtherKey { value, is_text: kind.and_then(text).as_deref() == Some("text") }
        }
        value => OtherKey::of(value),
    };
    let cells: Vec<Value> = cells.collect();
    let flaw = cells.iter().filter_map(flaw).min_by_key(|flaw| *flaw == OtherFlaw::NotText);
    OtherRow { key, flaw, cells: cells.into_iter().map(text).collect() }
}

fn flaw(cell: &Value) -> Option<OtherFlaw> {
    let is_long =
        |text: &str| text.len() > OtherRow::MAX_CELL && text.chars().count() > OtherRow::MAX_CELL;
    match cell {
        Value::Text(text) => is_long(text).then_some(OtherFlaw::Cut),
        Value::Bytes(bytes) if bytes.len() > MAX_BYTES => Some(OtherFlaw::Cut),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => is_long(text).then_some(OtherFlaw::Cut),
            Err(_) => Some(OtherFlaw::NotText),
        },
        Value::Int(_) | Value::Null => None,
    }
}

/// A cell as text, as far as it is some.
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
        let odd = OtherKey { value: Value::Bytes(vec![0, 255]), is_text: true };
        let plain = [
            Value::Int(-5),
            Value::Text("5".into()),
            Value::Text(String::new()),
            Value::Bytes(vec![0, 255]),
        ];
        for key in plain.map(OtherKey::of).into_iter().chain([odd]) {
            assert_eq!(OtherKey::parse(&key.to_text()), Some(key));
        }
        for text in ["", "x5", "i", "ifive", "b0", "bzz", "o\u{e9}"] {
            assert_eq!(OtherKey::parse(text), None, "{text}");
        }
    }
}
