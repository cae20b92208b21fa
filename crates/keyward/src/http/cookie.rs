//! Our cookies: read strictly, written with every flag.

use std::time::Duration;

use ::http::{HeaderMap, HeaderValue, header};

use super::{Code, Fault, Problem, Reply};
use crate::engine::Keyward;

/// The session token.
pub(crate) const SESSION: &str = "kw_session";
/// The secret of the browser that began a flow.
pub(crate) const FLOW: &str = "kw_flow";
/// The secret of the browser that went to another service.
#[cfg(feature = "oauth")]
pub(crate) const PROVIDER: &str = "kw_provider";
/// A device that an account has signed in on.
pub(crate) const DEVICE: &str = "kw_device";
/// The session of an administrator who acts as somebody else, beside their own.
pub(crate) const IMPERSONATE: &str = "kw_as";
/// The chosen language.
pub(crate) const LANGUAGE: &str = "kw_lang";

/// The full name: `__Host-` in front wherever the browser accepts it, so that
/// no sibling host can set it.
fn full(auth: &Keyward, name: &str) -> String {
    format!("{}{name}", prefix(auth, name))
}

/// A session that is shared with other hosts of a domain cannot be bound to one.
fn prefix(auth: &Keyward, name: &str) -> &'static str {
    match (auth.is_https(), domain_of(auth, name)) {
        (false, _) => "",
        (true, None) => "__Host-",
        (true, Some(_)) => "__Secure-",
    }
}

/// The domain whose hosts share this cookie, if any.
fn domain_of<'a>(auth: &'a Keyward, name: &str) -> Option<&'a str> {
    auth.0.web.cookie_domain.as_deref().filter(|_| name == SESSION)
}

/// The session's cookie with this value, as `Set-Cookie` has it.
pub(crate) fn session_line(auth: &Keyward, value: &str) -> String {
    line(auth, SESSION, value, None)
}

/// What removes the session's cookie, as `Set-Cookie` has it.
pub(crate) fn unset_session_line(auth: &Keyward) -> String {
    line(auth, SESSION, "", Some(Duration::ZERO))
}

fn line(auth: &Keyward, name: &str, value: &str, keep: Option<Duration>) -> String {
    let domain = domain_of(auth, name).map(|domain| format!("; Domain={domain}"));
    let domain = domain.unwrap_or_default();
    written(&full(auth, name), value, &domain, auth.is_https(), keep)
}

fn written(
    name: &str,
    value: &str,
    domain: &str,
    is_https: bool,
    keep: Option<Duration>,
) -> String {
    let secure = if is_https { "; Secure" } else { "" };
    let age = keep.map(|age| format!("; Max-Age={}", age.as_secs())).unwrap_or_default();
    format!("{name}={value}; Path=/{domain}; HttpOnly; SameSite=Lax{secure}{age}")
}

fn put(reply: &mut Reply, line: &str) {
    if let Ok(mut line) = HeaderValue::from_str(line) {
        line.set_sensitive(true);
        reply.headers_mut().append(header::SET_COOKIE, line);
    }
}

/// The value of one of our cookies.
pub(crate) fn get(
    auth: &Keyward,
    headers: &HeaderMap,
    name: &str,
) -> Result<Option<String>, Fault> {
    Ok(find(auth, headers, name)?.map(str::to_owned))
}

/// Same as [`get`], borrowed. Two of the same name are refused: one of them was
/// planted.
pub(super) fn find<'a>(
    auth: &Keyward,
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a str>, Fault> {
    find_named(headers, prefix(auth, name), name)
}

pub(crate) fn find_named<'a>(
    headers: &'a HeaderMap,
    prefix: &str,
    name: &str,
) -> Result<Option<&'a str>, Fault> {
    let mut found = None;
    for pair in pairs(headers) {
        take(&mut found, value(pair, prefix, name))?;
    }
    Ok(found)
}

/// The session's cookie where it is well formed and no other says who asks: found in
/// one reading, for the usual request.
pub(super) fn session_alone<'a>(auth: &Keyward, headers: &'a HeaderMap) -> Option<&'a str> {
    let (own, acting) = (prefix(auth, SESSION), prefix(auth, IMPERSONATE));
    let mut found = None;
    for pair in pairs(headers) {
        if value(pair, acting, IMPERSONATE).is_some() {
            return None;
        }
        take(&mut found, value(pair, own, SESSION)).ok()?;
    }
    found
}

/// `name=value`, as a browser sends them.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let lines = headers.get_all(header::COOKIE).iter();
    lines.flat_map(|line| line.as_bytes().split(|b| *b == b';')).map(<[u8]>::trim_ascii)
}

/// What a pair says, if it has this name.
fn value<'a>(pair: &'a [u8], prefix: &str, name: &str) -> Option<&'a [u8]> {
    let rest = pair.strip_prefix(prefix.as_bytes())?.strip_prefix(name.as_bytes())?;
    rest.strip_prefix(b"=")
}

fn take<'a>(found: &mut Option<&'a str>, value: Option<&'a [u8]>) -> Result<(), Fault> {
    let Some(value) = value else { return Ok(()) };
    let text = std::str::from_utf8(value).ok().filter(|v| is_value(v));
    let text = text.ok_or_else(|| bad("a cookie is malformed"))?;
    match found.replace(text) {
        None => Ok(()),
        Some(_) => Err(bad("a cookie occurs twice")),
    }
}

fn bad(detail: &'static str) -> Fault {
    Problem::new(Code::BadRequest).detail(detail).into()
}

/// Letters, digits and `._-`: all that our own values are made of.
fn is_value(text: &str) -> bool {
    text.len() <= 512
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Sets one of our cookies; without `keep` it ends with the browser window.
pub(crate) fn set(
    auth: &Keyward,
    reply: &mut Reply,
    name: &str,
    value: &str,
    keep: Option<Duration>,
) {
    put(reply, &line(auth, name, value, keep));
}

/// The value of a cookie that we set at a site behind a proxy.
#[cfg(feature = "forward-auth")]
pub(crate) fn find_at<'a>(
    site: &crate::forward::Site,
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a str>, Fault> {
    find_named(headers, prefix_at(site), name)
}

/// Sets one of our cookies at a site behind a proxy, for that host alone.
#[cfg(feature = "forward-auth")]
pub(crate) fn set_at(
    site: &crate::forward::Site,
    reply: &mut Reply,
    name: &str,
    value: &str,
    keep: Option<Duration>,
) {
    let name = format!("{}{name}", prefix_at(site));
    put(reply, &written(&name, value, "", site.is_https(), keep));
}

#[cfg(feature = "forward-auth")]
fn prefix_at(site: &crate::forward::Site) -> &'static str {
    if site.is_https() { "__Host-" } else { "" }
}

/// Removes one of our cookies.
pub(crate) fn clear(auth: &Keyward, reply: &mut Reply, name: &str) {
    set(auth, reply, name, "", Some(Duration::ZERO));
}
