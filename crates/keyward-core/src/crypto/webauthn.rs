//! WebAuthn (W3C, level 3): what a passkey sends, parsed strictly and verified.
//!
//! Two ceremonies. [`register`] takes what `navigator.credentials.create()`
//! gave and finds a public key in it; [`assert()`] takes what
//! `navigator.credentials.get()` gave and says whether the holder of that key
//! gave it, here and now. Neither reads or stores anything: challenges are
//! spent, counters swapped and names kept by the flows.
//!
//! Formats are a file each: [`cbor`], [`client_data`], [`authenticator_data`],
//! [`key`] and [`attestation`]. A fault says which rule was broken, for the
//! operator; it never says so to a stranger by itself.

use core::fmt;

use super::token;

pub mod attestation;
pub mod authenticator_data;
pub mod cbor;
mod certificate;
pub mod client_data;
mod der;
pub mod key;

#[cfg(any(test, feature = "authenticator"))]
pub mod authenticator;
#[cfg(test)]
mod tests;

use attestation::{Attestation, AttestationObject, Conveyance};
use authenticator_data::{AuthenticatorData, Flags};
use client_data::{Ceremony, ClientData};
use key::PublicKey;

/// What must be true of a ceremony.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The relying party: a domain, `example.com`.
    pub rp_id: &'a str,
    /// Origins that may ask in its name: `https://example.com`. Compared whole;
    /// an origin that merely ends like one of these is another.
    pub origins: &'a [String],
    /// The challenge, as base64url without padding.
    pub challenge: &'a str,
    /// Whether the person must have proven themselves to the authenticator, by
    /// PIN or biometrics.
    pub user_verified: bool,
}

/// A new passkey, as its authenticator presents it.
#[derive(Clone, Debug)]
pub struct Registered {
    /// How the authenticator calls it, 1 to 1,023 bytes.
    pub id: Vec<u8>,
    /// What its signatures are checked with.
    pub key: PublicKey,
    /// The model of the authenticator; zero when it does not say.
    pub aaguid: [u8; 16],
    /// How often it has signed; 0 for those that do not count.
    pub counter: u32,
    /// Whether the person was verified, whether it may be copied, and whether it was.
    pub flags: Flags,
    /// What vouches for the model.
    pub attestation: Attestation,
}

/// A signature by a passkey that is right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Asserted {
    /// How often it has signed; 0 for those that do not count.
    pub counter: u32,
    /// Whether the person was verified, whether it may be copied, and whether it was.
    pub flags: Flags,
}

/// What `navigator.credentials.get()` gave, decoded from base64url.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// `response.clientDataJSON`.
    pub client_data: &'a [u8],
    /// `response.authenticatorData`.
    pub authenticator_data: &'a [u8],
    /// `response.signature`.
    pub signature: &'a [u8],
}

/// Which rule was broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// It is not of the form that the specification gives it.
    Malformed,
    /// A registration where a sign-in is expected, or the other way around.
    WrongCeremony,
    /// The answer to another challenge.
    WrongChallenge,
    /// Asked for by another origin, or by one inside a page of another.
    WrongOrigin,
    /// Made for another relying party.
    WrongRelyingParty,
    /// Nobody touched the authenticator.
    NotPresent,
    /// The person was not verified, and must be.
    NotVerified,
    /// Backed up and not able to be.
    WrongBackup,
    /// A key of a kind that was not asked for, or no key at all.
    WrongKey,
    /// The signature is not by this key over this.
    WrongSignature,
    /// The statement about the authenticator is not true.
    WrongAttestation,
}

impl Fault {
    /// A stable name for logs: `wrong_origin`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::WrongCeremony => "wrong_ceremony",
            Self::WrongChallenge => "wrong_challenge",
            Self::WrongOrigin => "wrong_origin",
            Self::WrongRelyingParty => "wrong_relying_party",
            Self::NotPresent => "not_present",
            Self::NotVerified => "not_verified",
            Self::WrongBackup => "wrong_backup",
            Self::WrongKey => "wrong_key",
            Self::WrongSignature => "wrong_signature",
            Self::WrongAttestation => "wrong_attestation",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for Fault {}

/// Verifies a registration (section 7.1): the bytes of
/// `response.clientDataJSON` and of `response.attestationObject`.
pub fn register(
    expected: &Expected<'_>,
    conveyance: Conveyance,
    client_data: &[u8],
    attestation_object: &[u8],
) -> Result<Registered, Fault> {
    ClientData::parse(client_data)?.check(Ceremony::Create, expected)?;
    let object = AttestationObject::parse(attestation_object)?;
    let data = AuthenticatorData::parse(object.authenticator_data)?;
    check(&data, expected)?;
    let attested = data.attested.ok_or(Fault::Malformed)?;
    let key = PublicKey::parse(attested.key)?;
    let hash = token::digest_bytes(client_data);
    let attestation = object.verify(conveyance, &attested.aaguid, &key, &hash)?;
    Ok(Registered {
        id: attested.id.to_vec(),
        key,
        aaguid: attested.aaguid,
        counter: data.counter,
        flags: data.flags,
        attestation,
    })
}

/// Verifies a sign-in (section 7.2) with the key of the passkey that it names.
pub fn assert(
    expected: &Expected<'_>,
    key: &PublicKey,
    given: &Assertion<'_>,
) -> Result<Asserted, Fault> {
    ClientData::parse(given.client_data)?.check(Ceremony::Get, expected)?;
    let data = AuthenticatorData::parse(given.authenticator_data)?;
    check(&data, expected)?;
    let hash = token::digest_bytes(given.client_data);
    let signed = [given.authenticator_data, &hash].concat();
    key.verify(&signed, given.signature)?;
    Ok(Asserted { counter: data.counter, flags: data.flags })
}

/// What both ceremonies ask of the authenticator.
fn check(data: &AuthenticatorData<'_>, expected: &Expected<'_>) -> Result<(), Fault> {
    if !token::eq(data.rp_id_hash, &token::digest(expected.rp_id)) {
        return Err(Fault::WrongRelyingParty);
    }
    if !data.flags.user_present {
        return Err(Fault::NotPresent);
    }
    if expected.user_verified && !data.flags.user_verified {
        return Err(Fault::NotVerified);
    }
    if data.flags.backed_up && !data.flags.backup_eligible {
        return Err(Fault::WrongBackup);
    }
    Ok(())
}
