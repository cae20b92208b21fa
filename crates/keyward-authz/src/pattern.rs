//! What a role or a grant holds: a permission that may have wildcards.

use std::fmt;
use std::str::FromStr;

use crate::dialect::Dialect;
use crate::dialect::asok::List;
use crate::dialect::fnmatch::Glob;
use crate::dialect::keyward::Grant;
use crate::dialect::sets::{Sets, Shorter};
use crate::error::BadPermission;
use crate::permission::{Form, Permission};

/// A pattern over permissions such as `posts:edit,publish` or `posts:*`.
#[derive(Clone)]
pub struct Pattern {
    text: Box<str>,
    dialect: Dialect,
    shape: Shape,
}

/// The pattern as its dialect sees it.
#[derive(Clone)]
pub(crate) enum Shape {
    Keyward(Grant),
    Sets(Sets, Shorter),
    Glob(Glob),
    List(List),
}

impl Shape {
    fn parse(dialect: Dialect, text: &str) -> Result<Self, BadPermission> {
        Ok(match dialect {
            Dialect::Keyward => Shape::Keyward(Grant::parse(text)?),
            Dialect::Shiro => Shape::Sets(Sets::parse_java_folded(text)?, Shorter::CoversTheRest),
            Dialect::ShiroCaseSensitive => {
                Shape::Sets(Sets::parse_java(text)?, Shorter::CoversTheRest)
            }
            Dialect::Asyncauth => Shape::Sets(Sets::parse_python(text)?, Shorter::CoversNothing),
            Dialect::Fnmatch => Shape::Glob(Glob::parse(text)?),
            Dialect::Asok => Shape::List(List::parse(text)?),
        })
    }
}

impl Pattern {
    /// Reads a pattern of the native dialect.
    ///
    /// # Errors
    /// When it is empty, too long, or holds a character that its part may not
    /// hold.
    pub fn parse(text: &str) -> Result<Self, BadPermission> {
        Self::parse_as(Dialect::Keyward, text)
    }

    /// Reads a pattern of this dialect.
    ///
    /// # Errors
    /// When the dialect does not know such a pattern.
    pub fn parse_as(dialect: Dialect, text: &str) -> Result<Self, BadPermission> {
        Ok(Self { text: text.into(), dialect, shape: Shape::parse(dialect, text)? })
    }

    /// Whether this pattern covers the wanted permission. Never, when they are
    /// of different dialects. Allocates nothing.
    pub fn matches(&self, wanted: &Permission) -> bool {
        if self.dialect != wanted.dialect() {
            return false;
        }
        let text = wanted.as_str();
        match (&self.shape, wanted.form()) {
            (Shape::Keyward(grant), Form::Keyward(parts)) => grant.matches(text, parts),
            (Shape::Sets(held, shorter), Form::Sets(wanted)) => held.covers(wanted, *shorter),
            (Shape::Glob(glob), Form::Plain) => glob.matches(text),
            (Shape::List(list), Form::Plain) => list.matches(text),
            _ => false,
        }
    }

    /// The text it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The dialect it was read in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Why this pattern just fails to cover the wanted permission; nothing when
    /// it covers it or is quite unlike it.
    pub(crate) fn near_miss(&self, wanted: &Permission) -> Option<String> {
        match (&self.shape, wanted.form()) {
            (Shape::Keyward(grant), Form::Keyward(parts)) => {
                grant.near_miss(wanted.as_str(), parts)
            }
            _ => None,
        }
    }

    /// Whether this covers whatever the other covers. Never said of dialects
    /// other than the native one, unless both are the same.
    pub fn includes(&self, other: &Self) -> bool {
        match (&self.shape, &other.shape) {
            (Shape::Keyward(own), Shape::Keyward(other)) => own.includes(other),
            _ => self == other,
        }
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }
}

impl FromStr for Pattern {
    type Err = BadPermission;

    fn from_str(text: &str) -> Result<Self, BadPermission> {
        Self::parse(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.dialect == other.dialect
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.text)
    }
}
