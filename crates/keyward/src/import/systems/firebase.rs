//! Firebase: the export of users as JSON. Its passwords are checked by the parameters of
//! its project, which the console shows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward_core::Secret;
use keyward_core::flow::import::{Loss, Person};
use serde_json::{Map, Value};

use super::{Reads, email, is, phone, text};
use crate::import::row;
use crate::import::source::Fault;

pub(in crate::import) struct Firebase {
    hash: Option<Hash>,
}

/// The parameters of a project's passwords.
pub(in crate::import) struct Hash {
    signer: String,
    separator: String,
    rounds: u32,
    cost: u32,
}

impl Firebase {
    pub(in crate::import) fn new(hash: Option<Hash>) -> Self {
        Self { hash }
    }
}

impl Hash {
    /// Reads what the console shows, or the same as JSON: names and values.
    pub(in crate::import) fn parse(text: &str) -> Option<Self> {
        let value = |name: &str| {
            let (_, rest) = text.split_once(name)?;
            let rest = rest.trim_start_matches(['"', '\'', ' ', '\t', ':', '=']);
            let end = rest.find(|c: char| c.is_whitespace() || "\"',}".contains(c));
            Some(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().to_owned())
        };
        Some(Self {
            signer: base64(&value("base64_signer_key")?)?,
            separator: base64(&value("base64_salt_separator")?)?,
            rounds: value("rounds")?.parse().ok()?,
            cost: value("mem_cost")?.parse().ok()?,
        })
    }

    fn stored(&self, salt: &str, tag: &str) -> Option<String> {
        let Self { signer, separator, rounds, cost } = self;
        let (salt, tag) = (base64(salt)?, base64(tag)?);
        Some(format!(
            "$fbscrypt$v=1,n={cost},r={rounds},p=1,ss={separator},sk={signer}${salt}${tag}"
        ))
    }
}

/// A stored form by these parameters, as those who search for faults make one.
#[doc(hidden)]
pub fn stored_by(parameters: &str, salt: &str, tag: &str) -> Option<String> {
    Hash::parse(parameters)?.stored(salt, tag)
}

/// Either alphabet, with or without padding, in the usual form.
fn base64(text: &str) -> Option<String> {
    let plain = text.trim().trim_end_matches('=').replace('-', "+").replace('_', "/");
    let padded = format!("{plain}{}", "=".repeat((4 - plain.len() % 4) % 4));
    STANDARD.decode(&padded).ok().map(|bytes| STANDARD.encode(bytes))
}

impl Reads for Firebase {
    fn key(&self) -> Option<&'static str> {
        Some("users")
    }

    fn of_json(&mut self, value: &Value) -> Result<Option<Person>, Fault> {
        let of = value.as_object().ok_or(Fault::MALFORMED)?;
        let names = [
            text(of, "email").map(|it| email(it, is(of, "emailVerified"))),
            // Whoever has one here has answered a message to it.
            text(of, "phoneNumber").map(|it| phone(it, true)),
        ];
        let millis = text(of, "createdAt").map(str::to_owned);
        let millis = millis.or_else(|| of.get("createdAt")?.as_u64().map(|it| it.to_string()));
        Ok(Some(Person {
            id: text(of, "localId").ok_or(Fault::NO_ID)?.to_owned(),
            names: names.into_iter().flatten().collect(),
            name: text(of, "displayName").unwrap_or_default().to_owned(),
            password: self.password(of)?,
            created_at: millis.as_deref().and_then(row::time),
            locked: is(of, "disabled").then(|| "disabled in Firebase".to_owned()),
            lost: lost(of),
            ..Person::default()
        }))
    }
}

impl Firebase {
    fn password(&self, of: &Map<String, Value>) -> Result<Option<Secret>, Fault> {
        let Some(tag) = text(of, "passwordHash") else { return Ok(None) };
        let hash = self.hash.as_ref().ok_or(Fault("hash_parameters_missing"))?;
        let salt = text(of, "salt").unwrap_or_default();
        // What is none stays what it is, and is refused.
        Ok(Some(Secret::new(hash.stored(salt, tag).unwrap_or_else(|| "?".to_owned()))))
    }
}

fn lost(of: &Map<String, Value>) -> Vec<Loss> {
    let claims = text(of, "customAttributes").or_else(|| text(of, "customClaims"));
    let claims = claims.filter(|claims| *claims != "{}").map(|_| Loss::of("claims"));
    let factors = of.get("mfaInfo").and_then(Value::as_array).filter(|all| !all.is_empty());
    let services = of.get("providerUserInfo").and_then(Value::as_array).into_iter().flatten();
    let services = services.filter_map(|it| it.get("providerId").and_then(Value::as_str));
    let services = services.filter(|id| !["password", "phone"].contains(id));
    let services = services.map(|id| Loss::one("sign-in at", id));
    let factors = factors.map(|_| Loss::of("second factors"));
    claims.into_iter().chain(factors).chain(services).collect()
}
