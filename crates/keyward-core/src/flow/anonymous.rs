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
use crate::port::Fut;
use crate::record::What;
use crate::refusal::Refusal;
use crate::settings::SignUpMode;

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

    fn gather<'a>(&'a self, _: Gather<'a>) -> Fut<'a, Result<(), Error>> {
        Box::pin(core::future::ready(Ok(())))
    }

    fn decide(&self, (): (), _: Done, cx: &mut Decide<'_>) -> Verdict<Box<Opened>> {
        if !cx.settings.anonymous || cx.settings.sign_up != SignUpMode::Open {
            return Verdict::no(Refusal::MethodDisabled);
        }
        let subject = new_subject("", &[], None, cx);
        let user = subject.user.id;
        let mut writes = add_subject(&subject);
        let (opened, opening, event) =
            open(&subject.user, Standing::one("anonymous"), self.open, cx);
        writes.extend(opening);
        let created = cx.own_event(user, What::UserCreated { by: "anonymous".into() });
        Verdict::yes(Box::new(opened), writes, vec![created, event])
    }
}
