//! Enrol a second factor of the app's own: begin, then prove with an answer that it works.

use serde::{Deserialize, Serialize};

use super::challenge::{self, For, replace};
use super::enrolled::allowed;
use super::factor::app::{AppFactor, AskApp, Sealed, credential};
use super::step_up::Facts as Own;
use super::totp::{Enrolled, enrolled};
use super::{Decide, Done, Flow, Gather, Verdict, Work};
use crate::Error;
use crate::id::{FlowId, SessionId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Challenge, Purpose, Session, Subject};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// A signed-in person wants a second factor of the app's own.
#[derive(Clone, Debug)]
pub struct BeginAppFactor {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// Which factor.
    pub factor: AppFactor,
    /// What the factor wants to be kept of them; `None` to know whether they may begin.
    pub kept: Option<Secret>,
}

/// What is remembered until the answer comes.
#[derive(Deserialize, Serialize)]
struct Pending {
    /// The word of the factor.
    factor: String,
    /// Sealed for this challenge, in hexadecimal.
    kept: String,
    /// The session that began.
    session: SessionId,
}

impl Flow for BeginAppFactor {
    type Facts = Own;
    type Yes = Option<FlowId>;
    const NAME: &'static str = "begin_app_factor";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Own, Error>> {
        Box::pin(Own::gather(self.user, self.session, cx))
    }

    fn decide(&self, facts: Own, _: Done, cx: &mut Decide<'_>) -> Verdict<Option<FlowId>> {
        let (subject, session) = match allowed(facts, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        if self.factor.of(&subject).is_some() {
            return Verdict::no(Refusal::invalid("factor", "already_enrolled"));
        }
        let Some(kept) = &self.kept else { return Verdict::yes(None, vec![], vec![]) };
        match self.pending(&subject, &session, kept, cx) {
            Some(begun) => Verdict::yes(Some(begun.id), replace(&begun), vec![]),
            None => Verdict::no(Refusal::Conflict),
        }
    }
}

impl BeginAppFactor {
    fn pending(
        &self,
        subject: &Subject,
        session: &Session,
        kept: &Secret,
        cx: &mut Decide<'_>,
    ) -> Option<Challenge> {
        let what = For {
            purpose: Purpose::EnrolFactor,
            user: Some(subject.user.id),
            kind: Kind::Username,
            normal: "",
            epoch: subject.user.session_epoch,
        };
        let (mut challenge, ..) = challenge::begin(what, cx);
        challenge.expires_at = cx.now.plus(cx.settings.mfa_lifetime);
        let kept = Sealed::new(kept, challenge.id.to_bytes(), cx.keys, cx.rng)?.into_text();
        let factor = self.factor.name().to_owned();
        let pending = Pending { factor, kept, session: session.id };
        challenge.data = serde_json::to_string(&pending).ok()?;
        Some(challenge)
    }
}

/// Proves that the factor works, and makes it the account's.
#[derive(Clone, Debug)]
pub struct ConfirmAppFactor {
    /// Who.
    pub user: UserId,
    /// The session they ask from: the one that began.
    pub session: SessionId,
    /// Which factor.
    pub factor: AppFactor,
    /// What [`BeginAppFactor`] answered.
    pub flow: FlowId,
    /// As given.
    pub answer: Secret,
}

/// What must be known to enrol.
#[derive(Debug)]
pub struct Facts {
    own: Own,
    challenge: Option<Challenge>,
}

impl Flow for ConfirmAppFactor {
    type Facts = Facts;
    type Yes = Enrolled;
    const NAME: &'static str = "confirm_app_factor";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let own = Own::gather(self.user, self.session, cx).await?;
            Ok(Facts { own, challenge: cx.store.challenge(self.flow).await? })
        })
    }

    fn work(&self, facts: &Facts) -> Work {
        let tried = facts.challenge.as_ref().filter(|found| found.attempts_left > 0);
        let app = tried.and_then(|found| self.awaited(found)).map(|kept| {
            Box::new(AskApp {
                factor: self.factor.name().to_owned(),
                user: self.user,
                kept,
                answer: self.answer.clone(),
            })
        });
        Work { app, ..Work::default() }
    }

    fn decide(&self, facts: Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<Enrolled> {
        let (subject, session) = match facts.own.live(cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let is_live = |found: &Challenge| {
            cx.now < found.expires_at && found.epoch == subject.user.session_epoch
        };
        let begun = facts.challenge.filter(is_live).filter(|_| self.factor.of(&subject).is_none());
        let Some((found, kept)) = begun.and_then(|c| self.awaited(&c).map(|kept| (c, kept))) else {
            return Verdict::no(Refusal::CodeExpired);
        };
        if found.attempts_left <= 0 {
            return Verdict::no(Refusal::CodeAttemptsExceeded);
        }
        let Some(now) = done.app.as_ref().and_then(|said| said.of(&kept)) else {
            let writes = vec![Write::TakeAttempt(found.id)];
            return Verdict::refuse(Refusal::CodeInvalid, writes, vec![]);
        };
        let Some(added) = credential(&self.factor, subject.user.id, now, cx) else {
            return Verdict::no(Refusal::Conflict);
        };
        let writes = vec![Write::SpendChallenge(found.id), Write::AddCredential(added)];
        enrolled(&subject, &session, self.factor.name(), cx).after(writes, vec![])
    }
}

impl ConfirmAppFactor {
    /// What the factor wanted to be kept, if this challenge is the one that was begun.
    fn awaited(&self, found: &Challenge) -> Option<Sealed> {
        let is_ours = found.purpose == Purpose::EnrolFactor && found.user == Some(self.user);
        let begun: Pending = serde_json::from_str(&found.data).ok().filter(|_| is_ours)?;
        let is_it = begun.session == self.session && begun.factor == self.factor.name();
        is_it.then(|| Sealed::stored(found.id.to_bytes(), begun.kept))
    }
}
