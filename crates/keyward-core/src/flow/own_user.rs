//! People whom the app keeps in a table of its own: their password is checked there,
//! by the rules of every sign-in, and an account here stands for them from their first
//! sign-in on. Roles, sessions and the log hang on it; it has no names and no password.

use super::guess::AtPassword;
use super::open::Opening;
use super::proven::{Proof, SignedIn, proven};
use super::sign_up::{add_subject, new_subject};
use super::{Decide, Done, Flow, Gather, Stored, Verdict, Work};
use crate::Error;
use crate::id::{CredentialId, TenantId};
use crate::identifier::folded;
use crate::port::{Fut, Take, Write};
use crate::record::{Credential, Event, Identity, Reason, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// The kind of the credential that says whom an account stands for. Its data is the id
/// in the app's table.
pub const KIND: &str = "own_user";

/// Somebody in the app's table.
#[derive(Clone, Debug)]
pub struct OwnUser {
    /// What the app calls them, for ever; at most [`Identity::MAX`] bytes.
    pub id: String,
    /// What to call them here, when their account is made.
    pub name: String,
    /// What is stored of their password, in a form that can be read; empty for none.
    pub password: Secret,
}

/// One attempt of somebody in the app's table to sign in with a password.
#[derive(Clone, Debug)]
pub struct SignInOwn {
    /// The name of the table, for ever; at most [`Identity::MAX`] bytes.
    pub issuer: String,
    /// As typed.
    pub login: String,
    /// Whom the app found by it.
    pub found: OwnUser,
    /// As typed.
    pub password: Secret,
    /// How to open the session; `None` checks the password and opens nothing.
    pub open: Option<Opening>,
}

/// What must be known to decide.
#[derive(Debug)]
pub struct Facts {
    subject: Option<Subject>,
    guess: AtPassword,
}

/// What a password led to, and what the app should store of it from now on.
#[derive(Debug)]
pub struct OwnSignedIn {
    /// As at every sign-in.
    pub signed_in: SignedIn,
    /// The stored form, where it was weak or another system's.
    pub renewed: Option<String>,
}

impl Flow for SignInOwn {
    type Facts = Facts;
    type Yes = OwnSignedIn;
    const NAME: &'static str = "sign_in_own";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let identity = cx.store.identity(&self.issuer, &self.found.id).await?;
            let subject = match identity {
                Some(identity) => cx.store.subject(identity.user).await?,
                None => None,
            };
            let user = subject.as_ref().map(|s| s.user.id);
            // Wrong answers in a row count for the password that the app stores now.
            let with_password = subject.as_ref().map(|subject| self.with_password(subject));
            let typed = folded(&self.login);
            let guess = AtPassword::gather(with_password.as_ref(), user, &typed, cx).await?;
            Ok(Facts { subject, guess })
        })
    }

    fn takes(&self, facts: &Facts, cx: &Gather<'_>) -> Vec<Take> {
        facts.guess.takes(cx)
    }

    fn limited(&self, facts: &Facts, cx: &mut Decide<'_>) -> Vec<Event> {
        vec![self.failed(facts.subject.as_ref(), Reason::TooMany, cx)]
    }

    fn work(&self, _: &Facts) -> Work {
        let stored = self.found.password.reveal();
        let stored = match stored.is_empty() {
            true => Stored::Decoy,
            false => Stored::Phc(stored.to_owned()),
        };
        Work::verify(&self.password, stored)
    }

    fn decide(&self, facts: Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<OwnSignedIn> {
        let reason = match done.verified {
            _ if self.found.password.reveal().is_empty() => Some(Reason::NoCredential),
            _ if facts.guess.is_dead() => Some(Reason::TooManyInARow),
            false => Some(Reason::WrongSecret),
            true => None,
        };
        if let Some(reason) = reason {
            let event = self.failed(facts.subject.as_ref(), reason, cx);
            let writes = vec![facts.guess.wrong()];
            return Verdict::refuse(Refusal::InvalidCredentials, writes, vec![event]);
        }
        let (subject, mut writes, events) = match facts.subject {
            Some(subject) => (subject, vec![], vec![]),
            None => self.begun(cx),
        };
        let proof =
            Proof { subject: &subject, method: "password", aal: 1, identifier: &self.login };
        let verdict = proven(proof, self.open, cx);
        writes.extend(facts.guess.right(cx));
        let renewed = done.renewed;
        verdict
            .after(writes, events)
            .map(|reply| reply.map(|signed_in| OwnSignedIn { signed_in, renewed }))
    }
}

impl SignInOwn {
    /// The account that stands for somebody from now on.
    fn begun(&self, cx: &mut Decide<'_>) -> (Subject, Vec<Write>, Vec<Event>) {
        let mut subject = new_subject(&self.found.name, &[], None, cx);
        let (user, id) = (subject.user.id, CredentialId::mint(cx.now, cx.rng));
        subject.credentials.push(Credential {
            id,
            user,
            kind: KIND.into(),
            data: self.found.id.as_bytes().to_vec(),
            created_at: cx.now,
        });
        let mut writes = add_subject(&subject);
        writes.push(Write::AddIdentity(Identity {
            tenant: TenantId::MAIN,
            issuer: self.issuer.clone(),
            subject: self.found.id.clone(),
            user,
            credential: id,
            created_at: cx.now,
        }));
        let created = cx.own_event(user, What::UserCreated { by: KIND.into() });
        (subject, writes, vec![created])
    }

    fn with_password(&self, subject: &Subject) -> Subject {
        let mut subject = subject.clone();
        // Not stored here: the id of another one does.
        if let Some(found) = subject.credential(KIND).cloned() {
            let data = self.found.password.reveal().as_bytes().to_vec();
            subject.credentials.push(Credential { kind: "password".into(), data, ..found });
        }
        subject
    }

    fn failed(&self, subject: Option<&Subject>, reason: Reason, cx: &mut Decide<'_>) -> Event {
        let what = What::SignInFailed { method: "password".into(), reason };
        let mut event = cx.event(None, subject.map(|s| s.user.id), what);
        // The app knows somebody of this name: it is no password in the wrong field.
        event.personal = cx.client.personal(&self.login);
        event
    }
}

/// Whether the app vouches for whoever has this account, whatever names they add here.
pub(super) fn is_vouched_for(subject: &Subject) -> bool {
    subject.credential(KIND).is_some()
}

/// The id in the app's table of the person that an account stands for.
pub fn id_of(subject: &Subject) -> Option<String> {
    let found = subject.credential(KIND)?;
    String::from_utf8(found.data.clone()).ok()
}
