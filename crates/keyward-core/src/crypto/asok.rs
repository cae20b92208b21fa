//! What Asok 0.8 signed: `value.hex`, HMAC-SHA-256 by one key for every purpose. Read
//! for as long as tokens that it gave out are still about; nothing is written so here.

use super::hex::hex;
use super::mac::hmac_sha256;
use super::token;
use crate::time::Timestamp;

/// Bytes of a token, at most.
const MAX: usize = 512;

/// The value that was signed, if it was by this key: `app._unsign`. The signature is
/// behind the last dot, in lower-case hexadecimal.
pub fn unsign<'a>(key: &[u8], signed: &'a str) -> Option<&'a str> {
    let (value, given) = signed.rsplit_once('.').filter(|_| signed.len() <= MAX)?;
    let own = hex(&hmac_sha256(key, value.as_bytes()));
    token::eq(own.as_bytes(), given.as_bytes()).then_some(value)
}

/// Whose bearer token this is: `request.auth.token.verify`. An end of 0 or before is
/// none; else it is over in the second of its end.
pub fn bearer<'a>(key: &[u8], text: &'a str, now: Timestamp) -> Option<&'a str> {
    let (user, end) = unsign(key, text)?.split_once('|')?;
    let end: i64 = end.parse().ok().filter(|_| !end.starts_with('+'))?;
    let lives = end <= 0 || now.as_secs() < end;
    (lives && !user.is_empty()).then_some(user)
}

/// Whether a text has the form of such a token: an account's number, an end, and a
/// signature. One key signed links for e-mail addresses in the same form; they name no
/// number.
pub fn has_form(text: &str) -> bool {
    let parts = text.split_once('|').and_then(|(user, rest)| {
        let (end, signature) = rest.split_once('.')?;
        Some((user, end, signature))
    });
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let signed = |text: &str| {
        text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let end = |text: &str| digits(text.strip_prefix('-').unwrap_or(text));
    parts.is_some_and(|(user, until, signature)| {
        digits(user) && user.len() <= 20 && end(until) && signed(signature)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // From Asok 0.8.0 itself.
    const KEY: &[u8] = b"test-secret-key-for-auth-tests-0123456789";
    const FOR_EVER: &str = "1|0.bc28eacd79b48ac5332b38a69f772635423b29b49b3fb08022318898ca8f464f";
    const AN_HOUR: &str =
        "42|1700003600.7fcae8bcfd9072f40bb433ca1cddf8b918955750176e1ab16d6e7201d9178e19";
    const LINK: &str = "alice@example.com|1700003600.babb26941a321fbe49cd1d62ea83f998b2d1083c666c9231c26f41e996facdde";

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn what_asok_gave_out_names_the_same_account_for_as_long() {
        assert_eq!(bearer(KEY, FOR_EVER, at(1_700_000_000)), Some("1"));
        assert_eq!(bearer(KEY, FOR_EVER, at(9_700_000_000)), Some("1"));
        assert_eq!(bearer(KEY, AN_HOUR, at(1_700_003_599)), Some("42"));
        assert_eq!(bearer(KEY, AN_HOUR, at(1_700_003_600)), None);
        assert!(has_form(FOR_EVER) && has_form(AN_HOUR));
    }

    #[test]
    fn a_link_for_an_address_is_no_token_of_a_number() {
        assert_eq!(bearer(KEY, LINK, at(1_700_000_000)), Some("alice@example.com"));
        assert!(!has_form(LINK));
    }

    #[test]
    fn a_changed_or_cut_token_is_none() {
        for place in 0..AN_HOUR.len() {
            let mut changed = AN_HOUR.as_bytes().to_vec();
            changed[place] = if changed[place] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(bearer(KEY, &changed, at(0)), None, "at {place}");
            assert_eq!(bearer(KEY, &AN_HOUR[..place], at(0)), None, "cut at {place}");
        }
        let upper = AN_HOUR.to_uppercase();
        assert!(bearer(KEY, &upper, at(0)).is_none() && !has_form(&upper));
        assert_eq!(bearer(b"another key", AN_HOUR, at(0)), None);
        for odd in ["", ".", "|.", "1|0", "1|0.", "1|.aa", "|0.aa"] {
            assert!(bearer(KEY, odd, at(0)).is_none() && !has_form(odd), "{odd}");
        }
    }
}
