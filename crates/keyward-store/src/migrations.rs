//! The schema: what is applied, what is missing, and how to bring it up to date.
//!
//! Migrations only go forward. A newer schema than this program knows is
//! refused, and so is one that was applied in another form.

use keyward_core::Error;

use crate::open::Options;
pub use crate::sql::dialect::Dialect;
use crate::sql::migrate;

/// How far a migration has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Not begun.
    Pending,
    /// Begun and cut off; it goes on where it stopped.
    Interrupted,
    /// Applied.
    Done,
}

/// A migration and its state.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Status {
    /// Counts from 1.
    pub number: i64,
    /// What it is for.
    pub name: &'static str,
    /// How far it has come.
    pub state: State,
}

/// Every migration this program knows, with its state in the database at `url`.
pub async fn status(url: &str, options: &Options) -> Result<Vec<Status>, Error> {
    crate::open::migrate(url, options, crate::open::Ask::Status).await
}

/// Applies what is missing to the database at `url`, and answers with that.
/// Waits while somebody else does the same.
pub async fn up(url: &str, options: &Options) -> Result<Vec<Status>, Error> {
    crate::open::migrate(url, options, crate::open::Ask::Up).await
}

/// Everything that runs on a database whose migrations up to number `done` are
/// applied (0: an empty one), as text.
pub fn sql(dialect: Dialect, done: i64) -> String {
    migrate::script(dialect, done)
}
