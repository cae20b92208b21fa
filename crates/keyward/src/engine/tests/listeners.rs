//! The app is told what happened: in order, at least once, over restarts.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{Shared, sign_up};
use crate::engine::Keyward;

/// What a listener was told: the ids of events.
type Told = Arc<Mutex<Vec<String>>>;

async fn tell_everything(auth: &Keyward) {
    while !auth.0.store.unchained(1).await.unwrap().is_empty() {
        auth.chain_events().await.unwrap();
    }
    auth.tell_listeners().await.unwrap();
}

/// Every event in the order of the chain.
async fn chained(auth: &Keyward) -> Vec<String> {
    let events = auth.0.store.chain(0, 500).await.unwrap();
    events.iter().map(|event| event.id.to_string()).collect()
}

/// Without the repetitions that at-least-once allows.
fn once(told: &Told) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    told.lock().unwrap().iter().filter(|id| seen.insert((*id).clone())).cloned().collect()
}

async fn node(
    shared: &Shared,
    told: &Told,
    fail: impl Fn(usize) -> bool + Send + Sync + 'static,
) -> Keyward {
    let told = Arc::clone(told);
    let attempts = AtomicUsize::new(0);
    let listener = move |event: &crate::view::EventView| {
        if fail(attempts.fetch_add(1, Ordering::Relaxed)) {
            return Err("not now".to_owned());
        }
        told.lock().unwrap().push(event.id.to_string());
        Ok(())
    };
    shared.node(|builder| builder.on(listener)).await
}

#[tokio::test]
async fn listeners_are_told_in_order_and_go_on_after_a_restart() {
    let shared = Shared::new();
    let told = Told::default();
    let auth = node(&shared, &told, |_| false).await;
    sign_up(&auth, "ada@example.com").await;
    tell_everything(&auth).await;
    auth.shutdown().await;
    let before = told.lock().unwrap().len();
    assert!(before >= 2, "{before}");

    let auth = node(&shared, &told, |_| false).await;
    sign_up(&auth, "bob@example.com").await;
    tell_everything(&auth).await;
    auth.shutdown().await;
    let all = chained(&auth).await;
    assert_eq!(once(&told), all);
}

#[tokio::test]
async fn a_listener_that_fails_is_told_again_and_nothing_is_skipped() {
    let shared = Shared::new();
    let told = Told::default();
    let auth = node(&shared, &told, |attempt| attempt % 3 != 0).await;
    sign_up(&auth, "ada@example.com").await;
    let all = loop {
        tell_everything(&auth).await;
        let all = chained(&auth).await;
        if once(&told).len() == all.len() {
            break all;
        }
    };
    assert_eq!(once(&told), all);
}

/// A bug in one listener costs that event its telling, not the service its outbox.
#[tokio::test]
async fn a_listener_that_panics_is_told_again() {
    let shared = Shared::new();
    let told = Told::default();
    let is_fixed = AtomicBool::new(false);
    let auth = node(&shared, &told, move |_| {
        if !is_fixed.swap(true, Ordering::Relaxed) {
            std::panic::resume_unwind(Box::new("a bug of the app's"));
        }
        false
    })
    .await;
    sign_up(&auth, "ada@example.com").await;
    let everything = async {
        loop {
            let all = chained(&auth).await;
            if !all.is_empty() && once(&told) == all {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, everything).await.expect("the work begins again");
}
