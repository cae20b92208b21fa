//! Why a permission or pattern could not be read.

use std::fmt;

/// A permission or pattern that is not well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPermission {
    text: String,
    flaw: Flaw,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// Nothing, or nothing but dividers.
    Empty,
    /// More bytes than this.
    TooLong(usize),
    /// More parts than [`MAX_PARTS`](crate::MAX_PARTS).
    TooManyParts,
    /// A part, or an entry of a list, with nothing in it.
    EmptyPart,
    /// A `*` or a list in a permission that is asked for.
    NotConcrete,
    /// A `*` that is not a whole part.
    StarInsidePart,
    /// A character that the part may not hold.
    BadCharacter(char),
}

impl BadPermission {
    pub(crate) fn new(text: &str, flaw: Flaw) -> Self {
        Self { text: text.chars().take(SHOWN_CHARS).collect(), flaw }
    }

    /// What is wrong with it.
    pub fn flaw(&self) -> Flaw {
        self.flaw
    }
}

impl fmt::Display for BadPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "permission `{}` {}", self.text.escape_debug(), self.flaw)
    }
}

impl std::error::Error for BadPermission {}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Empty => f.write_str("is empty"),
            Flaw::TooLong(max) => write!(f, "is longer than {max} bytes"),
            Flaw::TooManyParts => write!(f, "has more than {} parts", crate::MAX_PARTS),
            Flaw::EmptyPart => f.write_str("has an empty part"),
            Flaw::NotConcrete => f.write_str("is asked for, so it may hold no `*` and no list"),
            Flaw::StarInsidePart => f.write_str("has a `*` that is not a whole part"),
            Flaw::BadCharacter(c) => write!(f, "may not hold `{}` there", c.escape_debug()),
        }
    }
}

/// Characters of the text that an error repeats.
const SHOWN_CHARS: usize = 80;
