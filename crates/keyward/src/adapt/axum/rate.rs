//! A layer that lets only so many requests through in a time.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::axum::extract::Request;
use ::axum::http::request::Parts;
use ::axum::response::Response;
use keyward_core::limit::Allowance;
use tower_layer::Layer;
use tower_service::Service;

use super::extract::{peer, recognise, refusal};
use crate::engine::Keyward;
use crate::http::Fault;
use crate::rate_limit::{RateLimit, refused};

/// Lets only so many requests through in a time.
#[derive(Clone, Debug)]
pub struct RateLimitLayer {
    auth: Keyward,
    limit: Arc<RateLimit>,
}

impl Keyward {
    /// A layer that lets only so many requests through: 429 `rate_limited` with
    /// `Retry-After` for those that are too many, 503 where it cannot be told. Answers say
    /// what is left (`RateLimit`, `RateLimit-Policy`).
    pub fn rate_limit(&self, limit: RateLimit) -> RateLimitLayer {
        RateLimitLayer { auth: self.clone(), limit: Arc::new(limit) }
    }
}

impl RateLimitLayer {
    async fn take(&self, parts: &mut Parts) -> Result<Allowance, Fault> {
        let known = recognise(&self.auth, parts).await?;
        let address = self.auth.client_address(&parts.headers, peer(parts));
        Ok(self.auth.take_unit(&self.limit, known.as_ref(), address).await?)
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimitService<S>;

    fn layer(&self, inner: S) -> RateLimitService<S> {
        RateLimitService { guard: self.clone(), inner }
    }
}

/// What [`RateLimitLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct RateLimitService<S> {
    guard: RateLimitLayer,
    inner: S,
}

impl<S> Service<Request> for RateLimitService<S>
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
        let guard = self.guard.clone();
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let left = match guard.take(&mut parts).await {
                Ok(left) => left,
                Err(fault) => return Ok(refusal(&guard.auth, fault)),
            };
            let mut reply = match refused(&left) {
                Some(fault) => refusal(&guard.auth, fault),
                None => inner.call(Request::from_parts(parts, body)).await?,
            };
            guard.limit.tell(&left, reply.headers_mut());
            Ok(reply)
        })
    }
}
