//! What a store over the app's own pool must do.

use std::sync::Arc;

use keyward_core::port::{Batch, CommitError, Write};
use keyward_store::Store;
use keyward_store::conformance::Sample;

/// Writes, reads, loses races, and leaves the pool usable.
pub(crate) async fn works(store: Arc<dyn Store>) {
    let mut sample = Sample::new(4);
    let (user, batch) = sample.sign_up("pool@example.com");
    store.commit(&batch).await.unwrap();
    assert_eq!(store.user(user.id).await.unwrap(), Some(user.clone()));
    let (_, again) = sample.sign_up("pool@example.com");
    assert!(matches!(store.commit(&again).await, Err(CommitError::Conflict)));
    // Storing what is there already touches one row, not none.
    let same = Batch {
        writes: vec![Write::VerifyIdentifier {
            user: user.id,
            kind: keyward_core::identifier::Kind::Email,
            normal: "pool@example.com".into(),
            at: user.created_at,
        }],
        events: vec![],
    };
    store.commit(&same).await.unwrap();
    store.commit(&same).await.unwrap();
    store.ping().await.unwrap();
}
