//! Two kinds of no: a [`Refusal`](crate::refusal::Refusal) is a decision, an [`Error`] is machinery.

use core::fmt;

/// The machinery failed; nothing was decided.
///
/// A person being turned away is not an error. That is a
/// [`Refusal`](crate::refusal::Refusal), and it is committed like any other
/// decision so that its audit events are kept.
#[derive(Debug)]
pub struct Error {
    what: &'static str,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    busy: bool,
    full: bool,
}

impl Error {
    /// Names the step that failed, in the infinitive: "load the session".
    pub fn new(what: &'static str) -> Self {
        Self { what, source: None, busy: false, full: false }
    }

    /// Same, keeping the cause for the operator's log.
    pub fn because(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { what, source: Some(source.into()), busy: false, full: false }
    }

    /// There is too much work of this kind right now; the same request may
    /// succeed in a few seconds.
    pub fn busy(what: &'static str) -> Self {
        Self { what, source: None, busy: true, full: false }
    }

    /// Marks the cause as a full disk: reads go on, writes are refused.
    #[must_use]
    pub fn disk_full(mut self) -> Self {
        self.full = true;
        self
    }

    /// Whether waiting a little is the remedy.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Whether the disk is full.
    pub fn is_disk_full(&self) -> bool {
        self.full
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}", self.what)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|s| &**s as _)
    }
}
