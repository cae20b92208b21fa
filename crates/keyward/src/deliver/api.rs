//! Messages by requests to other services: text messages and mails.
//!
//! One client, one way to judge what a service answers, and for each service what
//! it wants to be asked.

pub(crate) mod gateway;
pub(crate) mod mail;
mod sign;
pub(crate) mod template;
pub(crate) mod twilio;

use std::time::Duration;

use ::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use keyward_core::{Error, Secret};
use serde_json::Value;

use super::SendError;
use crate::outbound::{HttpClient, OutboundError};

/// Sends a request and judges the answer. The words of the service are not
/// repeated, because they may repeat a code or a link; the number of its error is.
async fn hand_over(
    client: &dyn HttpClient,
    service: &str,
    request: Request<Bytes>,
) -> Result<(), SendError> {
    match client.send(request).await {
        Ok(reply) => judge(service, reply.status(), reply.headers(), reply.body()),
        Err(OutboundError::Refused { why }) => {
            Err(SendError::Later(format!("{service} may not be asked: {why}")))
        }
        Err(error) => Err(SendError::Later(error.to_string())),
    }
}

fn judge(
    service: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), SendError> {
    if status.is_success() {
        return Ok(());
    }
    let number = number(body).map(|number| format!(" ({number})")).unwrap_or_default();
    let why = format!("{service} answered {}{number}", status.as_u16());
    if !status.is_client_error() || is_about_us(status) {
        return Err(match wait(headers) {
            Some(wait) => SendError::After(why, wait),
            None => SendError::Later(why),
        });
    }
    Err(SendError::Never(why))
}

/// What a service refuses because of us, and an operator can mend or time does:
/// who we are, what we may, how often we ask. Everything else that it refuses is
/// about the message, and asking again is no use.
fn is_about_us(status: StatusCode) -> bool {
    matches!(status.as_u16(), 401..=405 | 407 | 408 | 425 | 429)
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3), at most an hour. A date in
/// it is passed over: the usual wait counts.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let asked = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    let seconds = asked.trim().parse::<u64>().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}

/// The number that services give their errors, if the answer has one.
fn number(body: &[u8]) -> Option<u64> {
    let said: Value = serde_json::from_slice(body).ok()?;
    let found = ["code", "ErrorCode", "error_code"].iter().find_map(|name| said.get(name));
    found.and_then(Value::as_u64)
}

/// `Authorization: Basic …` (RFC 7617).
fn basic(user: &str, password: &Secret) -> String {
    format!("Basic {}", encode(&format!("{user}:{}", password.reveal())))
}

/// Base64 (RFC 4648 section 4).
fn encode(text: &str) -> String {
    STANDARD.encode(text)
}

/// `POST` with a body of this kind.
fn post(url: &str, kind: &'static str) -> ::http::request::Builder {
    Request::post(url).header(header::CONTENT_TYPE, kind)
}

/// A header that is printed nowhere; none if the secret cannot stand in one.
fn sensitive(value: &str) -> Result<HeaderValue, SendError> {
    let value = HeaderValue::from_str(value);
    let mut value = value.map_err(|_| SendError::Later("the secret fits no header".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What cannot be sent at all.
fn unwritten<E>(_: E) -> SendError {
    SendError::Never("the message cannot be written as a request".into())
}

/// Fields as a form sends them.
fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A URL that ends nowhere: scheme, host and path, without a last slash.
fn base(url: &str) -> Result<String, Error> {
    let bad = || Error::because("read the URL of a service", "use https://HOST/PATH");
    let uri: ::http::Uri = url.parse().map_err(|_| bad())?;
    let known = matches!(uri.scheme_str(), Some("https" | "http"));
    if !known || uri.host().is_none_or(str::is_empty) || uri.query().is_some() {
        return Err(bad());
    }
    Ok(url.trim_end_matches('/').to_owned())
}
