//! What a browser is asked for where a passkey shall be the second factor.

use super::{Begun, Passkey, RelyingParty, options};
use crate::Error;
use crate::flow::mfa::{Facts, gather};
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::FlowId;
use crate::port::Fut;
use crate::refusal::Refusal;
use crate::secret::Secret;

/// Asks for a passkey of whoever a sign-in awaits the second factor of. It is
/// answered where other second factors are, with the method `passkey`.
#[derive(Clone, Debug)]
pub struct AskForPasskey {
    /// The flow that awaits it.
    pub flow: FlowId,
    /// The secret of the browser that proved the first factor.
    pub browser: Option<Secret>,
}

impl Flow for AskForPasskey {
    type Facts = Facts;
    type Yes = Begun;
    const NAME: &'static str = "ask_for_passkey";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(gather(self.flow, cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Begun> {
        let Some((found, subject)) = facts.awaited(self.browser.as_ref(), cx.settings, cx.now)
        else {
            return Verdict::no(Refusal::MfaExpired);
        };
        let passkeys = Passkey::of(subject);
        let rp = RelyingParty::of(cx.site, cx.settings).filter(|_| !passkeys.is_empty());
        let Some(rp) = rp else { return Verdict::no(Refusal::MethodDisabled) };
        let options = options::request(&rp, found.id, &passkeys, cx.settings, cx.keys);
        Verdict::yes(Begun { flow: found.id, options }, vec![], vec![])
    }
}
