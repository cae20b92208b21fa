//! Keycloak: the export of a realm with its users, or of users alone.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use keyward_core::Secret;
use keyward_core::crypto::otp::OtpSecret;
use keyward_core::flow::import::{Loss, Person};
use serde_json::{Map, Value};

use super::{Reads, email, is, joined, text, texts, username};
use crate::import::row;
use crate::import::source::Fault;

pub(in crate::import) struct Keycloak;

/// Roles that every account has.
const USUAL: [&str; 2] = ["offline_access", "uma_authorization"];

impl Reads for Keycloak {
    fn key(&self) -> Option<&'static str> {
        Some("users")
    }

    fn of_json(&mut self, value: &Value) -> Result<Option<Person>, Fault> {
        let of = value.as_object().ok_or(Fault::MALFORMED)?;
        if text(of, "serviceAccountClientId").is_some() {
            return Err(Fault::NOBODY);
        }
        let names = [
            text(of, "email").map(|it| email(it, is(of, "emailVerified"))),
            text(of, "username").map(username),
        ];
        let roles = texts(of, "realmRoles").into_iter();
        let roles = roles.filter(|it| !USUAL.contains(it) && !it.starts_with("default-roles-"));
        let millis = of.get("createdTimestamp").and_then(Value::as_u64);
        let is_enabled = of.get("enabled").and_then(Value::as_bool).unwrap_or(true);
        let mut person = Person {
            id: text(of, "id").or_else(|| text(of, "username")).ok_or(Fault::NO_ID)?.to_owned(),
            names: names.into_iter().flatten().collect(),
            name: joined(text(of, "firstName"), text(of, "lastName")),
            must_change_password: texts(of, "requiredActions").contains(&"UPDATE_PASSWORD"),
            properties: of
                .get("attributes")
                .and_then(Value::as_object)
                .map(flat)
                .unwrap_or_default(),
            roles: roles.map(str::to_owned).collect(),
            created_at: millis.and_then(|it| row::time(&it.to_string())),
            locked: (!is_enabled).then(|| "disabled in Keycloak".to_owned()),
            lost: lost(of),
            ..Person::default()
        };
        for credential in of.get("credentials").and_then(Value::as_array).into_iter().flatten() {
            take(credential, &mut person);
        }
        Ok(Some(person))
    }
}

/// Attributes have several values each; most have one.
fn flat(all: &Map<String, Value>) -> Map<String, Value> {
    let one = |value: &Value| match value.as_array().map(Vec::as_slice) {
        Some([only]) => only.clone(),
        _ => value.clone(),
    };
    all.iter().map(|(name, value)| (name.clone(), one(value))).collect()
}

fn lost(of: &Map<String, Value>) -> Vec<Loss> {
    let groups = texts(of, "groups").into_iter().map(|name| Loss::one("group", name));
    let clients = of.get("clientRoles").and_then(Value::as_object).into_iter().flatten();
    let clients = clients.map(|(client, _)| Loss::one("roles at client", client));
    let services = of.get("federatedIdentities").and_then(Value::as_array).into_iter().flatten();
    let services = services.filter_map(|it| it.get("identityProvider").and_then(Value::as_str));
    groups.chain(clients).chain(services.map(|it| Loss::one("sign-in at", it))).collect()
}

/// A credential: what is secret of it and what is not are objects, as text.
fn take(credential: &Value, person: &mut Person) {
    let Some(of) = credential.as_object() else { return };
    let part = |name: &str| -> Map<String, Value> {
        text(of, name).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (secret, data) = (part("secretData"), part("credentialData"));
    match text(of, "type") {
        Some("password") => {
            let stored = password(&secret, &data).unwrap_or_else(|| "?".to_owned());
            person.password = Some(Secret::new(stored));
        }
        Some("otp") if person.totp.is_some() => person.lost.push(Loss::of("another totp")),
        Some("otp") => match totp(&secret, &data) {
            Some(found) => person.totp = Some(found),
            None => person.unreadable.push("totp"),
        },
        Some(other) => person.lost.push(Loss::one("credential", other)),
        None => {}
    }
}

fn password(secret: &Map<String, Value>, data: &Map<String, Value>) -> Option<String> {
    let bytes = |name: &str| text(secret, name).and_then(|text| STANDARD.decode(text).ok());
    let (salt, tag) = (bytes("salt")?, bytes("value")?);
    let rounds = data.get("hashIterations")?.as_u64()?;
    let name = match text(data, "algorithm")? {
        "argon2" => return argon2(&salt, &tag, rounds, data),
        "pbkdf2" => ("pbkdf2", 20),
        "pbkdf2-sha256" => ("pbkdf2-sha256", 32),
        "pbkdf2-sha512" => ("pbkdf2-sha512", 64),
        _ => return None,
    };
    // It may have asked for more than one block of the digest; the first says enough.
    let tag = tag.get(..name.1)?;
    let ab64 = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes).replace('+', ".");
    Some(format!("${}${rounds}${}${}", name.0, ab64(&salt), ab64(tag)))
}

fn argon2(salt: &[u8], tag: &[u8], passes: u64, data: &Map<String, Value>) -> Option<String> {
    let more = data.get("additionalParameters")?.as_object()?;
    let one = |name: &str| more.get(name)?.as_array()?.first()?.as_str();
    let variant = match one("type")? {
        "id" => "argon2id",
        "i" => "argon2i",
        "d" => "argon2d",
        _ => return None,
    };
    let version = if one("version").is_none_or(|it| it == "1.3") { 19 } else { 16 };
    let (memory, lanes) = (one("memory")?, one("parallelism")?);
    let b64 = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes);
    let cost = format!("m={memory},t={passes},p={lanes}");
    Some(format!("${variant}$v={version}${cost}${}${}", b64(salt), b64(tag)))
}

/// The characters of its secret are the key, unless it says that they spell it.
fn totp(secret: &Map<String, Value>, data: &Map<String, Value>) -> Option<OtpSecret> {
    let number = |name: &str, usual: u64| data.get(name).and_then(Value::as_u64).unwrap_or(usual);
    let is_usual = text(data, "subType") == Some("totp")
        && number("digits", 6) == 6
        && number("period", 30) == 30
        && text(data, "algorithm").is_none_or(|it| it == "HmacSHA1");
    let value = text(secret, "value").filter(|_| is_usual)?;
    match text(data, "secretEncoding") {
        Some("BASE32") => OtpSecret::import(value).ok(),
        None => Some(OtpSecret::from_bytes(value.as_bytes())),
        Some(_) => None,
    }
}
