//! What an answer says of limits.

use std::time::Duration;

use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use keyward_core::limit::Allowance;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// A limit, and what is left of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) name: &'a str,
    pub(crate) window: Duration,
    pub(crate) left: Allowance,
}

/// Says in an answer what is left: `RateLimit` and `RateLimit-Policy`
/// (draft-ietf-httpapi-ratelimit-headers), a list of all that count together. Of those
/// that do not, whichever stands innermost tells.
pub(crate) fn tell(limits: &[Told<'_>], headers: &mut HeaderMap) {
    if limits.is_empty() {
        return;
    }
    let policies: Vec<_> = limits.iter().map(Told::policy).collect();
    let states: Vec<_> = limits.iter().map(Told::state).collect();
    for (header, values) in [(RATE_LIMIT_POLICY, policies), (RATE_LIMIT, states)] {
        if let Ok(value) = HeaderValue::from_str(&values.join(", ")) {
            headers.entry(header).or_insert(value);
        }
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

impl Told<'_> {
    fn policy(&self) -> String {
        let (limit, window) = (self.left.limit, self.window.as_secs().max(1));
        format!("{};q={limit};w={window}", self.quoted())
    }

    fn state(&self) -> String {
        let (rest, reset) = (self.left.remaining, self.left.reset.as_secs_f64().ceil());
        format!("{};r={rest};t={reset:.0}", self.quoted())
    }

    fn quoted(&self) -> String {
        let plain = |c: &char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
        format!("\"{}\"", self.name.chars().filter(plain).collect::<String>())
    }
}
