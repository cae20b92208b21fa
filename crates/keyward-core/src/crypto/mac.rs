//! Keyed hashes over several parts, framed so that no two lists look alike.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::keys::DerivedKey;
use super::token;

/// HMAC-SHA-256 (RFC 2104) over the parts, each with its length in front.
pub fn mac(key: &DerivedKey, parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.bytes()) else {
        // HMAC takes keys of every length.
        return [0; 32];
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA-256 (RFC 2104) as other services compute it, over the bytes alone. For
/// what signs requests to them; whatever is ours is a [`mac`].
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // HMAC takes keys of every length.
        return [0; 32];
    };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Whether `tag` is what [`mac`] gives, in constant time.
pub fn is_mac(key: &DerivedKey, parts: &[&[u8]], tag: &[u8]) -> bool {
    token::eq(&mac(key, parts), tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{Keys, RootKey};

    #[test]
    fn only_the_same_parts_have_the_same_code() {
        let keys = Keys::derive(&RootKey::from_bytes([7; 32]));
        let tag = mac(&keys.csrf, &[b"ab", b"c"]);
        assert!(is_mac(&keys.csrf, &[b"ab", b"c"], &tag));
        let parts: [&[&[u8]]; 5] =
            [&[], &[b"abc"], &[b"a", b"bc"], &[b"ab", b"c", b""], &[b"c", b"ab"]];
        for parts in parts {
            assert!(!is_mac(&keys.csrf, parts, &tag), "{parts:?}");
        }
        assert!(!is_mac(&keys.device, &[b"ab", b"c"], &tag), "another purpose");
        assert!(!is_mac(&keys.csrf, &[b"ab", b"c"], &tag[..31]), "cut");
        assert!(!is_mac(&keys.csrf, &[b"ab", b"c"], &[]), "none");
    }

    #[test]
    fn parts_cannot_be_shifted() {
        let keys = Keys::derive(&RootKey::from_bytes([7; 32]));
        assert_ne!(mac(&keys.code, &[b"ab", b"c"]), mac(&keys.code, &[b"a", b"bc"]));
        assert_ne!(mac(&keys.code, &[b"ab"]), mac(&keys.device, &[b"ab"]));
    }
}
