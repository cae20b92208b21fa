//! Keys that sign our access tokens. A key owns its algorithm: the head of what it
//! signs is written once, and a token's head is looked up, never believed.

use core::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::encode;
use crate::Error;
use crate::crypto::mac::hmac_sha256;
use crate::crypto::{public_key, token};
use crate::secret::Secret;
use crate::settings::Signing;

/// The `typ` of an access token (RFC 9068 section 2.1).
pub const TYPE: &str = "at+jwt";

/// A key that signs and verifies.
pub struct SigningKey {
    id: String,
    how: Signing,
    /// The encoded head of every token that it signs.
    head: String,
    pair: Pair,
}

enum Pair {
    Ed(Ed25519KeyPair, ParsedPublicKey),
    Ec(EcdsaKeyPair, ParsedPublicKey),
    Rsa(Box<RsaKeyPair>, ParsedPublicKey),
    Shared(Zeroizing<Vec<u8>>),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, {})", self.id, self.how.as_str())
    }
}

/// The private half of a new key, to be sealed: PKCS #8, or for HS256 64 bytes. RSA
/// takes some tenths of a second.
///
/// # Errors
/// There is no randomness.
pub fn generate(how: Signing) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed = |_| Error::new("make a key");
    let bytes = match how {
        Signing::EdDsa => {
            let pair = Ed25519KeyPair::generate().map_err(failed)?;
            pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
        }
        Signing::Es256 => {
            let how = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let pair = EcdsaKeyPair::generate(how).map_err(failed)?;
            pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
        }
        Signing::Rs256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
            der.as_ref().to_vec()
        }
        Signing::Hs256 => {
            let mut bytes = vec![0; 64];
            SystemRandom::new().fill(&mut bytes).map_err(failed)?;
            bytes
        }
    };
    Ok(Zeroizing::new(bytes))
}

impl SigningKey {
    /// A key from what [`generate`] made.
    ///
    /// # Errors
    /// The bytes are no such key.
    pub fn read(id: &str, how: Signing, secret: &[u8]) -> Result<Self, Error> {
        let pair = Pair::read(how, secret).ok_or(Error::new("read a signing key"))?;
        let head = json!({ "typ": TYPE, "alg": how.as_str(), "kid": id });
        let head = encode(head.to_string().as_bytes());
        Ok(Self { id: id.to_owned(), how, head, pair })
    }

    /// Its id: `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How it signs.
    pub fn how(&self) -> Signing {
        self.how
    }

    /// The encoded head of every token that it signs.
    pub(super) fn head(&self) -> &str {
        &self.head
    }

    /// The public half as a JSON web key (RFC 7517); none of a key that is shared.
    pub fn jwk(&self) -> Option<Value> {
        let mut key = match &self.pair {
            Pair::Ed(pair, _) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key().as_ref()) })
            }
            Pair::Ec(pair, _) => {
                let (_, point) = pair.public_key().as_ref().split_at_checked(1)?;
                let (x, y) = point.split_at_checked(32)?;
                json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
            }
            Pair::Rsa(pair, _) => {
                let (n, e) = rsa_numbers(pair);
                json!({ "kty": "RSA", "n": encode(&n), "e": encode(&e) })
            }
            Pair::Shared(_) => return None,
        };
        let object = key.as_object_mut()?;
        object.insert("kid".into(), self.id.clone().into());
        object.insert("use".into(), "sig".into());
        object.insert("alg".into(), self.how.as_str().into());
        Some(key)
    }

    /// A token that says this.
    ///
    /// # Errors
    /// It could not be signed.
    pub fn sign(&self, claims: &impl Serialize) -> Result<Secret, Error> {
        let body = serde_json::to_vec(claims).map_err(|e| Error::because("write a token", e))?;
        let text = format!("{}.{}", self.head, encode(&body));
        let signature = self.signature(text.as_bytes())?;
        Ok(Secret::new(format!("{text}.{}", encode(&signature))))
    }

    /// The signature over a message.
    pub(super) fn signature(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::new("sign a token");
        let random = SystemRandom::new();
        Ok(match &self.pair {
            Pair::Ed(pair, _) => pair.try_sign(message).map_err(failed)?.as_ref().to_vec(),
            Pair::Ec(pair, _) => pair.sign(&random, message).map_err(failed)?.as_ref().to_vec(),
            Pair::Rsa(pair, _) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let how = &RSA_PKCS1_SHA256;
                pair.sign(how, &random, message, &mut signature).map_err(failed)?;
                signature
            }
            Pair::Shared(key) => hmac_sha256(key, message).to_vec(),
        })
    }

    /// Whether it made this signature.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.pair {
            Pair::Ed(_, public) | Pair::Ec(_, public) | Pair::Rsa(_, public) => {
                public.verify_sig(message, signature).is_ok()
            }
            Pair::Shared(key) => token::eq(&hmac_sha256(key, message), signature),
        }
    }
}

impl Pair {
    fn read(how: Signing, secret: &[u8]) -> Option<Self> {
        Some(match how {
            Signing::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(secret).ok()?;
                let public = public_key::ed25519(pair.public_key().as_ref())?;
                Self::Ed(pair, public)
            }
            Signing::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, secret);
                let pair = pair.ok()?;
                let (_, point) = pair.public_key().as_ref().split_at_checked(1)?;
                let (x, y) = point.split_at_checked(32)?;
                let public = public_key::p256(&ECDSA_P256_SHA256_FIXED, x, y)?;
                Self::Ec(pair, public)
            }
            Signing::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(secret).ok()?;
                let (n, e) = rsa_numbers(&pair);
                let public = public_key::rsa(&RSA_PKCS1_2048_8192_SHA256, &n, &e)?;
                Self::Rsa(Box::new(pair), public)
            }
            // An empty key would verify what anybody signs.
            Signing::Hs256 => {
                (secret.len() == 64).then_some(())?;
                Self::Shared(Zeroizing::new(secret.to_vec()))
            }
        })
    }
}

/// Modulus and exponent. RFC 8017 appendix A.1.1: of 2,048 bits and 65,537, the numbers
/// stand where they always do.
fn rsa_numbers(pair: &RsaKeyPair) -> (Vec<u8>, Vec<u8>) {
    let der = pair.public_key().as_ref();
    let part = |from, to| der.get(from..to).unwrap_or_default().to_vec();
    (part(9, 265), part(267, der.len()))
}
