//! Werkzeug's text, which Asok uses too: `pbkdf2:sha256:600000$salt$digest` and
//! `scrypt:32768:8:1$salt$digest`, in hexadecimal, the salt as it stands.

use super::foreign::Foreign;
use super::pbkdf2::{Hash, Pbkdf2};
use super::scrypt::{Cost, Scrypt};
use super::text::{number, split};
use super::{Format, HashError, Reader, Stored};
use crate::crypto::hex::unhex;

pub(super) const READER: Reader = Reader { identify, read };

fn identify(text: &str) -> Option<Format> {
    (text.starts_with("pbkdf2:") || text.starts_with("scrypt:")).then_some(Format::Werkzeug)
}

fn read(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let [method, salt, tag] = split(stored, '$').ok_or(MALFORMED)?;
    let tag = unhex(tag).ok_or(MALFORMED)?;
    match method.split_once(':').ok_or(MALFORMED)? {
        ("pbkdf2", params) => pbkdf2(params, salt, tag),
        (_, params) => scrypt(params, salt, tag),
    }
}

fn pbkdf2(params: &str, salt: &str, tag: Vec<u8>) -> Result<Box<dyn Stored>, HashError> {
    let [name, rounds] = split(params, ':').ok_or(MALFORMED)?;
    let hash = Hash::ALL.into_iter().find(|hash| hash.as_str() == name).ok_or(MALFORMED)?;
    let rounds = number(rounds).ok_or(MALFORMED)?;
    let hash = Pbkdf2::new(hash, rounds, salt.into(), tag, Format::Werkzeug)?;
    Ok(Foreign::boxed("werkzeug", hash))
}

fn scrypt(params: &str, salt: &str, tag: Vec<u8>) -> Result<Box<dyn Stored>, HashError> {
    let params: [&str; 3] = split(params, ':').ok_or(MALFORMED)?;
    let [Some(n), Some(r), Some(p)] = params.map(number) else { return Err(MALFORMED) };
    let cost = Cost::of_n(n, r, p).ok_or(HashError::Absurd(Format::Werkzeug))?;
    Ok(Foreign::boxed("werkzeug", Scrypt::new(cost, salt.into(), tag, Format::Werkzeug)?))
}

const MALFORMED: HashError = HashError::Malformed(Format::Werkzeug);
