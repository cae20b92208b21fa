//! HTTP without a framework: a table of routes, and one way through it.

pub(crate) mod body;
mod body_parts;
pub(crate) mod brought;
pub(crate) mod caller;
mod client;
pub(crate) mod cookie;
pub(crate) mod cors;
pub(crate) mod csrf;
mod denied;
mod field_codes;
mod head;
pub(crate) mod headers;
pub(crate) mod host;
mod in_memory;
pub(crate) mod input;
pub(crate) mod key;
pub(crate) mod network;
pub(crate) mod problem;
pub(crate) mod reply;
mod request_ids;
mod router;
pub(crate) mod shape;
mod strict;
pub(crate) mod version;

use std::net::IpAddr;

use ::http::{Method, StatusCode, header};
use bytes::Bytes;
use keyward_core::Error;
use keyward_core::id::RequestId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::settings::Rate;
use keyward_core::time::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};

pub use body::Body;
pub(crate) use caller::Caller;
#[cfg(any(feature = "axum", feature = "actix", feature = "forward-auth"))]
pub(crate) use caller::Door;
pub use field_codes::field_codes;
pub(crate) use head::Head;
pub use problem::problem_codes;
pub(crate) use problem::{Code, Problem};
pub(crate) use request_ids::RequestIds;
pub(crate) use router::{Params, Router};

#[cfg(feature = "tickets")]
use crate::authn::ticket;
use crate::engine::Keyward;

/// A request with its body already read; at most [`MAX_BODY`] bytes, or where a
/// policy is sent, 512 KiB.
pub type Request = ::http::Request<Bytes>;
/// A reply.
pub type Reply = ::http::Response<Body>;

/// Largest request body.
pub const MAX_BODY: usize = 64 * 1024;
/// Largest request body that carries a whole text: twice as much as the text may
/// have, for what escapes take.
const MAX_TEXT_BODY: usize = 512 * 1024;

/// One route. There is no default guard: every route says who may come in,
/// and how often.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    /// Which verb.
    pub(crate) method: Method4,
    /// Path below the mount point; `{name}` stands for one part.
    pub(crate) path: &'static str,
    /// Who may come in.
    pub(crate) guard: Guard,
    /// How often from one address.
    pub(crate) limit: Limit,
    /// Bytes of a body, at most.
    pub(crate) body: usize,
    /// What happens then.
    pub(crate) handle: Handler,
    /// The body it takes, or for `GET` and `DELETE` the query.
    pub(crate) takes: Option<Shape>,
    /// The body of its success.
    pub(crate) gives: Option<Shape>,
}

/// Describes a type that is parsed or rendered.
pub(crate) type Shape = fn(&mut SchemaGenerator) -> Schema;

fn shape<T: JsonSchema>(from: &mut SchemaGenerator) -> Schema {
    from.subschema_for::<T>()
}

/// What a route does.
pub(crate) type Handler = for<'a> fn(Cx<'a>) -> Fut<'a, Result<Reply, Fault>>;

/// The verbs we answer.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Method4 {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method4 {
    /// How many there are.
    pub(crate) const COUNT: usize = 5;

    pub(crate) fn of(method: &Method) -> Option<Self> {
        match *method {
            Method::GET | Method::HEAD => Some(Self::Get),
            Method::POST => Some(Self::Post),
            Method::PUT => Some(Self::Put),
            Method::PATCH => Some(Self::Patch),
            Method::DELETE => Some(Self::Delete),
            _ => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may come in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Guard {
    /// Anyone.
    Anyone,
    /// Anyone, sent by a page elsewhere: cookies are not looked at, and the route does
    /// nothing but hand on what it is given.
    #[cfg_attr(not(feature = "oauth"), allow(dead_code, reason = "services alone ask so"))]
    FromElsewhere,
    /// A trusted proxy, which asks about a request of somebody else's.
    #[cfg_attr(not(feature = "forward-auth"), allow(dead_code, reason = "proxies alone ask so"))]
    Proxy,
    /// A program that shares a key with us: what it sends is sealed with it, or is not
    /// read. Nothing else that it brings is looked at.
    #[cfg_attr(not(feature = "authnzerver"), allow(dead_code, reason = "frontends alone ask so"))]
    SharedKey,
    /// Anyone signed in, even without the second factor that a role demands.
    Enrolling,
    /// Anyone signed in.
    SignedIn,
    /// Anyone signed in, or a program with an API key.
    Known,
    /// Anyone signed in, or a program with an API key, who holds this permission.
    Holding(&'static str),
}

/// How often from one address.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Limit {
    /// As often as they like: assets and probes.
    Free,
    /// Reads and small writes.
    Request,
    /// Attempts to prove something, and whatever sends a message.
    Attempt,
    /// What has to be drawn or spoken first.
    #[cfg(feature = "captcha")]
    Drawing,
}

/// Everything a route may use.
pub(crate) struct Cx<'a> {
    pub(crate) auth: &'a Keyward,
    pub(crate) request: &'a Request,
    pub(crate) params: Params,
    pub(crate) caller: Caller<'a>,
    pub(crate) id: RequestId,
    /// Where the request came from, if that is known.
    #[cfg_attr(
        not(feature = "forward-auth"),
        allow(dead_code, reason = "sites behind a proxy alone are asked about with it")
    )]
    pub(crate) address: Option<IpAddr>,
}

/// Why a route has no ordinary reply.
pub(crate) enum Fault {
    /// A decision.
    Refusal(Refusal),
    /// The request breaks a rule of the transport.
    Problem(Box<Problem>),
    /// Machinery.
    Error(Error),
}

impl Fault {
    /// What the client is told. Broken machinery is told to the operator.
    pub(crate) fn into_problem(self, id: RequestId) -> Problem {
        match self {
            Self::Problem(problem) => *problem,
            Self::Refusal(refusal) => Problem::of(refusal),
            // Too much to do is nothing to mend, and logging it would be more to do.
            Self::Error(error) if error.is_busy() => {
                tracing::debug!(?error, request = %id, "a request came too much");
                Problem::of_error(&error)
            }
            Self::Error(error) => {
                tracing::error!(?error, request = %id, "a request failed");
                Problem::of_error(&error)
            }
        }
    }
}

impl Cx<'_> {
    /// Counts this request as something else as well than its route says.
    #[cfg(feature = "tokens")]
    pub(crate) fn slow_down(&self, limit: Limit) -> Result<(), Fault> {
        self.auth.slow_down(limit, self.caller.client.address(), self.auth.now())
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Keyward {
    /// Answers one request. `peer` is the address of the other end of the
    /// connection; forwarded addresses count only from trusted proxies.
    pub async fn handle(&self, request: Request, peer: Option<IpAddr>) -> Reply {
        let now = self.now();
        let id = self.0.request_ids.mint(now);
        let page = reply::wants_page(&request);
        let path = request.uri().path();
        let cors = self.0.web.cors.as_ref().filter(|_| reply::is_for_programs(path));
        let asked = cors.and_then(|cors| cors.preflight(request.method(), request.headers()));
        let mut reply = match asked {
            Some(reply) => reply,
            None => match self.answer(&request, peer, id, now).await {
                Ok(reply) => reply,
                // In a box, so that every other request is small.
                Err(fault) if page => Box::pin(self.fault_page(fault, peer, id, &request)).await,
                Err(fault) => self.fault_reply(fault, id, &request),
            },
        };
        self.0.counters.replied(reply.status());
        self.shape(&request, &mut reply);
        if let Some(cors) = cors {
            cors.finish(request.headers(), reply.headers_mut());
        }
        let below = request.uri().path().strip_prefix(self.0.web.base.as_str());
        let at_site = below.is_some_and(is_at_site);
        headers::finish(reply.headers_mut(), id, self.is_https() && !at_site);
        if self.0.web.xss_header {
            headers::xss(reply.headers_mut());
        }
        headers::echo_id(&request, reply.headers_mut());
        if request.method() == Method::HEAD {
            *reply.body_mut() = Body::empty();
        }
        reply
    }

    /// Lets the app say a problem in its own words.
    fn shape(&self, request: &Request, reply: &mut Reply) {
        let Some(hook) = &self.0.hooks.on_error else { return };
        let Some(problem) = reply.extensions().get() else { return };
        let head = shape::head(request.method(), request.uri(), request.headers());
        if let Some(own) = shape::shaped(Some(hook), &head, problem, reply.headers()) {
            *reply = own.map(Body::Full);
        }
    }

    async fn answer(
        &self,
        request: &Request,
        peer: Option<IpAddr>,
        id: RequestId,
        now: Timestamp,
    ) -> Result<Reply, Fault> {
        let path = request.uri().path();
        let path = path.strip_prefix(self.0.web.base.as_str()).ok_or(Code::NotFound)?;
        let near = network::near(&self.0.web, request.headers(), peer);
        if !is_probe(path) && !is_at_site(path) && !is_sealed(path) {
            host::check(self, request)?;
            if near.is_plain && self.0.web.https_redirect && self.is_https() {
                return reply::to_https(self, request.uri());
            }
        }
        let (route, params) = self.0.router.find(request.method(), path)?;
        if route.guard == Guard::Proxy && !near.by_proxy {
            return Err(Code::ProxyUntrusted.into());
        }
        self.slow_down(route.limit, near.address, now)?;
        if request.body().len() > route.body {
            return Err(Code::PayloadTooLarge.into());
        }
        let caller = self.caller(request, near.address, route.guard, now).await?;
        let limits = caller.known.as_ref().and_then(|known| known.limits.clone());
        #[cfg(feature = "tickets")]
        let renewed = self.renewed_ticket(Head { address: near.address, ..request.into() }).await;
        let reply =
            (route.handle)(Cx { auth: self, request, params, caller, id, address: near.address })
                .await;
        #[cfg(feature = "tickets")]
        let reply = reply.map(|reply| ticket::renew(reply, renewed));
        reply.map(|mut reply| {
            limits.iter().for_each(|limits| limits.tell(reply.headers_mut()));
            reply
        })
    }

    /// Bytes of the body that this request may have.
    pub(crate) fn body_limit(&self, method: &Method, path: &str) -> usize {
        let below = path.strip_prefix(self.0.web.base.as_str());
        let route = below.and_then(|path| self.0.router.find(method, path).ok());
        route.map_or(MAX_BODY, |(route, _)| route.body)
    }

    pub(crate) fn slow_down(
        &self,
        limit: Limit,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let count = match limit {
            Limit::Free => return Ok(()),
            Limit::Request => self.0.web.requests_per_minute,
            Limit::Attempt => self.0.web.attempts_per_minute,
            // A picture and a recording for each attempt, and as many again.
            #[cfg(feature = "captcha")]
            Limit::Drawing => self.0.web.attempts_per_minute.saturating_mul(4),
        };
        let rate = Rate::new(count, std::time::Duration::from_secs(60));
        let taken = self.0.limiter.take(limit, address, rate, now);
        taken.map_err(|retry_after| Refusal::SlowDown { retry_after }.into())
    }

    async fn fault_page(
        &self,
        fault: Fault,
        peer: Option<IpAddr>,
        id: RequestId,
        request: &Request,
    ) -> Reply {
        let problem = fault.into_problem(id);
        // Whoever acts as somebody else is told so here as well, if it can be known;
        // nobody else is asked again who they are.
        let acting = cookie::find(self, request.headers(), cookie::IMPERSONATE);
        let caller = match acting {
            Ok(Some(_)) => {
                let near = network::near(&self.0.web, request.headers(), peer);
                self.caller(request, near.address, Guard::Anyone, self.now()).await.ok()
            }
            _ => None,
        };
        let entry = caller.filter(|caller| caller.by_cookie).and_then(|c| c.known);
        let entry = entry.as_ref().map(|known| &*known.entry);
        crate::pages::error_page(self, request, entry, &problem, id)
    }

    fn fault_reply(&self, fault: Fault, id: RequestId, request: &Request) -> Reply {
        let mut problem = fault.into_problem(id);
        // The dialogue of a browser must not open for what a script of a page asks.
        if !reply::is_script(request) {
            self.challenge(&mut problem);
        }
        problem.reply(id)
    }

    /// A fault of a door of the app's as a problem.
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn problem(&self, fault: Fault, id: RequestId) -> Problem {
        let mut problem = fault.into_problem(id);
        self.challenge(&mut problem);
        problem
    }

    /// Asks for name and password as well, where they would do.
    fn challenge(&self, problem: &mut Problem) {
        if problem.code.asks_who() {
            problem.challenge = self.0.authenticators.challenge();
        }
    }

    /// Whether a path is one of ours.
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn owns(&self, path: &str) -> bool {
        let below = path.strip_prefix(self.0.web.base.as_str());
        below.is_some_and(|path| self.0.router.knows(path))
    }
}

/// Orchestrators ask these by address and without TLS; the answer is one word.
fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

/// What programs ask that share a key: by whatever name they know this machine, nobody
/// else reads it.
fn is_sealed(path: &str) -> bool {
    path == "/compat/authnzerver"
}

/// What is asked under the name of a site behind a proxy: whose names those are is
/// looked at there, and how it is reached is the site's business.
#[cfg(feature = "forward-auth")]
fn is_at_site(path: &str) -> bool {
    path == "/api/v1/verify"
        || path.starts_with("/api/v1/verify/")
        || path.starts_with("/.keyward/")
}

/// No site is behind a proxy.
#[cfg(not(feature = "forward-auth"))]
fn is_at_site(_: &str) -> bool {
    false
}

impl Route {
    /// A route that is read from: `GET`, and with it `HEAD`.
    pub(crate) const fn get(path: &'static str, guard: Guard, handle: Handler) -> Self {
        Self {
            method: Method4::Get,
            path,
            guard,
            limit: Limit::Request,
            body: MAX_BODY,
            handle,
            takes: None,
            gives: None,
        }
    }

    /// A route that is written to.
    pub(crate) const fn post(path: &'static str, guard: Guard, handle: Handler) -> Self {
        Self {
            method: Method4::Post,
            path,
            guard,
            limit: Limit::Request,
            body: MAX_BODY,
            handle,
            takes: None,
            gives: None,
        }
    }

    /// With another verb.
    pub(crate) const fn by(mut self, method: Method4) -> Self {
        self.method = method;
        self
    }

    /// With a body, or for `GET` and `DELETE` a query, of this type.
    pub(crate) const fn takes<T: JsonSchema>(mut self) -> Self {
        self.takes = Some(shape::<T>);
        self
    }

    /// With a success of this type.
    pub(crate) const fn gives<T: JsonSchema>(mut self) -> Self {
        self.gives = Some(shape::<T>);
        self
    }

    /// With a body that carries a whole text.
    pub(crate) const fn with_text(mut self) -> Self {
        self.body = MAX_TEXT_BODY;
        self
    }

    /// With another limit.
    pub(crate) const fn at(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }
}

/// `204 No Content`.
pub(crate) fn no_content() -> Reply {
    let mut reply = Reply::new(Body::empty());
    *reply.status_mut() = StatusCode::NO_CONTENT;
    reply
}

/// The value of a header that may occur once at most.
pub(crate) fn single<'a>(
    headers: &'a ::http::HeaderMap,
    name: &header::HeaderName,
) -> Result<Option<&'a str>, Fault> {
    let mut all = headers.get_all(name).iter();
    let first = all.next();
    if all.next().is_some() {
        return Err(Problem::new(Code::BadRequest).detail("a header occurs twice").into());
    }
    match first {
        None => Ok(None),
        Some(value) => match value.to_str() {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Problem::new(Code::BadRequest).detail("a header is not ASCII").into()),
        },
    }
}
