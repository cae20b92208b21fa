//! Sign in by a method of the app's own: it judges, and everything else is as for a
//! password: what an attempt costs, what is refused, what else is asked for, the log.
//!
//! Its work is slow and elsewhere, so it stands between two flows: [`TryMethod`] pays for
//! the attempt, then the app's method judges, and [`FinishMethod`] decides what follows.

use super::guess::{Guessed, Guesser};
use super::open::Opening;
use super::proven::{Proof, SignedIn, proven};
use super::sign_in::find;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::identifier::{self, Kind, folded};
use crate::port::{Fut, Take};
use crate::record::{Event, Identifier, Reason, Subject, What};
use crate::refusal::Refusal;

/// Whose an answer is, as a method of the app's says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Whose {
    /// This account's.
    Account(UserId),
    /// That of whoever has this e-mail address, username or phone number, which must be
    /// proven: otherwise somebody could claim another one's address and wait.
    Named(String),
}

/// Pays for one attempt.
#[derive(Clone, Debug)]
pub struct TryMethod {
    /// The method's word.
    pub method: String,
    /// As typed.
    pub identifier: String,
}

impl Flow for TryMethod {
    type Facts = Option<Subject>;
    type Yes = ();
    const NAME: &'static str = "try_method";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(find(&self.identifier, cx))
    }

    fn takes(&self, facts: &Self::Facts, cx: &Gather<'_>) -> Vec<Take> {
        let user = facts.as_ref().map(|subject| subject.user.id);
        let guesser = Guesser::new(cx.client, user, &folded(&self.identifier));
        guesser.takes(Guessed::Password, cx.settings, cx.now)
    }

    fn limited(&self, facts: &Self::Facts, cx: &mut Decide<'_>) -> Vec<Event> {
        vec![failed(&self.method, facts.as_ref(), Reason::TooMany, cx)]
    }

    fn decide(&self, _: Self::Facts, _: Done, _: &mut Decide<'_>) -> Verdict<()> {
        Verdict::yes((), vec![], vec![])
    }
}

/// Decides what follows from what the method said.
#[derive(Clone, Debug)]
pub struct FinishMethod {
    /// The method's word.
    pub method: String,
    /// As typed.
    pub identifier: String,
    /// Whose the answer is; `None` if it is nobody's.
    pub whose: Option<Whose>,
    /// How to open the session.
    pub open: Opening,
}

/// What must be known to decide.
#[derive(Debug)]
pub struct Facts {
    /// Whose name was typed.
    typed: Option<Subject>,
    /// Who the method says it is.
    proven: Option<Subject>,
}

impl Flow for FinishMethod {
    type Facts = Facts;
    type Yes = SignedIn;
    const NAME: &'static str = "finish_method";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let typed = find(&self.identifier, cx).await?;
            let proven = match &self.whose {
                None => None,
                Some(Whose::Account(user)) => cx.store.subject(*user).await?,
                Some(Whose::Named(name)) => named(name, cx).await?,
            };
            Ok(Facts { typed, proven })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let Facts { typed, proven: found } = facts;
        let is_another = |subject: &Subject| {
            typed.as_ref().is_some_and(|typed| typed.user.id != subject.user.id)
        };
        let Some(subject) = found.filter(|subject| !is_another(subject)) else {
            let reason = match (&self.whose, &typed) {
                (None, None) => Reason::UnknownIdentifier,
                (None, Some(_)) => Reason::WrongSecret,
                (Some(_), _) => Reason::NoCredential,
            };
            let event = failed(&self.method, typed.as_ref(), reason, cx);
            return Verdict::refuse(Refusal::InvalidCredentials, vec![], vec![event]);
        };
        let identifier = self.identifier.as_str();
        let proof = Proof { subject: &subject, method: &self.method, aal: 1, identifier };
        let verdict = proven(proof, Some(self.open), cx);
        // The same budget that the attempt was taken from.
        let user = typed.as_ref().map(|subject| subject.user.id);
        let guesser = Guesser::new(cx.client, user, &folded(identifier));
        let writes = guesser.give_back(Guessed::Password, cx);
        #[cfg(feature = "captcha")]
        let writes = {
            let free = super::captcha::give_back(subject.user.id, cx);
            writes.into_iter().chain(free).collect()
        };
        verdict.after(writes, vec![])
    }
}

/// Whoever has this name, if they have proven it; a username needs no proof.
async fn named(name: &str, cx: Gather<'_>) -> Result<Option<Subject>, Error> {
    let kind = identifier::guess(name);
    let Ok(normal) = identifier::normalise(kind, name) else { return Ok(None) };
    let is_theirs = |found: &Identifier| {
        let is_it = found.kind == kind && found.normal == normal.text;
        is_it && (kind == Kind::Username || found.verified_at.is_some())
    };
    let subject = cx.store.subject_by(kind, &normal.text).await?;
    Ok(subject.filter(|subject| subject.identifiers.iter().any(is_theirs)))
}

fn failed(method: &str, subject: Option<&Subject>, reason: Reason, cx: &mut Decide<'_>) -> Event {
    let what = What::SignInFailed { method: method.into(), reason };
    cx.event(None, subject.map(|subject| subject.user.id), what)
}
