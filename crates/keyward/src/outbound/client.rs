//! The client that is used unless an app plugs its own: HTTP/1.1, one
//! connection for each request, no memory of earlier ones.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::http::header::{CONNECTION, HOST, USER_AGENT};
use ::http::uri::{Authority, Scheme};
use ::http::{HeaderValue, Request, Response, Uri};
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use keyward_core::Error;
use keyward_core::port::Fut;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::Allowed;
use super::{HttpClient, OutboundError, tls};
use crate::http::network::Network;

/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;
/// Bytes of a response's head.
const MAX_HEAD: usize = 64 * 1024;

/// How careful to be. The defaults suit everything that Keyward asks.
#[derive(Clone, Debug)]
pub struct OutboundOptions {
    /// Time to resolve the name, connect and agree on TLS.
    pub connect_timeout: Duration,
    /// Time for everything, to the last byte of the response.
    pub timeout: Duration,
    /// Bytes of a response's body that are read.
    pub max_body: usize,
    /// Certificate authorities (PEM) to trust beside the public ones.
    pub root_certificates: Option<PathBuf>,
    /// Networks that may be asked although they are not public: `10.0.0.0/8`,
    /// `127.0.0.1`. Loopback addresses named here may be asked without TLS.
    pub allow: Vec<String>,
}

impl Default for OutboundOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            max_body: 1024 * 1024,
            root_certificates: None,
            allow: vec![],
        }
    }
}

/// Sends requests by HTTP/1.1 over TLS, to public addresses only, each over a
/// connection of its own to an address that was judged after it was resolved.
/// Redirects are answers like any other.
pub struct Outbound {
    connect_timeout: Duration,
    timeout: Duration,
    max_body: usize,
    allowed: Allowed,
    tls: TlsConnector,
    resolver: Arc<dyn Resolver>,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// Tells the addresses of a name.
pub(super) trait Resolver: Send + Sync {
    fn resolve<'a>(&'a self, host: &'a str, port: u16)
    -> Fut<'a, std::io::Result<Vec<SocketAddr>>>;
}

/// The operating system's.
struct System;

impl Resolver for System {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> Fut<'a, std::io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

impl Outbound {
    /// Understands the options; connects when the first request is sent.
    ///
    /// # Errors
    /// A network or the certificate authorities cannot be read.
    pub fn new(options: &OutboundOptions) -> Result<Self, Error> {
        Self::resolving(options, Arc::new(System))
    }

    pub(super) fn resolving(
        options: &OutboundOptions,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, Error> {
        let networks = options.allow.iter().map(|text| {
            let bad = || Error::because("read the allowed networks", format!("`{text}`"));
            Network::parse(text).ok_or_else(bad)
        });
        Ok(Self {
            connect_timeout: options.connect_timeout,
            timeout: options.timeout,
            max_body: options.max_body,
            allowed: Allowed(networks.collect::<Result<_, _>>()?),
            tls: tls::connector(options.root_certificates.as_deref())?,
            resolver,
        })
    }

    async fn exchange(
        &self,
        target: &Target,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, OutboundError> {
        let connecting = timeout(self.connect_timeout, self.connect(target));
        let tcp = connecting.await.map_err(|_| target.too_slow())??;
        let Some(name) = target.server_name.clone() else {
            return self.talk(target, tcp, request).await;
        };
        let agreeing = timeout(self.connect_timeout, self.tls.connect(name, tcp));
        let stream = agreeing.await.map_err(|_| target.too_slow())?;
        let stream = stream.map_err(|cause| target.unreachable("agree on TLS", cause))?;
        self.talk(target, stream, request).await
    }

    /// Connects to the first address that may be asked and answers.
    async fn connect(&self, target: &Target) -> Result<TcpStream, OutboundError> {
        let found = self.resolver.resolve(&target.host, target.port).await;
        let found = found.map_err(|cause| target.unreachable("resolve the name", cause))?;
        let clear = target.server_name.is_none();
        let may = found.iter().filter(|address| self.allowed.may(address.ip(), clear));
        let may: Vec<SocketAddr> = may.copied().take(MOST_ADDRESSES).collect();
        let each = self.connect_timeout / u32::try_from(may.len().max(1)).unwrap_or(1);
        let mut failed = None;
        for address in may {
            match timeout(each, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(cause)) => failed = Some(target.unreachable("connect", cause)),
                Err(_) => failed = Some(target.too_slow()),
            }
        }
        Err(failed.unwrap_or(OutboundError::Refused {
            why: "its address is not a public one, nor one that is allowed",
        }))
    }

    async fn talk(
        &self,
        target: &Target,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, OutboundError> {
        let mut http = http1::Builder::new();
        let shaking = http.max_buf_size(MAX_HEAD).handshake(TokioIo::new(stream));
        let (mut sender, connection) = shaking.await.map_err(|cause| target.broken(cause))?;
        let answering = async {
            let response = sender.send_request(request).await;
            self.whole(target, response.map_err(|cause| target.broken(cause))?).await
        };
        // The connection only moves bytes: what goes wrong with it is told to
        // whoever waits for the response.
        let moving = async {
            drop(connection.await);
            std::future::pending::<std::convert::Infallible>().await
        };
        tokio::select! {
            answer = answering => answer,
            never = moving => match never {},
        }
    }

    async fn whole(
        &self,
        target: &Target,
        response: Response<Incoming>,
    ) -> Result<Response<Bytes>, OutboundError> {
        let (head, body) = response.into_parts();
        if body.size_hint().lower() > self.max_body as u64 {
            return Err(target.too_large());
        }
        match Limited::new(body, self.max_body).collect().await {
            Ok(all) => Ok(Response::from_parts(head, all.to_bytes())),
            Err(cause) if cause.is::<LengthLimitError>() => Err(target.too_large()),
            Err(cause) => Err(target.broken(cause)),
        }
    }
}

impl HttpClient for Outbound {
    fn send(&self, request: Request<Bytes>) -> Fut<'_, Result<Response<Bytes>, OutboundError>> {
        Box::pin(async move {
            let target = Target::of(request.uri())?;
            let request = addressed(request, &target);
            let whole = timeout(self.timeout, self.exchange(&target, request));
            whole.await.unwrap_or_else(|_| Err(target.too_slow()))
        })
    }
}

/// Where a request goes.
struct Target {
    host: String,
    port: u16,
    authority: Authority,
    /// Whose certificate is wanted; `None` in the clear.
    server_name: Option<ServerName<'static>>,
}

impl Target {
    fn of(uri: &Uri) -> Result<Self, OutboundError> {
        let refused = |why| OutboundError::Refused { why };
        let authority = uri.authority().ok_or(refused("it names no host"))?.clone();
        if authority.as_str().contains('@') {
            return Err(refused("it holds a user or a password"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let (server_name, usual) = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => {
                let name = ServerName::try_from(host.clone());
                (Some(name.map_err(|_| refused("its host is no name"))?), 443)
            }
            Some(scheme) if *scheme == Scheme::HTTP => (None, 80),
            _ => return Err(refused("it is neither https nor http")),
        };
        let port = authority.port_u16();
        // What stands behind the host must be a port that can be read.
        if port.is_none() && !authority.as_str().ends_with(authority.host()) {
            return Err(refused("its port cannot be read"));
        }
        Ok(Self { host, port: port.unwrap_or(usual), authority, server_name })
    }

    fn unreachable(&self, step: &'static str, cause: std::io::Error) -> OutboundError {
        OutboundError::Unreachable { host: self.host.clone(), cause: Error::because(step, cause) }
    }

    fn broken(&self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OutboundError {
        let cause = Error::because("read the response", cause);
        OutboundError::Broken { host: self.host.clone(), cause }
    }

    fn too_slow(&self) -> OutboundError {
        OutboundError::TooSlow { host: self.host.clone() }
    }

    fn too_large(&self) -> OutboundError {
        OutboundError::TooLarge { host: self.host.clone() }
    }
}

/// The request as it goes over the wire: origin form, `Host`, one request only.
fn addressed(request: Request<Bytes>, target: &Target) -> Request<Full<Bytes>> {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = path.parse().unwrap_or_else(|_| Uri::from_static("/"));
    if let Ok(host) = HeaderValue::from_str(target.authority.as_str()) {
        head.headers.insert(HOST, host);
    }
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    head.headers.entry(USER_AGENT).or_insert(HeaderValue::from_static("keyward"));
    Request::from_parts(head, Full::new(body))
}
