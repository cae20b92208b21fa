//! Auth0: the export of users and the export of password hashes, an object in each line.
//! Metadata that its user may not change does not come along: here, owners may change
//! what stands in properties.

use keyward_core::Secret;
use keyward_core::flow::import::{Loss, Person, PersonName};
use serde_json::{Map, Value};

use super::{Reads, email, is, joined, phone, stored, text, texts, username};
use crate::import::row;
use crate::import::source::Fault;

pub(in crate::import) struct Auth0;

impl Reads for Auth0 {
    fn of_json(&mut self, value: &Value) -> Result<Option<Person>, Fault> {
        let of = value.as_object().ok_or(Fault::MALFORMED)?;
        let mut lost = vec![];
        let app = of.get("app_metadata").and_then(Value::as_object);
        if app.is_some_and(|app| app.keys().any(|key| key != "roles")) {
            lost.push(Loss::of("app_metadata"));
        }
        let roles = app.map(|app| texts(app, "roles")).unwrap_or_default();
        if of.get("multifactor").and_then(Value::as_array).is_some_and(|all| !all.is_empty()) {
            lost.push(Loss::of("second factors"));
        }
        let own = of.get("user_metadata").and_then(Value::as_object);
        let called = text(of, "name").filter(|name| !name.contains('@'));
        let called = called.map(str::to_owned);
        Ok(Some(Person {
            id: id(of).ok_or(Fault::NO_ID)?,
            names: names(of),
            name: called.unwrap_or_else(|| joined(text(of, "given_name"), text(of, "family_name"))),
            password: password(of),
            properties: own.cloned().unwrap_or_default(),
            roles: roles.into_iter().map(str::to_owned).collect(),
            created_at: text(of, "created_at").and_then(row::time),
            locked: is(of, "blocked").then(|| "blocked in Auth0".to_owned()),
            lost,
            ..Person::default()
        }))
    }
}

/// What an access token of theirs names them. The export of hashes has it in parts.
fn id(of: &Map<String, Value>) -> Option<String> {
    if let Some(whole) = text(of, "user_id") {
        return Some(whole.to_owned());
    }
    let own = of.get("_id").and_then(|id| id.get("$oid")).and_then(Value::as_str);
    text(of, "alt_id").or(own).map(|part| format!("auth0|{part}"))
}

fn names(of: &Map<String, Value>) -> Vec<PersonName> {
    let own = [
        text(of, "email").map(|it| email(it, is(of, "email_verified"))),
        text(of, "username").map(username),
        text(of, "phone_number").map(|it| phone(it, is(of, "phone_verified"))),
    ];
    let listed = of.get("identifiers").and_then(Value::as_array).into_iter().flatten();
    let listed = listed.filter_map(Value::as_object).filter_map(|of| {
        let value = text(of, "value")?;
        match text(of, "type")? {
            "email" => Some(email(value, is(of, "verified"))),
            "username" => Some(username(value)),
            "phone" | "phone_number" => Some(phone(value, is(of, "verified"))),
            _ => None,
        }
    });
    own.into_iter().flatten().chain(listed).collect()
}

fn password(of: &Map<String, Value>) -> Option<Secret> {
    let custom = of.get("custom_password_hash").and_then(|hash| hash.get("hash"));
    let custom = custom.and_then(|hash| hash.get("value")).and_then(Value::as_str);
    let plain = text(of, "passwordHash").or_else(|| text(of, "password_hash"));
    stored(plain.or(custom))
}
