//! Access and refresh tokens.

use core::time::Duration;

use crate::secret::Secret;
use crate::time::Timestamp;

/// How access tokens are signed (RFC 7518 section 3.1, RFC 8037 section 3.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Signing {
    /// Ed25519.
    #[default]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSA of 2,048 bits, PKCS #1 version 1.5, with SHA-256: for verifiers that know
    /// nothing newer.
    Rs256,
    /// HMAC with SHA-256: whoever verifies could sign, so nobody else verifies, and the
    /// key is not published.
    Hs256,
}

impl Signing {
    /// Every one; `none` is not among them.
    pub const ALL: [Self; 4] = [Self::EdDsa, Self::Es256, Self::Rs256, Self::Hs256];

    /// Its name, as in a token's head.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Hs256 => "HS256",
        }
    }

    /// The one of this name, in these letters exactly.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

/// Tokens that Asok gave out before, and are accepted for a while.
#[derive(Clone, Debug)]
pub struct OldAsok {
    /// Its `SECRET_KEY`.
    pub key: Secret,
    /// From then on they open nothing.
    pub until: Timestamp,
}

/// Access and refresh tokens.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For whom access tokens are made: the claim `aud`. Empty for the public URL.
    pub audience: String,
    /// How new keys sign.
    pub signing: Signing,
    /// How long an access token works. A verifier elsewhere accepts it for as long,
    /// whatever happens; five minutes at most.
    pub lifetime: Duration,
    /// How long a family of tokens may rest between two refreshes.
    pub idle: Duration,
    /// How long a family may last.
    pub absolute: Duration,
    /// How long a refresh token that was used once is answered again, with the same
    /// successor; a minute at most.
    pub window: Duration,
    /// Tokens of Asok that are still accepted.
    pub asok: Option<OldAsok>,
}

impl Tokens {
    /// The longest that an access token may work.
    pub const MAX_LIFETIME: Duration = Duration::from_secs(300);
    /// The longest window.
    pub const MAX_WINDOW: Duration = Duration::from_secs(60);

    /// The lifetime within its bound.
    pub fn lifetime(&self) -> Duration {
        self.lifetime.min(Self::MAX_LIFETIME)
    }

    /// The window within its bound.
    pub fn window(&self) -> Duration {
        self.window.min(Self::MAX_WINDOW)
    }
}

impl Default for Tokens {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        Self {
            audience: String::new(),
            signing: Signing::EdDsa,
            lifetime: Self::MAX_LIFETIME,
            idle: 14 * DAY,
            absolute: 90 * DAY,
            window: Duration::from_secs(10),
            asok: None,
        }
    }
}
