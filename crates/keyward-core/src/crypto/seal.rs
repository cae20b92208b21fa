//! Sealing: what must be stored and read again, so that the database alone
//! gives nothing away. AES-256-GCM with a random nonce; the key's id in front.

use core::fmt;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use super::keys::DerivedKey;
use crate::port::Random;

/// Where a sealed value lives; it cannot be opened anywhere else.
#[derive(Clone, Copy, Debug)]
pub struct Aad<'a> {
    /// Table, without prefix.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Row id.
    pub row: &'a [u8],
}

impl Aad<'_> {
    fn bytes(&self) -> Vec<u8> {
        let parts = [self.table.as_bytes(), self.column.as_bytes(), self.row];
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

/// A value that cannot be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SealError {
    /// Sealed with another key.
    OtherKey,
    /// Changed, moved to another row, or cut.
    Broken,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherKey => "it was sealed with another key",
            Self::Broken => "the sealed value was changed or moved",
        })
    }
}

impl std::error::Error for SealError {}

/// Key id (4), nonce (12), ciphertext and tag.
pub fn seal(
    key: &DerivedKey,
    aad: &Aad<'_>,
    plain: &[u8],
    rng: &mut dyn Random,
) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; 12];
    rng.fill(&mut nonce);
    let payload = Payload { msg: plain, aad: &aad.bytes() };
    let sealed = cipher(key).encrypt(&Nonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| SealError::Broken)?;
    Ok([key.id().as_slice(), &nonce, &sealed].concat())
}

/// Opens what [`seal`] made, in the same place.
pub fn unseal(
    key: &DerivedKey,
    aad: &Aad<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (id, rest) = sealed.split_first_chunk::<4>().ok_or(SealError::Broken)?;
    if *id != key.id() {
        return Err(SealError::OtherKey);
    }
    let (nonce, sealed) = rest.split_first_chunk::<12>().ok_or(SealError::Broken)?;
    let payload = Payload { msg: sealed, aad: &aad.bytes() };
    let plain = cipher(key).decrypt(&Nonce::from(*nonce), payload);
    plain.map(Zeroizing::new).map_err(|_| SealError::Broken)
}

fn cipher(key: &DerivedKey) -> Aes256Gcm {
    Aes256Gcm::new(key.bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{Keys, RootKey};

    struct Fixed;
    impl Random for Fixed {
        fn fill(&mut self, buf: &mut [u8]) {
            buf.fill(9);
        }
    }

    const HERE: Aad<'_> = Aad { table: "messages", column: "payload", row: b"1" };

    fn key() -> DerivedKey {
        Keys::derive(&RootKey::from_bytes([7; 32])).seal
    }

    #[test]
    fn what_was_sealed_opens_in_its_place_only() {
        let sealed = seal(&key(), &HERE, b"123456", &mut Fixed).unwrap();
        assert_eq!(unseal(&key(), &HERE, &sealed).unwrap().as_slice(), b"123456");
        let elsewhere = Aad { row: b"2", ..HERE };
        assert_eq!(unseal(&key(), &elsewhere, &sealed).unwrap_err(), SealError::Broken);
        let other = Keys::derive(&RootKey::from_bytes([8; 32])).seal;
        assert_eq!(unseal(&other, &HERE, &sealed).unwrap_err(), SealError::OtherKey);
    }

    #[test]
    fn no_byte_can_be_changed_and_none_removed() {
        let sealed = seal(&key(), &HERE, b"123456", &mut Fixed).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(unseal(&key(), &HERE, &changed).is_err(), "byte {at}");
            assert!(unseal(&key(), &HERE, &sealed[..at]).is_err(), "cut at {at}");
        }
    }
}
