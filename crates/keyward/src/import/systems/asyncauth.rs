//! asyncauth: its tables `account`, `role` and `permission`. The secret of its
//! configuration is the salt of every password.

use keyward_core::Secret;
use keyward_core::crypto::password::from_asyncauth;
use keyward_core::flow::import::{Loss, Person};

use super::{Hung, Layout, Tables, email, phone, username};
use crate::hex;
use crate::import::row::Row;
use crate::import::source::Fault;

pub(in crate::import) struct Asyncauth {
    /// `AUTH.secret`.
    pub(in crate::import) secret: Secret,
}

impl Tables for Asyncauth {
    fn layout(&self) -> Layout {
        Layout {
            table: "account",
            key: "id",
            needed: &["uid", "email", "password", "disabled", "verified"],
            wanted: &["username", "phone", "deleted", "date_created"],
            never_null: &["uid", "email", "password", "disabled", "verified"],
            bytes: &["password"],
            hung: &[
                Hung {
                    table: "role",
                    key: "id",
                    person: "account_id",
                    wanted: &["name", "deleted"],
                },
                Hung {
                    table: "permission",
                    key: "id",
                    person: "account_id",
                    wanted: &["wildcard", "deleted"],
                },
            ],
            small: None,
        }
    }

    fn person(&mut self, row: &Row, hung: &[Vec<Row>]) -> Result<Person, Fault> {
        if row.is("deleted")? {
            return Err(Fault::DELETED);
        }
        let is_verified = row.is("verified")?;
        let there = |at: usize, column: &'static str| {
            let live = |row: &&Row| row.is("deleted") == Ok(false);
            let rows = hung.get(at).into_iter().flatten().filter(live);
            rows.filter_map(move |row| row.text(column))
        };
        let names = [
            row.text("email").map(|it| email(it, is_verified)),
            row.text("username").map(username),
            // One mark says that either was proven.
            row.text("phone").map(|it| phone(it, false)),
        ];
        Ok(Person {
            // Its number is its own; the uid is what the app told others.
            id: row.id("uid")?,
            names: names.into_iter().flatten().collect(),
            password: row.text("password").map(|text| self.password(text)),
            roles: there(0, "name").map(str::to_owned).collect(),
            created_at: row.time("date_created")?,
            locked: row.is("disabled")?.then(|| "disabled in asyncauth".to_owned()),
            lost: there(1, "wildcard").map(|it| Loss::one("permission", it)).collect(),
            ..Person::default()
        })
    }
}

impl Asyncauth {
    /// The stored form; what is none stays what it is, and is refused.
    fn password(&self, text: &str) -> Secret {
        let bytes = hex::from_hex(text).unwrap_or_default();
        from_asyncauth(&self.secret, &bytes).map_or_else(|_| Secret::new("?"), Secret::new)
    }
}
