//! Middleware: who came in, for every route; and who may go on, for some.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};

use super::convert;
use super::extract::{Rejection, recognise};
#[cfg(feature = "tickets")]
use crate::authn::ticket::Renewed;
use crate::engine::Keyward;
use crate::http::{Code, Fault, headers};
use crate::required::{Required, Wanted};

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

    /// Adds the headers that are missing.
    fn finish(&self, reply: &mut ServiceResponse) {
        let id = self.auth.0.request_ids.mint(self.auth.now());
        let mut ours = http::HeaderMap::new();
        headers::finish_app(&mut ours, id, self.auth.is_https());
        let theirs = reply.headers_mut();
        for (name, value) in ours.iter().filter_map(|(name, value)| convert::old(name, value)) {
            if !theirs.contains_key(&name) {
                theirs.insert(name, value);
            }
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
            let mut reply = match gate.admit(&request).await {
                Ok(()) => inner.call(request).await?.map_into_boxed_body(),
                Err(fault) => request.into_response(Rejection::new(&gate.auth, fault).reply()),
            };
            #[cfg(feature = "tickets")]
            renew(&mut reply, renewed);
            if gate.is_layer() {
                gate.finish(&mut reply);
            }
            Ok(reply)
        })
    }
}
