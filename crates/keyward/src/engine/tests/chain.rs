//! One audit chain, however many nodes extend it.

use keyward_core::port::{Batch, Link, Write};
use keyward_core::record::What;

use super::{Shared, sign_up};
use crate::engine::Keyward;

async fn happen(auth: &Keyward, count: usize) {
    let events = (0..count).map(|_| auth.own_event(What::SetupCompleted {})).collect();
    auth.0.store.commit(&Batch { writes: vec![], events }).await.unwrap();
}

/// Lets both extend until nothing is left.
async fn extend(first: &Keyward, second: &Keyward) {
    while !first.0.store.unchained(1).await.unwrap().is_empty() {
        let (a, b) = tokio::join!(first.chain_events(), second.chain_events());
        a.and(b).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_extend_the_chain_make_one() {
    let shared = Shared::new();
    let (first, second) = (shared.node(|b| b).await, shared.node(|b| b).await);
    for _ in 0..5 {
        tokio::join!(happen(&first, 130), happen(&second, 130));
        // Whoever verifies meanwhile finds nothing wrong.
        let (report, ()) = tokio::join!(first.verify_audit(), extend(&first, &second));
        assert_eq!(report.unwrap().faults, [""; 0]);
    }
    let report = second.verify_audit().await.unwrap();
    assert_eq!(report.faults, [""; 0]);
    assert_eq!(report.unchained, 0);
    assert!(report.events >= 1_300, "{report:?}");
}

/// Attack: a head that was set back, so that the events after it can go. If the
/// chain went on from there, it would vouch for what was done.
#[tokio::test]
async fn a_head_that_was_changed_is_not_extended() {
    let shared = Shared::new();
    let auth = shared.node(|b| b).await;
    sign_up(&auth, "ada@example.com").await;
    extend(&auth, &auth).await;
    auth.shutdown().await;
    let was = shared.store.meta("audit_head").await.unwrap();
    let mut head: serde_json::Value = serde_json::from_slice(was.as_deref().unwrap()).unwrap();
    head["position"] = 1.into();
    let now = serde_json::to_vec(&head).unwrap();
    let swap = Write::SwapMeta { name: "audit_head".into(), was, now };
    shared.store.commit(&Batch { writes: vec![swap], events: vec![] }).await.unwrap();

    happen(&auth, 1).await;
    let error = auth.chain_events().await.unwrap_err();
    assert!(error.to_string().contains("its head was changed"), "{error}");
    let report = auth.verify_audit().await.unwrap();
    assert!(report.faults.iter().any(|fault| fault.contains("head")), "{report:?}");
    assert_eq!(report.unchained, 1, "what happened since is kept");
}

/// Attack: an event that was slipped in behind the chain's back.
#[tokio::test]
async fn an_event_that_nobody_signed_is_found() {
    let shared = Shared::new();
    let auth = shared.node(|b| b).await;
    sign_up(&auth, "ada@example.com").await;
    extend(&auth, &auth).await;
    auth.shutdown().await;
    let last = auth.verify_audit().await.unwrap().events;
    happen(&auth, 1).await;
    let newest = shared.store.unchained(1).await.unwrap().remove(0);
    let link = Link { event: newest.id, position: last + 1, hash: [7; 32] };
    let slip = Batch { writes: vec![Write::Chain(vec![link])], events: vec![] };
    shared.store.commit(&slip).await.unwrap();
    let report = auth.verify_audit().await.unwrap();
    let (place, id) = (last + 1, newest.id);
    let place = format!("event {place} ({id}): it or its place was changed");
    let tail = format!("events {0} to {0} are not covered by the head", last + 1);
    assert_eq!(report.faults, [place, tail]);
}
