//! Firebase's scrypt, with the parameters of its project in the text, as Supabase
//! Auth writes it: `$fbscrypt$v=1,n=14,r=8,p=1,ss=SEPARATOR,sk=SIGNER$salt$tag`, all in
//! base 64. The password encrypts the project's signer key. For import alone.

use aes_gcm::KeyInit as _;
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::{Array, BlockCipherEncrypt as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::policy::Scheme;
use super::scrypt::Cost;
use super::text::{named, split};
use super::{Arena, Format, HashError, Reader, Stored};

pub(super) const READER: Reader = Reader { identify, read };

/// A hash, taken apart.
struct Firebase {
    cost: Cost,
    /// Salt and the project's separator.
    salt: Vec<u8>,
    signer: Vec<u8>,
    tag: Vec<u8>,
}

impl Firebase {
    fn seal(&self, password: &[u8]) -> Option<Vec<u8>> {
        let key = self.cost.derive(password, &self.salt, 32)?;
        let cipher = Aes256::new_from_slice(&key).ok()?;
        let mut sealed = Vec::with_capacity(self.signer.len());
        // CTR mode (NIST SP 800-38A), from a counter of zero.
        for (counter, part) in self.signer.chunks(16).enumerate() {
            let mut block = Array::from(u128::try_from(counter).ok()?.to_be_bytes());
            cipher.encrypt_block(&mut block);
            sealed.extend(part.iter().zip(block.iter()).map(|(a, b)| a ^ b));
        }
        Some(sealed)
    }
}

impl Stored for Firebase {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        let found = self.seal(password);
        found.ok_or(HashError::Absurd(Format::Firebase)).map(Some)
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn is_current(&self, _: &Scheme) -> bool {
        false
    }

    fn describe(&self) -> String {
        let Cost { log_n, r, p } = self.cost;
        format!("firebase scrypt ln={log_n} r={r} p={p}")
    }

    fn memory_kib(&self) -> u32 {
        self.cost.memory_kib()
    }

    fn millis(&self) -> u64 {
        self.cost.millis()
    }
}

fn identify(text: &str) -> Option<Format> {
    text.starts_with(PREFIX).then_some(Format::Firebase)
}

fn read(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let hash = parse(stored).ok_or(HashError::Malformed(Format::Firebase))?;
    hash.cost.check(Format::Firebase)?;
    Ok(Box::new(hash))
}

fn parse(stored: &str) -> Option<Firebase> {
    let [params, salt, tag] = split(stored.strip_prefix(PREFIX)?, '$')?;
    let [n, r, p, separator, signer] = split(params, ',')?;
    let cost = Cost { log_n: named(n, "n")?, r: named(r, "r")?, p: named(p, "p")? };
    let bytes = |text: &str| STANDARD.decode(text).ok();
    let salt = [bytes(salt)?, bytes(separator.strip_prefix("ss=")?)?].concat();
    let (signer, tag) = (bytes(signer.strip_prefix("sk=")?)?, bytes(tag)?);
    let sane = tag.len() == signer.len() && (MIN_SIGNER..=MAX_SIGNER).contains(&signer.len());
    sane.then_some(Firebase { cost, salt, signer, tag })
}

const PREFIX: &str = "$fbscrypt$v=1,";
/// A shorter tag could be met by chance.
const MIN_SIGNER: usize = 16;
const MAX_SIGNER: usize = 128;
