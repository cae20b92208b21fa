//! MD5-crypt of FreeBSD and glibc, `$1$salt$digest`, and Apache's variant of it,
//! `$apr1$salt$digest`: a thousand rounds of MD5. For import alone.

use md5::{Digest as _, Md5};

use super::policy::Scheme;
use super::text::{is_crypt64, push_crypt64, split};
use super::{Arena, Format, HashError, Reader, Stored};

pub(super) const READER: Reader = Reader { identify, read };

/// A hash, taken apart. The tag stays in its own base 64.
struct Md5Crypt {
    magic: &'static str,
    salt: String,
    tag: String,
}

impl Md5Crypt {
    fn format(&self) -> Format {
        if self.magic == APACHE { Format::Apr1Crypt } else { Format::Md5Crypt }
    }

    fn hash(&self, password: &[u8]) -> String {
        let salt = self.salt.as_bytes();
        let mut digest = self.first(password);
        for round in 0..ROUNDS {
            let (is_odd, mut next) = (round % 2 == 1, Md5::new());
            next.update(if is_odd { password } else { &digest[..] });
            if round % 3 != 0 {
                next.update(salt);
            }
            if round % 7 != 0 {
                next.update(password);
            }
            next.update(if is_odd { &digest[..] } else { password });
            digest = next.finalize().into();
        }
        encode(&digest)
    }

    fn first(&self, password: &[u8]) -> [u8; 16] {
        let salt = self.salt.as_bytes();
        let inner = Md5::new().chain_update(password).chain_update(salt).chain_update(password);
        let inner: [u8; 16] = inner.finalize().into();
        let mut outer = Md5::new().chain_update(password).chain_update(self.magic);
        outer.update(salt);
        for part in password.chunks(inner.len()) {
            outer.update(inner.get(..part.len()).unwrap_or_default());
        }
        let mut left = password.len();
        while left > 0 {
            // A zero for each bit that is set, else the first character.
            outer.update(if left & 1 == 1 { &[0][..] } else { password.get(..1).unwrap_or(&[]) });
            left >>= 1;
        }
        outer.finalize().into()
    }
}

fn encode(digest: &[u8; 16]) -> String {
    let byte = |at: usize| digest.get(at).copied().map_or(0, u32::from);
    let mut text = String::with_capacity(TAG_CHARS);
    for [a, b, c] in [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]] {
        push_crypt64(&mut text, byte(a) << 16 | byte(b) << 8 | byte(c), 4);
    }
    push_crypt64(&mut text, byte(11), 2);
    text
}

impl Stored for Md5Crypt {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        // No C library could have hashed a NUL.
        let found = self.hash(password);
        Ok((!password.contains(&0)).then(|| found.into_bytes()))
    }

    fn tag(&self) -> &[u8] {
        self.tag.as_bytes()
    }

    fn is_current(&self, _: &Scheme) -> bool {
        false
    }

    fn describe(&self) -> String {
        self.format().as_str().to_owned()
    }
}

fn identify(text: &str) -> Option<Format> {
    if text.starts_with(APACHE) {
        return Some(Format::Apr1Crypt);
    }
    text.starts_with(FREEBSD).then_some(Format::Md5Crypt)
}

fn read(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let format = identify(stored).ok_or(HashError::Unknown)?;
    let magic = if format == Format::Apr1Crypt { APACHE } else { FREEBSD };
    let hash = parse(stored, magic).ok_or(HashError::Malformed(format))?;
    Ok(Box::new(hash))
}

fn parse(stored: &str, magic: &'static str) -> Option<Md5Crypt> {
    let [salt, tag] = split(stored.strip_prefix(magic)?, '$')?;
    let sane = salt.len() <= MAX_SALT
        && salt.bytes().all(|b| b.is_ascii_graphic())
        && tag.len() == TAG_CHARS
        && is_crypt64(tag);
    sane.then(|| Md5Crypt { magic, salt: salt.into(), tag: tag.into() })
}

const FREEBSD: &str = "$1$";
const APACHE: &str = "$apr1$";
const ROUNDS: u32 = 1_000;
const MAX_SALT: usize = 8;
const TAG_CHARS: usize = 22;
