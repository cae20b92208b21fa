//! Django: what `manage.py dumpdata auth` writes, as an array or line by line, and its
//! tables. Whoever is a superuser or on the staff has roles of these names.

use std::collections::BTreeMap;

use keyward_core::flow::import::{Loss, Person};
use serde_json::{Map, Value};

use super::{Hung, Layout, Reads, Tables, email, is, joined, stored, text, username};
use crate::import::row::{self, Row};
use crate::import::source::Fault;

#[derive(Default)]
pub(in crate::import) struct Django {
    /// Names of groups by their keys.
    groups: BTreeMap<String, String>,
}

/// Groups that are remembered.
const MAX_GROUPS: usize = 10_000;

/// What Django writes for a password that nobody has.
const UNUSABLE: char = '!';

impl Reads for Django {
    fn of_json(&mut self, value: &Value) -> Result<Option<Person>, Fault> {
        let model = value.get("model").and_then(Value::as_str).ok_or(Fault::MALFORMED)?;
        let fields = value.get("fields").and_then(Value::as_object).ok_or(Fault::MALFORMED)?;
        let key = value.get("pk").map(key).unwrap_or_default();
        if model.ends_with(".group") {
            self.note(key, text(fields, "name"));
            return Ok(None);
        }
        if !fields.contains_key("password") {
            return Ok(None);
        }
        if key.is_empty() {
            return Err(Fault::NO_ID);
        }
        Ok(Some(self.of_fields(key, fields)))
    }
}

impl Django {
    fn note(&mut self, key: String, name: Option<&str>) {
        if let Some(name) = name.filter(|_| self.groups.len() < MAX_GROUPS) {
            self.groups.insert(key, name.to_owned());
        }
    }

    fn of_fields(&self, id: String, fields: &Map<String, Value>) -> Person {
        let mut lost = vec![];
        let mut roles = vec![];
        for group in fields.get("groups").and_then(Value::as_array).into_iter().flatten() {
            // A natural key is its name, in an array.
            let natural = group.as_array().and_then(|parts| parts.first()).and_then(Value::as_str);
            match natural.or_else(|| self.groups.get(&key(group)).map(String::as_str)) {
                Some(name) => roles.push(name.to_owned()),
                None => lost.push(Loss::one("group", &key(group))),
            }
        }
        let own = fields.get("user_permissions").and_then(Value::as_array);
        if own.is_some_and(|own| !own.is_empty()) {
            lost.push(Loss::of("user_permissions"));
        }
        let marks = [("is_superuser", "superuser"), ("is_staff", "staff")];
        roles.extend(
            marks.iter().filter(|(mark, _)| is(fields, mark)).map(|(_, r)| (*r).to_owned()),
        );
        let names = [
            text(fields, "email").map(|it| email(it, false)),
            text(fields, "username").map(username),
        ];
        let is_active = fields.get("is_active").and_then(Value::as_bool).unwrap_or(true);
        let password = text(fields, "password").filter(|it| !it.starts_with(UNUSABLE));
        Person {
            id,
            names: names.into_iter().flatten().collect(),
            name: joined(text(fields, "first_name"), text(fields, "last_name")),
            password: stored(password),
            roles,
            created_at: text(fields, "date_joined").and_then(row::time),
            locked: (!is_active).then(|| LOCKED.to_owned()),
            lost,
            ..Person::default()
        }
    }
}

const LOCKED: &str = "not active in Django";

/// A key is a number or a text.
fn key(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

impl Tables for Django {
    fn layout(&self) -> Layout {
        Layout {
            table: "auth_user",
            key: "id",
            needed: &["username", "password", "is_active"],
            wanted: &[
                "email",
                "first_name",
                "last_name",
                "is_superuser",
                "is_staff",
                "date_joined",
            ],
            never_null: &["username", "password", "is_active"],
            bytes: &[],
            hung: &[Hung {
                table: "auth_user_groups",
                key: "id",
                person: "user_id",
                wanted: &["group_id"],
            }],
            small: Some(("auth_group", "id", &["name"])),
        }
    }

    fn learn(&mut self, row: &Row) {
        self.note(row.text("id").unwrap_or_default().to_owned(), row.text("name"));
    }

    fn person(&mut self, row: &Row, hung: &[Vec<Row>]) -> Result<Person, Fault> {
        let groups = hung.iter().flatten();
        let groups = groups.filter_map(|row| self.groups.get(row.text("group_id")?)).cloned();
        let mut roles: Vec<String> = groups.collect();
        for (mark, role) in [("is_superuser", "superuser"), ("is_staff", "staff")] {
            roles.extend(row.is(mark)?.then(|| role.to_owned()));
        }
        let names =
            [row.text("email").map(|it| email(it, false)), row.text("username").map(username)];
        Ok(Person {
            id: row.id("id")?,
            names: names.into_iter().flatten().collect(),
            name: joined(row.text("first_name"), row.text("last_name")),
            password: stored(row.text("password").filter(|it| !it.starts_with(UNUSABLE))),
            roles,
            created_at: row.time("date_joined")?,
            locked: (!row.is("is_active")?).then(|| LOCKED.to_owned()),
            ..Person::default()
        })
    }
}
