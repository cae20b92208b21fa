//! The most that SQLite can do for sign-ups: one row each, durable when
//! answered, everything that waits in one commit.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::Result;

/// A row to insert, and whom to tell when it is safe.
type Job = (Vec<u8>, mpsc::SyncSender<()>);

/// Rows a second that `clients` insert into a fresh file, each waiting for its
/// row before the next.
pub(crate) fn rate(file: &Path, clients: usize, lasts: Duration) -> Result<f64> {
    let db = open(file)?;
    let (jobs, inbox) = mpsc::channel();
    let began = Instant::now();
    let counts = std::thread::scope(|scope| {
        let writer = scope.spawn(move || write(&db, &inbox));
        let clients: Vec<_> = (0..clients)
            .map(|client| {
                let jobs = jobs.clone();
                scope.spawn(move || insert(client, &jobs, lasts))
            })
            .collect();
        drop(jobs);
        let counts: Vec<u64> = clients.into_iter().map(|c| c.join().unwrap_or(0)).collect();
        writer.join().map_err(|_| "the writer broke down")?.map(|()| counts)
    })?;
    Ok(counts.into_iter().sum::<u64>() as f64 / began.elapsed().as_secs_f64())
}

fn open(file: &Path) -> Result<Connection> {
    let db = Connection::open(file)?;
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch("CREATE TABLE row (id BLOB NOT NULL PRIMARY KEY, body BLOB NOT NULL)")?;
    Ok(db)
}

fn insert(client: usize, jobs: &mpsc::Sender<Job>, lasts: Duration) -> u64 {
    let (began, mut count) = (Instant::now(), 0u64);
    while began.elapsed() < lasts {
        let (answer, answered) = mpsc::sync_channel(1);
        let key = [client.to_be_bytes(), (count as usize).to_be_bytes()].concat();
        if jobs.send((key, answer)).is_err() || answered.recv().is_err() {
            break;
        }
        count += 1;
    }
    count
}

fn write(db: &Connection, inbox: &mpsc::Receiver<Job>) -> Result<()> {
    let body = [7u8; 200];
    while let Ok(first) = inbox.recv() {
        db.execute_batch("BEGIN IMMEDIATE")?;
        let group: Vec<Job> = std::iter::once(first).chain(inbox.try_iter().take(255)).collect();
        for (key, _) in &group {
            db.prepare_cached("INSERT INTO row VALUES (?, ?)")?.execute((key, body))?;
        }
        db.execute_batch("COMMIT")?;
        for (_, answer) in group {
            // Whoever asked may have stopped.
            let _ = answer.send(());
        }
    }
    Ok(())
}
