//! Somebody whom the app authenticated itself is to be remembered without a session: by
//! a ticket, of which nothing is stored.

use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::Fut;
use crate::record::{Reason, Subject, User, What};
use crate::refusal::Refusal;

/// Asks whether an account may be remembered. Locks and missing verification are obeyed.
#[derive(Clone, Debug)]
pub struct Remember {
    /// Who.
    pub user: UserId,
    /// How the app knows: `app`, `saml`, …
    pub method: String,
}

impl Flow for Remember {
    type Facts = Option<Subject>;
    type Yes = Box<User>;
    const NAME: &'static str = "remember";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Box<User>> {
        let Some(subject) = facts else { return Verdict::no(Refusal::NotFound) };
        let user = subject.user;
        let lacks = cx.settings.verify.lacks(&subject.identifiers);
        let barred = match &user {
            user if user.deleted_at.is_some() => {
                Some((Reason::Deleted, Refusal::InvalidCredentials))
            }
            user if user.locked_at.is_some() => Some((Reason::Locked, Refusal::InvalidCredentials)),
            _ if !lacks.is_empty() && !subject.identifiers.is_empty() => {
                Some((Reason::Unverified, Refusal::Unverified { flow: None }))
            }
            _ => None,
        };
        if let Some((reason, refusal)) = barred {
            let what = What::SignInFailed { method: self.method.clone(), reason };
            let event = cx.event(None, Some(user.id), what);
            return Verdict::refuse(refusal, vec![], vec![event]);
        }
        let what = What::SignInSucceeded { method: self.method.clone() };
        let event = cx.own_event(user.id, what);
        Verdict::yes(Box::new(user), vec![], vec![event])
    }
}
