//! Access tokens (RFC 9068): who may come in, for five minutes at most, signed by us.
//!
//! Whatever we did not write is refused. The head is one of those that our keys write,
//! byte for byte: it is not parsed, so nothing that it says about algorithms, keys or
//! addresses is ever looked at. The claims are exactly ours: none twice, none unknown,
//! none missing.

use serde::{Deserialize, Serialize};

use super::signing::SigningKey;
use super::{Fault, decode};
use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// Bytes of a token, at most.
pub const MAX_ACCESS: usize = 8 * 1024;

/// How far the clocks of two nodes may differ.
const LEEWAY: i64 = 60;

/// What an access token says (RFC 9068 section 2.2), and what lets us look whether it
/// is still true.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccessClaims {
    /// Who made it: the public URL.
    pub iss: String,
    /// Whose it is: `usr_…`.
    pub sub: String,
    /// For whom it is.
    pub aud: String,
    /// The client that it was given to; perhaps empty.
    pub client_id: String,
    /// When it was made, in seconds since the Unix epoch, as all times here.
    pub iat: i64,
    /// The first second at which it is no longer valid.
    pub exp: i64,
    /// Its own name, which no other has.
    pub jti: String,
    /// When the person last proved who they are.
    pub auth_time: i64,
    /// Assurance level: `aal1` or `aal2`.
    pub acr: String,
    /// What was proven, in order: `password`, `totp`, …
    pub amr: Vec<String>,
    /// The session that is its family: `ses_…`.
    pub sid: String,
    /// The account's session epoch: another one is the end of it.
    pub epoch: i64,
    /// What it may at most do, as patterns with spaces between; absent for all that
    /// the account may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// What must be true of a token.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Who made it.
    pub issuer: &'a str,
    /// For whom.
    pub audience: &'a str,
    /// Now.
    pub now: Timestamp,
}

impl AccessClaims {
    /// The account.
    pub fn user(&self) -> Option<UserId> {
        UserId::parse(&self.sub)
    }

    /// The session that is its family.
    pub fn session(&self) -> Option<SessionId> {
        SessionId::parse(&self.sid)
    }

    pub(super) fn check(&self, wanted: &Wanted<'_>) -> Result<(), Fault> {
        let now = wanted.now.as_secs();
        if self.iss != wanted.issuer {
            return Err(Fault::WrongIssuer);
        }
        if self.aud != wanted.audience {
            return Err(Fault::WrongAudience);
        }
        if now >= self.exp || self.iat > now.saturating_add(LEEWAY) {
            return Err(Fault::Expired);
        }
        match (self.user(), self.session()) {
            (Some(_), Some(_)) => Ok(()),
            _ => Err(Fault::NoSubject),
        }
    }
}

/// Whether a token has the head of one of these keys: whether it says to be ours.
pub fn is_ours<'a>(token: &str, mut keys: impl Iterator<Item = &'a SigningKey>) -> bool {
    let head = token.split('.').next().unwrap_or_default();
    token.len() <= MAX_ACCESS && keys.any(|key| key.head() == head)
}

/// Verifies a token: its signature first, then what it says.
///
/// # Errors
/// Whatever is wrong with it. [`Fault::UnknownKey`] may be mended by newer keys.
pub fn verify_access<'a>(
    token: &str,
    mut keys: impl Iterator<Item = &'a SigningKey>,
    wanted: &Wanted<'_>,
) -> Result<AccessClaims, Fault> {
    let parts = Parts::of(token)?;
    let key = keys.find(|key| key.head() == parts.head).ok_or(Fault::UnknownKey)?;
    let signature = decode(parts.signature).ok_or(Fault::Malformed)?;
    if !key.signed(parts.signed.as_bytes(), &signature) {
        return Err(Fault::WrongSignature);
    }
    let body = decode(parts.body).ok_or(Fault::Malformed)?;
    let claims: AccessClaims = serde_json::from_slice(&body).map_err(|_| Fault::Malformed)?;
    claims.check(wanted)?;
    Ok(claims)
}

/// A token in its three parts.
pub(super) struct Parts<'a> {
    pub(super) head: &'a str,
    pub(super) body: &'a str,
    pub(super) signature: &'a str,
    /// What is signed: head and body.
    pub(super) signed: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(token: &'a str) -> Result<Self, Fault> {
        if token.len() > MAX_ACCESS {
            return Err(Fault::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Malformed)?;
        let (head, body) = signed.split_once('.').ok_or(Fault::Malformed)?;
        Ok(Self { head, body, signature, signed })
    }
}
