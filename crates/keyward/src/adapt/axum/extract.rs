//! What a handler may ask for.

use std::sync::Arc;

use ::axum::body::Body;
use ::axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use ::axum::http::request::Parts;
use ::axum::response::{IntoResponse, Response};

use crate::adapt::principal::{Principal, Session, User};
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::http::{Code, Door, Fault, Head};
use crate::serve::body::ReplyBody;

/// Who came in, as [`Keyward::handle`] would recognise them: once for each request.
pub(super) async fn recognise(
    auth: &Keyward,
    parts: &mut Parts,
) -> Result<Option<Arc<Entry>>, Fault> {
    if let Some(Recognised(known)) = parts.extensions.get() {
        return Ok(known.clone());
    }
    let head = Head { method: &parts.method, headers: &parts.headers, body: &[] };
    let (entry, _) = auth.recognise(head, Door::App, auth.now()).await?;
    parts.extensions.insert(Recognised(entry.clone()));
    Ok(entry)
}

/// Who came in, kept with the request for the next one who asks.
#[derive(Clone)]
struct Recognised(Option<Arc<Entry>>);

/// A fault as a reply of ours.
pub(super) fn refusal(auth: &Keyward, fault: Fault) -> Response {
    let id = auth.0.request_ids.mint(auth.now());
    auth.problem_reply(fault, id).map(|body| Body::new(ReplyBody::from(body)))
}

/// Why an extractor refused; a problem (RFC 9457) as a reply.
#[derive(Debug)]
pub struct Rejection(Response);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.0
    }
}

async fn entry<S>(parts: &mut Parts, state: &S) -> Result<Option<Arc<Entry>>, Rejection>
where
    Keyward: FromRef<S>,
{
    let auth = Keyward::from_ref(state);
    recognise(&auth, parts).await.map_err(|fault| Rejection(refusal(&auth, fault)))
}

async fn signed_in<S>(parts: &mut Parts, state: &S) -> Result<Arc<Entry>, Rejection>
where
    Keyward: FromRef<S>,
{
    let found = entry(parts, state).await?;
    let auth = Keyward::from_ref(state);
    found.ok_or_else(|| Rejection(refusal(&auth, Code::Unauthenticated.into())))
}

impl<S> FromRequestParts<S> for User
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        signed_in(parts, state).await.map(|entry| Self::new(&entry))
    }
}

impl<S> OptionalFromRequestParts<S> for User
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        Ok(entry(parts, state).await?.map(|entry| Self::new(&entry)))
    }
}

impl<S> FromRequestParts<S> for Session
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        signed_in(parts, state).await.map(|entry| Self::new(&entry))
    }
}

impl<S> FromRequestParts<S> for Principal
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        entry(parts, state).await.map(|entry| Self::new(entry.as_deref()))
    }
}
