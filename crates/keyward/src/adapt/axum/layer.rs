//! Layers: who came in, for every route; and who may go on, for some.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::axum::body::Body;
use ::axum::extract::Request;
#[cfg(feature = "tickets")]
use ::axum::http::request::Parts;
use ::axum::response::Response;
use tower_layer::Layer;
use tower_service::Service;

#[cfg(feature = "tickets")]
use super::extract::head;
use super::extract::{peer, recognise, refusal};
use crate::adapt::around::Around;
use crate::engine::Keyward;
use crate::http::Code;
use crate::required::{Required, Wanted};
use crate::serve::body::ReplyBody;

/// Recognises whoever comes in, refuses cross-site requests that carry our
/// cookie, and adds the security headers that a reply does not have.
#[derive(Clone, Debug)]
pub struct AuthLayer(Keyward);

/// Lets only those go on who hold a permission or a role.
#[derive(Clone, Debug)]
pub struct RequireLayer {
    auth: Keyward,
    wanted: Arc<Wanted>,
}

impl Keyward {
    /// The layer that [`serve`](Self::serve) puts around an app.
    pub fn layer(&self) -> AuthLayer {
        AuthLayer(self.clone())
    }

    /// A layer that asks for a permission, or for [`all`](crate::all) or
    /// [`any`](crate::any) of some; a bare list means all. 401 for strangers, 403
    /// for others.
    pub fn require(&self, permissions: impl Into<Required>) -> RequireLayer {
        let wanted = Wanted::permissions(permissions.into()).into();
        RequireLayer { auth: self.clone(), wanted }
    }

    /// A layer that asks for a role, assigned or inherited, or for
    /// [`all`](crate::all) or [`any`](crate::any) of some. Ask for permissions
    /// where you can: roles change more often than what they are for.
    pub fn require_role(&self, roles: impl Into<Required>) -> RequireLayer {
        RequireLayer { auth: self.clone(), wanted: Wanted::roles(roles.into()).into() }
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService { auth: self.0.clone(), inner }
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = RequireService<S>;

    fn layer(&self, inner: S) -> RequireService<S> {
        RequireService { guard: self.clone(), inner }
    }
}

/// What [`AuthLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct AuthService<S> {
    auth: Keyward,
    inner: S,
}

/// What [`RequireLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct RequireService<S> {
    guard: RequireLayer,
    inner: S,
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl<S> Service<Request> for AuthService<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Answer {
        let auth = self.auth.clone();
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let id = auth.0.request_ids.mint(auth.now());
            let peer = peer(&parts);
            let seen = (&parts.method, &parts.uri, &parts.headers);
            let mut around = Around::of(&auth, seen, peer);
            // Routes of ours recognise for themselves, once.
            let mut limits = None;
            let known = match (around.early(), auth.owns(parts.uri.path())) {
                (Some(early), _) => early.map(Some),
                (None, true) => Ok(None),
                (None, false) => recognise(&auth, &mut parts).await.map(|known| {
                    limits = known.and_then(|known| known.limits);
                    None
                }),
            };
            #[cfg(feature = "tickets")]
            let renewed = renewed(&auth, &parts).await;
            let mut reply = match known {
                Err(fault) => refusal(&auth, fault),
                Ok(Some(early)) => early.map(|body| Body::new(ReplyBody::from(body))),
                Ok(None) => inner.call(Request::from_parts(parts, body)).await?,
            };
            #[cfg(feature = "tickets")]
            {
                reply = crate::authn::ticket::renew(reply, renewed);
            }
            let problem = reply.extensions().get();
            let own = problem.and_then(|it| around.shaped(&auth, it, reply.headers()));
            if let Some(own) = own {
                reply = own.map(Body::from);
            }
            limits.iter().for_each(|limits| limits.tell(reply.headers_mut()));
            around.finish(&auth, reply.headers_mut(), id);
            Ok(reply)
        })
    }
}

/// The ticket that takes the place of the one that came in, at a door of the app's.
#[cfg(feature = "tickets")]
async fn renewed(auth: &Keyward, parts: &Parts) -> Option<crate::authn::ticket::Renewed> {
    match auth.owns(parts.uri.path()) {
        true => None,
        false => auth.renewed_ticket(head(auth, parts)).await,
    }
}

impl<S> Service<Request> for RequireService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let RequireLayer { auth, wanted } = self.guard.clone();
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let admitted = match recognise(&auth, &mut parts).await {
                Ok(Some(known)) => auth.admit_to(known.asker(), &wanted),
                Ok(None) => Err(Code::Unauthenticated.into()),
                Err(fault) => Err(fault),
            };
            match admitted {
                Ok(()) => inner.call(Request::from_parts(parts, body)).await,
                Err(fault) => Ok(refusal(&auth, fault)),
            }
        })
    }
}
