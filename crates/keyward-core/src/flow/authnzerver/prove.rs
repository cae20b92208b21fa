//! A frontend has proven an address by a secret of its own, or notes something.

use serde_json::{Map, Value};

use super::number::ISSUER;
use crate::Error;
use crate::flow::beyond::is_beyond_for_good;
use crate::flow::session::merged;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::UserId;
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Subject, What};
use crate::refusal::Refusal;

/// Counts an e-mail address as proven. It lifts no lock, and proves no other name.
#[derive(Clone, Debug)]
pub struct ProveAddress {
    /// Whose.
    pub user: UserId,
    /// Who asks, if it is somebody; `None` for the frontend itself.
    pub actor: Option<UserId>,
}

impl Flow for ProveAddress {
    /// The account, and whether it may do more than whoever asks.
    type Facts = (Option<Subject>, bool);
    type Yes = ();
    const NAME: &'static str = "prove_address_by_frontend";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            let subject = cx.store.subject(self.user).await?;
            Ok((subject, is_beyond_for_good(self.actor, self.user, cx).await?))
        })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (subject, beyond) = facts;
        let Some(subject) = subject.filter(|subject| subject.user.is_active()) else {
            return Verdict::no(Refusal::NotFound);
        };
        let Some(name) = subject.identifier(Kind::Email) else {
            return Verdict::no(Refusal::NotFound);
        };
        if name.verified_at.is_some() {
            return Verdict::yes((), vec![], vec![]);
        }
        // Nobody vouches for themselves, or for somebody who may do more.
        if beyond || self.actor == Some(self.user) {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        let (user, normal) = (self.user, name.normal.clone());
        let proven = Write::VerifyIdentifier { user, kind: Kind::Email, normal, at: cx.now };
        let identifier_kind = Kind::Email.as_str().to_owned();
        let what = What::UserVerified { identifier_kind, by: ISSUER.into() };
        let event = cx.event(self.actor, Some(self.user), what);
        Verdict::yes((), vec![proven, Write::NoteChange(self.user)], vec![event])
    }
}

/// Merges a frontend's notes into the properties of an account.
#[derive(Clone, Debug)]
pub struct Annotate {
    /// Whose.
    pub user: UserId,
    /// JSON Merge Patch of the properties.
    pub noted: Map<String, Value>,
}

impl Flow for Annotate {
    type Facts = Option<Subject>;
    type Yes = ();
    const NAME: &'static str = "annotate_by_frontend";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let Some(subject) = facts.filter(|it| it.user.deleted_at.is_none()) else {
            return Verdict::no(Refusal::NotFound);
        };
        let mut user = subject.user;
        user.properties = merged(&user.properties, &self.noted);
        user.updated_at = cx.now;
        let swap = Write::SwapUser { was: user.version, now: user };
        let what = What::UserUpdated { fields: vec!["properties".into()] };
        let event = cx.event(None, Some(self.user), what);
        Verdict::yes((), vec![swap, Write::NoteChange(self.user)], vec![event])
    }
}
