//! What a service gives to act for somebody there.

use std::time::Duration;

use keyward_core::Secret;
use keyward_core::time::Timestamp;
use serde_json::Value;

use super::{ProviderError, Tokens};

/// Bytes of a token that are kept.
const MAX: usize = 4096;

/// The access token of an answer.
pub(super) fn access(given: &Value) -> Result<Secret, ProviderError> {
    let token = secret(given, "access_token");
    token.ok_or_else(|| ProviderError::new("there is no access token"))
}

/// All of an answer; a refresh token that is not renewed stays.
pub(super) fn read(
    given: &Value,
    old: Option<&Secret>,
    now: Timestamp,
) -> Result<Tokens, ProviderError> {
    let lasts = given.get("expires_in").and_then(Value::as_u64);
    let scope = given.get("scope").and_then(Value::as_str).unwrap_or_default();
    Ok(Tokens {
        access: access(given)?,
        refresh: secret(given, "refresh_token").or_else(|| old.cloned()),
        expires_at: lasts.map(|seconds| now.plus(Duration::from_secs(seconds))),
        scope: scope.chars().filter(|c| !c.is_control()).take(500).collect(),
    })
}

fn secret(given: &Value, name: &str) -> Option<Secret> {
    let text = given.get(name).and_then(Value::as_str)?;
    let sane = !text.is_empty() && text.len() <= MAX && text.bytes().all(|b| b.is_ascii_graphic());
    sane.then(|| Secret::new(text))
}
