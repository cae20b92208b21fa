//! What stands around the routes of an app, whoever comes: the redirect to HTTPS,
//! cross-origin requests, and the headers that no answer may lack.

use std::net::IpAddr;

use ::http::{HeaderMap, Method, Request, Response, Uri};
use bytes::Bytes;
use keyward_core::id::RequestId;

use crate::engine::Keyward;
use crate::http::shape::{self, ProblemView};
use crate::http::{Fault, Reply, headers, network, reply};

/// A request of the app's, as far as its answer depends on it.
pub(crate) struct Around {
    /// What was asked, where the answer depends on it.
    asked: Option<Request<()>>,
    /// The answer, if the app has none to give.
    early: Option<Result<Reply, Fault>>,
}

impl Around {
    /// Looks at a request; at one of ours not at all, because [`Keyward::handle`] does.
    pub(crate) fn of(
        auth: &Keyward,
        (method, uri, asked): (&Method, &Uri, &HeaderMap),
        peer: Option<IpAddr>,
    ) -> Self {
        let web = &auth.0.web;
        if auth.owns(uri.path()) {
            return Self { asked: None, early: None };
        }
        let is_plain = || network::near(web, asked, peer).is_plain;
        let cors = web.cors.as_ref();
        let early = match cors.and_then(|cors| cors.preflight(method, asked)) {
            _ if web.https_redirect && auth.is_https() && is_plain() => {
                Some(reply::to_https(auth, uri))
            }
            preflight => preflight.map(Ok),
        };
        let depends = cors.is_some() || auth.0.hooks.on_error.is_some();
        Self { asked: depends.then(|| shape::head(method, uri, asked)), early }
    }

    /// The answer, where the app is not asked.
    pub(crate) fn early(&mut self) -> Option<Result<Reply, Fault>> {
        self.early.take()
    }

    /// The answer that the app makes of a problem of ours, if it makes one.
    pub(crate) fn shaped(
        &self,
        auth: &Keyward,
        problem: &ProblemView,
        told: &HeaderMap,
    ) -> Option<Response<Bytes>> {
        shape::shaped(auth.0.hooks.on_error.as_ref(), self.asked.as_ref()?, problem, told)
    }

    /// Adds what is missing to the answer.
    pub(crate) fn finish(&self, auth: &Keyward, told: &mut HeaderMap, id: RequestId) {
        headers::finish_app(told, id, auth.is_https());
        if auth.0.web.xss_header {
            headers::xss(told);
        }
        if let (Some(cors), Some(asked)) = (&auth.0.web.cors, &self.asked) {
            cors.finish(asked.headers(), told);
        }
    }
}

/// Where a request came from, for a handler: see [`Keyward::client_address`]. Nothing
/// where the server does not tell who is at the other end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl Keyward {
    /// Where a request came from: the address of the other end, or behind
    /// [`trusted_proxies`](crate::Builder::trusted_proxies) the right-most address of
    /// `X-Forwarded-For` that is none of theirs. What a client writes there itself
    /// stands further left.
    pub fn client_address(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> Option<IpAddr> {
        network::near(&self.0.web, headers, peer).address
    }
}
