//! Security headers: all of them for replies of ours, and for the app's own those
//! that no page can miss.

use std::sync::LazyLock;

use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use keyward_core::id::RequestId;

/// No inline script, no inline style, no framing, nothing from elsewhere.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; media-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-src 'self'; frame-ancestors 'none'";

/// What pages load, and what a captcha service's script needs beside it.
#[cfg(feature = "captcha")]
pub(crate) fn csp_with(widget: &crate::captcha::Widget) -> Option<HeaderValue> {
    let more = |directive: &str| match directive.split(' ').next() {
        Some("script-src") => widget.script_src.clone(),
        Some("frame-src") => widget.frame_src.clone(),
        Some("style-src") => widget.style_src.clone(),
        Some("connect-src") => widget.connect_src.clone(),
        _ => "".into(),
    };
    let directives = CSP.split("; ").map(|directive| match more(directive) {
        more if more.is_empty() => directive.to_owned(),
        more => format!("{directive} {more}"),
    });
    HeaderValue::try_from(directives.collect::<Vec<_>>().join("; ")).ok()
}

/// JSON is no page: nothing in it loads, whatever takes it for one.
const DATA_CSP: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What an app loads is its own business; who frames it is not.
#[cfg(any(feature = "axum", feature = "actix"))]
const APP_CSP: &str = "base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

type Given = (HeaderName, &'static str);

const SHARED: [Given; 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

const PAGE: [Given; 3] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

const DATA: [Given; 2] =
    [(header::CONTENT_SECURITY_POLICY, DATA_CSP), (header::CACHE_CONTROL, "no-store")];

#[cfg(any(feature = "axum", feature = "actix"))]
const APP: [Given; 2] = [
    (header::CONTENT_SECURITY_POLICY, APP_CSP),
    // No cache between us and a person keeps a page that may be theirs alone.
    (header::CACHE_CONTROL, "private"),
];

/// A year. Other hosts of the domain are not ours to bind.
const HSTS: &str = "max-age=31536000";

/// AuthZEN: whoever gave a request a name finds it on the answer.
pub(super) fn echo_id(request: &super::Request, reply: &mut HeaderMap) {
    if !request.uri().path().contains("/access/v1/") {
        return;
    }
    let name = HeaderName::from_static("x-request-id");
    if let Some(id) = request.headers().get(&name).filter(|id| id.len() <= 128) {
        reply.insert(name, id.clone());
    }
}

/// The filter of old browsers; the newest have none, and some were tricked by it.
pub(crate) fn xss(headers: &mut HeaderMap) {
    let value = HeaderValue::from_static("1; mode=block");
    headers.entry(header::X_XSS_PROTECTION).or_insert(value);
}

/// The name of a request, which whoever has trouble with the answer can tell.
const REQUEST_ID: HeaderName = HeaderName::from_static("keyward-request-id");

/// Of an answer in JSON: all of its headers, but for the name of the request, which is
/// empty. Put together once.
static JSON: LazyLock<HeaderMap> = LazyLock::new(|| {
    let mut headers = HeaderMap::new();
    add(&mut headers, SHARED);
    add(&mut headers, DATA);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REQUEST_ID, HeaderValue::from_static(""));
    headers
});

/// What a yes to a proxy begins with: the proxy takes out of it what it was told to, and
/// no browser sees it.
#[cfg(feature = "forward-auth")]
pub(crate) fn for_proxy() -> HeaderMap {
    // As many as there will be: growing is what costs.
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REQUEST_ID, HeaderValue::from_static(""));
    headers
}

/// What an answer in JSON begins with.
pub(super) fn json() -> HeaderMap {
    JSON.clone()
}

/// Adds what is missing to a reply of ours; a route that set a header itself keeps it.
pub(crate) fn finish(headers: &mut HeaderMap, id: RequestId, https: bool) {
    if headers.get(REQUEST_ID).is_none_or(|name| !name.is_empty()) {
        add(headers, SHARED);
        match is_json(headers) {
            true => add(headers, DATA),
            false => add(headers, PAGE),
        }
    }
    name(headers, id, https);
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
}

/// Adds what is missing to a reply of the app's.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) fn finish_app(headers: &mut HeaderMap, id: RequestId, https: bool) {
    add(headers, SHARED);
    add(headers, APP);
    name(headers, id, https);
}

fn add<const N: usize>(headers: &mut HeaderMap, given: [Given; N]) {
    for (name, value) in given {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

fn name(headers: &mut HeaderMap, id: RequestId, https: bool) {
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    let Ok(id) = HeaderValue::try_from(String::from(id)) else { return };
    // A reply of ours that passes through the layer keeps the id it was told about.
    let told = headers.entry(REQUEST_ID).or_insert(HeaderValue::from_static(""));
    if told.is_empty() {
        *told = id;
    }
}
