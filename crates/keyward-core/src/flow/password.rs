//! Change a password that one knows.

use super::challenge;
use super::factor::{fresh, in_full, trusted};
use super::guess::AtPassword;
use super::open::{Opened, Standing, rotate};
use super::step_up::Guessing;
use super::{Decide, Done, Flow, Gather, Verdict, Work};
use crate::Error;
use crate::id::{CredentialId, SessionId, UserId};
use crate::identifier::Kind;
use crate::password::rules;
use crate::port::{Fut, Take, Write};
use crate::record::{Credential, Event, Identifier, Session, Subject, User, What};
use crate::refusal::{Problem, Refusal};
use crate::secret::Secret;
use crate::settings::Settings;

/// A signed-in person sets a new password. Their session is rotated; all
/// others are closed unless told otherwise.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// As typed; `None` for an account that has none yet, which needs a recent proof.
    pub current: Option<Secret>,
    /// As typed.
    pub new: Secret,
    /// Leave the other sessions open.
    pub keep_others: bool,
}

impl Flow for ChangePassword {
    type Facts = Guessing;
    type Yes = Box<Opened>;
    const NAME: &'static str = "change_password";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(Guessing::gather(self.user, self.session, cx))
    }

    fn takes(&self, facts: &Self::Facts, cx: &Gather<'_>) -> Vec<Take> {
        facts.guess.takes(cx)
    }

    fn work(&self, facts: &Self::Facts) -> Work {
        match &self.current {
            Some(current) => Work::verify(current, facts.stored()).and(Work::hash(&self.new)),
            None => Work::hash(&self.new),
        }
    }

    fn decide(
        &self,
        facts: Self::Facts,
        mut done: Done,
        cx: &mut Decide<'_>,
    ) -> Verdict<Box<Opened>> {
        let Guessing { own, guess } = facts;
        let (subject, session) = match own.live(cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let is_first = self.current.is_none() && subject.credential("password").is_none();
        let may = if is_first { fresh } else { in_full };
        if let Err(refusal) = may(&session, &subject, cx) {
            return Verdict::no(refusal);
        }
        if !done.verified && !is_first {
            let what = What::SignInFailed { method: "password".into(), reason: guess.why_not() };
            let event = cx.event(Some(self.user), Some(self.user), what);
            let refusal = Refusal::invalid("current_password", "invalid_credentials");
            return Verdict::refuse(refusal, vec![guess.wrong()], vec![event]);
        }
        let problems = new_password_problems(&self.new, "new_password", &subject, cx.settings);
        if !problems.is_empty() {
            return Verdict::no(Refusal::Invalid(problems));
        }
        let phc = match done.new_hash("new_password") {
            Ok(phc) => phc,
            Err(refusal) => return Verdict::no(refusal),
        };
        self.changed(&subject, &session, phc, &guess, cx)
    }
}

impl ChangePassword {
    fn changed(
        &self,
        subject: &Subject,
        session: &Session,
        phc: String,
        guess: &AtPassword,
        cx: &mut Decide<'_>,
    ) -> Verdict<Box<Opened>> {
        let (user, mut writes) = set_password(subject, phc, !self.keep_others, cx);
        writes.extend(guess.right(cx));
        let what = What::PasswordChanged { by: "owner".into(), closed_sessions: !self.keep_others };
        let mut events = vec![cx.own_event(user.id, what)];
        writes.extend(tell(subject, "password_changed", cx));
        // It keeps what it stood on.
        let standing = Standing::also(session, "password", session.aal);
        let (opened, opening, event) = rotate(session, &user, standing, cx);
        writes.extend(opening);
        events.push(event);
        Verdict::yes(Box::new(opened), writes, events)
    }
}

/// Looks whether an account has a password, for the form that sets one.
#[derive(Clone, Debug)]
pub struct HasPassword {
    /// Whose.
    pub user: UserId,
}

impl Flow for HasPassword {
    type Facts = Option<Subject>;
    type Yes = bool;
    const NAME: &'static str = "has_password";
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, _: &mut Decide<'_>) -> Verdict<bool> {
        let has = facts.is_some_and(|subject| subject.credential("password").is_some());
        Verdict::yes(has, vec![], vec![])
    }
}

/// What is wrong with a new password for an account that exists.
pub(super) fn new_password_problems(
    password: &Secret,
    field: &'static str,
    subject: &Subject,
    settings: &Settings,
) -> Vec<Problem> {
    let mut context: Vec<&str> = subject.identifiers.iter().map(|i| i.normal.as_str()).collect();
    context.push(&settings.brand);
    let found = rules::check(password, settings.password_min, &context);
    found.into_iter().map(|found| Problem { field, code: found.code() }).collect()
}

/// Writes that store a new password; with `close`, every older session dies.
/// Returns the account as it will be.
pub(super) fn set_password(
    subject: &Subject,
    phc: String,
    close: bool,
    cx: &mut Decide<'_>,
) -> (User, Vec<Write>) {
    let mut user = subject.user.clone();
    user.updated_at = cx.now;
    user.must_change_password = false;
    user.session_epoch += i64::from(close);
    let mut writes = vec![
        Write::SwapUser { was: user.version, now: user.clone() },
        Write::KillChallengesOf(user.id),
        Write::NoteChange(user.id),
    ];
    writes.extend(trusted::forget(subject));
    if close {
        writes.push(Write::CloseSessionsOf { user: user.id, except: None });
    }
    user.version += 1;
    writes.push(match subject.credential("password") {
        Some(old) => {
            Write::SwapCredential { id: old.id, was: old.data.clone(), now: phc.into_bytes() }
        }
        None => Write::AddCredential(Credential {
            id: CredentialId::mint(cx.now, cx.rng),
            user: user.id,
            kind: "password".into(),
            data: phc.into_bytes(),
            created_at: cx.now,
        }),
    });
    (user, writes)
}

/// A letter without secrets to every address that the account has proven: whoever
/// took one of them over cannot keep the owner from hearing of it.
pub(super) fn tell(subject: &Subject, template: &str, cx: &mut Decide<'_>) -> Vec<Write> {
    let reached = |i: &&Identifier| i.verified_at.is_some() && i.kind != Kind::Username;
    let to = subject.identifiers.iter().filter(reached);
    to.filter_map(|to| challenge::notice(template, to, &subject.user.name, cx).ok()).collect()
}

/// An event about a password that somebody else set.
pub(super) fn set_by_admin(subject: &Subject, actor: Option<UserId>, cx: &mut Decide<'_>) -> Event {
    let what = What::PasswordChanged { by: "admin".into(), closed_sessions: true };
    cx.event(actor, Some(subject.user.id), what)
}
