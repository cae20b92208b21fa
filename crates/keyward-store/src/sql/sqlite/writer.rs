//! One thread writes. Whatever waits when a transaction begins, and whatever
//! arrives before it ends, shares one commit and one wait for the disk.
//!
//! A small batch that need not wait for the disk ([`Wait::ForNothing`]) is
//! written by whoever wants it, if nobody holds the pen: two changes of thread
//! would cost more than the batch.

use core::time::Duration;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use keyward_core::Error;
use tokio::sync::oneshot;

use super::company::{self, Company, ENOUGH, SOON};
use super::connection::{broken, writing};
use super::pen::{Done, Pen, WHAT};
use crate::sql::driver::{Failure, Step, Wait};
use crate::sql::statement::Texts;

/// Batches that share one commit at most.
const MOST_TOGETHER: usize = 256;

/// Without work for this long, the log is moved. What is written at once, past
/// this thread, counts at the next job, or when the log is long.
const IDLE: Duration = Duration::from_secs(2);

type Answer = oneshot::Sender<Done>;

/// What the thread is asked for.
enum Job {
    Run(Order),
    Stop(oneshot::Sender<()>),
}

/// A batch to apply, and whom to tell.
struct Order {
    steps: Vec<Step>,
    wait: Wait,
    answer: Answer,
}

/// A handle to the writing thread. Dropping it ends the thread once everything
/// is written.
#[derive(Debug)]
pub(super) struct Writer {
    pen: Arc<SharedPen>,
    jobs: SyncSender<Job>,
}

impl Writer {
    pub(super) fn start(path: &Path, texts: Arc<Texts>, queue: usize) -> Result<Self, Error> {
        let db = writing(path).map_err(|error| broken("open the database", &error))?;
        let pen = Arc::new(Mutex::new(Some(Pen::new(db, texts))));
        let (jobs, inbox) = sync_channel(queue.max(1));
        let desk = Desk { pen: Arc::clone(&pen), inbox, kept: None, company: Company::default() };
        std::thread::Builder::new()
            .name("keyward-writer".to_owned())
            .spawn(move || desk.work())
            .map_err(|error| Error::because("start the writer", error))?;
        Ok(Self { pen, jobs })
    }

    /// Applies all steps in one transaction; as durable as asked when it answers.
    pub(super) async fn run(&self, steps: Vec<Step>, wait: Wait) -> Done {
        if wait == Wait::ForNothing
            && let Some(done) = self.at_once(&steps)
        {
            return done;
        }
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job::Run(Order { steps, wait, answer })).map_err(|error| {
            Failure::Broken(match error {
                TrySendError::Full(_) => Error::busy(WHAT),
                TrySendError::Disconnected(_) => closed(),
            })
        })?;
        answered.await.unwrap_or_else(|_| Err(Failure::Broken(closed())))
    }

    fn at_once(&self, steps: &[Step]) -> Option<Done> {
        let mut pen = match self.pen.try_lock() {
            Ok(pen) => pen,
            Err(TryLockError::Poisoned(pen)) => pen.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        pen.as_mut()?.at_once(steps)
    }

    /// Answers if a transaction can be had.
    pub(super) async fn ping(&self) -> Result<(), Error> {
        match self.run(Vec::new(), Wait::ForTheDisk).await {
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

/// The pen, until it is put down for good.
type SharedPen = Mutex<Option<Pen>>;

/// The writing thread's own.
struct Desk {
    pen: Arc<SharedPen>,
    inbox: Receiver<Job>,
    /// Came to a group that does not last long enough for it.
    kept: Option<Order>,
    company: Company,
}

/// Batches that share a commit, and what came of each.
#[derive(Default)]
struct Group {
    orders: Vec<Order>,
    done: Vec<Done>,
}

impl Desk {
    fn work(mut self) {
        loop {
            let (job, soon) = match self.kept.take() {
                Some(order) => (Ok(Job::Run(order)), true),
                None => self.next(),
            };
            let stop = match job {
                Ok(Job::Run(order)) => {
                    let (orders, stop) = self.gather(order, soon);
                    stop.or(self.together(orders))
                }
                Ok(Job::Stop(done)) => Some(done),
                Err(RecvTimeoutError::Timeout) => {
                    hold(&self.pen).as_mut().map(Pen::rest);
                    None
                }
                Err(RecvTimeoutError::Disconnected) => return self.stop(None),
            };
            if stop.is_some() {
                return self.stop(stop);
            }
        }
    }

    /// The next job, and whether it came soon after the one before.
    fn next(&self) -> (Result<Job, RecvTimeoutError>, bool) {
        match self.inbox.recv_timeout(SOON) {
            Err(RecvTimeoutError::Timeout) => {}
            soon => return (soon, true),
        }
        let later = match hold(&self.pen).as_ref().is_some_and(Pen::is_dirty) {
            true => self.inbox.recv_timeout(IDLE),
            false => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        (later, false)
    }

    /// Those who will share a commit; and whom to tell of the end, if it is asked for.
    fn gather(&mut self, first: Order, soon: bool) -> (Vec<Order>, Option<oneshot::Sender<()>>) {
        let waits = soon && first.wait == Wait::ForTheDisk && self.company.is_likely();
        let deadline = waits.then(company::deadline);
        let mut orders = vec![first];
        while orders.len() < ENOUGH {
            let next = match deadline {
                Some(end) => self.inbox.recv_timeout(company::until(end)).ok(),
                None => self.inbox.try_recv().ok(),
            };
            match next {
                Some(Job::Run(order)) => orders.push(order),
                Some(Job::Stop(done)) => return (orders, Some(done)),
                None => break,
            }
        }
        if waits {
            self.company.learn(orders.len() > 1);
        }
        (orders, None)
    }

    /// Runs one group; tells whom to answer if the thread is to stop after it.
    fn together(&mut self, orders: Vec<Order>) -> Option<oneshot::Sender<()>> {
        let shared = Arc::clone(&self.pen);
        let mut held = hold(&shared);
        // It is put down by this thread alone, when there is nothing more to write.
        let pen = held.as_mut()?;
        let wait = orders.iter().map(|order| order.wait).max().unwrap_or(Wait::ForTheDisk);
        if let Err(error) = pen.begin(wait) {
            return self.refuse_all(&error, orders);
        }
        let mut group = Group::default();
        orders.into_iter().for_each(|order| group.add(order, pen));
        let stop = self.join(&mut group, wait, pen);
        group.done = pen.commit(group.done);
        group.answer();
        pen.tidy();
        stop
    }

    /// Takes in whoever came in the meantime.
    fn join(
        &mut self,
        group: &mut Group,
        wait: Wait,
        pen: &mut Pen,
    ) -> Option<oneshot::Sender<()>> {
        while group.done.len() < MOST_TOGETHER && pen.is_writing() {
            match self.inbox.try_recv().ok()? {
                Job::Run(order) if order.wait > wait => {
                    self.kept = Some(order);
                    return None;
                }
                Job::Run(order) => group.add(order, pen),
                Job::Stop(done) => return Some(done),
            }
        }
        None
    }

    /// The database cannot be had: whoever waits is told now, instead of each
    /// one after a wait of its own.
    fn refuse_all(
        &mut self,
        error: &rusqlite::Error,
        orders: Vec<Order>,
    ) -> Option<oneshot::Sender<()>> {
        let refuse = |order: Order| {
            // Whoever asked may be gone.
            let _ = order.answer.send(Err(Failure::Broken(broken(WHAT, error))));
        };
        orders.into_iter().for_each(refuse);
        while let Ok(job) = self.inbox.try_recv() {
            match job {
                Job::Run(order) => refuse(order),
                Job::Stop(done) => return Some(done),
            }
        }
        None
    }

    fn stop(mut self, done: Option<oneshot::Sender<()>>) {
        if let Some(order) = self.kept.take() {
            self.together(vec![order]);
        }
        if let Some(mut pen) = hold(&self.pen).take() {
            pen.finish();
        }
        drop(self);
        if let Some(done) = done {
            let _ = done.send(());
        }
    }
}

impl Group {
    fn add(&mut self, order: Order, pen: &mut Pen) {
        // Where the transaction has ended, all of it is lost, and the commit says so.
        let done = if pen.is_writing() { pen.next(&order.steps) } else { Ok(()) };
        if done.is_err() && pen.is_writing() && !pen.is_careful() {
            self.redo(pen);
        }
        self.done.push(done);
        self.orders.push(order);
    }

    /// Applies again what a batch that failed took along.
    fn redo(&mut self, pen: &mut Pen) {
        // If it cannot begin again, the transaction has ended.
        let _ = pen.start_over();
        for (order, done) in self.orders.iter().zip(&mut self.done) {
            if done.is_ok() && pen.is_writing() {
                *done = pen.next(&order.steps);
            }
        }
    }

    fn answer(self) {
        for (order, done) in self.orders.into_iter().zip(self.done) {
            // Whoever asked may be gone.
            let _ = order.answer.send(done);
        }
    }
}

fn hold(shared: &SharedPen) -> MutexGuard<'_, Option<Pen>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
