//! A client secret that is signed anew each time, as Apple wants it.

use core::fmt;
use core::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::encode;
use crate::secret::Secret;
use crate::time::Timestamp;

/// A text that is no signing key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadSigningKey;

impl fmt::Display for BadSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no private key for P-256 in PKCS #8 (PEM)")
    }
}

impl std::error::Error for BadSigningKey {}

/// Signs a client's secrets: JSON web tokens by ES256, good for five minutes.
pub struct ClientSecret {
    key: EcdsaKeyPair,
    key_id: String,
    team: String,
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientSecret({})", self.key_id)
    }
}

/// How long a secret works; Apple allows six months.
const LIFETIME: Duration = Duration::from_secs(300);

impl ClientSecret {
    /// Reads the key: what stands in the `.p8` file, with its id and the team that
    /// it belongs to.
    ///
    /// # Errors
    /// The text is no such key.
    pub fn new(pem: &Secret, key_id: &str, team: &str) -> Result<Self, BadSigningKey> {
        let lines = pem.reveal().trim().strip_prefix("-----BEGIN PRIVATE KEY-----");
        let lines = lines.and_then(|rest| rest.strip_suffix("-----END PRIVATE KEY-----"));
        let text: String = lines.ok_or(BadSigningKey)?.split_whitespace().collect();
        let der = zeroize::Zeroizing::new(STANDARD.decode(text).map_err(|_| BadSigningKey)?);
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der);
        let key = key.map_err(|_| BadSigningKey)?;
        Ok(Self { key, key_id: key_id.to_owned(), team: team.to_owned() })
    }

    /// A secret for `client`, to be shown to `audience`.
    ///
    /// # Errors
    /// It could not be signed.
    pub fn sign(
        &self,
        client: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<Secret, crate::Error> {
        let (seconds, until) = (now.as_secs(), now.plus(LIFETIME).as_secs());
        let head = json!({ "alg": "ES256", "kid": self.key_id });
        let body = json!({
            "iss": self.team, "iat": seconds, "exp": until, "aud": audience, "sub": client,
        });
        let text = [head, body].map(|part| encode(part.to_string().as_bytes())).join(".");
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes());
        let signature = signature.map_err(|_| crate::Error::new("sign the client secret"))?;
        Ok(Secret::new(format!("{text}.{}", encode(signature.as_ref()))))
    }
}
