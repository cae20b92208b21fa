//! Policies of other systems, as policy files. What a system says about who
//! holds which role comes beside the policy, as assignments; secrets are left
//! where they are.

mod asok;
mod authnzerver;
mod casbin;
mod openfga;
mod shiro;

use std::fmt;

pub use asok::asok;
pub use authnzerver::authnzerver;
pub use casbin::{Casbin, casbin};
pub use openfga::openfga;
pub use shiro::shiro;

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The policy file; [`Policy::parse`](crate::policy::Policy::parse) reads it.
    pub policy: String,
    /// Subjects and the role that each is to have.
    pub assignments: Vec<(String, String)>,
}

/// A policy that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotImported {
    /// The line, from 1; nothing when it is about the whole.
    pub line: Option<usize>,
    /// What is wrong, or not supported.
    pub flaw: String,
}

impl NotImported {
    fn new(flaw: impl Into<String>) -> Self {
        Self { line: None, flaw: flaw.into() }
    }

    fn at(line: usize, flaw: impl Into<String>) -> Self {
        Self { line: Some(line + 1), flaw: flaw.into() }
    }
}

impl fmt::Display for NotImported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.flaw),
            None => f.write_str(&self.flaw),
        }
    }
}

impl std::error::Error for NotImported {}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An array of texts as TOML writes it.
fn array<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("[{}]", texts.join(", "))
}
