//! bcrypt in its own text, `$2b$12$salt-digest`, and passlib's bcrypt_sha256,
//! which hashes first so that nothing past 72 bytes is lost.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::policy::Scheme;
use super::text::{named, split};
use super::{Arena, Format, HashError, Reader, Stored};
use crate::crypto::hex::hex;
use crate::crypto::token;
use crate::port::Random;

pub(super) const READER: Reader = Reader { identify, read: boxed };

fn identify(text: &str) -> Option<Format> {
    if text.starts_with(SHA256) {
        return Some(Format::BcryptSha256);
    }
    let known = ["$2$", "$2a$", "$2b$", "$2x$", "$2y$"];
    known.iter().any(|prefix| text.starts_with(prefix)).then_some(Format::Bcrypt)
}

fn boxed(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let hash = match stored.strip_prefix(SHA256) {
        Some(rest) => sha256_variant(rest),
        None => read(stored),
    };
    hash.map(|hash| Box::new(hash) as _)
}

/// What happens to the password before bcrypt sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Before {
    /// Nothing: what is past 72 bytes is ignored.
    Nothing,
    /// Base64 of its SHA-256: passlib before 1.7.3.
    Sha256,
    /// Base64 of its HMAC-SHA-256 under the salt's text: passlib since.
    HmacSha256,
    /// Hexadecimal SHA-256: Django.
    HexSha256,
}

/// A hash, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Bcrypt {
    before: Before,
    cost: u32,
    salt: [u8; 16],
    tag: [u8; 23],
}

/// Reads bcrypt's own text.
pub(super) fn read(stored: &str) -> Result<Bcrypt, HashError> {
    let malformed = HashError::Malformed(Format::Bcrypt);
    // 2x marks hashes of a broken implementation; nobody should match them.
    let Some(["", "2a" | "2b" | "2y", cost, rest]) = split(stored, '$') else {
        return Err(malformed);
    };
    let cost = two_digits(cost).ok_or(malformed)?;
    let (salt, tag) = rest.split_at_checked(SALT_CHARS).ok_or(malformed)?;
    Bcrypt::new(Before::Nothing, cost, salt, tag, Format::Bcrypt)
}

/// `v=2,t=2b,r=12$salt$digest`, or `2b,12$salt$digest` of old.
fn sha256_variant(rest: &str) -> Result<Bcrypt, HashError> {
    let malformed = HashError::Malformed(Format::BcryptSha256);
    let [params, salt, tag] = split(rest, '$').ok_or(malformed)?;
    let (before, cost) = match split(params, ',') {
        Some(["v=2", "t=2a" | "t=2b", rounds]) => (Before::HmacSha256, named(rounds, "r")),
        Some(_) => return Err(malformed),
        None => match split(params, ',') {
            Some(["2a" | "2b", rounds]) => (Before::Sha256, super::text::number(rounds)),
            _ => return Err(malformed),
        },
    };
    Bcrypt::new(before, cost.ok_or(malformed)?, salt, tag, Format::BcryptSha256)
}

impl Bcrypt {
    fn new(
        before: Before,
        cost: u32,
        salt: &str,
        tag: &str,
        format: Format,
    ) -> Result<Self, HashError> {
        let bytes = |text: &str| B64.decode(text).ok();
        let salt = bytes(salt).and_then(|salt| salt.try_into().ok());
        let tag = bytes(tag).and_then(|tag| tag.try_into().ok());
        let (Some(salt), Some(tag)) = (salt, tag) else {
            return Err(HashError::Malformed(format));
        };
        check_cost(cost, format)?;
        Ok(Self { before, cost, salt, tag })
    }

    /// Same, with something done to the password first.
    pub(super) fn after(self, before: Before) -> Self {
        Self { before, ..self }
    }

    fn hash(&self, password: &[u8]) -> [u8; 23] {
        let mut key = match self.before {
            Before::Nothing => password.to_vec(),
            Before::Sha256 => STANDARD.encode(Sha256::digest(password)).into_bytes(),
            Before::HmacSha256 => STANDARD.encode(self.under_salt(password)).into_bytes(),
            Before::HexSha256 => hex(&Sha256::digest(password)).into_bytes(),
        };
        key.push(0);
        key.truncate(MAX_KEY);
        let [tag @ .., _] = bcrypt::bcrypt(self.cost, self.salt, &key);
        tag
    }

    fn under_salt(&self, password: &[u8]) -> Vec<u8> {
        let salt = B64.encode(self.salt);
        // HMAC takes keys of every length.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(salt.as_bytes()) else { return vec![] };
        mac.chain_update(password).finalize().into_bytes().to_vec()
    }
}

impl Stored for Bcrypt {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        // bcrypt would stop at a NUL and take the rest for granted.
        let cut = self.before == Before::Nothing && password.contains(&0);
        let found = self.hash(password);
        Ok((!cut).then(|| found.to_vec()))
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn is_current(&self, policy: &Scheme) -> bool {
        self.before == Before::Nothing
            && matches!(policy, Scheme::Bcrypt { cost } if *cost == self.cost)
    }

    fn describe(&self) -> String {
        let name = match self.before {
            Before::Nothing => "bcrypt",
            _ => "bcrypt-sha256",
        };
        format!("{name} cost={}", self.cost)
    }

    fn millis(&self) -> u64 {
        (1 << self.cost) / 16
    }
}

/// A new stored form.
///
/// # Errors
/// The password has a NUL, or more than 72 bytes: bcrypt would ignore the rest.
pub(super) fn create(
    cost: u32,
    password: &[u8],
    rng: &mut dyn Random,
) -> Result<String, HashError> {
    check_cost(cost, Format::Bcrypt)?;
    if password.len() > MAX_KEY || password.contains(&0) {
        return Err(HashError::Unfit(Format::Bcrypt));
    }
    let mut made = Bcrypt { before: Before::Nothing, cost, salt: [0; 16], tag: [0; 23] };
    rng.fill(&mut made.salt);
    made.tag = made.hash(password);
    Ok(made.text())
}

/// A stored form of nobody.
pub(super) fn decoy(cost: u32) -> String {
    let digest = token::digest("a tag that no password has");
    let salt = digest.first_chunk().copied().unwrap_or_default();
    let tag = digest.last_chunk().copied().unwrap_or_default();
    Bcrypt { before: Before::Nothing, cost, salt, tag }.text()
}

impl Bcrypt {
    fn text(&self) -> String {
        format!("$2b${:02}${}{}", self.cost, B64.encode(self.salt), B64.encode(self.tag))
    }
}

/// Whether a worker can be asked for it: each step doubles the work, and the
/// last one takes seconds.
pub(super) fn check_cost(cost: u32, format: Format) -> Result<(), HashError> {
    if (MIN_COST..=MAX_COST).contains(&cost) { Ok(()) } else { Err(HashError::Absurd(format)) }
}

/// Exactly two digits: here a leading zero is right.
fn two_digits(text: &str) -> Option<u32> {
    let plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// bcrypt's own alphabet. Some libraries leave stray bits at the end.
const B64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::BCRYPT,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

const SHA256: &str = "$bcrypt-sha256$";
const SALT_CHARS: usize = 22;
const MAX_KEY: usize = 72;
const MIN_COST: u32 = 4;
const MAX_COST: u32 = 16;
