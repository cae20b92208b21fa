//! authnzerver: its table `users`, of either generation. Passwords are Argon2id.

use keyward_core::flow::import::{Loss, Person};
use serde_json::Value;

use super::{Layout, Tables, email, stored};
use crate::import::row::Row;
use crate::import::source::Fault;

pub(in crate::import) struct Authnzerver;

/// Accounts that stand for nobody: whoever is not signed in, and whoever is not there.
const NOBODIES: [&str; 2] = ["2", "3"];
/// Roles that say how far an account has come.
const STATES: [&str; 3] = ["authenticated", "anonymous", "locked"];

impl Tables for Authnzerver {
    fn layout(&self) -> Layout {
        Layout {
            table: "users",
            key: "user_id",
            needed: &["email", "password", "is_active", "user_role"],
            wanted: &["full_name", "email_verified", "extra_info", "created_on"],
            never_null: &["email", "password", "is_active", "user_role"],
            ..Layout::default()
        }
    }

    fn person(&mut self, row: &Row, _: &[Vec<Row>]) -> Result<Person, Fault> {
        let id = row.id("user_id")?;
        if NOBODIES.contains(&id.as_str()) {
            return Err(Fault::NOBODY);
        }
        let is_verified = row.is("email_verified")?;
        let mut extra = row.object("extra_info")?.unwrap_or_default();
        let before = extra.remove("previous_user_roles");
        let before = before.as_ref().and_then(Value::as_array);
        let before = before.and_then(|roles| roles.last()).and_then(Value::as_str);
        // Whoever never answered the letter is not active either, and may still answer.
        let is_locked = !row.is("is_active")? && (is_verified || before.is_some());
        let role = row.text("user_role").unwrap_or_default();
        let role = if role == "locked" { before.unwrap_or(role) } else { role };
        let role = Some(role).filter(|role| !role.is_empty() && !STATES.contains(role));
        Ok(Person {
            id,
            names: row.text("email").map(|it| email(it, is_verified)).into_iter().collect(),
            name: row.text("full_name").map(plain).unwrap_or_default(),
            password: stored(row.text("password")),
            roles: role.into_iter().map(str::to_owned).collect(),
            created_at: row.time("created_on")?,
            locked: is_locked.then(|| "locked in authnzerver".to_owned()),
            lost: if extra.is_empty() { vec![] } else { vec![Loss::of("extra_info")] },
            ..Person::default()
        })
    }
}

/// A name as it was typed: it is kept as HTML has it.
fn plain(text: &str) -> String {
    let mut text = text.to_owned();
    for (mark, meant) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")]
    {
        text = text.replace(mark, meant);
    }
    text
}
