//! Attestation (sections 6.5 and 8): what vouches for the model of an
//! authenticator.
//!
//! Keyward asks for none by default, and trusts none: whoever made the
//! authenticator, its owner proves nothing but to hold the key. Under
//! [`Conveyance::Indirect`] a statement of the formats `packed` and `fido-u2f` is
//! verified against the certificate that comes with it, so that the model in the
//! list of passkeys is the one that signed. No chain is built to a maker's root:
//! that would need the makers' roots, and an operator who keeps them. Statements of
//! other formats (`tpm`, `apple`, `android-key`, …) are told apart from none, and
//! the operator says what becomes of them.

use super::Fault;
use super::authenticator_data::AuthenticatorData;
use super::cbor::Value;
use super::certificate::Certificate;
use super::key::{Algorithm, PublicKey};
pub use crate::settings::Attestation as Conveyance;

/// What vouches for the model of an authenticator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attestation {
    /// Nothing, or nothing that was looked at.
    None,
    /// The new key itself: it is held by whoever says so.
    Itself,
    /// A certificate that came along. Who issued it was not asked.
    Certificate,
    /// A statement of a format that is not verified.
    Unknown,
}

impl Attestation {
    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Itself => "self",
            Self::Certificate => "certificate",
            Self::Unknown => "unknown",
        }
    }
}

/// What `response.attestationObject` holds.
#[derive(Clone, Debug)]
pub struct AttestationObject<'a> {
    /// Which format the statement has: `none`, `packed`, …
    pub format: &'a str,
    /// What the authenticator says of the ceremony.
    pub authenticator_data: &'a [u8],
    statement: Value<'a>,
}

/// A chain of certificates takes a few KiB.
const MAX_BYTES: usize = 32 * 1024;

impl<'a> AttestationObject<'a> {
    /// Reads it: a map with these three and nothing else.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_BYTES {
            return Err(Fault::Malformed);
        }
        let map = Value::parse(bytes)?;
        let format = map.named("fmt").and_then(Value::text).ok_or(Fault::Malformed)?;
        let data = map.named("authData").and_then(Value::bytes).ok_or(Fault::Malformed)?;
        let statement = map.named("attStmt").filter(|s| s.pairs().is_some()).cloned();
        let statement = statement.ok_or(Fault::Malformed)?;
        if map.pairs().map(<[_]>::len) != Some(3) {
            return Err(Fault::Malformed);
        }
        Ok(Self { format, authenticator_data: data, statement })
    }

    /// Whether the statement is true, as far as it is looked at.
    pub(super) fn verify(
        &self,
        conveyance: Conveyance,
        aaguid: &[u8; 16],
        key: &PublicKey,
        client_data_hash: &[u8; 32],
    ) -> Result<Attestation, Fault> {
        match (self.format, self.statement.named("x5c"), conveyance) {
            // Section 8.7: the statement of "none" is empty.
            ("none", ..) => match self.statement.pairs() {
                Some([]) => Ok(Attestation::None),
                _ => Err(Fault::WrongAttestation),
            },
            ("packed", None, _) => self.by_itself(key, client_data_hash),
            ("packed", Some(chain), Conveyance::Indirect) => {
                self.by_certificate(chain, aaguid, client_data_hash)
            }
            ("fido-u2f", Some(chain), Conveyance::Indirect) => {
                self.by_u2f(chain, key, client_data_hash)
            }
            (_, _, Conveyance::Indirect) => Ok(Attestation::Unknown),
            (_, _, Conveyance::None) => Ok(Attestation::None),
        }
    }

    /// Section 8.2, without `x5c`: signed with the new key itself.
    fn by_itself(&self, key: &PublicKey, hash: &[u8; 32]) -> Result<Attestation, Fault> {
        if self.algorithm()? != key.algorithm() {
            return Err(Fault::WrongAttestation);
        }
        let right = key.verify(&self.signed(hash), self.signature()?);
        right.map(|()| Attestation::Itself).map_err(|_| Fault::WrongAttestation)
    }

    /// Section 8.2, with `x5c`: signed with the key of the first certificate.
    fn by_certificate(
        &self,
        chain: &Value<'_>,
        aaguid: &[u8; 16],
        hash: &[u8; 32],
    ) -> Result<Attestation, Fault> {
        let Value::Array(chain) = chain else { return Err(Fault::WrongAttestation) };
        let leaf = chain.first().and_then(Value::bytes).ok_or(Fault::WrongAttestation)?;
        let leaf = Certificate::parse(leaf).ok_or(Fault::WrongAttestation)?;
        // Section 8.2.1: a certificate that names a model names this one.
        if leaf.aaguid.is_some_and(|named| named != aaguid) {
            return Err(Fault::WrongAttestation);
        }
        let right = leaf.verify(self.algorithm()?, &self.signed(hash), self.signature()?);
        if right { Ok(Attestation::Certificate) } else { Err(Fault::WrongAttestation) }
    }

    /// Section 8.6: an older security key signs what it always signed, and names no
    /// model.
    fn by_u2f(
        &self,
        chain: &Value<'_>,
        key: &PublicKey,
        hash: &[u8; 32],
    ) -> Result<Attestation, Fault> {
        let Value::Array(chain) = chain else { return Err(Fault::WrongAttestation) };
        let ([leaf], Some(point)) = (chain.as_slice(), key.point()) else {
            return Err(Fault::WrongAttestation);
        };
        let leaf = leaf.bytes().and_then(Certificate::parse).ok_or(Fault::WrongAttestation)?;
        let data = AuthenticatorData::parse(self.authenticator_data)?;
        let attested = data.attested.ok_or(Fault::WrongAttestation)?;
        let signed = [&[0], data.rp_id_hash.as_slice(), hash, attested.id, &point].concat();
        let right = leaf.verify(Algorithm::Es256, &signed, self.signature()?);
        let is_nameless = attested.aaguid == [0; 16];
        if right && is_nameless {
            Ok(Attestation::Certificate)
        } else {
            Err(Fault::WrongAttestation)
        }
    }

    fn algorithm(&self) -> Result<Algorithm, Fault> {
        let id = self.statement.named("alg").and_then(Value::int);
        id.and_then(Algorithm::of).ok_or(Fault::WrongAttestation)
    }

    fn signature(&self) -> Result<&[u8], Fault> {
        self.statement.named("sig").and_then(Value::bytes).ok_or(Fault::WrongAttestation)
    }

    fn signed(&self, hash: &[u8; 32]) -> Vec<u8> {
        [self.authenticator_data, hash].concat()
    }
}
