//! One thread writes. Whatever waits when a transaction begins, and whatever
//! arrives before it ends, shares one commit and one wait for the disk.
//!
//! Each batch runs in its own savepoint: one that fails is rolled back alone.
//! Nobody is answered before the commit, not even those who failed, so that
//! whoever gathers again sees what they lost to.

use core::time::Duration;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};

use keyward_core::Error;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connection::{broken, execute, is_taken, rows, writing};
use crate::sql::driver::{Expect, Failure, Step};
use crate::sql::statement::{Statement, Texts};
use crate::sql::value::{Value, params};

/// Batches that share one commit at most.
const MOST_TOGETHER: usize = 256;

/// A job that comes this soon after a commit is one of many.
const SOON: Duration = Duration::from_millis(3);

/// One of many waits this long for company, in milliseconds: a commit costs as
/// much for eight as for one.
const PATIENCE_MS: u32 = 3;

/// A group of this size waits for nobody.
const COMPANY: usize = 8;

/// Steps after which the log is moved into the file.
const STEPS_PER_CHECKPOINT: usize = 20_000;

/// Without work for this long, the log is moved and cut.
const IDLE: Duration = Duration::from_secs(2);

type Answer = oneshot::Sender<Result<(), Failure>>;

/// What the thread is asked for.
enum Job {
    Run(Vec<Step>, Answer),
    Stop(oneshot::Sender<()>),
}

/// A handle to the writing thread. Dropping it ends the thread once everything
/// is written.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: SyncSender<Job>,
}

const WHAT: &str = "write to the database";

impl Writer {
    pub(super) fn start(path: &Path, texts: Arc<Texts>, queue: usize) -> Result<Self, Error> {
        let db = writing(path).map_err(|error| broken("open the database", &error))?;
        let (jobs, inbox) = sync_channel(queue.max(1));
        let desk = Desk { db, texts, inbox, steps: 0, is_dirty: true };
        std::thread::Builder::new()
            .name("keyward-writer".to_owned())
            .spawn(move || desk.work())
            .map_err(|error| Error::because("start the writer", error))?;
        Ok(Self { jobs })
    }

    /// Applies all steps in one transaction; durable when it answers.
    pub(super) async fn run(&self, steps: Vec<Step>) -> Result<(), Failure> {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job::Run(steps, answer)).map_err(|error| {
            Failure::Broken(match error {
                TrySendError::Full(_) => Error::busy(WHAT),
                TrySendError::Disconnected(_) => closed(),
            })
        })?;
        answered.await.unwrap_or_else(|_| Err(Failure::Broken(closed())))
    }

    /// Answers if a transaction can be had.
    pub(super) async fn ping(&self) -> Result<(), Error> {
        match self.run(Vec::new()).await {
            Err(Failure::Broken(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes what waits, and ends.
    pub(super) async fn close(&self) {
        let (done, is_done) = oneshot::channel();
        if self.jobs.send(Job::Stop(done)).is_ok() {
            // Gone is as good as done.
            let _ = is_done.await;
        }
    }
}

fn closed() -> Error {
    Error::because(WHAT, "it is closed")
}

/// The writing thread's own.
struct Desk {
    db: Connection,
    texts: Arc<Texts>,
    inbox: Receiver<Job>,
    /// Since the log was last moved.
    steps: usize,
    /// Whether the log may hold anything.
    is_dirty: bool,
}

/// A batch that is applied, or not, and awaits the commit.
type Waiting = (Answer, Result<(), Failure>);

impl Desk {
    fn work(mut self) {
        loop {
            let (job, patience) = self.next();
            match job {
                Ok(Job::Run(steps, answer)) => {
                    if let Some(done) = self.together(steps, answer, patience) {
                        return self.stop(Some(done));
                    }
                }
                Ok(Job::Stop(done)) => return self.stop(Some(done)),
                Err(RecvTimeoutError::Timeout) => self.rest(),
                Err(RecvTimeoutError::Disconnected) => return self.stop(None),
            }
        }
    }

    /// The next job, and for how many milliseconds it may wait for company: none
    /// after a rest, some where one commit follows another.
    fn next(&self) -> (Result<Job, RecvTimeoutError>, u32) {
        match self.inbox.recv_timeout(SOON) {
            Err(RecvTimeoutError::Timeout) => {}
            soon => return (soon, PATIENCE_MS),
        }
        let later = match self.is_dirty {
            true => self.inbox.recv_timeout(IDLE),
            false => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        (later, 0)
    }

    /// Whoever joins a group of this size, if anybody does in time.
    fn company(&self, so_far: usize, patience: &mut u32) -> Option<Job> {
        loop {
            if let Ok(job) = self.inbox.try_recv() {
                return Some(job);
            }
            if so_far >= COMPANY || *patience == 0 {
                return None;
            }
            *patience -= 1;
            if let Ok(job) = self.inbox.recv_timeout(Duration::from_millis(1)) {
                return Some(job);
            }
        }
    }

    /// Runs one group; tells whom to answer if the thread is to stop after it.
    fn together(
        &mut self,
        steps: Vec<Step>,
        answer: Answer,
        mut patience: u32,
    ) -> Option<oneshot::Sender<()>> {
        if let Err(error) = self.db.execute_batch("BEGIN IMMEDIATE") {
            return self.refuse_all(&error, answer);
        }
        let mut waiting = vec![(answer, self.batch(&steps))];
        let mut stop = None;
        while waiting.len() < MOST_TOGETHER && !self.db.is_autocommit() {
            match self.company(waiting.len(), &mut patience) {
                Some(Job::Run(steps, answer)) => waiting.push((answer, self.batch(&steps))),
                Some(Job::Stop(done)) => {
                    stop = Some(done);
                    break;
                }
                None => break,
            }
        }
        self.commit(waiting);
        if self.steps > STEPS_PER_CHECKPOINT {
            self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
        }
        stop
    }

    /// The database cannot be had: whoever waits is told now, instead of each
    /// one after a wait of its own.
    fn refuse_all(
        &mut self,
        error: &rusqlite::Error,
        answer: Answer,
    ) -> Option<oneshot::Sender<()>> {
        let refuse = |answer: Answer| {
            // Whoever asked may be gone.
            let _ = answer.send(Err(Failure::Broken(broken(WHAT, error))));
        };
        refuse(answer);
        while let Ok(job) = self.inbox.try_recv() {
            match job {
                Job::Run(_, answer) => refuse(answer),
                Job::Stop(done) => return Some(done),
            }
        }
        None
    }

    fn batch(&mut self, steps: &[Step]) -> Result<(), Failure> {
        if steps.is_empty() {
            return Ok(());
        }
        self.steps += steps.len();
        let run = |sql: &str| {
            execute(&self.db, sql, &[])
                .map(|_| ())
                .map_err(|error| Failure::Broken(broken(WHAT, &error)))
        };
        run("SAVEPOINT kw_batch")?;
        let done = steps.iter().try_for_each(|step| self.step(step));
        if done.is_err() && !self.db.is_autocommit() {
            run("ROLLBACK TO kw_batch")?;
        }
        if !self.db.is_autocommit() {
            run("RELEASE kw_batch")?;
        }
        done
    }

    fn step(&self, step: &Step) -> Result<(), Failure> {
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

    fn commit(&mut self, waiting: Vec<Waiting>) {
        self.is_dirty = true;
        // Some errors, a full disk among them, end the whole transaction.
        let lost = match self.db.is_autocommit() {
            true => Some(None),
            false => self.db.execute_batch("COMMIT").err().map(Some),
        };
        if lost.is_some() && !self.db.is_autocommit() {
            // The next BEGIN would fail, and say so.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        let full = waiting
            .iter()
            .any(|(_, done)| matches!(done, Err(Failure::Broken(error)) if error.is_disk_full()));
        for (answer, done) in waiting {
            let done = match &lost {
                None => done,
                Some(Some(error)) => Err(Failure::Broken(broken(WHAT, error))),
                Some(None) => done.and_then(|()| Err(Failure::Broken(lost_with_others(full)))),
            };
            // Whoever asked may be gone.
            let _ = answer.send(done);
        }
    }

    /// Nothing to do: the log is moved and cut, so that it is short at the next start.
    fn rest(&mut self) {
        self.is_dirty = false;
        // Another process that reads must not hold up the next batch for long.
        let _ = self.db.busy_timeout(Duration::from_millis(50));
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)");
        let _ = self.db.busy_timeout(super::connection::PATIENCE);
    }

    /// What cannot be moved now is moved later.
    fn checkpoint(&mut self, sql: &str) {
        self.steps = 0;
        let _ = self.db.query_row(sql, [], |_| Ok(()));
    }

    fn stop(mut self, done: Option<oneshot::Sender<()>>) {
        let _ = self.db.execute_batch("PRAGMA optimize");
        self.rest();
        drop(self);
        if let Some(done) = done {
            let _ = done.send(());
        }
    }
}

fn lost_with_others(full: bool) -> Error {
    let error = Error::because(WHAT, "the transaction it shared was rolled back");
    if full { error.disk_full() } else { error }
}
