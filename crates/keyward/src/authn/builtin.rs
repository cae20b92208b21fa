//! What Keyward recognises by itself.

use std::future::Future;
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::port::Fut;

use super::chain::{Step, Steps};
use super::{Answer, Authenticator, Claim, Incoming};

/// The session cookie of a browser. Whatever changes something and carries it must
/// come from a page of ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionCookie;

/// The token of a session, as `Authorization: Bearer ses_…`. With the feature `tokens`,
/// access tokens of ours as well, and those of Asok for as long as they are accepted.
#[derive(Clone, Copy, Debug, Default)]
pub struct BearerSession;

/// An API key: `Authorization: Bearer kwk_…`, `X-Api-Key`, or the user of HTTP Basic
/// with no password. It may do what it was made for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApiKeys;

/// The scheme `Token`, as starlette-auth-toolkit and Django REST framework have it:
/// `Authorization: Token abcd`, with one space and nothing around the token. API keys
/// and session tokens are accepted in it, and with [`or_by`](Self::or_by) tokens that
/// the app knows.
#[derive(Clone)]
pub struct TokenScheme {
    pub(crate) scheme: Arc<str>,
    pub(crate) by: Option<TokenBy>,
}

/// Tells whose token this is.
pub(crate) type TokenBy =
    Arc<dyn Fn(String) -> Fut<'static, Result<Option<Claim>, Error>> + Send + Sync>;

impl std::fmt::Debug for TokenScheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenScheme").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

impl Default for TokenScheme {
    fn default() -> Self {
        Self::new()
    }
}

impl TokenScheme {
    /// The scheme `Token`.
    pub fn new() -> Self {
        Self { scheme: "Token".into(), by: None }
    }

    /// A scheme of another name: up to 32 letters, digits and `-`, and neither `Basic`
    /// nor `Bearer`, which have authenticators of their own.
    #[must_use]
    pub fn named(mut self, scheme: &str) -> Self {
        self.scheme = scheme.into();
        self
    }

    /// Asks the app whose token it is, if it is none of ours; `None` is refused. Keep
    /// hashes of tokens, not tokens, and look them up by the hash.
    #[must_use]
    pub fn or_by<F>(mut self, ask: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Option<Claim>, Error>> + Send + 'static,
    {
        self.by = Some(Arc::new(move |token| Box::pin(ask(token))));
        self
    }
}

macro_rules! built_in {
    ($($name:ident, |$it:ident| $step:expr, $by_browsers:literal;)*) => {$(
        impl Authenticator for $name {
            fn authenticate<'a>(
                &'a self,
                request: &'a Incoming<'a>,
            ) -> Fut<'a, Result<Answer, Error>> {
                Box::pin(async move {
                    let $it = self.clone();
                    request.ask(&[$step]).await
                })
            }

            fn is_sent_by_browsers(&self) -> bool {
                $by_browsers
            }

            fn into_steps(self) -> Steps {
                let $it = self;
                Steps::one($step)
            }
        }
    )*};
}

built_in! {
    SessionCookie, |_it| Step::Cookie, true;
    BearerSession, |_it| Step::Bearer, false;
    ApiKeys, |_it| Step::Key, false;
    TokenScheme, |it| Step::Token(it), false;
}
