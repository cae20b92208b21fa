//! What goes wrong.

use std::fmt;

use crate::outcome::Outcome;
use crate::problem::Problem;

/// What this crate's functions answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Anything that goes wrong here. Only a [`Problem`] is an answer of the server:
/// whatever else happened is neither a yes nor a no.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The server refused, or failed, and says why.
    Problem(Box<Problem>),
    /// Signing in goes on: nothing is open yet.
    NextStep(Box<Outcome>),
    /// The server could not be asked, or did not answer in time.
    Unreachable(Box<dyn std::error::Error + Send + Sync>),
    /// What answered is not Keyward, or much newer.
    Unexpected(String),
    /// An access token that opens nothing. The reason is for the log, and not for
    /// whoever sent it.
    BadToken(String),
    /// This cannot be asked: nothing was sent.
    Misuse(String),
}

impl Error {
    /// What the server said, if it said something.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// The problem's code, if it is one: `invalid_credentials`, say.
    pub fn code(&self) -> Option<&str> {
        self.problem().map(|problem| problem.code.as_str())
    }

    /// Whether nobody is signed in, or not with this: 401.
    pub fn is_unauthenticated(&self) -> bool {
        matches!(self, Self::BadToken(_)) || self.status() == Some(401)
    }

    /// Whether they may not: 403.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    fn status(&self) -> Option<u16> {
        self.problem().map(|problem| problem.status.as_u16())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => problem.fmt(f),
            Self::NextStep(outcome) => write!(f, "signing in goes on: {}", outcome.status),
            Self::Unreachable(cause) => write!(f, "the server did not answer: {cause}"),
            Self::Unexpected(what) => write!(f, "no answer of Keyward: {what}"),
            Self::BadToken(why) => write!(f, "the access token opens nothing: {why}"),
            Self::Misuse(what) => write!(f, "this cannot be asked: {what}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreachable(cause) => cause.source(),
            _ => None,
        }
    }
}
