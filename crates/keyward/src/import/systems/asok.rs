//! Asok: its tables `users`, `roles` and `role_user`, with authenticator apps and the
//! codes for whoever loses one.

use std::collections::BTreeMap;

use keyward_core::Secret;
use keyward_core::crypto::asok::{open_totp, stored_backup_code};
use keyward_core::crypto::otp::OtpSecret;
use keyward_core::flow::import::Person;

use super::{Hung, Layout, Tables, email, stored};
use crate::import::row::Row;
use crate::import::source::Fault;

#[derive(Default)]
pub(in crate::import) struct Asok {
    /// `TOTP_ENCRYPTION_KEY`, or `SECRET_KEY` where that is not set.
    pub(in crate::import) key: Option<Secret>,
    roles: BTreeMap<String, String>,
}

/// The role of whoever may do everything there.
const ADMIN: &str = "is_admin";

impl Asok {
    pub(in crate::import) fn new(key: Option<Secret>) -> Self {
        Self { key, ..Self::default() }
    }

    /// The app's secret, or the word for what cannot be read.
    fn totp(&self, row: &Row, is_enabled: bool) -> Result<Option<OtpSecret>, &'static str> {
        if !is_enabled {
            return Ok(None);
        }
        let kept = row.text("totp_secret").unwrap_or_default();
        let key = self.key.as_ref().map(|key| key.reveal().as_bytes()).unwrap_or_default();
        let plain = open_totp(key, kept).ok_or("totp")?;
        OtpSecret::import(&plain).map(Some).map_err(|_| "totp")
    }
}

impl Tables for Asok {
    fn layout(&self) -> Layout {
        Layout {
            table: "users",
            key: "id",
            needed: &["email", "password"],
            wanted: &[
                "name",
                "is_admin",
                "totp_secret",
                "totp_enabled",
                "backup_codes",
                "created_at",
            ],
            never_null: &["email"],
            bytes: &[],
            hung: &[Hung {
                table: "role_user",
                key: "role_id",
                person: "user_id",
                wanted: &["role_id"],
            }],
            small: Some(("roles", "id", &["name"])),
        }
    }

    fn learn(&mut self, row: &Row) {
        if let (Some(id), Some(name)) = (row.text("id"), row.text("name")) {
            self.roles.insert(id.to_owned(), name.to_owned());
        }
    }

    fn person(&mut self, row: &Row, hung: &[Vec<Row>]) -> Result<Person, Fault> {
        let roles = hung.iter().flatten().filter_map(|row| self.roles.get(row.text("role_id")?));
        let admin = row.is("is_admin")?.then(|| ADMIN.to_owned());
        let (totp, unreadable) = match self.totp(row, row.is("totp_enabled")?) {
            Ok(totp) => (totp, vec![]),
            Err(what) => (None, vec![what]),
        };
        let codes = row.text("backup_codes").filter(|_| totp.is_some());
        Ok(Person {
            id: row.id("id")?,
            names: row.text("email").map(|it| email(it, false)).into_iter().collect(),
            name: row.text("name").unwrap_or_default().to_owned(),
            password: stored(row.text("password")),
            roles: roles.cloned().chain(admin).collect(),
            totp,
            codes: codes.map_or(Ok(vec![]), read_codes)?,
            created_at: row.time("created_at")?,
            unreadable,
            ..Person::default()
        })
    }
}

/// `salt$tag` each, by the same hash as passwords.
fn read_codes(text: &str) -> Result<Vec<Secret>, Fault> {
    let all: Vec<String> = serde_json::from_str(text).map_err(|_| Fault::NO_JSON)?;
    Ok(all.iter().map(|kept| stored_backup_code(kept)).collect())
}

/// The same, where there are none if they cannot be read.
#[doc(hidden)]
pub fn codes_of(text: &str) -> Vec<Secret> {
    read_codes(text).unwrap_or_default()
}
