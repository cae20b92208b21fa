//! Sign-in at other services, for the app: the same decisions as over HTTP.

use keyward_core::flow::Client;
use keyward_core::flow::open::Opening;
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::provider::{
    Aim, BeginProvider, ConnectProvider, Connection, Disconnect, KeepTokens, SignInWithProvider,
    TakeProvider,
};
use keyward_core::id::{CredentialId, FlowId, SessionId, UserId};
use keyward_core::refusal::{ProviderFault, Refusal};
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};
use schemars::JsonSchema;
use serde::Serialize;

use super::checked::is_safe;
use super::exchange::plain;
use super::{Authorize, Exchanged, Grant, Provider, ProviderError, ProviderUser, Tokens, misuse};
use crate::engine::Keyward;
use crate::people::Answer;

/// A service that people may sign in at.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ProviderView {
    /// What it goes by in URLs: `google`.
    pub name: String,
    /// What people call it: `Google`.
    pub title: String,
}

/// Where to send somebody, and what to keep meanwhile.
#[derive(Clone, Debug)]
pub struct Authorized {
    /// The page of the service.
    pub url: String,
    /// Which flow it is.
    pub flow: FlowId,
    /// To be kept by the browser that is sent there, in a cookie that no script
    /// reads: only with it anything comes of it.
    pub browser: Secret,
}

/// What a service gave back, as parameters of the address that it sent somebody to.
#[derive(Clone, Debug, Default)]
pub struct Callback {
    /// To be exchanged.
    pub code: Option<Secret>,
    /// What went along.
    pub state: Option<Secret>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
    /// Why there is no code: `access_denied`, …
    pub error: Option<String>,
    /// What Apple tells of a person when they first come: JSON.
    pub user: Option<String>,
}

/// Who came back, and what for. Whoever set out, set out in this browser.
#[derive(Clone, Debug)]
pub struct CameBack {
    /// Who the service says that they are.
    pub user: ProviderUser,
    /// What it gave to act for them, if that is to be kept.
    pub tokens: Option<Tokens>,
    /// Where to go now: a path on this host, or nothing.
    pub return_to: String,
    /// Whether the session shall outlive the browser window.
    pub remember: bool,
    /// Who set out to connect the service to their account, with its session epoch;
    /// `None` for a sign-in.
    pub connect: Option<(UserId, i64)>,
}

/// An account elsewhere that is connected to one of ours.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ConnectionView {
    /// `crd_…`
    #[schemars(with = "String")]
    pub id: CredentialId,
    /// The service: `google`.
    pub provider: String,
    /// What people call it.
    pub title: String,
    /// What the service calls its owner.
    pub provider_id: String,
    /// The address that the service told last.
    pub email: Option<String>,
    /// The name that the service told last.
    pub name: Option<String>,
    /// When it was connected.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it was last used.
    #[schemars(with = "String")]
    pub used_at: Timestamp,
}

/// How somebody goes to a service, and where to afterwards.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Way<'a> {
    /// A path on this host, or nothing.
    pub(crate) return_to: &'a str,
    /// Whether the session shall outlive the browser window.
    pub(crate) remember: bool,
    /// Whether the service shall ask who it is, even if it knows.
    pub(crate) again: bool,
}

fn no<T>(fault: ProviderFault) -> Answer<T> {
    Ok(Err(Refusal::Provider(fault)))
}

impl Keyward {
    /// The services that people may sign in at, in the order of the buttons.
    pub fn providers(&self) -> Vec<ProviderView> {
        let all = self.0.providers.all.iter();
        all.map(|p| ProviderView { name: p.name().into(), title: p.title().into() }).collect()
    }

    /// Where a service sends people back to.
    pub(crate) fn redirect_uri(&self, provider: &dyn Provider) -> Result<String, Error> {
        if let Some(own) = provider.redirect_uri() {
            return Ok(own.to_owned());
        }
        let name = provider.name();
        let uri = self.link("/login/with/", &format!("{name}/callback"));
        match is_safe(&uri) {
            true => Ok(uri),
            false => Err(misuse(name, "the public URL must be https, except on this machine")),
        }
    }

    /// The page of a service where somebody signs in, who then goes to `return_to`:
    /// a path on this host, or nothing.
    ///
    /// # Errors
    /// The store cannot be written, or the public URL is not https.
    pub async fn authorize_url(
        &self,
        provider: &str,
        return_to: &str,
        client: &Client,
    ) -> Answer<Authorized> {
        let way = Way { return_to, remember: false, again: false };
        self.set_out(provider, Aim::SignIn, way, client).await
    }

    pub(crate) async fn set_out(
        &self,
        name: &str,
        aim: Aim,
        Way { return_to, remember, again }: Way<'_>,
        client: &Client,
    ) -> Answer<Authorized> {
        let Some((provider, http)) = self.0.providers.find(name) else {
            return no(ProviderFault::Unknown);
        };
        if !return_to.is_empty() && !crate::pages::is_own_path(return_to) {
            return Ok(Err(Refusal::invalid("return_to", "return_to_invalid")));
        }
        let redirect_uri = self.redirect_uri(provider)?;
        let (provider_name, return_to) = (name.to_owned(), return_to.to_owned());
        let flow = BeginProvider { provider: provider_name, aim, return_to, remember };
        let begun = match self.run(&flow, client).await? {
            Ok(begun) => begun,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let asked = Authorize {
            redirect_uri,
            state: begun.state,
            nonce: begun.nonce,
            challenge: begun.challenge,
            again,
            now: self.now(),
        };
        match provider.authorize_url(http, &asked).await {
            Ok(url) => Ok(Ok(Authorized { url, flow: begun.flow, browser: begun.browser })),
            Err(error) => upstream(name, &error),
        }
    }

    /// Takes what a service gave back, and asks it who came. It is spent, whatever
    /// comes of it; nobody is signed in yet.
    ///
    /// # Errors
    /// The store is unwell.
    pub async fn callback(
        &self,
        name: &str,
        back: Callback,
        browser: Option<Secret>,
        client: &Client,
    ) -> Answer<CameBack> {
        let Some((provider, http)) = self.0.providers.find(name) else {
            return no(ProviderFault::Unknown);
        };
        let Some(state) = back.state else { return no(ProviderFault::StateMismatch) };
        let redirect_uri = self.redirect_uri(provider)?;
        let taking = TakeProvider { provider: name.to_owned(), state, browser };
        let taken = match self.run(&taking, client).await? {
            Ok(taken) => taken,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let code = match (back.code, back.error) {
            (Some(code), None) => code,
            (_, error) => return not_given(name, &error.unwrap_or_default()),
        };
        let grant = Grant {
            code,
            redirect_uri,
            nonce: taken.nonce,
            verifier: taken.verifier,
            iss: back.iss,
            user: back.user,
            now: self.now(),
        };
        let Exchanged { user, tokens } = match provider.exchange(http, &grant).await {
            Ok(exchanged) => exchanged,
            Err(error) => return upstream(name, &error),
        };
        let user = ProviderUser { provider: name.to_owned(), ..user };
        let Some(user) = user.sane() else {
            return upstream(name, &ProviderError::new("the service named nobody"));
        };
        let (return_to, remember) = (taken.return_to, taken.remember);
        Ok(Ok(CameBack { user, tokens, return_to, remember, connect: taken.connect }))
    }

    /// Signs in whoever a service says that somebody is: finds their account, or makes
    /// it where sign-up allows. A second factor is still asked for.
    pub(crate) async fn sign_in_with_provider(
        &self,
        came: CameBack,
        open: Opening,
        client: &Client,
    ) -> Answer<SignedIn> {
        let (found, tokens) = (came.user, came.tokens);
        self.run(&SignInWithProvider { found, tokens, open }, client).await
    }

    /// Connects a service to the account of whoever holds this session, if it was
    /// they who set out for it.
    pub(crate) async fn connect_provider(
        &self,
        (user, session): (UserId, SessionId),
        came: CameBack,
        client: &Client,
    ) -> Answer<CredentialId> {
        let Some((_, epoch)) = came.connect.filter(|(whose, _)| *whose == user) else {
            return no(ProviderFault::StateMismatch);
        };
        let (found, tokens) = (came.user, came.tokens);
        self.run(&ConnectProvider { user, session, epoch, found, tokens }, client).await
    }

    /// The accounts elsewhere that are connected to this one, oldest first.
    pub async fn connections(&self, user: UserId) -> Result<Vec<ConnectionView>, Error> {
        let found = self.0.store.subject(user).await?;
        let found = found.as_ref().map(Connection::of).unwrap_or_default();
        Ok(found.iter().map(|connection| self.connection_view(connection)).collect())
    }

    fn connection_view(&self, found: &Connection) -> ConnectionView {
        let provider = found.provider();
        let title = self.0.providers.find(provider).map_or(provider, |(p, _)| p.title());
        ConnectionView {
            id: found.id,
            provider: provider.to_owned(),
            title: title.to_owned(),
            provider_id: found.provider_id().to_owned(),
            email: found.email().map(str::to_owned),
            name: found.name().map(str::to_owned),
            created_at: found.created_at,
            used_at: found.used_at(),
        }
    }

    /// Takes a connected account away from whoever holds this session, unless it is
    /// their last way in.
    pub async fn disconnect(
        &self,
        user: UserId,
        session: SessionId,
        connection: CredentialId,
        client: &Client,
    ) -> Answer<()> {
        self.run(&Disconnect { user, session, connection }, client).await
    }

    /// What a service gave to act for somebody there, where
    /// [`store_tokens`](super::ProviderOptions::store_tokens) is on: renewed if its
    /// time is over or nearly so.
    ///
    /// # Errors
    /// The store is unwell.
    pub async fn provider_tokens(
        &self,
        user: UserId,
        connection: CredentialId,
    ) -> Answer<Option<Tokens>> {
        let Some((name, tokens)) = self.kept_tokens(user, connection).await? else {
            return Ok(Ok(None));
        };
        if !self.is_over(&tokens) {
            return Ok(Ok(Some(tokens)));
        }
        let _turn = self.0.providers.renewing.lock().await;
        // Somebody else may have been quicker.
        match self.kept_tokens(user, connection).await? {
            None => Ok(Ok(None)),
            Some((_, tokens)) if !self.is_over(&tokens) => Ok(Ok(Some(tokens))),
            Some((_, tokens)) => self.renew(&name, user, connection, &tokens).await,
        }
    }

    async fn kept_tokens(
        &self,
        user: UserId,
        connection: CredentialId,
    ) -> Result<Option<(String, Tokens)>, Error> {
        let subject = self.0.store.subject(user).await?;
        let all = subject.as_ref().map(Connection::of).unwrap_or_default();
        let found = all.into_iter().find(|found| found.id == connection);
        Ok(found.and_then(|it| Some((it.provider().to_owned(), it.tokens(&self.0.keys)?))))
    }

    fn is_over(&self, tokens: &Tokens) -> bool {
        let soon = self.now().plus(std::time::Duration::from_secs(60));
        tokens.expires_at.is_some_and(|at| at <= soon)
    }

    async fn renew(
        &self,
        name: &str,
        user: UserId,
        connection: CredentialId,
        old: &Tokens,
    ) -> Answer<Option<Tokens>> {
        let (Some((provider, http)), Some(refresh)) = (self.0.providers.find(name), &old.refresh)
        else {
            return Ok(Ok(None));
        };
        let tokens = match provider.refresh(http, refresh, self.now()).await {
            Ok(tokens) => tokens,
            Err(error) => return upstream(name, &error),
        };
        let keep = KeepTokens { user, connection, tokens: tokens.clone() };
        let kept = self.run(&keep, &Client::default()).await?;
        Ok(kept.map(|()| Some(tokens)))
    }
}

/// The service, or the person there, gave no code. What it says of it is not shown.
fn not_given<T>(name: &str, error: &str) -> Answer<T> {
    const REFUSED: [&str; 4] =
        ["access_denied", "user_denied", "user_cancelled_authorize", "user_cancelled_login"];
    tracing::info!(provider = name, error = plain(error), "a service gave no code");
    match REFUSED.contains(&error) {
        true => no(ProviderFault::Denied),
        false => no(ProviderFault::Upstream),
    }
}

fn upstream<T>(name: &str, error: &ProviderError) -> Answer<T> {
    tracing::warn!(provider = name, %error, "a service could not be asked");
    no(ProviderFault::Upstream)
}
