//! Requests to services, and what they answer: JSON of a bounded size.

use ::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use ::http::{Request, Response, StatusCode};
use bytes::Bytes;
use serde_json::Value;

use super::ProviderError;
use crate::outbound::HttpClient;

/// Bytes of an answer, at most. Sets of keys are larger than anything else, and
/// far below this.
pub(super) const MAX_ANSWER: usize = 256 * 1024;

/// Sends a form and reads the answer; `authorization` goes into the header.
///
/// # Errors
/// There is no answer, or it is no JSON, or it says that something is wrong.
pub async fn form(
    http: &dyn HttpClient,
    url: &str,
    pairs: &[(&str, &str)],
    authorization: Option<&str>,
) -> Result<Value, ProviderError> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = Request::post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    send(http, request, authorization, Bytes::from(body)).await
}

/// Asks for something, and reads the answer.
///
/// # Errors
/// There is no answer, or it is no JSON, or it says that something is wrong.
pub async fn get(
    http: &dyn HttpClient,
    url: &str,
    authorization: Option<&str>,
) -> Result<Value, ProviderError> {
    send(http, Request::get(url), authorization, Bytes::new()).await
}

async fn send(
    http: &dyn HttpClient,
    request: ::http::request::Builder,
    authorization: Option<&str>,
    body: Bytes,
) -> Result<Value, ProviderError> {
    let mut request = request.header(ACCEPT, "application/json");
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let request = request.body(body);
    let request = request.map_err(|cause| ProviderError::because("write the request", cause))?;
    let answer = http.send(request).await;
    read(&answer.map_err(|cause| ProviderError::because("ask the service", cause))?)
}

fn read(answer: &Response<Bytes>) -> Result<Value, ProviderError> {
    if answer.body().len() > MAX_ANSWER {
        return Err(ProviderError::new("the service answered with too much"));
    }
    let told: Option<Value> = serde_json::from_slice(answer.body()).ok();
    // Some services say what is wrong with a status of 200 (GitHub, Slack).
    let wrong = told.as_ref().and_then(|told| told.get("error"));
    if answer.status() != StatusCode::OK || wrong.is_some() {
        let code = wrong.and_then(Value::as_str).unwrap_or_default();
        return Err(ProviderError::new(format!(
            "the service answered {} {}",
            answer.status().as_u16(),
            plain(code)
        )));
    }
    told.ok_or_else(|| ProviderError::new("the service did not answer with JSON"))
}

/// A code of an error as it may be logged.
pub(super) fn plain(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).take(64).collect()
}
