//! Messages: sent at least once, by one node at a time, whatever becomes of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyward_core::flow::Client;
use keyward_core::flow::sign_in_link::Sent;
use keyward_core::port::Fut;
use keyward_core::record::MessageState;
use tokio::sync::watch;

use super::{Keyward, Shared, sign_up};
use crate::deliver::{LEASE, Outgoing, SendError, Sender};
use crate::people::NewPerson;

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

/// A carrier that keeps whatever goes to some until it is told to let go.
#[derive(Clone)]
struct Jammed {
    keeps: fn(&str) -> bool,
    given: watch::Sender<Vec<String>>,
    lets_go: watch::Sender<bool>,
}

impl Jammed {
    fn new(keeps: fn(&str) -> bool) -> Self {
        Self { keeps, given: watch::Sender::new(vec![]), lets_go: watch::Sender::new(false) }
    }

    /// Waits until it was given something for each of them.
    async fn was_given(&self, to: &[&str]) {
        let has_all = |given: &Vec<String>| to.iter().all(|to| given.iter().any(|g| g == to));
        self.given.subscribe().wait_for(has_all).await.unwrap();
    }
}

impl Sender for Jammed {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        Box::pin(async {
            self.given.send_modify(|given| given.push(message.to.clone()));
            if (self.keeps)(&message.to) {
                self.lets_go.subscribe().wait_for(|lets_go| *lets_go).await.unwrap();
            }
            Ok(())
        })
    }
}

/// Ends when everything was sent.
async fn all_sent(shared: &Shared, auth: &Keyward) {
    auth.deliver_due().await.unwrap();
    let messages = shared.store.messages(None, 100).await.unwrap();
    assert!(messages.iter().all(|message| message.state == MessageState::Sent), "{messages:?}");
}

#[tokio::test]
async fn a_mail_that_hangs_delays_no_other() {
    let shared = Shared::new();
    let carrier = Jammed::new(|to| to == "slow@example.com");
    let auth = shared.node(|builder| builder.sender(carrier.clone())).await;
    sign_up(&auth, "slow@example.com").await;
    carrier.was_given(&["slow@example.com"]).await;
    let others: Vec<String> = (0..20).map(|n| format!("p{n}@example.com")).collect();
    for other in &others {
        sign_up(&auth, other).await;
    }
    carrier.was_given(&others.iter().map(String::as_str).collect::<Vec<_>>()).await;
    carrier.lets_go.send_replace(true);
    all_sent(&shared, &auth).await;
    assert_eq!(carrier.given.borrow().len(), 21, "each once");
    auth.shutdown().await;
}

/// Somebody who can be reached, and asks for a message to sign in with.
async fn asks_to_sign_in(auth: &Keyward, to: &str, by: Sent) {
    let mut person = NewPerson { verified: true, ..NewPerson::default() };
    match to.starts_with('+') {
        true => person.phone = Some(to.into()),
        false => person.email = Some(to.into()),
    }
    auth.add_person(person).await.unwrap().ok();
    auth.send_sign_in(to, by, &Client::default()).await.unwrap().unwrap();
}

#[tokio::test]
async fn text_messages_that_hang_delay_no_mail() {
    let shared = Shared::new();
    let carrier = Jammed::new(|to| to.starts_with('+'));
    let auth = shared.node(|builder| builder.sender(carrier.clone())).await;
    for n in 0..20 {
        asks_to_sign_in(&auth, &format!("+49 1511 23456{n:02}"), Sent::Code).await;
    }
    asks_to_sign_in(&auth, "ada@example.com", Sent::Code).await;
    carrier.was_given(&["ada@example.com"]).await;
    let texts = carrier.given.borrow().iter().filter(|to| to.starts_with('+')).count();
    assert!(texts <= 8, "its carrier holds a few at once: {texts}");
    carrier.lets_go.send_replace(true);
    all_sent(&shared, &auth).await;
    auth.shutdown().await;
}

#[tokio::test]
async fn messages_to_one_account_go_one_after_the_other() {
    let shared = Shared::new();
    let carrier = Jammed::new(|to| to == "ada@example.com");
    let auth = shared.node(|builder| builder.sender(carrier.clone())).await;
    asks_to_sign_in(&auth, "ada@example.com", Sent::Code).await;
    carrier.was_given(&["ada@example.com"]).await;
    shared.clock.advance(Duration::from_secs(120));
    asks_to_sign_in(&auth, "ada@example.com", Sent::Link).await;
    asks_to_sign_in(&auth, "bob@example.com", Sent::Code).await;
    carrier.was_given(&["bob@example.com"]).await;
    assert_eq!(*carrier.given.borrow(), ["ada@example.com", "bob@example.com"]);
    carrier.lets_go.send_replace(true);
    all_sent(&shared, &auth).await;
    let given = carrier.given.borrow().clone();
    assert_eq!(given, ["ada@example.com", "bob@example.com", "ada@example.com"]);
    auth.shutdown().await;
}
