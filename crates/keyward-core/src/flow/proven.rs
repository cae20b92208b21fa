//! Where a first proof becomes a session, or the next step.
//!
//! Every method that proves who somebody is ends here: a password, a link, a
//! code, a passkey, a provider. What must be true of an account before anyone is
//! let in is asked in this one place, so that no way in forgets it.

use super::open::{Opened, Opening, Standing, open};
use super::verify::ask_to_verify;
use super::{Decide, Verdict, factor, mfa};
use crate::id::FlowId;
use crate::record::{Event, Identifier, Reason, Subject, User, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::VerifyMode;

/// Somebody proved to be this account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proof<'a> {
    /// Who, as they will be once the caller's writes are stored: an address that
    /// the proof itself proves counts as verified.
    pub(super) subject: &'a Subject,
    /// What was proven: `password`, `recovery`, …
    pub(super) method: &'a str,
    /// How much it is worth: 1, or 2 for a proof that is two factors by itself.
    pub(super) aal: u8,
    /// The identifier as it was typed, for the log; empty where none was.
    pub(super) identifier: &'a str,
}

/// What a proof led to.
#[derive(Debug)]
pub enum SignedIn {
    /// A session is open.
    Complete {
        /// The session.
        opened: Box<Opened>,
        /// The names of its account.
        identifiers: Vec<Identifier>,
    },
    /// The proof is right, and no session was asked for.
    Checked(Box<User>),
    /// The proof is right; an address must be proven first.
    NeedsVerification {
        /// The flow whose code is awaited.
        flow: FlowId,
        /// For the browser that asked.
        browser: Secret,
    },
    /// The proof is right; the second factor is awaited. Nothing is open.
    NeedsMfa {
        /// The flow that awaits it.
        flow: FlowId,
        /// For the browser that asked: nobody else may answer.
        browser: Secret,
        /// What the account can answer with: `totp`, `recovery_code`, …
        methods: Vec<&'static str>,
    },
}

/// Decides what a proof opens; without `how`, nothing. What the caller writes
/// because of the proof goes before: [`Verdict::after`].
pub(super) fn proven(
    proof: Proof<'_>,
    how: Option<Opening>,
    cx: &mut Decide<'_>,
) -> Verdict<SignedIn> {
    let user = &proof.subject.user;
    let barred = match user {
        user if user.deleted_at.is_some() => Some((Reason::Deleted, Refusal::InvalidCredentials)),
        user if user.locked_at.is_some() => Some((Reason::Locked, Refusal::InvalidCredentials)),
        user if user.must_change_password => {
            Some((Reason::PasswordExpired, Refusal::PasswordExpired))
        }
        _ => None,
    };
    if let Some((reason, refusal)) = barred {
        let failed = proof.failed(reason, cx);
        return Verdict::refuse(refusal, vec![], vec![failed]);
    }
    if cx.settings.verify == VerifyMode::Any && !proof.subject.is_verified() {
        return proof.ask(cx);
    }
    if proof.aal >= 2 || !factor::guarded(proof.subject) {
        return proof.enter(&[], how, cx);
    }
    match how {
        // Whoever only checks a proof cannot ask for the second.
        None => {
            let failed = proof.failed(Reason::NoSecondFactor, cx);
            Verdict::refuse(Refusal::MfaRequired, vec![], vec![failed])
        }
        // It is spared the question, and worth no more for it.
        Some(how) if factor::trusted::is_trusted(proof.subject, cx.client, cx.now) => {
            proof.enter(&["trusted_device"], Some(how), cx)
        }
        Some(how) => mfa::ask(proof, how, None, cx),
    }
}

impl Proof<'_> {
    /// Nothing is left to prove.
    fn enter(&self, also: &[&str], how: Option<Opening>, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let user = &self.subject.user;
        let mut event = cx.own_event(user.id, What::SignInSucceeded { method: self.method.into() });
        event.personal = cx.client.personal(self.identifier);
        let Some(how) = how else {
            return Verdict::yes(SignedIn::Checked(Box::new(user.clone())), vec![], vec![event]);
        };
        let methods = [self.method].iter().chain(also).map(|m| (*m).to_owned()).collect();
        let standing = Standing { methods, aal: self.aal };
        let (opened, writes, created) = open(user, standing, how, cx);
        let (opened, identifiers) = (Box::new(opened), self.subject.identifiers.clone());
        let reply = SignedIn::Complete { opened, identifiers };
        Verdict::yes(reply, writes, vec![event, created])
    }

    /// An address must be proven first.
    fn ask(&self, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let failed = self.failed(Reason::Unverified, cx);
        let Some((asked, writes, event)) = ask_to_verify(self.subject, cx) else {
            let refusal = Refusal::Unverified { flow: None };
            return Verdict::refuse(refusal, vec![], vec![failed]);
        };
        let reply = SignedIn::NeedsVerification { flow: asked.flow, browser: asked.browser };
        Verdict::yes(reply, writes, vec![failed, event])
    }

    fn failed(&self, reason: Reason, cx: &mut Decide<'_>) -> Event {
        let what = What::SignInFailed { method: self.method.into(), reason };
        let mut event = cx.event(None, Some(self.subject.user.id), what);
        event.personal = cx.client.personal(self.identifier);
        event
    }
}
