//! Somebody of another system, in words that every system has.

use core::fmt;

use serde_json::{Map, Value};

use crate::crypto::otp::OtpSecret;
use crate::identifier::Kind;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Somebody of another system.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// What that system calls them, for ever: 1 to 255 bytes.
    pub id: String,
    /// Their names; the first of each kind counts.
    pub names: Vec<PersonName>,
    /// What to call them.
    pub name: String,
    /// What is stored of their password, in a form that
    /// [`password`](crate::crypto::password) reads.
    pub password: Option<Secret>,
    /// Whether it must be changed at the next sign-in.
    pub must_change_password: bool,
    /// Free properties.
    pub properties: Map<String, Value>,
    /// Names of roles there.
    pub roles: Vec<String>,
    /// The secret of an authenticator app: six digits, 30 seconds, SHA-1.
    pub totp: Option<OtpSecret>,
    /// Codes for whoever lost it, each as that system hashed it.
    pub codes: Vec<Secret>,
    /// When the account was made there.
    pub created_at: Option<Timestamp>,
    /// Why they may not sign in, if they may not.
    pub locked: Option<String>,
    /// What could not be put into these words.
    pub lost: Vec<Loss>,
    /// What guards the account there and cannot be read: a second factor. They are
    /// refused, unless they may come [without](super::ImportTerms::without_unreadable).
    pub unreadable: Vec<&'static str>,
}

/// One name of somebody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PersonName {
    /// Which kind.
    pub kind: Kind,
    /// As it is written there.
    pub value: String,
    /// Whether they proved there to hold it.
    pub is_verified: bool,
}

/// Something that did not come along.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Loss {
    /// What: `role`, `totp`, `properties`, …
    pub what: &'static str,
    /// Which, where there are several: the name of a role. At most 64 characters, and
    /// none that steers a terminal.
    pub which: String,
}

impl Loss {
    /// Something of which everybody has one.
    pub fn of(what: &'static str) -> Self {
        Self { what, which: String::new() }
    }

    /// One of several.
    pub fn one(what: &'static str, which: &str) -> Self {
        let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        Self { what, which: which.chars().take(MAX_WHICH).map(plain).collect() }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.which.as_str() {
            "" => f.write_str(self.what),
            which => write!(f, "{} `{which}`", self.what),
        }
    }
}

const MAX_WHICH: usize = 64;
