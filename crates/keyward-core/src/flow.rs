//! The verbs: one file for each thing a person can set out to do.
//!
//! The engine runs a flow in one rhythm: gather the facts, take from the
//! limits, do the slow work, decide, commit. A conflict means that the facts
//! went stale, so it gathers and decides afresh; limits are taken once, and
//! slow work is repeated only if its input changed.

pub mod acl;
pub mod address;
pub mod admin;
pub mod admins;
pub mod anonymous;
mod apart;
pub mod api_key;
pub mod app_code;
pub mod app_factor;
#[cfg(feature = "authnzerver")]
pub mod authnzerver;
mod beyond;
#[cfg(feature = "captcha")]
pub mod captcha;
pub mod challenge;
mod claim;
pub mod deletion;
pub mod device;
pub mod enrolled;
pub mod export;
pub mod factor;
pub mod fixed;
pub mod group;
mod guess;
pub mod hand_over;
pub mod hashes;
pub mod impersonate;
#[cfg(feature = "import")]
pub mod import;
pub mod invite;
#[cfg(any(feature = "authnzerver", feature = "import", feature = "tokens"))]
mod known_elsewhere;
pub mod lately;
pub mod limits;
pub mod maintenance;
mod marks;
pub mod matrix;
pub mod method;
pub mod mfa;
pub mod open;
pub mod own_user;
#[cfg(feature = "passkeys")]
pub mod passkey;
pub mod password;
#[cfg(feature = "policy-file")]
pub mod policy;
pub mod proven;
#[cfg(feature = "oauth")]
pub mod provider;
mod reach;
pub mod recover;
pub mod relation;
pub mod remember;
pub mod role;
pub mod session;
pub mod setup;
pub mod sign_in;
pub mod sign_in_link;
pub mod sign_up;
pub mod step_up;
#[cfg(feature = "tokens")]
pub mod tokens;
pub mod totp;
pub mod verify;
mod ways_in;

use core::time::Duration;
use std::sync::Arc;

use keyward_authz::Block;

use self::factor::app::{AppSaid, AskApp};
use crate::Error;
use crate::crypto::keys::Keys;
use crate::id::{SessionId, UserId};
use crate::password::rules;
use crate::port::{Batch, Fut, Random, Store, Take, Write};
use crate::record::{Event, Personal, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::{CaptchaFor, Settings};
use crate::time::Timestamp;

/// Something a person can set out to do.
pub trait Flow: Send + Sync {
    /// What must be known before deciding.
    type Facts: Send + Sync;
    /// What the caller is told if the answer is yes.
    type Yes: Send;
    /// For spans and metrics: `"sign_in"`.
    const NAME: &'static str;
    /// Whether it may run in a session in which somebody acts for somebody else. Such
    /// a session is for looking: it changes nothing of whose account it is.
    const WHILE_IMPERSONATING: bool = false;

    /// Whether it asks for a recent proof of whoever asks from a session, because it is
    /// what somebody would do who found an administrator's browser open. What an owner
    /// does to their own account asks by itself. See [`lately`].
    fn is_dangerous(&self) -> bool {
        false
    }

    /// Whether it makes an account for whoever asks. While the doors are closed nobody gets
    /// one, and all are told so before it is looked whether they have one already.
    const FOR_STRANGERS: bool = false;

    /// Reads whatever the decision needs. May wait; must not write.
    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>>;

    /// What the attempt costs. Committed before the slow work, once.
    fn takes(&self, _facts: &Self::Facts, _cx: &Gather<'_>) -> Vec<Take> {
        Vec::new()
    }

    /// What to remember of an attempt that came too fast.
    fn limited(&self, _facts: &Self::Facts, _cx: &mut Decide<'_>) -> Vec<Event> {
        Vec::new()
    }

    /// What somebody is told who came too fast.
    fn too_fast(&self, retry_after: Duration) -> Refusal {
        Refusal::SlowDown { retry_after }
    }

    /// Slow work that the decision needs.
    fn work(&self, _facts: &Self::Facts) -> Work {
        Work::default()
    }

    /// Decides. No IO, no clock, no global state: the same facts, time and
    /// random bytes always give the same verdict.
    fn decide(&self, facts: Self::Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<Self::Yes>;
}

/// Who asks, as far as the transport knows.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Network address, if there is one.
    pub address: String,
    /// The client's own description of itself, at most 300 bytes.
    pub agent: String,
    /// A device that this account signed in on before, proven by its cookie.
    pub device: Option<(UserId, [u8; 16])>,
    /// The language of messages: `en`, `de`.
    pub language: String,
    /// With an API key: whose, and what it may at most do: what lies within every one
    /// of these lists. It gives no more than that to others.
    pub narrowed: Option<(UserId, Vec<Vec<String>>)>,
    /// Who acts in the session that it came with, where that is somebody else than
    /// the person whose it is.
    pub impersonator: Option<UserId>,
    /// Whose session it came with, and which; `None` for keys, claims, the command line
    /// and the app, none of which could prove anything again.
    pub session: Option<(UserId, SessionId)>,
}

impl Client {
    /// The part of an event that can be erased.
    pub fn personal(&self, identifier: &str) -> Personal {
        Personal {
            address: self.address.clone(),
            client: self.agent.clone(),
            identifier: identifier.to_owned(),
        }
    }
}

/// What [`Flow::gather`] may use.
#[derive(Clone, Copy)]
pub struct Gather<'a> {
    /// Fixed for the whole attempt.
    pub now: Timestamp,
    /// For reading only.
    pub store: &'a dyn Store,
    /// What the operator chose.
    pub settings: &'a Settings,
    /// Keys derived from the root key, one for each purpose.
    pub keys: &'a Keys,
    /// Who asks.
    pub client: &'a Client,
    /// What the policy file says.
    pub fixed: &'a fixed::Fixed,
    /// What else decides, of the app's own.
    pub blocks: &'a [OwnBlock],
}

/// A block of the app's own, asked in every decision.
pub type OwnBlock = Arc<dyn Block + Send + Sync>;

/// What [`Flow::decide`] may use.
pub struct Decide<'a> {
    /// Fixed for the whole attempt.
    pub now: Timestamp,
    /// Unpredictable in production, seeded in tests.
    pub rng: &'a mut dyn Random,
    /// What the operator chose.
    pub settings: &'a Settings,
    /// Keys derived from the root key, one for each purpose.
    pub keys: &'a Keys,
    /// Who asks.
    pub client: &'a Client,
    /// Scheme, host and port under which people reach the service.
    pub site: &'a str,
}

impl Decide<'_> {
    /// An event about `subject`, done by `actor`, or by whoever acts for them.
    pub fn event(&mut self, actor: Option<UserId>, subject: Option<UserId>, what: What) -> Event {
        let mut event = Event::new(self.now, self.rng, what);
        event.actor = self.client.impersonator.or(actor);
        event.subject = subject;
        event.personal = self.client.personal("");
        event
    }

    /// An event that somebody caused to themselves.
    pub fn own_event(&mut self, user: UserId, what: What) -> Event {
        self.event(Some(user), Some(user), what)
    }
}

/// Slow work: at most one verification and one hash.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// Check this password against this stored form; renew the stored form if
    /// it is right and weaker than today's parameters.
    pub verify: Option<(Secret, Stored)>,
    /// Hash this password.
    pub hash: Option<Secret>,
    /// Ask the captcha service whether this answer came from a person, at this door.
    pub captcha: Option<(CaptchaFor, Secret)>,
    /// Ask a second factor of the app's own whether an answer is right.
    pub app: Option<Box<AskApp>>,
}

fn sane(password: &Secret) -> Option<Secret> {
    (password.reveal().len() <= rules::MAX_BYTES).then(|| rules::prepare(password))
}

/// What a password is checked against.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Stored {
    /// The stored text form.
    Phc(String),
    /// Nothing: the same work is done, and the answer is no.
    Decoy,
    /// One of these text forms; [`Done::matched`] says which.
    AnyOf(Vec<String>),
}

/// What the slow work found.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Whether the password was right.
    pub verified: bool,
    /// Which of several stored forms it was right for, counted from 0.
    pub matched: Option<usize>,
    /// The renewed stored form, if it was right and weak.
    pub renewed: Option<String>,
    /// The hash that was asked for.
    pub hashed: Option<String>,
    /// The password that was to be hashed is known from others' breaches: there is no
    /// hash of it.
    pub breached: bool,
    /// The captcha service says that a person answered.
    pub is_person: bool,
    /// What a second factor of the app's own said.
    pub app: Option<AppSaid>,
}

impl Done {
    /// The hash of the new password in `field`, or why there is none.
    pub(crate) fn new_hash(&mut self, field: &'static str) -> Result<String, Refusal> {
        match self.breached {
            true => Err(Refusal::invalid(field, "password_breached")),
            false => self.hashed.take().ok_or(Refusal::Conflict),
        }
    }
}

/// What was decided: what to remember, and what to say.
#[derive(Debug)]
pub struct Verdict<Y> {
    /// Committed in one transaction before anyone is told.
    pub batch: Batch,
    /// Said only once `batch` is safe.
    pub reply: Result<Y, Refusal>,
}

impl<Y> Verdict<Y> {
    /// Yes, and this is remembered.
    pub fn yes(reply: Y, writes: Vec<Write>, events: Vec<Event>) -> Self {
        Self { batch: Batch { writes, events }, reply: Ok(reply) }
    }

    /// No, and nothing is remembered.
    pub fn no(refusal: Refusal) -> Self {
        Self { batch: Batch::default(), reply: Err(refusal) }
    }

    /// The same answer, with more that is remembered before the rest.
    #[must_use]
    pub fn after(mut self, writes: Vec<Write>, events: Vec<Event>) -> Self {
        self.batch.writes.splice(0..0, writes);
        self.batch.events.splice(0..0, events);
        self
    }

    /// The same memory, with another answer.
    pub fn map<Z>(
        self,
        reply: impl FnOnce(Result<Y, Refusal>) -> Result<Z, Refusal>,
    ) -> Verdict<Z> {
        Verdict { batch: self.batch, reply: reply(self.reply) }
    }

    /// No, and this is remembered.
    pub fn refuse(refusal: Refusal, writes: Vec<Write>, events: Vec<Event>) -> Self {
        Self { batch: Batch { writes, events }, reply: Err(refusal) }
    }
}

impl Work {
    /// Hashes a new password, in the form that rules and sign-in know it by.
    /// What is too long to be accepted is not worth the work.
    pub fn hash(password: &Secret) -> Self {
        Self { hash: sane(password), ..Self::default() }
    }

    /// Checks a password. What is too long was never accepted: it is wrong, for
    /// every account alike, without any work.
    pub fn verify(password: &Secret, stored: Stored) -> Self {
        Self { verify: sane(password).map(|password| (password, stored)), ..Self::default() }
    }

    /// The work of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            verify: self.verify.or(other.verify),
            hash: self.hash.or(other.hash),
            captcha: self.captcha.or(other.captcha),
            app: self.app.or(other.app),
        }
    }

    /// Whether there is nothing to do.
    pub fn is_none(&self) -> bool {
        let Self { verify, hash, captcha, app } = self;
        verify.is_none() && hash.is_none() && captcha.is_none() && app.is_none()
    }

    /// Whether doing this would repeat `other`.
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |one: &Secret, two: &Secret| one.matches(two);
        let verify = match (&self.verify, &other.verify) {
            (Some((one, a)), Some((two, b))) => a == b && same(one, two),
            (None, None) => true,
            _ => false,
        };
        let hash = match (&self.hash, &other.hash) {
            (Some(one), Some(two)) => same(one, two),
            (None, None) => true,
            _ => false,
        };
        let captcha = match (&self.captcha, &other.captcha) {
            (Some((one, a)), Some((two, b))) => one == two && same(a, b),
            (None, None) => true,
            _ => false,
        };
        let app = match (&self.app, &other.app) {
            (Some(one), Some(two)) => one.is_same(two),
            (None, None) => true,
            _ => false,
        };
        verify && hash && captcha && app
    }
}
