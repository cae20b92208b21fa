//! What reads requests of strangers, for those who search for faults.

use std::net::IpAddr;

use ::http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};

use crate::http::{Request, brought, cookie, input, key, network};

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

/// Longest path and query of a request to a site that are looked at.
#[cfg(feature = "forward-auth")]
pub const LONGEST_PATH: usize = crate::forward::LONGEST_PATH;

/// The path of a request to a site, as a policy sees it.
#[cfg(feature = "forward-auth")]
pub fn site_path(target: &str) -> Option<String> {
    crate::forward::Path::read(target).map(|path| path.text())
}

/// What stands behind `Bearer` in a line of `Authorization`.
pub fn bearer(authorization: &str) -> Option<&str> {
    brought::behind_bearer(authorization)
}

/// The API key that a request brings in `Authorization` or `X-Api-Key`.
pub fn api_key(authorization: &str, named: Option<&str>) -> Option<String> {
    let mut all = HeaderMap::new();
    if let Some(named) = named {
        all.insert(key::X_API_KEY, HeaderValue::from_str(named).ok()?);
    }
    key::brought(&all, authorization).ok().flatten().map(Into::into)
}

/// A ticket's cookie of this name in a line of `Cookie`, if it is there once.
#[cfg(feature = "tickets")]
pub fn ticket_cookie(line: &[u8], name: &str) -> Option<String> {
    let headers = headers(header::COOKIE, line)?;
    crate::authn::ticket::cookie_of(&headers, name).ok().flatten().map(str::to_owned)
}

/// Method, host, and path with its query, of the request that a proxy asks about. `first`
/// is the line of its own request, `METHOD /path`, and Envoy's path is behind `/envoy`.
#[cfg(feature = "forward-auth")]
pub fn original(proxy: &str, first: &str, headers: &[(&str, &str)]) -> Option<[String; 3]> {
    use crate::forward::{Original, Teller};

    let teller = match proxy {
        "nginx" => Teller::Nginx,
        "forwarded" => Teller::Forwarded,
        "envoy" => Teller::Envoy,
        _ => return None,
    };
    let (method, target) = first.split_once(' ')?;
    let request = ::http::Request::builder().method(method).uri(target);
    let request = headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
    let request = request.body(bytes::Bytes::new()).ok()?;
    let found = Original::read(teller, &request, ["", "/envoy"]).ok()?;
    Some([found.method, found.host, found.target].map(str::to_owned))
}

fn headers(name: header::HeaderName, value: &[u8]) -> Option<HeaderMap> {
    Some(HeaderMap::from_iter([(name, HeaderValue::from_bytes(value).ok()?)]))
}
