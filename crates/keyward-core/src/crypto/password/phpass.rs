//! phpass's portable hash, of WordPress (`$P$`) and phpBB (`$H$`): MD5, again and
//! again. For import alone.

use md5::{Digest as _, Md5};

use super::policy::Scheme;
use super::text::{crypt64_value, is_crypt64, push_crypt64};
use super::{Arena, Format, HashError, Reader, Stored};

pub(super) const READER: Reader = Reader { identify, read };

/// A hash, taken apart. The tag stays in its own base 64.
struct Phpass {
    /// Logarithm of the rounds.
    log_rounds: u32,
    salt: String,
    tag: String,
}

impl Phpass {
    fn hash(&self, password: &[u8]) -> String {
        let mut digest = Md5::new().chain_update(&self.salt).chain_update(password).finalize();
        for _ in 0..1u32 << self.log_rounds {
            digest = Md5::new().chain_update(digest).chain_update(password).finalize();
        }
        let mut text = String::with_capacity(TAG_CHARS);
        for part in digest.chunks(3) {
            // The first byte is the lowest.
            let value = part.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            push_crypt64(&mut text, value, if part.len() == 3 { 4 } else { 2 });
        }
        text
    }
}

impl Stored for Phpass {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        Ok(Some(self.hash(password).into_bytes()))
    }

    fn tag(&self) -> &[u8] {
        self.tag.as_bytes()
    }

    fn is_current(&self, _: &Scheme) -> bool {
        false
    }

    fn describe(&self) -> String {
        format!("phpass rounds=2^{}", self.log_rounds)
    }

    fn millis(&self) -> u64 {
        (1 << self.log_rounds) / 6_000
    }
}

fn identify(text: &str) -> Option<Format> {
    (text.starts_with("$P$") || text.starts_with("$H$")).then_some(Format::Phpass)
}

fn read(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let hash = parse(stored).ok_or(HashError::Malformed(Format::Phpass))?;
    if !(MIN_LOG_ROUNDS..=MAX_LOG_ROUNDS).contains(&hash.log_rounds) {
        return Err(HashError::Absurd(Format::Phpass));
    }
    Ok(Box::new(hash))
}

fn parse(stored: &str) -> Option<Phpass> {
    let rest = stored.get(3..).filter(|rest| rest.len() == 1 + SALT_CHARS + TAG_CHARS)?;
    let (rounds, rest) = rest.split_at_checked(1)?;
    let (salt, tag) = rest.split_at_checked(SALT_CHARS)?;
    let sane = is_crypt64(tag) && salt.bytes().all(|b| b.is_ascii_graphic());
    let log_rounds = crypt64_value(rounds.bytes().next()?)?;
    sane.then(|| Phpass { log_rounds, salt: salt.into(), tag: tag.into() })
}

const SALT_CHARS: usize = 8;
const TAG_CHARS: usize = 22;
/// phpass's own minimum.
const MIN_LOG_ROUNDS: u32 = 7;
/// A few seconds; phpass allows 30.
const MAX_LOG_ROUNDS: u32 = 22;
