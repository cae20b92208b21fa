//! HTTP Basic (RFC 7617): a name and a password in base64. The first colon parts
//! them, both are UTF-8, neither has control characters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Given, after};
use crate::password::rules::MAX_BYTES;
use crate::secret::Secret;

/// Bytes of a name, at most: no identifier of ours is longer.
pub const MAX_USER: usize = 320;

/// Characters of base64 that a name, a colon and a password take at most.
const MAX_TEXT: usize = (MAX_USER + 1 + MAX_BYTES).div_ceil(3) * 4;

/// A name and a password, as they were typed.
#[derive(Clone, Debug)]
pub struct Basic {
    /// Before the first colon; may be empty.
    pub user: String,
    /// All that is after it; may be empty.
    pub password: Secret,
}

/// Reads the value of `Authorization`. Base64 is strict (RFC 4648 section 3): padded,
/// of one alphabet, with nothing in between and no bits left over.
pub fn read(authorization: &str) -> Given<Basic> {
    match after(authorization, "basic") {
        None => Given::NotTried,
        // RFC 9110 section 11.4: one space or more; around a value there may be some.
        Some(rest) => parse(rest.trim_matches(' ')).map_or(Given::Malformed, Given::Brought),
    }
}

fn parse(text: &str) -> Option<Basic> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let plain = Zeroizing::new(STANDARD.decode(text).ok()?);
    let plain = core::str::from_utf8(&plain).ok()?;
    // RFC 7617 section 2: neither may contain a control character.
    if plain.bytes().any(|byte| byte.is_ascii_control()) {
        return None;
    }
    let (user, password) = plain.split_once(':')?;
    let fits = user.len() <= MAX_USER && password.len() <= MAX_BYTES;
    fits.then(|| Basic { user: user.to_owned(), password: Secret::new(password) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(authorization: &str) -> Given<(String, String)> {
        read(authorization).map(|it| (it.user, it.password.reveal().to_owned()))
    }

    fn brought(user: &str, password: &str) -> Given<(String, String)> {
        Given::Brought((user.to_owned(), password.to_owned()))
    }

    #[test]
    fn a_name_and_a_password_are_read_as_the_standard_says() {
        for (text, user, password) in [
            ("user:s3kr3t", "user", "s3kr3t"),
            ("user:with:colon:", "user", "with:colon:"),
            ("user:", "user", ""),
            (":password", "", "password"),
            ("ada@example.com:straße 1", "ada@example.com", "straße 1"),
        ] {
            let given = format!("Basic {}", STANDARD.encode(text));
            assert_eq!(found(&given), brought(user, password), "{text}");
        }
        for scheme in ["BASIC ", "basic  ", "Basic   "] {
            let given = format!("{scheme}{} ", STANDARD.encode("user:s3kr3t"));
            assert_eq!(found(&given), brought("user", "s3kr3t"), "{scheme:?}");
        }
    }

    #[test]
    fn what_is_not_the_scheme_is_left_to_others() {
        for given in ["", "Bearer abcd", "Basically dTpw", "Token Basic", "Basic\tdTpw"] {
            assert_eq!(found(given), Given::NotTried, "{given:?}");
        }
    }

    #[test]
    fn whatever_else_it_says_is_refused() {
        let long = |user: usize, password: usize| {
            STANDARD.encode(format!("{}:{}", "u".repeat(user), "p".repeat(password)))
        };
        for given in [
            String::new(),
            " ".into(),
            "!!!!".into(),
            // Padding is missing, misplaced, or hides bits.
            "dXNlcjpwYXNz".to_owned() + "=",
            "dTpw=".into(),
            "dTo".into(),
            "dTp=".into(),
            // Another alphabet, a line break, a second value.
            "dTr_".into(),
            "dT\npw".into(),
            "dTpw, Basic dTpw".into(),
            "dTpw dTpw".into(),
            STANDARD.encode("no colon"),
            STANDARD.encode("user:s3\0kr3t"),
            STANDARD.encode("us\ner:s3kr3t"),
            STANDARD.encode("user:\x7f"),
            STANDARD.encode(b"\xfcser:latin"),
            long(MAX_USER + 1, 1),
            long(1, MAX_BYTES + 1),
            long(64 * 1024, 6),
        ] {
            assert_eq!(found(&format!("Basic {given}")), Given::Malformed, "{given:?}");
        }
        assert_eq!(found("Basic"), Given::Malformed, "the scheme alone");
        assert!(matches!(
            found(&format!("Basic {}", long(MAX_USER, MAX_BYTES))),
            Given::Brought(_)
        ));
    }
}
