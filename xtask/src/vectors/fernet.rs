//! Sealed messages: the Fernet specification, Python's `cryptography`, authnzerver.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward_core::crypto::fernet::{FernetKey, Fresh};
use keyward_core::crypto::message::{Cipher, MessageKey, open_with};
use keyward_core::crypto::pii::pii_hash;
use keyward_core::port::Random;
use keyward_core::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Vectors {
    spec_generate: Vec<Spec>,
    spec_verify: Vec<Spec>,
    spec_invalid: Vec<Spec>,
    #[serde(default)]
    checked: Vec<Checked>,
    generated: Vec<Generated>,
    negative_and_edge: Vec<Edge>,
    multifernet: Several,
    key_validation: Vec<KeyRow>,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    desc: String,
    token: String,
    now: String,
    #[serde(default)]
    ttl_sec: i64,
    #[serde(default)]
    iv: Vec<u8>,
    #[serde(default)]
    src: String,
    secret: String,
}

#[derive(Deserialize)]
struct Checked {
    kind: String,
    #[serde(default)]
    desc: String,
    #[serde(default)]
    ok: bool,
}

#[derive(Deserialize)]
struct Generated {
    name: String,
    key: String,
    time: i64,
    iv_hex: String,
    plaintext_b64: String,
    token: String,
    authnzerver_wire_b64: String,
}

#[derive(Deserialize)]
struct Edge {
    desc: String,
    token: String,
    ttl: Option<i64>,
    now: Option<i64>,
    key: String,
    expect: String,
}

#[derive(Deserialize)]
struct Several {
    keys: Vec<String>,
    token_made_with_key: usize,
    token: String,
    decrypts: String,
}

#[derive(Deserialize)]
struct KeyRow {
    key: String,
    ok: bool,
}

/// Compares `fernet.json`.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    let vectors: Vectors = serde_json::from_str(text)?;
    for (place, row) in vectors.spec_generate.iter().enumerate() {
        comparison.row(format!("spec_generate[{place}]"), row.sealed()?, row.token.clone());
    }
    for (place, row) in vectors.spec_verify.iter().enumerate() {
        comparison.row(format!("spec_verify[{place}]"), row.opened()?, Some(row.src.clone()));
    }
    for (place, row) in vectors.spec_invalid.iter().enumerate() {
        comparison.row(format!("spec_invalid[{place}]"), row.opened()?, None);
    }
    for (place, row) in vectors.checked.iter().enumerate() {
        comparison.row(format!("checked[{place}]"), vectors.check(row)?, row.ok);
    }
    for row in &vectors.generated {
        row.compare(comparison)?;
    }
    edges(&vectors.negative_and_edge, comparison)?;
    vectors.multifernet.compare(comparison)?;
    for (place, row) in vectors.key_validation.iter().enumerate() {
        let ours = FernetKey::parse(&row.key).is_ok();
        comparison.row(format!("key_validation[{place}]"), ours, row.ok);
    }
    Ok(())
}

impl Vectors {
    /// Whether a row of the specification came out as `cryptography` had it.
    fn check(&self, row: &Checked) -> Result<bool> {
        let first = |rows: &[Spec]| -> Result<bool> {
            let row = rows.first().ok_or("no row of the specification")?;
            Ok(row.opened()?.is_some())
        };
        match row.kind.as_str() {
            "generate" => first(&self.spec_generate),
            "verify" => first(&self.spec_verify),
            _ => {
                let named = self.spec_invalid.iter().find(|it| it.desc == row.desc);
                Ok(named.ok_or("no such row of the specification")?.opened()?.is_some())
            }
        }
    }
}

impl Spec {
    fn now(&self) -> Result<Timestamp> {
        zoned(&self.now).ok_or_else(|| format!("`{}` is no time", self.now).into())
    }

    fn sealed(&self) -> Result<String> {
        Ok(key(&self.secret)?.seal(self.src.as_bytes(), self.now()?, &mut Given(&self.iv))?)
    }

    fn opened(&self) -> Result<Option<String>> {
        let within = if self.ttl_sec == 0 { 60 } else { self.ttl_sec };
        let fresh = Some(Fresh { now: self.now()?, within });
        let opened = key(&self.secret)?.open(&self.token, fresh);
        Ok(opened.map(|it| String::from_utf8_lossy(&it.plain).into_owned()))
    }
}

impl Generated {
    fn compare(&self, comparison: &mut Comparison) -> Result<()> {
        let (key, iv) = (key(&self.key)?, unhex(&self.iv_hex)?);
        let plain = STANDARD.decode(&self.plaintext_b64)?;
        let sealed = key.seal(&plain, Timestamp::from_secs(self.time), &mut Given(&iv))?;
        let id = format!("generated {}", self.name);
        comparison.row(
            format!("{id}: wire"),
            STANDARD.encode(&sealed),
            self.authnzerver_wire_b64.clone(),
        );
        comparison.row(format!("{id}: token"), sealed, self.token.clone());
        let opened = key.open(&self.token, None).map(|it| it.plain.to_vec());
        comparison.row(format!("{id}: opened"), opened, Some(plain));
        Ok(())
    }
}

/// Rows in which Python is lenient and we are not.
const LENIENT: [&str; 2] = ["inner whitespace", "extra trailing data"];

fn edges(rows: &[Edge], comparison: &mut Comparison) -> Result<()> {
    for row in rows {
        if LENIENT.contains(&row.desc.as_str()) {
            comparison.leave_out(&row.desc, 1, "Python is lenient there, and we are not");
            continue;
        }
        let now = row.now.map(Timestamp::from_secs);
        let fresh = row.ttl.zip(now).map(|(within, now)| Fresh { now, within });
        let ours = key(&row.key)?.open(&row.token, fresh).is_some();
        comparison.row(format!("negative_and_edge {}", row.desc), ours, row.expect == "ok");
    }
    Ok(())
}

impl Several {
    fn compare(&self, comparison: &mut Comparison) -> Result<()> {
        let keys = self.keys.iter().map(|it| Ok(MessageKey::parse(it)?));
        let keys: Vec<MessageKey> = keys.collect::<Result<_>>()?;
        let opened = open_with(&keys, self.token.as_bytes(), None);
        let ours =
            opened.map(|(which, it)| (which, String::from_utf8_lossy(&it.plain).into_owned()));
        comparison.row(
            "multifernet",
            ours,
            Some((self.token_made_with_key, self.decrypts.clone())),
        );
        Ok(())
    }
}

#[derive(Deserialize)]
struct Messages {
    fernet_wire: Vec<Wire>,
    chacha20poly1305: Stamped,
    xsalsa20poly1305: Stamped,
    #[serde(default)]
    pii_hash: Vec<(Value, String, Value, String)>,
}

#[derive(Deserialize)]
struct Wire {
    key: String,
    time: i64,
    iv_hex: String,
    message: Value,
    wire: String,
}

/// A message in an object that says when it was sealed.
#[derive(Deserialize)]
struct Stamped {
    key_hex: String,
    nonce_hex: String,
    inner: String,
    wire: String,
}

impl Stamped {
    fn compare(&self, cipher: Cipher, comparison: &mut Comparison) -> Result<()> {
        let name = cipher.name();
        let key = STANDARD.encode(unhex(&self.key_hex)?);
        let key = MessageKey::parse(&format!("{name}:{key}"))?;
        let inner: Value = serde_json::from_str(&self.inner)?;
        let secs = inner.get("iat").and_then(Value::as_f64).ok_or("a message without a time")?;
        let sealed = STANDARD.decode(&self.wire)?;
        let opened = key.open(&sealed, None).ok_or("a message that is not opened")?;
        let message: Value = serde_json::from_slice(&opened.plain)?;
        comparison.row(format!("{name}: opened"), Some(&message), inner.get("message"));
        let at = Timestamp::from_micros(Duration::try_from_secs_f64(secs)?.as_micros().try_into()?);
        let again = key.seal(&opened.plain, at, &mut Given(&unhex(&self.nonce_hex)?))?;
        comparison.row(format!("{name}: sealed"), STANDARD.encode(again), self.wire.clone());
        Ok(())
    }
}

/// Compares `authnzerver_messaging.json`.
pub(super) fn messages(text: &str, comparison: &mut Comparison) -> Result<()> {
    let vectors: Messages = serde_json::from_str(text)?;
    for (place, row) in vectors.fernet_wire.iter().enumerate() {
        let (key, iv) = (key(&row.key)?, unhex(&row.iv_hex)?);
        let token = String::from_utf8(STANDARD.decode(&row.wire)?)?;
        let opened = key.open(&token, None).ok_or("a message that is not opened")?;
        let message: Value = serde_json::from_slice(&opened.plain)?;
        comparison.row(format!("fernet_wire[{place}]: opened"), message, row.message.clone());
        let sealed = key.seal(&opened.plain, Timestamp::from_secs(row.time), &mut Given(&iv))?;
        comparison.row(
            format!("fernet_wire[{place}]: sealed"),
            STANDARD.encode(sealed),
            row.wire.clone(),
        );
    }
    for (place, (item, salt, hash, _)) in vectors.pii_hash.iter().enumerate() {
        let ours = pii_hash(&said(item), salt);
        comparison.row(format!("pii_hash[{place}]"), ours, said(hash));
    }
    vectors.chacha20poly1305.compare(Cipher::ChaCha20Poly1305, comparison)?;
    vectors.xsalsa20poly1305.compare(Cipher::XSalsa20Poly1305, comparison)?;
    Ok(())
}

/// As Python's `str` has it.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn key(text: &str) -> Result<FernetKey> {
    Ok(FernetKey::parse(text)?)
}

/// Randomness that was recorded.
struct Given<'a>(&'a [u8]);

impl Random for Given<'_> {
    fn fill(&mut self, buf: &mut [u8]) {
        for (place, byte) in buf.iter_mut().zip(self.0) {
            *place = *byte;
        }
    }
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    let digits: Vec<u32> =
        text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>().ok_or("no hex")?;
    let (pairs, _) = digits.as_chunks::<2>();
    Ok(pairs
        .iter()
        .map(|[high, low]| u8::try_from(high * 16 + low))
        .collect::<std::result::Result<_, _>>()?)
}

/// `1985-10-26T01:20:00-07:00`.
fn zoned(text: &str) -> Option<Timestamp> {
    let (local, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let local = Timestamp::parse(&format!("{local}Z"))?;
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let offset = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
    let sign = if zone.starts_with('-') { 1 } else { -1 };
    Some(Timestamp::from_secs(local.as_secs() + sign * offset))
}
