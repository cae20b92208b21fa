//! One file, several processes.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use keyward_core::port::{Batch, Write};
use keyward_store::Store;
use keyward_store::conformance::Sample;

use super::open;

/// Where the other process finds the file.
const FILE: &str = "KEYWARD_TEST_SHARED_FILE";

fn note() -> Batch {
    Batch { writes: vec![Write::NoteChange(Sample::new(5).user().id)], events: vec![] }
}

/// Runs in a process of its own, started by the test below.
#[tokio::test]
#[ignore = "is the other process"]
async fn the_other_process_notes_a_change() {
    #[expect(clippy::disallowed_methods, reason = "how one process of the test tells the other")]
    let file = std::env::var(FILE).unwrap();
    let store = open(Path::new(&file)).await;
    store.commit(&note()).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn what_another_process_wrote_is_seen_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shared");
    let store = open(&path).await;
    let start = store.changes(-1).await.unwrap().last;

    let name = "sqlite::shared_file::the_other_process_notes_a_change";
    let other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored"])
        .env(FILE, &path)
        .output()
        .unwrap();
    assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stdout));

    // No caching in between: the first look after the commit sees it, so a feed
    // that is read five times a second sees it within a quarter of one.
    let seen = store.changes(start).await.unwrap();
    assert_eq!(seen.users, [Sample::new(5).user().id]);
}

#[tokio::test]
async fn an_apps_own_tables_live_in_the_same_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app");
    let app = rusqlite::Connection::open(&path).unwrap();
    app.execute_batch("CREATE TABLE printers (id INT); INSERT INTO printers VALUES (7)").unwrap();
    let store = open(&path).await;
    let (user, batch) = Sample::new(6).sign_up("a@example.com");
    store.commit(&batch).await.unwrap();
    let count = |sql: &str| app.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT id FROM printers"), 7);
    assert_eq!(count("SELECT COUNT(*) FROM kw_users"), 1, "seen by the app's own connection");
    assert_eq!(store.user(user.id).await.unwrap(), Some(user));
}

/// An app that holds the write lock makes us wait, but not for as long as it likes: two
/// seconds, which take longer on a loaded machine.
#[tokio::test]
async fn a_file_that_another_holds_is_busy_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("held");
    let store = open(&path).await;
    let app = rusqlite::Connection::open(&path).unwrap();
    app.execute_batch("BEGIN IMMEDIATE").unwrap();
    let patience = Duration::from_secs(30);
    let done = tokio::time::timeout(patience, store.commit(&note())).await;
    let error = done.expect("an answer in time").unwrap_err();
    assert!(
        matches!(&error, keyward_core::port::CommitError::Broken(why) if why.is_busy()),
        "{error:?}"
    );
    assert!(store.changes(-1).await.is_ok(), "reads go on");
    app.execute_batch("COMMIT").unwrap();
    store.commit(&note()).await.unwrap();
}
