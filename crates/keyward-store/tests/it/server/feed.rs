//! The change feed of a server, where numbers commit out of order.

use keyward_core::port::{Batch, Write};
use keyward_store::conformance::Sample;

use super::{commit, open};

/// Whoever read past a number whose transaction was still open is told later.
/// `begin` notes a change in a transaction and leaves it open; `end` commits it.
pub(crate) async fn a_number_that_commits_late_is_told_late<T>(
    url: &str,
    begin: impl AsyncFnOnce(&[u8; 16]) -> T,
    end: impl AsyncFnOnce(T),
) {
    let store = open(url).await;
    let mut sample = Sample::new(3);
    let (early, late) = (sample.user().id, sample.user().id);
    let start = store.changes(-1).await.unwrap().last;

    let open = begin(&early.to_bytes()).await;
    commit(&store, &Batch { writes: vec![Write::NoteChange(late)], events: vec![] }).await;
    let seen = store.changes(start).await.unwrap();
    assert_eq!(seen.users, [late], "the other one is not committed");
    assert_eq!(seen.last, start + 2, "its number is behind us");

    end(open).await;
    let after = store.changes(seen.last).await.unwrap();
    assert_eq!(after.users, [early, late], "told again, once each");
    assert_eq!(after.last, seen.last, "and the place is kept");
    store.close().await;
}
