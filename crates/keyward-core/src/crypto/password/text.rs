//! Pieces of stored text, read strictly: one spelling for each value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A decimal number without sign, space or leading zero.
pub(super) fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let leading = text.len() > 1 && text.starts_with('0');
    if !digits || leading {
        return None;
    }
    text.parse().ok()
}

/// `name=number`.
pub(super) fn named(text: &str, name: &str) -> Option<u32> {
    number(text.strip_prefix(name)?.strip_prefix('=')?)
}

/// Exactly `N` parts between `by`.
pub(super) fn split<const N: usize>(text: &str, by: char) -> Option<[&str; N]> {
    let mut parts = text.split(by);
    let mut found = [""; N];
    for slot in &mut found {
        *slot = parts.next()?;
    }
    parts.next().is_none().then_some(found)
}

/// Bytes from unpadded base64.
pub(super) fn b64(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text).ok()
}

/// Unpadded base64 from bytes.
pub(super) fn to_b64(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// The base 64 of Unix's `crypt`, of MD5-crypt, SHA-crypt and phpass.
#[cfg(feature = "legacy-hashes")]
const CRYPT64: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The character of the lowest six bits.
#[cfg(feature = "legacy-hashes")]
pub(super) fn crypt64(value: u32) -> Option<char> {
    CRYPT64.get(value as usize & 63).copied().map(char::from)
}

/// So many characters of `value`, the lowest six bits first.
#[cfg(feature = "legacy-hashes")]
pub(super) fn push_crypt64(text: &mut String, value: u32, chars: u32) {
    text.extend((0..chars).filter_map(|at| crypt64(value >> (6 * at))));
}

/// The six bits of a character.
#[cfg(feature = "legacy-hashes")]
pub(super) fn crypt64_value(char: u8) -> Option<u32> {
    CRYPT64.iter().position(|known| *known == char).and_then(|at| u32::try_from(at).ok())
}

/// Whether all of it is of that base 64.
#[cfg(feature = "legacy-hashes")]
pub(super) fn is_crypt64(text: &str) -> bool {
    text.bytes().all(|char| CRYPT64.contains(&char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for (text, value) in [("0", Some(0)), ("7", Some(7)), ("4294967295", Some(u32::MAX))] {
            assert_eq!(number(text), value, "{text}");
        }
        for text in ["", "00", "07", "+7", "-7", " 7", "7 ", "7.0", "0x7", "\u{ff17}", "4294967296"]
        {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(b64("AAEC"), Some(vec![0, 1, 2]));
        for text in ["AAEC=", "AAE", "AAEC\n", "AA-_", "AB", "A"] {
            assert_eq!(b64(text).map(|bytes| to_b64(&bytes)).filter(|again| again != text), None);
        }
    }

    #[test]
    fn parts_are_counted() {
        assert_eq!(split("a$b", '$'), Some(["a", "b"]));
        assert_eq!(split::<1>("a$b", '$'), None);
        assert_eq!(split::<3>("a$b", '$'), None);
        assert_eq!(named("ln=4", "ln"), Some(4));
        assert_eq!(named("l=4", "ln"), None);
    }
}
