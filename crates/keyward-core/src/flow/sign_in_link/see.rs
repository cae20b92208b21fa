//! Look at a link or a flow without spending anything: mail scanners do, and so
//! does the page with the button.

use core::time::Duration;

use super::super::challenge::{self, Answer, same_browser};
use super::super::{Decide, Done, Flow, Gather, Verdict};
use super::{Kept, Sent};
use crate::Error;
use crate::id::FlowId;
use crate::identifier::{Kind, mask};
use crate::port::Fut;
use crate::record::Challenge;
use crate::refusal::Refusal;
use crate::secret::Secret;

/// What is looked at.
#[derive(Clone, Debug)]
pub enum Which {
    /// A flow, by the browser that asked.
    Flow(FlowId),
    /// A link, by whoever has it.
    Link(Secret),
}

/// Looks whether a sign-in still waits, and for whom.
#[derive(Clone, Debug)]
pub struct SeeSignIn {
    /// What is looked at.
    pub which: Which,
    /// The secret of the browser that asked, if this is the one.
    pub browser: Option<Secret>,
}

/// A sign-in that waits.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What was sent.
    pub by: Sent,
    /// The kind of the address.
    pub kind: Kind,
    /// The address, masked; empty in another browser than the one that asked.
    pub to: String,
    /// In another browser: what the link shows there, to be typed in the first.
    pub code: Option<Secret>,
    /// How long until it can be sent again.
    pub wait: Duration,
    /// Where to go once signed in.
    pub return_to: String,
}

impl Flow for SeeSignIn {
    type Facts = Option<Challenge>;
    type Yes = Seen;
    const NAME: &'static str = "see_sign_in";
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            match &self.which {
                Which::Flow(flow) => cx.store.challenge(*flow).await,
                Which::Link(link) => Answer::Link(link.clone()).challenge(cx.store).await,
            }
        })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Seen> {
        let waiting = facts.filter(|c| cx.now < c.expires_at);
        let Some((found, by)) = waiting.and_then(|c| Sent::of(&c).map(|by| (c, by))) else {
            return Verdict::no(Refusal::LinkInvalid);
        };
        let here = same_browser(&found, self.browser.as_ref());
        let code = match &self.which {
            Which::Link(link) if !here => Some(challenge::code_of(cx.keys, link)),
            Which::Flow(_) if !here => return Verdict::no(Refusal::LinkInvalid),
            _ => None,
        };
        let ready = found.sent_at.plus(cx.settings.resend_wait);
        let wait = if cx.now < ready { ready.since(cx.now) } else { Duration::ZERO };
        let to = if here { mask(found.kind, &found.normal) } else { String::new() };
        let return_to = if here { Kept::of(&found).return_to } else { String::new() };
        Verdict::yes(Seen { by, kind: found.kind, to, code, wait, return_to }, vec![], vec![])
    }
}
