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
use crate::engine::Keyward;
use crate::http::{Code, Fault, headers};
use crate::required::{Required, Wanted};

/// Middleware of ours, to be given to `wrap`.
#[derive(Clone, Debug)]
pub struct Gate {
    auth: Keyward,
    wanted: Option<Arc<Wanted>>,
}

/// Recognises whoever comes in, refuses cross-site requests that carry our
/// cookie, and adds the security headers that a reply does not have.
pub fn layer(auth: &Keyward) -> Gate {
    Gate { auth: auth.clone(), wanted: None }
}

/// Lets only those go on who hold a permission, or [`all`](crate::all) or
/// [`any`](crate::any) of some; a bare list means all. 401 for strangers, 403 for
/// others.
pub fn require(auth: &Keyward, permissions: impl Into<Required>) -> Gate {
    let wanted = Wanted::permissions(permissions.into());
    Gate { auth: auth.clone(), wanted: Some(wanted.into()) }
}

/// Lets only those go on who hold a role, assigned or inherited, or
/// [`all`](crate::all) or [`any`](crate::any) of some.
pub fn require_role(auth: &Keyward, roles: impl Into<Required>) -> Gate {
    Gate { auth: auth.clone(), wanted: Some(Wanted::roles(roles.into()).into()) }
}

impl Gate {
    async fn admit(&self, request: &ServiceRequest) -> Result<(), Fault> {
        let known = match recognise(&self.auth, request.request()).await {
            // Doors of ours recognise for themselves; an old cookie keeps nobody out.
            Err(_) if self.wanted.is_none() && self.auth.owns(request.path()) => None,
            other => other?,
        };
        match (&self.wanted, known) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Code::Unauthenticated.into()),
            (Some(wanted), Some(known)) => self.auth.admit_to(known.asker(), wanted),
        }
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
            let mut reply = match gate.admit(&request).await {
                Ok(()) => inner.call(request).await?.map_into_boxed_body(),
                Err(fault) => request.into_response(Rejection::new(&gate.auth, fault).reply()),
            };
            if gate.wanted.is_none() {
                gate.finish(&mut reply);
            }
            Ok(reply)
        })
    }
}
