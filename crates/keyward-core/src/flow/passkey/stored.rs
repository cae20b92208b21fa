//! What is stored of a passkey, and how it moves on with each signature.

use serde::{Deserialize, Serialize};

use super::{decode, encode, model};
use crate::crypto::webauthn::Asserted;
use crate::crypto::webauthn::Registered;
use crate::crypto::webauthn::key::PublicKey;
use crate::id::CredentialId;
use crate::port::Write;
use crate::record::{Credential, Subject};
use crate::settings::Counter;
use crate::time::Timestamp;

/// The kind of a passkey's credential.
pub const KIND: &str = "passkey";

/// A passkey of an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Passkey {
    /// Which.
    pub id: CredentialId,
    /// When it was added.
    pub created_at: Timestamp,
    kept: Kept,
    was: Vec<u8>,
}

/// The stored form: JSON. A field is added with a default, never changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Kept {
    v: u8,
    /// How its authenticator calls it, base64url.
    id: String,
    /// The COSE key, base64url.
    key: String,
    /// How often it has signed; 0 if it does not count.
    counter: u32,
    /// How browsers reach it: `internal`, `hybrid`, `usb`, …
    transports: Vec<String>,
    /// Whether it may be copied to other devices; never changes.
    eligible: bool,
    /// Whether it was, when it was last used.
    synced: bool,
    /// The model of its authenticator, 32 hexadecimal digits.
    model: String,
    /// What vouched for the model.
    attestation: String,
    /// What its owner calls it; may be empty.
    name: String,
    /// When it was last used, in microseconds since the Unix epoch.
    used_at: Option<i64>,
}

/// Why a signature that is right is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Suspect {
    /// The counter went back or stood still: somebody may hold a copy.
    Counter,
    /// It could not be copied, and now it can; or the other way around.
    Eligibility,
}

impl Passkey {
    /// Reads a credential; `None` if it is of another kind or cannot be read.
    pub fn read(found: &Credential) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(&found.data).ok()?;
        let is_ours = found.kind == KIND && kept.v == 1;
        let (id, created_at, was) = (found.id, found.created_at, found.data.clone());
        is_ours.then_some(Self { id, created_at, kept, was })
    }

    /// Every passkey of an account, oldest first.
    pub fn of(subject: &Subject) -> Vec<Self> {
        subject.credentials.iter().filter_map(Self::read).collect()
    }

    /// The credential of a new one.
    pub(super) fn added(
        id: CredentialId,
        new: &Registered,
        transports: Vec<String>,
        name: String,
        subject: &Subject,
        now: Timestamp,
    ) -> Credential {
        let kept = Kept {
            v: 1,
            id: encode(&new.id),
            key: encode(new.key.as_bytes()),
            counter: new.counter,
            transports,
            eligible: new.flags.backup_eligible,
            synced: new.flags.backed_up,
            model: model::text(&new.aaguid),
            attestation: new.attestation.as_str().to_owned(),
            name,
            used_at: None,
        };
        let data = serde_json::to_vec(&kept).unwrap_or_default();
        Credential { id, user: subject.user.id, kind: KIND.into(), data, created_at: now }
    }

    /// How its authenticator calls it, base64url.
    pub fn handle(&self) -> &str {
        &self.kept.id
    }

    /// What its owner calls it, or else what its maker does; may be empty.
    pub fn name(&self) -> &str {
        if self.kept.name.is_empty() { self.model() } else { &self.kept.name }
    }

    /// The name of its authenticator, if it is a known one.
    pub fn model(&self) -> &'static str {
        model::name(&self.kept.model)
    }

    /// The model of its authenticator, as 32 hexadecimal digits.
    pub fn aaguid(&self) -> &str {
        &self.kept.model
    }

    /// How browsers reach it: `internal`, `hybrid`, `usb`, …
    pub fn transports(&self) -> &[String] {
        &self.kept.transports
    }

    /// Whether its owner has it on other devices, or in the cloud.
    pub fn is_synced(&self) -> bool {
        self.kept.synced
    }

    /// What vouched for the model: `none`, `self`, `certificate`; `unknown` for a
    /// statement that is not verified.
    pub fn attestation(&self) -> &str {
        &self.kept.attestation
    }

    /// How often it has signed, as it says itself; 0 if it does not count.
    pub fn counter(&self) -> u32 {
        self.kept.counter
    }

    /// When it was last used.
    pub fn used_at(&self) -> Option<Timestamp> {
        self.kept.used_at.map(Timestamp::from_micros)
    }

    /// What its signatures are checked with.
    pub(super) fn key(&self) -> Option<PublicKey> {
        PublicKey::parse(&decode(&self.kept.key)?).ok()
    }

    /// What is wrong with a signature that is right in itself (section 7.2,
    /// steps 19 and 22).
    pub(super) fn suspect(&self, found: &Asserted) -> Option<Suspect> {
        let counts = found.counter > 0 || self.kept.counter > 0;
        if found.flags.backup_eligible != self.kept.eligible {
            return Some(Suspect::Eligibility);
        }
        (counts && found.counter <= self.kept.counter).then_some(Suspect::Counter)
    }

    /// Notes a signature. Expects the passkey as it was, so that two that race
    /// are told apart.
    pub(super) fn used(&self, found: &Asserted, now: Timestamp) -> Write {
        self.swap(Kept {
            // A counter that went back is not followed: the original goes on.
            counter: found.counter.max(self.kept.counter),
            synced: found.flags.backed_up,
            used_at: Some(now.as_micros()),
            ..self.kept.clone()
        })
    }

    /// Gives it another name.
    pub(super) fn renamed(&self, name: &str) -> Write {
        self.swap(Kept { name: name.to_owned(), ..self.kept.clone() })
    }

    fn swap(&self, now: Kept) -> Write {
        let now = serde_json::to_vec(&now).unwrap_or_default();
        Write::SwapCredential { id: self.id, was: self.was.clone(), now }
    }
}

impl Suspect {
    /// Whether it is refused, by what the operator chose.
    pub(super) fn is_refused(self, counter: Counter) -> bool {
        self == Self::Eligibility || counter == Counter::Refuse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::webauthn::authenticator_data::Flags;
    use crate::id::UserId;

    fn passkey(counter: u32, eligible: bool) -> Passkey {
        let data = serde_json::json!({
            "v": 1, "id": "AQ", "key": "AQ", "counter": counter, "transports": [],
            "eligible": eligible, "synced": false, "model": "", "attestation": "none",
            "name": "", "used_at": null,
        });
        let found = Credential {
            id: CredentialId::from_bytes(&[1; 16]).unwrap(),
            user: UserId::from_bytes(&[2; 16]).unwrap(),
            kind: KIND.into(),
            data: data.to_string().into_bytes(),
            created_at: Timestamp::from_secs(1),
        };
        Passkey::read(&found).unwrap()
    }

    #[test]
    fn a_counter_counts_or_stays_at_zero() {
        let check = |known: u32, seen: u32, wanted: Option<Suspect>| {
            let found = Asserted { counter: seen, flags: Flags::default() };
            assert_eq!(passkey(known, false).suspect(&found), wanted, "{known} then {seen}");
        };
        check(0, 0, None);
        check(0, 1, None);
        check(1, 2, None);
        check(1, 200, None);
        check(1, 1, Some(Suspect::Counter));
        check(2, 1, Some(Suspect::Counter));
        check(1, 0, Some(Suspect::Counter));
        check(u32::MAX, 0, Some(Suspect::Counter));
    }

    #[test]
    fn whether_it_may_be_copied_never_changes() {
        for (known, seen) in [(true, false), (false, true)] {
            let flags = Flags { backup_eligible: seen, ..Flags::default() };
            let found = Asserted { counter: 0, flags };
            assert_eq!(passkey(0, known).suspect(&found), Some(Suspect::Eligibility));
            assert!(Suspect::Eligibility.is_refused(Counter::Report));
        }
    }

    #[test]
    fn a_signature_moves_the_counter_forward_only() {
        let data = |write: Write| match write {
            Write::SwapCredential { now, .. } => serde_json::from_slice::<Kept>(&now).unwrap(),
            other => panic!("{other:?}"),
        };
        let found = |counter| Asserted { counter, flags: Flags::default() };
        let now = Timestamp::from_secs(9);
        assert_eq!(data(passkey(3, false).used(&found(7), now)).counter, 7);
        let kept = data(passkey(3, false).used(&found(1), now));
        assert_eq!((kept.counter, kept.used_at), (3, Some(9_000_000)));
    }
}
