//! A process that is killed: what it answered is there.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use keyward_core::id::UserId;
use keyward_store::Store;
use keyward_store::conformance::Sample;

use super::open;

/// Where the other process finds the file, and where its sample begins.
const FILE: &str = "KEYWARD_TEST_KILLED_FILE";
const SEED: &str = "KEYWARD_TEST_KILLED_SEED";

/// What is written before an account that was acknowledged.
const ACKNOWLEDGED: &str = "acknowledged ";

fn variable(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "how one process of the test tells the other")]
    std::env::var(name).unwrap()
}

/// Runs in a process of its own until it is killed: eight people at a time sign
/// up, so that commits are shared.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "is the other process"]
async fn the_process_that_will_be_killed() {
    let seed: u64 = variable(SEED).parse().unwrap();
    let store = Arc::new(open(Path::new(&variable(FILE))).await);
    let people: Vec<_> = (0..8)
        .map(|person| {
            let (store, mut sample) = (Arc::clone(&store), Sample::new(seed * 8 + person));
            tokio::spawn(async move {
                for turn in 0.. {
                    let address = format!("{seed}.{person}.{turn}@example.com");
                    let (user, batch) = sample.sign_up(&address);
                    store.commit(&batch).await.unwrap();
                    let line = format!("{ACKNOWLEDGED}{} {address}\n", user.id);
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                }
            })
        })
        .collect();
    for person in people {
        person.await.unwrap();
    }
}

#[tokio::test]
async fn a_kill_loses_nothing_that_was_answered() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("killed");
    let mut all: Vec<(UserId, String)> = Vec::new();
    for seed in 1..=5 {
        all.extend(killed_while_signing_up(&path, seed));
        let store = open(&path).await;
        for (id, address) in &all {
            assert!(store.user(*id).await.unwrap().is_some(), "{address} was acknowledged");
            let email = keyward_core::identifier::Kind::Email;
            let subject = store.subject_by(email, address).await.unwrap().unwrap();
            assert_eq!(subject.credentials.len(), 1, "{address} is whole");
        }
        store.close().await;
    }
    assert!(all.len() >= 500, "{}", all.len());
}

/// Whom the process acknowledged before it was killed in the middle of its work.
fn killed_while_signing_up(path: &Path, seed: u64) -> Vec<(UserId, String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::killed::the_process_that_will_be_killed"])
        .args(["--ignored", "--nocapture"])
        .env(FILE, path)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut found = Vec::new();
    for line in lines {
        // The test runner writes to the same stream.
        let line = line.unwrap();
        let Some((_, rest)) = line.split_once(ACKNOWLEDGED) else { continue };
        let Some((id, address)) = rest.split_once(' ') else { continue };
        found.push((UserId::parse(id).unwrap(), address.to_owned()));
        if found.len() == 120 {
            // On Unix this is SIGKILL: it has no last word.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    found
}
