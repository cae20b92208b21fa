//! `GET /metrics`, at an address of its own.

use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use keyward::serve::{Listening, Plain};
use keyward::{Keyward, Secret};
use tokio_util::sync::CancellationToken;

use super::server::bind;
use crate::config::Metrics;
use crate::failure::Outcome;

/// The text format of Prometheus.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Bound, but not answering yet.
pub(super) struct Door {
    listening: Listening,
    token: Option<Secret>,
}

impl Door {
    /// Binds the address, if one was given.
    pub(super) async fn bind(metrics: &Metrics) -> Outcome<Option<Self>> {
        let Some(address) = &metrics.listen else { return Ok(None) };
        let listening = bind(address, "metrics.listen").await?;
        Ok(Some(Self { listening, token: metrics.token.clone() }))
    }

    /// Where it is.
    pub(super) fn address(&self) -> Outcome<String> {
        Ok(format!("http://{}/metrics", self.listening.address()?))
    }

    /// Answers until `stop`.
    pub(super) async fn run(self, auth: Keyward, stop: CancellationToken) {
        let token = self.token;
        let handler = move |request: Request<_>, _| {
            let (auth, token) = (auth.clone(), token.clone());
            async move { answer(&auth, token.as_ref(), &request).await }
        };
        self.listening.run_with(handler, Plain, stop).await;
    }
}

async fn answer<B>(
    auth: &Keyward,
    token: Option<&Secret>,
    request: &Request<B>,
) -> Response<Full<Bytes>> {
    if request.uri().path() != "/metrics" {
        return reply(StatusCode::NOT_FOUND, String::new());
    }
    if token.is_some_and(|token| !bears(request, token)) {
        let mut refused = reply(StatusCode::UNAUTHORIZED, String::new());
        refused.headers_mut().insert(WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
        return refused;
    }
    match *request.method() {
        Method::GET => reply(StatusCode::OK, auth.metrics().await),
        Method::HEAD => reply(StatusCode::OK, String::new()),
        _ => {
            let mut refused = reply(StatusCode::METHOD_NOT_ALLOWED, String::new());
            refused.headers_mut().insert(ALLOW, http::HeaderValue::from_static("GET, HEAD"));
            refused
        }
    }
}

fn bears<B>(request: &Request<B>, token: &Secret) -> bool {
    let header = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let Some((scheme, given)) = header.and_then(|it| it.split_once(' ')) else { return false };
    scheme.eq_ignore_ascii_case("Bearer") && Secret::new(given.trim()).matches(token)
}

fn reply(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut reply = Response::new(Full::new(Bytes::from(text)));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(FORMAT));
    reply
}
