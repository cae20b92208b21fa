//! Messages between servers that have a key in common, by each of the three ciphers that
//! authnzerver knows. Each says when a message was sealed, and none is taken twice for
//! another one.
//!
//! Fernet says the time itself. The other two do not: what they seal is JSON, in an object
//! with the time and the version of the form. A key is for one cipher, and a message says
//! nowhere by which it was sealed, so that nobody can choose another one for it.

mod chacha;
mod secret_box;
mod stamped;

use core::fmt;

use super::fernet::{FernetKey, Fresh, Unsealed, key_bytes};
use super::token::digest_bytes;
use crate::Error;
use crate::port::Random;
use crate::time::Timestamp;

/// By what messages are sealed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Cipher {
    /// What authnzerver's own frontends speak: see [`fernet`](super::fernet).
    #[default]
    Fernet,
    /// Of RFC 8439: 12 random bytes, the sealed text, its code. One key is good for four
    /// thousand million messages, then two may be sealed with the same random bytes.
    ChaCha20Poly1305,
    /// NaCl's `crypto_secretbox`, as PyNaCl's `SecretBox` writes it: 24 random bytes, the
    /// code, the sealed text. So many random bytes are never the same.
    XSalsa20Poly1305,
}

impl Cipher {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Fernet, Self::ChaCha20Poly1305, Self::XSalsa20Poly1305];

    /// What it is called in front of a key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fernet => "fernet",
            Self::ChaCha20Poly1305 => "chacha20poly1305",
            Self::XSalsa20Poly1305 => "xsalsa20poly1305",
        }
    }

    /// What `CIPHER:KEY` says, without a look at the key; `KEY` alone is Fernet's.
    ///
    /// # Errors
    /// There is no such cipher.
    pub fn of(text: &str) -> Result<(Self, &str), BadMessageKey> {
        let Some((name, key)) = text.split_once(':') else { return Ok((Self::Fernet, text)) };
        let found = Self::ALL.into_iter().find(|cipher| cipher.name() == name);
        found.map(|cipher| (cipher, key)).ok_or(BadMessageKey::NoCipher)
    }
}

/// A text that is no key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BadMessageKey {
    /// In front of the colon stands no cipher.
    NoCipher,
    /// It is not 32 bytes in base64.
    NoKey,
}

impl fmt::Display for BadMessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey => f.write_str("a key is 32 bytes in base64"),
            Self::NoCipher => {
                f.write_str("before the colon of a key stands its cipher:")?;
                Cipher::ALL.iter().try_for_each(|cipher| write!(f, " {}", cipher.name()))
            }
        }
    }
}

impl std::error::Error for BadMessageKey {}

/// A key that two or more have in common, and the cipher that it is for.
pub struct MessageKey(Keyed);

enum Keyed {
    Fernet(Box<FernetKey>),
    ChaCha(Box<chacha::Key>),
    SecretBox(secret_box::Key),
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageKey({}, ..)", self.cipher().name())
    }
}

impl MessageKey {
    /// Reads `CIPHER:KEY`, or `KEY` for Fernet: 32 bytes in base64 of either alphabet,
    /// padded.
    ///
    /// # Errors
    /// It is not that.
    pub fn parse(text: &str) -> Result<Self, BadMessageKey> {
        let (cipher, key) = Cipher::of(text.trim_ascii())?;
        let keyed = match cipher {
            Cipher::Fernet => FernetKey::parse(key).ok().map(Box::new).map(Keyed::Fernet),
            Cipher::ChaCha20Poly1305 => key_bytes(key)
                .and_then(|bytes| chacha::Key::new(&bytes))
                .map(Box::new)
                .map(Keyed::ChaCha),
            Cipher::XSalsa20Poly1305 => {
                key_bytes(key).map(|bytes| Keyed::SecretBox(secret_box::Key::new(&bytes)))
            }
        };
        keyed.map(Self).ok_or(BadMessageKey::NoKey)
    }

    /// The cipher that it is for.
    pub const fn cipher(&self) -> Cipher {
        match self.0 {
            Keyed::Fernet(_) => Cipher::Fernet,
            Keyed::ChaCha(_) => Cipher::ChaCha20Poly1305,
            Keyed::SecretBox(_) => Cipher::XSalsa20Poly1305,
        }
    }

    /// Seals a message, which is JSON.
    ///
    /// # Errors
    /// It is no JSON, or from before 1970; Fernet asks for neither.
    pub fn seal(
        &self,
        json: &[u8],
        now: Timestamp,
        rng: &mut dyn Random,
    ) -> Result<Vec<u8>, Error> {
        match &self.0 {
            Keyed::Fernet(key) => Ok(key.seal(json, now, rng)?.into_bytes()),
            Keyed::ChaCha(key) => key.seal(&stamped::write(json, now)?, rng),
            Keyed::SecretBox(key) => key.seal(&stamped::write(json, now)?, rng),
        }
    }

    /// Opens a message that was sealed with this key, if it is `fresh`; without, whatever
    /// its age. None longer than [`MAX_SEALED`] is looked at.
    pub fn open(&self, sealed: &[u8], fresh: Option<Fresh>) -> Option<Unsealed> {
        if sealed.len() > MAX_SEALED {
            return None;
        }
        let whole = match &self.0 {
            Keyed::Fernet(key) => return key.open(core::str::from_utf8(sealed).ok()?, fresh),
            Keyed::ChaCha(key) => key.open(sealed)?,
            Keyed::SecretBox(key) => key.open(sealed)?,
        };
        let (plain, sealed_at) = stamped::read(&whole, fresh)?;
        Some(Unsealed { plain, sealed_at, tag: digest_bytes(sealed) })
    }
}

/// Opens a message with the first of several keys that it was sealed with, and says
/// which: while a key is changed for another one, both are known.
pub fn open_with(
    keys: &[MessageKey],
    sealed: &[u8],
    fresh: Option<Fresh>,
) -> Option<(usize, Unsealed)> {
    let mut each = keys.iter().enumerate();
    each.find_map(|(place, key)| key.open(sealed, fresh).map(|unsealed| (place, unsealed)))
}

/// Bytes of a sealed message, at most.
pub const MAX_SEALED: usize = 4 << 20;

/// Bytes of the code of Poly1305.
const CODE: usize = 16;

#[cfg(test)]
mod tests;
