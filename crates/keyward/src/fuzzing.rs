//! What reads requests of strangers, for those who search for faults.

use std::net::IpAddr;

use ::http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};

use crate::http::{Request, cookie, input, network};

/// The fields of a body of this `Content-Type`.
pub fn body(kind: &str, body: &[u8]) -> Option<Map<String, Value>> {
    let mut request = Request::new(body.to_vec().into());
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_str(kind).ok()?);
    input::body(&request).ok()
}

/// The cookie of this name in a line of `Cookie`, if it is there once.
pub fn cookie(line: &[u8], name: &str) -> Option<String> {
    let headers = headers(header::COOKIE, line)?;
    cookie::find_named(&headers, "", name).ok().flatten().map(str::to_owned)
}

/// Who sent a request with this `X-Forwarded-For`, where `trusted` passed it on.
pub fn forwarded_for(line: &[u8], trusted: IpAddr) -> Option<IpAddr> {
    let headers = headers(header::HeaderName::from_static("x-forwarded-for"), line)?;
    Some(network::right_most(&headers, trusted, |address| address == trusted))
}

/// The path of a request to a site, as a policy sees it.
#[cfg(feature = "forward-auth")]
pub fn site_path(target: &str) -> Option<String> {
    crate::forward::Path::read(target).map(|path| path.text())
}

fn headers(name: header::HeaderName, value: &[u8]) -> Option<HeaderMap> {
    Some(HeaderMap::from_iter([(name, HeaderValue::from_bytes(value).ok()?)]))
}
