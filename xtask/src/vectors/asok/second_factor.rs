//! Asok's second factor: its sealed secrets, its codes and backup codes, and the address
//! that apps read from a picture.

use std::collections::BTreeMap;

use keyward_core::Secret;
use keyward_core::crypto::asok::{backup_code, open_totp, stored_backup_code};
use keyward_core::crypto::otp::{OtpSecret, Totp};
use keyward_core::crypto::password;
use keyward_core::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Result;
use crate::vectors::comparison::Comparison;

/// A secret as Asok sealed it.
#[derive(Deserialize)]
pub(super) struct Sealed {
    master_key: String,
    encrypted: String,
    decrypts: Option<String>,
    wrong_key: Option<String>,
}

impl Sealed {
    pub(super) fn compare(&self, comparison: &mut Comparison) {
        let open = |key: &str| open_totp(key.as_bytes(), &self.encrypted).map(|it| it.to_string());
        let id = "totp_secret_encryption";
        comparison.row(format!("{id}: opened"), open(&self.master_key), self.decrypts.clone());
        let other = format!("{}x", self.master_key);
        comparison.row(format!("{id}: by another key"), open(&other), self.wrong_key.clone());
    }
}

/// A hashed code, and what was typed.
#[derive(Deserialize)]
pub(super) struct BackupCode {
    hash: String,
    verify: BTreeMap<String, bool>,
}

impl BackupCode {
    pub(super) fn compare(&self, comparison: &mut Comparison) {
        let stored = stored_backup_code(&self.hash);
        for (typed, is_right) in &self.verify {
            let verify = |code: Secret| password::verify(&code, stored.reveal()).ok();
            let ours = backup_code(typed).and_then(verify).unwrap_or(false);
            comparison.row(format!("backup_code `{typed}`"), ours, *is_right);
        }
    }
}

/// Codes by their distance from now, in steps of 30 seconds.
#[derive(Deserialize)]
pub(super) struct Codes {
    secret: String,
    now: i64,
    codes: BTreeMap<String, String>,
    #[serde(default)]
    accept: BTreeMap<String, bool>,
    #[serde(default)]
    inputs: BTreeMap<String, bool>,
    same_code_twice: Option<Value>,
}

impl Codes {
    pub(super) fn compare(&self, comparison: &mut Comparison) -> Result<()> {
        let (secret, totp) = (OtpSecret::import(&self.secret)?, Totp::default());
        let now = Timestamp::from_secs(self.now);
        let verify = |typed: &str, after| totp.verify(&secret, typed, now, 1, after);
        for (steps, code) in &self.codes {
            let at = self.now + 30 * steps.parse::<i64>()?;
            let ours = totp.code(&secret, Timestamp::from_secs(at))?;
            comparison.row(format!("totp_verify code {steps}"), ours.reveal(), code.as_str());
        }
        for (steps, accepted) in &self.accept {
            let code = self.codes.get(steps).ok_or("a step without a code")?;
            let ours = verify(code, None)?.is_some();
            comparison.row_in("totp_verify", &json!(steps), ours, accepted)?;
        }
        for (typed, accepted) in &self.inputs {
            let ours = verify(typed, None)?.is_some();
            comparison.row_in("totp_verify", &json!(typed), ours, accepted)?;
        }
        if let Some(recorded) = &self.same_code_twice {
            let code = self.codes.get("0").ok_or("no code of now")?;
            let first = verify(code, None)?;
            let ours = [first.is_some(), verify(code, first)?.is_some()];
            comparison.row_in("totp_verify", &json!("same_code_twice"), ours, recorded)?;
        }
        Ok(())
    }
}

/// Compares `totp_uri` by what it says: what is the usual may be left out, and the colon
/// of a label be escaped.
pub(super) fn uri(recorded: &str, comparison: &mut Comparison) -> Result<()> {
    let theirs = read(recorded)?;
    let part = |name: &str| theirs.get(name).and_then(Value::as_str).unwrap_or_default();
    let secret = OtpSecret::import(part("secret"))?;
    let ours = Totp::default().uri(&secret, part("label issuer"), part("account"));
    comparison.row_in("totp_uri", &json!(recorded), read(ours.reveal())?, &theirs)
}

/// What an app reads: only `%` is an escape.
fn read(uri: &str) -> Result<Value> {
    let rest = uri.strip_prefix("otpauth://totp/").ok_or("no address of a secret")?;
    let (label, query) = rest.split_once('?').ok_or("an address without a secret")?;
    let label = unescape(label)?;
    let (issuer, account) = label.split_once(':').unwrap_or(("", &label));
    let usual = [("algorithm", "SHA1"), ("digits", "6"), ("period", "30")];
    let said = [("label issuer", issuer), ("account", account)].into_iter().chain(usual);
    let mut said: BTreeMap<&str, String> =
        said.map(|(name, value)| (name, value.to_owned())).collect();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').ok_or("a name without a value")?;
        said.insert(name, unescape(value)?);
    }
    Ok(json!(said))
}

fn unescape(text: &str) -> Result<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or("an escape that is cut off")?;
        bytes.push(u8::from_str_radix(digits, 16)?);
        bytes.extend(rest.as_bytes());
    }
    Ok(String::from_utf8(bytes)?)
}
