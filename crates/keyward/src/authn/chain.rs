//! Several authenticators, asked in order.

use std::fmt;
use std::sync::Arc;

use ::http::HeaderValue;
use keyward_core::Error;
use keyward_core::port::Fut;

use super::basic::Basic;
use super::builtin::TokenScheme;
#[cfg(feature = "tickets")]
use super::ticket::Tickets;
use super::{Answer, Authenticator, Claim, Incoming, Recognised};
use crate::engine::cache::Entry;

/// Asks several authenticators in order. The first that finds its own kind of
/// credential decides; a refused one ends the asking, as does one that is accepted.
/// None at all recognises nobody.
#[derive(Clone, Debug, Default)]
pub struct FirstOf(Steps);

/// Authenticators in order, as they are kept.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct Steps {
    pub(crate) all: Vec<Step>,
}

/// One of them. Ours are asked without a box.
#[derive(Clone)]
pub(crate) enum Step {
    Cookie,
    Bearer,
    Key,
    Basic(Basic),
    Token(TokenScheme),
    #[cfg(feature = "tickets")]
    Ticket(Tickets),
    Own(Arc<dyn Authenticator>),
}

/// Whoever was recognised.
#[derive(Debug)]
pub(crate) enum Who {
    /// By an app's own, or by one of ours that has no session.
    Claim(Box<Claim>),
    /// By one of ours.
    Entry(Arc<Entry>, Carried),
}

/// How a credential came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Carried {
    /// A program put it in.
    ByHand,
    /// In the cookie of a session.
    Cookie,
    /// In the cookie of a ticket.
    #[cfg_attr(not(feature = "tickets"), allow(dead_code, reason = "tickets alone come so"))]
    Ticket,
    /// A browser may have put it in by itself.
    Ambient,
}

impl FirstOf {
    /// Nobody is asked yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Then asks this one.
    #[must_use]
    pub fn then(mut self, next: impl Authenticator) -> Self {
        self.0.all.extend(next.into_steps().all);
        self
    }
}

impl Authenticator for FirstOf {
    fn authenticate<'a>(&'a self, request: &'a Incoming<'a>) -> Fut<'a, Result<Answer, Error>> {
        Box::pin(request.ask(&self.0.all))
    }

    fn into_steps(self) -> Steps {
        self.0
    }
}

impl Steps {
    pub(crate) fn one(step: Step) -> Self {
        Self { all: vec![step] }
    }

    pub(crate) fn own(own: impl Authenticator) -> Self {
        Self::one(Step::Own(Arc::new(own)))
    }

    /// What is asked where the app says nothing.
    pub(crate) fn usual() -> Self {
        Self { all: vec![Step::Key, Step::Bearer, Step::Cookie] }
    }

    /// Whether nobody who looks elsewhere than in `Authorization` and `X-Api-Key` is asked
    /// before the cookie of a session.
    pub(crate) fn is_cookie_first_of_headers(&self) -> bool {
        let reads = |step: &&Step| {
            matches!(step, Step::Key | Step::Bearer | Step::Basic(_) | Step::Token(_))
        };
        matches!(self.all.iter().find(|step| !reads(step)), Some(Step::Cookie))
    }

    /// Whether API keys are looked for before anything else.
    pub(crate) fn is_key_first(&self) -> bool {
        matches!(self.all.first(), Some(Step::Key))
    }

    /// Whether tokens that are not ours may be somebody else's.
    pub(crate) fn others_read_bearer(&self) -> bool {
        self.all.iter().any(|step| matches!(step, Step::Own(_)))
    }

    /// What `WWW-Authenticate` says beside the usual.
    pub(crate) fn challenge(&self) -> Option<HeaderValue> {
        self.all.iter().find_map(|step| match step {
            Step::Basic(basic) => basic.challenge(),
            _ => None,
        })
    }

    /// What cannot be used as it was given.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for step in &self.all {
            match step {
                Step::Basic(basic) => basic.check()?,
                #[cfg(feature = "tickets")]
                Step::Ticket(tickets) => tickets.check()?,
                Step::Token(TokenScheme { scheme, .. }) if !is_scheme(scheme) => {
                    return Err(Error::new("use this scheme for tokens"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_scheme(name: &str) -> bool {
    let is_own = !["basic", "bearer"].iter().any(|it| name.eq_ignore_ascii_case(it));
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    is_own && !name.is_empty() && name.len() <= 32 && name.bytes().all(is_letter)
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.all).finish()
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cookie => "SessionCookie",
            Self::Bearer => "BearerSession",
            Self::Key => "ApiKeys",
            Self::Basic(_) => "Basic",
            Self::Token(_) => "TokenScheme",
            #[cfg(feature = "tickets")]
            Self::Ticket(_) => "Tickets",
            Self::Own(_) => "the app's own",
        })
    }
}

impl<'a> Incoming<'a> {
    /// What these say, without letting anyone in.
    pub(super) async fn ask(&self, steps: &[Step]) -> Result<Answer, Error> {
        use crate::http::Fault;

        match self.auth.asked(steps, self.head, self.door, self.now).await {
            Ok(None) => Ok(Answer::NotTried),
            Ok(Some((entry, carried))) => {
                Ok(Answer::Principal(Recognised(Who::Entry(entry, carried))))
            }
            Err(Fault::Error(error)) => Err(error),
            Err(Fault::Refusal(refusal)) => Ok(refusal.into()),
            Err(Fault::Problem(problem)) => Ok(super::Refused(problem).into()),
        }
    }
}
