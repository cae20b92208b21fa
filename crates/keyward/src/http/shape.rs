//! Problems in a form of the app's own.

use std::sync::Arc;

use ::http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use bytes::Bytes;
use serde_json::{Map, Value};

/// A problem that is about to be told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProblemView {
    /// The status of the answer.
    pub status: StatusCode,
    /// `invalid_credentials`: stable, never translated.
    pub code: &'static str,
    /// One sentence in English for whoever develops.
    pub title: &'static str,
    /// All that is told (RFC 9457): `type`, `code`, `title`, `status`, `instance`, and
    /// where there are any `detail`, `errors`, `retry_after` and more.
    pub body: Map<String, Value>,
}

/// Makes an answer of a problem, or leaves it as it is.
pub(crate) type OnError =
    Arc<dyn Fn(&ProblemView, &Request<()>) -> Option<Response<Bytes>> + Send + Sync>;

/// The head of a request, for whoever is told of it later.
pub(crate) fn head(method: &Method, uri: &Uri, headers: &HeaderMap) -> Request<()> {
    let mut head = Request::new(());
    (*head.method_mut(), *head.uri_mut()) = (method.clone(), uri.clone());
    *head.headers_mut() = headers.clone();
    head
}

/// The answer that the app makes of a problem, with the headers that belong to it.
pub(crate) fn shaped(
    hook: Option<&OnError>,
    head: &Request<()>,
    problem: &ProblemView,
    told: &HeaderMap,
) -> Option<Response<Bytes>> {
    let mut own = hook?(problem, head)?;
    for (name, value) in told {
        // `Retry-After`, `Allow`, `WWW-Authenticate`; what the app says goes first.
        if !own.headers().contains_key(name) && !is_of_body(name.as_str()) {
            own.headers_mut().append(name, value.clone());
        }
    }
    Some(own)
}

fn is_of_body(name: &str) -> bool {
    matches!(name, "content-type" | "content-length" | "content-encoding")
}
