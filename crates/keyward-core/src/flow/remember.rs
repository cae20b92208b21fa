//! Somebody whom the app authenticated itself is to be remembered without a session: by
//! a ticket, of which nothing is stored.

use super::session::refuse_barred;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::Fut;
use crate::record::{Subject, User, What};
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
        if let Some(refused) = refuse_barred(&subject, &self.method, cx) {
            return refused;
        }
        let user = subject.user;
        let what = What::SignInSucceeded { method: self.method.clone() };
        let event = cx.own_event(user.id, what);
        Verdict::yes(Box::new(user), vec![], vec![event])
    }
}
