//! Passwords: hashed to be kept, verified against what was kept, by us or by
//! the system we replace.
//!
//! [`hash`] writes what the [`Policy`] says, as text that carries its own
//! parameters. [`verify`] reads every form in the [roster](Format): one file
//! each, with bounds that are checked before any work. [`needs_rehash`] tells
//! whether the policy would write something else today.
//!
//! All of it blocks for as long as hashing takes (tens of milliseconds, tens of
//! MiB), so it belongs on a pool of its own with one [`Arena`] for each worker.
//! Passwords are hashed byte for byte; see
//! [`rules::prepare`](crate::password::rules::prepare) for what comes before.
//!
//! To add a form: a file with a `Reader` and its `Stored`, a [`Format`], and one
//! line in `ROSTER`.

mod argon2;
mod error;
mod hasher;
mod policy;
mod text;

#[cfg(feature = "legacy-hashes")]
mod bcrypt;
#[cfg(feature = "legacy-hashes")]
mod django;
#[cfg(feature = "legacy-hashes")]
mod firebase;
#[cfg(feature = "legacy-hashes")]
mod foreign;
#[cfg(feature = "legacy-hashes")]
mod ldap;
#[cfg(feature = "legacy-hashes")]
mod md5_crypt;
#[cfg(feature = "legacy-hashes")]
mod pbkdf2;
#[cfg(feature = "legacy-hashes")]
mod phpass;
#[cfg(feature = "legacy-hashes")]
mod scrypt;
#[cfg(feature = "legacy-hashes")]
mod sha_crypt;
#[cfg(feature = "legacy-hashes")]
mod werkzeug;
#[cfg(feature = "legacy-hashes")]
mod wrapped;

use crate::crypto::token;
use crate::port::Random;
use crate::secret::Secret;

pub use argon2::Arena;
pub use error::HashError;
pub use hasher::Hasher;
#[cfg(feature = "legacy-hashes")]
pub use pbkdf2::from_asyncauth;
pub use policy::{Policy, Scheme};
#[cfg(feature = "legacy-hashes")]
pub use wrapped::wrap;

/// Longest password that is hashed, in bytes; sign-up stops at
/// [`rules::MAX_BYTES`](crate::password::rules::MAX_BYTES), imports may be longer.
pub const MAX_PASSWORD: usize = 4_096;

/// Hashes a new password as `policy` says.
///
/// # Errors
/// More than [`MAX_PASSWORD`] bytes, or no memory.
pub fn hash(
    password: &Secret,
    policy: impl Into<Scheme>,
    rng: &mut dyn Random,
) -> Result<String, HashError> {
    hash_with(&mut Arena::default(), password, policy, rng)
}

/// Same as [`hash`], in memory that is kept for the next time.
///
/// # Errors
/// As [`hash`].
pub fn hash_with(
    arena: &mut Arena,
    password: &Secret,
    policy: impl Into<Scheme>,
    rng: &mut dyn Random,
) -> Result<String, HashError> {
    policy.into().create(arena, bounded(password)?, rng)
}

/// Whether `password` is the one that `stored` was made from.
///
/// # Errors
/// `stored` is of no known form, malformed, or asks for absurd work; none of
/// them says anything about the password, so none may be shown as a wrong one.
pub fn verify(password: &Secret, stored: &str) -> Result<bool, HashError> {
    verify_with(&mut Arena::default(), password, stored)
}

/// Same as [`verify`], in memory that is kept for the next time.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(arena: &mut Arena, password: &Secret, stored: &str) -> Result<bool, HashError> {
    let password = bounded(password)?;
    read(stored)?.matches(arena, password)
}

/// A stored form that no password matches and that costs what the policy's own
/// forms cost: verify against it when there is no account.
pub fn decoy(policy: impl Into<Scheme>) -> String {
    policy.into().decoy()
}

/// Whether `policy` would write another form or another cost today. What cannot
/// be read needs it too.
pub fn needs_rehash(stored: &str, policy: impl Into<Scheme>) -> bool {
    let policy = policy.into();
    read(stored).map_or(true, |stored| !stored.is_current(&policy))
}

/// The form of `stored`, by how it begins; it may be malformed all the same.
pub fn identify(stored: &str) -> Option<Format> {
    find(stored).map(|(format, _)| format)
}

/// Form and cost in words, as in `argon2id m=19456 t=2 p=1`; two stored forms
/// of one description cost the same to guess.
///
/// # Errors
/// As [`verify`].
pub fn describe(stored: &str) -> Result<String, HashError> {
    match stored.strip_prefix(hasher::PEPPERED) {
        Some(inner) => read(inner).map(|inner| format!("{} peppered", inner.describe())),
        None => read(stored).map(|stored| stored.describe()),
    }
}

/// Memory that [`verify`] will need, in KiB, so that it can be budgeted.
///
/// # Errors
/// As [`verify`].
pub fn memory_kib(stored: &str) -> Result<u32, HashError> {
    read(stored).map(|stored| stored.memory_kib())
}

/// Whether everybody's sign-in goes on while somebody's is checked against `stored`:
/// about two seconds of one core at most, and 256 MiB. Each form alone bears more, as an
/// operator may choose; what strangers bring along may not ask for it.
///
/// # Errors
/// As [`verify`]; [`HashError::Absurd`] for what asks for more.
pub fn bearable(stored: &str) -> Result<(), HashError> {
    let (format, _) = find(stored).ok_or(HashError::Unknown)?;
    let stored = read(stored)?;
    match stored.millis() <= BEARABLE_MILLIS && stored.memory_kib() <= BEARABLE_KIB {
        true => Ok(()),
        false => Err(HashError::Absurd(format)),
    }
}

/// What bcrypt takes at a cost of 15.
const BEARABLE_MILLIS: u64 = 2_048;
const BEARABLE_KIB: u32 = 256 * 1_024;

/// A stored form.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// `$argon2id$`, `$argon2i$`, `$argon2d$`.
    Argon2,
    /// `$2a$`, `$2b$`, `$2y$`.
    Bcrypt,
    /// `$bcrypt-sha256$`, passlib's.
    BcryptSha256,
    /// `$scrypt$`.
    Scrypt,
    /// `$pbkdf2$`.
    Pbkdf2Sha1,
    /// `$pbkdf2-sha256$`.
    Pbkdf2Sha256,
    /// `$pbkdf2-sha512$`.
    Pbkdf2Sha512,
    /// `$5$`.
    Sha256Crypt,
    /// `$6$`.
    Sha512Crypt,
    /// `algorithm$…`.
    Django,
    /// `pbkdf2:…` and `scrypt:…`, also Asok's.
    Werkzeug,
    /// `$1$`.
    Md5Crypt,
    /// `$apr1$`, of Apache's password files.
    Apr1Crypt,
    /// `$P$` and `$H$`.
    Phpass,
    /// `{SSHA}`, `{SSHA256}`, `{SSHA512}`.
    LdapSalted,
    /// `$fbscrypt$`.
    Firebase,
    /// `$over$`: one of the others under Argon2id.
    Wrapped,
}

impl Format {
    /// Its name, as in reports; passlib's, where passlib has one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Argon2 => "argon2",
            Self::Bcrypt => "bcrypt",
            Self::BcryptSha256 => "bcrypt_sha256",
            Self::Scrypt => "scrypt",
            Self::Pbkdf2Sha1 => "pbkdf2_sha1",
            Self::Pbkdf2Sha256 => "pbkdf2_sha256",
            Self::Pbkdf2Sha512 => "pbkdf2_sha512",
            Self::Sha256Crypt => "sha256_crypt",
            Self::Sha512Crypt => "sha512_crypt",
            Self::Django => "django",
            Self::Werkzeug => "werkzeug",
            Self::Md5Crypt => "md5_crypt",
            Self::Apr1Crypt => "apr_md5_crypt",
            Self::Phpass => "phpass",
            Self::LdapSalted => "ldap_salted",
            Self::Firebase => "firebase",
            Self::Wrapped => "wrapped",
        }
    }
}

/// Recognises and reads the forms of one file.
struct Reader {
    /// Which form text is that begins so; it may be malformed all the same.
    identify: fn(&str) -> Option<Format>,
    /// Reads it, with every bound checked; costs nothing.
    read: fn(&str) -> Result<Box<dyn Stored>, HashError>,
}

/// A stored form, read and found sane.
trait Stored {
    /// Does the work: what the password gives. `None` where the system that wrote
    /// this never took such a password.
    fn compute(&self, arena: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError>;

    /// What the right password gives.
    fn tag(&self) -> &[u8];

    /// Whether it is the right one, in time that does not tell how wrong it is.
    fn matches(&self, arena: &mut Arena, password: &[u8]) -> Result<bool, HashError> {
        let found = self.compute(arena, password)?;
        Ok(found.is_some_and(|found| token::eq(&found, self.tag())))
    }

    /// Whether `policy` would write the same form at the same cost.
    fn is_current(&self, policy: &Scheme) -> bool;

    /// Form and cost.
    fn describe(&self) -> String;

    /// Memory the work needs.
    fn memory_kib(&self) -> u32 {
        0
    }

    /// About how long the work takes on one core; nothing where it is too short to tell.
    fn millis(&self) -> u64 {
        0
    }
}

const ROSTER: &[Reader] = &[
    argon2::READER,
    #[cfg(feature = "legacy-hashes")]
    bcrypt::READER,
    #[cfg(feature = "legacy-hashes")]
    scrypt::READER,
    #[cfg(feature = "legacy-hashes")]
    pbkdf2::READER,
    #[cfg(feature = "legacy-hashes")]
    sha_crypt::READER,
    #[cfg(feature = "legacy-hashes")]
    django::READER,
    #[cfg(feature = "legacy-hashes")]
    werkzeug::READER,
    #[cfg(feature = "legacy-hashes")]
    md5_crypt::READER,
    #[cfg(feature = "legacy-hashes")]
    phpass::READER,
    #[cfg(feature = "legacy-hashes")]
    ldap::READER,
    #[cfg(feature = "legacy-hashes")]
    firebase::READER,
    #[cfg(feature = "legacy-hashes")]
    wrapped::READER,
];

fn find(stored: &str) -> Option<(Format, &'static Reader)> {
    ROSTER.iter().find_map(|reader| Some(((reader.identify)(stored)?, reader)))
}

fn read(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let (format, reader) = find(stored).ok_or(HashError::Unknown)?;
    if stored.len() > MAX_STORED {
        return Err(HashError::Malformed(format));
    }
    (reader.read)(stored)
}

fn bounded(password: &Secret) -> Result<&[u8], HashError> {
    let bytes = password.reveal().as_bytes();
    if bytes.len() > MAX_PASSWORD {
        return Err(HashError::TooLong);
    }
    Ok(bytes)
}

/// No form is longer; PBKDF2 with the largest salt comes close.
const MAX_STORED: usize = 1_024;

#[cfg(test)]
#[cfg(feature = "legacy-hashes")]
mod vectors;

#[cfg(test)]
#[cfg(feature = "legacy-hashes")]
mod created_tests;

#[cfg(test)]
#[cfg(feature = "legacy-hashes")]
mod legacy_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::testing::Seeded;

    #[test]
    fn a_password_verifies_and_another_does_not() {
        let stored =
            hash(&Secret::new("correct horse"), &Policy::CHEAPEST, &mut Seeded(1)).unwrap();
        let check = |password: &str, yes| {
            assert_eq!(verify(&Secret::new(password), &stored), Ok(yes), "{password}");
        };
        check("correct horse", true);
        check("correct horse ", false);
        check("Correct horse", false);
        check("", false);
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let mut rng = Seeded(1);
        let mut stored = || hash(&Secret::new("x"), &Policy::CHEAPEST, &mut rng).unwrap();
        assert_ne!(stored(), stored());
    }

    #[test]
    fn a_novel_is_refused_before_hashing() {
        let check = |bytes, outcome| {
            let password = Secret::new("x".repeat(bytes));
            let found = hash(&password, &Policy::CHEAPEST, &mut Seeded(1)).map(|_| ());
            assert_eq!(found, outcome, "{bytes} bytes");
        };
        check(4_096, Ok(()));
        check(4_097, Err(HashError::TooLong));
        check(1_000_000, Err(HashError::TooLong));
    }

    #[test]
    fn what_is_of_no_known_form_is_an_error_and_not_a_no() {
        for stored in ["", "notahash", "$", "$$$", "password", "$9$x$y", "argon2id", "\0"] {
            assert_eq!(verify(&Secret::new("x"), stored), Err(HashError::Unknown), "{stored}");
            assert_eq!(identify(stored), None, "{stored}");
            assert!(needs_rehash(stored, &Policy::CHEAPEST), "{stored}");
        }
    }

    #[test]
    fn an_unknown_user_costs_what_a_known_one_costs() {
        let policy = Policy::default();
        let real = hash(&Secret::new("x"), &policy, &mut Seeded(1)).unwrap();
        assert_eq!(describe(&decoy(&policy)), describe(&real));
        assert_eq!(decoy(&policy).len(), real.len());
        assert!(!needs_rehash(&decoy(&policy), &policy));
    }

    #[test]
    fn a_decoy_matches_nothing() {
        let decoy = decoy(&Policy::CHEAPEST);
        for password in ["", "decoy", "password", "keyward"] {
            assert_eq!(verify(&Secret::new(password), &decoy), Ok(false), "{password}");
        }
    }
}
