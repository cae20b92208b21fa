//! The keys of an issuer: fetched, remembered, and fetched again when a token names
//! one that is not known, once a minute at most.

use std::sync::Arc;
use std::time::Duration;

use ::http::header::ACCEPT;
use ::http::{Request, StatusCode};
use bytes::Bytes;
use keyward_core::crypto::jose::{Expected, Fault, IdToken, Jwks, verify};
use keyward_core::time::Timestamp;
use tokio::sync::Mutex;

use super::ProviderError;
use super::exchange::MAX_ANSWER;
use crate::outbound::HttpClient;

/// What is remembered of an issuer's keys.
#[derive(Debug, Default)]
pub(super) struct Keys(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    keys: Arc<Jwks>,
    /// When they were read last.
    read_at: Option<Timestamp>,
    /// When they were asked for last, whatever came of it.
    asked_at: Option<Timestamp>,
}

/// How long keys are believed without asking again: one that an issuer takes back
/// is dead after that.
const LASTS: Duration = Duration::from_secs(3600);

/// Whoever sends tokens with made-up keys must not make us ask the issuer each time.
const REST: Duration = Duration::from_secs(60);

impl Keys {
    /// Verifies a token with the keys that are at `url`.
    pub(super) async fn verify(
        &self,
        http: &dyn HttpClient,
        url: &str,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<IdToken, ProviderError> {
        let keys = self.current(http, url, expected.now, false).await?;
        let mut verified = verify(token, &keys, expected);
        if matches!(verified, Err(Fault::UnknownKey)) {
            let keys = self.current(http, url, expected.now, true).await?;
            verified = verify(token, &keys, expected);
        }
        verified.map_err(|fault| ProviderError::because("the ID token is not accepted", fault))
    }

    async fn current(
        &self,
        http: &dyn HttpClient,
        url: &str,
        now: Timestamp,
        newer: bool,
    ) -> Result<Arc<Jwks>, ProviderError> {
        let mut seen = self.0.lock().await;
        let within =
            |at: Option<Timestamp>, time| at.is_some_and(|at| at <= now && now.since(at) < time);
        let fresh = within(seen.read_at, LASTS);
        if fresh && (!newer || within(seen.asked_at, REST)) {
            return Ok(Arc::clone(&seen.keys));
        }
        seen.asked_at = Some(now);
        let keys = Arc::new(fetch(http, url).await?);
        (seen.keys, seen.read_at) = (Arc::clone(&keys), Some(now));
        Ok(keys)
    }
}

async fn fetch(http: &dyn HttpClient, url: &str) -> Result<Jwks, ProviderError> {
    let request = Request::get(url).header(ACCEPT, "application/json").body(Bytes::new());
    let request = request.map_err(|cause| ProviderError::because("ask for the keys", cause))?;
    let answer = http.send(request).await;
    let answer = answer.map_err(|cause| ProviderError::because("ask for the keys", cause))?;
    if answer.status() != StatusCode::OK || answer.body().len() > MAX_ANSWER {
        return Err(ProviderError::new("the issuer did not give its keys"));
    }
    Jwks::parse(answer.body()).map_err(|cause| ProviderError::because("read the keys", cause))
}
