//! Keys that sign tokens, for tests: what an issuer has, and what a forger would.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Algorithm, encode};
use crate::Error;
use crate::secret::Secret;

/// A key pair with an id.
#[derive(Debug)]
pub struct Signer {
    id: String,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>, Algorithm),
}

impl Signer {
    /// A new pair.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn generate(how: Algorithm, id: &str) -> Result<Self, Error> {
        let failed = |_| Error::new("make a key");
        let pair = match how {
            Algorithm::Es256 => {
                Pair::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?)
            }
            Algorithm::EdDsa => Pair::Ed(Ed25519KeyPair::generate().map_err(failed)?),
            Algorithm::Rs256 | Algorithm::Ps256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                Pair::Rsa(Box::new(pair), how)
            }
        };
        Ok(Self { id: id.to_owned(), pair })
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        match &self.pair {
            Pair::Ec(_) => Algorithm::Es256,
            Pair::Ed(_) => Algorithm::EdDsa,
            Pair::Rsa(_, how) => *how,
        }
    }

    /// The public half, as a JSON web key.
    pub fn jwk(&self) -> Value {
        let mut key = match &self.pair {
            Pair::Ec(pair) => {
                let (_, point) = pair.public_key().as_ref().split_at(1);
                let (x, y) = point.split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
            }
            Pair::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key().as_ref()) })
            }
            Pair::Rsa(pair, _) => {
                // RFC 8017 appendix A.1.1: of 2,048 bits and 65,537, the numbers stand
                // where they always do.
                let der = pair.public_key().as_ref();
                let n = encode(der.get(9..265).unwrap_or_default());
                let e = encode(der.get(267..).unwrap_or_default());
                json!({ "kty": "RSA", "n": n, "e": e })
            }
        };
        if let Some(key) = key.as_object_mut() {
            key.insert("kid".into(), self.id.clone().into());
            key.insert("use".into(), "sig".into());
            key.insert("alg".into(), self.algorithm().as_str().into());
        }
        key
    }

    /// The private half in PKCS #8 (PEM), as files hold it; of P-256 alone.
    ///
    /// # Errors
    /// It is of another kind.
    pub fn pem(&self) -> Result<Secret, Error> {
        let Pair::Ec(pair) = &self.pair else { return Err(Error::new("write this key")) };
        let der = pair.to_pkcs8v1().map_err(|_| Error::new("write the key"))?;
        let text = STANDARD.encode(der.as_ref());
        Ok(Secret::new(format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")))
    }

    /// A token with these claims.
    ///
    /// # Errors
    /// It could not be signed.
    pub fn token(&self, claims: &Value) -> Result<String, Error> {
        let head = json!({ "alg": self.algorithm().as_str(), "kid": self.id, "typ": "JWT" });
        self.token_with(&head, claims)
    }

    /// A token with a head of one's own: the signature is by this key, whatever the
    /// head says.
    ///
    /// # Errors
    /// It could not be signed.
    pub fn token_with(&self, head: &Value, claims: &Value) -> Result<String, Error> {
        let text = signed_part(head, claims);
        let (random, message) = (SystemRandom::new(), text.as_bytes());
        let failed = |_| Error::new("sign");
        let signature = match &self.pair {
            Pair::Ec(pair) => pair.sign(&random, message).map_err(failed)?.as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair, how) => {
                let how = match how {
                    Algorithm::Ps256 => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(how, &random, message, &mut signature).map_err(failed)?;
                signature
            }
        };
        Ok(format!("{text}.{}", encode(&signature)))
    }

    /// What a forger makes who takes our word for the algorithm: HS256, with the
    /// public key as the secret.
    pub fn forged(&self, claims: &Value) -> String {
        let head = json!({ "alg": "HS256", "kid": self.id, "typ": "JWT" });
        let text = signed_part(&head, claims);
        let public = match &self.pair {
            Pair::Ec(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Rsa(pair, _) => {
                pair.public_key().as_der().map(|der| der.as_ref().to_vec()).unwrap_or_default()
            }
        };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&public) else { return text };
        mac.update(text.as_bytes());
        format!("{text}.{}", encode(&mac.finalize().into_bytes()))
    }
}

/// A token that nobody signed.
pub fn unsigned(claims: &Value) -> String {
    format!("{}.", signed_part(&json!({ "alg": "none", "typ": "JWT" }), claims))
}

fn signed_part(head: &Value, claims: &Value) -> String {
    [head, claims].map(|part| encode(part.to_string().as_bytes())).join(".")
}
