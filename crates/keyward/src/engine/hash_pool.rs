//! Slow hashes, on threads of their own: bounded in number, memory and queue.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyward_core::Error;
use keyward_core::crypto::password::{Arena, Hasher, Policy};
use keyward_core::flow::{Done, Stored, Work};
use tokio::sync::oneshot;

use super::os::OsRandom;

/// Threads that hash. Each owns the memory of one hash, and gives it back
/// after a minute without work. They end when this is dropped.
#[derive(Debug)]
pub(crate) struct HashPool {
    queue: Arc<Queue>,
    hasher: Hasher,
}

#[derive(Debug)]
struct Job {
    work: Work,
    reply: oneshot::Sender<Result<Done, Error>>,
}

/// Jobs that may wait for each thread; more are told to come back. About a
/// second of work at the default cost: as long as they are told to wait.
const QUEUE_PER_THREAD: usize = 64;

/// An idle thread gives its memory back.
const IDLE: Duration = Duration::from_secs(60);

impl HashPool {
    /// Starts `threads` threads.
    pub(crate) fn start(threads: usize, hasher: Hasher) -> Result<Self, Error> {
        let threads = threads.max(1);
        let queue = Arc::new(Queue::new(threads * QUEUE_PER_THREAD));
        for at in 0..threads {
            let (queue, hasher) = (Arc::clone(&queue), hasher.clone());
            std::thread::Builder::new()
                .name(format!("keyward-hash-{at}"))
                .spawn(move || serve(&queue, &hasher))
                .map_err(|cause| Error::because("start a hash thread", cause))?;
        }
        Ok(Self { queue, hasher })
    }

    /// How this pool makes new hashes.
    pub(crate) fn policy(&self) -> &Policy {
        self.hasher.policy()
    }

    /// Slow hashes that were computed since the start: to check, and to store.
    #[cfg(feature = "testing")]
    pub(crate) fn done(&self) -> (u64, u64) {
        let count = |what: &AtomicU64| what.load(Ordering::Relaxed);
        (count(&self.queue.checked), count(&self.queue.hashed))
    }

    /// How many wait for a thread.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.lock().jobs.len()
    }

    /// How many were told to come back.
    pub(crate) fn refused(&self) -> u64 {
        self.queue.refused.load(Ordering::Relaxed)
    }

    /// Does the work, or says that there is too much of it.
    pub(crate) async fn run(&self, work: Work) -> Result<Done, Error> {
        let (reply, answer) = oneshot::channel();
        if !self.queue.put(Job { work, reply }) {
            self.queue.refused.fetch_add(1, Ordering::Relaxed);
            return Err(Error::busy("queue a password hash"));
        }
        answer.await.map_err(|cause| Error::because("finish a password hash", cause))?
    }
}

impl Drop for HashPool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What waits for a thread.
#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    room: usize,
    /// Passwords that were checked, against a decoy or not.
    checked: AtomicU64,
    /// Hashes that were made to be stored.
    hashed: AtomicU64,
    /// Work that was turned away.
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    is_closed: bool,
}

/// What a thread is to do next.
enum Next {
    Hash(Job),
    Rest,
    End,
}

impl Queue {
    fn new(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    /// Whether there was room for one more.
    fn put(&self, job: Job) -> bool {
        let mut waiting = self.lock();
        let has_room = waiting.jobs.len() < self.room;
        if has_room {
            waiting.jobs.push_back(job);
            self.changed.notify_one();
        }
        has_room
    }

    /// What was computed; told before whoever waits for it is.
    fn count(&self, work: &Work, done: Option<&Done>) {
        let renewed = done.is_some_and(|done| done.renewed.is_some());
        let hashed = u64::from(work.hash.is_some()) + u64::from(renewed);
        self.checked.fetch_add(u64::from(work.verify.is_some()), Ordering::Relaxed);
        self.hashed.fetch_add(hashed, Ordering::Relaxed);
    }

    fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// The oldest job, waited for no longer than `patience`.
    fn next(&self, patience: Duration) -> Next {
        let nothing = |waiting: &mut Waiting| waiting.jobs.is_empty() && !waiting.is_closed;
        let waited = self.changed.wait_timeout_while(self.lock(), patience, nothing);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match waiting.jobs.pop_front() {
            Some(job) => Next::Hash(job),
            None if waiting.is_closed => Next::End,
            None => Next::Rest,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(queue: &Queue, hasher: &Hasher) {
    // Sessions are checked on the same cores: they go first.
    let _ = rustix::process::nice(10);
    let mut arena = Arena::new(hasher.policy());
    loop {
        match queue.next(IDLE) {
            // Nobody waits any more when the client has gone.
            Next::Hash(job) if job.reply.is_closed() => {}
            Next::Hash(job) => {
                let done = perform(&job.work, hasher, &mut arena);
                queue.count(&job.work, done.as_ref().ok());
                let _ = job.reply.send(done);
            }
            Next::Rest => arena.release(),
            Next::End => return,
        }
    }
}

fn perform(work: &Work, hasher: &Hasher, arena: &mut Arena) -> Result<Done, Error> {
    let mut done = Done::default();
    if let Some((password, Stored::AnyOf(forms))) = &work.verify {
        done.matched = one_of(forms, password, hasher, arena)?;
        done.verified = done.matched.is_some();
    } else if let Some((password, stored)) = &work.verify {
        let known = match stored {
            Stored::Phc(phc) => Some(phc.as_str()),
            Stored::Decoy | Stored::AnyOf(_) => None,
        };
        let decoy = hasher.decoy();
        let right = hasher
            .verify(arena, password, known.unwrap_or(&decoy))
            .map_err(|cause| Error::because("verify the password", cause))?;
        done.verified = right && known.is_some();
        if let (true, Some(phc)) = (done.verified, known)
            && hasher.needs_rehash(phc)
        {
            done.renewed = Some(hash(arena, password, hasher)?);
        }
    }
    if let Some(password) = &work.hash {
        done.hashed = Some(hash(arena, password, hasher)?);
    }
    Ok(done)
}

/// Which of these a password is right for. All are looked at: how long it takes says
/// nothing.
fn one_of(
    forms: &[String],
    password: &keyward_core::Secret,
    hasher: &Hasher,
    arena: &mut Arena,
) -> Result<Option<usize>, Error> {
    let mut found = None;
    for (at, form) in forms.iter().enumerate() {
        let right = hasher
            .verify(arena, password, form)
            .map_err(|cause| Error::because("verify one of several secrets", cause))?;
        found = found.or(right.then_some(at));
    }
    Ok(found)
}

fn hash(
    arena: &mut Arena,
    password: &keyward_core::Secret,
    hasher: &Hasher,
) -> Result<String, Error> {
    hasher
        .hash(arena, password, &mut OsRandom)
        .map_err(|cause| Error::because("hash the password", cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_takes_no_more() {
        let queue = Queue::new(2);
        assert_eq!([0; 4].map(|_| queue.put(job())), [true, true, false, false]);
        assert!(matches!(queue.next(Duration::ZERO), Next::Hash(_)));
        assert!(queue.put(job()));
    }

    #[test]
    fn a_thread_rests_when_nothing_comes() {
        assert!(matches!(Queue::new(1).next(Duration::ZERO), Next::Rest));
    }

    #[test]
    fn what_was_taken_in_is_done_before_the_end() {
        let queue = Queue::new(2);
        queue.put(job());
        queue.close();
        assert!(matches!(queue.next(IDLE), Next::Hash(_)));
        assert!(matches!(queue.next(IDLE), Next::End));
    }

    fn job() -> Job {
        Job { work: Work::default(), reply: oneshot::channel().0 }
    }
}
