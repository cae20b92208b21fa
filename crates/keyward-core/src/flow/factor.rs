//! Second factors: what an account has enrolled, and whether an answer proves it.
//!
//! # Adding one
//!
//! 1. Write `factor/yours.rs` with a type that implements `Factor`.
//! 2. Declare it below, and put it into `ROSTER`.
//!
//! Signing in, stepping up, disabling and resetting walk the roster; none of
//! them knows what is in it. Those of the app's own are [`app::AppFactor`]s in the
//! settings.

pub mod app;
pub mod codes;
#[cfg(feature = "passkeys")]
mod passkey;
pub mod totp;
pub mod trusted;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::guess::{Guessed, Guesser};
use super::marks::is_mark;
use super::{Decide, Done, Work, own_user};
use crate::port::{Take, Write};
use crate::record::{Challenge, Credential, Event, Reason, Session, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Timestamp;

/// One kind of second factor.
pub(super) trait Factor: Sync {
    /// The word for it in the API, in sessions and in the log; never changes.
    fn method(&self) -> &'static str;

    /// The kind of its [`Credential`]; never changes.
    fn kind(&self) -> &str;

    /// Whether an account that has it is asked for a second factor. A way back
    /// for those who lost theirs is none by itself.
    fn guards(&self, _settings: &Settings) -> bool {
        true
    }

    /// Whether an account can answer with it.
    fn is_left(&self, subject: &Subject) -> bool {
        subject.credential(self.kind()).is_some()
    }

    /// What follows because `answer` is right, or why it is not.
    fn check(&self, asked: Asked<'_>, answer: &Secret, cx: &mut Decide<'_>)
    -> Result<Used, Reason>;

    /// What is written because an answer was wrong: the authenticator counts it.
    fn missed(&self, _subject: &Subject) -> Option<Write> {
        None
    }
}

/// A right answer: what is written so that it is never right again, and what the log says
/// beside that it was given.
#[derive(Debug)]
pub(super) struct Used {
    write: Write,
    event: Option<Event>,
}

impl From<Write> for Used {
    fn from(write: Write) -> Self {
        Self { write, event: None }
    }
}

/// Every second factor of ours that guards an account.
const ROSTER: &[&dyn Factor] = &[
    #[cfg(feature = "passkeys")]
    &passkey::ByPasskey,
    &totp::ByTotp,
];

/// Every second factor. The first that an account has is offered first, what is for
/// those who lost the rest last.
fn roster(settings: &Settings) -> impl Iterator<Item = &dyn Factor> {
    let of_the_app = settings.app_factors.iter().map(|factor| factor as &dyn Factor);
    ROSTER.iter().copied().chain(of_the_app).chain([&codes::ByCode as &dyn Factor])
}

/// The kind of credential of the factor that goes by `method`.
pub(super) fn kind_of<'a>(method: &str, settings: &'a Settings) -> Option<&'a str> {
    roster(settings).find(|factor| factor.method() == method).map(|factor| factor.kind())
}

/// Whether a credential is one of the app's factors, also of one that it lost.
fn is_of_the_app(found: &Credential) -> bool {
    found.kind.starts_with(app::PREFIX)
}

/// Whom an answer must prove, and what was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) subject: &'a Subject,
    /// What the slow work found.
    pub(super) done: &'a Done,
    /// The flow that asked; `None` where the answer stands alone.
    #[cfg_attr(not(feature = "passkeys"), expect(dead_code, reason = "a passkey signs it"))]
    pub(super) challenge: Option<&'a Challenge>,
}

/// Whether this account signs in with two factors. One that the app enrolled and lost
/// does not leave the account with one.
pub fn guarded(subject: &Subject, settings: &Settings) -> bool {
    let guards = |factor: &dyn Factor| {
        factor.guards(settings) && subject.credential(factor.kind()).is_some()
    };
    roster(settings).any(guards) || subject.credentials.iter().any(is_of_the_app)
}

/// What this account can answer with: `totp`, and `recovery_code` while one is left;
/// nothing if no second factor guards it.
pub fn methods(subject: &Subject, settings: &Settings) -> Vec<&'static str> {
    if !guarded(subject, settings) {
        return vec![];
    }
    let left = roster(settings).filter(|factor| factor.is_left(subject));
    left.map(|factor| factor.method()).collect()
}

/// The one second factor that guards this account, if there is no other.
pub fn only(subject: &Subject, settings: &Settings) -> Option<&'static str> {
    let guards = roster(settings).filter(|f| f.guards(settings));
    let mut had = guards.filter(|factor| subject.credential(factor.kind()).is_some());
    let first = had.next()?.method();
    had.next().is_none().then_some(first)
}

/// What can follow a first proof by `first`: nothing is two factors by itself.
pub(super) fn methods_after(
    first: &str,
    subject: &Subject,
    settings: &Settings,
) -> Vec<&'static str> {
    let mut methods = methods(subject, settings);
    methods.retain(|method| *method != first);
    methods
}

/// The slow work that an answer needs before it is judged: codes that came from another
/// system are kept as it hashed them, and an app's own factor judges elsewhere.
pub(super) fn work(subject: Option<&Subject>, method: &str, answer: &Secret) -> Work {
    match subject {
        Some(subject) if method == codes::METHOD => codes::work(subject, answer),
        Some(subject) => app::work(subject, method, answer),
        None => Work::default(),
    }
}

/// What a guess at a second factor costs: the same for every flow, so that
/// beginning a new one gains nothing.
pub(super) fn guess(subject: &Subject, cx: &super::Gather<'_>) -> Vec<Take> {
    let guesser = Guesser::new(cx.client, Some(subject.user.id), "");
    guesser.takes(Guessed::Factor, cx.settings, cx.now)
}

/// What follows from an answer: to be written with a yes, or with the no.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) right: bool,
    pub(super) writes: Vec<Write>,
    pub(super) events: Vec<Event>,
}

/// Judges an answer to the factor that goes by `method`.
pub(super) fn judge(
    asked: Asked<'_>,
    method: &str,
    answer: &Secret,
    cx: &mut Decide<'_>,
) -> Judged {
    let subject = asked.subject;
    let known = methods(subject, cx.settings);
    let found = roster(cx.settings).find(|f| f.method() == method && known.contains(&f.method()));
    let Some(factor) = found else { return wrong(subject, method, Reason::NoCredential, cx) };
    let used = match factor.check(asked, answer, cx) {
        Ok(used) => used,
        Err(reason) => {
            let mut judged = wrong(subject, method, reason, cx);
            judged.writes.extend(factor.missed(subject));
            return judged;
        }
    };
    let mut writes = vec![used.write];
    let guesser = Guesser::new(cx.client, Some(subject.user.id), "");
    writes.extend(guesser.give_back(Guessed::Factor, cx));
    Judged { right: true, writes, events: used.event.into_iter().collect() }
}

fn wrong(subject: &Subject, method: &str, reason: Reason, cx: &mut Decide<'_>) -> Judged {
    Judged { right: false, writes: vec![], events: vec![failed(subject, method, reason, cx)] }
}

/// An answer was refused. The method is one of ours, or it is not repeated.
pub(super) fn failed(
    subject: &Subject,
    method: &str,
    reason: Reason,
    cx: &mut Decide<'_>,
) -> Event {
    let mut known = roster(cx.settings).map(|factor| factor.method()).chain(["password"]);
    let method = known.find(|known| *known == method).unwrap_or("other");
    let what = What::MfaFailed { method: method.into(), reason };
    cx.event(None, Some(subject.user.id), what)
}

/// What is written so that an account is without what `goes`. With its last second factor
/// go the recovery codes and the devices that were spared it: there is nothing left to
/// recover or to spare. From whoever `must` have one the last is not taken.
pub(super) fn without(
    subject: &Subject,
    goes: impl Fn(&Credential) -> bool,
    must: bool,
    settings: &Settings,
) -> Result<Vec<Write>, Refusal> {
    let mut rest = subject.clone();
    rest.credentials.retain(|found| !goes(found));
    let is_last = guarded(subject, settings) && !guarded(&rest, settings);
    if is_last && must {
        return Err(Refusal::MfaLastMethod);
    }
    let is_spare = |found: &Credential| [codes::KIND, trusted::KIND].contains(&found.kind.as_str());
    let gone = subject.credentials.iter().filter(|found| goes(found) || is_last && is_spare(found));
    Ok(gone.map(|found| Write::SpendCredential(found.id)).collect())
}

/// Removes every second factor, passkeys among them, with the devices that were spared it:
/// whoever lost what they had may have lost it to somebody.
pub(super) fn remove_all(subject: &Subject, settings: &Settings) -> Vec<Write> {
    let is_one = |found: &&Credential| {
        let is_in_the_roster = roster(settings).any(|factor| factor.kind() == found.kind);
        found.kind == trusted::KIND || is_in_the_roster || is_of_the_app(found)
    };
    let had = subject.credentials.iter().filter(is_one);
    had.map(|found| Write::SpendCredential(found.id)).collect()
}

/// Refuses what would change how an account is guarded, unless its owner proved
/// lately, and with all that the account asks for, who they are.
pub(super) fn fresh(session: &Session, subject: &Subject, cx: &Decide<'_>) -> Result<(), Refusal> {
    if is_fresh(session, subject, cx.settings, cx.now) {
        return Ok(());
    }
    Err(proof_wanted(subject, cx.settings))
}

/// Which proof an account is asked for again.
pub(super) fn proof_wanted(subject: &Subject, settings: &Settings) -> Refusal {
    Refusal::StepUpRequired { aal: needed(subject, settings), max_age: settings.step_up_age }
}

/// The same of what asks for a proof of its own: the session stands on all that the
/// account asks for, and not on a device that was spared some of it.
pub(super) fn in_full(
    session: &Session,
    subject: &Subject,
    cx: &Decide<'_>,
) -> Result<(), Refusal> {
    match session.aal >= needed(subject, cx.settings) {
        true => Ok(()),
        false => fresh(session, subject, cx),
    }
}

/// Whether the owner of an account proved lately, and with all that it asks for,
/// who they are.
pub fn is_fresh(session: &Session, subject: &Subject, settings: &Settings, now: Timestamp) -> bool {
    // An account without a name has nothing to prove itself with but its session; a key of
    // it is none.
    let proves = |found: &Credential| !is_mark(found) && !KEYS.contains(&found.kind.as_str());
    let is_nameless = subject.identifiers.is_empty()
        && subject.credential(own_user::KIND).is_none()
        && !subject.credentials.iter().any(proves);
    is_nameless
        || session.aal >= needed(subject, settings)
            && is_recent(session.auth_time, now, settings.step_up_age)
}

/// Kinds of credential that a program holds.
const KEYS: &[&str] = &["api_key", "authnzerver_key"];

/// How many factors an account asks for.
fn needed(subject: &Subject, settings: &Settings) -> u8 {
    if guarded(subject, settings) { 2 } else { 1 }
}

/// Whether a proof is young enough. One from the future is none.
pub fn is_recent(proven: Timestamp, now: Timestamp, age: core::time::Duration) -> bool {
    proven <= now.plus(SLACK) && now < proven.plus(age)
}

const SLACK: core::time::Duration = core::time::Duration::from_secs(300);

/// Wrong answers in a row after which an authenticator is dead until it is
/// enrolled anew; NIST SP 800-63B-4 section 3.2.2 allows 100.
pub(super) const MAX_FAILURES: u32 = 100;

/// Reads what a factor stored; `None` if it cannot be read, which proves nothing.
pub(super) fn read<T: DeserializeOwned>(found: &Credential) -> Option<T> {
    let kept: Kept<T> = serde_json::from_slice(&found.data).ok()?;
    (kept.v == 1).then_some(kept.data)
}

/// The stored form, with the version of its shape in front.
pub(super) fn written<T: Serialize>(data: &T) -> Vec<u8> {
    serde_json::to_vec(&Kept { v: 1, data }).unwrap_or_default()
}

#[derive(Deserialize, Serialize)]
struct Kept<T> {
    v: u8,
    #[serde(flatten)]
    data: T,
}
