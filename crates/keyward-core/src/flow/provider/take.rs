//! Come back from a service: whoever comes back first, in the right browser, from
//! the right service, goes on.

use super::{Kept, METHOD, nonce, verifier};
use crate::Error;
use crate::flow::challenge::{Answer, same_browser};
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{FlowId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Challenge, Purpose, Reason, What};
use crate::refusal::{ProviderFault, Refusal};
use crate::secret::Secret;

/// Spends what came back.
#[derive(Clone, Debug)]
pub struct TakeProvider {
    /// The service that it came back from, by its name here.
    pub provider: String,
    /// What it gave back as `state`.
    pub state: Secret,
    /// The secret of the browser that set out, if this is the one.
    pub browser: Option<Secret>,
}

/// What was remembered meanwhile. Nobody gets it a second time.
#[derive(Debug)]
pub struct Taken {
    /// Which flow it was.
    pub flow: FlowId,
    /// What the ID token must hold.
    pub nonce: String,
    /// What the service wants for the code (RFC 7636).
    pub verifier: Secret,
    /// Where to go now: a path on this host, or nothing.
    pub return_to: String,
    /// Whether the session shall outlive the browser window.
    pub remember: bool,
    /// Who set out to connect the service to their account, with the account's
    /// session epoch; `None` for a sign-in.
    pub connect: Option<(UserId, i64)>,
}

impl Flow for TakeProvider {
    type Facts = Option<Challenge>;
    type Yes = Taken;
    const NAME: &'static str = "take_provider";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move { Answer::Link(self.state.clone()).challenge(cx.store).await })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Taken> {
        let Some(found) = facts.filter(|found| found.purpose == Purpose::Provider) else {
            return Verdict::no(Refusal::Provider(ProviderFault::StateMismatch));
        };
        // Whoever has the state but not the browser spends nothing of its owner's.
        if !same_browser(&found, self.browser.as_ref()) {
            return refused(&found, ProviderFault::StateMismatch, vec![], cx);
        }
        let spend = vec![Write::SpendChallenge(found.id)];
        if cx.now >= found.expires_at {
            return refused(&found, ProviderFault::StateExpired, spend, cx);
        }
        let kept = serde_json::from_str::<Kept>(&found.data).ok();
        let Some(kept) = kept.filter(|kept| kept.provider == self.provider) else {
            return refused(&found, ProviderFault::StateMismatch, spend, cx);
        };
        let taken = Taken {
            flow: found.id,
            nonce: nonce(cx.keys, found.id),
            verifier: verifier(cx.keys, found.id),
            return_to: kept.return_to,
            remember: kept.remember,
            connect: found.user.filter(|_| kept.connect).map(|user| (user, found.epoch)),
        };
        Verdict::yes(taken, spend, vec![])
    }
}

fn refused(
    found: &Challenge,
    fault: ProviderFault,
    writes: Vec<Write>,
    cx: &mut Decide<'_>,
) -> Verdict<Taken> {
    let reason = match fault {
        ProviderFault::StateExpired => Reason::Expired,
        _ => Reason::WrongFlow,
    };
    let what = What::SignInFailed { method: METHOD.into(), reason };
    let event = cx.event(None, found.user, what);
    Verdict::refuse(Refusal::Provider(fault), writes, vec![event])
}
