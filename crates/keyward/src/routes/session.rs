//! The session that came in: look, annotate, follow.

use ::http::{HeaderValue, StatusCode, header};
use bytes::Bytes;
use keyward_core::flow::session::PatchSession;
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::answer::{Csrf, Data};
use crate::engine::Keyward;
use crate::http::{Body, Cx, Fault, Guard, Method4, Reply, Route, cookie, csrf, input, reply};
use crate::view::SessionView;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/session", Guard::SignedIn, show).gives::<SessionView>(),
    Route::post("/api/v1/session", Guard::SignedIn, patch)
        .by(Method4::Patch)
        .takes::<PatchInput>()
        .gives::<Data>(),
    Route::get("/api/v1/session/csrf", Guard::SignedIn, token).gives::<Csrf>(),
    Route::get("/api/v1/session/events", Guard::SignedIn, follow),
];

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let entry = cx.caller.entry()?;
        Ok(reply::json_bytes(StatusCode::OK, entry.json.clone()))
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PatchInput {
    data: Map<String, Value>,
}

fn patch(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let session = cx.caller.entry()?.session.id;
        let PatchInput { data } = input::body(cx.request)?;
        let flow = PatchSession { session, patch: data };
        let stored = cx.auth.run(&flow, &cx.caller.client).await??;
        reply::ok(&Data { data: serde_json::from_str(&stored).unwrap_or_default() })
    })
}

fn token(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let id = cx.caller.entry()?.session.id.to_string();
        reply::ok(&Csrf { csrf: csrf::token_of(cx.auth, &id) })
    })
}

/// Server-sent events: `open` at once, `ended` when the session ends.
fn follow(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        cx.caller.entry()?;
        let token = match cookie::get(cx.auth, cx.request.headers(), cookie::SESSION)? {
            Some(token) => Held::Cookie(token),
            None => Held::Bearer(bearer(&cx)),
        };
        let (pipe, stream) = mpsc::channel(4);
        let auth = cx.auth.clone();
        cx.auth.0.tasks.spawn(watch(auth, token, pipe));
        let mut reply = Reply::new(Body::Stream(stream));
        let kind = HeaderValue::from_static("text/event-stream");
        reply.headers_mut().insert(header::CONTENT_TYPE, kind);
        Ok(reply)
    })
}

fn bearer(cx: &Cx<'_>) -> String {
    let value = cx.request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    value.and_then(|v| v.split_once(' ')).map(|(_, t)| t.trim().to_owned()).unwrap_or_default()
}

/// A token, and how it was brought.
enum Held {
    Cookie(String),
    Bearer(String),
}

impl Held {
    async fn is_alive(&self, auth: &Keyward) -> bool {
        let now = auth.now();
        match self {
            Self::Cookie(token) => matches!(auth.session_of(token, now).await, Ok(Ok(_))),
            Self::Bearer(token) => matches!(auth.bearer_of(token, now).await, Ok(Ok(_))),
        }
    }
}

/// Looks again whenever something changed here, and every second for changes elsewhere.
async fn watch(auth: Keyward, token: Held, pipe: mpsc::Sender<Bytes>) {
    let mut changed = auth.0.changed.subscribe();
    if pipe.send(Bytes::from_static(b"event: open\ndata: {}\n\n")).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            () = auth.0.stop.cancelled() => return,
            () = pipe.closed() => return,
            _ = changed.changed() => {}
            () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
        }
        if !token.is_alive(&auth).await {
            // A failure to know ends the stream as well: the client asks again.
            pipe.send(Bytes::from_static(b"event: ended\ndata: {}\n\n")).await.ok();
            return;
        }
    }
}
