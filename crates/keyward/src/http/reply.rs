//! Ordinary replies: JSON and redirects.

use ::http::{HeaderValue, StatusCode, Uri, header};
use keyward_core::Error;
use serde::Serialize;

use super::{Body, Code, Fault, Reply, Request};
use crate::engine::Keyward;

/// JSON with this status.
pub(crate) fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Reply, Fault> {
    Ok(json_bytes(status, rendered(value)?))
}

/// The body of a reply in JSON.
pub(crate) fn rendered<T: Serialize>(value: &T) -> Result<bytes::Bytes, Fault> {
    let bytes = serde_json::to_vec(value).map_err(|e| Error::because("render the reply", e))?;
    Ok(bytes.into())
}

/// `200` with JSON.
pub(crate) fn ok<T: Serialize>(value: &T) -> Result<Reply, Fault> {
    json(StatusCode::OK, value)
}

/// JSON that is rendered already.
pub(crate) fn json_bytes(status: StatusCode, bytes: bytes::Bytes) -> Reply {
    let mut reply = Reply::new(Body::Full(bytes));
    *reply.status_mut() = status;
    *reply.headers_mut() = super::headers::json();
    reply
}

/// `200` without a body, all of it in the headers.
#[cfg(feature = "forward-auth")]
pub(crate) fn fine(headers: ::http::HeaderMap) -> Reply {
    let mut reply = Reply::new(Body::empty());
    *reply.headers_mut() = headers;
    reply
}

/// `303 See Other`: what follows a form.
pub(crate) fn see_other(to: &str) -> Result<Reply, Fault> {
    redirect(StatusCode::SEE_OTHER, to)
}

fn redirect(status: StatusCode, to: &str) -> Result<Reply, Fault> {
    let mut reply = Reply::new(Body::empty());
    *reply.status_mut() = status;
    let to = HeaderValue::from_str(to).map_err(|_| Code::BadRequest)?;
    reply.headers_mut().insert(header::LOCATION, to);
    Ok(reply)
}

/// The same path on the public URL, which is HTTPS.
/// A program is refused instead: following the redirect, it would send its
/// secrets in the clear each time before it is told.
pub(crate) fn to_https(auth: &Keyward, uri: &Uri) -> Result<Reply, Fault> {
    if is_for_programs(uri.path()) {
        return Err(Code::HttpsRequired.into());
    }
    let path = uri.path_and_query().map_or("/", |p| p.as_str());
    let to = format!("{}{path}", auth.public_url());
    redirect(StatusCode::PERMANENT_REDIRECT, &to)
}

/// Whether a person with a browser asks, rather than a program.
pub(super) fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
        && !is_for_programs(request.uri().path())
}

/// Whether a script of a page asks: browsers say so (Fetch Metadata).
pub(super) fn is_script(request: &Request) -> bool {
    let mode = request.headers().get("sec-fetch-mode");
    mode.is_some_and(|mode| mode.as_bytes() != b"navigate")
}

/// Whether a path is of an API, wherever it is mounted.
pub(super) fn is_for_programs(path: &str) -> bool {
    path.contains("/api/") || path.contains("/access/v1/")
}
