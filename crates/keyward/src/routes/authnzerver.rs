//! The door for authnzerver's frontends.

use std::time::Duration;

use ::http::{HeaderValue, Method, Request as HttpRequest, StatusCode, header};
use bytes::Bytes;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;

use crate::authnzerver::{MAX_MESSAGE, Turned};
use crate::engine::Keyward;
use crate::http::{Body, Code, Cx, Fault, Guard, Limit, Reply, Route};

/// What a frontend may ask is limited for each of its clients; what nobody sealed, for
/// the address that it comes from.
pub(super) const ROUTES: &[Route] =
    &[Route { body: MAX_MESSAGE, ..Route::post(PATH, Guard::SharedKey, answer).at(Limit::Free) }];

const PATH: &str = "/compat/authnzerver";

fn answer(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Some(room) = &cx.auth.0.frontends else { return Err(Code::NotFound.into()) };
        match cx.auth.answer_sealed(room, cx.request.body()).await {
            Ok(sealed) => Ok(text(StatusCode::OK, sealed)),
            Err(turned) => {
                let slow = cx.auth.slow_down(Limit::Attempt, cx.address, cx.auth.now());
                match (turned, slow) {
                    (Turned::Error(error), _) => Err(error.into()),
                    (Turned::SlowDown(wait), _) => Ok(slow_down(wait)),
                    (_, Err(Fault::Refusal(Refusal::SlowDown { retry_after }))) => {
                        Ok(slow_down(retry_after))
                    }
                    (Turned::Unreadable, _) => {
                        Ok(text(StatusCode::UNAUTHORIZED, "401: Unauthorized".into()))
                    }
                    (Turned::NoRequest, _) => {
                        Ok(text(StatusCode::BAD_REQUEST, "400: Bad Request".into()))
                    }
                }
            }
        }
    })
}

fn text(status: StatusCode, body: String) -> Reply {
    let mut reply = Reply::new(Body::Full(Bytes::from(body)));
    *reply.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=UTF-8");
    reply.headers_mut().insert(header::CONTENT_TYPE, plain);
    reply
}

fn slow_down(wait: Duration) -> Reply {
    let mut reply = text(StatusCode::TOO_MANY_REQUESTS, "429: Too Many Requests".into());
    let wait = HeaderValue::from(wait.as_secs().max(1));
    reply.headers_mut().insert(header::RETRY_AFTER, wait);
    reply
}

impl Keyward {
    /// Answers a message of one of authnzerver's frontends, for a listener that has
    /// nothing else behind it: what `POST /compat/authnzerver` answers.
    pub async fn answer_frontend(
        &self,
        body: impl Into<Bytes>,
        peer: Option<std::net::IpAddr>,
    ) -> Reply {
        let mut request = HttpRequest::new(body.into());
        *request.method_mut() = Method::POST;
        let path = format!("{}{PATH}", self.0.web.base);
        *request.uri_mut() = path.parse().unwrap_or_default();
        self.handle(request, peer).await
    }
}
