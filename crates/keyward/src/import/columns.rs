//! Which column says what: for files of rows, and for any table.

use std::collections::BTreeMap;

use keyward_core::Secret;
use keyward_core::crypto::otp::OtpSecret;
use keyward_core::flow::import::{Loss, Person};

use super::row::Row;
use super::source::Fault;
use super::systems::{email, phone, username};

/// Which column says what. What is not named has the column of its own name, if there is
/// one: `email`, `password_hash`, …
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The table, where it is one of a database: `members`, `shop.customers`.
    pub table: String,
    /// For a field of [`FIELDS`](Self::FIELDS) or `properties.NAME`, the name of its
    /// column.
    pub named: BTreeMap<String, String>,
}

impl Columns {
    /// What a column can say. `id` is what the other system calls somebody for ever; where
    /// there is none, the first address or name is taken for it. `verified` is true of
    /// both addresses. `roles` are separated by commas. `locked` says yes or no.
    pub const FIELDS: [&'static str; 14] = [
        "id",
        "email",
        "username",
        "phone",
        "name",
        "password_hash",
        "verified",
        "email_verified",
        "phone_verified",
        "roles",
        "created_at",
        "locked",
        "must_change_password",
        "totp_secret",
    ];

    /// The field of this name, or why there is none.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_field =
            |name: &&String| Self::FIELDS.contains(&name.as_str()) || name.starts_with(PROPERTY);
        match self.named.keys().find(|name| !is_field(name)) {
            None => Ok(()),
            Some(name) => Err(format!("no column can say `{name}`")),
        }
    }

    fn column<'a>(&'a self, field: &'a str) -> &'a str {
        self.named.get(field).map_or(field, String::as_str)
    }

    /// The columns of a table that are wanted of those that there are.
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(super) fn wanted(&self, there: &[String]) -> Vec<String> {
        let fields = Self::FIELDS.iter().map(|field| self.column(field).to_owned());
        let properties = self.named.iter().filter(|(field, _)| field.starts_with(PROPERTY));
        let all = fields.chain(properties.map(|(_, column)| column.clone()));
        let mut wanted: Vec<String> = all.filter(|column| there.contains(column)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Somebody.
    pub(super) fn person(&self, row: &Row) -> Result<Person, Fault> {
        let text = |field: &str| row.text(self.column(field));
        let is = |field: &str| row.is(self.column(field));
        let verified = is("verified")?;
        let (by_email, by_phone) = (is("email_verified")?, is("phone_verified")?);
        let names = [
            text("email").map(|it| email(it, verified || by_email)),
            text("username").map(username),
            text("phone").map(|it| phone(it, verified || by_phone)),
        ];
        let mut person = Person {
            names: names.into_iter().flatten().collect(),
            name: text("name").unwrap_or_default().to_owned(),
            password: text("password_hash").map(Secret::new),
            must_change_password: is("must_change_password")?,
            roles: text("roles").map(list).unwrap_or_default(),
            created_at: row.time(self.column("created_at"))?,
            locked: is("locked")?.then(|| "locked before the import".to_owned()),
            ..Person::default()
        };
        let id = text("id").or_else(|| person.names.first().map(|name| name.value.as_str()));
        person.id = id.ok_or(Fault::NO_ID)?.to_owned();
        if let Some(secret) = text("totp_secret") {
            person.totp = OtpSecret::import(secret).ok();
            if person.totp.is_none() {
                person.unreadable.push("totp");
            }
        }
        self.properties(row, &mut person);
        Ok(person)
    }

    fn properties(&self, row: &Row, person: &mut Person) {
        for (column, text) in row.all() {
            let named = self.named.iter().find(|(_, named)| *named == column);
            let field = named.map_or(column, |(field, _)| field.as_str());
            match field.strip_prefix(PROPERTY) {
                _ if text.trim().is_empty() => {}
                Some(name) => {
                    person.properties.insert(name.to_owned(), text.into());
                }
                None if Self::FIELDS.contains(&field) => {}
                None => person.lost.push(Loss::one("column", column)),
            }
        }
    }
}

/// Before the name of a property.
const PROPERTY: &str = "properties.";

fn list(text: &str) -> Vec<String> {
    if let Ok(names) = serde_json::from_str::<Vec<String>>(text) {
        return names;
    }
    let parts = text.trim_matches(['{', '}']).split([',', '|']);
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
