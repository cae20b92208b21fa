//! The languages in which permissions are written. Keyward has its own; the
//! others are those of systems that Keyward replaces, kept to the letter.
//!
//! | held | wanted | keyward | shiro | asyncauth | fnmatch | asok |
//! |---|---|---|---|---|---|---|
//! | `*` | `printer:query` | yes | yes | no | yes | yes |
//! | `printer` | `printer:query` | no | yes | no | no | no |
//! | `printer:*` | `printer` | yes | yes | yes | no | no |
//! | `printer:*` | `printer:a:b` | yes | yes | no | yes | no |

pub(crate) mod asok;
pub(crate) mod fnmatch;
pub(crate) mod keyward;
pub(crate) mod sets;

use std::fmt;
use std::str::FromStr;

use crate::error::{BadPermission, Flaw};

/// Which language the permissions of a project are written in. One per project:
/// a permission of one dialect never matches a pattern of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Parts joined by `:`; a part is a name, a list `a,b` or `*`; a trailing
    /// `*` covers this and everything below. Case matters.
    #[default]
    Keyward,
    /// Apache Shiro's `WildcardPermission`: case is folded, and a shorter
    /// pattern implies everything below it.
    Shiro,
    /// The same with its case-sensitive switch on.
    ShiroCaseSensitive,
    /// asyncauth's successor, sanic-security 1.17: every part must be covered.
    Asyncauth,
    /// asyncauth itself: shell globs, Python's `fnmatch` on POSIX.
    Fnmatch,
    /// Asok: `slug.verb`, comma lists, `slug.*` as a prefix, and `*`.
    Asok,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 6] = [
        Dialect::Keyward,
        Dialect::Shiro,
        Dialect::ShiroCaseSensitive,
        Dialect::Asyncauth,
        Dialect::Fnmatch,
        Dialect::Asok,
    ];

    /// Its name in a policy file.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Keyward => "keyward",
            Dialect::Shiro => "shiro",
            Dialect::ShiroCaseSensitive => "shiro-case-sensitive",
            Dialect::Asyncauth => "asyncauth",
            Dialect::Fnmatch => "fnmatch",
            Dialect::Asok => "asok",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name).ok_or(UnknownDialect)
    }
}

/// A name that is none of the dialects'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown dialect; known are")?;
        Dialect::ALL.into_iter().try_for_each(|dialect| write!(f, " `{dialect}`"))
    }
}

impl std::error::Error for UnknownDialect {}

/// Refuses text that is longer than a dialect should take.
pub(crate) fn measure(text: &str, max: usize) -> Result<(), BadPermission> {
    match text.len() > max {
        true => Err(BadPermission::new(text, Flaw::TooLong(max))),
        false => Ok(()),
    }
}

/// Bytes in a permission or pattern of the other dialects, at most. Their lists
/// were not bounded.
pub(crate) const MAX_FOREIGN_BYTES: usize = 2048;
