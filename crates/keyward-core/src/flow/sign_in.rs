//! Prove who you are with a password; get a session.

use super::guess::AtPassword;
use super::open::Opening;
use super::proven::{Proof, SignedIn, proven};
use super::{Decide, Done, Flow, Gather, Stored, Verdict, Work};
use crate::Error;
use crate::identifier::{self, Kind, folded};
use crate::port::{Fut, Take, Write};
use crate::record::{Credential, Event, Reason, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// One attempt to sign in with a password.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// E-mail, username or phone, as typed.
    pub identifier: String,
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

impl Flow for SignIn {
    type Facts = Facts;
    type Yes = SignedIn;
    const NAME: &'static str = "sign_in";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let subject = find(&self.identifier, cx).await?;
            let user = subject.as_ref().map(|s| s.user.id);
            let typed = folded(&self.identifier);
            let guess = AtPassword::gather(subject.as_ref(), user, &typed, cx).await?;
            Ok(Facts { subject, guess })
        })
    }

    fn takes(&self, facts: &Facts, cx: &Gather<'_>) -> Vec<Take> {
        facts.guess.takes(cx)
    }

    fn limited(&self, facts: &Facts, cx: &mut Decide<'_>) -> Vec<Event> {
        vec![self.failed(facts.subject.as_ref(), Reason::TooMany, cx)]
    }

    fn work(&self, facts: &Facts) -> Work {
        let stored = password_of(facts.subject.as_ref())
            .map_or(Stored::Decoy, |found| Stored::Phc(text(found)));
        Work::verify(&self.password, stored)
    }

    fn decide(&self, facts: Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let reason = match &facts.subject {
            None => Some(Reason::UnknownIdentifier),
            Some(s) if password_of(Some(s)).is_none() => Some(Reason::NoCredential),
            Some(_) if facts.guess.is_dead() => Some(Reason::TooManyInARow),
            Some(_) if !done.verified => Some(Reason::WrongSecret),
            Some(_) => None,
        };
        match (reason, &facts.subject) {
            (None, Some(subject)) => self.proven(subject, &facts.guess, done, cx),
            (reason, subject) => {
                let reason = reason.unwrap_or(Reason::UnknownIdentifier);
                let event = self.failed(subject.as_ref(), reason, cx);
                let writes = vec![facts.guess.wrong()];
                Verdict::refuse(Refusal::InvalidCredentials, writes, vec![event])
            }
        }
    }
}

impl SignIn {
    fn failed(&self, subject: Option<&Subject>, reason: Reason, cx: &mut Decide<'_>) -> Event {
        let what = What::SignInFailed { method: "password".into(), reason };
        let mut event = cx.event(None, subject.map(|s| s.user.id), what);
        // An unknown identifier may be a password typed into the wrong field:
        // it is not kept.
        if subject.is_some() {
            event.personal = cx.client.personal(&self.identifier);
        }
        event
    }

    fn proven(
        &self,
        subject: &Subject,
        guess: &AtPassword,
        done: Done,
        cx: &mut Decide<'_>,
    ) -> Verdict<SignedIn> {
        let (method, identifier) = ("password", self.identifier.as_str());
        let proof = Proof { subject, method, aal: 1, identifier };
        let verdict = proven(proof, self.open, cx);
        let renewed = verdict.reply.is_ok().then(|| renewed(subject, done, cx));
        let (mut writes, events) = renewed.unwrap_or_default();
        writes.extend(guess.right(cx));
        #[cfg(feature = "captcha")]
        writes.extend(super::captcha::give_back(subject.user.id, cx));
        verdict.after(writes, events)
    }
}

/// Looks an identifier up, as any of the configured kinds that it can be.
pub(super) async fn find(typed: &str, cx: Gather<'_>) -> Result<Option<Subject>, Error> {
    let Some((kind, normal)) = normalise(typed, &cx.settings.identifiers) else { return Ok(None) };
    cx.store.subject_by(kind, &normal).await
}

/// A name as it was typed, and whose it is: what must be known to send a secret to
/// whoever has it.
#[derive(Debug)]
pub struct Named {
    /// Its kind and its normalised text, if it is one.
    pub(super) asked: Option<(Kind, String)>,
    /// Who has it.
    pub(super) subject: Option<Subject>,
}

impl Named {
    pub(super) async fn gather(typed: &str, cx: Gather<'_>) -> Result<Self, Error> {
        let asked = normalise(typed, &cx.settings.identifiers);
        let subject = match &asked {
            Some((kind, normal)) => cx.store.subject_by(*kind, normal).await?,
            None => None,
        };
        Ok(Self { asked, subject })
    }
}

/// The kind and the normalised text of what was typed, if it is one of `kinds`.
pub(super) fn normalise(typed: &str, kinds: &[Kind]) -> Option<(Kind, String)> {
    let kind = identifier::guess(typed);
    let found = identifier::normalise(kind, typed).ok()?;
    kinds.contains(&kind).then_some((kind, found.text))
}

/// The password of an account, if it has one.
pub(super) fn password_of(subject: Option<&Subject>) -> Option<&Credential> {
    subject?.credential("password")
}

/// The stored text of a password.
pub(super) fn text(found: &Credential) -> String {
    String::from_utf8_lossy(&found.data).into_owned()
}

fn renewed(subject: &Subject, done: Done, cx: &mut Decide<'_>) -> (Vec<Write>, Vec<Event>) {
    let (Some(found), Some(phc)) = (subject.credential("password"), done.renewed) else {
        return (vec![], vec![]);
    };
    let swap =
        Write::SwapCredential { id: found.id, was: found.data.clone(), now: phc.into_bytes() };
    (vec![swap], vec![cx.own_event(subject.user.id, What::PasswordRehashed {})])
}
