//! The one connection that writes: whoever holds it runs a group of batches in
//! one transaction.
//!
//! A savepoint for each batch would have SQLite keep a copy of every page that
//! the batch touches, and few batches fail. So the first one that fails takes all
//! before it along; those are applied again, each in a savepoint from then on.
//! Nobody is answered before the commit, not even those who failed, so that
//! whoever gathers again sees what they lost to.

use std::sync::Arc;

use keyward_core::Error;
use rusqlite::Connection;

use super::connection::{PATIENCE, broken, execute, is_taken, rows};
use crate::sql::driver::{Expect, Failure, Step, Wait};
use crate::sql::statement::{Statement, Texts};
use crate::sql::value::{Value, params};

/// What went wrong, for whom.
pub(super) const WHAT: &str = "write to the database";

/// Steps after which the log is moved into the file.
const STEPS_PER_CHECKPOINT: usize = 20_000;

/// A batch that takes no longer than a look-up.
const FEW: usize = 8;

/// The connection, and what it is set to.
#[derive(Debug)]
pub(super) struct Pen {
    db: Connection,
    texts: Arc<Texts>,
    wait: Wait,
    /// Since the log was last moved.
    steps: usize,
    /// Whether the log may hold anything.
    is_dirty: bool,
    /// Whether a batch failed in this transaction: the others get a savepoint each.
    is_careful: bool,
}

/// What came of one batch.
pub(super) type Done = Result<(), Failure>;

impl Pen {
    pub(super) fn new(db: Connection, texts: Arc<Texts>) -> Self {
        Self { db, texts, wait: Wait::ForTheDisk, steps: 0, is_dirty: true, is_careful: false }
    }

    /// Whether the log may hold anything that is not in the file.
    pub(super) fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// Writes a small batch that need not wait for the disk, here and now;
    /// `None` where it should rather queue.
    pub(super) fn at_once(&mut self, steps: &[Step]) -> Option<Done> {
        if steps.len() > FEW || self.is_log_long() {
            return None;
        }
        // Nobody but the writing thread waits for another process.
        self.db.busy_timeout(core::time::Duration::ZERO).ok()?;
        let begun = self.begin(Wait::ForNothing);
        self.db.busy_timeout(PATIENCE).ok()?;
        begun.ok()?;
        let done = self.next(steps);
        if done.is_err() && self.is_writing() {
            self.run("ROLLBACK").ok()?;
        }
        self.commit(vec![done]).pop()
    }

    /// Begins a transaction whose commit waits as said.
    pub(super) fn begin(&mut self, wait: Wait) -> rusqlite::Result<()> {
        if self.wait != wait {
            self.db.execute_batch(match wait {
                Wait::ForTheDisk => "PRAGMA synchronous = FULL",
                Wait::ForNothing => "PRAGMA synchronous = NORMAL",
            })?;
            self.wait = wait;
        }
        self.is_careful = false;
        execute(&self.db, "BEGIN IMMEDIATE", &[]).map(|_| ())
    }

    /// Rolls everything back and begins again, carefully.
    pub(super) fn start_over(&mut self) -> Done {
        self.run("ROLLBACK")?;
        self.run("BEGIN IMMEDIATE")?;
        self.is_careful = true;
        Ok(())
    }

    /// Whether the transaction still runs: some errors, a full disk among them,
    /// end all of it.
    pub(super) fn is_writing(&self) -> bool {
        !self.db.is_autocommit()
    }

    /// Whether a batch that fails leaves those before it as they are.
    pub(super) fn is_careful(&self) -> bool {
        self.is_careful
    }

    /// Applies the next batch of the transaction.
    pub(super) fn next(&mut self, steps: &[Step]) -> Done {
        if !self.is_careful || steps.is_empty() {
            return self.apply(steps);
        }
        self.run("SAVEPOINT kw_batch")?;
        let done = self.apply(steps);
        if done.is_err() && self.is_writing() {
            self.run("ROLLBACK TO kw_batch")?;
        }
        if self.is_writing() {
            self.run("RELEASE kw_batch")?;
        }
        done
    }

    /// Ends the transaction; answers what each of its batches is to be told.
    pub(super) fn commit(&mut self, batches: Vec<Done>) -> Vec<Done> {
        self.is_dirty = true;
        let lost = match self.is_writing() {
            false => Some(None),
            true => execute(&self.db, "COMMIT", &[]).err().map(Some),
        };
        if lost.is_some() && self.is_writing() {
            // The next BEGIN would fail, and say so.
            let _ = self.run("ROLLBACK");
        }
        let Some(error) = lost else { return batches };
        let full = batches
            .iter()
            .any(|done| matches!(done, Err(Failure::Broken(error)) if error.is_disk_full()));
        let told = |done: Done| match &error {
            Some(error) => Err(Failure::Broken(broken(WHAT, error))),
            None => done.and_then(|()| Err(Failure::Broken(lost_with_others(full)))),
        };
        batches.into_iter().map(told).collect()
    }

    /// Moves the log into the file when it has grown long.
    pub(super) fn tidy(&mut self) {
        if self.is_log_long() {
            self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    /// Nothing to do: the log is moved, so that the next start need not. Its file
    /// keeps its length: written over, it costs the disk less than if it grew.
    pub(super) fn rest(&mut self) {
        self.is_dirty = false;
        // Another process that reads must not hold up the next batch for long.
        let _ = self.db.busy_timeout(core::time::Duration::from_millis(50));
        self.checkpoint("PRAGMA wal_checkpoint(RESTART)");
        let _ = self.db.busy_timeout(PATIENCE);
    }

    /// Before the end.
    pub(super) fn finish(&mut self) {
        let _ = self.db.execute_batch("PRAGMA optimize");
        self.rest();
    }

    fn is_log_long(&self) -> bool {
        self.steps > STEPS_PER_CHECKPOINT
    }

    /// What cannot be moved now is moved later.
    fn checkpoint(&mut self, sql: &str) {
        self.steps = 0;
        let _ = self.db.query_row(sql, [], |_| Ok(()));
    }

    fn run(&self, sql: &str) -> Done {
        let done = execute(&self.db, sql, &[]);
        done.map(|_| ()).map_err(|error| Failure::Broken(broken(WHAT, &error)))
    }

    fn apply(&mut self, steps: &[Step]) -> Done {
        self.steps += steps.len();
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&self, step: &Step) -> Done {
        let count =
            execute(&self.db, self.texts.get(step.statement), &step.params).map_err(|error| {
                match is_taken(&error) {
                    true => Failure::Conflict,
                    false => Failure::Broken(broken(WHAT, &error)),
                }
            })?;
        match &step.expect {
            Expect::Any => Ok(()),
            _ if count == 1 => Ok(()),
            Expect::One => Err(Failure::Conflict),
            Expect::Room(take) => {
                let params = params![take.key];
                let found = rows(&self.db, self.texts.get(Statement::Tat), &params);
                match found.map(|rows| rows.into_iter().flatten().next()) {
                    Ok(Some(Value::Int(tat))) => Err(Failure::NoRoom(take.clone(), tat)),
                    _ => Err(Failure::Conflict),
                }
            }
        }
    }
}

fn lost_with_others(full: bool) -> Error {
    let error = Error::because(WHAT, "the transaction it shared was rolled back");
    if full { error.disk_full() } else { error }
}
