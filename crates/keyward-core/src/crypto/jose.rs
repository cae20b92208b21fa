//! JSON web keys and signatures (RFC 7515, 7517, 7518), as much of them as an ID
//! token needs (OpenID Connect Core 1.0 sections 2 and 3.1.3.7).
//!
//! A token says how it is signed, and is not believed: the algorithm must be one
//! of [`Algorithm`], all of them asymmetric, and fit the type of the key that is
//! found by the token's key id. Keys that come along in the token, or that it
//! points to, are not looked at.

#[cfg(feature = "tokens")]
mod access;
#[cfg(all(test, feature = "tokens"))]
mod access_tests;
mod client_secret;
mod id_token;
mod jwks;
#[cfg(feature = "tokens")]
mod published;
#[cfg(feature = "tokens")]
mod shared;
#[cfg(feature = "testing")]
pub mod signer;
#[cfg(feature = "tokens")]
mod signing;
#[cfg(test)]
mod tests;

#[cfg(feature = "tokens")]
pub use access::{AccessClaims, MAX_ACCESS, Wanted, is_ours, verify_access};
pub use client_secret::{BadSigningKey, ClientSecret};
pub use id_token::{Expected, Fault, IdToken, Issuer, is_uuid, verify};
pub use jwks::{BadKeys, Jwks, MAX_KEYS};
#[cfg(feature = "tokens")]
pub use published::verify_published;
#[cfg(feature = "tokens")]
pub use shared::verify_shared;
#[cfg(feature = "tokens")]
pub use signing::{SigningKey, TYPE, generate};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How a token may be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    /// RSA, PKCS #1 version 1.5, with SHA-256.
    Rs256,
    /// RSA, PSS, with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every one. `none` is not among them, nor is any that shares a secret.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// Its name (RFC 7518 section 3.1, RFC 8037 section 3.1).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The one of this name, in these letters exactly.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

/// Strict: no padding, no other alphabet, no bits left over.
fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
