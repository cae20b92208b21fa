//! For whom a web application asks.

use std::net::IpAddr;

use http::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

const LONGEST: usize = 512;
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The browser that a web application asks for: sent along, so that limits and known
/// devices are those of the browser and not of the application. The server believes the
/// address only if the application is one of its `trusted_proxies`.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its `User-Agent`.
    pub agent: Option<String>,
    /// Its `Accept-Language`.
    pub language: Option<String>,
}

impl Origin {
    /// What could not be a header is left out.
    pub(crate) fn put(&self, headers: &mut HeaderMap) {
        let address = self.address.map(|address| address.to_string());
        for (name, text) in [
            (FORWARDED_FOR, &address),
            (USER_AGENT, &self.agent),
            (ACCEPT_LANGUAGE, &self.language),
        ] {
            let fits = text.as_ref().filter(|text| !text.is_empty() && text.len() <= LONGEST);
            if let Some(Ok(value)) = fits.map(|text| HeaderValue::from_str(text)) {
                headers.insert(name, value);
            }
        }
    }
}
