//! Access and refresh tokens: give them out, change one refresh token for the next, and
//! change the keys that sign.
//!
//! A family of tokens is a session of its own kind: it is listed, closed, outlived by a
//! new epoch and erased like every other. What stands in its place is the newest refresh
//! token's hash.

mod issue;
mod keys;
mod known_as;
mod refresh;
mod ring;
#[cfg(test)]
mod tests;

pub use self::ring::{KeyRow, LEAD, MAX_TOKEN_KEYS, RING, Ring};
pub use issue::{IssueTokens, Issued, Origin};
pub use keys::{AddTokenKey, NewKey, RetireTokenKey};
#[cfg(feature = "import")]
pub(super) use known_as::mark as mark_of_old;
pub use known_as::{KnowAs, OldSystem};
pub use refresh::RefreshTokens;

use crate::crypto::hex::hex;
use crate::crypto::jose::AccessClaims;
use crate::port::Random;
use crate::record::{Session, User};
use crate::settings::Tokens;
use crate::time::Timestamp;

/// Who makes access tokens, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// The public URL.
    pub issuer: &'a str,
    /// The claim `aud`.
    pub audience: &'a str,
}

/// What an access token of a family says. It ends with its family at the latest.
pub fn claims(
    (session, user): (&Session, &User),
    parties: Parties<'_>,
    settings: &Tokens,
    now: Timestamp,
    rng: &mut dyn Random,
) -> AccessClaims {
    let mut name = [0; 16];
    rng.fill(&mut name);
    let family = session.family.as_ref();
    let end = now.plus(settings.lifetime()).min(session.expires_at);
    AccessClaims {
        iss: parties.issuer.to_owned(),
        sub: user.id.to_string(),
        aud: parties.audience.to_owned(),
        client_id: family.map(|family| family.client_id.clone()).unwrap_or_default(),
        iat: now.as_secs(),
        exp: end.as_secs(),
        jti: hex(&name),
        auth_time: session.auth_time.as_secs(),
        acr: format!("aal{}", session.aal),
        amr: session.methods.clone(),
        sid: session.id.to_string(),
        epoch: session.epoch,
        scope: family.and_then(|family| family.scopes.as_ref()).map(|all| all.join(" ")),
    }
}
