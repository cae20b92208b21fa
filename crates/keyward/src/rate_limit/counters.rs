//! Where units are counted.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use keyward_core::Error;
use keyward_core::limit::Allowance;
use keyward_core::port::{Batch, CommitError, Fut, Store, Take, Write};
use quick_cache::sync::Cache;

use crate::engine::limiter::take_from;

/// Counts units: takes one, if there is one, so that no two requests at once get the
/// same. Everyone of these answers alike; a property test holds them against each other.
pub trait Counters: Send + Sync {
    /// Takes a unit of the bucket `take.key` at `take.now`.
    ///
    /// # Errors
    /// It cannot be told whether there is one.
    fn take<'a>(&'a self, take: &'a Take) -> Fut<'a, Result<Allowance, Error>>;
}

/// Buckets remembered.
const CAPACITY: usize = 100_000;

/// In this process: lost with it, and at most 100,000 buckets, of which those that were
/// asked for least go first.
#[derive(Debug)]
pub struct InMemory(Cache<[u8; 32], Arc<AtomicI64>>);

impl InMemory {
    /// Nothing taken.
    pub fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl Default for InMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl Counters for InMemory {
    fn take<'a>(&'a self, take: &'a Take) -> Fut<'a, Result<Allowance, Error>> {
        let fresh = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(bucket) = self.0.get_or_insert_with(&take.key, fresh);
        let (tat, is_taken) = match take_from(&bucket, take) {
            Ok(tat) => (tat, true),
            Err(tat) => (tat, false),
        };
        Box::pin(std::future::ready(Ok(Allowance::of(tat, take, is_taken))))
    }
}

/// Times that a commit is tried.
const MAX_TRIES: usize = 20;

/// In a database, for every process that uses it: one small transaction for each
/// request, and a look at what it left. See [`Keyward::counters`](crate::Keyward::counters).
#[derive(Clone)]
pub struct InDatabase(Arc<dyn Store>);

impl std::fmt::Debug for InDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InDatabase(..)")
    }
}

impl InDatabase {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }
}

impl Counters for InDatabase {
    fn take<'a>(&'a self, take: &'a Take) -> Fut<'a, Result<Allowance, Error>> {
        Box::pin(take_in(&*self.0, take))
    }
}

async fn take_in(store: &dyn Store, take: &Take) -> Result<Allowance, Error> {
    let batch = Batch { writes: vec![Write::Take(take.clone())], events: vec![] };
    for _ in 0..MAX_TRIES {
        let is_taken = match store.commit(&batch).await {
            Ok(()) => true,
            Err(CommitError::Limited { .. }) => false,
            Err(CommitError::Conflict) => continue,
            Err(CommitError::Broken(error)) => return Err(error),
        };
        let tat = store.limits(&[take.key]).await?.into_iter().next().flatten();
        let tat = tat.map_or(take.now.as_micros(), |tat| tat.as_micros());
        return Ok(Allowance::of(tat, take, is_taken));
    }
    Err(Error::new("take from a limit without being overtaken"))
}
