//! Act as somebody else, to see what they see: for a short time, for a reason that
//! is written down, and never as somebody who may do more.
//!
//! What happens in such a session is done by whoever acts in it, to the person whose
//! it is: [`Decide::event`] says so for every flow. And no flow runs in it that does
//! not say that it may: see [`Flow::WHILE_IMPERSONATING`].

use super::beyond::is_beyond;
use super::enrolled::allowed;
use super::open::{Opened, impersonated};
use super::step_up::Facts as Own;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{SessionId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Session, SessionKind, Subject, User, What};
use crate::refusal::Refusal;

/// The permission to act as somebody else.
pub const PERMISSION: &str = "users:impersonate";

/// An administrator acts as somebody else.
#[derive(Clone, Debug)]
pub struct Impersonate {
    /// Who acts; that they hold [`PERMISSION`] was asked at the door, and is asked
    /// again whenever the session is used.
    pub actor: UserId,
    /// The session they ask from. The new one ends with it.
    pub session: SessionId,
    /// As whom.
    pub user: UserId,
    /// Why: 1 to 300 characters.
    pub reason: String,
    /// What will hold the session.
    pub kind: SessionKind,
}

/// What must be known to act as somebody.
#[derive(Debug)]
pub struct Facts {
    own: Own,
    subject: Option<Subject>,
    beyond: bool,
}

impl Flow for Impersonate {
    type Facts = Facts;
    type Yes = Box<Opened>;
    const NAME: &'static str = "impersonate";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let own = Own::gather(self.actor, self.session, cx).await?;
            let subject = cx.store.subject(self.user).await?;
            let beyond = is_beyond(Some(self.actor), self.user, cx).await?;
            Ok(Facts { own, subject, beyond })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Box<Opened>> {
        let (_, own) = match allowed(facts.own, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let Some(subject) = facts.subject else { return Verdict::no(Refusal::NotFound) };
        let length = self.reason.trim().chars().count();
        if !(1..=300).contains(&length) || self.reason.chars().any(char::is_control) {
            return Verdict::no(Refusal::invalid("reason", "reason_invalid"));
        }
        if facts.beyond || self.user == self.actor {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        if !subject.user.is_active() {
            return Verdict::no(Refusal::Conflict);
        }
        let (opened, writes) = impersonated(&subject.user, &own, self.kind, cx);
        let (session, reason) = (opened.session.id, self.reason.trim().to_owned());
        let what = What::ImpersonationStarted { session, reason };
        let event = cx.event(Some(self.actor), Some(self.user), what);
        Verdict::yes(Box::new(opened), writes, vec![event])
    }
}

/// Whether `actor` may still do all that `user` may: either may have changed since.
///
/// # Errors
/// The store could not answer.
pub async fn still_covers(actor: UserId, user: UserId, cx: Gather<'_>) -> Result<bool, Error> {
    Ok(!is_beyond(Some(actor), user, cx).await?)
}

/// Stops acting as somebody else.
#[derive(Clone, Debug)]
pub struct StopImpersonating {
    /// The session that ends.
    pub session: SessionId,
}

impl Flow for StopImpersonating {
    type Facts = Option<(Session, User)>;
    type Yes = UserId;
    const NAME: &'static str = "stop_impersonating";
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.session(self.session)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<UserId> {
        let acting = facts.and_then(|(session, user)| Some((session.impersonator?, user)));
        let Some((by, user)) = acting else { return Verdict::no(Refusal::NotFound) };
        let what = What::ImpersonationStopped { session: self.session };
        let event = cx.event(Some(by.user), Some(user.id), what);
        let writes = vec![Write::CloseSession(self.session), Write::NoteChange(user.id)];
        Verdict::yes(user.id, writes, vec![event])
    }
}
