//! A session as a site behind a proxy holds it. It is derived from the session: it
//! needs no row, is worth nothing at another site or at our own doors, and ends with
//! the session. `ses_….` and 64 hexadecimal digits.

use super::hex::{hex, unhex};
use super::keys::DerivedKey;
use super::mac::{is_mac, mac};
use crate::id::SessionId;
use crate::record::Session;

/// The token of `session` at `site` (scheme, host and port).
pub fn mint(key: &DerivedKey, session: &Session, site: &str) -> String {
    let id = session.id.to_bytes();
    let tag = mac(key, &[&id, &session.secret_hash, site.as_bytes()]);
    format!("{}.{}", session.id, hex(&tag))
}

/// Which session a token names, of a session or of one at a site, and the half behind the
/// point.
pub fn split(token: &str) -> Option<(SessionId, &str)> {
    let (id, secret) = token.split_once('.')?;
    Some((SessionId::parse(id)?, secret))
}

/// Whether `secret`, the half behind the point, is that of `session` at `site`, in
/// constant time.
pub fn opens(key: &DerivedKey, session: &Session, site: &str, secret: &str) -> bool {
    let id = session.id.to_bytes();
    let tag = Some(secret).filter(|secret| secret.len() == 64).and_then(unhex);
    tag.is_some_and(|tag| is_mac(key, &[&id, &session.secret_hash, site.as_bytes()], &tag))
}
