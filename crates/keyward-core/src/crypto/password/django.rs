//! Django's text, `algorithm$…`, for every hasher it has had since 1.4 but the
//! unsalted ones.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::{Digest, Sha1};

use super::bcrypt::{self, Before};
use super::foreign::Foreign;
use super::pbkdf2::{Hash, Pbkdf2};
use super::policy::Scheme;
use super::scrypt::{Cost, Scrypt};
use super::text::{number, split};
use super::{Arena, Format, HashError, Reader, Stored, argon2};
use crate::crypto::hex::unhex;

pub(super) const READER: Reader = Reader { identify, read };

fn identify(text: &str) -> Option<Format> {
    let (algorithm, _) = text.split_once('$')?;
    ALGORITHMS.contains(&algorithm).then_some(Format::Django)
}

fn read(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let (algorithm, rest) = stored.split_once('$').ok_or(MALFORMED)?;
    Ok(match algorithm {
        "pbkdf2_sha256" => Foreign::boxed(DJANGO, pbkdf2(Hash::Sha256, rest)?),
        "pbkdf2_sha1" => Foreign::boxed(DJANGO, pbkdf2(Hash::Sha1, rest)?),
        "argon2" => Foreign::boxed(DJANGO, argon2::read(&format!("${rest}"))?),
        "scrypt" => Foreign::boxed(DJANGO, scrypt(rest)?),
        "bcrypt" => Foreign::boxed(DJANGO, bcrypt::read(rest)?),
        "bcrypt_sha256" => Foreign::boxed(DJANGO, bcrypt::read(rest)?.after(Before::HexSha256)),
        "md5" => Foreign::boxed(DJANGO, salted::<Md5>("md5", rest)?),
        "sha1" => Foreign::boxed(DJANGO, salted::<Sha1>("sha1", rest)?),
        _ => return Err(HashError::Unknown),
    })
}

/// `rounds$salt$digest`
fn pbkdf2(hash: Hash, rest: &str) -> Result<Pbkdf2, HashError> {
    let [rounds, salt, tag] = split(rest, '$').ok_or(MALFORMED)?;
    let rounds = number(rounds).ok_or(MALFORMED)?;
    let tag = STANDARD.decode(tag).map_err(|_| MALFORMED)?;
    Pbkdf2::new(hash, rounds, salt.into(), tag, Format::Django)
}

/// `n$salt$r$p$digest`
fn scrypt(rest: &str) -> Result<Scrypt, HashError> {
    let [n, salt, r, p, tag] = split(rest, '$').ok_or(MALFORMED)?;
    let (Some(n), Some(r), Some(p)) = (number(n), number(r), number(p)) else {
        return Err(MALFORMED);
    };
    let cost = Cost::of_n(n, r, p).ok_or(HashError::Absurd(Format::Django))?;
    let tag = STANDARD.decode(tag).map_err(|_| MALFORMED)?;
    Scrypt::new(cost, salt.into(), tag, Format::Django)
}

/// One round of a fast hash over salt and password.
struct Salted {
    name: &'static str,
    hash: fn(&[u8], &[u8]) -> Vec<u8>,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

/// `salt$digest`
fn salted<H: Digest>(name: &'static str, rest: &str) -> Result<Salted, HashError> {
    let [salt, tag] = split(rest, '$').ok_or(MALFORMED)?;
    let tag =
        unhex(tag).filter(|tag| tag.len() == <H as Digest>::output_size()).ok_or(MALFORMED)?;
    let hash = |salt: &[u8], password: &[u8]| {
        H::new().chain_update(salt).chain_update(password).finalize().to_vec()
    };
    Ok(Salted { name, hash, salt: salt.into(), tag })
}

impl Stored for Salted {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        Ok(Some((self.hash)(&self.salt, password)))
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn is_current(&self, _: &Scheme) -> bool {
        false
    }

    fn describe(&self) -> String {
        format!("{} salted once", self.name)
    }
}

const DJANGO: &str = "django";
const MALFORMED: HashError = HashError::Malformed(Format::Django);

const ALGORITHMS: [&str; 8] =
    ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "scrypt", "bcrypt", "bcrypt_sha256", "md5", "sha1"];
