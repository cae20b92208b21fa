//! Heads of requests and replies. actix-web speaks an older `http` than we do,
//! so they are carried over by their bytes.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName as OldName, HeaderValue as OldValue};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::body::{Incoming, Outgoing};
use crate::http::Code;
use crate::serve::body::ReplyBody;

/// A request as [`Keyward::receive`](crate::Keyward::receive) takes it.
pub(super) fn request(
    from: &HttpRequest,
    payload: Payload,
) -> Result<http::Request<Incoming>, Code> {
    let uri: http::Uri = from.uri().to_string().parse().map_err(|_| Code::BadRequest)?;
    let headers = headers(from)?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    let body = Incoming { payload, length: length.unwrap_or(0) };
    let mut request = http::Request::new(body);
    *request.method_mut() = method(from)?;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

pub(super) fn method(from: &HttpRequest) -> Result<Method, Code> {
    Method::from_bytes(from.method().as_str().as_bytes()).map_err(|_| Code::BadRequest)
}

pub(super) fn headers(from: &HttpRequest) -> Result<HeaderMap, Code> {
    let mut headers = HeaderMap::with_capacity(from.headers().len());
    for (name, value) in from.headers() {
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
    reply.body(Outgoing(body))
}

/// The same header in the older types.
pub(super) fn old(name: &HeaderName, value: &HeaderValue) -> Option<(OldName, OldValue)> {
    let name = OldName::from_bytes(name.as_str().as_bytes()).ok()?;
    Some((name, OldValue::from_bytes(value.as_bytes()).ok()?))
}
