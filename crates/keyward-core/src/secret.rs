//! Values that must not be printed, compared carelessly, or left in memory.

use core::fmt;

use zeroize::Zeroizing;

use crate::crypto::token;

/// A secret string. Prints as `Secret(..)`; wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of `plain`.
    pub fn new(plain: impl Into<String>) -> Self {
        Self(Zeroizing::new(plain.into()))
    }

    /// The plain text. Grep for `.reveal(` to find every place that looks.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Compares in time that depends on lengths only.
    pub fn matches(&self, other: &Self) -> bool {
        token::eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Refuses to be serialised by accident: it only goes in, never out.
impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
    }

    #[test]
    fn only_equal_secrets_match() {
        assert!(Secret::new("one").matches(&Secret::new("one")));
        assert!(!Secret::new("one").matches(&Secret::new("two")));
        assert!(!Secret::new("one").matches(&Secret::new("one ")));
    }
}
