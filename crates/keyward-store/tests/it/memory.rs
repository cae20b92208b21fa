//! The memory store.

use std::sync::Arc;

use keyward_store::{MemoryStore, Store, conformance};

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_a_store() {
    conformance::run(|_| async { Arc::new(MemoryStore::new()) as Arc<dyn Store> }).await;
}
