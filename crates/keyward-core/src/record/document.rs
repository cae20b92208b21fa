//! A policy that is stored as it was written.

use std::sync::Arc;

/// The stored policy document, of which there is one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyDocument {
    /// Counts from 1, with each text that took its place. It never goes back, so
    /// that a text is not mistaken for another.
    pub version: i64,
    /// In the form of a policy file; nothing when it says nothing any more.
    pub text: Arc<str>,
}
