//! The hashes that an older ticket may be made with: those of Python's hashlib
//! that ticket_auth was seen to be used with, mod_auth_tkt's three among them.

use super::Digest;
use crate::crypto::hex::hex;

impl Digest {
    /// By the name that Python gives it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            "sha3_224" => Self::Sha3_224,
            "sha3_256" => Self::Sha3_256,
            "sha3_384" => Self::Sha3_384,
            "sha3_512" => Self::Sha3_512,
            "blake2b" => Self::Blake2b,
            "blake2s" => Self::Blake2s,
            _ => return None,
        })
    }

    /// Hexadecimal digits of its result.
    pub(super) fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha1 => 40,
            Self::Sha224 | Self::Sha3_224 => 56,
            Self::Sha256 | Self::Sha3_256 | Self::Blake2s => 64,
            Self::Sha384 | Self::Sha3_384 => 96,
            Self::Sha512 | Self::Sha3_512 | Self::Blake2b => 128,
        }
    }

    /// `H(H(first) ‖ second)` in hexadecimal.
    pub(super) fn twice(self, first: &[&[u8]], second: &[u8]) -> String {
        hex(&self.of(&[&self.of(first), second]))
    }

    /// `H(hex(H(first)) ‖ second)` in hexadecimal.
    pub(super) fn twice_in_hex(self, first: &[&[u8]], second: &[u8]) -> String {
        hex(&self.of(&[hex(&self.of(first)).as_bytes(), second]))
    }

    fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Md5 => all::<md5::Md5>(parts),
            Self::Sha1 => all::<sha1::Sha1>(parts),
            Self::Sha224 => all::<sha2::Sha224>(parts),
            Self::Sha256 => all::<sha2::Sha256>(parts),
            Self::Sha384 => all::<sha2::Sha384>(parts),
            Self::Sha512 => all::<sha2::Sha512>(parts),
            Self::Sha3_224 => all::<sha3::Sha3_224>(parts),
            Self::Sha3_256 => all::<sha3::Sha3_256>(parts),
            Self::Sha3_384 => all::<sha3::Sha3_384>(parts),
            Self::Sha3_512 => all::<sha3::Sha3_512>(parts),
            Self::Blake2b => all::<blake2::Blake2b512>(parts),
            Self::Blake2s => all::<blake2::Blake2s256>(parts),
        }
    }
}

fn all<H: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let hash = parts.iter().fold(H::new(), |hash, part| hash.chain_update(part));
    hash.finalize().to_vec()
}
