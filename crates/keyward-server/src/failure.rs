//! Why a command ends without doing what it was asked, and its exit code.

use std::error::Error as _;
use std::process::ExitCode;

/// Exit codes, the same for every command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// A check failed, or the answer is no.
    No = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// The server or the database cannot be reached, or does not do as asked.
    Unreachable = 3,
    /// It exists already, or changed in between.
    Conflict = 4,
}

/// What is told to the person, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    text: String,
}

/// What a command returns: nothing, or why not.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// Ends with `exit` and says `text`: lower case, no full stop.
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    /// The command line or the configuration is wrong.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text)
    }

    /// The answer is no, and everything was said already.
    pub(crate) fn no() -> Self {
        Self::new(Exit::No, "")
    }

    /// What is told.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Tells the person on standard error.
    pub(crate) fn tell(&self) -> ExitCode {
        if !self.text.is_empty() {
            crate::terminal::error(&self.text);
        }
        ExitCode::from(self.exit as u8)
    }
}

/// Machinery failed: the whole chain of causes is for the operator.
impl From<keyward::Error> for Failure {
    fn from(error: keyward::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            text = format!("{text}: {next}");
            cause = next.source();
        }
        Self::new(Exit::Unreachable, text)
    }
}

/// A closed pipe or a full disk under our own output.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        // Whoever reads has seen enough, as in `… | head`.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::new(Exit::Unreachable, "");
        }
        Self::new(Exit::Unreachable, format!("could not write the answer: {error}"))
    }
}
