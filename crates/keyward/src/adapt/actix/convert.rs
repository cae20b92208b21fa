//! Heads of requests and replies. actix-web speaks an older `http` than we do,
//! so they are carried over by their bytes.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    HeaderMap as OldMap, HeaderName as OldName, HeaderValue as OldValue,
};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use super::body::{Incoming, Outgoing};
use crate::http::Code;
use crate::http::shape::ProblemView;
use crate::serve::body::ReplyBody;

/// A request as [`Keyward::receive`](crate::Keyward::receive) takes it.
pub(super) fn request(
    from: &HttpRequest,
    payload: Payload,
) -> Result<http::Request<Incoming>, Code> {
    let uri = uri(from)?;
    let headers = headers(from)?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    let body = Incoming { payload, length: length.unwrap_or(0) };
    let mut request = http::Request::new(body);
    *request.method_mut() = method(from)?;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

pub(super) fn uri(from: &HttpRequest) -> Result<Uri, Code> {
    from.uri().to_string().parse().map_err(|_| Code::BadRequest)
}

pub(super) fn method(from: &HttpRequest) -> Result<Method, Code> {
    Method::from_bytes(from.method().as_str().as_bytes()).map_err(|_| Code::BadRequest)
}

pub(super) fn headers(from: &HttpRequest) -> Result<HeaderMap, Code> {
    map(from.headers())
}

/// The same headers in the newer types.
pub(super) fn map(from: &OldMap) -> Result<HeaderMap, Code> {
    let mut headers = HeaderMap::with_capacity(from.len());
    for (name, value) in from {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        headers.append(name.map_err(|_| Code::BadRequest)?, value.map_err(|_| Code::BadRequest)?);
    }
    Ok(headers)
}

/// A reply of ours as actix-web's.
pub(super) fn reply(from: http::Response<ReplyBody>) -> HttpResponse {
    let (head, body) = from.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16());
    let mut reply = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in &head.headers {
        if let Some(pair) = old(name, value) {
            reply.append_header(pair);
        }
    }
    let mut reply = reply.body(Outgoing(body));
    if let Some(problem) = head.extensions.get::<ProblemView>() {
        reply.extensions_mut().insert(problem.clone());
    }
    reply
}

/// The same header in the older types.
pub(super) fn old(name: &HeaderName, value: &HeaderValue) -> Option<(OldName, OldValue)> {
    let name = OldName::from_bytes(name.as_str().as_bytes()).ok()?;
    Some((name, OldValue::from_bytes(value.as_bytes()).ok()?))
}
