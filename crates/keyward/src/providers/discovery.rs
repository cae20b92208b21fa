//! Where an issuer's doors are, as it says itself (OpenID Connect Discovery 1.0).

use std::time::Duration;

use keyward_core::time::Timestamp;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::checked::is_safe;
use super::{ProviderError, exchange};
use crate::outbound::HttpClient;

/// The doors of a service.
#[derive(Clone, Debug)]
pub(super) struct Doors {
    pub(super) authorize: String,
    pub(super) token: String,
    pub(super) keys: Option<String>,
    pub(super) user: Option<String>,
    /// Whether it always says who answers (RFC 9207).
    pub(super) says_iss: bool,
    /// Whether it wants the secret in the form, and not in a header.
    pub(super) posts_secret: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What is remembered of an issuer.
#[derive(Debug, Default)]
pub(super) struct Discovery(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    doors: Option<(Timestamp, Doors)>,
    failed_at: Option<Timestamp>,
}

/// How long it is remembered where the doors are.
const LASTS: Duration = Duration::from_secs(3600);

/// How long an issuer that did not answer is left alone.
const REST: Duration = Duration::from_secs(5);

impl Discovery {
    /// The doors of `issuer`, asked for once an hour.
    pub(super) async fn doors(
        &self,
        http: &dyn HttpClient,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Doors, ProviderError> {
        let mut seen = self.0.lock().await;
        if let Some((at, doors)) = &seen.doors
            && now.since(*at) < LASTS
        {
            return Ok(doors.clone());
        }
        if seen.failed_at.is_some_and(|at| now.since(at) < REST && at <= now) {
            return Err(ProviderError::new("the issuer did not answer a moment ago"));
        }
        match discover(http, issuer).await {
            Ok(doors) => {
                *seen = Seen { doors: Some((now, doors.clone())), failed_at: None };
                Ok(doors)
            }
            Err(error) => {
                seen.failed_at = Some(now);
                Err(error)
            }
        }
    }
}

async fn discover(http: &dyn HttpClient, issuer: &str) -> Result<Doors, ProviderError> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let told = exchange::get(http, &url, None).await?;
    let told: Document = serde_json::from_value(told)
        .map_err(|cause| ProviderError::because("read the issuer's configuration", cause))?;
    // Section 4.3: otherwise one issuer speaks for another.
    if told.issuer != issuer {
        return Err(ProviderError::new("the issuer says that it is another"));
    }
    let doors = [&told.authorization_endpoint, &told.token_endpoint, &told.jwks_uri];
    let all_safe = doors.into_iter().chain(&told.userinfo_endpoint).all(|url| is_safe(url));
    if !all_safe {
        return Err(ProviderError::new("the issuer has doors without https"));
    }
    let methods = told.token_endpoint_auth_methods_supported;
    Ok(Doors {
        authorize: told.authorization_endpoint,
        token: told.token_endpoint,
        keys: Some(told.jwks_uri),
        user: told.userinfo_endpoint,
        says_iss: told.authorization_response_iss_parameter_supported,
        posts_secret: methods.is_some_and(|m| !m.iter().any(|m| m == "client_secret_basic")),
    })
}
