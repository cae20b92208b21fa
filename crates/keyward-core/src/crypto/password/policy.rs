//! How new passwords are hashed.

use super::Format;
use super::argon2::{self, Arena};
use super::error::HashError;
#[cfg(feature = "legacy-hashes")]
use super::{bcrypt, pbkdf2, sha_crypt};
use crate::port::Random;

/// Argon2id (RFC 9106) at a cost. The default is 19 MiB, two passes and one
/// lane, as OWASP's password storage cheat sheet has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Memory in KiB, 8 for each lane at least, 1 GiB at most.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 64.
    pub iterations: u32,
    /// Lanes, 1 to 64. They are filled one after the other: one hash is one
    /// thread's work.
    pub lanes: u32,
}

impl Policy {
    /// The least work there is: for tests and throughput figures only.
    pub const CHEAPEST: Self = Self { memory_kib: 8, iterations: 1, lanes: 1 };

    /// Refuses what is below the algorithm's minimum or would stall a worker
    /// for many seconds. Checked again before every hash.
    ///
    /// # Errors
    /// [`HashError::Absurd`].
    pub fn check(&self) -> Result<(), HashError> {
        let Self { memory_kib, iterations, lanes } = *self;
        let sane = (1..=MAX_ITERATIONS).contains(&iterations)
            && (1..=MAX_LANES).contains(&lanes)
            && (8 * lanes..=MAX_MEMORY_KIB).contains(&memory_kib)
            && u64::from(memory_kib) * u64::from(iterations) <= MAX_WORK;
        if sane { Ok(()) } else { Err(HashError::Absurd(Format::Argon2)) }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { memory_kib: 19 * 1_024, iterations: 2, lanes: 1 }
    }
}

/// An algorithm that can make new hashes, with its cost.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// What Keyward itself uses.
    Argon2id(Policy),
    /// For a system that must read it; refuses what is longer than 72 bytes.
    #[cfg(feature = "legacy-hashes")]
    Bcrypt {
        /// Logarithm of the work, 4 to 16.
        cost: u32,
    },
    /// For a system that must read it, as passlib writes it.
    #[cfg(feature = "legacy-hashes")]
    Pbkdf2Sha256 {
        /// Up to ten million; OWASP asks for 600,000.
        rounds: u32,
    },
    /// For a system that must read it.
    #[cfg(feature = "legacy-hashes")]
    Sha256Crypt {
        /// From 1,000 to five million.
        rounds: u32,
    },
}

impl Scheme {
    /// The form that it writes.
    pub fn format(&self) -> Format {
        match self {
            Self::Argon2id(_) => Format::Argon2,
            #[cfg(feature = "legacy-hashes")]
            Self::Bcrypt { .. } => Format::Bcrypt,
            #[cfg(feature = "legacy-hashes")]
            Self::Pbkdf2Sha256 { .. } => Format::Pbkdf2Sha256,
            #[cfg(feature = "legacy-hashes")]
            Self::Sha256Crypt { .. } => Format::Sha256Crypt,
        }
    }

    pub(super) fn create(
        &self,
        arena: &mut Arena,
        password: &[u8],
        rng: &mut dyn Random,
    ) -> Result<String, HashError> {
        match self {
            Self::Argon2id(policy) => argon2::create(policy, arena, password, rng),
            #[cfg(feature = "legacy-hashes")]
            Self::Bcrypt { cost } => bcrypt::create(*cost, password, rng),
            #[cfg(feature = "legacy-hashes")]
            Self::Pbkdf2Sha256 { rounds } => pbkdf2::create(*rounds, password, rng),
            #[cfg(feature = "legacy-hashes")]
            Self::Sha256Crypt { rounds } => sha_crypt::create(*rounds, password, rng),
        }
    }

    pub(super) fn decoy(&self) -> String {
        match self {
            Self::Argon2id(policy) => argon2::decoy(policy),
            #[cfg(feature = "legacy-hashes")]
            Self::Bcrypt { cost } => bcrypt::decoy(*cost),
            #[cfg(feature = "legacy-hashes")]
            Self::Pbkdf2Sha256 { rounds } => pbkdf2::decoy(*rounds),
            #[cfg(feature = "legacy-hashes")]
            Self::Sha256Crypt { rounds } => sha_crypt::decoy(*rounds),
        }
    }
}

impl From<Policy> for Scheme {
    fn from(policy: Policy) -> Self {
        Self::Argon2id(policy)
    }
}

impl From<&Policy> for Scheme {
    fn from(policy: &Policy) -> Self {
        Self::Argon2id(policy.clone())
    }
}

impl From<&Scheme> for Scheme {
    fn from(scheme: &Scheme) -> Self {
        scheme.clone()
    }
}

/// One GiB: libsodium's "sensitive".
const MAX_MEMORY_KIB: u32 = 1 << 20;
const MAX_ITERATIONS: u32 = 64;
const MAX_LANES: u32 = 64;
/// KiB times passes: about ten seconds.
const MAX_WORK: u64 = 1 << 23;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absurd_policy_is_refused() {
        let check = |memory_kib, iterations, lanes, fine| {
            let policy = Policy { memory_kib, iterations, lanes };
            assert_eq!(policy.check().is_ok(), fine, "{policy:?}");
        };
        check(8, 1, 1, true);
        check(19_456, 2, 1, true);
        check(1 << 20, 4, 4, true);
        check(7, 1, 1, false);
        check(31, 1, 4, false);
        check(19_456, 0, 1, false);
        check(19_456, 2, 0, false);
        check((1 << 20) + 1, 1, 1, false);
        check(1 << 20, 64, 1, false);
        check(u32::MAX, u32::MAX, u32::MAX, false);
    }
}
