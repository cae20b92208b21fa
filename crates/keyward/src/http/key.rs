//! Where a request brings an API key: `Authorization: Bearer`, `X-Api-Key`, or the
//! user of HTTP Basic (RFC 7617) with no password.

use std::borrow::Cow;

use ::http::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward_core::crypto::api_key::{LENGTH, PREFIX};

use super::{Code, Fault, Problem, single};

pub(crate) const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key that a request brings, beside what its `Authorization` says. In two places
/// at once it is refused: one of them was planted.
pub(crate) fn brought<'a>(
    headers: &'a HeaderMap,
    authorization: &'a str,
) -> Result<Option<Cow<'a, str>>, Fault> {
    let named = single(headers, &X_API_KEY)?.map(str::trim);
    match (named, authorized(authorization)) {
        (Some(_), Some(_)) => Err(twice()),
        // What else is called so belongs to the app, or to another door of ours.
        (Some(named), None) if named.starts_with(PREFIX) => {
            // A scheme of another's that carries a key is one too many as well.
            let (_, rest) = authorization.split_once(' ').unwrap_or_default();
            let is_twice = rest.trim().starts_with(PREFIX);
            (!is_twice).then_some(Some(Cow::Borrowed(named))).ok_or_else(twice)
        }
        (Some(_), None) => Ok(None),
        (None, found) => Ok(found),
    }
}

/// Refuses a key that is also in `X-Api-Key`.
pub(super) fn alone(headers: &HeaderMap) -> Result<(), Fault> {
    match single(headers, &X_API_KEY)?.is_some_and(|it| it.trim().starts_with(PREFIX)) {
        true => Err(twice()),
        false => Ok(()),
    }
}

fn twice() -> Fault {
    Problem::new(Code::BadRequest).detail("an API key occurs twice").into()
}

fn authorized(given: &str) -> Option<Cow<'_, str>> {
    let (scheme, rest) = given.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return rest.starts_with(PREFIX).then_some(Cow::Borrowed(rest));
    }
    // Long enough for a key, a colon and padding.
    let is_basic = scheme.eq_ignore_ascii_case("basic") && rest.len() <= LENGTH * 2;
    let plain = is_basic.then(|| STANDARD.decode(rest).ok()).flatten()?;
    let plain = String::from_utf8(plain).ok()?;
    let key = plain.strip_suffix(':')?;
    key.starts_with(PREFIX).then(|| Cow::Owned(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(authorization: &str, named: Option<&str>) -> Option<Option<String>> {
        let mut headers = HeaderMap::new();
        if let Some(named) = named {
            headers.insert(X_API_KEY, named.parse().unwrap());
        }
        let found = brought(&headers, authorization).ok()?;
        Some(found.map(Cow::into_owned))
    }

    #[test]
    fn a_key_is_found_where_programs_put_it() {
        let key = Some(Some("kwk_1".to_owned()));
        assert_eq!(found("Bearer kwk_1", None), key);
        assert_eq!(found("bearer  kwk_1 ", None), key);
        assert_eq!(found("", Some("kwk_1")), key);
        let basic = format!("Basic {}", STANDARD.encode("kwk_1:"));
        assert_eq!(found(&basic, None), key);
    }

    #[test]
    fn what_belongs_to_others_is_left_to_them() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for given in ["", "Bearer ses_1", "Bearer", "Token kwk_1", "Basic kwk_1", "Basic !!"] {
            assert_eq!(found(given, None), Some(None), "{given}");
        }
        assert_eq!(found(&basic("kwk_1:password"), None), Some(None));
        assert_eq!(found(&basic("ada:kwk_1"), None), Some(None));
        assert_eq!(found("", Some("another")), Some(None));
    }

    #[test]
    fn two_keys_at_once_are_refused() {
        assert_eq!(found("Bearer kwk_1", Some("kwk_2")), None);
        assert_eq!(found("Token kwk_1", Some("kwk_2")), None);
    }
}
