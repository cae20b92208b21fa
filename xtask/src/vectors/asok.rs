//! What Asok 0.8.0 answered: signed values, bearer tokens and links; its roles, its
//! sign-in at other services, and its second factor.

mod roles;
mod second_factor;
mod services;

use std::collections::HashSet;

use keyward_core::crypto::asok::{bearer, magic_link, unsign};
use keyward_core::crypto::mac::hmac_sha256;
use keyward_core::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vectors {
    sign: Vec<Value>,
    unsign: Vec<Value>,
    bearer: Vec<Value>,
    bearer_payload_parse: Vec<Value>,
    magic: Vec<Value>,
    rbac: Vec<(String, String, bool)>,
    rbac_user: Vec<Value>,
    oauth_callback_state: Vec<(Option<String>, Option<String>, String)>,
    oauth_userinfo_normalise: Vec<Value>,
    totp_secret_encryption: Option<second_factor::Sealed>,
    backup_code: Option<second_factor::BackupCode>,
    totp_verify: Option<second_factor::Codes>,
    totp_uri: Option<String>,
}

/// When links and payloads are read.
const NOW: i64 = 1_700_000_000;

/// Compares `asok.json`; what it says of hosts, addresses and texts is information.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    let file: Vectors = serde_json::from_str(text)?;
    let secret = file.sign.first().and_then(|row| row["secret"].as_str()).unwrap_or_default();
    let key = secret.as_bytes();
    signatures(&file, key, comparison);
    for (place, row) in file.bearer.iter().enumerate() {
        bearers(key, row, place, comparison)?;
    }
    for (place, row) in file.bearer_payload_parse.iter().enumerate() {
        let payload = row["payload"].as_str().ok_or("a payload is a text")?;
        let ours = signed(key, payload);
        let ours = bearer(key, &ours, Timestamp::from_secs(NOW));
        let id = format!("bearer_payload_parse[{place}]");
        comparison.row(id, ours, row["result"].as_str());
    }
    for row in &file.magic {
        links(key, row, comparison)?;
    }
    roles::compare(&file.rbac, &file.rbac_user, comparison)?;
    services::states(&file.oauth_callback_state, comparison)?;
    services::answers(&file.oauth_userinfo_normalise, comparison)?;
    if let Some(sealed) = &file.totp_secret_encryption {
        sealed.compare(comparison);
    }
    if let Some(kept) = &file.backup_code {
        kept.compare(comparison);
    }
    if let Some(codes) = &file.totp_verify {
        codes.compare(comparison)?;
    }
    if let Some(uri) = &file.totp_uri {
        second_factor::uri(uri, comparison)?;
    }
    Ok(())
}

fn signatures(file: &Vectors, key: &[u8], comparison: &mut Comparison) {
    for (section, rows, result) in
        [("sign", &file.sign, "value"), ("unsign", &file.unsign, "result")]
    {
        for (place, row) in rows.iter().enumerate() {
            let ours = row["signed"].as_str().and_then(|signed| unsign(key, signed));
            comparison.row(format!("{section}[{place}]"), ours, row[result].as_str());
        }
    }
}

/// One token at several times, and with another key.
fn bearers(key: &[u8], row: &Value, place: usize, comparison: &mut Comparison) -> Result<()> {
    let token = row["token"].as_str().ok_or("a token is a text")?;
    let now = row["now"].as_i64().ok_or("a time is a number")?;
    for look in row["verify"].as_array().ok_or("looks are a list")? {
        let after = look[0].as_i64().ok_or("a time is a number")?;
        let ours = bearer(key, token, Timestamp::from_secs(now + after));
        comparison.row(format!("bearer[{place}] after {after} s"), ours, look[1].as_str());
    }
    let ours = bearer(b"another key", token, Timestamp::from_secs(now));
    comparison.row(format!("bearer[{place}] by another key"), ours, row["other_secret"].as_str());
    Ok(())
}

/// One link: followed at once, and again; or some time after it was made.
fn links(key: &[u8], row: &Value, comparison: &mut Comparison) -> Result<()> {
    let email = row["email"].as_str().ok_or("an address is a text")?;
    let lasts = row["expires_in"].as_i64().ok_or("a time is a number")?;
    let made = signed(key, &format!("{email}|{}", NOW + lasts));
    let token = row["token"].as_str().unwrap_or(&made);
    let mut spent = HashSet::new();
    let mut follow = |after: i64| {
        let now = Timestamp::from_secs(NOW + after);
        let link = magic_link(key, token, now, |mark| spent.contains(mark))?;
        spent.insert(link.mark);
        Some(link.email)
    };
    if let Some(after) = row["at"].as_i64() {
        return comparison.row_in("magic", row, follow(after), &row["result"]);
    }
    comparison.row_in("magic", row, follow(0), &row["first"])?;
    comparison.row_in("magic", row, follow(0), &row["second_use"])
}

fn signed(key: &[u8], value: &str) -> String {
    format!("{value}.{}", hex(&hmac_sha256(key, value.as_bytes())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
