//! Base 32 of RFC 4648 section 6, without padding.

/// Upper-case letters and digits 2 to 7.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

/// Either case. Stray bits after the last whole byte are dropped, as they are by
/// the apps; lengths that no bytes have are none.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if matches!(text.len() % 8, 1 | 3 | 6) {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for byte in text.bytes() {
        held = held << 5 | value(byte)?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
        held &= (1 << bits) - 1;
    }
    Some(bytes)
}

fn letter(value: u32) -> char {
    ALPHABET.get(value as usize & 31).copied().map_or('A', char::from)
}

fn value(byte: u8) -> Option<u32> {
    match byte.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => Some(u32::from(letter - b'A')),
        digit @ b'2'..=b'7' => Some(u32::from(digit - b'2') + 26),
        _ => None,
    }
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4648 section 10.
    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(encode(plain.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(plain.as_bytes()), "{text}");
            assert_eq!(decode(&text.to_lowercase()).as_deref(), Some(plain.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_is_not_base32_is_none() {
        for text in ["M", "MZX", "MZXW6Y", "MZ1Q", "MZ8Q", "MZXQ=", "M Y", "\u{e9}\u{e9}"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_read_back(bytes: Vec<u8>) {
            assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
