//! Durable commits per second with 64 people signing up at once, on SQLite:
//! `cargo run --release -p keyward-store --features testing --example commits -- FILE [SECONDS]`.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyward_core::Error;
use keyward_core::port::CommitError;
use keyward_store::conformance::Sample;
use keyward_store::{Options, SqliteStore, Store};

/// People at once.
const PEOPLE: u64 = 64;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or_else(|| Error::new("go on without a file"))?;
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(3);
    let store = Arc::new(SqliteStore::open(path, &Options::default()).await?);
    let count = Arc::new(AtomicUsize::new(0));
    for person in 0..PEOPLE {
        let (store, count) = (Arc::clone(&store), Arc::clone(&count));
        tokio::spawn(async move { sign_up(person, &store, &count).await });
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let total = u64::try_from(count.load(Ordering::Relaxed)).unwrap_or(u64::MAX);
    println!("commits_per_s={}", total / seconds.max(1));
    store.close().await;
    Ok(())
}

async fn sign_up(person: u64, store: &SqliteStore, count: &AtomicUsize) -> Result<(), CommitError> {
    let mut sample = Sample::new(person + 1);
    for turn in 0.. {
        let (_, batch) = sample.sign_up(&format!("{person}.{turn}@example.com"));
        store.commit(&batch).await?;
        count.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}
