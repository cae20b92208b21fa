//! What Asok 0.8 signed: `value.hex`, HMAC-SHA-256 by one key for every purpose. Read
//! for as long as tokens that it gave out are still about; nothing is written so here.

#[cfg(feature = "legacy-hashes")]
use zeroize::Zeroizing;

use super::hex::hex;
#[cfg(feature = "legacy-hashes")]
use super::hex::unhex;
use super::mac::hmac_sha256;
use super::token;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Bytes of a token, at most.
const MAX: usize = 512;

/// The value that was signed, if it was by this key: `app._unsign`. The signature is
/// behind the last dot, in lower-case hexadecimal.
pub fn unsign<'a>(key: &[u8], signed: &'a str) -> Option<&'a str> {
    let (value, given) = signed.rsplit_once('.').filter(|_| signed.len() <= MAX)?;
    let own = hex(&hmac_sha256(key, value.as_bytes()));
    token::eq(own.as_bytes(), given.as_bytes()).then_some(value)
}

/// Whose bearer token this is: `request.auth.token.verify`. An end of 0 or before is
/// none; else it is over in the second of its end.
pub fn bearer<'a>(key: &[u8], text: &'a str, now: Timestamp) -> Option<&'a str> {
    let (user, end) = unsign(key, text)?.split_once('|')?;
    let end: i64 = end.parse().ok().filter(|_| !end.starts_with('+'))?;
    let lives = end <= 0 || now.as_secs() < end;
    (lives && !user.is_empty()).then_some(user)
}

/// A link to sign in with, as Asok sent it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MagicLink<'a> {
    /// Whose address it was sent to. It is proven by the link, and compared with nothing
    /// yet: look for its account.
    pub email: &'a str,
    /// The last moment at which it works.
    pub until: Timestamp,
    /// What it is known by. Keep it until then: whoever brings the link again has it too.
    pub mark: [u8; 32],
}

/// Whose link this is: `request.auth.magic.verify_token`. It works until and with the
/// second of its end, and once: `is_spent` says whether a mark was kept already.
///
/// Bearer tokens of Asok are signed in the same form by the same key, and were taken for
/// links there. Here a link names an e-mail address.
pub fn magic_link<'a>(
    key: &[u8],
    text: &'a str,
    now: Timestamp,
    is_spent: impl FnOnce(&[u8; 32]) -> bool,
) -> Option<MagicLink<'a>> {
    let (email, end) = unsign(key, text)?.split_once('|').filter(|(email, _)| is_address(email))?;
    let end: i64 = end.parse().ok().filter(|_| !end.starts_with('+'))?;
    let mark = token::digest(text);
    let lives = now.as_secs() <= end && !is_spent(&mark);
    lives.then_some(MagicLink { email, until: Timestamp::from_secs(end), mark })
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// What a typed backup code of Asok's was hashed as: eight letters and digits, without
/// the hyphen, in capitals. `None` for what is no such code.
pub fn backup_code(typed: &str) -> Option<Secret> {
    let plain: String = typed.trim().chars().filter(|c| *c != '-').take(CODE_CHARS + 1).collect();
    let is_code = plain.len() == CODE_CHARS && plain.bytes().all(|b| b.is_ascii_alphanumeric());
    is_code.then(|| Secret::new(plain.to_ascii_uppercase()))
}

/// A backup code as Asok kept it, `salt$tag`, in the form that passwords are verified in.
pub fn stored_backup_code(kept: &str) -> Secret {
    Secret::new(format!("pbkdf2:sha256:600000${kept}"))
}

/// Characters of a backup code.
const CODE_CHARS: usize = 8;

/// Whether a text has the form of such a token: an account's number, an end, and a
/// signature. One key signed links for e-mail addresses in the same form; they name no
/// number.
pub fn has_form(text: &str) -> bool {
    let parts = text.split_once('|').and_then(|(user, rest)| {
        let (end, signature) = rest.split_once('.')?;
        Some((user, end, signature))
    });
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let signed = |text: &str| {
        text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let end = |text: &str| digits(text.strip_prefix('-').unwrap_or(text));
    parts.is_some_and(|(user, until, signature)| {
        digits(user) && user.len() <= 20 && end(until) && signed(signature)
    })
}

/// The secret of an authenticator app as Asok kept it: `salt$iv$sealed$tag`, in
/// hexadecimal, by keys that PBKDF2 makes of the app's `TOTP_ENCRYPTION_KEY`, or of its
/// `SECRET_KEY` where that is not set. `None` by another key, and for another form.
#[cfg(feature = "legacy-hashes")]
pub fn open_totp(key: &[u8], kept: &str) -> Option<Zeroizing<String>> {
    let parts = SealedTotp::read(kept)?;
    parts.open(&TotpKeys::of(key, &parts.salt))
}

/// The same by the two keys of 32 bytes that are made of the app's: what is cheap of it,
/// for those who search for faults.
#[cfg(feature = "legacy-hashes")]
#[doc(hidden)]
pub fn open_totp_by(seal: [u8; 32], tag: [u8; 32], kept: &str) -> Option<Zeroizing<String>> {
    SealedTotp::read(kept)?.open(&TotpKeys { seal, tag })
}

/// What Asok kept, in its parts.
#[cfg(feature = "legacy-hashes")]
struct SealedTotp {
    salt: Vec<u8>,
    iv: Vec<u8>,
    sealed: Vec<u8>,
    tag: Vec<u8>,
}

#[cfg(feature = "legacy-hashes")]
impl SealedTotp {
    fn read(kept: &str) -> Option<Self> {
        let mut parts = kept.split('$');
        let mut part = || parts.next().filter(|part| part.len() <= MAX).and_then(unhex);
        let read = Self { salt: part()?, iv: part()?, sealed: part()?, tag: part()? };
        parts.next().is_none().then_some(read)
    }

    fn open(&self, keys: &TotpKeys) -> Option<Zeroizing<String>> {
        let Self { salt, iv, sealed, tag } = self;
        let whole = [&salt[..], iv, sealed].concat();
        let is_by = |key: &[u8]| token::eq(&hmac_sha256(key, &whole), tag);
        let plain = match () {
            () if is_by(&keys.tag) => keys.stream(iv, sealed),
            // Older versions had one key for both, and no counter.
            () if is_by(&keys.seal) => keys.repeated(sealed),
            () => return None,
        };
        core::str::from_utf8(&plain).ok().map(|text| Zeroizing::new(text.to_owned()))
    }
}

#[cfg(feature = "legacy-hashes")]
struct TotpKeys {
    seal: [u8; 32],
    tag: [u8; 32],
}

#[cfg(feature = "legacy-hashes")]
impl TotpKeys {
    fn of(key: &[u8], salt: &[u8]) -> Self {
        let mut both = Zeroizing::new([0; 64]);
        ::pbkdf2::pbkdf2_hmac::<sha2::Sha256>(key, salt, 600_000, &mut *both);
        let (mut seal, mut tag) = ([0; 32], [0; 32]);
        let (one, other) = both.split_at(32);
        seal.copy_from_slice(one);
        tag.copy_from_slice(other);
        Self { seal, tag }
    }

    /// The key itself, again and again.
    fn repeated(&self, sealed: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(sealed.iter().zip(self.seal.iter().cycle()).map(|(a, b)| a ^ b).collect())
    }

    /// HMAC in counter mode.
    fn stream(&self, iv: &[u8], sealed: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
        for (counter, part) in (0u32..).zip(sealed.chunks(32)) {
            let block = hmac_sha256(&self.seal, &[iv, &counter.to_be_bytes()].concat());
            plain.extend(part.iter().zip(block).map(|(a, b)| a ^ b));
        }
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // From Asok 0.8.0 itself.
    const KEY: &[u8] = b"test-secret-key-for-auth-tests-0123456789";
    const FOR_EVER: &str = "1|0.bc28eacd79b48ac5332b38a69f772635423b29b49b3fb08022318898ca8f464f";
    const AN_HOUR: &str =
        "42|1700003600.7fcae8bcfd9072f40bb433ca1cddf8b918955750176e1ab16d6e7201d9178e19";
    const LINK: &str = "alice@example.com|1700003600.babb26941a321fbe49cd1d62ea83f998b2d1083c666c9231c26f41e996facdde";

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn what_asok_gave_out_names_the_same_account_for_as_long() {
        assert_eq!(bearer(KEY, FOR_EVER, at(1_700_000_000)), Some("1"));
        assert_eq!(bearer(KEY, FOR_EVER, at(9_700_000_000)), Some("1"));
        assert_eq!(bearer(KEY, AN_HOUR, at(1_700_003_599)), Some("42"));
        assert_eq!(bearer(KEY, AN_HOUR, at(1_700_003_600)), None);
        assert!(has_form(FOR_EVER) && has_form(AN_HOUR));
    }

    #[cfg(feature = "legacy-hashes")]
    #[test]
    fn the_secret_of_an_app_opens_by_its_key_alone() {
        let kept = "b1659cb07502f42f1fb7b76399a0c2c7$a26f498417229c5972af93445bbdf320$\
                    9ce37cc849e889193257489766df70f5$\
                    0c3a1f7a229048e0156f9d49387f6cf8e0477f662a3e9dd380f5e3232c102e95";
        let open = |key: &str, kept: &str| open_totp(key.as_bytes(), kept).map(|it| it.to_string());
        let key = "my-super-secret-master-key";
        assert_eq!(open(key, kept).as_deref(), Some("JBSWY3DPEHPK3PXP"));
        let old = "01f8b6fbab8650af427187471eff65b4$afc9dc228fd2e80fd94e65eb384ed3d0$\
                   69d760ebc14b201f8c62275688f83e50$\
                   548422169131a9364714341993033240e7015f2387d286be85b095885ca2f40d";
        let its_key = "a key for second factors, 32 letters";
        assert_eq!(open(its_key, old).as_deref(), Some("JBSWY3DPEHPK3PXP"));
        assert_eq!(open("another key", kept), None);
        assert_eq!(open(key, &kept.replace("9ce3", "9ce4")), None);
        for odd in ["", "$$$", "aa$bb$cc", "aa$bb$cc$dd$ee", "zz$a2$9c$0c"] {
            assert_eq!(open(key, odd), None, "{odd}");
        }
    }

    #[test]
    fn a_link_for_an_address_is_no_token_of_a_number() {
        assert_eq!(bearer(KEY, LINK, at(1_700_000_000)), Some("alice@example.com"));
        assert!(!has_form(LINK));
    }

    #[test]
    fn a_link_works_until_its_last_second_and_once() {
        let read = |secs, spent: bool| magic_link(KEY, LINK, at(secs), |_| spent);
        for (secs, works) in [(1_700_000_000, true), (1_700_003_600, true), (1_700_003_601, false)]
        {
            let found = read(secs, false).map(|link| link.email);
            assert_eq!(found, works.then_some("alice@example.com"), "{secs}");
        }
        let link = read(1_700_000_000, false).unwrap();
        assert_eq!((link.until, link.mark), (at(1_700_003_600), token::digest(LINK)));
        assert_eq!(read(1_700_000_000, true), None, "its mark was kept");
        assert_eq!(magic_link(b"another key", LINK, at(0), |_| false), None);
    }

    #[test]
    fn what_was_signed_for_something_else_is_no_link() {
        let signed = |value: &str| format!("{value}.{}", hex(&hmac_sha256(KEY, value.as_bytes())));
        for value in
            ["42|1700003600", "a|b@example.com|1700003600", "@x|1700003600", "a@|1700003600"]
        {
            assert_eq!(magic_link(KEY, &signed(value), at(0), |_| false), None, "{value}");
        }
        for end in ["", "x", "+1700003600", " 1700003600", "1700003600|0"] {
            let text = signed(&format!("a@example.com|{end}"));
            assert_eq!(magic_link(KEY, &text, at(0), |_| false), None, "{end}");
        }
        assert!(
            magic_link(KEY, &signed("a@example.com|0"), at(1), |_| false).is_none(),
            "0 is an end"
        );
    }

    #[test]
    fn a_backup_code_is_known_with_and_without_its_hyphen_in_either_case() {
        for typed in ["ABCD-EFGH", "ABCDEFGH", "abcd-efgh", " abcdefgh "] {
            assert_eq!(backup_code(typed).unwrap().reveal(), "ABCDEFGH", "{typed}");
        }
        for odd in ["", "ABCD EFGH", "ABCD-EFG", "ABCD-EFGHI", "ABCD-EFG\u{c4}", "--------"] {
            assert!(backup_code(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn a_changed_or_cut_token_is_none() {
        for place in 0..AN_HOUR.len() {
            let mut changed = AN_HOUR.as_bytes().to_vec();
            changed[place] = if changed[place] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(bearer(KEY, &changed, at(0)), None, "at {place}");
            assert_eq!(bearer(KEY, &AN_HOUR[..place], at(0)), None, "cut at {place}");
        }
        let upper = AN_HOUR.to_uppercase();
        assert!(bearer(KEY, &upper, at(0)).is_none() && !has_form(&upper));
        assert_eq!(bearer(b"another key", AN_HOUR, at(0)), None);
        for odd in ["", ".", "|.", "1|0", "1|0.", "1|.aa", "|0.aa"] {
            assert!(bearer(KEY, odd, at(0)).is_none() && !has_form(odd), "{odd}");
        }
    }
}
