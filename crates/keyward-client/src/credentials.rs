//! Who asks.

use std::fmt;

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::error::{Error, Result};

/// Characters of a credential, at most; an access token is the longest there is.
const LONGEST: usize = 8 * 1024;
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What is sent along with a request.
#[derive(Clone, Default)]
pub struct Credentials(Option<Brought>);

#[derive(Clone)]
struct Brought {
    header: HeaderName,
    value: HeaderValue,
    /// It may be bound to less than its account, and has no session to tell of.
    boundable: bool,
}

impl Credentials {
    /// Nothing is sent.
    pub fn nobody() -> Self {
        Self(None)
    }

    /// The token of a session, or an access token.
    ///
    /// # Errors
    /// It has characters that no token has.
    pub fn bearer(token: &str) -> Result<Self> {
        // An access token begins with a JSON object; a session's begins with its id.
        let boundable = token.starts_with("ey");
        Self::brought(AUTHORIZATION, "Bearer ", token, boundable)
    }

    /// An API key.
    ///
    /// # Errors
    /// It has characters that no key has.
    pub fn api_key(key: &str) -> Result<Self> {
        Self::brought(API_KEY, "", key, true)
    }

    fn brought(header: HeaderName, scheme: &str, text: &str, boundable: bool) -> Result<Self> {
        let bad = || Error::Misuse("this is no credential".to_owned());
        let is_fine = |b: u8| b.is_ascii_alphanumeric() || b"._~+/=-".contains(&b);
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(is_fine) {
            return Err(bad());
        }
        let value = HeaderValue::from_str(&format!("{scheme}{text}"));
        let mut value = value.map_err(|_| bad())?;
        value.set_sensitive(true);
        Ok(Self(Some(Brought { header, value, boundable })))
    }

    pub(crate) fn header(&self) -> Option<(&HeaderName, &HeaderValue)> {
        self.0.as_ref().map(|brought| (&brought.header, &brought.value))
    }

    pub(crate) fn is_boundable(&self) -> bool {
        self.0.as_ref().is_some_and(|brought| brought.boundable)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.as_ref().map_or("nobody", |brought| brought.header.as_str());
        write!(f, "Credentials({name})")
    }
}
