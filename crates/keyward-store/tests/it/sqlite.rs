//! The SQLite store, on files.

mod disk_full;
mod killed;
mod shared_file;

use std::path::Path;
use std::sync::Arc;

use keyward_core::port::{Batch, Write};
use keyward_store::conformance::Sample;
use keyward_store::{Options, SqliteStore, Store, conformance};

pub(crate) async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &Options::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_a_store() {
    let dir = tempfile::tempdir().unwrap();
    conformance::run(|case| {
        let path = dir.path().join(case);
        async move { Arc::new(open(&path).await) as Arc<dyn Store> }
    })
    .await;
}

#[tokio::test]
async fn every_statement_is_prepared_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("all")).await;
    assert!(store.prepare_all().await.unwrap() > 60);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("mine")).await;
    let user = Sample::new(1).user();
    store.commit(&Batch { writes: vec![Write::AddUser(user)], events: vec![] }).await.unwrap();
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
    }
}
