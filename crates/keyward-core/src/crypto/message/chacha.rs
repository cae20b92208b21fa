//! ChaCha20-Poly1305, RFC 8439.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::CODE;
use crate::Error;
use crate::port::Random;

pub(super) struct Key(LessSafeKey);

impl Key {
    pub(super) fn new(bytes: &[u8; 32]) -> Option<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    pub(super) fn seal(&self, plain: &[u8], rng: &mut dyn Random) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut text = Zeroizing::new(Vec::with_capacity(plain.len() + CODE));
        text.extend_from_slice(plain);
        let unique = Nonce::assume_unique_for_key(nonce);
        let sealed = self.0.seal_in_place_append_tag(unique, Aad::empty(), &mut *text);
        sealed.map_err(|_| Error::new("seal a message"))?;
        Ok([nonce.as_slice(), &text].concat())
    }

    pub(super) fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut plain = Zeroizing::new(text.to_vec());
        let opened = self.0.open_in_place(Nonce::from(nonce), Aad::empty(), &mut plain);
        let length = opened.ok()?.len();
        plain.truncate(length);
        Some(plain)
    }
}
