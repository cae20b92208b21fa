//! The test kit: a whole Keyward in memory, a clock to move, an inbox to
//! read, and a client that behaves like a browser.

mod authenticator;
mod client;
mod events;
#[cfg(feature = "oauth")]
mod issuer;

use std::sync::Arc;
use std::time::Duration;

pub use crate::authenticator::{Authenticator as PasskeyDevice, Behaviour};
pub use authenticator::Authenticator;
pub use client::{Client, Response};
pub use events::Events;
#[cfg(feature = "oauth")]
pub use issuer::{Asked, Issuer, Quirks};
#[cfg(feature = "oauth")]
pub use keyward_core::crypto::jose::Algorithm as TokenAlgorithm;
pub use keyward_core::testing::{FakeClock, SeededRandom, epoch};

use keyward_core::crypto::password::Policy;
use keyward_core::id::UserId;
use keyward_core::{Error, Secret};

use crate::engine::Keyward;
use crate::engine::builder::Builder;
use crate::people::NewPerson;
use crate::view::UserView;

/// The password of every person that the kit makes.
pub const PASSWORD: &str = "correct horse battery";

/// Hashes as cheap as they get: tests check logic, not cost.
pub const CHEAP: Policy = Policy { memory_kib: 8, iterations: 1, lanes: 1 };

/// A whole Keyward in memory.
#[derive(Clone, Debug)]
pub struct TestAuth {
    /// The real thing.
    pub kw: Keyward,
    /// Stands still until moved.
    pub clock: FakeClock,
    events: Arc<events::Reader>,
}

impl TestAuth {
    /// With defaults.
    pub async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// With choices of your own.
    #[expect(clippy::expect_used, reason = "a test without its kit cannot go on")]
    pub async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = FakeClock::default();
        let builder = Keyward::memory()
            .clock(Arc::new(clock.clone()))
            .hashing(CHEAP, 1)
            .public_url("http://localhost")
            .rate_limits(10_000, 1_000_000)
            .with_inbox();
        let kw = change(builder).build().await.expect("the test kit starts");
        Self::around(kw, clock)
    }

    /// Around a Keyward that was built otherwise, with the clock it goes by.
    pub fn around(kw: Keyward, clock: FakeClock) -> Self {
        Self { kw, clock, events: Arc::default() }
    }

    /// A verified person with the password [`PASSWORD`].
    pub async fn user(&self, email: &str) -> UserView {
        self.user_with(|new| new.email = Some(email.to_owned())).await
    }

    /// Same, with choices of your own.
    #[expect(clippy::expect_used, reason = "a test without its people cannot go on")]
    pub async fn user_with(&self, change: impl FnOnce(&mut NewPerson)) -> UserView {
        let mut new = NewPerson {
            password: Some(Secret::new(PASSWORD)),
            verified: true,
            ..NewPerson::default()
        };
        change(&mut new);
        let added = self.kw.add_person(new).await.expect("the store answers");
        added.expect("the person is acceptable")
    }

    /// Puts a policy in force in place of what is stored; nothing replaces it.
    pub fn enforce(&self, snapshot: keyward_authz::Snapshot) {
        self.kw.0.policy.put(crate::engine::policy::PolicyState::last(snapshot));
    }

    /// A role that allows these patterns; made if there is none of this name.
    #[expect(clippy::expect_used, reason = "a test without its roles cannot go on")]
    pub async fn role(&self, name: &str, allow: &[&str]) {
        let add = crate::RoleChange::Add { description: String::new() };
        // It may be there already.
        self.kw.change_role(name, add).await.expect("the store answers").ok();
        for pattern in allow {
            let effect = Some(keyward_authz::Effect::Allow);
            let rule = crate::RoleChange::Rule { effect, pattern: (*pattern).to_owned() };
            let changed = self.kw.change_role(name, rule).await.expect("the store answers");
            changed.expect("the pattern is well formed");
        }
    }

    /// What was recorded since the last time that this was asked.
    pub async fn events(&self) -> Events {
        self.events.read(&*self.kw.0.store).await
    }

    /// Gives a person a role, which is made if there is none of this name.
    #[expect(clippy::expect_used, reason = "a test without its people cannot go on")]
    pub async fn give_role(&self, person: &UserView, role: &str) {
        self.role(role, &[]).await;
        let given = self.kw.assign_role(person.id, role, true).await;
        given.expect("the store answers").expect("the role may be given");
    }

    /// A client of `app`, which gets Keyward as its state and its layer.
    pub fn client(&self, app: axum::Router<Keyward>) -> Client {
        Client::new(self.kw.clone(), app)
    }

    /// A client of the pages and the API alone.
    pub fn pages(&self) -> Client {
        self.client(self.kw.pages())
    }

    /// Hands over what is due now; returns how many messages a carrier took.
    #[expect(clippy::expect_used, reason = "a test without its store cannot go on")]
    pub async fn deliver(&self) -> usize {
        self.kw.deliver_due().await.expect("the store answers")
    }

    /// The outbox, newest first, without what the messages say.
    #[expect(clippy::expect_used, reason = "a test without its store cannot go on")]
    pub async fn messages(&self) -> Vec<crate::MessageView> {
        let found = self.kw.0.store.messages(None, 100).await.expect("the store answers");
        found.iter().map(crate::MessageView::new).collect()
    }

    /// The code that was last sent to an address.
    pub async fn code_for(&self, to: &str) -> String {
        self.last_to(to, |message| message.code.clone()).await
    }

    /// The secret of the link that was last sent to an address.
    pub async fn link_token_for(&self, to: &str) -> String {
        let secret = |link: String| link.rsplit('/').next().map(str::to_owned);
        self.last_to(to, |message| message.link.clone().and_then(secret)).await
    }

    /// Removes what nobody needs any more, as happens by itself every minute or so.
    pub async fn clean_up(&self) {
        self.kw.clean_up(0).await;
    }

    /// Slow password hashes that were computed since the start: those to check a
    /// password, against a decoy or not, and those to store one.
    pub fn hashes(&self) -> (u64, u64) {
        self.kw.0.hashes.done()
    }

    /// The answer to a captcha; empty for a text that is none of ours.
    #[cfg(feature = "captcha")]
    pub fn captcha_answer(&self, token: &str) -> String {
        let keys = &self.kw.0.keys;
        let puzzle = keyward_core::flow::captcha::Puzzle::parse(token, keys);
        puzzle.map(|puzzle| puzzle.answer(keys).reveal().to_owned()).unwrap_or_default()
    }

    /// The newest of what `part` takes out of the messages to an address.
    #[expect(clippy::panic, reason = "a test that waits in vain has failed")]
    async fn last_to(&self, to: &str, part: impl Fn(&crate::Outgoing) -> Option<String>) -> String {
        let inbox = self.kw.inbox().cloned().unwrap_or_default();
        for _ in 0..200 {
            // What the outbox holds is sent now, or is on its way already.
            self.kw.deliver_due().await.ok();
            let mut messages = inbox.all().into_iter().filter(|message| message.to == to);
            if !self.is_sending().await
                && let Some(found) = messages.find_map(|message| part(&message))
            {
                return found;
            }
            tokio::time::timeout(Duration::from_millis(10), inbox.arrival()).await.ok();
        }
        panic!("no such message came to {to}")
    }

    /// Whether a message is in the hands of the outbox.
    async fn is_sending(&self) -> bool {
        let recent = self.kw.0.store.messages(None, 100).await.unwrap_or_default();
        recent.iter().any(|m| m.state == keyward_core::record::MessageState::Pending)
    }
}

impl Keyward {
    /// Gives a permission to the person of this address; for tests and seeds.
    pub async fn grant(&self, person: &str, permission: &str) -> Result<(), Error> {
        let user = self.id_of(person).await?;
        let effect = keyward_authz::Effect::Allow;
        let answer = self.change_grant(user, effect, permission, true).await?;
        answer.map_err(|_| Error::new("give the permission"))
    }

    async fn id_of(&self, person: &str) -> Result<UserId, Error> {
        let found = self.find_person(person).await?;
        found.map(|p| p.id).ok_or_else(|| Error::new("find the person"))
    }
}
