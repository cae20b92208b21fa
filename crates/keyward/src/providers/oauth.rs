//! A service of the table, or an issuer that was discovered.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward_core::crypto::jose::{ClientSecret, Expected, Issuer, is_uuid};
use keyward_core::port::Fut;
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};
use serde_json::Value;

use super::discovery::{Discovery, Doors};
use super::keys::Keys;
use super::options::{EmailTrust, ProviderOptions};
use super::presets::{How, Preset, Shown};
use super::{
    Authorize, Exchanged, Grant, Provider, ProviderError, ProviderUser, exchange, misuse, tokens,
};
use crate::outbound::HttpClient;

/// A service, ready to be asked.
#[derive(Debug)]
pub(super) struct OAuth {
    preset: &'static Preset,
    options: ProviderOptions,
    title: String,
    scopes: String,
    /// Who it is; with `{tenantid}` where it may be any tenant.
    issuer: String,
    signs: Option<ClientSecret>,
    discovery: Discovery,
    keys: Keys,
}

/// Microsoft's words for many tenants.
const MANY: [&str; 3] = ["common", "organizations", "consumers"];

impl OAuth {
    pub(super) fn new(options: ProviderOptions) -> Result<Self, Error> {
        let preset = options.check()?;
        let signs = match preset.secret {
            Shown::Signed => Some(signing(&options)?),
            _ => None,
        };
        let scopes = match &options.scopes {
            Some(scopes) => scopes.join(" "),
            None => preset.scopes.join(" "),
        };
        let tenant = options.tenant.as_deref().unwrap_or("common");
        let is_id = is_uuid(tenant);
        // A token names its tenant by id: by another name it could not be compared.
        if !is_id && !MANY.contains(&tenant) {
            return Err(misuse(&options.name, "its tenant is neither an id nor one of many"));
        }
        let tenant = if is_id { tenant } else { "{tenantid}" };
        let issuer = match &options.issuer {
            Some(issuer) => issuer.clone(),
            None => preset.issuer.replace("{tenant}", tenant),
        };
        let title = options.title.clone().unwrap_or_else(|| preset.title.to_owned());
        let (discovery, keys) = Default::default();
        Ok(Self { preset, options, title, scopes, issuer, signs, discovery, keys })
    }

    /// Where its doors are: known, or asked for.
    async fn doors(&self, http: &dyn HttpClient, now: Timestamp) -> Result<Doors, ProviderError> {
        if self.options.issuer.is_some() {
            return self.discovery.doors(http, &self.issuer, now).await;
        }
        let tenant = self.options.tenant.as_deref().unwrap_or("common");
        let door = |url: &str| url.replace("{tenant}", tenant);
        Ok(Doors {
            authorize: door(self.preset.authorize),
            token: door(self.preset.token),
            keys: match self.preset.how {
                How::IdToken { keys } => Some(door(keys)),
                How::Answer { .. } => None,
            },
            user: None,
            says_iss: false,
            posts_secret: self.preset.secret == Shown::Form,
        })
    }

    fn expected_issuer(&self) -> Issuer<'_> {
        match self.issuer.contains("{tenantid}") {
            true => Issuer::OfTenant(&self.issuer),
            false => Issuer::Exactly(&self.issuer),
        }
    }

    /// Mix-up (RFC 9207): the answer must come from whom we asked.
    fn check_iss(&self, doors: &Doors, iss: Option<&str>) -> Result<(), ProviderError> {
        let is_openid = matches!(self.preset.how, How::IdToken { .. });
        let is_one = !self.issuer.contains("{tenantid}");
        match iss {
            None if doors.says_iss => Err(ProviderError::new("nobody says who answered")),
            Some(iss) if is_openid && is_one && iss != self.issuer => {
                Err(ProviderError::new("another issuer answered"))
            }
            _ => Ok(()),
        }
    }

    fn secret(&self, now: Timestamp) -> Result<Option<Cow<'_, Secret>>, ProviderError> {
        match &self.signs {
            Some(signs) => {
                let signed = signs.sign(&self.options.client_id, self.preset.issuer, now);
                let signed = signed.map_err(|cause| ProviderError::because("sign", cause))?;
                Ok(Some(Cow::Owned(signed)))
            }
            None => Ok(self.options.client_secret.as_ref().map(Cow::Borrowed)),
        }
    }

    /// Asks the token endpoint.
    async fn ask_token(
        &self,
        http: &dyn HttpClient,
        doors: &Doors,
        pairs: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<Value, ProviderError> {
        let id = self.options.client_id.as_str();
        let secret = self.secret(now)?;
        let secret = secret.as_ref().map(|secret| secret.reveal());
        let mut pairs = pairs.to_vec();
        let header = match secret {
            Some(secret) if !doors.posts_secret && self.preset.secret != Shown::Signed => {
                Some(basic(id, secret))
            }
            Some(secret) => {
                pairs.extend([("client_id", id), ("client_secret", secret)]);
                None
            }
            None => {
                pairs.push(("client_id", id));
                None
            }
        };
        let header = header.as_ref().map(|header| header.reveal());
        exchange::form(http, &doors.token, &pairs, header).await
    }

    /// What the service says of whoever came back.
    async fn told(
        &self,
        http: &dyn HttpClient,
        doors: &Doors,
        given: &Value,
        grant: &Grant,
    ) -> Result<(String, Value), ProviderError> {
        let How::Answer { user, emails } = &self.preset.how else {
            return self.by_id_token(http, doors, given, grant).await;
        };
        let access = tokens::access(given)?;
        let header = Secret::new(format!("Bearer {}", access.reveal()));
        let mut told = exchange::get(http, user, Some(header.reveal())).await?;
        if let Some(emails) = emails {
            let found = exchange::get(http, emails, Some(header.reveal())).await?;
            if let Some(told) = told.as_object_mut() {
                told.insert("emails".into(), found);
            }
        }
        Ok((self.issuer.clone(), told))
    }

    async fn by_id_token(
        &self,
        http: &dyn HttpClient,
        doors: &Doors,
        given: &Value,
        grant: &Grant,
    ) -> Result<(String, Value), ProviderError> {
        let token = given.get("id_token").and_then(Value::as_str);
        let token = token.ok_or_else(|| ProviderError::new("there is no ID token"))?;
        let keys = doors.keys.as_deref().unwrap_or_default();
        let expected = Expected {
            issuer: self.expected_issuer(),
            audience: &self.options.client_id,
            nonce: Some(&grant.nonce),
            now: grant.now,
        };
        let token = self.keys.verify(http, keys, token, &expected).await?;
        let mut told = token.claims;
        self.complete(http, doors, given, &token.subject, &mut told).await?;
        Ok((token.issuer, told))
    }

    /// Adds what the ID token leaves out: some issuers tell an address only to whoever
    /// asks (OpenID Connect Core section 5.3).
    async fn complete(
        &self,
        http: &dyn HttpClient,
        doors: &Doors,
        given: &Value,
        subject: &str,
        told: &mut Value,
    ) -> Result<(), ProviderError> {
        let (Some(user), None) = (&doors.user, told.get("email")) else { return Ok(()) };
        let Ok(access) = tokens::access(given) else { return Ok(()) };
        let header = Secret::new(format!("Bearer {}", access.reveal()));
        let more = exchange::get(http, user, Some(header.reveal())).await?;
        // Section 5.3.2: it must be about the same person.
        if more.get("sub").and_then(Value::as_str) != Some(subject) {
            return Err(ProviderError::new("the service told of somebody else"));
        }
        if let (Some(told), Some(more)) = (told.as_object_mut(), more.as_object()) {
            for (name, value) in more {
                told.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        Ok(())
    }

    fn user(
        &self,
        issuer: String,
        told: Value,
        grant: &Grant,
    ) -> Result<ProviderUser, ProviderError> {
        let read = (self.preset.read)(&told);
        let verified = match self.options.email {
            EmailTrust::AsTold => read.email_verified,
            EmailTrust::Never => false,
            EmailTrust::Always => true,
        };
        let user = ProviderUser {
            provider: self.options.name.clone(),
            issuer,
            provider_id: read.id.unwrap_or_default(),
            email: read.email,
            email_verified: verified,
            name: read.name.or_else(|| grant.user.as_deref().and_then(first_name)),
            picture: read.picture,
            raw: told,
        };
        user.sane().ok_or_else(|| ProviderError::new("the service named nobody"))
    }
}

impl Provider for OAuth {
    fn name(&self) -> &str {
        &self.options.name
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn redirect_uri(&self) -> Option<&str> {
        self.options.redirect_uri.as_deref()
    }

    fn authorize_url<'a>(
        &'a self,
        http: &'a dyn HttpClient,
        asked: &'a Authorize,
    ) -> Fut<'a, Result<String, ProviderError>> {
        Box::pin(async move {
            let doors = self.doors(http, asked.now).await?;
            let mut query = form_urlencoded::Serializer::new(String::new());
            query
                .append_pair("client_id", &self.options.client_id)
                .append_pair("redirect_uri", &asked.redirect_uri)
                .append_pair("response_type", "code")
                .append_pair("scope", &self.scopes)
                .append_pair("state", asked.state.reveal());
            if self.preset.pkce {
                query.append_pair("code_challenge", &asked.challenge);
                query.append_pair("code_challenge_method", "S256");
            }
            if matches!(self.preset.how, How::IdToken { .. }) {
                query.append_pair("nonce", &asked.nonce);
                // OpenID Connect Core section 3.1.2.1.
                if asked.again {
                    query.append_pair("prompt", "login");
                }
            }
            query.extend_pairs(self.preset.also);
            let mark = if doors.authorize.contains('?') { '&' } else { '?' };
            Ok(format!("{}{mark}{}", doors.authorize, query.finish()))
        })
    }

    fn exchange<'a>(
        &'a self,
        http: &'a dyn HttpClient,
        grant: &'a Grant,
    ) -> Fut<'a, Result<Exchanged, ProviderError>> {
        Box::pin(async move {
            let doors = self.doors(http, grant.now).await?;
            self.check_iss(&doors, grant.iss.as_deref())?;
            let mut pairs = vec![
                ("grant_type", "authorization_code"),
                ("code", grant.code.reveal()),
                ("redirect_uri", grant.redirect_uri.as_str()),
            ];
            if self.preset.pkce {
                pairs.push(("code_verifier", grant.verifier.reveal()));
            }
            let given = self.ask_token(http, &doors, &pairs, grant.now).await?;
            let (issuer, told) = self.told(http, &doors, &given, grant).await?;
            let kept = self.options.store_tokens.then(|| tokens::read(&given, None, grant.now));
            Ok(Exchanged { user: self.user(issuer, told, grant)?, tokens: kept.transpose()? })
        })
    }

    fn refresh<'a>(
        &'a self,
        http: &'a dyn HttpClient,
        refresh: &'a Secret,
        now: Timestamp,
    ) -> Fut<'a, Result<super::Tokens, ProviderError>> {
        Box::pin(async move {
            let doors = self.doors(http, now).await?;
            let pairs = [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())];
            let given = self.ask_token(http, &doors, &pairs, now).await?;
            tokens::read(&given, Some(refresh), now)
        })
    }
}

fn signing(options: &ProviderOptions) -> Result<ClientSecret, Error> {
    let (Some(key), Some(id), Some(team)) =
        (&options.client_secret, &options.key_id, &options.team_id)
    else {
        return Err(misuse(&options.name, "it needs team_id, key_id and the key as client secret"));
    };
    ClientSecret::new(key, id, team).map_err(|cause| misuse(&options.name, cause))
}

/// RFC 6749 section 2.3.1: both are form-encoded first.
fn basic(id: &str, secret: &str) -> Secret {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = zeroize::Zeroizing::new(format!("{}:{}", encode(id), encode(secret)));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

/// What Apple tells the first time, beside the token: a name that anybody could
/// have written, since no signature is around it. It is only what to call them.
fn first_name(json: &str) -> Option<String> {
    let told: Value = serde_json::from_str(json).ok()?;
    let part = |name: &str| told.pointer(&format!("/name/{name}")).and_then(Value::as_str);
    let parts = [part("firstName"), part("lastName")].into_iter().flatten();
    let name = parts.collect::<Vec<_>>().join(" ");
    (!name.trim().is_empty()).then_some(name)
}
