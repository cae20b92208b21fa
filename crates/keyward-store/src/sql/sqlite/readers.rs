//! Connections that look up inline, on whatever thread asks: no hand-over, and
//! no read that outlives its statement, so that one reads one's own writes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use keyward_core::Error;

use super::connection::{broken, reading, rows};
use crate::sql::value::{Row, Value};

/// A fixed number of connections, each opened when it is first needed.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    slots: Vec<Mutex<Option<rusqlite::Connection>>>,
    turn: AtomicUsize,
    is_closed: AtomicBool,
}

type Slot<'a> = MutexGuard<'a, Option<rusqlite::Connection>>;

impl Readers {
    pub(super) fn new(path: &Path, count: usize) -> Self {
        let slots = (0..count.max(1)).map(|_| Mutex::new(None)).collect();
        let (turn, is_closed) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self { path: path.to_owned(), slots, turn, is_closed }
    }

    /// Asks all on one connection, in order.
    pub(super) fn read<'a>(
        &self,
        queries: impl Iterator<Item = (&'a str, &'a [Value])>,
    ) -> Result<Vec<Vec<Row>>, Error> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Err(Error::because("read the database", "it is closed"));
        }
        self.ask(queries).map_err(|error| broken("read the database", &error))
    }

    fn ask<'a>(
        &self,
        mut queries: impl Iterator<Item = (&'a str, &'a [Value])>,
    ) -> rusqlite::Result<Vec<Vec<Row>>> {
        let mut slot = self.slot();
        if slot.is_none() {
            *slot = Some(reading(&self.path)?);
        }
        let Some(db) = slot.as_ref() else { return Ok(Vec::new()) };
        queries.try_fold(Vec::with_capacity(3), |mut answers, (sql, params)| {
            answers.push(rows(db, sql, params)?);
            Ok(answers)
        })
    }

    /// The first free connection; when all are busy, the next in turn, which is
    /// free again in microseconds.
    fn slot(&self) -> Slot<'_> {
        if let Some(free) = self.slots.iter().find_map(free) {
            return free;
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let slots = self.slots.iter().skip(turn).chain(&self.slots);
        slots.map(Mutex::lock).next().map_or_else(
            // There is always at least one.
            || self.slot(),
            |slot| slot.unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Has a statement understood, and kept, without running it.
    #[cfg(feature = "testing")]
    pub(super) fn prepare(&self, sql: &str) -> Result<(), Error> {
        let db = reading(&self.path).map_err(|error| broken("open the database", &error))?;
        db.prepare(sql).map(drop).map_err(|error| broken("prepare a statement", &error))
    }

    /// Lets go of every connection.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        for slot in &self.slots {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

fn free(slot: &Mutex<Option<rusqlite::Connection>>) -> Option<Slot<'_>> {
    match slot.try_lock() {
        Ok(slot) => Some(slot),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
