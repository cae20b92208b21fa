//! A token after the name of a scheme: `Token abcd`, `Bearer abcd`.

use super::{Given, after};

/// Characters of a token, at most.
pub const MAX_TOKEN: usize = 4096;

/// Reads the value of `Authorization` for one scheme. A token is all that is after one
/// space, of the letters of RFC 6750 section 2.1 (`token68` of RFC 9110 section 11.2);
/// another space, or none, is not trimmed away but refused, as starlette-auth-toolkit
/// 0.5.0 does, whose tokens never match with one.
pub fn read<'a>(authorization: &'a str, scheme: &str) -> Given<&'a str> {
    match after(authorization, scheme) {
        None => Given::NotTried,
        Some(token) if is_token(token) => Given::Brought(token),
        Some(_) => Given::Malformed,
    }
}

fn is_token(text: &str) -> bool {
    let letters = text.trim_end_matches('=');
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b);
    !letters.is_empty() && text.len() <= MAX_TOKEN && letters.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_all_that_is_after_the_scheme() {
        for (given, found) in [
            ("Token abcd", Given::Brought("abcd")),
            ("tOKEN ab-._~+/9==", Given::Brought("ab-._~+/9==")),
            ("", Given::NotTried),
            ("Bearer abcd", Given::NotTried),
            ("Tokens abcd", Given::NotTried),
            ("Token", Given::Malformed),
            ("Token ", Given::Malformed),
            ("Token  abcd", Given::Malformed),
            ("Token abcd ", Given::Malformed),
            ("Token ab cd", Given::Malformed),
            ("Token ==", Given::Malformed),
            ("Token ab=cd", Given::Malformed),
            ("Token ab,cd", Given::Malformed),
            ("Token äbcd", Given::Malformed),
        ] {
            assert_eq!(read(given, "Token"), found, "{given:?}");
        }
        let long = format!("Token {}", "a".repeat(MAX_TOKEN + 1));
        assert_eq!(read(&long, "token"), Given::Malformed);
    }
}
