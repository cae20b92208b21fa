//! Salted digests of LDAP directories: `{SSHA}`, `{SSHA256}` and `{SSHA512}` before
//! the base 64 of digest and salt. One round: for import alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

use super::policy::Scheme;
use super::{Arena, Format, HashError, Reader, Stored};

pub(super) const READER: Reader = Reader { identify, read };

/// A hash, taken apart.
struct Salted {
    kind: &'static Kind,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

/// One of the digests.
struct Kind {
    prefix: &'static str,
    name: &'static str,
    /// Bytes of its digest.
    bytes: usize,
    hash: fn(&[u8], &[u8]) -> Vec<u8>,
}

const KINDS: [Kind; 3] = [
    Kind { prefix: "{SSHA}", name: "ssha", bytes: 20, hash: salted::<Sha1> },
    Kind { prefix: "{SSHA256}", name: "ssha256", bytes: 32, hash: salted::<Sha256> },
    Kind { prefix: "{SSHA512}", name: "ssha512", bytes: 64, hash: salted::<Sha512> },
];

fn salted<H: Digest>(password: &[u8], salt: &[u8]) -> Vec<u8> {
    H::new().chain_update(password).chain_update(salt).finalize().to_vec()
}

impl Stored for Salted {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        Ok(Some((self.kind.hash)(password, &self.salt)))
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn is_current(&self, _: &Scheme) -> bool {
        false
    }

    fn describe(&self) -> String {
        format!("{} salted once", self.kind.name)
    }
}

fn kind(text: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| text.starts_with(kind.prefix))
}

fn identify(text: &str) -> Option<Format> {
    kind(text).map(|_| Format::LdapSalted)
}

fn read(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let hash = parse(stored).ok_or(HashError::Malformed(Format::LdapSalted))?;
    Ok(Box::new(hash))
}

fn parse(stored: &str) -> Option<Salted> {
    let kind = kind(stored)?;
    let mut tag = STANDARD.decode(stored.strip_prefix(kind.prefix)?).ok()?;
    let salt = tag.get(kind.bytes..).filter(|salt| (1..=MAX_SALT).contains(&salt.len()))?.to_vec();
    tag.truncate(kind.bytes);
    Some(Salted { kind, salt, tag })
}

const MAX_SALT: usize = 64;
