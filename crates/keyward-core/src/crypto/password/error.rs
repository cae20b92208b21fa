//! Why a password could not be hashed or checked.

use core::fmt;

use super::Format;

/// Why a password could not be hashed or checked. Never a wrong password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HashError {
    /// The stored text is of no form we know.
    Unknown,
    /// The stored text begins like this form and is not.
    Malformed(Format),
    /// The parameters ask for absurd or pointless work.
    Absurd(Format),
    /// This form cannot hold the password: bcrypt ends at a NUL and at 72 bytes.
    Unfit(Format),
    /// The password has more bytes than are ever hashed.
    TooLong,
    /// There is no memory for it.
    NoMemory,
    /// It was stored with a pepper, and there is none.
    NoPepper,
}

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown password hash format"),
            Self::Malformed(format) => write!(f, "malformed {} hash", format.as_str()),
            Self::Absurd(format) => {
                write!(f, "{} parameters out of bounds", format.as_str())
            }
            Self::Unfit(format) => write!(f, "{} cannot hold this password", format.as_str()),
            Self::TooLong => f.write_str("password too long to hash"),
            Self::NoMemory => f.write_str("no memory to hash a password"),
            Self::NoPepper => f.write_str("a password hash needs a pepper that is not set"),
        }
    }
}

impl std::error::Error for HashError {}
