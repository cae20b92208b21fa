//! Prove to hold an address: begin, send again, answer.

use super::challenge::{self, Answer, For, code_takes, give_back_code, same_browser, take};
use super::open::Opening;
use super::proven::{Proof, SignedIn, proven};
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{FlowId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Take, Write};
use crate::record::{Challenge, Event, Identifier, Purpose, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Timestamp;

/// A challenge that was begun.
#[derive(Debug)]
pub struct Asked {
    /// Which flow.
    pub flow: FlowId,
    /// For the browser that asked.
    pub browser: Secret,
}

/// Begins the verification of the account's first unproven address. `None` if
/// there is no address to write to.
pub(super) fn ask_to_verify(
    subject: &Subject,
    cx: &mut Decide<'_>,
) -> Option<(Asked, Vec<Write>, Event)> {
    let to = to_prove(subject, cx.settings)?;
    let what = For {
        purpose: Purpose::Verify,
        user: Some(subject.user.id),
        kind: to.kind,
        normal: &to.normal,
        epoch: subject.user.session_epoch,
    };
    let (challenge, secrets, browser) = challenge::begin(what, cx);
    let mut writes = challenge::replace(&challenge);
    writes.extend(challenge::limits(&challenge, cx));
    writes.push(challenge::letter("verify", &challenge, &secrets, to.into(), cx).ok()?);
    let event = cx.own_event(subject.user.id, What::VerificationSent { flow: challenge.id });
    Some((Asked { flow: challenge.id, browser }, writes, event))
}

/// Which address is to be proven next.
pub(super) fn to_prove<'a>(subject: &'a Subject, settings: &Settings) -> Option<&'a Identifier> {
    address(subject, settings.verify.lacks(&subject.identifiers))
}

/// Where a message can go: an unproven address of the kinds that have to be proven,
/// or else of any; e-mail first, then phone.
fn address<'a>(subject: &'a Subject, lacks: &[Kind]) -> Option<&'a Identifier> {
    let kinds = if lacks.is_empty() { &[Kind::Email, Kind::Phone][..] } else { lacks };
    kinds.iter().find_map(|kind| {
        subject.identifiers.iter().find(|i| i.kind == *kind && i.verified_at.is_none())
    })
}

/// A signed-in person asks to prove their address.
#[derive(Clone, Debug)]
pub struct BeginVerification {
    /// Who.
    pub user: UserId,
}

impl Flow for BeginVerification {
    type Facts = Option<Subject>;
    type Yes = Asked;
    const NAME: &'static str = "begin_verification";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn takes(&self, _: &Self::Facts, cx: &Gather<'_>) -> Vec<Take> {
        vec![take("verify", &self.user.to_bytes(), cx.settings.requests, cx.now)]
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Asked> {
        let Some(subject) = facts.filter(|s| s.user.is_active()) else {
            return Verdict::no(Refusal::Unauthenticated);
        };
        match ask_to_verify(&subject, cx) {
            Some((asked, writes, event)) => Verdict::yes(asked, writes, vec![event]),
            None => Verdict::no(Refusal::invalid("identifier", "already_verified")),
        }
    }
}

/// Sends the message of a flow again, with new secrets; attempts and expiry stay.
#[derive(Clone, Debug)]
pub struct Resend {
    /// Which flow.
    pub flow: FlowId,
}

/// What must be known to send again.
#[derive(Debug)]
pub struct ResendFacts {
    challenge: Option<Challenge>,
    subject: Option<Subject>,
}

impl Flow for Resend {
    type Facts = ResendFacts;
    type Yes = ();
    const NAME: &'static str = "resend";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            let challenge = cx.store.challenge(self.flow).await?;
            let subject = challenge::subject(challenge.as_ref(), cx.store).await?;
            Ok(ResendFacts { challenge, subject })
        })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let sent = |c: &Challenge| matches!(c.purpose, Purpose::Verify | Purpose::Recover);
        let Some(found) = facts.challenge.filter(sent) else {
            return Verdict::no(Refusal::CodeExpired);
        };
        if found.purpose == Purpose::Recover && !cx.settings.recovery {
            return Verdict::no(Refusal::RecoveryDisabled);
        }
        let (secrets, mut writes) = match challenge::again(&found, cx) {
            Ok(again) => again,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut events = vec![];
        if let Some((subject, to)) = recipient(facts.subject.as_ref(), &found) {
            let template = found.purpose.as_str();
            let Ok(letter) = challenge::letter(template, &found, &secrets, to.into(), cx) else {
                return Verdict::no(Refusal::CodeExpired);
            };
            writes.push(letter);
            events.push(cx.own_event(subject.user.id, What::VerificationSent { flow: found.id }));
        }
        Verdict::yes((), writes, events)
    }
}

fn recipient<'a>(
    subject: Option<&'a Subject>,
    found: &Challenge,
) -> Option<(&'a Subject, &'a Identifier)> {
    let subject = subject?;
    let to =
        subject.identifiers.iter().find(|i| i.kind == found.kind && i.normal == found.normal)?;
    Some((subject, to))
}

/// Answers a verification with its code or its link.
#[derive(Clone, Debug)]
pub struct ConfirmVerification {
    /// The answer.
    pub answer: Answer,
    /// The secret of the browser that asked, if this is the one.
    pub browser: Option<Secret>,
    /// How to open a session if this browser asked and holds none of the account.
    pub open: Opening,
}

/// What must be known to accept an answer.
#[derive(Debug)]
pub struct ConfirmFacts {
    pub(super) challenge: Option<Challenge>,
    pub(super) subject: Option<Subject>,
}

impl ConfirmFacts {
    pub(super) async fn gather(answer: &Answer, cx: Gather<'_>) -> Result<Self, Error> {
        let challenge = answer.challenge(cx.store).await?;
        let subject = challenge::subject(challenge.as_ref(), cx.store).await?;
        Ok(Self { challenge, subject })
    }
}

/// What was proven.
#[derive(Debug)]
pub struct Confirmed {
    /// Whose address it is.
    pub user: UserId,
    /// What the same browser is let in by; `None` for another, and for whoever is in.
    pub signed_in: Option<SignedIn>,
}

impl Flow for ConfirmVerification {
    type Facts = ConfirmFacts;
    type Yes = Confirmed;
    const NAME: &'static str = "confirm_verification";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(ConfirmFacts::gather(&self.answer, cx))
    }

    fn takes(&self, facts: &Self::Facts, cx: &Gather<'_>) -> Vec<Take> {
        code_takes(&self.answer, facts.challenge.as_ref(), cx)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Confirmed> {
        let judged = self.answer.judge(facts.challenge.as_ref(), Purpose::Verify, cx);
        if let Err(wrong) = judged {
            return wrong.verdict(facts.challenge.as_ref(), cx);
        }
        let (Some(found), Some(subject)) = (facts.challenge, facts.subject) else {
            return Verdict::no(Refusal::CodeInvalid);
        };
        if !subject.user.is_active() || subject.user.session_epoch != found.epoch {
            return Verdict::no(Refusal::CodeExpired);
        }
        let user = subject.user.id;
        let mut writes = vec![
            Write::SpendChallenge(found.id),
            Write::KillMessagesOf(found.id),
            Write::VerifyIdentifier {
                user,
                kind: found.kind,
                normal: found.normal.clone(),
                at: cx.now,
            },
            Write::NoteChange(user),
        ];
        writes.extend(give_back_code(&self.answer, &found, cx));
        let what = What::UserVerified {
            identifier_kind: found.kind.as_str().into(),
            by: self.answer.by(),
        };
        let events = vec![cx.own_event(user, what)];
        let is_in = self.open.replaces.is_some_and(|old| old.user == user);
        if is_in || !same_browser(&found, self.browser.as_ref()) {
            return Verdict::yes(Confirmed { user, signed_in: None }, writes, events);
        }
        let subject = verified(subject, found.kind, &found.normal, cx.now);
        let proof = Proof { subject: &subject, method: "verification", aal: 1, identifier: "" };
        // The address is proven, whatever else is missing.
        let verdict = proven(proof, Some(self.open), cx);
        verdict.map(|reply| Ok(Confirmed { user, signed_in: reply.ok() })).after(writes, events)
    }
}

/// The account as it is once this address is proven.
pub(super) fn verified(mut subject: Subject, kind: Kind, normal: &str, now: Timestamp) -> Subject {
    let held = subject.identifiers.iter_mut();
    for name in held.filter(|i| i.kind == kind && i.normal == normal) {
        name.verified_at = name.verified_at.or(Some(now));
    }
    subject
}
