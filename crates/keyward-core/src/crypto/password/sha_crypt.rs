//! sha256_crypt and sha512_crypt (Drepper's SHA-crypt, of glibc):
//! `$5$rounds=535000$salt$digest`, and `$6$…` with SHA-512.

use super::policy::Scheme;
use super::text::{crypt64, is_crypt64, named, push_crypt64, split};
use super::{Arena, Format, HashError, Reader, Stored};
use crate::crypto::token;
use crate::port::Random;

pub(super) const READER: Reader = Reader { identify, read: boxed };

/// A hash, taken apart. The tag stays in its own base 64.
#[derive(Clone, Debug)]
struct ShaCrypt {
    format: Format,
    /// What glibc takes where none are written is 5,000.
    rounds: u32,
    salt: String,
    tag: String,
}

impl ShaCrypt {
    fn hash(&self, password: &[u8]) -> Option<String> {
        let params = ::sha_crypt::Params::new(self.rounds).ok()?;
        let salt = self.salt.as_bytes();
        Some(match self.format {
            Format::Sha512Crypt => {
                encode(&::sha_crypt::sha512_crypt(password, salt, params), [0, 21, 42], |abc| {
                    let [a, b, c] = abc;
                    [b, c, a]
                })
            }
            _ => encode(&::sha_crypt::sha256_crypt(password, salt, params), [0, 10, 20], |abc| {
                let [a, b, c] = abc;
                [c, a, b]
            }),
        })
    }

    fn text(&self) -> String {
        format!("$5$rounds={}${}${}", self.rounds, self.salt, self.tag)
    }
}

impl Stored for ShaCrypt {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        let found = self.hash(password).ok_or(HashError::Absurd(self.format))?;
        // No C library could have hashed a NUL.
        Ok((!password.contains(&0)).then(|| found.into_bytes()))
    }

    fn tag(&self) -> &[u8] {
        self.tag.as_bytes()
    }

    fn is_current(&self, policy: &Scheme) -> bool {
        self.format == Format::Sha256Crypt
            && matches!(policy, Scheme::Sha256Crypt { rounds } if *rounds == self.rounds)
    }

    fn describe(&self) -> String {
        format!("{} rounds={}", self.format.as_str(), self.rounds)
    }

    fn millis(&self) -> u64 {
        u64::from(self.rounds) / 1_800
    }
}

/// Whether a worker can be asked for it, and glibc would do it.
pub(super) fn check_rounds(rounds: u32, format: Format) -> Result<(), HashError> {
    let sane = (MIN_ROUNDS..=MAX_ROUNDS).contains(&rounds);
    if sane { Ok(()) } else { Err(HashError::Absurd(format)) }
}

/// A new stored form, sha256_crypt.
///
/// # Errors
/// The password has a NUL: no C library could verify it.
pub(super) fn create(
    rounds: u32,
    password: &[u8],
    rng: &mut dyn Random,
) -> Result<String, HashError> {
    let format = Format::Sha256Crypt;
    check_rounds(rounds, format)?;
    if password.contains(&0) {
        return Err(HashError::Unfit(format));
    }
    let mut salt = [0; 16];
    rng.fill(&mut salt);
    let salt = salt.iter().filter_map(|b| crypt64(u32::from(*b))).collect();
    let mut made = ShaCrypt { format, rounds, salt, tag: String::new() };
    made.tag = made.hash(password).ok_or(HashError::Absurd(format))?;
    Ok(made.text())
}

/// A stored form of nobody.
pub(super) fn decoy(rounds: u32) -> String {
    let tag =
        encode(&token::digest("a tag that no password has"), [0, 10, 20], |[a, b, c]| [c, a, b]);
    let salt = tag.chars().take(16).collect();
    ShaCrypt { format: Format::Sha256Crypt, rounds, salt, tag }.text()
}

fn identify(text: &str) -> Option<Format> {
    match text.get(..3)? {
        "$5$" => Some(Format::Sha256Crypt),
        "$6$" => Some(Format::Sha512Crypt),
        _ => None,
    }
}

fn boxed(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let format = identify(stored).ok_or(HashError::Unknown)?;
    let hash = parse(stored, format).ok_or(HashError::Malformed(format))?;
    check_rounds(hash.rounds, format)?;
    Ok(Box::new(hash))
}

fn parse(stored: &str, format: Format) -> Option<ShaCrypt> {
    let rest = stored.get(3..)?;
    let (rounds, rest) = match rest.starts_with("rounds=") {
        true => rest.split_once('$').and_then(|(r, rest)| Some((named(r, "rounds")?, rest)))?,
        false => (5_000, rest),
    };
    let [salt, tag] = split(rest, '$')?;
    let chars = if format == Format::Sha512Crypt { 86 } else { 43 };
    let sane = salt.len() <= 16
        && salt.bytes().all(|b| b.is_ascii_graphic())
        && tag.len() == chars
        && is_crypt64(tag);
    sane.then(|| ShaCrypt { format, rounds, salt: salt.into(), tag: tag.into() })
}

/// Three bytes become four characters, the lowest six bits first. Which three,
/// `next` tells from the ones before.
fn encode(tag: &[u8], first: [usize; 3], next: fn([usize; 3]) -> [usize; 3]) -> String {
    let byte = |at: usize| tag.get(at).copied().map_or(0, u32::from);
    let mut text = String::new();
    let mut at = first;
    for _ in 0..tag.len() / 3 {
        let [a, b, c] = at;
        push_crypt64(&mut text, byte(a) << 16 | byte(b) << 8 | byte(c), 4);
        at = next(at).map(|index| index + 1);
    }
    match tag.len() {
        32 => push_crypt64(&mut text, byte(31) << 8 | byte(30), 3),
        _ => push_crypt64(&mut text, byte(63), 2),
    }
    text
}

/// The specification's own minimum.
const MIN_ROUNDS: u32 = 1_000;
/// A few seconds; the specification allows 999,999,999.
const MAX_ROUNDS: u32 = 5_000_000;
