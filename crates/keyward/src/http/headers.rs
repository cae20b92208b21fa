//! Headers that every reply of ours carries.

use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use keyward_core::id::RequestId;

/// No inline script, no inline style, no framing, nothing from elsewhere.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-src 'self'; frame-ancestors 'none'";

const STATIC: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// A year, as the preload lists ask.
const HSTS: &str = "max-age=31536000; includeSubDomains";

/// Adds what is missing; a route that set a header itself keeps it.
pub(crate) fn finish(headers: &mut HeaderMap, id: RequestId, https: bool) {
    headers.reserve(STATIC.len() + 3);
    for (name, value) in STATIC {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        // A reply of ours that passes through the layer keeps the id it was told about.
        headers.entry(HeaderName::from_static("keyward-request-id")).or_insert(id);
    }
}
