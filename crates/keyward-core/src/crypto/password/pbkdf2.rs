//! PBKDF2 (RFC 8018) in passlib's text: `$pbkdf2-sha256$29000$salt$digest`, in
//! base64 with `.` for `+`. asyncauth's hashes are moved into this form.

use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::policy::Scheme;
use super::text::{b64, number, split, to_b64};
use super::{Arena, Format, HashError, Reader, Stored};
use crate::crypto::token;
use crate::port::Random;
use crate::secret::Secret;

pub(super) const READER: Reader = Reader { identify, read: boxed };

/// The hash inside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    pub(super) const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// Bytes of its digest.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Its name as Django and Werkzeug have it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Sha1 => "$pbkdf2$",
            Self::Sha256 => "$pbkdf2-sha256$",
            Self::Sha512 => "$pbkdf2-sha512$",
        }
    }

    fn format(self) -> Format {
        match self {
            Self::Sha1 => Format::Pbkdf2Sha1,
            Self::Sha256 => Format::Pbkdf2Sha256,
            Self::Sha512 => Format::Pbkdf2Sha512,
        }
    }

    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| text.starts_with(hash.prefix()))
    }
}

/// A hash, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Pbkdf2 {
    hash: Hash,
    rounds: u32,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl Pbkdf2 {
    /// Checks the bounds; errors are about `format`.
    pub(super) fn new(
        hash: Hash,
        rounds: u32,
        salt: Vec<u8>,
        tag: Vec<u8>,
        format: Format,
    ) -> Result<Self, HashError> {
        if tag.len() != hash.len() {
            return Err(HashError::Malformed(format));
        }
        check_rounds(rounds, format)?;
        Ok(Self { hash, rounds, salt, tag })
    }

    fn derive(&self, password: &[u8]) -> Vec<u8> {
        let mut out = vec![0; self.hash.len()];
        match self.hash {
            Hash::Sha1 => {
                ::pbkdf2::pbkdf2_hmac::<Sha1>(password, &self.salt, self.rounds, &mut out)
            }
            Hash::Sha256 => {
                ::pbkdf2::pbkdf2_hmac::<Sha256>(password, &self.salt, self.rounds, &mut out);
            }
            Hash::Sha512 => {
                ::pbkdf2::pbkdf2_hmac::<Sha512>(password, &self.salt, self.rounds, &mut out);
            }
        }
        out
    }

    fn text(&self) -> String {
        let ab64 = |bytes: &[u8]| to_b64(bytes).replace('+', ".");
        let (prefix, rounds) = (self.hash.prefix(), self.rounds);
        format!("{prefix}{rounds}${}${}", ab64(&self.salt), ab64(&self.tag))
    }
}

impl Stored for Pbkdf2 {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        Ok(Some(self.derive(password)))
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn is_current(&self, policy: &Scheme) -> bool {
        self.hash == Hash::Sha256
            && matches!(policy, Scheme::Pbkdf2Sha256 { rounds } if *rounds == self.rounds)
    }

    fn describe(&self) -> String {
        format!("pbkdf2-{} rounds={}", self.hash.as_str(), self.rounds)
    }

    fn millis(&self) -> u64 {
        u64::from(self.rounds) / 3_000
    }
}

/// Whether a worker can be asked for it: ten million take seconds.
pub(super) fn check_rounds(rounds: u32, format: Format) -> Result<(), HashError> {
    if (1..=MAX_ROUNDS).contains(&rounds) { Ok(()) } else { Err(HashError::Absurd(format)) }
}

/// A new stored form, PBKDF2-HMAC-SHA-256.
pub(super) fn create(
    rounds: u32,
    password: &[u8],
    rng: &mut dyn Random,
) -> Result<String, HashError> {
    check_rounds(rounds, Format::Pbkdf2Sha256)?;
    let mut made = Pbkdf2 { hash: Hash::Sha256, rounds, salt: vec![0; 16], tag: vec![] };
    rng.fill(&mut made.salt);
    made.tag = made.derive(password);
    Ok(made.text())
}

/// A stored form of nobody.
pub(super) fn decoy(rounds: u32) -> String {
    let tag = token::digest("a tag that no password has").to_vec();
    let salt = tag.iter().rev().copied().take(16).collect();
    Pbkdf2 { hash: Hash::Sha256, rounds, salt, tag }.text()
}

/// The stored form of an asyncauth hash: 64 bytes of PBKDF2-HMAC-SHA-512 with
/// 100,000 rounds and, for every account, the same salt: its `AUTH.secret`.
///
/// # Errors
/// `hash` is not 64 bytes long, or `secret` is empty or over 512 bytes.
pub fn from_asyncauth(secret: &Secret, hash: &[u8]) -> Result<String, HashError> {
    let salt = secret.reveal().as_bytes().to_vec();
    if !(1..=512).contains(&salt.len()) {
        return Err(HashError::Malformed(Format::Pbkdf2Sha512));
    }
    Pbkdf2::new(Hash::Sha512, 100_000, salt, hash.to_vec(), Format::Pbkdf2Sha512)
        .map(|hash| hash.text())
}

fn identify(text: &str) -> Option<Format> {
    Hash::of(text).map(Hash::format)
}

fn boxed(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let hash = Hash::of(stored).ok_or(HashError::Unknown)?;
    let malformed = HashError::Malformed(hash.format());
    let (rounds, salt, tag) = parts(stored, hash).ok_or(malformed)?;
    Pbkdf2::new(hash, rounds, salt, tag, hash.format()).map(|hash| Box::new(hash) as _)
}

fn parts(stored: &str, hash: Hash) -> Option<(u32, Vec<u8>, Vec<u8>)> {
    let [rounds, salt, tag] = split(stored.strip_prefix(hash.prefix())?, '$')?;
    let ab64 = |text: &str| {
        if text.contains('+') { None } else { b64(&text.replace('.', "+")) }
    };
    Some((number(rounds)?, ab64(salt)?, ab64(tag)?))
}

const MAX_ROUNDS: u32 = 10_000_000;
