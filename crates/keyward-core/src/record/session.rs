//! A signed-in browser or device.

use core::time::Duration;

use super::Family;
use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// What holds the session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SessionKind {
    /// A browser with a cookie.
    Browser,
    /// An app that keeps the token itself.
    Token,
    /// An app that holds access and refresh tokens. The session is their family: no
    /// session token opens it.
    Family,
}

impl SessionKind {
    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Token => "token",
            Self::Family => "family",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Browser, Self::Token, Self::Family].into_iter().find(|k| k.as_str() == text)
    }
}

/// An open session. The token is `id.secret`; only a hash of the secret is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// Which. Not a secret.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// SHA-256 of the secret half of the token; of a family, of its newest refresh token.
    pub secret_hash: [u8; 32],
    /// What holds it.
    pub kind: SessionKind,
    /// [`User::session_epoch`](crate::record::User::session_epoch) when it was opened.
    pub epoch: i64,
    /// Authenticator assurance level: 1 or 2 (NIST SP 800-63B).
    pub aal: u8,
    /// What was proven, in order: `password`, `totp`, …
    pub methods: Vec<String>,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used; written at most once a minute.
    pub seen_at: Timestamp,
    /// How long it may rest between two uses.
    pub idle: Duration,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
    /// Whether the cookie outlives the browser window.
    pub remember: bool,
    /// The client's own description of itself, at most 300 bytes.
    pub client: String,
    /// The client's address when it was opened.
    pub address: String,
    /// The app's own data: a JSON object as text, at most 4 KiB.
    pub data: String,
    /// Who acts in it, where that is not the person whose it is.
    pub impersonator: Option<Impersonator>,
    /// What else is known of a family of tokens; of nothing else.
    pub family: Option<Family>,
}

/// Somebody who acts as somebody else.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Impersonator {
    /// Who.
    pub user: UserId,
    /// Their own session: when it ends, so does the other.
    pub session: SessionId,
}

/// How far ahead of the clock a stored time may lie before it is disbelieved.
const CLOCK_SLACK: Duration = Duration::from_secs(5 * 60);

impl Session {
    /// Whether the session is still open at `now`. A time far ahead of the
    /// clock counts as expired: a clock that was set back opens nothing.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.is_alive_since(self.seen_at, now)
    }

    /// Like [`is_alive`](Self::is_alive), with a last use that is not stored yet.
    #[inline]
    pub fn is_alive_since(&self, seen_at: Timestamp, now: Timestamp) -> bool {
        now < self.expires_at
            && now < seen_at.plus(self.idle)
            && seen_at <= now.plus(CLOCK_SLACK)
            && self.created_at <= now.plus(CLOCK_SLACK)
    }

    /// When it ends if it is not used again.
    pub fn ends_at(&self) -> Timestamp {
        self.expires_at.min(self.seen_at.plus(self.idle))
    }

    /// Until when a store keeps it. A family is kept to its end though it rests: so a
    /// refresh touches no index.
    pub fn kept_until(&self) -> Timestamp {
        if self.family.is_some() { self.expires_at } else { self.ends_at() }
    }
}
