//! Send the link or the code again, with new secrets.

use super::super::challenge::{self, To, same_browser};
use super::super::{Decide, Done, Flow, Gather, Verdict};
use super::{Kept, Sent};
use crate::Error;
use crate::id::FlowId;
use crate::port::Fut;
use crate::record::{Challenge, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// The browser that asked wants it again. Attempts and expiry stay as they are.
#[derive(Clone, Debug)]
pub struct ResendSignIn {
    /// Which flow.
    pub flow: FlowId,
    /// The secret of the browser that asked.
    pub browser: Option<Secret>,
}

/// What must be known to send again.
#[derive(Debug)]
pub struct ResendFacts {
    challenge: Option<Challenge>,
    subject: Option<Subject>,
}

impl Flow for ResendSignIn {
    type Facts = ResendFacts;
    type Yes = ();
    const NAME: &'static str = "resend_sign_in";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<ResendFacts, Error>> {
        Box::pin(async move {
            let challenge = cx.store.challenge(self.flow).await?;
            let subject = challenge::subject(challenge.as_ref(), cx.store).await?;
            Ok(ResendFacts { challenge, subject })
        })
    }

    fn decide(&self, facts: ResendFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let ours = |c: &Challenge| same_browser(c, self.browser.as_ref());
        let found = facts.challenge.filter(|c| Sent::of(c).is_some() && ours(c));
        let Some(found) = found else { return Verdict::no(Refusal::CodeExpired) };
        let (secrets, mut writes) = match challenge::again(&found, cx) {
            Ok(again) => again,
            Err(refusal) => return Verdict::no(refusal),
        };
        let kept = Kept::of(&found);
        let to = match facts.subject.as_ref().and_then(|s| held(s, &found)) {
            Some(to) => to,
            None if found.user.is_none() && !kept.new.is_empty() => {
                To { user: None, kind: found.kind, value: &kept.new }
            }
            None => To::nobody(found.kind),
        };
        let template = found.purpose.as_str();
        match challenge::letter(template, &found, &secrets, to, cx) {
            Ok(letter) => writes.push(letter),
            Err(_) => return Verdict::no(Refusal::Conflict),
        }
        let event = cx.event(None, found.user, What::VerificationSent { flow: found.id });
        Verdict::yes((), writes, vec![event])
    }
}

/// The address of the challenge, if the account still has it.
fn held<'a>(subject: &'a Subject, found: &Challenge) -> Option<To<'a>> {
    let mut names = subject.identifiers.iter();
    names.find(|i| i.kind == found.kind && i.normal == found.normal).map(To::from)
}
