//! What an authenticator may look at.

use std::net::IpAddr;

use ::http::{HeaderMap, Method, header};
use keyward_core::header::{Given, basic, token};
use keyward_core::refusal::Refusal;
use keyward_core::time::Timestamp;

use super::{NameAndPassword, Refused};
use crate::engine::Keyward;
use crate::http::caller::Door;
use crate::http::{Code, Head, Problem};

/// A request that somebody sent. Its body is not read yet.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    pub(crate) auth: &'a Keyward,
    pub(crate) head: Head<'a>,
    pub(crate) door: Door,
    pub(crate) now: Timestamp,
}

impl<'a> Incoming<'a> {
    /// Whoever asks.
    pub fn keyward(&self) -> &'a Keyward {
        self.auth
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The verb.
    pub fn method(&self) -> &'a Method {
        self.head.method
    }

    /// Every header. Prefer [`header`](Self::header): one that occurs twice was planted.
    pub fn headers(&self) -> &'a HeaderMap {
        self.head.headers
    }

    /// Where it came from: told by a trusted proxy, or the other end of the connection.
    pub fn address(&self) -> Option<IpAddr> {
        self.head.address
    }

    /// The value of a header that may occur once, without space around it.
    ///
    /// # Errors
    /// It occurs twice, or is not ASCII: 400 `bad_request`.
    pub fn header(&self, name: &str) -> Result<Option<&'a str>, Refused> {
        let mut all = self.head.headers.get_all(name).iter();
        match (all.next(), all.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => {
                value.to_str().map(|text| Some(text.trim())).map_err(|_| malformed("is not ASCII"))
            }
            (Some(_), Some(_)) => Err(malformed("occurs twice")),
        }
    }

    /// The token of `Authorization: Bearer`, strictly read.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub fn bearer(&self) -> Result<Option<&'a str>, Refused> {
        self.token("Bearer")
    }

    /// The token of `Authorization` with this scheme, in any case; at most 4,096
    /// letters of RFC 6750 section 2.1.
    ///
    /// # Errors
    /// The header occurs twice (400), or there is no token after the scheme (401).
    pub fn token(&self, scheme: &str) -> Result<Option<&'a str>, Refused> {
        brought(self.authorization()?.map_or(Given::NotTried, |text| token::read(text, scheme)))
    }

    /// The name and password of HTTP Basic (RFC 7617).
    ///
    /// # Errors
    /// The header occurs twice (400), or what is after the scheme is not that (401).
    pub fn basic(&self) -> Result<Option<NameAndPassword>, Refused> {
        brought(self.authorization()?.map_or(Given::NotTried, basic::read))
    }

    fn authorization(&self) -> Result<Option<&'a str>, Refused> {
        self.header(header::AUTHORIZATION.as_str())
    }
}

fn brought<T>(given: Given<T>) -> Result<Option<T>, Refused> {
    match given {
        Given::NotTried => Ok(None),
        Given::Brought(found) => Ok(Some(found)),
        Given::Malformed => Err(Refusal::Unauthenticated.into()),
    }
}

fn malformed(how: &str) -> Refused {
    let problem = Problem::new(Code::BadRequest).detail(format!("a header {how}"));
    Refused(Box::new(problem))
}
