//! The policy document.

use std::sync::Arc;

use keyward_core::port::{Batch, Write};
use keyward_core::record::PolicyDocument;

use super::{Case, Shared, applied, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    there_is_no_document_at_first,
    a_document_comes_back_as_it_was_written,
    a_document_is_replaced_only_as_it_was_seen,
    of_parallel_documents_one_is_stored,
];

fn swap(was: i64, text: &str) -> Write {
    Write::SwapPolicyDocument { was, text: text.into() }
}

async fn there_is_no_document_at_first(store: Shared) {
    assert_eq!(store.definitions().await.unwrap().document, None);
    conflicts(&store, vec![swap(1, "version = 1")]).await;
    assert_eq!(store.definitions().await.unwrap().document, None);
}

async fn a_document_comes_back_as_it_was_written(store: Shared) {
    let before = store.definitions().await.unwrap().version;
    // Longer than the short texts of any database, and with what quoting may break.
    let text = "# für alle 🗝 '\"\\\0?{}\r\n\tend\n".replace('\0', "%").repeat(10_000);
    done(&store, vec![swap(0, &text)]).await;
    let now = store.definitions().await.unwrap();
    assert_eq!(now.document, Some(PolicyDocument { version: 1, text: text.into() }));
    assert!(now.version > before, "the definitions changed");
    assert_eq!(store.changes(-1).await.unwrap().policy_version, now.version);
}

async fn a_document_is_replaced_only_as_it_was_seen(store: Shared) {
    done(&store, vec![swap(0, "one")]).await;
    conflicts(&store, vec![swap(0, "another")]).await;
    conflicts(&store, vec![swap(2, "another")]).await;
    let seen = store.definitions().await.unwrap();
    assert_eq!(seen.document.map(|row| (row.version, row.text)), Some((1, "one".into())));
    done(&store, vec![swap(1, "")]).await;
    done(&store, vec![swap(2, "three")]).await;
    let now = store.definitions().await.unwrap();
    assert_eq!(now.document, Some(PolicyDocument { version: 3, text: "three".into() }));
    assert!(now.version > seen.version);
}

async fn of_parallel_documents_one_is_stored(store: Shared) {
    for round in 0..3 {
        let batches = (0..8).map(|nth| Batch {
            writes: vec![swap(round, &format!("{round}.{nth}"))],
            events: vec![],
        });
        assert_eq!(applied(&Arc::clone(&store), batches.collect()).await, 1);
        let document = store.definitions().await.unwrap().document.unwrap();
        assert_eq!(document.version, round + 1);
    }
}
