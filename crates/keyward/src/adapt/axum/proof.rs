//! A layer that lets only those go on who bring a proof with their request: a captcha
//! that they solved, or a code that was sent to them.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::axum::extract::Request;
use ::axum::http::request::Parts;
use ::axum::response::Response;
use tower_layer::Layer;
use tower_service::Service;

use super::extract::{recognise, refusal};
use crate::engine::Keyward;
use crate::http::Fault;

/// Lets only those go on who bring a proof.
#[derive(Clone, Debug)]
pub struct ProofLayer {
    auth: Keyward,
    wanted: Proof,
}

#[derive(Clone, Debug)]
enum Proof {
    #[cfg(feature = "captcha")]
    Captcha,
    Code(Arc<str>),
}

impl Keyward {
    /// A layer that asks for a captcha with each request, in the header
    /// `Keyward-Captcha: TOKEN ANSWER`; one of the purpose `app`, which is spent by it.
    /// 403 `captcha_required` without one.
    #[cfg(feature = "captcha")]
    pub fn require_captcha(&self) -> ProofLayer {
        ProofLayer { auth: self.clone(), wanted: Proof::Captcha }
    }

    /// A layer that asks whoever is signed in for a code that was sent to them for this
    /// purpose ([`send_verification`](Self::send_verification)), in the header
    /// `Keyward-Verification: FLOW CODE`; it is spent by it. 403
    /// `verification_required` without one.
    pub fn require_verification(&self, purpose: &str) -> ProofLayer {
        ProofLayer { auth: self.clone(), wanted: Proof::Code(purpose.into()) }
    }
}

impl ProofLayer {
    async fn admit(&self, parts: &mut Parts) -> Result<(), Fault> {
        match &self.wanted {
            #[cfg(feature = "captcha")]
            Proof::Captcha => super::extract::solved(&self.auth, parts).await.map(drop),
            Proof::Code(purpose) => {
                let known = recognise(&self.auth, parts).await?;
                self.auth.verified_by(known.as_ref(), &parts.headers, purpose).await
            }
        }
    }
}

impl<S> Layer<S> for ProofLayer {
    type Service = ProofService<S>;

    fn layer(&self, inner: S) -> ProofService<S> {
        ProofService { guard: self.clone(), inner }
    }
}

/// What [`ProofLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct ProofService<S> {
    guard: ProofLayer,
    inner: S,
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl<S> Service<Request> for ProofService<S>
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
        let guard = self.guard.clone();
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match guard.admit(&mut parts).await {
                Ok(()) => inner.call(Request::from_parts(parts, body)).await,
                Err(fault) => Ok(refusal(&guard.auth, fault)),
            }
        })
    }
}
