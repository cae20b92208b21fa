//! Fernet: messages that whoever has a key in common can read, and that say when they
//! were sealed. AES-128-CBC and HMAC-SHA-256, after <https://github.com/fernet/spec>.
//!
//! Stricter than Python's `cryptography` in two things: nothing may stand between the
//! characters of a token, and nothing behind its padding. The code is compared first,
//! in constant time, so that padding tells nobody anything.

use core::fmt;

use aws_lc_rs::cipher::{
    AES_128, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use zeroize::Zeroizing;

use crate::Error;
use crate::port::Random;
use crate::time::Timestamp;

/// A text that is no key: not 32 bytes in base64.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadFernetKey;

impl fmt::Display for BadFernetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Fernet key is 32 bytes in base64")
    }
}

impl std::error::Error for BadFernetKey {}

/// A key that two or more have in common.
pub struct FernetKey {
    mac: hmac::Key,
    seals: PaddedBlockEncryptingKey,
    opens: PaddedBlockDecryptingKey,
}

impl fmt::Debug for FernetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FernetKey(..)")
    }
}

/// What a message held.
#[derive(Debug)]
pub struct Unsealed {
    /// What was sealed.
    pub plain: Zeroizing<Vec<u8>>,
    /// When, by the clock of whoever did it, to the second.
    pub sealed_at: Timestamp,
    /// By what the same message is known again: no two have one.
    pub tag: [u8; TAG],
}

/// How old a message may be.
#[derive(Clone, Copy, Debug)]
pub struct Fresh {
    /// What time it is.
    pub now: Timestamp,
    /// Seconds since it was sealed, at most. One from the future is opened if it is
    /// within [`SKEW`] seconds.
    pub within: i64,
}

/// Seconds that clocks may differ, as in the specification.
pub const SKEW: i64 = 60;

impl FernetKey {
    /// Reads a key: 32 bytes in base64 of either alphabet, padded.
    ///
    /// # Errors
    /// It is not that.
    pub fn parse(text: &str) -> Result<Self, BadFernetKey> {
        Self::from_bytes(&*key_bytes(text).ok_or(BadFernetKey)?)
    }

    /// A new key as text, for a file that only its owner may read.
    pub fn mint(rng: &mut dyn Random) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill(&mut *bytes);
        Zeroizing::new(URL_SAFE.encode(*bytes))
    }

    fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BadFernetKey> {
        let (signing, sealing) = bytes.split_at(16);
        let cipher = || UnboundCipherKey::new(&AES_128, sealing).map_err(|_| BadFernetKey);
        Ok(Self {
            mac: hmac::Key::new(hmac::HMAC_SHA256, signing),
            seals: PaddedBlockEncryptingKey::cbc_pkcs7(cipher()?).map_err(|_| BadFernetKey)?,
            opens: PaddedBlockDecryptingKey::cbc_pkcs7(cipher()?).map_err(|_| BadFernetKey)?,
        })
    }

    /// Seals a message.
    ///
    /// # Errors
    /// The cipher fails, which it does not.
    pub fn seal(
        &self,
        plain: &[u8],
        now: Timestamp,
        rng: &mut dyn Random,
    ) -> Result<String, Error> {
        let mut iv = [0; IV];
        rng.fill(&mut iv);
        let fail = |_| Error::new("seal a message");
        let mut sealed = plain.to_vec();
        let context = EncryptionContext::Iv128(FixedLength::from(iv));
        self.seals.less_safe_encrypt(&mut sealed, context).map_err(fail)?;
        let mut token = Vec::with_capacity(HEAD + sealed.len() + TAG);
        token.push(VERSION);
        token.extend(now.as_secs().to_be_bytes());
        token.extend(iv);
        token.extend(sealed);
        let tag = hmac::sign(&self.mac, &token);
        token.extend(tag.as_ref());
        Ok(URL_SAFE.encode(token))
    }

    /// Opens a token that was sealed with this key, if it is `fresh`; without, whatever
    /// its age.
    pub fn open(&self, token: &str, fresh: Option<Fresh>) -> Option<Unsealed> {
        let bytes = decode(token)?;
        let (signed, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
        hmac::verify(&self.mac, signed, tag).ok()?;
        let (head, sealed) = signed.split_at_checked(HEAD)?;
        let (version, head) = head.split_first()?;
        let (time, iv) = head.split_first_chunk::<8>()?;
        let secs = i64::try_from(u64::from_be_bytes(*time)).ok()?;
        if *version != VERSION || !fresh.is_none_or(|fresh| fresh.allows(secs)) {
            return None;
        }
        let context = DecryptionContext::Iv128(FixedLength::from(*iv.first_chunk::<IV>()?));
        let mut plain = Zeroizing::new(sealed.to_vec());
        let length = self.opens.decrypt(&mut plain, context).ok()?.len();
        plain.truncate(length);
        let sealed_at = Timestamp::from_secs(secs.min(MAX_SECS));
        Some(Unsealed { plain, sealed_at, tag: *tag.first_chunk::<TAG>()? })
    }
}

impl Fresh {
    pub(super) fn allows(self, sealed_at: i64) -> bool {
        let now = self.now.as_secs();
        sealed_at.saturating_add(self.within) >= now && now.saturating_add(SKEW) >= sealed_at
    }
}

/// A key: 32 bytes in base64 of either alphabet, padded.
pub(super) fn key_bytes(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = decode(text)?;
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

/// Base64 of either alphabet, padded, with space around it and none within.
fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.trim_ascii();
    let bytes = match text.contains(['+', '/']) {
        true => STANDARD.decode(text),
        false => URL_SAFE.decode(text),
    };
    bytes.ok().map(Zeroizing::new)
}

const VERSION: u8 = 0x80;
const IV: usize = 16;
/// Version, time and initialisation vector.
const HEAD: usize = 1 + 8 + IV;
/// Bytes of the code at the end.
pub const TAG: usize = 32;
/// What fits into microseconds.
pub(super) const MAX_SECS: i64 = i64::MAX / 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of `acceptance.json` in the specification, and what it sealed there.
    const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    const TOKEN: &str = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
    const SEALED_AT: i64 = 499_162_800;

    struct Counted;
    impl Random for Counted {
        fn fill(&mut self, buf: &mut [u8]) {
            for (at, byte) in buf.iter_mut().enumerate() {
                *byte = u8::try_from(at).unwrap();
            }
        }
    }

    fn key() -> FernetKey {
        FernetKey::parse(KEY).unwrap()
    }

    fn at(now: i64, within: i64) -> Option<Fresh> {
        Some(Fresh { now: Timestamp::from_secs(now), within })
    }

    #[test]
    fn the_example_of_the_specification_is_sealed_and_opened() {
        let now = Timestamp::from_secs(SEALED_AT);
        assert_eq!(key().seal(b"hello", now, &mut Counted).unwrap(), TOKEN);
        let opened = key().open(TOKEN, at(SEALED_AT + 1, 60)).unwrap();
        assert_eq!((opened.plain.as_slice(), opened.sealed_at), (b"hello".as_slice(), now));
    }

    #[test]
    fn what_the_specification_calls_invalid_is_not_opened() {
        for (flaw, token, later) in [
            (
                "incorrect mac",
                "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==",
                1,
            ),
            ("too short", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==", 1),
            (
                "invalid base64",
                "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
                1,
            ),
            (
                "not a multiple of a block",
                "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm",
                1,
            ),
            (
                "padding",
                "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==",
                1,
            ),
            (
                "far future",
                "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==",
                1,
            ),
            (
                "expired",
                "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
                91,
            ),
            (
                "incorrect iv",
                "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==",
                1,
            ),
        ] {
            assert!(key().open(token, at(SEALED_AT + later, 60)).is_none(), "{flaw}");
        }
    }

    #[test]
    fn a_token_is_opened_within_its_time_and_a_little_before() {
        for (now, within, opens) in [
            (60, 60, true),
            (61, 60, false),
            (0, 0, true),
            (1, 0, false),
            (-60, 60, true),
            (-61, 60, false),
        ] {
            let opened = key().open(TOKEN, at(SEALED_AT + now, within));
            assert_eq!(opened.is_some(), opens, "{now} {within}");
        }
        assert!(key().open(TOKEN, None).is_some(), "whatever its age");
    }

    #[test]
    fn space_may_stand_around_a_token_and_nothing_within_or_behind() {
        assert!(key().open(&format!(" {TOKEN}\n"), None).is_some());
        let standard = TOKEN.replace('-', "+").replace('_', "/");
        assert!(key().open(&standard, None).is_some(), "the other alphabet");
        for bad in [
            format!("{} {}", &TOKEN[..20], &TOKEN[20..]),
            format!("{TOKEN}AAAA"),
            TOKEN.trim_end_matches('=').to_owned(),
            String::new(),
            "gA==".to_owned(),
        ] {
            assert!(key().open(&bad, None).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_token_that_is_cut_or_changed_anywhere_is_not_opened() {
        for place in 0..TOKEN.len() {
            let mut changed = TOKEN.as_bytes().to_vec();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert!(key().open(std::str::from_utf8(&changed).unwrap(), None).is_none(), "{place}");
            assert!(key().open(&TOKEN[..place], None).is_none(), "cut at {place}");
        }
    }

    #[test]
    fn a_key_is_32_bytes_in_base64() {
        for (text, is_one) in [
            ("", false),
            ("short", false),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", false),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false),
            ("//////////////////////////////////////////8=", true),
            ("__________________________________________8", false),
            (KEY, true),
        ] {
            assert_eq!(FernetKey::parse(text).is_ok(), is_one, "{text:?}");
        }
        assert_eq!(format!("{:?}", key()), "FernetKey(..)");
    }
}
