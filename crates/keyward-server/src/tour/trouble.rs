//! What may go wrong on the way.

use std::fmt;

/// Why a step failed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server did not do what it should.
    Failed(String),
    /// Nobody answers.
    Unreachable(String),
    /// The tour was not told what it needs for this server.
    Usage(String),
}

impl Trouble {
    /// The server did not do what it should.
    pub(super) fn failed(what: impl Into<String>) -> Self {
        Self::Failed(what.into())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(what) | Self::Usage(what) => f.write_str(what),
            Self::Unreachable(why) => write!(f, "cannot reach it: {why}"),
        }
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

impl From<hyper::Error> for Trouble {
    fn from(error: hyper::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// Ends the step unless `holds`.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err(Trouble::failed(format!($($what)+)));
        }
    };
}
pub(super) use ensure;
