//! The systems whose people can be read: one file each.
//!
//! To add one: a file with a type that is [`Reads`] for files, or [`Tables`] for a
//! database, and its lines in [`System`].

pub(super) mod asok;
pub(super) mod asyncauth;
pub(super) mod auth0;
pub(super) mod authnzerver;
pub(super) mod django;
pub(super) mod firebase;
pub(super) mod keycloak;
pub(super) mod sanic_security;
pub(super) mod supabase;

use keyward_core::Secret;
use keyward_core::flow::import::{Person, PersonName};
use keyward_core::identifier::Kind;
use serde_json::{Map, Value};

use super::columns::Columns;
use super::row::Row;
use super::source::Fault;

/// A system whose people can be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum System {
    /// A file of rows with a first row that names the columns.
    Csv,
    /// Any table of a database.
    Table,
    /// authnzerver's database.
    Authnzerver,
    /// asyncauth's database; needs its secret, which is the salt of its passwords.
    Asyncauth,
    /// sanic-security's database.
    SanicSecurity,
    /// Asok's database; needs the key of its second factors, where there are some.
    Asok,
    /// Django: what `dumpdata` writes, or its database.
    Django,
    /// Auth0: the export of users, or that of password hashes.
    Auth0,
    /// Firebase: the export of users; needs its hash parameters for passwords.
    Firebase,
    /// Keycloak: the export of a realm with its users.
    Keycloak,
    /// Supabase: its table `auth.users`, in the database or in a file.
    Supabase,
}

impl System {
    /// Every system.
    pub const ALL: [Self; 11] = [
        Self::Csv,
        Self::Table,
        Self::Authnzerver,
        Self::Asyncauth,
        Self::SanicSecurity,
        Self::Asok,
        Self::Django,
        Self::Auth0,
        Self::Firebase,
        Self::Keycloak,
        Self::Supabase,
    ];

    /// Its name: people of it are recognised by this.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Table => "table",
            Self::Authnzerver => "authnzerver",
            Self::Asyncauth => "asyncauth",
            Self::SanicSecurity => "sanic-security",
            Self::Asok => "asok",
            Self::Django => "django",
            Self::Auth0 => "auth0",
            Self::Firebase => "firebase",
            Self::Keycloak => "keycloak",
            Self::Supabase => "supabase",
        }
    }

    /// The system of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.as_str() == text)
    }
}

/// What reads people out of files.
pub(super) trait Reads: Send {
    /// Where a file is one object: the name of the array that has the people.
    fn key(&self) -> Option<&'static str> {
        None
    }

    /// What is missing of the columns, if anything.
    fn look_at(&self, _: &[String]) -> Result<(), String> {
        Ok(())
    }

    /// Who a row is, if it is somebody.
    fn of_row(&mut self, _: &Row) -> Result<Option<Person>, Fault> {
        Err(Fault::MALFORMED)
    }

    /// Who a JSON value is, if it is somebody.
    fn of_json(&mut self, _: &Value) -> Result<Option<Person>, Fault> {
        Err(Fault::MALFORMED)
    }
}

/// What reads people out of tables.
pub(super) trait Tables: Send + Sync {
    /// Where they are.
    fn layout(&self) -> Layout;

    /// Takes in a row of a [small table](Layout::small).
    fn learn(&mut self, _: &Row) {}

    /// Who a row is. `hung` are the rows that hang on it, of each table in
    /// [`Layout::hung`].
    fn person(&mut self, row: &Row, hung: &[Vec<Row>]) -> Result<Person, Fault>;
}

/// The tables of a system.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// A row for each person.
    pub(super) table: &'static str,
    /// What names them for ever.
    pub(super) key: &'static str,
    /// Columns without which it is not this system's.
    pub(super) needed: &'static [&'static str],
    /// More of them, as far as they are there.
    pub(super) wanted: &'static [&'static str],
    /// Of all, those that are never null there: a row that has nothing is refused.
    pub(super) never_null: &'static [&'static str],
    /// Of these, those that are no text: they are read as hexadecimal.
    pub(super) bytes: &'static [&'static str],
    /// Rows that hang on each person: the table, its key, the column that names the
    /// person, and what is wanted.
    pub(super) hung: &'static [Hung],
    /// A table that is read as a whole before the people: its key, and what is wanted.
    pub(super) small: Option<(&'static str, &'static str, &'static [&'static str])>,
}

/// A table whose rows hang on people.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hung {
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    pub(super) person: &'static str,
    pub(super) wanted: &'static [&'static str],
}

/// A file of rows, with columns as the operator named them.
#[derive(Debug)]
pub(super) struct Rows(pub(super) Columns);

impl Reads for Rows {
    fn look_at(&self, columns: &[String]) -> Result<(), String> {
        self.0.check()?;
        match self.0.named.values().find(|column| !columns.contains(column)) {
            Some(column) => Err(format!("there is no column `{column}`")),
            None => Ok(()),
        }
    }

    fn of_row(&mut self, row: &Row) -> Result<Option<Person>, Fault> {
        self.0.person(row).map(Some)
    }
}

pub(super) fn email(value: &str, is_verified: bool) -> PersonName {
    PersonName { kind: Kind::Email, value: value.to_owned(), is_verified }
}

pub(super) fn phone(value: &str, is_verified: bool) -> PersonName {
    PersonName { kind: Kind::Phone, value: value.to_owned(), is_verified }
}

/// A name of somebody's own choice; where it has the form of an address, it is one.
pub(super) fn username(value: &str) -> PersonName {
    let kind = if value.contains('@') { Kind::Email } else { Kind::Username };
    PersonName { kind, value: value.to_owned(), is_verified: false }
}

/// What stands under a name, if it is text and not empty.
fn text<'a>(of: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    of.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn is(of: &Map<String, Value>, name: &str) -> bool {
    of.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// Texts in an array under a name.
fn texts<'a>(of: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    let all = of.get(name).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A stored form, unless it is empty.
fn stored(text: Option<&str>) -> Option<Secret> {
    text.map(Secret::new)
}

/// Two parts of a name.
fn joined(first: Option<&str>, last: Option<&str>) -> String {
    [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Every person that a text has in the words of any system, as those who search for
/// faults read it.
#[doc(hidden)]
pub fn read_text(data: &[u8]) -> Vec<Result<Person, Fault>> {
    let mut all: Vec<Box<dyn Reads>> = vec![
        Box::new(auth0::Auth0),
        Box::new(django::Django::default()),
        Box::new(firebase::Firebase::new(None)),
        Box::new(keycloak::Keycloak),
        Box::new(supabase::Supabase),
    ];
    let mut found = vec![];
    for system in &mut all {
        for value in super::json::read_all(data, system.key()) {
            found.extend(value.and_then(|value| system.of_json(&value)).transpose());
        }
    }
    found
}
