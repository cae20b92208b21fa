//! A table of the app's own, with people and their passwords in it: somebody is looked
//! up by login or id, and what is stored of their password is replaced. Nothing else is
//! read or written, and nothing is migrated.

pub(crate) mod other;
mod plain;
mod text;

use keyward_core::identifier::folded;
use keyward_core::record::Identity;
use keyward_core::{Error, Secret};

use super::value::{Row, Value, params};
use crate::open::Options;
use plain::Plain;
use text::Texts;

/// Where people are in a database of the app's. Every name is one of SQL: up to 63
/// letters, digits and `_`, not beginning with a digit; before the table's a schema may
/// stand, with a dot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableColumns {
    /// The table: `members`, `shop.customers`.
    pub table: String,
    /// What names somebody for ever: a number, a UUID, a text of up to 255 bytes; unique.
    /// A row that has none is nobody.
    pub id: String,
    /// What people type; compared as the database compares it, and then as we compare the
    /// names of our own accounts: a collation that takes `é` for `e` finds nobody by it.
    /// Of several rows with one login, none is found.
    pub login: String,
    /// What is stored of the password. As long as what is written there: 128 characters
    /// or more. Null and an empty text are none.
    pub password: String,
    /// What to call people, if there is such a column.
    pub name: Option<String>,
    /// Of truth: whoever has it false, or null, is not found.
    pub active: Option<String>,
}

/// Somebody in the table.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// As text, whatever it is there.
    pub id: String,
    /// What to call them; empty if that is not known.
    pub name: String,
    /// What is stored of their password; empty for nothing.
    pub password: Secret,
}

/// An open table of the app's.
#[derive(Debug)]
pub struct UserTable {
    plain: Plain,
    texts: Texts,
}

/// Rows that a database may take for one login, and we must tell apart: so many are
/// nobody.
const ALIKE: usize = 16;
/// Bytes of what people type, at most.
const MAX_LOGIN: usize = 320;

impl UserTable {
    /// Opens the table in the database at `url`: `sqlite://FILE`, `postgres://…`,
    /// `mysql://…`, with the same rules for encryption as [`open`](crate::open()).
    ///
    /// # Errors
    /// A name that is none, a table or a column that is not there, or no connection.
    pub async fn open(url: &str, columns: &TableColumns, options: &Options) -> Result<Self, Error> {
        columns.check()?;
        let plain = Plain::open(url, options)?;
        let texts = Texts::new(columns, &plain).await?;
        let table = Self { plain, texts };
        table.by_login("").await?;
        Ok(table)
    }

    /// Whoever has this login; nobody where several have it.
    pub async fn by_login(&self, login: &str) -> Result<Option<TableRow>, Error> {
        // No row has it: and PostgreSQL would rather fail than say so.
        if login.len() > MAX_LOGIN || login.chars().any(char::is_control) {
            return Ok(None);
        }
        let mut rows = self.plain.look_up(&self.texts.by_login, login).await?;
        if rows.len() >= ALIKE {
            return Ok(None);
        }
        let wanted = folded(login);
        rows.retain(|row| row.last().and_then(text_of).is_some_and(|it| folded(&it) == wanted));
        only(rows)
    }

    /// Whoever has this id.
    pub async fn by_id(&self, id: &str) -> Result<Option<TableRow>, Error> {
        let mut rows = self.plain.ask(&self.texts.by_id, params![id]).await?;
        // MySQL finds the number 12 by `12 and more`, and `ada` by `ADA`.
        rows.retain(|row| row.first().and_then(text_of).is_some_and(|it| it == id));
        only(rows)
    }

    /// Replaces what is stored of a password, if it is still `was`. Whether it was.
    pub async fn save(&self, id: &str, was: &Secret, now: &Secret) -> Result<bool, Error> {
        let params = params![now.reveal(), id, was.reveal()];
        Ok(self.plain.change(&self.texts.save, params).await? == 1)
    }

    /// Lets go of the database.
    pub async fn close(&self) {
        self.plain.close().await;
    }
}

impl TableColumns {
    fn check(&self) -> Result<(), Error> {
        let parts = self.table.split('.');
        let more = [&self.name, &self.active].into_iter().flatten();
        let columns = [&self.id, &self.login, &self.password].into_iter().chain(more);
        let mut names = parts.clone().chain(columns.map(String::as_str));
        match parts.count() <= 2 && names.all(is_name) {
            true => Ok(()),
            false => Err(Error::because("read the app's table", "a name is none of SQL")),
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut letters = text.bytes();
    let begins = letters.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    begins && text.len() <= 63 && letters.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn only(rows: Vec<Row>) -> Result<Option<TableRow>, Error> {
    let mut rows = rows.into_iter();
    let (Some(row), None) = (rows.next(), rows.next()) else { return Ok(None) };
    if matches!(row.first(), Some(Value::Null)) {
        return Ok(None);
    }
    let mut cells = row.iter().map(text_of);
    let mut next = || cells.next().flatten();
    let (id, name, password) = (next(), next(), next());
    let id = id.filter(|id| !id.is_empty() && id.len() <= Identity::MAX);
    let id = id.ok_or_else(|| Error::new("read an id of the app's table"))?;
    let password = Secret::new(password.unwrap_or_default());
    Ok(Some(TableRow { id, name: name.unwrap_or_default(), password }))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
        Value::Int(_) | Value::Null => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_of_sql_and_nothing_else() {
        for (text, fine) in [
            ("members", true),
            ("_m2", true),
            ("Members", true),
            ("", false),
            ("2m", false),
            ("a b", false),
            ("a\"b", false),
            ("a`b", false),
            ("a;--", false),
            ("a'", false),
            ("straße", false),
            (&"m".repeat(64), false),
        ] {
            assert_eq!(is_name(text), fine, "{text}");
        }
        let columns = |table: &str| TableColumns {
            table: table.into(),
            id: "id".into(),
            login: "login".into(),
            password: "hash".into(),
            name: None,
            active: None,
        };
        for (table, fine) in
            [("shop.members", true), ("a.b.c", false), (".members", false), ("a.", false)]
        {
            assert_eq!(columns(table).check().is_ok(), fine, "{table}");
        }
    }
}
