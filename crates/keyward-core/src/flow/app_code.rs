//! A code for a purpose of the app's own: sent to an address of whoever is signed in,
//! and good for that purpose and nothing else.

use super::challenge::{self, Answer, For, code_takes, give_back_code, take};
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{FlowId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Take, Write};
use crate::record::{Challenge, Identifier, Purpose, Subject, What};
use crate::refusal::Refusal;

/// The app wants somebody to confirm something.
#[derive(Clone, Debug)]
pub struct SendAppCode {
    /// Who.
    pub user: UserId,
    /// What for, in the app's own word: letters, digits, `_`, `-`, `.` and `:`, at most 64.
    pub purpose: String,
}

/// Whether a word is one that purposes go by.
fn is_purpose(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

impl Flow for SendAppCode {
    type Facts = Option<Subject>;
    type Yes = FlowId;
    const NAME: &'static str = "send_app_code";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn takes(&self, _: &Self::Facts, cx: &Gather<'_>) -> Vec<Take> {
        vec![take("app code", &self.user.to_bytes(), cx.settings.requests, cx.now)]
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<FlowId> {
        let Some(subject) = facts.filter(|s| s.user.is_active()) else {
            return Verdict::no(Refusal::Unauthenticated);
        };
        if !is_purpose(&self.purpose) {
            return Verdict::no(Refusal::invalid("purpose", "other"));
        }
        let Some(to) = address(&subject) else {
            return Verdict::no(Refusal::invalid("email", "identifier_required"));
        };
        let what = For {
            purpose: Purpose::AppCode,
            user: Some(self.user),
            kind: to.kind,
            normal: &to.normal,
            epoch: subject.user.session_epoch,
        };
        let (mut challenge, secrets, _) = challenge::begin(what, cx);
        challenge.data.clone_from(&self.purpose);
        let Ok(letter) = challenge::letter("app_code", &challenge, &secrets, to.into(), cx) else {
            return Verdict::no(Refusal::invalid("phone", "phone_not_served"));
        };
        let flow = challenge.id;
        let mut writes = challenge::limits(&challenge, cx);
        writes.extend([Write::AddChallenge(challenge), letter]);
        let event = cx.own_event(self.user, What::VerificationSent { flow });
        Verdict::yes(flow, writes, vec![event])
    }
}

/// Where it goes: an address that was proven, e-mail first.
fn address(subject: &Subject) -> Option<&Identifier> {
    let mut known = subject.identifiers.iter().filter(|i| i.verified_at.is_some());
    let phone = known.clone().find(|i| i.kind == Kind::Phone);
    known.find(|i| i.kind == Kind::Email).or(phone)
}

/// Answers with the code.
#[derive(Clone, Debug)]
pub struct ConfirmAppCode {
    /// Who: a code of somebody else's is none.
    pub user: UserId,
    /// What for.
    pub purpose: String,
    /// The answer.
    pub answer: Answer,
}

/// What must be known to accept a code.
#[derive(Debug)]
pub struct Facts {
    challenge: Option<Challenge>,
    subject: Option<Subject>,
}

impl Flow for ConfirmAppCode {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "confirm_app_code";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let challenge = self.answer.challenge(cx.store).await?;
            // Of another person or purpose, it is as if it were not there.
            let is_meant = |c: &Challenge| c.user == Some(self.user) && c.data == self.purpose;
            let challenge = challenge.filter(is_meant);
            Ok(Facts { challenge, subject: cx.store.subject(self.user).await? })
        })
    }

    fn takes(&self, facts: &Facts, cx: &Gather<'_>) -> Vec<Take> {
        code_takes(&self.answer, facts.challenge.as_ref(), cx)
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let judged = self.answer.judge(facts.challenge.as_ref(), Purpose::AppCode, cx);
        if let Err(wrong) = judged {
            return wrong.verdict(facts.challenge.as_ref(), cx);
        }
        let (Some(found), Some(subject)) = (facts.challenge, facts.subject) else {
            return Verdict::no(Refusal::CodeInvalid);
        };
        if !subject.user.is_active() || subject.user.session_epoch != found.epoch {
            return Verdict::no(Refusal::CodeExpired);
        }
        let mut writes = vec![Write::SpendChallenge(found.id), Write::KillMessagesOf(found.id)];
        writes.extend(give_back_code(&self.answer, &found, cx));
        Verdict::yes((), writes, vec![])
    }
}
