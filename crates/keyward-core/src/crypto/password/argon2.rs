//! Argon2 (RFC 9106) in PHC text: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`.
//!
//! The portable implementation is the default and the oracle; the feature
//! `fast-argon2` takes another one, and a test that they agree.

#[cfg(feature = "fast-argon2")]
mod fast;
#[cfg(any(test, not(feature = "fast-argon2")))]
mod portable;

use core::fmt;

use super::text::{b64, named, split, to_b64};
use super::{Format, HashError, Policy, Reader, Scheme, Stored};
use crate::crypto::token;
use crate::port::Random;

#[cfg(feature = "fast-argon2")]
use fast::Memory;
#[cfg(not(feature = "fast-argon2"))]
use portable::Memory;

/// Memory to hash in, kept between hashes: a worker owns one, and drops or
/// [releases](Self::release) it when idle. Between hashes it holds the traces of
/// the last one; they are wiped with it.
#[derive(Default)]
pub struct Arena {
    memory: Memory,
    home_kib: usize,
}

impl Arena {
    /// An arena that keeps what `policy` needs; what an older, larger hash took
    /// beyond that is given back at once. Takes no memory until the first hash.
    pub fn new(policy: &Policy) -> Self {
        Self { memory: Memory::default(), home_kib: policy.memory_kib as usize }
    }

    /// Memory it holds now.
    pub fn memory_kib(&self) -> usize {
        self.memory.kib()
    }

    /// Wipes the memory and gives it back.
    pub fn release(&mut self) {
        self.memory = Memory::default();
    }

    fn fill(&mut self, phc: &Phc, password: &[u8], out: &mut [u8]) -> Result<(), HashError> {
        let filled = self.memory.fill(phc, password, out);
        if self.memory.kib() > self.home_kib {
            self.release();
        }
        filled.ok_or(HashError::NoMemory)
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arena({} KiB)", self.memory_kib())
    }
}

pub(super) const READER: Reader =
    Reader { identify: |text| text.starts_with("$argon2").then_some(Format::Argon2), read: boxed };

/// A new stored form.
pub(super) fn create(
    policy: &Policy,
    arena: &mut Arena,
    password: &[u8],
    rng: &mut dyn Random,
) -> Result<String, HashError> {
    policy.check()?;
    let mut salt = vec![0; SALT_BYTES];
    rng.fill(&mut salt);
    let mut made = Phc::new(policy, salt, vec![0; TAG_BYTES]);
    made.tag = made.fill(arena, password)?;
    Ok(made.to_string())
}

/// Salt and tag are those of nobody: no password is known to give this tag, and
/// none can be found.
pub(super) fn decoy(policy: &Policy) -> String {
    let tag = token::digest("a tag that no password has").to_vec();
    let salt = tag.iter().rev().copied().take(SALT_BYTES).collect();
    Phc::new(policy, salt, tag).to_string()
}

/// Reads the PHC text.
pub(super) fn read(stored: &str) -> Result<Phc, HashError> {
    let phc = parse(stored).ok_or(HashError::Malformed(Format::Argon2))?;
    phc.cost.check()?;
    let sane = (MIN_SALT..=MAX_BYTES).contains(&phc.salt.len())
        && (MIN_TAG..=MAX_BYTES).contains(&phc.tag.len());
    if sane { Ok(phc) } else { Err(HashError::Absurd(Format::Argon2)) }
}

/// Stored text, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Phc {
    variant: Variant,
    version: u32,
    cost: Policy,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Variant {
    Id,
    I,
    D,
}

impl Variant {
    fn as_str(self) -> &'static str {
        match self {
            Self::Id => "argon2id",
            Self::I => "argon2i",
            Self::D => "argon2d",
        }
    }
}

impl Phc {
    fn new(policy: &Policy, salt: Vec<u8>, tag: Vec<u8>) -> Self {
        Self { variant: Variant::Id, version: NEWEST, cost: policy.clone(), salt, tag }
    }

    fn fill(&self, arena: &mut Arena, password: &[u8]) -> Result<Vec<u8>, HashError> {
        let mut out = vec![0; self.tag.len()];
        arena.fill(self, password, &mut out)?;
        Ok(out)
    }
}

impl Stored for Phc {
    fn compute(&self, arena: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        self.fill(arena, password).map(Some)
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn is_current(&self, policy: &Scheme) -> bool {
        matches!(policy, Scheme::Argon2id(cost) if *cost == self.cost)
            && self.variant == Variant::Id
            && self.version == NEWEST
            && self.salt.len() == SALT_BYTES
            && self.tag.len() == TAG_BYTES
    }

    fn describe(&self) -> String {
        let Policy { memory_kib, iterations, lanes } = self.cost;
        let variant = self.variant.as_str();
        let old = if self.version == NEWEST { "" } else { " v=16" };
        format!("{variant} m={memory_kib} t={iterations} p={lanes}{old}")
    }

    fn memory_kib(&self) -> u32 {
        self.cost.memory_kib
    }

    fn millis(&self) -> u64 {
        u64::from(self.cost.memory_kib) * u64::from(self.cost.iterations) / 1_000
    }
}

impl fmt::Display for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Policy { memory_kib, iterations, lanes } = self.cost;
        let (variant, version) = (self.variant.as_str(), self.version);
        write!(f, "${variant}$v={version}$m={memory_kib},t={iterations},p={lanes}")?;
        write!(f, "${}${}", to_b64(&self.salt), to_b64(&self.tag))
    }
}

fn boxed(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    read(stored).map(|phc| Box::new(phc) as _)
}

fn parse(stored: &str) -> Option<Phc> {
    let (variant, rest) = stored.strip_prefix('$')?.split_once('$')?;
    let variant =
        [Variant::Id, Variant::I, Variant::D].into_iter().find(|v| v.as_str() == variant)?;
    // The first release wrote no version, and means 16.
    let (version, rest) = match rest.strip_prefix("v=") {
        Some(versioned) => versioned.split_once('$')?,
        None => ("16", rest),
    };
    let version = [NEWEST, OLDEST].into_iter().find(|v| v.to_string() == version)?;
    let [params, salt, tag] = split(rest, '$')?;
    let [m, t, p] = split(params, ',')?;
    let cost =
        Policy { memory_kib: named(m, "m")?, iterations: named(t, "t")?, lanes: named(p, "p")? };
    Some(Phc { variant, version, cost, salt: b64(salt)?, tag: b64(tag)? })
}

const NEWEST: u32 = 19;
const OLDEST: u32 = 16;

/// 128 bits, as RFC 9106 section 3.1 recommends.
const SALT_BYTES: usize = 16;
/// 256 bits.
const TAG_BYTES: usize = 32;

/// RFC 9106 section 3.1 allows no shorter salt.
const MIN_SALT: usize = 8;
/// A shorter tag could be met by chance.
const MIN_TAG: usize = 16;
/// Nobody has longer ones.
const MAX_BYTES: usize = 64;

#[cfg(test)]
mod tests;
