//! Prove again who you are, before something that cannot be undone.

use super::factor::{self, Asked};
use super::guess::AtPassword;
use super::open::{Opened, Standing, rotate};
use super::sign_in::{password_of, text};
use super::{Decide, Done, Flow, Gather, Stored, Verdict, Work};
use crate::Error;
use crate::id::{SessionId, UserId};
use crate::port::{Fut, Take};
use crate::record::{Event, Reason, Session, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Timestamp;

/// A signed-in person proves again who they are. Their session is rotated; an
/// account with a second factor proves that one, another its password.
#[derive(Clone, Debug)]
pub struct StepUp {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// `password`, or a second factor: `totp`, `recovery_code`, …
    pub method: String,
    /// As typed.
    pub answer: Secret,
}

/// An account, and a session of its own.
#[derive(Debug)]
pub struct Facts {
    pub(super) subject: Option<Subject>,
    pub(super) session: Option<Session>,
}

impl Facts {
    pub(super) async fn gather(
        user: UserId,
        session: SessionId,
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let subject = cx.store.subject(user).await?;
        let session = cx.store.session(session).await?.map(|(session, _)| session);
        Ok(Self { subject, session: session.filter(|s| s.user == user) })
    }

    /// Both, if the session still is one.
    pub(super) fn live(self, cx: &Decide<'_>) -> Result<(Subject, Session), Refusal> {
        self.live_at(cx.now)
    }

    /// Both, if the session is one at this moment.
    pub(super) fn live_at(self, now: Timestamp) -> Result<(Subject, Session), Refusal> {
        let subject = self.subject.filter(|s| s.user.is_active());
        let both = subject.zip(self.session);
        if both.as_ref().is_some_and(|(_, session)| session.impersonator.is_some()) {
            return Err(Refusal::Impersonating);
        }
        both.filter(|(subject, session)| {
            session.epoch == subject.user.session_epoch && session.is_alive(now)
        })
        .ok_or(Refusal::Unauthenticated)
    }
}

/// What an account can step up with: its second factors, or its password.
pub fn ways(subject: &Subject, settings: &Settings) -> Vec<&'static str> {
    // A passkey proves it by signing in again: a step of its own asks it nothing.
    let factors = factor::methods_after("passkey", subject, settings);
    if factors.is_empty() && password_of(Some(subject)).is_some() {
        return vec![PASSWORD];
    }
    factors
}

const PASSWORD: &str = "password";

/// An account, a session of its own, and guesses at its password.
#[derive(Debug)]
pub struct Guessing {
    pub(super) own: Facts,
    pub(super) guess: AtPassword,
}

impl Guessing {
    pub(super) async fn gather(
        user: UserId,
        session: SessionId,
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let own = Facts::gather(user, session, cx).await?;
        let guess = AtPassword::gather(own.subject.as_ref(), Some(user), "", cx).await?;
        Ok(Self { own, guess })
    }

    /// What the password is checked against; a dead one against nothing.
    pub(super) fn stored(&self) -> Stored {
        let found = password_of(self.own.subject.as_ref()).filter(|_| !self.guess.is_dead());
        found.map_or(Stored::Decoy, |found| Stored::Phc(text(found)))
    }
}

impl Flow for StepUp {
    type Facts = Guessing;
    type Yes = Box<Opened>;
    const NAME: &'static str = "step_up";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Guessing, Error>> {
        Box::pin(Guessing::gather(self.user, self.session, cx))
    }

    fn takes(&self, facts: &Guessing, cx: &Gather<'_>) -> Vec<Take> {
        if self.by_password() {
            return facts.guess.takes(cx);
        }
        facts.own.subject.iter().flat_map(|subject| factor::guess(subject, cx)).collect()
    }

    fn limited(&self, facts: &Guessing, cx: &mut Decide<'_>) -> Vec<Event> {
        let failed = |subject| factor::failed(subject, &self.method, Reason::TooMany, cx);
        facts.own.subject.iter().map(failed).collect()
    }

    fn work(&self, facts: &Guessing) -> Work {
        match self.by_password() {
            true => Work::verify(&self.answer, facts.stored()),
            false => factor::work(facts.own.subject.as_ref(), &self.method, &self.answer),
        }
    }

    fn decide(&self, facts: Guessing, done: Done, cx: &mut Decide<'_>) -> Verdict<Box<Opened>> {
        let Guessing { own, guess } = facts;
        let (subject, session) = match own.live(cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        if !ways(&subject, cx.settings).contains(&self.method.as_str()) {
            let failed = factor::failed(&subject, &self.method, Reason::NoCredential, cx);
            return Verdict::refuse(Refusal::MfaInvalid, vec![], vec![failed]);
        }
        if self.by_password() {
            let judged = Self::password(&subject, &guess, done, cx);
            return self.by(&subject, &session, session.aal, judged, cx);
        }
        let asked = Asked { subject: &subject, done: &done, challenge: None };
        let judged = factor::judge(asked, &self.method, &self.answer, cx);
        self.by(&subject, &session, 2, judged, cx)
    }
}

impl StepUp {
    fn by_password(&self) -> bool {
        self.method == PASSWORD
    }

    fn password(
        subject: &Subject,
        guess: &AtPassword,
        done: Done,
        cx: &mut Decide<'_>,
    ) -> factor::Judged {
        if !done.verified {
            let events = vec![factor::failed(subject, PASSWORD, guess.why_not(), cx)];
            return factor::Judged { right: false, writes: vec![guess.wrong()], events };
        }
        factor::Judged { right: true, writes: guess.right(cx), events: vec![] }
    }

    fn by(
        &self,
        subject: &Subject,
        session: &Session,
        aal: u8,
        judged: factor::Judged,
        cx: &mut Decide<'_>,
    ) -> Verdict<Box<Opened>> {
        if !judged.right {
            return Verdict::refuse(Refusal::MfaInvalid, judged.writes, judged.events);
        }
        let standing = Standing::also(session, &self.method, aal);
        let (opened, writes, created) = rotate(session, &subject.user, standing, cx);
        let what =
            What::SessionSteppedUp { session: opened.session.id, method: self.method.clone() };
        let events = vec![cx.own_event(self.user, what), created];
        Verdict::yes(Box::new(opened), writes, events).after(judged.writes, judged.events)
    }
}
