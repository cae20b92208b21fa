//! What an instance keeps passwords with: a policy and, if the operator wants one,
//! a pepper, without which a stolen database is no use for guessing.

use super::{Arena, HashError, Policy};
use crate::crypto::hex::hex;
use crate::crypto::keys::DerivedKey;
use crate::crypto::mac::mac;
use crate::port::Random;
use crate::secret::Secret;

/// Before the stored form of a password that was peppered.
pub(super) const PEPPERED: &str = "$pepper$";

/// Hashes and verifies by one policy.
#[derive(Clone, Debug, Default)]
pub struct Hasher {
    policy: Policy,
    pepper: Option<DerivedKey>,
}

impl Hasher {
    /// Hashes by `policy`.
    pub fn new(policy: Policy) -> Self {
        Self { policy, pepper: None }
    }

    /// Mixes a key into every password before it is hashed. What was stored
    /// without it still verifies and is due for a rehash; what was stored with it
    /// never verifies without.
    #[must_use]
    pub fn pepper(self, key: DerivedKey) -> Self {
        Self { pepper: Some(key), ..self }
    }

    /// How new passwords are hashed.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// As [`hash_with`](super::hash_with).
    ///
    /// # Errors
    /// As there.
    pub fn hash(
        &self,
        arena: &mut Arena,
        password: &Secret,
        rng: &mut dyn Random,
    ) -> Result<String, HashError> {
        super::bounded(password)?;
        let Some(key) = &self.pepper else {
            return super::hash_with(arena, password, &self.policy, rng);
        };
        let stored = super::hash_with(arena, &season(key, password), &self.policy, rng)?;
        Ok(format!("{PEPPERED}{stored}"))
    }

    /// As [`verify_with`](super::verify_with).
    ///
    /// # Errors
    /// As there; and `stored` was peppered, and there is no pepper.
    pub fn verify(
        &self,
        arena: &mut Arena,
        password: &Secret,
        stored: &str,
    ) -> Result<bool, HashError> {
        super::bounded(password)?;
        match (stored.strip_prefix(PEPPERED), &self.pepper) {
            (Some(inner), Some(key)) => super::verify_with(arena, &season(key, password), inner),
            (Some(_), None) => Err(HashError::NoPepper),
            (None, _) => super::verify_with(arena, password, stored),
        }
    }

    /// Whether it would write another form today.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        match (stored.strip_prefix(PEPPERED), &self.pepper) {
            (Some(inner), Some(_)) => super::needs_rehash(inner, &self.policy),
            (None, None) => super::needs_rehash(stored, &self.policy),
            _ => true,
        }
    }

    /// As [`decoy`](super::decoy).
    pub fn decoy(&self) -> String {
        let decoy = super::decoy(&self.policy);
        if self.pepper.is_some() { format!("{PEPPERED}{decoy}") } else { decoy }
    }
}

fn season(key: &DerivedKey, password: &Secret) -> Secret {
    Secret::new(hex(&mac(key, &[password.reveal().as_bytes()])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{Purpose, RootKey};
    use crate::crypto::testing::Seeded;

    fn with(byte: u8) -> Hasher {
        let key = RootKey::from_bytes([byte; 32]).derive(Purpose::Pepper);
        Hasher::new(Policy::CHEAPEST).pepper(key)
    }

    #[test]
    fn a_peppered_hash_is_no_use_without_the_pepper() {
        let (mut arena, password) = (Arena::default(), Secret::new("correct horse"));
        let stored = with(7).hash(&mut arena, &password, &mut Seeded(1)).unwrap();
        let mut check = |hasher: Hasher, said| {
            assert_eq!(hasher.verify(&mut arena, &password, &stored), said, "{hasher:?}");
        };
        check(with(7), Ok(true));
        check(with(8), Ok(false));
        check(Hasher::new(Policy::CHEAPEST), Err(HashError::NoPepper));
        let inner = stored.strip_prefix(PEPPERED).unwrap();
        assert_eq!(super::super::verify(&password, inner), Ok(false));
        assert_eq!(with(7).verify(&mut arena, &Secret::new("other"), &stored), Ok(false));
    }

    #[test]
    fn what_was_stored_before_verifies_and_is_renewed() {
        let (mut arena, password) = (Arena::default(), Secret::new("correct horse"));
        let plain = Hasher::new(Policy::CHEAPEST);
        let stored = plain.hash(&mut arena, &password, &mut Seeded(1)).unwrap();
        assert_eq!(with(7).verify(&mut arena, &password, &stored), Ok(true));
        assert!(with(7).needs_rehash(&stored) && !plain.needs_rehash(&stored));
        let renewed = with(7).hash(&mut arena, &password, &mut Seeded(1)).unwrap();
        assert!(!with(7).needs_rehash(&renewed) && plain.needs_rehash(&renewed));
        assert!(Hasher::new(Policy::default()).needs_rehash(&renewed));
    }

    #[test]
    fn a_decoy_costs_what_a_peppered_hash_costs_and_matches_nothing() {
        let mut arena = Arena::default();
        let password = Secret::new("x");
        let stored = with(7).hash(&mut arena, &password, &mut Seeded(1)).unwrap();
        let decoy = with(7).decoy();
        assert_eq!(decoy.len(), stored.len());
        assert_eq!(super::super::describe(&decoy), super::super::describe(&stored));
        assert_eq!(with(7).verify(&mut arena, &password, &decoy), Ok(false));
    }

    #[test]
    fn a_novel_is_refused_peppered_or_not() {
        let novel = Secret::new("x".repeat(5_000));
        let made = with(7).hash(&mut Arena::default(), &novel, &mut Seeded(1));
        assert_eq!(made, Err(HashError::TooLong));
    }
}
