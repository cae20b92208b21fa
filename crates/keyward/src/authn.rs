//! Who a request comes from. Several may be asked, in order; each has three answers,
//! and they are three different things: *this brings nothing that I read*, *it does,
//! and it is refused*, *it comes from this account*. The first that finds its own kind
//! of credential decides, and one that is refused is never passed over for the next.
//!
//! ```
//! use keyward::Keyward;
//! use keyward::authn::{ApiKeys, Basic, BearerSession, FirstOf, SessionCookie};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let auth = Keyward::memory()
//!     .authenticate_with(
//!         FirstOf::new()
//!             .then(ApiKeys)
//!             .then(BearerSession)
//!             .then(SessionCookie)
//!             .then(Basic::new("Reports").within(["reports:view"])),
//!     )
//!     .build()
//!     .await?;
//! # Ok::<(), keyward::Error>(())
//! # }).unwrap();
//! ```
//!
//! Without a choice, it is API keys, session tokens and session cookies, in this order.

pub(crate) mod basic;
mod builtin;
pub(crate) mod chain;
mod claim;
mod incoming;
#[cfg(feature = "tickets")]
pub mod ticket;

use keyward_core::Error;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;

pub use basic::Basic;
pub use builtin::{ApiKeys, BearerSession, SessionCookie, TokenScheme};
pub use chain::{FirstOf, Steps};
pub use claim::Claim;
pub use incoming::Incoming;
pub use keyward_core::header::Given;
pub use keyward_core::header::basic::Basic as NameAndPassword;

use crate::http::{Fault, Problem};

/// Recognises whoever sent a request by one kind of credential. An app's own makes a
/// [`Claim`] of an account:
///
/// ```
/// use keyward::authn::{Answer, Authenticator, Claim, Incoming};
/// use keyward::port::Fut;
/// use keyward::{Error, Refusal, id::UserId};
///
/// /// The account that the company's own gateway names; nobody else reaches us.
/// struct Gateway;
///
/// impl Authenticator for Gateway {
///     fn authenticate<'a>(&'a self, request: &'a Incoming<'a>) -> Fut<'a, Result<Answer, Error>> {
///         Box::pin(async move {
///             let named = match request.header("x-gateway-user") {
///                 Ok(Some(named)) => named,
///                 Ok(None) => return Ok(Answer::NotTried),
///                 Err(refused) => return Ok(refused.into()),
///             };
///             let Some(user) = UserId::parse(named) else {
///                 return Ok(Refusal::Unauthenticated.into());
///             };
///             Ok(Claim::new(user, "gateway").into())
///         })
///     }
/// }
/// ```
pub trait Authenticator: Send + Sync + 'static {
    /// Looks at a request. It reads and does not write, and answers in good time: each
    /// request waits for it, five seconds at most.
    ///
    /// # Errors
    /// It cannot be known: the request is answered with 503, and never let in.
    fn authenticate<'a>(&'a self, request: &'a Incoming<'a>) -> Fut<'a, Result<Answer, Error>>;

    /// Whether a browser brings the credential by itself, as it does cookies, what was
    /// once typed into its own dialogue, and whatever a proxy adds. If so, whatever
    /// changes something and comes from a page of another site is refused (403
    /// `csrf_failed`). Say no only where a program has to put it in.
    fn is_sent_by_browsers(&self) -> bool {
        true
    }

    /// As steps of a chain.
    #[doc(hidden)]
    fn into_steps(self) -> Steps
    where
        Self: Sized,
    {
        Steps::own(self)
    }
}

/// What an authenticator says of a request.
#[derive(Debug)]
pub enum Answer {
    /// Nothing that it reads was brought: the next one is asked.
    NotTried,
    /// It was brought, and is not accepted: nobody else is asked.
    Refused(Refused),
    /// Who sent it: nobody else is asked.
    Principal(Recognised),
}

/// Why a credential is not accepted. Made of a [`Refusal`]:
/// [`Unauthenticated`](Refusal::Unauthenticated) says nothing more than that.
#[derive(Clone, Debug)]
pub struct Refused(pub(crate) Box<Problem>);

impl Refused {
    /// The stable code that the client is told, such as `unauthenticated`.
    pub fn code(&self) -> &'static str {
        self.0.code.as_str()
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(Problem::of(refusal)))
    }
}

/// Who sent a request: a [`Claim`], or whatever one of ours found.
#[derive(Debug)]
pub struct Recognised(pub(crate) chain::Who);

impl From<Claim> for Answer {
    fn from(claim: Claim) -> Self {
        Self::Principal(Recognised(chain::Who::Claim(Box::new(claim))))
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self::Problem(refused.0)
    }
}
