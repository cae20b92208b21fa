//! What a handler may ask for.

use std::net::{IpAddr, SocketAddr};

use ::axum::body::Body;
use ::axum::extract::{ConnectInfo, FromRef, FromRequestParts, OptionalFromRequestParts};
use ::axum::http::request::Parts;
use ::axum::response::{IntoResponse, Response};

use crate::adapt::around::ClientAddress;
use crate::adapt::permit::{NamedPermission, Permit};
use crate::adapt::principal::{Principal, Session, User};
#[cfg(feature = "captcha")]
use crate::adapt::solved::SolvedCaptcha;
use crate::adapt::verified::{NamedPurpose, Verified};
use crate::engine::Keyward;
use crate::engine::groups::Known;
use crate::http::{Code, Door, Fault, Head};
use crate::serve::body::ReplyBody;

/// Who came in, as [`Keyward::handle`] would recognise them: once for each request.
pub(super) async fn recognise(auth: &Keyward, parts: &mut Parts) -> Result<Option<Known>, Fault> {
    if let Some(Recognised(known)) = parts.extensions.get() {
        return Ok(known.clone());
    }
    let (known, _) = auth.recognise(head(auth, parts), Door::App, auth.now()).await?;
    parts.extensions.insert(Recognised(known.clone()));
    Ok(known)
}

/// What a request says of whoever sent it.
pub(super) fn head<'a>(auth: &Keyward, parts: &'a Parts) -> Head<'a> {
    let address = auth.client_address(&parts.headers, peer(parts));
    Head { method: &parts.method, headers: &parts.headers, body: &[], address }
}

/// The other end of the connection, if that is known.
pub(super) fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip())
}

/// Who came in, kept with the request for the next one who asks.
#[derive(Clone)]
struct Recognised(Option<Known>);

/// A fault as a reply of ours.
pub(super) fn refusal(auth: &Keyward, fault: Fault) -> Response {
    let id = auth.0.request_ids.mint(auth.now());
    auth.problem(fault, id).reply(id).map(|body| Body::new(ReplyBody::from(body)))
}

/// Why an extractor refused; a problem (RFC 9457) as a reply.
#[derive(Debug)]
pub struct Rejection(Response);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.0
    }
}

async fn known<S>(parts: &mut Parts, state: &S) -> Result<Option<Known>, Rejection>
where
    Keyward: FromRef<S>,
{
    let auth = Keyward::from_ref(state);
    recognise(&auth, parts).await.map_err(|fault| Rejection(refusal(&auth, fault)))
}

async fn signed_in<S>(parts: &mut Parts, state: &S) -> Result<Known, Rejection>
where
    Keyward: FromRef<S>,
{
    let found = known(parts, state).await?;
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
        signed_in(parts, state).await.map(|it| Self::new(&Keyward::from_ref(state), &it))
    }
}

impl<S> FromRequestParts<S> for ClientAddress
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let auth = Keyward::from_ref(state);
        Ok(Self(auth.client_address(&parts.headers, peer(parts))))
    }
}

impl<S> OptionalFromRequestParts<S> for User
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        let auth = Keyward::from_ref(state);
        Ok(known(parts, state).await?.map(|it| Self::new(&auth, &it)))
    }
}

impl<S> FromRequestParts<S> for Session
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        signed_in(parts, state).await.map(|it| Self::new(&it))
    }
}

impl<S> OptionalFromRequestParts<S> for Session
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        Ok(known(parts, state).await?.map(|it| Self::new(&it)))
    }
}

impl<S> FromRequestParts<S> for Principal
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = Keyward::from_ref(state);
        known(parts, state).await.map(|it| Self::new(&auth, it.as_ref()))
    }
}

impl<S, P> FromRequestParts<S> for Permit<P>
where
    Keyward: FromRef<S>,
    S: Send + Sync,
    P: NamedPermission,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = Keyward::from_ref(state);
        let known = known(parts, state).await?;
        Self::check(&auth, known.as_ref()).map_err(|fault| Rejection(refusal(&auth, fault)))
    }
}

#[cfg(feature = "captcha")]
impl<S> FromRequestParts<S> for SolvedCaptcha
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = Keyward::from_ref(state);
        solved(&auth, parts).await.map_err(|fault| Rejection(refusal(&auth, fault)))
    }
}

/// Spends the captcha that a request brings.
#[cfg(feature = "captcha")]
pub(super) async fn solved(auth: &Keyward, parts: &Parts) -> Result<SolvedCaptcha, Fault> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    auth.solved_by(&parts.headers, peer).await
}

impl<S, P> FromRequestParts<S> for Verified<P>
where
    Keyward: FromRef<S>,
    S: Send + Sync,
    P: NamedPurpose,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = Keyward::from_ref(state);
        let known = known(parts, state).await?;
        let verified = Self::check(&auth, known.as_ref(), &parts.headers).await;
        verified.map_err(|fault| Rejection(refusal(&auth, fault)))
    }
}
