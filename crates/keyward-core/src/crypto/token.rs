//! Random secrets, and the hashes that are stored in their place.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::port::Random;
use crate::secret::Secret;

/// A new secret of 256 bits (43 URL-safe characters) and the hash to store.
pub fn mint(rng: &mut dyn Random) -> (Secret, [u8; 32]) {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill(&mut *bytes);
    let text = Secret::new(URL_SAFE_NO_PAD.encode(*bytes));
    let hash = digest(text.reveal());
    (text, hash)
}

/// A new code of six decimal digits, each code equally likely. Its hash needs a
/// key: [`mac`](super::mac::mac).
pub fn code(rng: &mut dyn Random) -> Secret {
    Secret::new(format!("{:06}", below_a_million(rng)))
}

/// A new recovery code of 80 bits: four groups of four letters and digits that
/// are not mistaken for one another.
pub fn recovery_code(rng: &mut dyn Random) -> Secret {
    let mut bytes = Zeroizing::new([0; 16]);
    rng.fill(&mut *bytes);
    let mut text = Zeroizing::new(String::with_capacity(19));
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        // 256 is a multiple of 32: each letter is equally likely.
        text.push(LETTERS.get(usize::from(byte & 31)).copied().map_or('0', char::from));
    }
    Secret::new(text.as_str())
}

/// The letters of what was typed as a recovery code: either case, with or without
/// hyphens and spaces, and with the letters that look like digits.
pub fn typed_recovery_code(typed: &str) -> Zeroizing<String> {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).take(MAX_TYPED);
    let plain = letters.map(|letter| match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    Zeroizing::new(plain.collect())
}

/// The code of six decimal digits that a keyed hash stands for. All codes are
/// equally likely, to one part in 10¹³.
pub fn code_from(tag: &[u8; 32]) -> Secret {
    let (first, _) = tag.as_chunks::<8>();
    let number = first.first().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    Secret::new(format!("{:06}", number % u64::from(CODES)))
}

/// SHA-1 of a text: by it public lists name passwords that were breached. It protects
/// nothing.
pub fn sha1(text: &str) -> [u8; 20] {
    sha1::Sha1::digest(text.as_bytes()).into()
}

/// SHA-256 of a secret's text. A secret of 256 bits needs no slow hash.
#[inline]
pub fn digest(text: &str) -> [u8; 32] {
    digest_bytes(text.as_bytes())
}

/// SHA-256.
#[inline]
pub fn digest_bytes(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Compares in time that depends on lengths only.
#[inline]
pub fn eq(one: &[u8], two: &[u8]) -> bool {
    one.ct_eq(two).into()
}

fn below_a_million(rng: &mut dyn Random) -> u32 {
    let mut drawn = 0;
    // A draw is thrown away once in 4,400; a source that gives nothing else is
    // broken, and must not hang the caller as well.
    for _ in 0..MAX_DRAWS {
        let mut bytes = [0; 4];
        rng.fill(&mut bytes);
        drawn = u32::from_be_bytes(bytes);
        if drawn < FAIR {
            break;
        }
    }
    drawn % CODES
}

/// Crockford's base 32, in lower case: no i, l, o, u.
pub(super) const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// One more than a recovery code, so that a longer one cannot match.
const MAX_TYPED: usize = 17;

const CODES: u32 = 1_000_000;

/// The largest multiple of a million in 32 bits: draws from here on would
/// favour the small codes.
const FAIR: u32 = u32::MAX - u32::MAX % CODES;

const MAX_DRAWS: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hex::hex;
    use crate::crypto::testing::Seeded;

    struct Drawn(Vec<u32>);
    impl Random for Drawn {
        fn fill(&mut self, buf: &mut [u8]) {
            buf.copy_from_slice(&self.0.remove(0).to_be_bytes());
        }
    }

    #[test]
    fn a_minted_secret_is_found_by_its_digest() {
        let (secret, hash) = mint(&mut Seeded(1));
        assert_eq!(secret.reveal().len(), 43);
        assert!(secret.reveal().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        assert_eq!(digest(secret.reveal()), hash);
    }

    #[test]
    fn two_secrets_differ() {
        let mut rng = Seeded(1);
        let (one, two) = (mint(&mut rng), mint(&mut rng));
        assert!(!one.0.matches(&two.0));
        assert_ne!(one.1, two.1);
    }

    #[test]
    fn a_digest_is_sha_256() {
        // FIPS 180-4, the example "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&digest("abc")), abc);
    }

    #[test]
    fn a_code_has_six_digits_and_no_favourites() {
        let check = |drawn: &[u32], expected: &str| {
            assert_eq!(code(&mut Drawn(drawn.to_vec())).reveal(), expected, "{drawn:?}");
        };
        check(&[0], "000000");
        check(&[42], "000042");
        check(&[FAIR - 1], "999999");
        check(&[FAIR, 7], "000007");
        check(&[u32::MAX, FAIR, 1_000_001], "000001");
    }

    #[test]
    fn a_broken_source_does_not_hang() {
        struct Ones;
        impl Random for Ones {
            fn fill(&mut self, buf: &mut [u8]) {
                buf.fill(0xff);
            }
        }
        assert_eq!(code(&mut Ones).reveal().len(), 6);
    }

    #[test]
    fn only_equal_bytes_are_equal() {
        for (one, two, yes) in
            [("", "", true), ("abc", "abc", true), ("abc", "abd", false), ("abc", "abcd", false)]
        {
            assert_eq!(eq(one.as_bytes(), two.as_bytes()), yes, "{one} {two}");
        }
    }
}
