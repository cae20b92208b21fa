//! Messages: sent at least once, by one node at a time, whatever becomes of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyward_core::port::Fut;
use keyward_core::record::MessageState;
use tokio::sync::watch;

use super::{Shared, sign_up};
use crate::deliver::{LEASE, Outgoing, SendError, Sender};

/// A carrier that answers when it is told to, and counts what it was given.
#[derive(Clone)]
struct Carrier {
    given: watch::Sender<usize>,
    answers: watch::Sender<bool>,
    failures: Arc<Mutex<Vec<SendError>>>,
}

impl Carrier {
    fn new(answers: bool, failures: Vec<SendError>) -> Self {
        let failures = Arc::new(Mutex::new(failures));
        Self { given: watch::Sender::new(0), answers: watch::Sender::new(answers), failures }
    }

    /// Waits until it was given this many.
    async fn was_given(&self, count: usize) {
        self.given.subscribe().wait_for(|given| *given == count).await.unwrap();
    }
}

impl Sender for Carrier {
    fn send<'a>(&'a self, _: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        Box::pin(async {
            self.given.send_modify(|count| *count += 1);
            self.answers.subscribe().wait_for(|answers| *answers).await.unwrap();
            self.failures.lock().unwrap().pop().map_or(Ok(()), Err)
        })
    }
}

#[tokio::test]
async fn a_message_is_sent_once_while_its_lease_holds_and_again_after_a_kill() {
    let shared = Shared::new();
    let carrier = Carrier::new(false, vec![]);
    let first = shared.node(|builder| builder.sender(carrier.clone())).await;
    sign_up(&first, "ada@example.com").await;
    carrier.was_given(1).await;
    let second = shared.node(|builder| builder.sender(carrier.clone())).await;

    // It hangs; as far as anybody knows, whoever sends it may be dead.
    let a_second = Duration::from_secs(1);
    for wait in [Duration::ZERO, LEASE / 2, LEASE / 2 - a_second] {
        shared.clock.advance(wait);
        assert_eq!(second.deliver_due().await.unwrap(), 0);
        assert_eq!(*carrier.given.borrow(), 1, "the lease holds");
    }
    shared.clock.advance(a_second);
    let rescue = tokio::spawn({
        let second = second.clone();
        async move { second.deliver_due().await.unwrap() }
    });
    carrier.was_given(2).await;
    carrier.answers.send_replace(true);
    rescue.await.unwrap();
    second.shutdown().await;
    first.shutdown().await;
    assert_eq!(*carrier.given.borrow(), 2, "the other node sent it");
    let message = shared.store.messages(None, 10).await.unwrap().remove(0);
    assert_eq!(message.state, MessageState::Sent);
    assert!(message.payload.is_empty(), "its secret is gone");
}

#[tokio::test]
async fn a_carrier_that_fails_is_tried_again_until_the_secret_ends() {
    let shared = Shared::new();
    let later = || SendError::Later("busy\r\n".into());
    let carrier = Carrier::new(true, (0..50).map(|_| later()).collect());
    let auth = shared.node(|builder| builder.sender(carrier.clone())).await;
    sign_up(&auth, "ada@example.com").await;
    carrier.was_given(1).await;
    for tries in 2..5 {
        let message = loop {
            // The attempt is noted a moment after the carrier was asked.
            let message = shared.store.messages(None, 1).await.unwrap().remove(0);
            if message.last_error == "busy" && message.due_at <= auth.now().plus(EIGHT_TRIES) {
                break message;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(message.state, MessageState::Pending);
        assert!(message.due_at > auth.now() && message.due_at <= message.expires_at);
        shared.clock.set(message.due_at);
        assert_eq!(auth.deliver_due().await.unwrap(), 0);
        carrier.was_given(tries).await;
    }
    let message = shared.store.messages(None, 1).await.unwrap().remove(0);
    shared.clock.set(message.expires_at);
    auth.deliver_due().await.unwrap();
    let message = shared.store.messages(None, 1).await.unwrap().remove(0);
    assert_eq!(message.state, MessageState::Expired);
    assert!(message.payload.is_empty(), "nobody can read what was never sent");
}

/// Longer than a lease would be noticed below.
const EIGHT_TRIES: Duration = Duration::from_secs(50);

#[tokio::test]
async fn a_message_that_no_carrier_will_ever_take_is_given_up() {
    let shared = Shared::new();
    let carrier = Carrier::new(true, vec![SendError::Never("no such mailbox".into())]);
    let auth = shared.node(|builder| builder.sender(carrier.clone())).await;
    sign_up(&auth, "ada@example.com").await;
    carrier.was_given(1).await;
    auth.shutdown().await;
    let message = shared.store.messages(None, 1).await.unwrap().remove(0);
    assert_eq!(message.state, MessageState::Failed);
    assert_eq!(message.last_error, "no such mailbox");
    assert!(message.payload.is_empty());
}
