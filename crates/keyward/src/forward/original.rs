//! What a proxy says of the request that it asks about.

use ::http::{HeaderMap, HeaderName, Method, header};

use crate::http::{Code, Fault, Request, single};

/// How a proxy tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Teller {
    /// nginx: `X-Original-URL` and `X-Original-Method`. It takes 200, 401 and 403 alone.
    Nginx,
    /// Caddy, Traefik: `X-Forwarded-Host`, `-Uri` and `-Method`; sends a redirect on.
    Forwarded,
    /// Envoy: the request's own method, `Host`, and the path behind a prefix.
    Envoy,
}

/// The request that is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Original<'a> {
    pub(crate) method: &'a str,
    /// As the proxy saw it: `app.example.com`, `app.example.com:8443`.
    pub(crate) host: &'a str,
    /// Path and query, as they stood on the first line.
    pub(crate) target: &'a str,
}

const URL: HeaderName = HeaderName::from_static("x-original-url");
const METHOD: HeaderName = HeaderName::from_static("x-original-method");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
const FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");

impl<'a> Original<'a> {
    /// Reads it. `prefix`, in two parts, is the path that Envoy puts in front of its own.
    pub(crate) fn read(
        teller: Teller,
        request: &'a Request,
        prefix: [&str; 2],
    ) -> Result<Self, Fault> {
        let headers = request.headers();
        let found = match teller {
            Teller::Nginx => {
                let (host, target) = split(told(headers, &URL)?)?;
                Self { method: told(headers, &METHOD)?, host, target }
            }
            Teller::Forwarded => Self {
                method: told(headers, &FORWARDED_METHOD)?,
                host: told(headers, &FORWARDED_HOST)?,
                target: told(headers, &FORWARDED_URI)?,
            },
            Teller::Envoy => Self {
                method: request.method().as_str(),
                host: told(headers, &header::HOST)?,
                target: behind(request, prefix)?,
            },
        };
        if is_method(found.method) { Ok(found) } else { Err(untold()) }
    }

    /// Whether a person with a browser asks for a page.
    pub(crate) fn wants_page(&self, headers: &HeaderMap) -> bool {
        let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
        matches!(self.method, "GET" | "HEAD") && accept.is_some_and(|a| a.contains("text/html"))
    }
}

/// A header that must be there, once.
fn told<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, Fault> {
    single(headers, name)?.filter(|value| !value.is_empty()).ok_or_else(untold)
}

fn untold() -> Fault {
    Code::ProxyUnclear.into()
}

/// `scheme://host/path`: the host, and the rest. The scheme is the site's, whatever is
/// said here.
fn split(url: &str) -> Result<(&str, &str), Fault> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let rest = rest.ok_or_else(untold)?;
    let end = rest.find('/').ok_or_else(untold)?;
    Ok(rest.split_at(end))
}

fn behind<'a>(request: &'a Request, [base, prefix]: [&str; 2]) -> Result<&'a str, Fault> {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let rest = target.strip_prefix(base).and_then(|rest| rest.strip_prefix(prefix));
    rest.filter(|rest| rest.starts_with('/')).ok_or_else(untold)
}

pub(super) fn is_method(text: &str) -> bool {
    let upper = text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
    upper && text.len() <= 32 && Method::from_bytes(text.as_bytes()).is_ok()
}
