//! What a handler may ask for. `web::Data<Keyward>` must be among the app's data.
//!
//! actix-web makes `None` of any failure of an optional extractor; behind
//! [`layer`](super::layer) failures never come that far, and [`Principal`]
//! tells strangers from failures everywhere.

use std::future::{Future, Ready, ready};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};
use keyward_core::Error;
use keyward_core::id::RequestId;

use super::convert;
use crate::adapt::around::ClientAddress;
use crate::adapt::permit::{NamedPermission, Permit};
use crate::adapt::principal::{Principal, Session, User};
#[cfg(feature = "captcha")]
use crate::adapt::solved::SolvedCaptcha;
use crate::adapt::verified::{NamedPurpose, Verified};
use crate::engine::Keyward;
use crate::engine::groups::Known;
use crate::engine::key_limits::KeyLimits;
use crate::http::{Code, Door, Fault, Head, Problem};
use crate::serve::body::ReplyBody;

/// Why an extractor refused; a problem (RFC 9457) as a reply.
#[derive(Clone, Debug)]
pub struct Rejection {
    problem: Problem,
    id: RequestId,
}

impl Rejection {
    pub(super) fn new(auth: &Keyward, fault: Fault) -> Self {
        let id = auth.0.request_ids.mint(auth.now());
        Self { problem: auth.problem(fault, id), id }
    }

    pub(super) fn reply(&self) -> HttpResponse {
        convert::reply(self.problem.reply(self.id).map(ReplyBody::from))
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.problem.code.as_str())
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.problem.code.status().as_u16());
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.reply()
    }
}

/// The ticket that takes the place of the one that came in.
#[cfg(feature = "tickets")]
pub(super) async fn renewed(
    auth: &Keyward,
    request: &HttpRequest,
) -> Option<crate::authn::ticket::Renewed> {
    let (Ok(method), Ok(headers)) = (convert::method(request), convert::headers(request)) else {
        return None;
    };
    let address = auth.client_address(&headers, peer(request));
    let head = Head { method: &method, headers: &headers, body: &[], address };
    auth.renewed_ticket(head).await
}

/// Who came in, kept with the request for the next one who asks.
#[derive(Clone)]
struct Recognised(Option<Known>);

/// Who came in, as [`Keyward::handle`] would recognise them: once for each request.
pub(super) async fn recognise(
    auth: &Keyward,
    request: &HttpRequest,
) -> Result<Option<Known>, Fault> {
    let known = request.extensions().get::<Recognised>().cloned();
    if let Some(Recognised(known)) = known {
        return Ok(known);
    }
    let (method, headers) = (convert::method(request)?, convert::headers(request)?);
    let address = auth.client_address(&headers, peer(request));
    let head = Head { method: &method, headers: &headers, body: &[], address };
    let (known, _) = auth.recognise(head, Door::App, auth.now()).await?;
    request.extensions_mut().insert(Recognised(known.clone()));
    Ok(known)
}

/// What is left of what the API key may that a request came with, if that was looked at
/// and is counted.
pub(super) fn key_limits(request: &HttpRequest) -> Option<Arc<KeyLimits>> {
    let known = request.extensions().get::<Recognised>().cloned();
    known?.0?.limits
}

/// The other end of the connection, if that is known.
pub(super) fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|peer| peer.ip())
}

impl FromRequest for ClientAddress {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(state(request).and_then(|auth| {
            let headers = convert::headers(request);
            let headers = headers.map_err(|code| Rejection::new(auth, code.into()))?;
            Ok(Self(auth.client_address(&headers, peer(request))))
        }))
    }
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

/// Recognises, then makes a `T` of whoever came in.
fn extract<T: 'static>(
    request: &HttpRequest,
    make: fn(&Keyward, Option<&Known>) -> Result<T, Fault>,
) -> Extracting<T> {
    let request = request.clone();
    Box::pin(async move {
        let auth = state(&request)?;
        let known = recognise(auth, &request).await;
        let made = known.and_then(|known| make(auth, known.as_ref()));
        made.map_err(|fault| Rejection::new(auth, fault).into())
    })
}

/// The app's Keyward.
fn state(request: &HttpRequest) -> Result<&web::Data<Keyward>, actix_web::Error> {
    request.app_data::<web::Data<Keyward>>().ok_or_else(|| {
        let cause = Error::new("find `web::Data<Keyward>` among the app's data");
        tracing::error!(?cause, "an extractor cannot work");
        actix_web::error::ErrorInternalServerError(cause.to_string())
    })
}

fn signed_in(known: Option<&Known>) -> Result<&Known, Fault> {
    known.ok_or_else(|| Code::Unauthenticated.into())
}

impl FromRequest for User {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |auth, known| Ok(Self::new(auth, signed_in(known)?)))
    }
}

impl FromRequest for Session {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |_, known| signed_in(known).map(Self::new))
    }
}

impl FromRequest for Principal {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |auth, known| Ok(Self::new(auth, known)))
    }
}

impl<P: NamedPermission + 'static> FromRequest for Permit<P> {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, Self::check)
    }
}

#[cfg(feature = "captcha")]
impl FromRequest for SolvedCaptcha {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let auth = state(&request)?;
            let solved = solved(auth, &request).await;
            solved.map_err(|fault| Rejection::new(auth, fault).into())
        })
    }
}

/// Spends the captcha that a request brings.
#[cfg(feature = "captcha")]
pub(super) async fn solved(auth: &Keyward, request: &HttpRequest) -> Result<SolvedCaptcha, Fault> {
    let headers = convert::headers(request)?;
    auth.solved_by(&headers, request.peer_addr().map(|peer| peer.ip())).await
}

impl<P: NamedPurpose + 'static> FromRequest for Verified<P> {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let auth = state(&request)?;
            let verified = verified(auth, &request).await;
            verified.map_err(|fault| Rejection::new(auth, fault).into())
        })
    }
}

async fn verified<P: NamedPurpose>(
    auth: &Keyward,
    request: &HttpRequest,
) -> Result<Verified<P>, Fault> {
    let (known, headers) = (recognise(auth, request).await?, convert::headers(request)?);
    Verified::check(auth, known.as_ref(), &headers).await
}
