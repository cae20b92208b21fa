//! What came of an import.

use std::collections::BTreeMap;

use keyward_core::flow::import::Loss;
use serde::Serialize;

/// What came of an import, in numbers.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Report {
    /// The name under which people are recognised.
    pub from: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Whether it went on where another was cut off.
    pub went_on: bool,
    /// Rows that were read.
    pub rows: u64,
    /// People who have an account now.
    pub imported: u64,
    /// People who had been brought in before.
    pub known: u64,
    /// Rows of which nobody was made.
    pub refused: u64,
    /// Those, by reason.
    pub reasons: BTreeMap<String, u64>,
    /// What did not come along, and of how many.
    pub lost: BTreeMap<String, u64>,
    /// Roles that were made, or would be.
    pub roles_made: Vec<String>,
}

/// A row of which nobody was made.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct RefusedRow {
    /// Its line in a file, or its number in a table, from 1.
    pub place: u64,
    /// What the other system calls them; empty where the row does not say.
    pub id: String,
    /// Stable code.
    pub reason: &'static str,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Progress {
    /// Rows until now.
    pub rows: u64,
    /// What was read, in bytes or rows,
    pub read: u64,
    /// and how much there is, if that is known.
    pub total: Option<u64>,
}

/// Whoever follows an import. `()` looks away.
pub trait Watch: Send {
    /// Rows are in, or refused, for good.
    fn progress(&mut self, _: Progress) {}

    /// Nobody was made of a row.
    fn refused(&mut self, _: &RefusedRow) {}
}

impl Watch for () {}

/// Different losses that are counted by name.
const MAX_LOSSES: usize = 1_000;

impl Report {
    pub(super) fn refuse(&mut self, reason: &'static str) {
        self.refused += 1;
        *self.reasons.entry(reason.to_owned()).or_default() += 1;
    }

    pub(super) fn lose(&mut self, loss: &Loss) {
        let mut name = loss.to_string();
        if self.lost.len() >= MAX_LOSSES && !self.lost.contains_key(&name) {
            name = format!("another {}", loss.what);
        }
        *self.lost.entry(name).or_default() += 1;
    }
}
