//! What Asok 0.8.0 signed: values, and bearer tokens.

use keyward_core::crypto::asok::{bearer, unsign};
use keyward_core::crypto::mac::hmac_sha256;
use keyward_core::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Signed {
    sign: Vec<Value>,
    unsign: Vec<Value>,
    bearer: Vec<Value>,
    bearer_payload_parse: Vec<Value>,
}

/// The sections about signatures; the others are about other parts of Asok.
pub(super) fn signed(text: &str, comparison: &mut Comparison) -> Result<()> {
    let file: Signed = serde_json::from_str(text)?;
    let secret = file.sign.first().and_then(|row| row["secret"].as_str()).unwrap_or_default();
    let key = secret.as_bytes();
    for (place, row) in file.sign.iter().enumerate() {
        let ours = row["signed"].as_str().and_then(|signed| unsign(key, signed));
        comparison.row(format!("sign[{place}]"), ours, row["value"].as_str());
    }
    for (place, row) in file.unsign.iter().enumerate() {
        let ours = row["signed"].as_str().and_then(|signed| unsign(key, signed));
        comparison.row(format!("unsign[{place}]"), ours, row["result"].as_str());
    }
    for (place, row) in file.bearer.iter().enumerate() {
        bearers(key, row, place, comparison)?;
    }
    let now = Timestamp::from_secs(1_700_000_000);
    for (place, row) in file.bearer_payload_parse.iter().enumerate() {
        let payload = row["payload"].as_str().ok_or("a payload is a text")?;
        let signed = format!("{payload}.{}", hex(&hmac_sha256(key, payload.as_bytes())));
        let ours = bearer(key, &signed, now);
        let id = format!("bearer_payload_parse[{place}]");
        comparison.row(id, ours, row["result"].as_str());
    }
    comparison.leave_out("magic and further sections", 1, "they are not about bearer tokens");
    Ok(())
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
