//! Slow hashes, on threads of their own: bounded in number, memory and queue.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyward_core::Error;
use keyward_core::crypto::password::{self, Arena, Policy};
use keyward_core::flow::{Done, Stored, Work};
use tokio::sync::oneshot;

use super::os::OsRandom;

/// Threads that hash. Each owns the memory of one hash, and gives it back
/// after a minute without work.
#[derive(Debug)]
pub(crate) struct HashPool {
    queue: SyncSender<Job>,
    policy: Policy,
}

#[derive(Debug)]
struct Job {
    work: Work,
    reply: oneshot::Sender<Result<Done, Error>>,
}

/// Jobs that may wait for each thread; more are told to come back.
const QUEUE_PER_THREAD: usize = 16;

/// An idle thread gives its memory back.
const IDLE: Duration = Duration::from_secs(60);

impl HashPool {
    /// Starts `threads` threads that hash by `policy`.
    pub(crate) fn start(threads: usize, policy: Policy) -> Result<Self, Error> {
        let threads = threads.max(1);
        let (queue, jobs) = sync_channel(threads * QUEUE_PER_THREAD);
        let jobs = Arc::new(Mutex::new(jobs));
        for at in 0..threads {
            let jobs = Arc::clone(&jobs);
            let policy = policy.clone();
            std::thread::Builder::new()
                .name(format!("keyward-hash-{at}"))
                .spawn(move || serve(&jobs, &policy))
                .map_err(|cause| Error::because("start a hash thread", cause))?;
        }
        Ok(Self { queue, policy })
    }

    /// How this pool makes new hashes.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Does the work, or says that there is too much of it.
    pub(crate) async fn run(&self, work: Work) -> Result<Done, Error> {
        let (reply, answer) = oneshot::channel();
        match self.queue.try_send(Job { work, reply }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(Error::busy("queue a password hash")),
            Err(TrySendError::Disconnected(_)) => return Err(Error::new("reach the hash threads")),
        }
        answer.await.map_err(|cause| Error::because("finish a password hash", cause))?
    }
}

fn serve(jobs: &Mutex<Receiver<Job>>, policy: &Policy) {
    // Sessions are checked on the same cores: they go first.
    let _ = rustix::process::nice(10);
    let mut arena = None;
    loop {
        let next = match jobs.lock() {
            Ok(jobs) => jobs.recv_timeout(IDLE),
            Err(_) => return,
        };
        match next {
            Ok(job) => {
                let arena = arena.get_or_insert_with(|| Arena::new(policy));
                // Nobody waits any more when the client has gone.
                if !job.reply.is_closed() {
                    let _ = job.reply.send(perform(&job.work, policy, arena));
                }
            }
            Err(RecvTimeoutError::Timeout) => arena = None,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn perform(work: &Work, policy: &Policy, arena: &mut Arena) -> Result<Done, Error> {
    let mut done = Done::default();
    if let Some((password, stored)) = &work.verify {
        let known = match stored {
            Stored::Phc(phc) => Some(phc.as_str()),
            Stored::Decoy => None,
        };
        let decoy = password::decoy(policy);
        let right = password::verify_with(arena, password, known.unwrap_or(&decoy))
            .map_err(|cause| Error::because("verify the password", cause))?;
        done.verified = right && known.is_some();
        if let (true, Some(phc)) = (done.verified, known)
            && password::needs_rehash(phc, policy)
        {
            done.renewed = Some(hash(arena, password, policy)?);
        }
    }
    if let Some(password) = &work.hash {
        done.hashed = Some(hash(arena, password, policy)?);
    }
    Ok(done)
}

fn hash(
    arena: &mut Arena,
    password: &keyward_core::Secret,
    policy: &Policy,
) -> Result<String, Error> {
    password::hash_with(arena, password, policy, &mut OsRandom)
        .map_err(|cause| Error::because("hash the password", cause))
}
