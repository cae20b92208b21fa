//! XSalsa20-Poly1305, as NaCl's `crypto_secretbox` has it: the code goes before the text.

use crypto_secretbox::aead::{AeadInPlace as _, KeyInit as _};
use crypto_secretbox::{Nonce, Tag, XSalsa20Poly1305};
use zeroize::Zeroizing;

use super::CODE;
use crate::Error;
use crate::port::Random;

const NONCE: usize = 24;

pub(super) struct Key(XSalsa20Poly1305);

impl Key {
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        Self(XSalsa20Poly1305::new(bytes.into()))
    }

    pub(super) fn seal(&self, plain: &[u8], rng: &mut dyn Random) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE];
        rng.fill(&mut nonce);
        let mut text = plain.to_vec();
        let code = self.0.encrypt_in_place_detached(&Nonce::from(nonce), &[], &mut text);
        let code = code.map_err(|_| Error::new("seal a message"))?;
        Ok([nonce.as_slice(), &code, &text].concat())
    }

    pub(super) fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
        let (code, text) = rest.split_first_chunk::<CODE>()?;
        let (nonce, code) = (Nonce::from(*nonce), Tag::from(*code));
        let mut plain = Zeroizing::new(text.to_vec());
        self.0.decrypt_in_place_detached(&nonce, &[], &mut plain, &code).ok()?;
        Some(plain)
    }
}
