//! authnzerver's frontends, at an address of their own: `POST /`, and `GET /health`.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use keyward::serve::tls::Tls;
use keyward::serve::{Listening, Plain};
use keyward::{Keyward, Timestamp};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::server::bind;
use crate::config::Authnzerver;
use crate::failure::Outcome;

/// Bound, but not answering yet.
pub(super) struct Door {
    listening: Listening,
    hosts: Vec<String>,
}

impl Door {
    /// Binds the address beside the server's own, if one was given.
    pub(super) async fn bind(config: Option<&Authnzerver>) -> Outcome<Option<Self>> {
        let Some(config) = config else { return Ok(None) };
        let Some(address) = &config.listen else { return Ok(None) };
        Ok(Some(Self::new(bind(address, "authnzerver.listen").await?, config)))
    }

    /// Behind a listener that is bound already.
    pub(super) fn new(listening: Listening, config: &Authnzerver) -> Self {
        Self { listening, hosts: config.allowed_hosts.clone() }
    }

    /// Where it is.
    pub(super) fn address(&self) -> Outcome<String> {
        Ok(self.listening.address()?.to_string())
    }

    /// Answers until `stop`.
    pub(super) async fn run(self, auth: Keyward, tls: Option<Tls>, stop: CancellationToken) {
        let hosts = std::sync::Arc::new(self.hosts);
        let handler = move |request, peer: std::net::SocketAddr| {
            let (auth, hosts) = (auth.clone(), std::sync::Arc::clone(&hosts));
            async move { answer(&auth, &hosts, request, peer).await }
        };
        match tls {
            Some(tls) => self.listening.run_with(handler, tls, stop).await,
            None => self.listening.run_with(handler, Plain, stop).await,
        }
    }
}

async fn answer(
    auth: &Keyward,
    hosts: &[String],
    request: Request<Incoming>,
    peer: std::net::SocketAddr,
) -> Response<Full<Bytes>> {
    if !is_ours(hosts, &request) {
        return reply(StatusCode::NOT_FOUND, "404: Not Found");
    }
    match (request.method().clone(), request.uri().path()) {
        (Method::POST, "/") => message(auth, request, peer).await,
        (Method::GET, "/health") => health(auth).await,
        (_, "/" | "/health") => {
            let mut refused = reply(StatusCode::METHOD_NOT_ALLOWED, "405: Method Not Allowed");
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, POST"));
            refused
        }
        _ => reply(StatusCode::NOT_FOUND, "404: Not Found"),
    }
}

/// Whether it is reached by one of its names.
fn is_ours<B>(hosts: &[String], request: &Request<B>) -> bool {
    let named = request.headers().get(HOST).and_then(|it| it.to_str().ok());
    let named = named.or_else(|| request.uri().authority().map(|it| it.as_str()));
    let Some(named) = named else { return false };
    let name = match named.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => named,
    };
    hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
}

async fn message(
    auth: &Keyward,
    request: Request<Incoming>,
    peer: std::net::SocketAddr,
) -> Response<Full<Bytes>> {
    let whole = Limited::new(request.into_body(), keyward::authnzerver::MAX_MESSAGE).collect();
    let Ok(Ok(body)) = tokio::time::timeout(BODY_TIME, whole).await else {
        return reply(StatusCode::BAD_REQUEST, "400: Bad Request");
    };
    let answered = auth.answer_frontend(body.to_bytes(), Some(peer.ip())).await;
    answered.map(|body| Full::new(body.full().cloned().unwrap_or_default()))
}

/// A body must be there within this time.
const BODY_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// As authnzerver says it. There is one worker here, and it is well when the database
/// answers.
async fn health(auth: &Keyward) -> Response<Full<Bytes>> {
    let broken = auth.ready().await.is_err();
    let state = if broken { "database broken" } else { "ok" };
    let body = json!({
        "Expected-Workers": 1,
        "Workers": { "keyward": state },
        "Check-Time": now().to_string().trim_end_matches('Z'),
        "Health-Ok": !broken,
    });
    let status = if broken { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    let mut reply = reply(status, &body.to_string());
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

fn now() -> Timestamp {
    use keyward::port::Clock as _;
    keyward::SystemClock.now()
}

fn reply(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut reply = Response::new(Full::new(Bytes::from(text.to_owned())));
    *reply.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=UTF-8");
    reply.headers_mut().insert(CONTENT_TYPE, plain);
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_to_its_names_alone() {
        let hosts = ["localhost".to_owned(), "auth.internal".to_owned()];
        for (named, ours) in [
            ("localhost:13431", true),
            ("LOCALHOST", true),
            ("auth.internal:80", true),
            ("evil.example.com", false),
            ("localhost.evil.example.com", false),
            ("", false),
        ] {
            let request = Request::builder().header(HOST, named).body(()).unwrap();
            assert_eq!(is_ours(&hosts, &request), ours, "{named}");
        }
    }
}
