//! One root key, and a key of its own for each purpose.

use core::fmt;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::hex::{hex, unhex};
use crate::port::Random;

/// A text that is no root key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BadRootKey {
    /// Fewer than 32 bytes.
    Short,
    /// A word, a repetition, or a key from somebody's documentation.
    Placeholder,
    /// Neither hexadecimal nor base64.
    Unreadable,
}

impl fmt::Display for BadRootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Short => "the root key is shorter than 32 bytes",
            Self::Placeholder => "the root key is a placeholder, not 32 random bytes",
            Self::Unreadable => "the root key is neither hexadecimal nor base64",
        })?;
        f.write_str("; make one with `openssl rand -hex 32`")
    }
}

impl std::error::Error for BadRootKey {}

/// The one secret from which every other key is derived. 32 bytes.
#[derive(Clone)]
pub struct RootKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(..)")
    }
}

impl RootKey {
    /// A new one.
    pub fn mint(rng: &mut dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill(&mut *bytes);
        Self(bytes)
    }

    /// Takes bytes that are known to be random.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads hexadecimal or base64 (either alphabet, padded or not) of at least
    /// 32 bytes, with space around it.
    ///
    /// # Errors
    /// It is shorter, or nobody drew it at random.
    pub fn parse(text: &str) -> Result<Self, BadRootKey> {
        let text = text.trim();
        let bytes = decode(text).ok_or(BadRootKey::Unreadable)?;
        if looks_typed(text) || looks_made(&bytes) {
            return Err(BadRootKey::Placeholder);
        }
        let Some(first) = bytes.first_chunk::<32>() else { return Err(BadRootKey::Short) };
        // A longer key is folded, so that all of it counts.
        let key = if bytes.len() == 32 { *first } else { super::token::digest_bytes(&bytes) };
        Ok(Self::from_bytes(key))
    }

    /// The text to keep in a file that only its owner may read: 64 hexadecimal
    /// digits.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&*self.0))
    }

    /// The key for `purpose` (HKDF-SHA-256, RFC 5869).
    pub fn derive(&self, purpose: Purpose) -> DerivedKey {
        let mut key = Zeroizing::new([0; 32]);
        let info = [b"keyward/1/".as_slice(), purpose.as_str().as_bytes()].concat();
        // 32 bytes are always within what HKDF can give (RFC 5869 section 2.3).
        let _ = Hkdf::<Sha256>::new(None, &*self.0).expand(&info, &mut *key);
        DerivedKey(key)
    }
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Hexadecimal text is base64 text as well, of half again as many bytes;
    // the modest reading is the safe one.
    if is_hex(text) {
        return unhex(text).map(Zeroizing::new);
    }
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [STANDARD, URL_SAFE].iter().find_map(|alphabet| {
        GeneralPurpose::new(alphabet, lenient).decode(text).ok().map(Zeroizing::new)
    })
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Words, or base64 of one case only: among 43 random characters either case is
/// missing once in a thousand million.
fn looks_typed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let one_case = lower == text || text.to_ascii_uppercase() == text;
    (one_case && !is_hex(text)) || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// Repetitions, a plain sequence, or printable text.
fn looks_made(bytes: &[u8]) -> bool {
    let different = bytes.iter().collect::<BTreeSet<_>>().len();
    let (few, enough) = (different < MIN_DIFFERENT, bytes.len() >= 32);
    enough && few
        || different < 2
        || is_stepped(bytes)
        || repeats(bytes)
        || bytes.iter().all(|b| (b' '..=b'~').contains(b))
}

/// `00 01 02 …`, or any other constant step.
fn is_stepped(bytes: &[u8]) -> bool {
    let mut steps = bytes.iter().zip(bytes.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a));
    let first = steps.next();
    steps.all(|step| Some(step) == first)
}

/// The same half, third, … over and over.
fn repeats(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 2)
        .any(|period| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b))
}

/// Among 32 random bytes are about 30 different ones; fewer than this less than
/// once in 2^50.
const MIN_DIFFERENT: usize = 18;

/// Found in examples, and in a hurry.
const PLACEHOLDERS: [&str; 10] = [
    "change-me",
    "changeme",
    "change_me",
    "changeit",
    "secret",
    "password",
    "example",
    "default",
    "placeholder",
    "keyward",
];

/// What a derived key is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Purpose {
    /// Secrets at rest.
    Seal,
    /// Keyed hashes of short codes.
    Code,
    /// The chain of audit events.
    AuditChain,
    /// Cookies that recognise a device.
    DeviceCookie,
    /// Tokens against cross-site request forgery.
    Csrf,
    /// Keyed hashes of addresses and user agents.
    Fingerprint,
    /// Magic links.
    MagicLink,
    /// Paging cursors.
    Cursor,
    /// Captcha challenges.
    Captcha,
    /// Mixed into passwords before they are hashed.
    Pepper,
    /// Tickets: cookies that say who somebody is.
    Ticket,
    /// Sessions as sites behind a proxy hold them.
    Site,
    /// Refresh tokens.
    Refresh,
    /// Sessions as authnzerver's frontends hold them.
    Frontend,
    /// Only to notice another root key.
    Check,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 15] = [
        Self::Seal,
        Self::Code,
        Self::AuditChain,
        Self::DeviceCookie,
        Self::Csrf,
        Self::Fingerprint,
        Self::MagicLink,
        Self::Cursor,
        Self::Captcha,
        Self::Pepper,
        Self::Ticket,
        Self::Site,
        Self::Refresh,
        Self::Frontend,
        Self::Check,
    ];

    /// Its name in the derivation; never changes.
    fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Code => "code",
            Self::AuditChain => "audit",
            Self::DeviceCookie => "device",
            Self::Csrf => "csrf",
            Self::Fingerprint => "fingerprint",
            Self::MagicLink => "link",
            Self::Cursor => "cursor",
            Self::Captcha => "captcha",
            Self::Pepper => "pepper",
            Self::Ticket => "ticket",
            Self::Site => "site",
            Self::Refresh => "refresh",
            Self::Frontend => "frontend",
            Self::Check => "check",
        }
    }
}

/// A key for one purpose.
#[derive(Clone)]
pub struct DerivedKey(Zeroizing<[u8; 32]>);

impl DerivedKey {
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Four bytes that name the key without giving it away.
    pub fn id(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = super::mac::mac(self, &[b"key id"]);
        [a, b, c, d]
    }
}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DerivedKey(..)")
    }
}

/// Every derived key. What is made for one purpose is worthless for another.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Seals what is stored and must be read again.
    pub seal: DerivedKey,
    /// Hashes six-digit codes.
    pub code: DerivedKey,
    /// Chains the audit log.
    pub audit: DerivedKey,
    /// Signs the cookie of a known device.
    pub device: DerivedKey,
    /// Signs form tokens.
    pub csrf: DerivedKey,
    /// Hashes addresses and user agents.
    pub fingerprint: DerivedKey,
    /// Signs magic links.
    pub link: DerivedKey,
    /// Signs paging cursors.
    pub cursor: DerivedKey,
    /// Signs captcha challenges.
    pub captcha: DerivedKey,
    /// Signs refresh tokens, and makes each from the one before.
    pub refresh: DerivedKey,
    /// Seasons passwords, where the operator wants it.
    pub pepper: DerivedKey,
    /// Binds a session to a site behind a proxy.
    pub site: DerivedKey,
    /// Makes the secret of a session from what authnzerver's frontends hold of it.
    pub frontend: DerivedKey,
    /// Stored in the database, so that another root key is noticed.
    pub check_value: [u8; 32],
}

impl Keys {
    /// Derives every key.
    pub fn derive(root: &RootKey) -> Self {
        Self {
            seal: root.derive(Purpose::Seal),
            code: root.derive(Purpose::Code),
            audit: root.derive(Purpose::AuditChain),
            device: root.derive(Purpose::DeviceCookie),
            csrf: root.derive(Purpose::Csrf),
            fingerprint: root.derive(Purpose::Fingerprint),
            link: root.derive(Purpose::MagicLink),
            cursor: root.derive(Purpose::Cursor),
            captcha: root.derive(Purpose::Captcha),
            refresh: root.derive(Purpose::Refresh),
            pepper: root.derive(Purpose::Pepper),
            site: root.derive(Purpose::Site),
            frontend: root.derive(Purpose::Frontend),
            check_value: super::mac::mac(&root.derive(Purpose::Check), &[b"check value"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::testing::Seeded;

    const GOOD: &str = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";

    #[test]
    fn one_key_has_several_spellings() {
        let check =
            |text: &str| assert_eq!(*RootKey::parse(text).unwrap().to_text(), GOOD, "{text}");
        check(GOOD);
        check(&GOOD.to_uppercase());
        check(&format!("  {GOOD}\n"));
        check("sDRMYdjbOFNcqK/OrwvxK4gdwgDJgz2nJuk3bC4yz/c=");
        check("sDRMYdjbOFNcqK/OrwvxK4gdwgDJgz2nJuk3bC4yz/c");
        check("sDRMYdjbOFNcqK_OrwvxK4gdwgDJgz2nJuk3bC4yz_c");
    }

    #[test]
    fn a_minted_key_reads_back() {
        for seed in 1..200 {
            let minted = RootKey::mint(&mut Seeded(seed * 0x9e37_79b9));
            assert_eq!(*RootKey::parse(&minted.to_text()).unwrap().0, *minted.0);
        }
    }

    #[test]
    fn all_of_a_longer_key_counts() {
        let long = format!("{GOOD}00ff");
        let other = format!("{GOOD}01ff");
        let key = |text: &str| RootKey::parse(text).unwrap().to_text();
        assert_ne!(*key(&long), *key(&other));
    }

    #[test]
    fn short_and_placeholder_keys_are_refused() {
        let check = |text: &str, expected: BadRootKey| {
            assert_eq!(RootKey::parse(text).unwrap_err(), expected, "{text}");
        };
        check("not base64!", BadRootKey::Unreadable);
        check("this is not base64 at all, but it is long", BadRootKey::Unreadable);
        check(&GOOD[1..], BadRootKey::Unreadable);
        check(&GOOD[..62], BadRootKey::Short);
        // 36 bytes when read as base64, but nobody means that.
        check(&GOOD[..48], BadRootKey::Short);
        check("", BadRootKey::Placeholder);
        check("changeme", BadRootKey::Placeholder);
        check("c2VjcmV0", BadRootKey::Placeholder);
        check(&"0".repeat(64), BadRootKey::Placeholder);
        check(&"z".repeat(44), BadRootKey::Placeholder);
        check(&"deadbeef".repeat(8), BadRootKey::Placeholder);
        check(&"0123456789abcdef".repeat(4), BadRootKey::Placeholder);
        check(&GOOD[..32].repeat(2), BadRootKey::Placeholder);
        check(&GOOD.repeat(2), BadRootKey::Placeholder);
        let counted: String = (0..32).map(|b| format!("{b:02x}")).collect();
        check(&counted, BadRootKey::Placeholder);
        check("ChangeMe-ChangeMe-ChangeMe-ChangeMe-ChangeMe", BadRootKey::Placeholder);
        check("correct-horse-battery-staple-correct-horse-a", BadRootKey::Placeholder);
        // "my very long key, please do not tell anyone about it", in base64.
        check(
            "bXkgdmVyeSBsb25nIGtleSwgcGxlYXNlIGRvIG5vdCB0ZWxsIGFueW9uZSBhYm91dCBpdA==",
            BadRootKey::Placeholder,
        );
    }

    #[test]
    fn a_token_of_one_purpose_is_noise_to_another() {
        let root = RootKey::from_bytes([7; 32]);
        let keys: BTreeSet<_> = Purpose::ALL.iter().map(|p| *root.derive(*p).bytes()).collect();
        assert_eq!(keys.len(), Purpose::ALL.len());
        let ids: BTreeSet<_> = Purpose::ALL.iter().map(|p| root.derive(*p).id()).collect();
        assert_eq!(ids.len(), Purpose::ALL.len());
    }

    #[test]
    fn another_root_key_is_noticed() {
        let check_value = |byte| Keys::derive(&RootKey::from_bytes([byte; 32])).check_value;
        assert_eq!(check_value(7), check_value(7));
        assert_ne!(check_value(7), check_value(8));
    }

    // Another result makes every sealed secret unreadable.
    #[test]
    fn derivation_never_changes() {
        let key = RootKey::parse(GOOD).unwrap().derive(Purpose::Seal);
        assert_eq!(
            *RootKey::from_bytes(*key.bytes()).to_text(),
            "ed6cfd6d02666e001ac0acdaf72386197f19ef6fdcfe57a8d67c1a51c157d3d5"
        );
    }

    #[test]
    fn a_key_does_not_print_itself() {
        let root = RootKey::parse(GOOD).unwrap();
        let printed = format!("{root:?} {:?}", root.derive(Purpose::Seal));
        assert_eq!(printed, "RootKey(..) DerivedKey(..)");
    }
}
