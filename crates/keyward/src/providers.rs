//! Sign-in at other services, by OAuth 2.0 and OpenID Connect.
//!
//! Google, GitHub and others are rows of a table; any issuer of OpenID Connect is
//! found by discovery; for anything else an app plugs a [`Provider`] of its own.
//! [`Keyward::authorize_url`](crate::Keyward::authorize_url) and [`Keyward::callback`](crate::Keyward::callback) are all that an app with
//! pages of its own needs.

mod api;
mod builder;
mod checked;
mod discovery;
mod exchange;
mod keys;
mod oauth;
mod options;
mod presets;
mod tokens;

#[cfg(all(test, feature = "testing"))]
mod tests;

use std::fmt;
use std::sync::Arc;

use keyward_core::port::Fut;
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};

pub use exchange::{form, get};
pub use keyward_core::flow::Client;
pub use keyward_core::flow::provider::{ProviderUser, Tokens};

pub(crate) use api::Way;
pub use api::{Authorized, Callback, CameBack, ConnectionView, ProviderView};
pub(crate) use builder::Given;
pub use options::{EmailTrust, ProviderOptions};

use crate::outbound::HttpClient;

/// A service that says who somebody is. Plug your own with
/// [`Builder::provider`](crate::Builder::provider).
///
/// What it is handed was checked: the answer belongs to the browser that set out,
/// to this provider, and was not seen before. What it hands back is believed, so an
/// implementation must be sure that the service said it, for us, in this sign-in.
///
/// ```
/// use keyward::outbound::HttpClient;
/// use keyward::port::Fut;
/// use keyward::providers::{Authorize, Exchanged, Grant, Provider, ProviderError, form};
/// use keyward::providers::{ProviderUser, percent};
///
/// /// A service with a token for a code, and nothing else.
/// #[derive(Debug)]
/// struct House;
///
/// impl Provider for House {
///     fn name(&self) -> &str {
///         "house"
///     }
///
///     fn title(&self) -> &str {
///         "House"
///     }
///
///     fn authorize_url<'a>(
///         &'a self,
///         _: &'a dyn HttpClient,
///         asked: &'a Authorize,
///     ) -> Fut<'a, Result<String, ProviderError>> {
///         let (to, state) = (percent(&asked.redirect_uri), percent(asked.state.reveal()));
///         let url = format!("https://house.example.com/enter?to={to}&state={state}");
///         Box::pin(async { Ok(url) })
///     }
///
///     fn exchange<'a>(
///         &'a self,
///         http: &'a dyn HttpClient,
///         grant: &'a Grant,
///     ) -> Fut<'a, Result<Exchanged, ProviderError>> {
///         Box::pin(async move {
///             let code = [("code", grant.code.reveal())];
///             let told = form(http, "https://house.example.com/who", &code, None).await?;
///             let id = told["id"].as_str().ok_or(ProviderError::new("nobody was named"))?;
///             let user = ProviderUser {
///                 provider: "house".into(),
///                 issuer: "https://house.example.com".into(),
///                 provider_id: id.into(),
///                 email: None,
///                 email_verified: false,
///                 name: told["name"].as_str().map(str::to_owned),
///                 picture: None,
///                 raw: told.clone(),
///             };
///             Ok(Exchanged { user, tokens: None })
///         })
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let auth = keyward::Keyward::memory().provider(House).build().await?;
/// let asked = auth.authorize_url("house", "/", &Default::default()).await?.unwrap();
/// assert!(asked.url.starts_with("https://house.example.com/enter?to=http"));
/// # Ok::<(), keyward::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Provider: fmt::Debug + Send + Sync + 'static {
    /// What it goes by in URLs and in the log: 1 to 32 of a-z, 0-9 and hyphen.
    fn name(&self) -> &str;

    /// What people call it: stands on buttons.
    fn title(&self) -> &str;

    /// The page of the service where somebody says who they are.
    ///
    /// # Errors
    /// It is not known where: the service did not say.
    fn authorize_url<'a>(
        &'a self,
        http: &'a dyn HttpClient,
        asked: &'a Authorize,
    ) -> Fut<'a, Result<String, ProviderError>>;

    /// Asks the service who came back.
    ///
    /// # Errors
    /// It did not answer, or what it answered is not to be believed.
    fn exchange<'a>(
        &'a self,
        http: &'a dyn HttpClient,
        grant: &'a Grant,
    ) -> Fut<'a, Result<Exchanged, ProviderError>>;

    /// New tokens for an old refresh token.
    ///
    /// # Errors
    /// The service gives none, or never does.
    fn refresh<'a>(
        &'a self,
        _http: &'a dyn HttpClient,
        _refresh: &'a Secret,
        _now: Timestamp,
    ) -> Fut<'a, Result<Tokens, ProviderError>> {
        Box::pin(async { Err(ProviderError::new("it gives no new tokens")) })
    }

    /// Where the service sends people back to, if not to our own page: https, or
    /// http on this machine.
    fn redirect_uri(&self) -> Option<&str> {
        None
    }
}

/// What goes along to a service.
#[derive(Clone, Debug)]
pub struct Authorize {
    /// Where it sends people back to.
    pub redirect_uri: String,
    /// Comes back unchanged.
    pub state: Secret,
    /// For the ID token.
    pub nonce: String,
    /// The challenge of PKCE (RFC 7636), method `S256`.
    pub challenge: String,
    /// Whether the service shall ask who it is, even if it knows.
    pub again: bool,
    /// Now.
    pub now: Timestamp,
}

/// What came back from a service.
#[derive(Clone, Debug)]
pub struct Grant {
    /// To be exchanged.
    pub code: Secret,
    /// Where it was sent to.
    pub redirect_uri: String,
    /// What the ID token must hold.
    pub nonce: String,
    /// What the challenge of PKCE was made of.
    pub verifier: Secret,
    /// Who says to have answered (RFC 9207), if anybody does.
    pub iss: Option<String>,
    /// What Apple tells of a person when they first come: JSON.
    pub user: Option<String>,
    /// Now.
    pub now: Timestamp,
}

/// Who came back, and what the service gave to act for them.
#[derive(Clone, Debug)]
pub struct Exchanged {
    /// Who.
    pub user: ProviderUser,
    /// Kept sealed, if there are any.
    pub tokens: Option<Tokens>,
}

/// Why a service could not be asked. For the operator's log: people are told that
/// it did not work.
#[derive(Debug)]
pub struct ProviderError {
    what: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ProviderError {
    /// Says what went wrong, without secrets.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), source: None }
    }

    /// Same, keeping the cause.
    pub fn because(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { what: what.into(), source: Some(source.into()) }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "{}: {source}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl std::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}

/// Every service that is used, in the order of the buttons.
#[derive(Clone, Debug, Default)]
pub(crate) struct Providers {
    pub(crate) all: Vec<Arc<dyn Provider>>,
    /// There is one where there is a service to be asked.
    pub(crate) http: Option<Arc<dyn HttpClient>>,
    /// Held while tokens are renewed: a refresh token may work once.
    pub(crate) renewing: Arc<tokio::sync::Mutex<()>>,
}

impl Providers {
    /// The one of this name, and what it is asked by.
    pub(crate) fn find(&self, name: &str) -> Option<(&dyn Provider, &dyn HttpClient)> {
        let found = self.all.iter().find(|provider| provider.name() == name)?;
        Some((&**found, self.http.as_deref()?))
    }
}

/// A text as it stands in a URL: everything but letters, digits and `-._~` escaped.
pub fn percent(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}

/// The names of the presets.
pub fn presets() -> impl Iterator<Item = &'static str> {
    presets::PRESETS.iter().map(|preset| preset.name)
}

/// Whom an answer of a service tells of, as the preset of this name reads it: for an app
/// that asked the service itself. Nothing is verified by that: believe it if it came from
/// the service, over TLS, for a token that was given to you.
///
/// `None` where nobody is named, and for presets that stand for many issuers.
///
/// ```
/// use keyward::providers::told;
///
/// let answer = serde_json::json!({ "id": 5, "login": "ada" });
/// let ada = told("github", answer).unwrap();
/// assert_eq!((ada.provider_id.as_str(), ada.name.as_deref()), ("5", Some("ada")));
/// assert!(told("github", serde_json::json!({ "login": "ada" })).is_none());
/// ```
pub fn told(preset: &str, answer: serde_json::Value) -> Option<ProviderUser> {
    let preset = presets::PRESETS.iter().find(|known| known.name == preset)?;
    let read = (preset.read)(&answer);
    let user = ProviderUser {
        provider: preset.name.to_owned(),
        issuer: preset.issuer.to_owned(),
        provider_id: read.id?,
        email: read.email,
        email_verified: read.email_verified,
        name: read.name,
        picture: read.picture,
        raw: answer,
    };
    user.sane().filter(|user| !user.issuer.contains('{'))
}

/// A mistake of whoever configures.
fn misuse(name: &str, what: impl fmt::Display) -> Error {
    Error::because("use the provider", format!("{name}: {what}"))
}
