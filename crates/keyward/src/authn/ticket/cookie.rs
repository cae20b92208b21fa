//! The cookie that a ticket is in.

use std::time::Duration;

use ::http::{HeaderMap, header};
use keyward_core::crypto::ticket::MAX_TICKET;

use super::policy::{COOKIE, SameSite};
use crate::engine::Keyward;
use crate::http::{Code, Fault, Problem};

/// The full name of the cookie.
pub(super) fn full(auth: &Keyward, chosen: Option<&str>) -> String {
    match chosen {
        Some(name) => name.to_owned(),
        None if auth.is_https() => format!("__Host-{COOKIE}"),
        None => COOKIE.to_owned(),
    }
}

/// What `Set-Cookie` says.
pub(super) fn line(
    auth: &Keyward,
    chosen: Option<&str>,
    same_site: SameSite,
    value: &str,
    keep: Duration,
) -> String {
    let (name, age) = (full(auth, chosen), keep.as_secs());
    let secure = if auth.is_https() { "; Secure" } else { "" };
    let site = same_site.as_str();
    format!("{name}={value}; Path=/; HttpOnly; SameSite={site}{secure}; Max-Age={age}")
}

/// The value of the cookie of this name. Two are refused: one of them was planted. One
/// that is empty is none.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Fault> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|b| *b == b';'));
    let values = pairs
        .filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    let mut values = values.map(<[u8]>::trim_ascii);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::new(Code::BadRequest).detail("a cookie occurs twice").into());
    }
    // RFC 6265 section 4.1.1: quotes may stand around it.
    let quoted = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let text = std::str::from_utf8(quoted.unwrap_or(value)).ok();
    let fits = |text: &&str| text.len() <= MAX_TICKET && text.bytes().all(|b| b.is_ascii_graphic());
    match text.filter(fits) {
        Some(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        None => Err(Problem::new(Code::BadRequest).detail("a cookie is malformed").into()),
    }
}
