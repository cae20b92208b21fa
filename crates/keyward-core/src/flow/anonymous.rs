//! An account without a name, to be given one later: it keeps its id, and its session
//! the data that is on it.
//!
//! A name is added as it is changed ([`address`](super::address)): proven first, so
//! that nobody learns whether somebody else has it. Until then the account has its
//! session alone; when that ends, nobody can come back to it.

use super::open::{Opened, Opening, Standing, open};
use super::sign_up::{add_subject, new_subject};
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{CredentialId, UserId};
use crate::port::{ANONYMOUS, Fut, WAYS_BACK, Write};
use crate::record::{Credential, DeletedBy, Subject, What};
use crate::refusal::Refusal;
use crate::settings::{Settings, SignUpMode};

/// Whether anybody gets an account without a name.
pub fn is_offered(settings: &Settings) -> bool {
    settings.anonymous && settings.sign_up == SignUpMode::Open
}

/// Somebody wants an account without saying who they are.
#[derive(Clone, Debug)]
pub struct BeginAnonymous {
    /// How to open its session.
    pub open: Opening,
}

impl Flow for BeginAnonymous {
    type Facts = ();
    type Yes = Box<Opened>;
    const NAME: &'static str = "begin_anonymous";
    const FOR_STRANGERS: bool = true;

    fn gather<'a>(&'a self, _: Gather<'a>) -> Fut<'a, Result<(), Error>> {
        Box::pin(core::future::ready(Ok(())))
    }

    fn decide(&self, (): (), _: Done, cx: &mut Decide<'_>) -> Verdict<Box<Opened>> {
        if !is_offered(cx.settings) {
            return Verdict::no(Refusal::MethodDisabled);
        }
        let mut subject = new_subject("", &[], None, cx);
        let user = subject.user.id;
        // Tells it from accounts that an app makes without a name, on purpose.
        subject.credentials.push(Credential {
            id: CredentialId::mint(cx.now, cx.rng),
            user,
            kind: ANONYMOUS.into(),
            data: vec![],
            created_at: cx.now,
        });
        let mut writes = add_subject(&subject);
        let (opened, opening, event) =
            open(&subject.user, Standing::one("anonymous"), self.open, cx);
        writes.extend(opening);
        let created = cx.own_event(user, What::UserCreated { by: "anonymous".into() });
        Verdict::yes(Box::new(opened), writes, vec![created, event])
    }
}

/// Deletes an account that was begun without a name long enough ago, and that nobody
/// can come back to: no name, no session, and none of [`WAYS_BACK`]. It is erased later,
/// like every deleted one.
#[derive(Clone, Debug)]
pub struct ForgetAbandoned {
    /// Which.
    pub user: UserId,
}

/// What must be known to forget an account.
#[derive(Debug)]
pub struct AbandonedFacts {
    subject: Option<Subject>,
    /// Somebody may still hold a session of it.
    is_held: bool,
}

impl Flow for ForgetAbandoned {
    type Facts = AbandonedFacts;
    type Yes = ();
    const NAME: &'static str = "forget_abandoned";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<AbandonedFacts, Error>> {
        Box::pin(async move {
            let subject = cx.store.subject(self.user).await?;
            let is_held = !cx.store.sessions_of(self.user).await?.is_empty();
            Ok(AbandonedFacts { subject, is_held })
        })
    }

    fn decide(&self, facts: AbandonedFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let due = |subject: &Subject| {
            let until = subject.user.created_at.plus(cx.settings.anonymous_lifetime);
            until <= cx.now && subject.user.deleted_at.is_none() && is_nobodys(subject)
        };
        let Some(subject) = facts.subject.filter(|subject| !facts.is_held && due(subject)) else {
            return Verdict::no(Refusal::NotFound);
        };
        let mut user = subject.user;
        let was = user.version;
        (user.deleted_at, user.deleted_by) = (Some(cx.now), Some(DeletedBy::Admin));
        user.session_epoch += 1;
        user.updated_at = cx.now;
        let writes = vec![Write::SwapUser { was, now: user }, Write::NoteChange(self.user)];
        Verdict::yes((), writes, vec![cx.event(None, Some(self.user), What::UserDeleted {})])
    }
}

/// Begun without a name, still without one, and with no other way to it: nothing but
/// its session holds it.
pub fn is_nobodys(subject: &Subject) -> bool {
    let leads_back = |kind: &str| WAYS_BACK.contains(&kind);
    subject.identifiers.is_empty()
        && subject.credential(ANONYMOUS).is_some()
        && !subject.credentials.iter().any(|found| leads_back(&found.kind))
}
