//! Go to a service.

use super::{Kept, LIFETIME, challenge as pkce, nonce, verifier};
use crate::Error;
use crate::flow::challenge::{self, For};
use crate::flow::enrolled::allowed;
use crate::flow::step_up::Facts;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{FlowId, SessionId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Challenge, Purpose};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// What somebody goes to a service for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Aim {
    /// To sign in.
    SignIn,
    /// To connect it to the account that they are signed in to.
    Connect {
        /// Who.
        user: UserId,
        /// The session they ask from.
        session: SessionId,
    },
}

/// Somebody sets out for a service.
#[derive(Clone, Debug)]
pub struct BeginProvider {
    /// Its name here.
    pub provider: String,
    /// What for.
    pub aim: Aim,
    /// Where to go afterwards: a path on this host, or nothing.
    pub return_to: String,
    /// Whether the session shall outlive the browser window.
    pub remember: bool,
}

/// What goes along to the service, and what stays in the browser.
#[derive(Debug)]
pub struct Begun {
    /// Which flow.
    pub flow: FlowId,
    /// Comes back unchanged.
    pub state: Secret,
    /// Comes back inside an ID token.
    pub nonce: String,
    /// The challenge of PKCE, `S256`.
    pub challenge: String,
    /// For the browser that sets out: only with it anything comes of it.
    pub browser: Secret,
}

/// Longest path to come back to.
const MAX_RETURN_TO: usize = 2000;

impl Flow for BeginProvider {
    type Facts = Option<Facts>;
    type Yes = Begun;
    const NAME: &'static str = "begin_provider";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            match self.aim {
                Aim::SignIn => Ok(None),
                Aim::Connect { user, session } => Facts::gather(user, session, cx).await.map(Some),
            }
        })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Begun> {
        if self.return_to.len() > MAX_RETURN_TO {
            return Verdict::no(Refusal::invalid("return_to", "return_to_invalid"));
        }
        let subject = match facts.map(|facts| allowed(facts, cx)) {
            None => None,
            Some(Ok((subject, _))) => Some(subject),
            Some(Err(refusal)) => return Verdict::no(refusal),
        };
        let user = subject.as_ref().map(|subject| &subject.user);
        let what = For {
            purpose: Purpose::Provider,
            user: user.map(|user| user.id),
            kind: Kind::Username,
            normal: "",
            epoch: user.map_or(0, |user| user.session_epoch),
        };
        let (begun, secrets, browser) = challenge::begin(what, cx);
        let kept = Kept {
            provider: self.provider.clone(),
            return_to: self.return_to.clone(),
            remember: self.remember,
            connect: subject.is_some(),
        };
        let data = serde_json::to_string(&kept).unwrap_or_default();
        let flow = begun.id;
        let waiting = Challenge { data, expires_at: cx.now.plus(LIFETIME), ..begun };
        let begun = Begun {
            flow,
            state: secrets.into_link(),
            nonce: nonce(cx.keys, flow),
            challenge: pkce(&verifier(cx.keys, flow)),
            browser,
        };
        Verdict::yes(begun, vec![Write::AddChallenge(waiting)], vec![])
    }
}
