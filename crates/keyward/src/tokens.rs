//! Access and refresh tokens, for the app: the same decisions as over HTTP.

use std::time::Duration;

use keyward_core::crypto::refresh;
use keyward_core::flow::Client;
use keyward_core::flow::session::CloseSession;
pub use keyward_core::flow::tokens::OldSystem;
use keyward_core::flow::tokens::{IssueTokens, KeyRow, KnowAs, Origin, RefreshTokens};
use keyward_core::id::{SessionId, UserId};
use keyward_core::refusal::Refusal;
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::engine::Keyward;
use crate::people::Answer;

/// What tokens are given out for.
#[derive(Clone, Debug, Default)]
pub struct TokenTerms {
    /// The client's name for itself, at most 100 characters; every refresh must give the
    /// same.
    pub client_id: String,
    /// Patterns of what they may at most do; `None` for all that the account may.
    pub scopes: Option<Vec<String>>,
}

/// An access token and the refresh token that follows it.
#[derive(Clone, Debug)]
pub struct TokenPair {
    /// A JSON web token (RFC 9068), for `Authorization: Bearer`.
    pub access: Secret,
    /// `kwr_…`: works once, for the next pair.
    pub refresh: Secret,
    /// The session that is their family: it is listed and closed like every other.
    pub session: SessionId,
    /// Whose.
    pub user: UserId,
    /// How long the access token works.
    pub expires_in: Duration,
    /// When the refresh token ends if it is not used.
    pub refresh_ends_at: Timestamp,
    /// Patterns of what they may at most do; `None` for all that the account may.
    pub scopes: Option<Vec<String>>,
}

/// Whoever an access token names, and still may come in.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// Whose.
    pub user: UserId,
    /// The session that is its family.
    pub session: SessionId,
    /// The client that it was given to; perhaps empty.
    pub client_id: String,
    /// Patterns of what it may at most do; `None` for all that the account may.
    pub scopes: Option<Vec<String>>,
    /// Assurance level of what was proven: 1 or 2.
    pub aal: u8,
    /// What was proven, in order.
    pub methods: Vec<String>,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What is said of a token to whoever may ask (RFC 7662 section 2.2). Of one that opens
/// nothing, `active` alone.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Introspection {
    /// Whether it opens something now.
    pub active: bool,
    /// Patterns of what it may at most do, with spaces between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client that it was given to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `access_token` or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// When it ends, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Whose: `usr_…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The session that is its family: `ses_…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// A key that signs access tokens, without the key.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct TokenKeyView {
    /// Its id: `kid`.
    pub id: String,
    /// `EdDSA`, `ES256`, `RS256` or `HS256`.
    pub algorithm: &'static str,
    /// `next`: published, and signs later. `signs`. `verifies`: signs no more, and what
    /// it signed is still good. `over`: nothing is left of it.
    pub state: &'static str,
    /// When it was made.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it began, or begins, to sign.
    #[schemars(with = "String")]
    pub signs_from: Timestamp,
    /// When nothing is left of it, if another follows.
    #[schemars(with = "Option<String>")]
    pub ends_at: Option<Timestamp>,
}

impl Keyward {
    /// Gives out tokens for an account that the app authenticated itself; the log says
    /// `app`. Locks and missing verification are obeyed.
    pub async fn issue_tokens(&self, user: UserId, terms: TokenTerms) -> Answer<TokenPair> {
        let origin = Origin::App { method: "app".into() };
        self.issue_tokens_for(user, origin, terms, &Client::default()).await
    }

    /// The next pair for a refresh token. The one that is given works no more, except
    /// for the same client and within [ten seconds](keyward_core::settings::Tokens::window),
    /// which is given the same answer. A token that comes back otherwise was copied: its
    /// family is closed, and its owner told.
    pub async fn refresh_tokens(
        &self,
        refresh: &Secret,
        client_id: &str,
        client: &Client,
    ) -> Answer<TokenPair> {
        let Some(found) = refresh::read(&self.0.keys.refresh, refresh.reveal()) else {
            return Ok(Err(Refusal::TokenInvalid));
        };
        let flow = RefreshTokens { found, client_id: client_id.to_owned() };
        match self.run(&flow, client).await? {
            Ok(issued) => Ok(Ok(self.pair(*issued, self.now()).await?)),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Whoever an access token names, if it is ours, its time is not over, and its
    /// family and its account still are what they were. The second look at a token
    /// costs one hash and no signature.
    ///
    /// # Errors
    /// The store could not be asked; that is no answer.
    pub async fn verify_access_token(&self, token: &str) -> Result<Option<AccessToken>, Error> {
        let now = self.now();
        let Ok(token) = self.verified(token, now).await? else { return Ok(None) };
        let Ok(entry) = self.family_of(&token, now).await? else { return Ok(None) };
        let family = entry.session.family.as_ref();
        Ok(Some(AccessToken {
            user: token.user,
            session: token.session,
            client_id: token.claims.client_id.clone(),
            scopes: family.and_then(|family| family.scopes.clone()),
            aal: entry.session.aal,
            methods: entry.session.methods.clone(),
            auth_time: entry.session.auth_time,
            expires_at: Timestamp::from_secs(token.claims.exp),
        }))
    }

    /// Ends the family of a token: of an access token, or of the newest refresh token.
    /// What is no such token is passed over: whoever asks learns nothing.
    pub async fn revoke_token(&self, token: &str, client: &Client) -> Answer<()> {
        let now = self.now();
        let found = match refresh::read(&self.0.keys.refresh, token) {
            Some(found) => self.0.store.session(found.session).await?.and_then(|(session, _)| {
                let is_it = session.family.is_some()
                    && keyward_core::crypto::token::eq(&found.hash(), &session.secret_hash);
                is_it.then_some((session.user, session.id))
            }),
            None => match self.verified(token, now).await? {
                Ok(token) => Some((token.user, token.session)),
                Err(_) => None,
            },
        };
        let Some((user, session)) = found else { return Ok(Ok(())) };
        let flow = CloseSession { user, session, actor: Some(user), by: "token" };
        match self.run(&flow, client).await? {
            Err(refusal @ Refusal::Impersonating) => Ok(Err(refusal)),
            Ok(()) | Err(_) => Ok(Ok(())),
        }
    }

    /// What is to be said of a token to whoever may ask.
    ///
    /// # Errors
    /// The store could not be asked; that is no answer.
    pub async fn introspect_token(&self, token: &str) -> Result<Introspection, Error> {
        let now = self.now();
        if let Some(found) = refresh::read(&self.0.keys.refresh, token) {
            return self.introspect_refresh(&found, now).await;
        }
        let Ok(token) = self.verified(token, now).await? else {
            return Ok(Introspection::default());
        };
        if self.family_of(&token, now).await?.is_err() {
            return Ok(Introspection::default());
        }
        let claims = token.claims.clone();
        Ok(Introspection {
            active: true,
            scope: claims.scope,
            client_id: Some(claims.client_id),
            token_type: Some("access_token"),
            exp: Some(claims.exp),
            iat: Some(claims.iat),
            sub: Some(claims.sub),
            aud: Some(claims.aud),
            iss: Some(claims.iss),
            jti: Some(claims.jti),
            sid: Some(claims.sid),
        })
    }

    async fn introspect_refresh(
        &self,
        found: &refresh::RefreshText,
        now: Timestamp,
    ) -> Result<Introspection, Error> {
        let row = self.0.store.session(found.session).await?;
        let lives = row.filter(|(session, user)| {
            keyward_core::crypto::token::eq(&found.hash(), &session.secret_hash)
                && session.epoch == user.session_epoch
                && user.is_active()
                && session.is_alive(now)
        });
        let family = lives.and_then(|(session, user)| {
            let family = session.family.clone()?;
            Some((session, user, family))
        });
        let Some((session, user, family)) = family else { return Ok(Introspection::default()) };
        Ok(Introspection {
            active: true,
            scope: family.scopes.map(|all| all.join(" ")),
            client_id: Some(family.client_id),
            token_type: Some("refresh_token"),
            exp: Some(session.ends_at().as_secs()),
            iat: Some(session.seen_at.as_secs()),
            sub: Some(user.id.to_string()),
            sid: Some(session.id.to_string()),
            ..Introspection::default()
        })
    }

    /// The public keys as a JSON web key set (RFC 7517 section 5), as
    /// `/.well-known/jwks.json` gives them. HS256 keys are not in it.
    ///
    /// # Errors
    /// The store could not be asked.
    pub async fn jwks(&self) -> Result<Value, Error> {
        self.key_set(self.now()).await
    }

    /// The keys that sign access tokens, in the order in which they sign.
    ///
    /// # Errors
    /// The store could not be asked.
    pub async fn token_keys(&self) -> Result<Vec<TokenKeyView>, Error> {
        let now = self.now();
        let ring = self.read_ring(now).await?;
        let signs = ring.ring.signer(now).map(|row| row.id.clone());
        let view = |row: &KeyRow| {
            let ends_at = ring.ring.ends_at(&row.id, &self.0.settings.tokens);
            let state = match (signs.as_ref() == Some(&row.id), ends_at) {
                (true, _) => "signs",
                _ if row.signs_from > now => "next",
                (_, Some(end)) if end <= now => "over",
                _ => "verifies",
            };
            TokenKeyView {
                id: row.id.clone(),
                algorithm: row.how.as_str(),
                state,
                created_at: row.created_at,
                signs_from: row.signs_from,
                ends_at,
            }
        };
        Ok(ring.ring.rows().iter().map(view).collect())
    }

    /// Makes a new key, which is published now and signs in ten minutes: nobody who
    /// verifies is without it then. The old one verifies until what it signed is over.
    pub async fn rotate_token_key(&self) -> Answer<String> {
        self.add_key(None, &Client::default()).await
    }

    /// Lets go of a key. One whose tokens may still be about is kept, unless `at_once`:
    /// then they are worthless from now on, here at once and on other nodes within
    /// [five seconds], and another key signs.
    ///
    /// [five seconds]: Self::verify_access_token
    pub async fn retire_token_key(&self, id: &str, at_once: bool) -> Answer<()> {
        self.retire_key(id, at_once, None, &Client::default()).await
    }

    /// Notes what another system called an account, so that tokens which it gave out are
    /// accepted for it while [`Tokens`](keyward_core::settings::Tokens) says so; `None`
    /// forgets it, and ends them. One name belongs to one account.
    pub async fn know_as(&self, user: UserId, system: OldSystem, name: Option<&str>) -> Answer<()> {
        let flow = KnowAs { user, system, name: name.map(str::to_owned) };
        self.run(&flow, &Client::default()).await
    }

    pub(crate) async fn issue_tokens_for(
        &self,
        user: UserId,
        origin: Origin,
        terms: TokenTerms,
        client: &Client,
    ) -> Answer<TokenPair> {
        let TokenTerms { client_id, scopes } = terms;
        let flow = IssueTokens { user, origin, client_id, scopes };
        match self.run(&flow, client).await? {
            Ok(issued) => Ok(Ok(self.pair(*issued, self.now()).await?)),
            Err(refusal) => Ok(Err(refusal)),
        }
    }
}
