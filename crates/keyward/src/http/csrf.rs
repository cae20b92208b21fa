//! Cross-site requests: refused without any configuration, wherever a cookie
//! could make them dangerous.

use ::http::{HeaderMap, header};
use keyward_core::crypto::mac::mac;
use keyward_core::crypto::token;

use super::{Code, Fault, Head, Problem, single};
use crate::engine::Keyward;

/// What the browser says about where a request comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    /// From a page of ours, or typed by the person.
    Same,
    /// From elsewhere.
    Cross,
    /// Not said: not a browser, or a very old one.
    Unknown,
}

/// Reads `Sec-Fetch-Site` (Fetch Metadata) and `Origin` (RFC 6454). An origin that is
/// trusted with cookies is one of ours.
pub(crate) fn origin(auth: &Keyward, headers: &HeaderMap) -> Result<Origin, Fault> {
    if auth.0.web.cors.as_ref().is_some_and(|cors| cors.trusts(headers)) {
        return Ok(Origin::Same);
    }
    if let Some(site) = single(headers, &header::HeaderName::from_static("sec-fetch-site"))? {
        return Ok(match site {
            "same-origin" | "none" => Origin::Same,
            _ => Origin::Cross,
        });
    }
    Ok(match single(headers, &header::ORIGIN)? {
        None => Origin::Unknown,
        Some(origin) if is_own(auth, headers, origin) => Origin::Same,
        Some(_) => Origin::Cross,
    })
}

/// The public URL; or, while none is set, whatever host was asked.
fn is_own(auth: &Keyward, headers: &HeaderMap, origin: &str) -> bool {
    match auth.0.web.public_url.get() {
        Some(ours) if origin.eq_ignore_ascii_case(ours) => true,
        Some(ours) if !ours.starts_with("http://localhost") => false,
        _ => {
            let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
            let asked = origin.split_once("://").map(|(_, rest)| rest);
            host.is_some() && host == asked
        }
    }
}

/// Whether an unsafe request that carries our cookie may go on.
pub(crate) fn check(auth: &Keyward, head: Head<'_>, session: &str) -> Result<(), Fault> {
    match origin(auth, head.headers)? {
        Origin::Same => Ok(()),
        Origin::Cross => Err(refused()),
        // A browser that says nothing can be made to send a form, but no JSON.
        Origin::Unknown if is_json(head.headers) => Ok(()),
        Origin::Unknown => by_token(auth, head, session),
    }
}

/// Refuses a request that a page elsewhere sent, cookie or not: nobody is
/// signed in to an account that a stranger chose.
pub(crate) fn check_open(auth: &Keyward, headers: &HeaderMap) -> Result<(), Fault> {
    match origin(auth, headers)? {
        Origin::Cross => Err(refused()),
        Origin::Same | Origin::Unknown => Ok(()),
    }
}

/// Says what would be accepted: it is no secret, and a program's author needs it.
fn refused() -> Fault {
    let detail = "A request with a cookie must be JSON, from a page of this origin, or carry the form token.";
    Problem::new(Code::CsrfFailed).detail(detail).into()
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|v| v.as_bytes());
    kind.is_some_and(|kind| kind.starts_with(b"application/json"))
}

/// The token that forms of this session carry.
pub(crate) fn token_of(auth: &Keyward, session: &str) -> String {
    use std::fmt::Write as _;
    let mac = mac(&auth.0.keys.csrf, &[b"session", session.as_bytes()]);
    mac.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn by_token(auth: &Keyward, head: Head<'_>, session: &str) -> Result<(), Fault> {
    let own = token_of(auth, session);
    let name = header::HeaderName::from_static("x-csrf-token");
    let given = single(head.headers, &name)?.map(str::to_owned);
    let given = given.or_else(|| super::input::peek(head, "csrf"));
    match given {
        Some(given) if token::eq(given.as_bytes(), own.as_bytes()) => Ok(()),
        _ => Err(refused()),
    }
}
