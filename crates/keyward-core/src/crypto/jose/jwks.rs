//! The keys that an issuer publishes.

use core::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
};
use serde::Deserialize;

use super::{Algorithm, decode};
use crate::crypto::public_key;

/// Keys in a set, at most.
pub const MAX_KEYS: usize = 64;

/// A text that is no set of keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BadKeys {
    /// It is not JSON of this shape.
    Unreadable,
    /// It has more than [`MAX_KEYS`] keys.
    TooMany,
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "this is no JSON web key set",
            Self::TooMany => "there are more keys than anybody needs",
        })
    }
}

impl std::error::Error for BadKeys {}

/// A set of public keys (RFC 7517 section 5). Keys of types that we do not use, and
/// keys that are for something else than signing, are passed over.
#[derive(Clone, Debug, Default)]
pub struct Jwks(Vec<Key>);

#[derive(Clone)]
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?}, {:?})", self.id, self.algorithm)
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwks {
    /// Reads a set.
    ///
    /// # Errors
    /// It is none, or has too many keys.
    pub fn parse(json: &[u8]) -> Result<Self, BadKeys> {
        let set: Set = serde_json::from_slice(json).map_err(|_| BadKeys::Unreadable)?;
        if set.keys.len() > MAX_KEYS {
            return Err(BadKeys::TooMany);
        }
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        Ok(Self(keys.flat_map(|key: Jwk| key.usable()).collect()))
    }

    /// Whether a key has this id, whatever it is for.
    pub fn knows(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id.as_deref() == Some(id))
    }

    /// The keys that may have signed: those of this id, or where the token names
    /// none, the only one there is for the algorithm.
    pub(super) fn candidates(&self, id: Option<&str>, how: Algorithm) -> Vec<&ParsedPublicKey> {
        let fits = self.0.iter().filter(|key| key.algorithm == how);
        let found: Vec<_> = match id {
            Some(id) => fits.filter(|key| key.id.as_deref() == Some(id)).collect(),
            None => fits.collect(),
        };
        match (id, found.as_slice()) {
            (None, [_, _, ..]) => vec![],
            _ => found.into_iter().map(|key| &key.key).collect(),
        }
    }
}

impl Jwk {
    /// The key, once for each algorithm that it may be used with.
    fn usable(self) -> Vec<Key> {
        let signs = self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if !signs {
            return vec![];
        }
        let said = self.alg.as_deref();
        let may = Algorithm::ALL.into_iter().filter(|a| said.is_none_or(|said| said == a.as_str()));
        may.filter_map(|algorithm| {
            let key = self.key(algorithm)?;
            Some(Key { id: self.kid.clone(), algorithm, key })
        })
        .collect()
    }

    fn key(&self, how: Algorithm) -> Option<ParsedPublicKey> {
        let number = |text: &Option<String>| text.as_deref().and_then(decode);
        match (how, self.kty.as_str(), self.crv.as_deref()) {
            (Algorithm::Rs256, "RSA", _) => {
                public_key::rsa(&RSA_PKCS1_2048_8192_SHA256, &number(&self.n)?, &number(&self.e)?)
            }
            (Algorithm::Ps256, "RSA", _) => {
                public_key::rsa(&RSA_PSS_2048_8192_SHA256, &number(&self.n)?, &number(&self.e)?)
            }
            (Algorithm::Es256, "EC", Some("P-256")) => {
                public_key::p256(&ECDSA_P256_SHA256_FIXED, &number(&self.x)?, &number(&self.y)?)
            }
            (Algorithm::EdDsa, "OKP", Some("Ed25519")) => public_key::ed25519(&number(&self.x)?),
            _ => None,
        }
    }
}
