//! sanic-security: its tables `account`, `role` and `account_role`. Passwords are
//! Argon2id.

use std::collections::BTreeMap;

use keyward_core::flow::import::{Loss, Person};

use super::{Hung, Layout, Tables, email, phone, stored, username};
use crate::import::row::Row;
use crate::import::source::Fault;

#[derive(Default)]
pub(in crate::import) struct SanicSecurity {
    roles: BTreeMap<String, String>,
}

impl Tables for SanicSecurity {
    fn layout(&self) -> Layout {
        Layout {
            table: "account",
            key: "id",
            needed: &["email", "password", "disabled", "verified"],
            wanted: &["username", "phone", "oauth_id", "deleted", "date_created"],
            never_null: &["email", "password", "disabled", "verified"],
            bytes: &[],
            hung: &[Hung {
                table: "account_role",
                key: "role_id",
                person: "account_id",
                wanted: &["role_id"],
            }],
            small: Some(("role", "id", &["name", "deleted"])),
        }
    }

    fn learn(&mut self, row: &Row) {
        let is_live = row.is("deleted") == Ok(false);
        if let (Some(id), Some(name), true) = (row.text("id"), row.text("name"), is_live) {
            self.roles.insert(id.to_owned(), name.to_owned());
        }
    }

    fn person(&mut self, row: &Row, hung: &[Vec<Row>]) -> Result<Person, Fault> {
        if row.is("deleted")? {
            return Err(Fault::DELETED);
        }
        let is_verified = row.is("verified")?;
        let names = [
            row.text("email").map(|it| email(it, is_verified)),
            row.text("username").map(username),
            row.text("phone").map(|it| phone(it, false)),
        ];
        let roles = hung.iter().flatten().filter_map(|row| self.roles.get(row.text("role_id")?));
        let oauth = row.text("oauth_id").map(|_| Loss::of("sign-in at another service"));
        Ok(Person {
            id: row.id("id")?,
            names: names.into_iter().flatten().collect(),
            password: stored(row.text("password")),
            roles: roles.cloned().collect(),
            created_at: row.time("date_created")?,
            locked: row.is("disabled")?.then(|| "disabled in sanic-security".to_owned()),
            lost: oauth.into_iter().collect(),
            ..Person::default()
        })
    }
}
