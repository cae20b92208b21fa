//! What one database must be able to do. Everything else is written once.

use core::future::Future;

use keyward_core::Error;
use keyward_core::port::{Batch, CommitError, Take};

use super::statement::{Statement, Texts};
use super::value::{Row, Value};

/// A question.
#[derive(Clone, Debug)]
pub(crate) struct Query<'a> {
    /// As this database understands it.
    pub(crate) sql: &'a str,
    /// One for each placeholder.
    pub(crate) params: Vec<Value>,
}

/// One change, and how many rows it must touch.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Which statement.
    pub(crate) statement: Statement,
    /// One for each placeholder.
    pub(crate) params: Vec<Value>,
    /// What must be true afterwards.
    pub(crate) expect: Expect,
}

/// How many rows a step must touch.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    /// Whatever it finds.
    Any,
    /// Exactly one, or the batch is a conflict.
    One,
    /// Exactly one, or the limit is exhausted.
    Room(Take),
}

/// What a commit waits for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Wait {
    /// It survives the end of this process. A power cut may take it back.
    ForNothing,
    /// It survives a power cut.
    ForTheDisk,
}

impl Wait {
    /// What this batch needs.
    pub(crate) fn of(batch: &Batch) -> Self {
        if batch.may_be_lost() { Self::ForNothing } else { Self::ForTheDisk }
    }
}

/// Why a transaction was rolled back.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A wrong row count, a taken unique key, a deadlock.
    Conflict,
    /// This limit has no unit left; its bucket is full at this moment.
    NoRoom(Take, i64),
    /// The database is unwell.
    Broken(Error),
}

impl From<Failure> for CommitError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict => Self::Conflict,
            Failure::NoRoom(take, tat) => {
                Self::Limited { retry_after: crate::limit::wait(tat, &take) }
            }
            Failure::Broken(error) => Self::Broken(error),
        }
    }
}

/// A database.
///
/// Whoever implements this promises: a read sees every commit that was answered
/// before it began; a run is applied whole or not at all, and is as durable as asked
/// when it answers; an answer, be it an error, comes within the configured time.
pub(crate) trait Driver: Send + Sync + 'static {
    /// For the console.
    fn name(&self) -> &'static str;

    /// The statements in its dialect.
    fn texts(&self) -> &Texts;

    /// Looks up by key. Several questions are asked in order, if possible in one
    /// round trip; each may see a newer state than the one before.
    fn read(
        &self,
        queries: Vec<Query<'_>>,
    ) -> impl Future<Output = Result<Vec<Vec<Row>>, Error>> + Send;

    /// Same, for what may take long.
    fn scan(
        &self,
        queries: Vec<Query<'_>>,
    ) -> impl Future<Output = Result<Vec<Vec<Row>>, Error>> + Send;

    /// Runs all steps in one transaction. A driver may wait for more than it need.
    fn run(&self, steps: Vec<Step>, wait: Wait)
    -> impl Future<Output = Result<(), Failure>> + Send;

    /// Has the database understand a statement, without running it.
    #[cfg(feature = "testing")]
    fn prepare(&self, sql: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Answers if it can be read and written.
    fn ping(&self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Finishes what was begun and lets go.
    fn close(&self) -> impl Future<Output = ()> + Send;
}
