//! A concrete permission that somebody asks for.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::dialect::Dialect;
use crate::dialect::keyward::Parts;
use crate::dialect::sets::Sets;
use crate::dialect::{MAX_FOREIGN_BYTES, measure};
use crate::error::BadPermission;

/// A concrete wanted permission such as `posts:edit`. In the native dialect it
/// holds no `*` and no list; see [`Pattern`](crate::Pattern) for those.
///
/// Parsing allocates once; keep the parsed form for permissions known at build
/// time.
#[derive(Clone)]
pub struct Permission {
    text: Box<str>,
    dialect: Dialect,
    form: Form,
}

/// The text as its dialect sees it.
#[derive(Clone)]
pub(crate) enum Form {
    Keyward(Parts),
    Sets(Sets),
    Plain,
}

impl Form {
    fn parse(dialect: Dialect, text: &str) -> Result<Self, BadPermission> {
        Ok(match dialect {
            Dialect::Keyward => Form::Keyward(Parts::parse(text)?),
            Dialect::Shiro => Form::Sets(Sets::parse_java_folded(text)?),
            Dialect::ShiroCaseSensitive => Form::Sets(Sets::parse_java(text)?),
            Dialect::Asyncauth => Form::Sets(Sets::parse_python(text)?),
            Dialect::Fnmatch | Dialect::Asok => {
                measure(text, MAX_FOREIGN_BYTES)?;
                Form::Plain
            }
        })
    }
}

impl Permission {
    /// Reads a permission of the native dialect.
    ///
    /// # Errors
    /// When it is empty, too long, not concrete, or holds a character that its
    /// part may not hold.
    pub fn parse(text: &str) -> Result<Self, BadPermission> {
        Self::parse_as(Dialect::Keyward, text)
    }

    /// Reads a permission of this dialect.
    ///
    /// # Errors
    /// When the dialect does not know such a permission.
    pub fn parse_as(dialect: Dialect, text: &str) -> Result<Self, BadPermission> {
        Ok(Self { text: text.into(), dialect, form: Form::parse(dialect, text)? })
    }

    /// A place holder that no pattern covers.
    #[cfg(feature = "policy-file")]
    pub(crate) fn nothing() -> Self {
        Self { text: Box::default(), dialect: Dialect::Keyward, form: Form::Plain }
    }

    /// The text it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The dialect it was read in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The first two parts, in the native dialect.
    pub(crate) fn type_and_verb(&self) -> Option<(&str, &str)> {
        match &self.form {
            Form::Keyward(parts) => Some((parts.part(&self.text, 0)?, parts.part(&self.text, 1)?)),
            Form::Sets(_) | Form::Plain => None,
        }
    }

    /// `type:verb` of an instance, in the native dialect.
    pub(crate) fn catalogue_name(&self) -> Option<&str> {
        match &self.form {
            Form::Keyward(parts) => parts.head(&self.text, 2),
            Form::Sets(_) | Form::Plain => None,
        }
    }

    pub(crate) fn form(&self) -> &Form {
        &self.form
    }
}

impl FromStr for Permission {
    type Err = BadPermission;

    fn from_str(text: &str) -> Result<Self, BadPermission> {
        Self::parse(text)
    }
}

impl PartialEq for Permission {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.dialect == other.dialect
    }
}

impl Eq for Permission {}

impl Hash for Permission {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permission({:?})", self.text)
    }
}
