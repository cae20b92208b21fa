//! The text of a refresh token.
//!
//! ```text
//! kwr_ ‖ base64url( 1 ‖ session (16) ‖ generation (4) ‖ secret (32) ‖ tag (16) )
//! ```
//!
//! The secret is random at first; each further one is a keyed hash of the one before,
//! so that whoever asks twice with one token is given the same successor, and nothing
//! has to be kept for that. The tag is a keyed hash over the rest: a token that was
//! never ours costs no look into the store, and one that was ours and is too old is
//! known for that, whatever is still stored. Of the secret, a hash is stored: the root
//! key alone opens nothing, and neither does the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::keys::DerivedKey;
use super::mac::mac;
use super::token;
use crate::id::SessionId;
use crate::port::Random;
use crate::secret::Secret;

/// What every refresh token begins with. In a scanner: `kwr_[A-Za-z0-9_-]{92}`.
pub const PREFIX: &str = "kwr_";

/// Characters of a whole token.
pub const LENGTH: usize = PREFIX.len() + 92;

const FORM: u8 = 1;

/// A token that was ours once.
pub struct RefreshText {
    /// The session that is its family.
    pub session: SessionId,
    /// How many came before it.
    pub generation: u32,
    secret: Zeroizing<[u8; 32]>,
}

impl core::fmt::Debug for RefreshText {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "RefreshText({}, {})", self.session, self.generation)
    }
}

/// The first token of a family, and the hash to store.
pub fn first(key: &DerivedKey, session: SessionId, rng: &mut dyn Random) -> (Secret, [u8; 32]) {
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill(&mut *secret);
    let made = RefreshText { session, generation: 0, secret };
    (made.text(key), made.hash())
}

/// Reads what somebody brings; `None` if it was never a token of ours.
pub fn read(key: &DerivedKey, text: &str) -> Option<RefreshText> {
    let letters = text.strip_prefix(PREFIX).filter(|_| text.len() == LENGTH)?;
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(letters).ok()?);
    let (form, rest) = bytes.split_first()?;
    let (session, rest) = rest.split_first_chunk::<16>()?;
    let (generation, rest) = rest.split_first_chunk::<4>()?;
    let (secret, tag) = rest.split_first_chunk::<32>()?;
    let made = RefreshText {
        session: SessionId::from_bytes(session)?,
        generation: u32::from_be_bytes(*generation),
        secret: Zeroizing::new(*secret),
    };
    (*form == FORM && token::eq(&made.tag(key), tag)).then_some(made)
}

impl RefreshText {
    /// What is stored in its place.
    pub fn hash(&self) -> [u8; 32] {
        let mut bytes = Zeroizing::new([0; 40]);
        let (word, secret) = bytes.split_at_mut(8);
        word.copy_from_slice(b"refresh:");
        secret.copy_from_slice(&*self.secret);
        token::digest_bytes(&*bytes)
    }

    /// The token that takes its place, and the hash to store; always the same.
    pub fn successor(&self, key: &DerivedKey) -> (Secret, [u8; 32]) {
        let generation = self.generation.saturating_add(1);
        let secret = Zeroizing::new(self.keyed(key, b"next"));
        let next = Self { session: self.session, generation, secret };
        (next.text(key), next.hash())
    }

    /// As it is brought.
    pub fn text(&self, key: &DerivedKey) -> Secret {
        let (session, generation) = (self.session.to_bytes(), self.generation.to_be_bytes());
        let parts: [&[u8]; 5] = [&[FORM], &session, &generation, &*self.secret, &self.tag(key)];
        let bytes = Zeroizing::new(parts.concat());
        Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&*bytes)))
    }

    fn tag(&self, key: &DerivedKey) -> [u8; 16] {
        let whole = self.keyed(key, b"tag");
        whole.first_chunk().copied().unwrap_or_default()
    }

    fn keyed(&self, key: &DerivedKey, what: &[u8]) -> [u8; 32] {
        let (session, generation) = (self.session.to_bytes(), self.generation.to_be_bytes());
        mac(key, &[what, &session, &generation, &*self.secret])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{Keys, RootKey};
    use crate::crypto::testing::Seeded;
    use crate::time::Timestamp;

    fn key(byte: u8) -> DerivedKey {
        Keys::derive(&RootKey::from_bytes([byte; 32])).refresh
    }

    fn made() -> (SessionId, Secret, [u8; 32]) {
        let mut rng = Seeded(7);
        let session = SessionId::mint(Timestamp::from_secs(1_700_000_000), &mut rng);
        let (text, hash) = first(&key(1), session, &mut rng);
        (session, text, hash)
    }

    #[test]
    fn each_token_names_its_family_and_leads_to_one_successor() {
        let (session, text, hash) = made();
        let one = read(&key(1), text.reveal()).unwrap();
        assert_eq!((one.session, one.generation, one.hash()), (session, 0, hash));
        let (next, next_hash) = one.successor(&key(1));
        assert_eq!(one.successor(&key(1)).0.reveal(), next.reveal());
        let two = read(&key(1), next.reveal()).unwrap();
        assert_eq!((two.session, two.generation, two.hash()), (session, 1, next_hash));
        assert_ne!(next_hash, hash);
        assert_eq!(next.reveal().len(), LENGTH);
    }

    #[test]
    fn a_changed_cut_or_lengthened_token_is_none() {
        let (_, text, _) = made();
        let text = text.reveal();
        for place in 0..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(read(&key(1), &changed).is_none(), "letter {place}");
            assert!(read(&key(1), &text[..place]).is_none(), "cut at {place}");
        }
        for more in ["A", "=", " ", "."] {
            assert!(read(&key(1), &format!("{text}{more}")).is_none(), "{more:?}");
        }
    }

    #[test]
    fn a_token_of_another_root_key_is_none() {
        let (_, text, _) = made();
        assert!(read(&key(2), text.reveal()).is_none());
    }
}
