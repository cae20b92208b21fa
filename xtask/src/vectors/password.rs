//! Stored passwords of passlib, Django, Werkzeug, Asok, asyncauth and
//! argon2-cffi, and what asyncauth and its successor signed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward_core::Secret;
use keyward_core::crypto::jose::verify_shared;
use keyward_core::crypto::password::{self, Arena, Format, Policy};
use keyward_core::time::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Hashes {
    cases: Vec<Case>,
    malformed: Vec<Claimed>,
    #[serde(default)]
    identify_needs_update: Vec<Claimed>,
    django: Cases,
    werkzeug: Cases,
    asok: Cases,
}

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    #[serde(alias = "format")]
    hasher: String,
    password_name: String,
    password_b64: String,
    /// None where the other system refused to hash.
    hash: Option<String>,
    #[serde(default = "yes")]
    verify_true: bool,
    verify_wrong: Option<bool>,
}

/// A text, and for each hasher whether it takes it for its own.
#[derive(Deserialize)]
struct Claimed {
    hash: String,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// Compares `password_hashes.json`.
pub(super) fn hashes(text: &str, comparison: &mut Comparison) -> Result<()> {
    let hashes: Hashes = serde_json::from_str(text)?;
    let mut arena = Arena::default();
    for (section, cases) in [
        ("cases", &hashes.cases),
        ("django", &hashes.django.cases),
        ("werkzeug", &hashes.werkzeug.cases),
        ("asok", &hashes.asok.cases),
    ] {
        for (place, case) in cases.iter().enumerate() {
            case.compare(&format!("{section}[{place}]"), &mut arena, comparison)?;
        }
        let refused = cases.iter().filter(|case| case.hash.is_none()).count();
        if refused > 0 {
            comparison.leave_out(section, refused, "the other system refused to hash it");
        }
    }
    for (place, row) in hashes.malformed.iter().enumerate() {
        let refused = password::verify(&Secret::new("x"), &row.hash).is_err();
        let ours = (refused, row.ours());
        comparison.row(format!("malformed[{place}] {}", row.hash), ours, (true, row.theirs()));
    }
    for (place, row) in hashes.identify_needs_update.iter().enumerate() {
        let id = format!("identify_needs_update[{place}] {}", row.hash);
        comparison.row(id, row.ours(), row.theirs());
    }
    Ok(())
}

impl Case {
    fn compare(&self, id: &str, arena: &mut Arena, comparison: &mut Comparison) -> Result<()> {
        let Some(stored) = &self.hash else { return Ok(()) };
        let right = String::from_utf8(STANDARD.decode(&self.password_b64)?)?;
        let wrong = format!("{right}x");
        let mut verify = |text| password::verify_with(arena, &Secret::new(text), stored).ok();
        let ours = (verify(right), self.verify_wrong.and_then(|_| verify(wrong)));
        let theirs = (Some(self.verify_true), self.verify_wrong);
        comparison.row(format!("{id} {} {}", self.hasher, self.password_name), ours, theirs);
        Ok(())
    }
}

impl Claimed {
    /// Each hasher of the row, and whether it claims the text.
    fn theirs(&self) -> BTreeMap<&str, bool> {
        let claim = |value: &Value| value.get("identify").and_then(Value::as_bool);
        self.rest
            .iter()
            .filter_map(|(hasher, value)| Some((hasher.as_str(), claim(value)?)))
            .collect()
    }

    fn ours(&self) -> BTreeMap<&str, bool> {
        let found = password::identify(&self.hash).map(Format::as_str);
        self.theirs().into_keys().map(|hasher| (hasher, found == Some(hasher))).collect()
    }
}

#[derive(Deserialize)]
struct Asyncauth {
    asyncauth_password: Peppered,
    sanic_security_password: Argon2,
    #[serde(default)]
    asyncauth_jwt: Vec<Session>,
    #[serde(default)]
    sanic_security_jwt: Vec<Session>,
}

/// A session as it was signed, by one version of PyJWT or by two.
#[derive(Deserialize)]
struct Session {
    secret: Secret,
    claims: Map<String, Value>,
    token: Option<String>,
    token_pyjwt_2_15: Option<String>,
    token_pyjwt_2_0_1: Option<String>,
}

impl Session {
    /// What its tokens say, and that no other secret reads them.
    fn compare(&self, id: &str, comparison: &mut Comparison) {
        let tokens = [&self.token, &self.token_pyjwt_2_15, &self.token_pyjwt_2_0_1];
        let other = Secret::new(format!("{}x", self.secret.reveal()));
        for (place, token) in tokens.into_iter().flatten().enumerate() {
            let read = |secret| verify_shared(token, secret, SIGNED_AT).ok();
            let ours = (read(&self.secret), read(&other));
            comparison.row(format!("{id} token {place}"), ours, (Some(self.claims.clone()), None));
        }
    }
}

/// When the sessions are read: none of them says when it ends in words of RFC 7519.
const SIGNED_AT: Timestamp = Timestamp::from_secs(1_700_000_000);

#[derive(Deserialize)]
struct Peppered {
    vectors: Vec<PepperedRow>,
}

#[derive(Deserialize)]
struct PepperedRow {
    secret: String,
    password: String,
    hash_hex: String,
}

#[derive(Deserialize)]
struct Argon2 {
    vectors: Vec<Argon2Row>,
    needs_rehash: Vec<RehashRow>,
}

#[derive(Deserialize)]
struct Argon2Row {
    password: String,
    phc: String,
}

#[derive(Deserialize)]
struct RehashRow {
    phc: String,
    needs_rehash: bool,
}

/// What argon2-cffi writes unless told otherwise.
const ARGON2_CFFI: Policy = Policy { memory_kib: 65_536, iterations: 3, lanes: 4 };

/// Compares `asyncauth_crypto.json`: passwords, and what signed sessions say.
pub(super) fn asyncauth(text: &str, comparison: &mut Comparison) -> Result<()> {
    let rows: Asyncauth = serde_json::from_str(text)?;
    let answers = |password: &str, stored: &str| {
        let verify = |text: String| password::verify(&Secret::new(text), stored).ok();
        (verify(password.to_owned()), verify(format!("{password}x")))
    };
    let only_right = (Some(true), Some(false));
    for (place, row) in rows.asyncauth_password.vectors.iter().enumerate() {
        let stored =
            password::from_asyncauth(&Secret::new(row.secret.as_str()), &unhex(&row.hash_hex)?);
        let ours = stored.map_or((None, None), |stored| answers(&row.password, &stored));
        comparison.row(format!("asyncauth_password[{place}]"), ours, only_right);
    }
    for (place, row) in rows.sanic_security_password.vectors.iter().enumerate() {
        let ours = answers(&row.password, &row.phc);
        comparison.row(format!("sanic_security_password[{place}]"), ours, only_right);
    }
    for (place, row) in rows.sanic_security_password.needs_rehash.iter().enumerate() {
        let ours = password::needs_rehash(&row.phc, ARGON2_CFFI);
        comparison.row(format!("needs_rehash[{place}]"), ours, row.needs_rehash);
    }
    for (section, rows) in
        [("asyncauth_jwt", &rows.asyncauth_jwt), ("sanic_security_jwt", &rows.sanic_security_jwt)]
    {
        for (place, row) in rows.iter().enumerate() {
            row.compare(&format!("{section}[{place}]"), comparison);
        }
    }
    Ok(())
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(std::str::from_utf8);
    pairs.map(|pair| Ok(u8::from_str_radix(pair?, 16)?)).collect()
}

fn yes() -> bool {
    true
}
