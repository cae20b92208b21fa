//! What a request says of whoever sent it.

use std::net::IpAddr;

use ::http::{HeaderMap, Method};

use super::Request;

/// The part of a request that tells who asks, borrowed from whatever holds it:
/// a request of ours, or the parts that a framework hands to an extractor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
    /// Searched for a form's token only; empty where it was not read.
    pub(crate) body: &'a [u8],
    /// Where it came from, if that is known.
    pub(crate) address: Option<IpAddr>,
}

impl<'a> From<&'a Request> for Head<'a> {
    fn from(request: &'a Request) -> Self {
        let (method, headers) = (request.method(), request.headers());
        Self { method, headers, body: request.body(), address: None }
    }
}
