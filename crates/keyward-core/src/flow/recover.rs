//! Get back in without the password.

mod stop;

pub use stop::{StopRecovery, Stopped, TellOfRecovery};

use super::challenge::{self, Answer, For, To, code_takes, give_back_code, take};
use super::factor::trusted;
use super::marks::is_mark;
use super::open::Opening;
use super::password::{new_password_problems, set_password, tell};
use super::proven::{Proof, SignedIn, proven};
use super::sign_in::Named;
use super::verify::{Asked, ConfirmFacts, verified};
use super::{Decide, Done, Flow, Gather, Verdict, Work, factor, mfa};
use crate::Error;
use crate::identifier::{Kind, folded};
use crate::port::{Fut, Take, Write};
use crate::record::{Credential, Event, Identifier, Purpose, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// Somebody asks to recover an account. The answer is the same whether or not
/// there is one.
#[derive(Clone, Debug)]
pub struct BeginRecovery {
    /// E-mail, username or phone, as typed.
    pub identifier: String,
}

impl Flow for BeginRecovery {
    type Facts = Named;
    type Yes = Asked;
    const NAME: &'static str = "begin_recovery";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Named, Error>> {
        Box::pin(Named::gather(&self.identifier, cx))
    }

    fn takes(&self, facts: &Named, cx: &Gather<'_>) -> Vec<Take> {
        let key = match &facts.subject {
            Some(subject) => subject.user.id.to_bytes().to_vec(),
            None => folded(&self.identifier).into_bytes(),
        };
        vec![take("recover", &key, cx.settings.requests, cx.now)]
    }

    fn decide(&self, facts: Named, _: Done, cx: &mut Decide<'_>) -> Verdict<Asked> {
        if !cx.settings.recovery {
            return Verdict::no(Refusal::RecoveryDisabled);
        }
        let Some((kind, normal)) = facts.asked else {
            return Verdict::no(Refusal::invalid("identifier", "identifier_invalid"));
        };
        let subject = facts.subject.filter(|s| s.user.is_active());
        let to = subject.as_ref().and_then(|s| address(s, kind, &normal));
        let what = For {
            purpose: Purpose::Recover,
            user: subject.as_ref().filter(|_| to.is_some()).map(|s| s.user.id),
            kind: to.map_or(kind, |i| i.kind),
            normal: to.map_or(normal.as_str(), |i| &i.normal),
            epoch: subject.as_ref().map_or(0, |s| s.user.session_epoch),
        };
        let (challenge, secrets, browser) = challenge::begin(what, cx);
        let mut writes = challenge::replace(&challenge);
        writes.extend(challenge::limits(&challenge, cx));
        // To nobody where nobody has the address: as many statements either way.
        let to = to.map_or(To::nobody(challenge.kind), To::from);
        writes.extend(challenge::letter("recover", &challenge, &secrets, to, cx).ok());
        let what = What::RecoveryRequested { flow: challenge.id };
        let event = cx.event(None, challenge.user, what);
        Verdict::yes(Asked { flow: challenge.id, browser }, writes, vec![event])
    }
}

/// Where the secret goes: the address that was typed, or for a username the
/// account's e-mail address or phone.
fn address<'a>(subject: &'a Subject, kind: Kind, normal: &str) -> Option<&'a Identifier> {
    // Beside a proven address, one that is not may be anybody's.
    let names = subject.identifiers.iter();
    let mut names = names.filter(|i| i.verified_at.is_some() || !subject.is_verified());
    if kind == Kind::Username {
        let reachable = names.filter(|i| i.kind != Kind::Username);
        return reachable.min_by_key(|i| i.kind);
    }
    names.find(|i| i.kind == kind && i.normal == normal)
}

/// Answers a recovery and sets a new password. Proves the address as well.
#[derive(Clone, Debug)]
pub struct ConfirmRecovery {
    /// The answer.
    pub answer: Answer,
    /// As typed.
    pub password: Secret,
    /// Leave the older sessions open.
    pub keep_others: bool,
    /// How to open the session of the person who recovered.
    pub open: Opening,
}

impl Flow for ConfirmRecovery {
    type Facts = ConfirmFacts;
    type Yes = SignedIn;
    const NAME: &'static str = "confirm_recovery";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(ConfirmFacts::gather(&self.answer, cx))
    }

    fn takes(&self, facts: &Self::Facts, cx: &Gather<'_>) -> Vec<Take> {
        // Every try costs a slow hash, right or wrong, known or unknown.
        let flow = facts.challenge.as_ref().map(|c| c.id.to_bytes());
        let rate = crate::settings::Rate { burst: 10, period: cx.settings.guesses.period };
        let mut takes = code_takes(&self.answer, facts.challenge.as_ref(), cx);
        takes.extend(flow.map(|flow| take("recover-confirm", &flow, rate, cx.now)));
        takes
    }

    fn work(&self, facts: &Self::Facts) -> Work {
        if facts.challenge.is_some() { Work::hash(&self.password) } else { Work::default() }
    }

    fn decide(&self, facts: Self::Facts, mut done: Done, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        if !cx.settings.recovery {
            return Verdict::no(Refusal::RecoveryDisabled);
        }
        let judged = self.answer.judge(facts.challenge.as_ref(), Purpose::Recover, cx);
        if let Err(wrong) = judged {
            return wrong.verdict(facts.challenge.as_ref(), cx);
        }
        let (Some(found), Some(subject)) = (facts.challenge, facts.subject) else {
            return Verdict::no(Refusal::CodeInvalid);
        };
        let problems = new_password_problems(&self.password, "password", &subject, cx.settings);
        if !problems.is_empty() {
            return Verdict::no(Refusal::Invalid(problems));
        }
        let phc = match done.new_hash("password") {
            Ok(phc) => phc,
            Err(refusal) => return Verdict::no(refusal),
        };
        if !subject.user.is_active() || subject.user.session_epoch != found.epoch {
            return Verdict::no(Refusal::CodeExpired);
        }
        let mut spent = vec![Write::SpendChallenge(found.id), Write::KillMessagesOf(found.id)];
        spent.extend(give_back_code(&self.answer, &found, cx));
        // An address that was never proven may have been claimed by a
        // stranger: whatever they opened dies, even if told otherwise.
        let close = !self.keep_others || !subject.is_verified();
        let (kind, normal, by) = (found.kind, found.normal, self.answer.by());
        let reset = Reset { phc, close, kind, normal, by };
        if factor::guarded(&subject, cx.settings) {
            // Two proofs, or nothing changes: whoever reads the mail is not enough.
            let proof = Proof { subject: &subject, method: METHOD, aal: 1, identifier: "" };
            return mfa::ask(proof, self.open, Some(&reset), cx).after(spent, vec![]);
        }
        let (subject, cleared) = cleared(subject);
        spent.extend(cleared);
        let (subject, writes, events) = reset.apply(&subject, cx);
        let proof = Proof { subject: &subject, method: METHOD, aal: 1, identifier: "" };
        let spent = spent.into_iter().chain(writes).collect();
        proven(proof, Some(self.open), cx).after(spent, events)
    }
}

/// Of an account that nobody proved to own, whatever else opens it goes: a stranger may
/// have made it, and enrolled it.
fn cleared(mut subject: Subject) -> (Subject, Vec<Write>) {
    if subject.is_verified() {
        return (subject, vec![]);
    }
    let stays = |found: &Credential| found.kind == "password" || is_mark(found);
    let goes = subject.credentials.iter().filter(|found| !stays(found));
    let writes = goes.map(|found| Write::SpendCredential(found.id)).collect();
    subject.credentials.retain(stays);
    (subject, writes)
}

/// What a recovery is called in sessions and in the log.
const METHOD: &str = "recovery";

/// A new password that was chosen with the right answer.
#[derive(Debug)]
pub(super) struct Reset {
    /// Its hash.
    pub(super) phc: String,
    /// Close every older session.
    pub(super) close: bool,
    /// Kind of the address that the answer proved.
    pub(super) kind: Kind,
    /// The address.
    pub(super) normal: String,
    /// `code` or `link`.
    pub(super) by: String,
}

impl Reset {
    /// The account as it will be, and what makes it so.
    pub(super) fn apply(
        &self,
        subject: &Subject,
        cx: &mut Decide<'_>,
    ) -> (Subject, Vec<Write>, Vec<Event>) {
        let (kind, normal) = (self.kind, self.normal.clone());
        let user = subject.user.id;
        let mut writes = vec![Write::VerifyIdentifier { user, kind, normal, at: cx.now }];
        let (user, setting) = set_password(subject, self.phc.clone(), self.close, cx);
        writes.extend(setting);
        writes.extend(tell(subject, "password_changed", cx));
        let events = vec![cx.own_event(user.id, What::PasswordReset { by: self.by.clone() })];
        let mut subject = verified(subject.clone(), self.kind, &self.normal, cx.now);
        subject.credentials.retain(|found| found.kind != trusted::KIND);
        (Subject { user, ..subject }, writes, events)
    }
}
