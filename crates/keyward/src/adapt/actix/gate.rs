//! Middleware: who came in, for every route; and who may go on, for some.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpRequest};

use keyward_core::limit::Allowance;

use super::convert;
use super::extract::{Rejection, peer, recognise};
use crate::adapt::around::Around;
#[cfg(feature = "tickets")]
use crate::authn::ticket::Renewed;
use crate::engine::Keyward;
use crate::http::shape::ProblemView;
use crate::http::{Body, Code, Fault};
use crate::rate_limit::{RateLimit, refused};
use crate::required::{Required, Wanted};
use crate::serve::body::ReplyBody;

/// Middleware of ours, to be given to `wrap`.
#[derive(Clone, Debug)]
pub struct Gate {
    auth: Keyward,
    wanted: Asks,
}

/// What is asked of whoever comes in.
#[derive(Clone, Debug)]
enum Asks {
    /// Nothing: they are recognised.
    Nothing,
    /// To hold something.
    Holding(Arc<Wanted>),
    /// To have solved a captcha.
    #[cfg(feature = "captcha")]
    Captcha,
    /// To bring a code that was sent for this purpose.
    Code(Arc<str>),
    /// To be one of not too many.
    Within(Arc<RateLimit>),
}

/// Recognises whoever comes in, refuses cross-site requests that carry our
/// cookie, and adds the security headers that a reply does not have.
pub fn layer(auth: &Keyward) -> Gate {
    Gate { auth: auth.clone(), wanted: Asks::Nothing }
}

/// Lets only those go on who hold a permission, or [`all`](crate::all) or
/// [`any`](crate::any) of some; a bare list means all. 401 for strangers, 403 for
/// others.
pub fn require(auth: &Keyward, permissions: impl Into<Required>) -> Gate {
    let wanted = Wanted::permissions(permissions.into());
    Gate { auth: auth.clone(), wanted: Asks::Holding(wanted.into()) }
}

/// Lets only those go on who hold a role, assigned or inherited, or
/// [`all`](crate::all) or [`any`](crate::any) of some.
pub fn require_role(auth: &Keyward, roles: impl Into<Required>) -> Gate {
    Gate { auth: auth.clone(), wanted: Asks::Holding(Wanted::roles(roles.into()).into()) }
}

/// Asks for a captcha with each request, in the header `Keyward-Captcha: TOKEN ANSWER`;
/// one of the purpose `app`, which is spent by it. 403 `captcha_required` without one.
#[cfg(feature = "captcha")]
pub fn require_captcha(auth: &Keyward) -> Gate {
    Gate { auth: auth.clone(), wanted: Asks::Captcha }
}

/// Asks whoever is signed in for a code that was sent to them for this purpose
/// ([`Keyward::send_verification`]), in the header `Keyward-Verification: FLOW CODE`; it
/// is spent by it. 403 `verification_required` without one.
pub fn require_verification(auth: &Keyward, purpose: &str) -> Gate {
    Gate { auth: auth.clone(), wanted: Asks::Code(purpose.into()) }
}

/// Lets only so many requests through: 429 `rate_limited` with `Retry-After` for those
/// that are too many, 503 where it cannot be told. Answers say what is left
/// (`RateLimit`, `RateLimit-Policy`).
pub fn rate_limit(auth: &Keyward, limit: RateLimit) -> Gate {
    Gate { auth: auth.clone(), wanted: Asks::Within(Arc::new(limit)) }
}

impl Gate {
    async fn admit(&self, request: &ServiceRequest) -> Result<(), Fault> {
        #[cfg(feature = "captcha")]
        if let Asks::Captcha = self.wanted {
            return super::extract::solved(&self.auth, request.request()).await.map(drop);
        }
        let known = match recognise(&self.auth, request.request()).await {
            // Doors of ours recognise for themselves; an old cookie keeps nobody out.
            Err(_) if self.is_layer() && self.auth.owns(request.path()) => None,
            other => other?,
        };
        if let Asks::Code(purpose) = &self.wanted {
            let headers = convert::headers(request.request())?;
            return self.auth.verified_by(known.as_ref(), &headers, purpose).await;
        }
        match (&self.wanted, known) {
            (Asks::Holding(_), None) => Err(Code::Unauthenticated.into()),
            (Asks::Holding(wanted), Some(known)) => self.auth.admit_to(known.asker(), wanted),
            _ => Ok(()),
        }
    }

    /// The ticket that takes the place of the one that came in, at a door of the app's.
    #[cfg(feature = "tickets")]
    async fn renewed(&self, request: &ServiceRequest) -> Option<Renewed> {
        match self.is_layer() && !self.auth.owns(request.path()) {
            true => super::extract::renewed(&self.auth, request.request()).await,
            false => None,
        }
    }

    /// Whether it stands around the whole app, and asks nothing.
    fn is_layer(&self) -> bool {
        matches!(self.wanted, Asks::Nothing)
    }

    /// What is left of a limit, if this is one.
    async fn take(&self, request: &HttpRequest) -> Result<Option<Allowance>, Fault> {
        let Asks::Within(limit) = &self.wanted else { return Ok(None) };
        let known = recognise(&self.auth, request).await?;
        let address = self.auth.client_address(&convert::headers(request)?, peer(request));
        Ok(Some(self.auth.take_unit(limit, known.as_ref(), address).await?))
    }

    /// Says in an answer what is left.
    fn tell(&self, left: Option<&Allowance>, reply: &mut ServiceResponse) {
        let (Asks::Within(limit), Some(left)) = (&self.wanted, left) else { return };
        let mut ours = http::HeaderMap::new();
        limit.tell(left, &mut ours);
        add(&ours, reply);
    }

    /// What stands around the app; nothing around one of its routes.
    fn around(&self, request: &HttpRequest) -> Result<Option<Around>, Fault> {
        if !self.is_layer() {
            return Ok(None);
        }
        let (method, uri) = (convert::method(request)?, convert::uri(request)?);
        let headers = convert::headers(request)?;
        Ok(Some(Around::of(&self.auth, (&method, &uri, &headers), peer(request))))
    }

    /// A problem of ours as the app says it.
    fn shaped(
        &self,
        around: &Around,
        reply: ServiceResponse<BoxBody>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let problem = reply.response().extensions().get::<ProblemView>().cloned();
        let Some(problem) = problem else { return Ok(reply) };
        let told = convert::map(reply.headers())
            .map_err(|code| Rejection::new(&self.auth, code.into()))?;
        Ok(match around.shaped(&self.auth, &problem, &told) {
            None => reply,
            Some(own) => {
                let own = own.map(|bytes| ReplyBody::from(Body::Full(bytes)));
                reply.into_response(convert::reply(own))
            }
        })
    }

    /// Adds the headers that are missing.
    fn finish(&self, around: &Around, reply: &mut ServiceResponse) {
        let id = self.auth.0.request_ids.mint(self.auth.now());
        let mut ours = http::HeaderMap::new();
        if let Some(limits) = super::extract::key_limits(reply.request()) {
            limits.tell(&mut ours);
        }
        around.finish(&self.auth, &mut ours, id);
        add(&ours, reply);
    }
}

/// Adds what an answer does not have.
fn add(ours: &http::HeaderMap, reply: &mut ServiceResponse) {
    let theirs = reply.headers_mut();
    for (name, value) in ours.iter().filter_map(|(name, value)| convert::old(name, value)) {
        if name == actix_web::http::header::VARY {
            theirs.append(name, value);
        } else if !theirs.contains_key(&name) {
            theirs.insert(name, value);
        }
    }
}

#[cfg(feature = "tickets")]
fn renew(reply: &mut ServiceResponse, renewed: Option<Renewed>) {
    let Some(renewed) = renewed else { return };
    let said: Vec<http::HeaderValue> = reply
        .headers()
        .get_all(actix_web::http::header::SET_COOKIE)
        .filter_map(|line| http::HeaderValue::from_bytes(line.as_bytes()).ok())
        .collect();
    let status = http::StatusCode::from_u16(reply.status().as_u16()).unwrap_or_default();
    let Some(line) = renewed.beside(status, said.iter()) else { return };
    if let Some((name, value)) = convert::old(&http::header::SET_COOKIE, &line) {
        reply.headers_mut().append(name, value);
    }
}

impl<S, B> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Transform = Gated<S>;
    type InitError = ();
    type Future = Ready<Result<Gated<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Gated { gate: self.clone(), inner: Rc::new(inner) }))
    }
}

/// What a [`Gate`] makes of a service.
#[derive(Debug)]
pub struct Gated<S> {
    gate: Gate,
    inner: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for Gated<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<ServiceResponse<BoxBody>, Error>>>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (gate, inner) = (self.gate.clone(), Rc::clone(&self.inner));
        Box::pin(async move {
            #[cfg(feature = "tickets")]
            let renewed = gate.renewed(&request).await;
            let mut around = match gate.around(request.request()) {
                Ok(around) => around,
                Err(fault) => {
                    return Ok(request.into_response(Rejection::new(&gate.auth, fault).reply()));
                }
            };
            let admitted = match around.as_mut().and_then(Around::early) {
                Some(early) => early.map(Some),
                None => gate.admit(&request).await.map(|()| None),
            };
            let left = match gate.take(request.request()).await {
                Ok(left) => left,
                Err(fault) => {
                    return Ok(request.into_response(Rejection::new(&gate.auth, fault).reply()));
                }
            };
            let admitted = match left.as_ref().and_then(refused) {
                Some(fault) => Err(fault),
                None => admitted,
            };
            let mut reply = match admitted {
                Ok(None) => inner.call(request).await?.map_into_boxed_body(),
                Ok(Some(early)) => {
                    request.into_response(convert::reply(early.map(ReplyBody::from)))
                }
                Err(fault) => request.into_response(Rejection::new(&gate.auth, fault).reply()),
            };
            #[cfg(feature = "tickets")]
            renew(&mut reply, renewed);
            gate.tell(left.as_ref(), &mut reply);
            if let Some(around) = &around {
                reply = gate.shaped(around, reply)?;
                gate.finish(around, &mut reply);
            }
            Ok(reply)
        })
    }
}
