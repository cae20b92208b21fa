//! What stands in a log for a person's data: a keyed hash, as authnzerver writes it, so
//! that its logs and ours can be read side by side.

use blake2::Blake2bMac;
use blake2::digest::consts::U12;
use blake2::digest::{FixedOutput as _, Update as _};

use super::hex::hex;

/// BLAKE2b of 96 bits, keyed with `salt`, for one purpose (RFC 7693 section 2.5).
/// With the salt `none` the text itself. A salt of more than 64 bytes is cut.
pub fn pii_hash(text: &str, salt: &str) -> String {
    if salt == "none" {
        return text.to_owned();
    }
    let key = salt.as_bytes();
    let key = key.get(..MAX_KEY).unwrap_or(key);
    let Ok(mut mac) = Blake2bMac::<U12>::new_with_salt_and_personal(Some(key), &[], PURPOSE) else {
        // Keys of this length are always taken.
        return String::new();
    };
    mac.update(text.as_bytes());
    hex(&mac.finalize_fixed())
}

const PURPOSE: &[u8] = b"authnzrv-pii";
const MAX_KEY: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_one_that_authnzerver_writes() {
        for (text, salt, hash) in [
            ("alice@example.org", "super-random-salt", "beadf3eccdac8d48374dc474"),
            ("1", "super-random-salt", "d87b800997be41a66cad4343"),
            ("1.1.1.1", "super-random-salt", "d333a399002c543e44b23d73"),
            ("alice@example.org", "none", "alice@example.org"),
        ] {
            assert_eq!(pii_hash(text, salt), hash, "{text} {salt}");
        }
    }
}
