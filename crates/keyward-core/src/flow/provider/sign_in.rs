//! A service says who somebody is: find their account, or make it.
//!
//! An account is found by what the service calls its owner for ever. By an address
//! it is found once, and only if the service says that the address is theirs and
//! the account proved it as well; an account that nobody proved to own is taken over,
//! and whatever a stranger left in it dies.

use super::connect::link;
use super::stored::Tokens;
use super::{Connection, METHOD, ProviderUser};
use crate::Error;
use crate::flow::claim::{claim, holds};
use crate::flow::open::Opening;
use crate::flow::proven::{Proof, SignedIn, proven};
use crate::flow::sign_up::{Name, add_subject, admitted, new_subject};
use crate::flow::totp::touched;
use crate::flow::verify::verified;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::CredentialId;
use crate::identifier::{Kind, Normalised};
use crate::port::Fut;
use crate::record::{Event, Reason, Subject, What};
use crate::refusal::{ProviderFault, Refusal};
use crate::settings::{Settings, SignUpMode, VerifyMode};

/// Whoever came back from a service wants to come in.
#[derive(Clone, Debug)]
pub struct SignInWithProvider {
    /// Who the service says that they are.
    pub found: ProviderUser,
    /// What it gave, if that is kept.
    pub tokens: Option<Tokens>,
    /// How to open the session.
    pub open: Opening,
}

/// What must be known to decide.
#[derive(Debug)]
pub struct Facts {
    /// The account that is connected, and by which credential.
    known: Option<(CredentialId, Subject)>,
    /// The account that holds the address, where the service says it is theirs.
    holder: Option<Subject>,
}

impl Flow for SignInWithProvider {
    type Facts = Facts;
    type Yes = SignedIn;
    const NAME: &'static str = "sign_in_with_provider";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let found = &self.found;
            let identity = cx.store.identity(&found.issuer, &found.provider_id).await?;
            if let Some(identity) = identity {
                let subject = cx.store.subject(identity.user).await?;
                let known = subject.map(|subject| (identity.credential, subject));
                return Ok(Facts { known, holder: None });
            }
            let holder = match found.proven_email() {
                Some((_, normal)) => cx.store.subject_by(Kind::Email, &normal.text).await?,
                None => None,
            };
            Ok(Facts { known: None, holder })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        if let Some((credential, subject)) = facts.known {
            return self.known(credential, &subject, cx);
        }
        match (facts.holder, self.found.proven_email()) {
            (Some(holder), Some((_, normal))) => self.matched(holder, &normal, cx),
            (_, Some((email, normal))) => {
                let name = Name { typed: email.trim().to_owned(), normal };
                self.begun(Some(name), cx)
            }
            // Whoever has the address: the same answer, and nothing was looked up.
            (_, None) => self.begun(None, cx),
        }
    }
}

impl SignInWithProvider {
    fn known(
        &self,
        credential: CredentialId,
        subject: &Subject,
        cx: &mut Decide<'_>,
    ) -> Verdict<SignedIn> {
        let connections = Connection::of(subject);
        let Some(connection) = connections.iter().find(|found| found.id == credential) else {
            return self.refused(Some(subject), ProviderFault::AccountExists, cx);
        };
        let verdict = proven(self.proof(subject), Some(self.open), cx);
        match verdict.reply.is_ok() {
            true => {
                let used = connection.used(&self.found, self.tokens.as_ref(), cx);
                verdict.after(vec![used], vec![])
            }
            false => verdict,
        }
    }

    /// The address is of an account that this one is not connected to yet.
    fn matched(
        &self,
        holder: Subject,
        normal: &Normalised,
        cx: &mut Decide<'_>,
    ) -> Verdict<SignedIn> {
        let mut names = holder.identifiers.iter();
        let name = names.find(|i| i.kind == Kind::Email && i.normal == normal.text);
        let Some(is_proven) =
            name.filter(|name| holds(&holder, name)).map(|n| n.verified_at.is_some())
        else {
            return self.refused(Some(&holder), ProviderFault::AccountExists, cx);
        };
        let (subject, mut writes, mut events) = match is_proven {
            true => {
                // One that was deleted is touched by coming back.
                let is_back = holder.user.deleted_at.is_some();
                let writes = if is_back { vec![] } else { touched(&holder, cx) };
                (holder, writes, vec![])
            }
            false => {
                let address = (Kind::Email, normal.text.as_str());
                let (subject, writes, event) = claim(holder, address, METHOD, cx);
                (subject, writes, vec![event])
            }
        };
        let verdict = proven(self.proof(&subject), Some(self.open), cx);
        // Where a second factor is awaited, nothing changes yet: the address leads
        // here again the next time.
        if matches!(verdict.reply, Ok(SignedIn::Complete { .. })) {
            let (_, linking, event) =
                link(&subject, &self.found, self.tokens.as_ref(), "email", cx);
            writes.extend(linking);
            events.push(event);
        } else if is_proven {
            writes.clear();
        }
        verdict.after(writes, events)
    }

    /// Nobody is known by this: the first sign-in makes the account.
    fn begun(&self, name: Option<Name>, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        if let Err(refusal) = may_begin(name.as_ref(), cx.settings) {
            let what =
                What::SignInFailed { method: METHOD.into(), reason: Reason::UnknownIdentifier };
            let event = cx.event(None, None, what);
            return Verdict::refuse(refusal, vec![], vec![event]);
        }
        let called = self.found.name.as_deref().unwrap_or_default();
        let names: Vec<Name> = name.into_iter().collect();
        let mut subject = new_subject(called, &names, None, cx);
        for name in &names {
            subject = verified(subject, name.normal.kind, &name.normal.text, cx.now);
        }
        let user = subject.user.id;
        let mut writes = add_subject(&subject);
        let (connection, linking) = Connection::add(user, &self.found, self.tokens.as_ref(), cx);
        writes.extend(linking);
        let provider = self.found.provider.clone();
        let mut events = self.told(&subject, cx);
        let what = What::ConnectionAdded { connection, provider, by: "sign_up".into() };
        events.push(cx.own_event(user, what));
        proven(self.proof(&subject), Some(self.open), cx).after(writes, events)
    }

    /// What happened when an account was made.
    fn told(&self, subject: &Subject, cx: &mut Decide<'_>) -> Vec<Event> {
        let user = subject.user.id;
        let mut events = vec![cx.own_event(user, What::UserCreated { by: "sign_in".into() })];
        for name in &subject.identifiers {
            let identifier_kind = name.kind.as_str().into();
            let what = What::UserVerified { identifier_kind, by: METHOD.into() };
            events.push(cx.own_event(user, what));
        }
        events
    }

    fn proof<'a>(&'a self, subject: &'a Subject) -> Proof<'a> {
        let identifier = self.found.email.as_deref().unwrap_or_default();
        Proof { subject, method: METHOD, aal: 1, identifier }
    }

    fn refused(
        &self,
        subject: Option<&Subject>,
        fault: ProviderFault,
        cx: &mut Decide<'_>,
    ) -> Verdict<SignedIn> {
        let what = What::SignInFailed { method: METHOD.into(), reason: Reason::Unverified };
        let event = cx.event(None, subject.map(|s| s.user.id), what);
        Verdict::refuse(Refusal::Provider(fault), vec![], vec![event])
    }
}

/// Whether the first sign-in makes an account.
fn may_begin(name: Option<&Name>, settings: &Settings) -> Result<(), Refusal> {
    if !settings.sign_in_makes_accounts || settings.sign_up == SignUpMode::Closed {
        return Err(Refusal::SignUpClosed);
    }
    match name {
        Some(name) => admitted(&[(Kind::Email, &name.normal.text)], &settings.sign_up),
        // Nothing need be proven, and anyone may come.
        None if settings.verify == VerifyMode::None && settings.sign_up == SignUpMode::Open => {
            Ok(())
        }
        None => Err(Refusal::Provider(ProviderFault::EmailUnverified)),
    }
}
