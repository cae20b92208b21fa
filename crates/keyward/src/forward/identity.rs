//! Who it is, in headers for the site. Every one is there in every answer, empty for
//! nobody, so that a proxy overwrites whatever a client put there itself.

use std::sync::LazyLock;

use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use keyward_core::identifier::Kind;

use crate::engine::cache::Entry;
use crate::http::headers::for_proxy;
use crate::http::{Code, Fault};

const USER: HeaderName = HeaderName::from_static("keyward-user");
const EMAIL: HeaderName = HeaderName::from_static("keyward-email");
const USERNAME: HeaderName = HeaderName::from_static("keyward-username");
const ROLES: HeaderName = HeaderName::from_static("keyward-roles");
const ALL: [HeaderName; 4] = [USER, EMAIL, USERNAME, ROLES];

/// The headers of a yes, with who it is; put together once for an entry.
pub(crate) fn identified(entry: Option<&Entry>) -> HeaderMap {
    static NOBODY: LazyLock<HeaderMap> = LazyLock::new(|| headers([""; 4].map(header_of)));
    match entry {
        Some(entry) => entry.rendered.identity.get_or_init(|| headers(identity(entry))).clone(),
        None => NOBODY.clone(),
    }
}

fn headers(told: [HeaderValue; 4]) -> HeaderMap {
    let mut headers = for_proxy();
    headers.extend(ALL.into_iter().zip(told));
    headers
}

/// What [`ALL`] say, in their order. An address counts once its owner proved to hold it;
/// a key that is narrowed has no role.
fn identity(entry: &Entry) -> [HeaderValue; 4] {
    let first = |kind| {
        let mut known = entry.identifiers.iter().filter(|i| i.kind == kind);
        known.find(|i| kind == Kind::Username || i.verified_at.is_some())
    };
    let text = |kind| first(kind).map(|i| i.value.as_str()).unwrap_or_default();
    [
        header_of(&encode(&entry.user.id.to_string())),
        header_of(&encode(text(Kind::Email))),
        header_of(&encode(text(Kind::Username))),
        header_of(&roles(entry)),
    ]
}

/// Encoded one by one and separated by commas, of which none has one.
fn roles(entry: &Entry) -> String {
    if !entry.ceilings().is_empty() {
        return String::new();
    }
    let roles: Vec<String> = entry.access.all_roles().iter().map(|role| encode(role)).collect();
    roles.join(",")
}

fn header_of(encoded: &str) -> HeaderValue {
    HeaderValue::from_str(encoded).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Percent-encodes what no header should hold: whatever is not printable ASCII, and
/// `%` and `,` themselves.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'%' | b',') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Refuses a request with a header that looks like one of ours to servers that take
/// `_` for `-`: a proxy that sets ours leaves it beside them.
pub(crate) fn check_unspoofed(headers: &HeaderMap) -> Result<(), Fault> {
    let looks = |name: &HeaderName| {
        let name = name.as_str();
        name.contains('_') && name.replace('_', "-").starts_with("keyward-")
    };
    if headers.keys().any(looks) { Err(Code::HeaderSpoofed.into()) } else { Ok(()) }
}

/// Refuses a request that asks the proxy to drop one of our headers on its way on.
pub(crate) fn check_unconnected(headers: &HeaderMap) -> Result<(), Fault> {
    let named = headers.get_all(header::CONNECTION).iter();
    let named = named.map(|value| value.as_bytes().to_ascii_lowercase());
    let ours = |value: Vec<u8>| value.windows(8).any(|w| w == b"keyward-" || w == b"keyward_");
    if named.into_iter().any(ours) { Err(Code::HeaderSpoofed.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_holds_printable_letters() {
        assert_eq!(encode("ada@example.com"), "ada@example.com");
        assert_eq!(encode("a,b%c\r\nX: ä"), "a%2Cb%25c%0D%0AX:%20%C3%A4");
    }

    #[test]
    fn names_that_become_ours_are_refused() {
        let check = |name: &'static str, spoofs: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
            assert_eq!(check_unspoofed(&headers).is_err(), spoofs, "{name}");
        };
        check("keyward_user", true);
        check("keyward_roles", true);
        // This one the proxy overwrites.
        check("keyward-user", false);
        check("x_user", false);
    }
}
