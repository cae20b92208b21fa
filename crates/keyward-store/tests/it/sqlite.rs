//! The SQLite store, on files.

use std::sync::Arc;

use keyward_store::{Options, SqliteStore, Store, conformance};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_a_store() {
    let dir = tempfile::tempdir().unwrap();
    conformance::run(|case| {
        let path = dir.path().join(case);
        async move {
            let store = SqliteStore::open(path, &Options::default()).await.unwrap();
            Arc::new(store) as Arc<dyn Store>
        }
    })
    .await;
}
