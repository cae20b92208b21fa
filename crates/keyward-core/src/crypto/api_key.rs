//! The text of an API key, and of the token that gives it anew.
//!
//! ```text
//! kwk_ ‖ account (26) ‖ key (26) ‖ secret (32) ‖ checksum (7)
//! kwf_ ‖ the same
//! ```
//!
//! All of it in lower-case Crockford base 32. It begins with a word and ends in a
//! CRC-32 of what is before, so that a scanner for secrets knows one by itself and
//! needs to ask nobody; a mistyped key costs no look into the store. The secret has
//! 160 bits, of which SHA-256 is stored.

use zeroize::Zeroizing;

use super::token;
use crate::id::{CredentialId, UserId};
use crate::port::Random;
use crate::secret::Secret;

/// What every key begins with. In a scanner: `kw[kf]_[0-9a-hjkmnp-tv-z]{91}`.
pub const PREFIX: &str = "kwk_";
/// What every token begins with that gives a key anew.
pub const REFRESH_PREFIX: &str = "kwf_";

/// Characters of an id.
const ID: usize = 26;
/// Characters of the secret: five bits each.
const SECRET: usize = 32;
/// Characters of the checksum.
const SUM: usize = 7;
/// Characters of a whole key.
pub const LENGTH: usize = PREFIX.len() + ID + ID + SECRET + SUM;

/// A key that has the form.
#[derive(Clone, Debug)]
pub struct ApiKeyText {
    /// Whose it says it is.
    pub user: UserId,
    /// Which it says it is.
    pub id: CredentialId,
    /// SHA-256 of its secret.
    pub hash: [u8; 32],
}

/// A new key of an account, and the hash to store.
pub fn mint(user: UserId, id: CredentialId, rng: &mut dyn Random) -> (Secret, [u8; 32]) {
    mint_as(PREFIX, user, id, rng)
}

/// A token that gives the key anew, and the hash to store.
pub fn mint_refresh(user: UserId, id: CredentialId, rng: &mut dyn Random) -> (Secret, [u8; 32]) {
    mint_as(REFRESH_PREFIX, user, id, rng)
}

fn mint_as(
    prefix: &str,
    user: UserId,
    id: CredentialId,
    rng: &mut dyn Random,
) -> (Secret, [u8; 32]) {
    let mut bytes = Zeroizing::new([0; SECRET]);
    rng.fill(&mut *bytes);
    // 256 is a multiple of 32: each letter is equally likely.
    let letters = bytes.iter().filter_map(|byte| token::LETTERS.get(usize::from(byte & 31)));
    let secret: Zeroizing<String> = Zeroizing::new(letters.copied().map(char::from).collect());
    let body = Zeroizing::new(format!("{prefix}{}{}{}", bare(user), bare(id), *secret));
    let hash = token::digest(&secret);
    let sum: String = sum(&body).collect();
    (Secret::new(format!("{}{sum}", *body)), hash)
}

/// Reads what somebody brings; `None` if it was never a key of ours.
#[inline]
pub fn read(text: &str) -> Option<ApiKeyText> {
    read_as(PREFIX, text)
}

/// Reads a token that gives a key anew; `None` if it was never one of ours.
pub fn read_refresh(text: &str) -> Option<ApiKeyText> {
    read_as(REFRESH_PREFIX, text)
}

#[inline]
fn read_as(prefix: &str, text: &str) -> Option<ApiKeyText> {
    if text.len() != LENGTH || !text.is_ascii() {
        return None;
    }
    let (body, given) = text.split_at_checked(LENGTH - SUM)?;
    if !sum(body).eq(given.chars()) {
        return None;
    }
    let (user, rest) = body.strip_prefix(prefix)?.split_at_checked(ID)?;
    let (id, secret) = rest.split_at_checked(ID)?;
    Some(ApiKeyText {
        user: UserId::parse_bare(user)?,
        id: CredentialId::parse_bare(id)?,
        hash: token::digest(secret),
    })
}

fn bare(id: impl core::fmt::Display) -> String {
    let text = id.to_string();
    text.split_once('_').map(|(_, bare)| bare.to_owned()).unwrap_or_default()
}

/// CRC-32 (ISO-HDLC, as in zip) as seven letters.
#[inline]
fn sum(body: &str) -> impl Iterator<Item = char> {
    let sum = crc32fast::hash(body.as_bytes());
    let letter = move |place: usize| token::LETTERS.get((sum >> (5 * place)) as usize & 31);
    (0..SUM).rev().filter_map(letter).copied().map(char::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::testing::Seeded;
    use crate::time::Timestamp;

    fn made() -> (UserId, CredentialId, Secret, [u8; 32]) {
        let (now, mut rng) = (Timestamp::from_secs(1_700_000_000), Seeded(1));
        let (user, id) = (UserId::mint(now, &mut rng), CredentialId::mint(now, &mut rng));
        let (text, hash) = mint(user, id, &mut rng);
        (user, id, text, hash)
    }

    #[test]
    fn a_key_names_its_account_and_itself() {
        let (user, id, text, hash) = made();
        let read = read(text.reveal()).unwrap();
        assert_eq!((read.user, read.id, read.hash), (user, id, hash));
        assert_eq!(text.reveal().len(), LENGTH);
    }

    #[test]
    fn what_gives_a_key_anew_is_no_key_and_no_key_gives_one_anew() {
        let (user, id, text, _) = made();
        let (refresh, hash) = mint_refresh(user, id, &mut Seeded(2));
        assert!(read(refresh.reveal()).is_none() && read_refresh(text.reveal()).is_none());
        let found = read_refresh(refresh.reveal()).unwrap();
        assert_eq!((found.user, found.id, found.hash), (user, id, hash));
    }

    #[test]
    fn a_scanner_knows_one_by_itself() {
        let (_, _, text, _) = made();
        let rest = text.reveal().strip_prefix("kwk_").unwrap();
        assert_eq!(rest.len(), 91);
        assert!(rest.bytes().all(|byte| token::LETTERS.contains(&byte)), "{rest}");
    }

    #[test]
    fn a_changed_or_cut_key_is_none() {
        let (_, _, text, _) = made();
        let text = text.reveal();
        for place in 0..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[place] = if changed[place] == b'2' { b'3' } else { b'2' };
            assert!(read(core::str::from_utf8(&changed).unwrap()).is_none(), "at {place}");
            assert!(read(&text[..place]).is_none(), "cut at {place}");
        }
        assert!(read(&format!("{text}0")).is_none() && read(&"é".repeat(51)).is_none());
        assert!(read(&text.to_uppercase()).is_none());
    }

    #[test]
    fn the_sum_is_that_of_zip() {
        // The check value of CRC-32/ISO-HDLC: 0xCBF43926 for "123456789".
        let value = 0xCBF4_3926_u32;
        let expected: String = (0..SUM)
            .rev()
            .map(|place| char::from(token::LETTERS[(value >> (5 * place)) as usize & 31]))
            .collect();
        assert_eq!(sum("123456789").collect::<String>(), expected);
    }
}
