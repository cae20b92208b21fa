//! Cross-origin requests that an operator allows (Fetch, "CORS protocol"): exact
//! origins, no wildcard, off by default.

use std::time::Duration;

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use keyward_core::Error;

use super::host::public_url;
use super::{Body, Reply};

/// Which pages elsewhere may ask us from a browser.
///
/// ```
/// # use std::time::Duration;
/// use keyward::Cors;
///
/// let cors = Cors::new(["https://app.example.com"])?
///     .credentials()
///     .headers(["content-type"])?
///     .max_age(Duration::from_secs(600));
/// # Ok::<(), keyward::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cors {
    origins: Vec<HeaderValue>,
    credentials: bool,
    methods: HeaderValue,
    headers: HeaderValue,
    exposed: Option<HeaderValue>,
    max_age: HeaderValue,
}

/// What every answer of ours may say to scripts elsewhere.
const EXPOSED: &str =
    "keyward-request-id, retry-after, ratelimit, ratelimit-policy, www-authenticate";

impl Cors {
    /// These origins, each `https://HOST[:PORT]` (or `http://`, as a browser says it).
    /// Without [`credentials`](Self::credentials), their requests bring no cookie.
    ///
    /// # Errors
    /// One is no origin; `*` and `null` are none.
    pub fn new<'a>(origins: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let read = |text: &str| {
            let read = public_url(text).filter(|read| read == text && !read.contains('*'));
            let value = read.and_then(|text| HeaderValue::try_from(text).ok());
            value.ok_or_else(|| Error::because("allow an origin", format!("no origin: {text}")))
        };
        Ok(Self {
            origins: origins.into_iter().map(read).collect::<Result<_, _>>()?,
            credentials: false,
            methods: HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"),
            headers: HeaderValue::from_static(
                "authorization, content-type, x-csrf-token, if-match",
            ),
            exposed: HeaderValue::try_from(EXPOSED).ok(),
            max_age: HeaderValue::from_static("600"),
        })
    }

    /// Their requests may bring cookies, and do with them what our own pages do: these
    /// origins are trusted with everything that whoever visits them may do.
    #[must_use]
    pub fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// The request headers that they may set, in place of `authorization`, `content-type`,
    /// `x-csrf-token` and `if-match`.
    ///
    /// # Errors
    /// One is no name of a header.
    pub fn headers<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let names: Result<Vec<HeaderName>, _> =
            names.into_iter().map(|name| HeaderName::from_bytes(name.as_bytes())).collect();
        let names = names.map_err(|cause| Error::because("allow a header", cause))?;
        let names: Vec<&str> = names.iter().map(HeaderName::as_str).collect();
        self.headers = HeaderValue::try_from(names.join(", "))
            .map_err(|cause| Error::because("allow a header", cause))?;
        Ok(self)
    }

    /// How long a browser may remember what is allowed: ten minutes by default.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = HeaderValue::from(age.as_secs());
        self
    }

    fn allowed(&self, headers: &HeaderMap) -> Option<&HeaderValue> {
        let mut named = headers.get_all(header::ORIGIN).iter();
        let origin = named.next().filter(|_| named.next().is_none())?;
        self.origins.iter().find(|known| *known == origin)
    }

    /// Whether a request with cookies from elsewhere is as good as one of our own.
    pub(crate) fn trusts(&self, headers: &HeaderMap) -> bool {
        self.credentials && self.allowed(headers).is_some()
    }

    /// The answer to a browser that asks beforehand; nothing if it does not.
    pub(crate) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Reply> {
        let asks = method == Method::OPTIONS
            && headers.contains_key(header::ORIGIN)
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if !asks {
            return None;
        }
        let mut reply = Reply::new(Body::empty());
        *reply.status_mut() = StatusCode::NO_CONTENT;
        if self.allowed(headers).is_some() {
            let told = reply.headers_mut();
            told.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
            told.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, self.headers.clone());
            told.insert(header::ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
        }
        Some(reply)
    }

    /// Says on an answer who may read it. A stranger is told nothing, and its browser
    /// keeps the answer from it.
    pub(crate) fn finish(&self, asked: &HeaderMap, told: &mut HeaderMap) {
        told.append(header::VARY, HeaderValue::from_static("origin"));
        let Some(origin) = self.allowed(asked) else { return };
        told.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if self.credentials {
            let yes = HeaderValue::from_static("true");
            told.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
        if let Some(exposed) = &self.exposed {
            told.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(origin: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::try_from(origin).unwrap());
        headers
    }

    #[test]
    fn an_origin_is_exact() {
        for bad in ["*", "null", "https://app.example.com/", "https://*.example.com/x", "app"] {
            assert!(Cors::new([bad]).is_err(), "{bad}");
        }
        let cors = Cors::new(["https://app.example.com"]).unwrap().credentials();
        for (origin, trusted) in [
            ("https://app.example.com", true),
            ("http://app.example.com", false),
            ("https://app.example.com:8443", false),
            ("https://app.example.com.evil.example.com", false),
            ("https://evil.example.com", false),
            ("null", false),
        ] {
            assert_eq!(cors.trusts(&from(origin)), trusted, "{origin}");
        }
        let mut twice = from("https://app.example.com");
        twice.append(header::ORIGIN, HeaderValue::from_static("https://evil.example.com"));
        assert!(!cors.trusts(&twice));
    }

    #[test]
    fn without_credentials_no_cookie_counts() {
        let cors = Cors::new(["https://app.example.com"]).unwrap();
        assert!(!cors.trusts(&from("https://app.example.com")));
        let mut told = HeaderMap::new();
        cors.finish(&from("https://app.example.com"), &mut told);
        assert!(told.get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS).is_none());
        assert_eq!(told[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example.com");
    }
}
