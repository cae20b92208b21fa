//! Answer with the link or the code; get a session.

use super::super::challenge::{self, Answer, Wrong, code_takes, give_back_code, same_browser};
use super::super::claim::{claim, holds};
use super::super::open::Opening;
use super::super::proven::{Proof, SignedIn, proven};
use super::super::sign_up::{Name, add_subject, new_subject};
use super::super::verify::verified;
use super::super::{Decide, Done, Flow, Gather, Verdict};
use super::{Kept, Sent, may_begin, spend};
use crate::Error;
use crate::identifier::normalise;
use crate::port::{Fut, Take, Write};
use crate::record::{Challenge, Event, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// Answers what [`BeginSignIn`](super::BeginSignIn) sent.
#[derive(Clone, Debug)]
pub struct ConfirmSignIn {
    /// What was sent.
    pub by: Sent,
    /// The answer. A link may be answered by its code as well.
    pub answer: Answer,
    /// The secret of the browser that asked, if this is the one.
    pub browser: Option<Secret>,
    /// How to open the session.
    pub open: Opening,
}

/// What an answer led to.
#[derive(Debug)]
pub enum Answered {
    /// It was right, here.
    SignedIn {
        /// What the proof led to.
        signed_in: SignedIn,
        /// Where to go now: a path on this host, or nothing.
        return_to: String,
    },
    /// The link is right, but another browser asked for it. Nothing is spent.
    Elsewhere {
        /// To be typed where the link was asked for.
        code: Secret,
    },
}

/// What must be known to accept an answer.
#[derive(Debug)]
pub struct ConfirmFacts {
    challenge: Option<Challenge>,
    subject: Option<Subject>,
}

impl Flow for ConfirmSignIn {
    type Facts = ConfirmFacts;
    type Yes = Answered;
    const NAME: &'static str = "confirm_sign_in";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<ConfirmFacts, Error>> {
        Box::pin(async move {
            let challenge = self.answer.challenge(cx.store).await?;
            let subject = match &challenge {
                Some(found) => match found.user {
                    Some(user) => cx.store.subject(user).await?,
                    None => cx.store.subject_by(found.kind, &found.normal).await?,
                },
                None => None,
            };
            Ok(ConfirmFacts { challenge, subject })
        })
    }

    fn takes(&self, facts: &ConfirmFacts, cx: &Gather<'_>) -> Vec<Take> {
        code_takes(&self.answer, facts.challenge.as_ref(), cx)
    }

    fn decide(&self, facts: ConfirmFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<Answered> {
        // A code is not even looked at in another browser: whoever saw the flow
        // but not its cookie learns nothing, and uses nobody's attempts up.
        let here = |found: &Challenge| same_browser(found, self.browser.as_ref());
        let is_link = matches!(self.answer, Answer::Link(_));
        let found = facts.challenge.filter(|found| is_link || here(found));
        let judged = self.answer.judge(found.as_ref(), self.by.purpose(), cx);
        let Some(found) = found else {
            return Verdict::no(judged.err().map_or_else(|| self.late(), |wrong| wrong.refusal));
        };
        if let Err(wrong) = judged {
            return self.wrong(&found, wrong, cx);
        }
        if !same_browser(&found, self.browser.as_ref()) {
            return self.elsewhere(&found, cx);
        }
        match (found.user, facts.subject) {
            (Some(_), Some(subject)) => self.known(&found, subject, cx),
            (None, None) => self.begun(&found, cx),
            // Somebody took the address, or the account is gone, meanwhile.
            _ => Verdict::no(self.late()),
        }
    }
}

impl ConfirmSignIn {
    fn wrong(&self, found: &Challenge, wrong: Wrong, cx: &mut Decide<'_>) -> Verdict<Answered> {
        let method = self.by.method(found.kind).into();
        let event = cx.event(None, found.user, What::SignInFailed { method, reason: wrong.reason });
        let writes = wrong.count.map(Write::TakeAttempt).into_iter().collect();
        Verdict::refuse(wrong.refusal, writes, vec![event])
    }

    fn late(&self) -> Refusal {
        match self.answer {
            Answer::Code { .. } => Refusal::CodeExpired,
            Answer::Link(_) => Refusal::LinkInvalid,
        }
    }

    fn elsewhere(&self, found: &Challenge, cx: &mut Decide<'_>) -> Verdict<Answered> {
        match &self.answer {
            Answer::Link(link) if found.attempts_left > 0 => {
                let code = challenge::code_of(cx.keys, link);
                Verdict::yes(Answered::Elsewhere { code }, vec![], vec![])
            }
            _ => Verdict::no(self.late()),
        }
    }

    fn known(&self, found: &Challenge, subject: Subject, cx: &mut Decide<'_>) -> Verdict<Answered> {
        let mut names = subject.identifiers.iter();
        let name = names.find(|i| i.kind == found.kind && i.normal == found.normal);
        let Some(name) = name.filter(|name| holds(&subject, name)) else {
            return Verdict::no(self.late());
        };
        if subject.user.session_epoch != found.epoch {
            return Verdict::no(self.late());
        }
        let is_proven = name.verified_at.is_some();
        let mut writes = spend(found);
        let mut events = vec![];
        let subject = match is_proven {
            true => subject,
            false => {
                let name = (found.kind, found.normal.as_str());
                let (subject, claiming, event) = claim(subject, name, &self.answer.by(), cx);
                writes.extend(claiming);
                events.push(event);
                subject
            }
        };
        self.enter(found, &subject, writes, events, cx)
    }

    /// Nobody has the address: the first sign-in makes the account.
    fn begun(&self, found: &Challenge, cx: &mut Decide<'_>) -> Verdict<Answered> {
        let typed = Kept::of(found).new;
        let normal = normalise(found.kind, &typed).ok().filter(|n| n.text == found.normal);
        let Some(normal) = normal.filter(|n| may_begin(n.kind, &n.text, cx.settings)) else {
            return Verdict::no(self.late());
        };
        let subject = new_subject("", &[Name { typed, normal }], None, cx);
        let subject = verified(subject, found.kind, &found.normal, cx.now);
        let mut writes = spend(found);
        writes.extend(add_subject(&subject));
        let by = What::UserCreated { by: "sign_in".into() };
        let proven = What::UserVerified {
            identifier_kind: found.kind.as_str().into(),
            by: self.answer.by(),
        };
        let user = subject.user.id;
        let events = vec![cx.own_event(user, by), cx.own_event(user, proven)];
        self.enter(found, &subject, writes, events, cx)
    }

    fn enter(
        &self,
        found: &Challenge,
        subject: &Subject,
        mut writes: Vec<Write>,
        events: Vec<Event>,
        cx: &mut Decide<'_>,
    ) -> Verdict<Answered> {
        writes.extend(give_back_code(&self.answer, found, cx));
        let method = self.by.method(found.kind);
        let proof = Proof { subject, method, aal: 1, identifier: &found.normal };
        let return_to = Kept::of(found).return_to;
        let verdict = proven(proof, Some(self.open), cx);
        let answered = |signed_in| Answered::SignedIn { signed_in, return_to };
        verdict.map(|reply| reply.map(answered)).after(writes, events)
    }
}
