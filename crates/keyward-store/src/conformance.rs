//! What it means to be a store: every store runs exactly this.
//!
//! ```
//! use std::sync::Arc;
//! use keyward_store::{MemoryStore, Store, conformance};
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
//! conformance::run(|_| async { Arc::new(MemoryStore::new()) as Arc<dyn Store> }).await;
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "this is test code that other crates run"
)]

mod access;
mod batches;
mod challenges;
mod decoys;
mod document;
mod erasure;
mod groups;
mod identities;
mod invitations;
mod limits;
mod lists;
mod log;
mod messages;
mod names;
mod people;
mod races;
mod relations;
mod sample;
mod sessions;

use core::future::Future;
use std::sync::Arc;

use keyward_core::port::{Batch, CommitError, Fut, Store, Write};

pub use sample::Sample;

/// A case: a sentence, and what must hold of a fresh store.
pub type Case = (&'static str, fn(Shared) -> Fut<'static, ()>);

/// A store that several tasks can hold.
pub type Shared = Arc<dyn Store>;

/// Lines up cases under the sentences they are.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        &[$((stringify!($name), |store| Box::pin($name(store)))),*]
    };
}
use cases;

/// Every group of cases.
pub const GROUPS: &[&[Case]] = &[
    people::CASES,
    decoys::CASES,
    erasure::CASES,
    names::CASES,
    identities::CASES,
    sessions::CASES,
    challenges::CASES,
    messages::CASES,
    invitations::CASES,
    limits::CASES,
    access::CASES,
    groups::CASES,
    lists::CASES,
    document::CASES,
    relations::CASES,
    log::CASES,
    batches::CASES,
    races::CASES,
];

/// Runs every case, each against a fresh store from `make`, which is told the
/// case's name. Races need a runtime with several threads.
///
/// # Panics
/// When the store is not what it must be.
pub async fn run<M, F>(make: M)
where
    M: Fn(&'static str) -> F,
    F: Future<Output = Shared>,
{
    for cases in GROUPS {
        for (name, case) in *cases {
            println!("conformance: {}", name.replace('_', " "));
            let store = make(name).await;
            case(Arc::clone(&store)).await;
            store.close().await;
        }
    }
}

async fn commit(store: &Shared, writes: Vec<Write>) -> Result<(), CommitError> {
    store.commit(&Batch { writes, events: vec![] }).await
}

/// Commits, and must succeed.
async fn done(store: &Shared, writes: Vec<Write>) {
    let named = format!("{writes:?}");
    commit(store, writes).await.unwrap_or_else(|error| panic!("{error:?} from {named}"));
}

/// Commits, and must conflict.
async fn conflicts(store: &Shared, writes: Vec<Write>) {
    let named = format!("{writes:?}");
    let done = commit(store, writes).await;
    assert!(matches!(done, Err(CommitError::Conflict)), "{done:?} from {named}");
}

/// Commits again and again while it conflicts, as the engine does.
async fn insists(store: &Shared, batch: &Batch) -> Result<(), CommitError> {
    for _ in 0..200 {
        match store.commit(batch).await {
            Err(CommitError::Conflict) => tokio::task::yield_now().await,
            done => return done,
        }
    }
    panic!("only conflicts from {batch:?}");
}

/// Runs one task for each batch, all at once, and counts those that were applied.
async fn applied(store: &Shared, batches: Vec<Batch>) -> usize {
    let gate = Arc::new(tokio::sync::Barrier::new(batches.len()));
    let tasks: Vec<_> = batches
        .into_iter()
        .map(|batch| {
            let (store, gate) = (Arc::clone(store), Arc::clone(&gate));
            tokio::spawn(async move {
                gate.wait().await;
                store.commit(&batch).await
            })
        })
        .collect();
    let mut count = 0;
    for task in tasks {
        match task.await.expect("a task does not panic") {
            Ok(()) => count += 1,
            Err(CommitError::Conflict | CommitError::Limited { .. }) => {}
            Err(CommitError::Broken(error)) => panic!("{error:?}"),
        }
    }
    count
}
