//! API keys, for the app: the same decisions as over HTTP.

use std::time::Duration;

use keyward_core::crypto::api_key;
use keyward_core::flow::Client;
use keyward_core::flow::api_key::{
    ApiKey, ApiKeyTerms, CreateApiKey, Holder, Minted, RefreshApiKey, ReportApiKey, RevokeApiKey,
    RotateApiKey,
};
use keyward_core::id::{CredentialId, UserId};
use keyward_core::refusal::Refusal;
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};
use schemars::JsonSchema;
use serde::Serialize;

use crate::engine::Keyward;
use crate::people::Answer;

/// A key of an account, without the key.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ApiKeyView {
    /// `crd_…`
    #[schemars(with = "String")]
    pub id: CredentialId,
    /// What its owner calls it.
    pub name: String,
    /// Patterns of what it may at most do; absent for all that its account may.
    pub permissions: Option<Vec<String>>,
    /// Names of scopes of the policy, which bind it as well; absent for no such bound.
    pub scopes: Option<Vec<String>>,
    /// Where it may come from; none for everywhere.
    pub networks: Vec<String>,
    /// When it begins to work, if not at once.
    #[schemars(with = "Option<String>")]
    pub not_before: Option<Timestamp>,
    /// When it ends, if it does.
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
    /// Requests a minute, if they are counted for themselves.
    pub per_minute: Option<u32>,
    /// Requests a day, counted for all processes; absent for no such bound.
    pub per_day: Option<u32>,
    /// Until when a token may give it anew, if one may.
    #[schemars(with = "Option<String>")]
    pub refresh_until: Option<Timestamp>,
    /// When it was made.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schemars(with = "Option<String>")]
    pub used_at: Option<Timestamp>,
}

impl ApiKeyView {
    fn new(found: &ApiKey) -> Self {
        Self {
            id: found.id,
            name: found.name().to_owned(),
            permissions: found.permissions().map(<[_]>::to_vec),
            scopes: found.scopes().map(<[_]>::to_vec),
            networks: found.networks().to_vec(),
            not_before: found.not_before(),
            expires_at: found.expires_at(),
            per_minute: found.per_minute(),
            per_day: found.per_day(),
            refresh_until: found.refresh_until(),
            created_at: found.created_at,
            used_at: found.used_at(),
        }
    }
}

/// A key that was made: the one moment at which its text is there.
#[derive(Debug)]
pub struct NewApiKey {
    /// `kwk_…`: goes to whoever uses it, and is kept nowhere.
    pub text: Secret,
    /// `kwf_…`: gives the key anew once, if it was made so; kept nowhere as well.
    pub refresh: Option<Secret>,
    /// What is kept.
    pub key: ApiKeyView,
}

impl From<Minted> for NewApiKey {
    fn from(Minted { text, refresh, key }: Minted) -> Self {
        Self { text, refresh, key: ApiKeyView::new(&key) }
    }
}

impl Keyward {
    /// The keys of an account, ended ones included, oldest first.
    pub async fn api_keys(&self, user: UserId) -> Result<Vec<ApiKeyView>, Error> {
        let found = self.0.store.subject(user).await?;
        let found = found.as_ref().map(ApiKey::of).unwrap_or_default();
        Ok(found.iter().map(ApiKeyView::new).collect())
    }

    /// Makes a key of an account: a person's, or one that was added for a program.
    pub async fn create_api_key(&self, user: UserId, terms: ApiKeyTerms) -> Answer<NewApiKey> {
        self.create_api_key_for(Holder::Operator(user), terms, &Client::default()).await
    }

    /// Makes a key like another one, which works for `overlap` longer: 30 days at most.
    pub async fn rotate_api_key(
        &self,
        user: UserId,
        key: CredentialId,
        overlap: Duration,
    ) -> Answer<NewApiKey> {
        let holder = Holder::Operator(user);
        self.rotate_api_key_for(holder, key, overlap, &Client::default()).await
    }

    /// Gives a key anew to whoever brings the token that was shown beside it: another
    /// text and another token, and the old text ends. A token that comes back later
    /// than the [window](crate::Tokens::window) ends the key.
    pub async fn refresh_api_key(&self, token: &str, client: &Client) -> Answer<NewApiKey> {
        let Some(found) = api_key::read_refresh(token.trim()) else {
            return Ok(Err(Refusal::TokenInvalid));
        };
        Ok(self.run(&RefreshApiKey { found }, client).await?.map(NewApiKey::from))
    }

    /// Ends a key at once, or every key of the account.
    pub async fn revoke_api_key(&self, user: UserId, key: Option<CredentialId>) -> Answer<()> {
        self.revoke_api_key_for(Holder::Operator(user), key, &Client::default()).await
    }

    /// Ends a key that somebody found where it should not be, or the token that gives it
    /// anew, and tells its owner.
    /// Nobody learns whether it was one.
    pub async fn report_api_key(&self, text: &str, place: &str, client: &Client) -> Answer<()> {
        let text = text.trim();
        let found = api_key::read(text).or_else(|| api_key::read_refresh(text));
        let Some(found) = found else { return Ok(Ok(())) };
        let place = place.chars().filter(|c| !c.is_control()).take(500).collect();
        self.run(&ReportApiKey { found, place }, client).await
    }

    pub(crate) async fn create_api_key_for(
        &self,
        holder: Holder,
        terms: ApiKeyTerms,
        client: &Client,
    ) -> Answer<NewApiKey> {
        // What a scope means is the policy's to say; one that it does not know is a slip.
        let policy = self.policy();
        if terms.scopes.iter().flatten().any(|scope| !policy.snapshot.has_scope(scope)) {
            return Ok(Err(Refusal::invalid("scopes", "scope_unknown")));
        }
        Ok(self.run(&CreateApiKey { holder, terms }, client).await?.map(NewApiKey::from))
    }

    pub(crate) async fn rotate_api_key_for(
        &self,
        holder: Holder,
        key: CredentialId,
        overlap: Duration,
        client: &Client,
    ) -> Answer<NewApiKey> {
        let flow = RotateApiKey { holder, key, overlap };
        Ok(self.run(&flow, client).await?.map(NewApiKey::from))
    }

    pub(crate) async fn revoke_api_key_for(
        &self,
        holder: Holder,
        key: Option<CredentialId>,
        client: &Client,
    ) -> Answer<()> {
        self.run(&RevokeApiKey { holder, key }, client).await
    }
}
