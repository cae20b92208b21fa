//! Listening: HTTP/1 and HTTP/2 with the limits that a public port needs.

pub mod body;
mod head_timer;
#[cfg(feature = "tls")]
pub mod tls;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ::http::Response;
use body::ReplyBody;
use bytes::Bytes;
use head_timer::HeadTimer;
use http_body_util::{BodyExt as _, Limited};
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use keyward_core::Error;
use keyward_core::port::Fut;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::engine::Keyward;
use crate::http::{Code, Problem};

/// Connections at one time.
const MAX_CONNECTIONS: usize = 20_000;
/// Time to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Time to send the body of a request.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Bytes of a body that is too large which are still taken.
const DRAINED: usize = 4 * 1024 * 1024;
/// Time in which they are.
const DRAIN_BODY_TIME: Duration = Duration::from_secs(2);
/// Time to finish what was begun when stopping.
const DRAIN_TIME: Duration = Duration::from_secs(10);

impl Keyward {
    /// Answers a request whose body is still on its way.
    pub async fn receive<B>(
        &self,
        request: ::http::Request<B>,
        peer: Option<IpAddr>,
    ) -> Response<ReplyBody>
    where
        B: http_body::Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let bytes = if body.is_end_stream() {
            Ok(Bytes::new())
        } else {
            read(body, self.body_limit(&head.method, head.uri.path())).await
        };
        match bytes {
            Ok(bytes) => self
                .handle(::http::Request::from_parts(head, bytes), peer)
                .await
                .map(ReplyBody::from),
            Err(code) => self.refuse(code),
        }
    }

    pub(crate) fn refuse(&self, code: Code) -> Response<ReplyBody> {
        let id = self.0.request_ids.mint(self.now());
        Problem::new(code).reply(id).map(ReplyBody::from)
    }
}

async fn read<B>(body: B, most: usize) -> Result<Bytes, Code>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut body = std::pin::pin!(body);
    if body.size_hint().lower() > most as u64 {
        drain(body).await;
        return Err(Code::PayloadTooLarge);
    }
    let whole = Limited::new(body.as_mut(), most).collect();
    match tokio::time::timeout(BODY_TIME, whole).await {
        Err(_) => Err(Code::BadRequest),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            drain(body).await;
            Err(Code::PayloadTooLarge)
        }
        Ok(Err(_)) => Err(Code::BadRequest),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
    }
}

/// Takes what still comes, within reason, so that a client that only listens
/// when it has said everything hears the answer.
async fn drain<B>(mut body: std::pin::Pin<&mut B>)
where
    B: http_body::Body<Data = Bytes>,
{
    let mut left = DRAINED;
    let take = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(1, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    tokio::time::timeout(DRAIN_BODY_TIME, take).await.ok();
}

/// A listener that is bound, and how it ends.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    graceful: GracefulShutdown,
}

impl Listening {
    /// Binds `address`: `localhost:3000`, `0.0.0.0:8080`, `127.0.0.1:0`.
    pub async fn bind(address: &str) -> Result<Self, Error> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|cause| Error::because("listen on the address", cause))?;
        Ok(Self {
            listener,
            slots: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            graceful: GracefulShutdown::new(),
        })
    }

    /// What it is bound to.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        self.listener.local_addr().map_err(|cause| Error::because("read the address", cause))
    }

    /// Serves until `stop`, then finishes what was begun.
    ///
    /// It is boxed so that all of it is compiled with this crate, for speed, however
    /// the crate that calls it is compiled.
    pub fn run(self, auth: Keyward, stop: CancellationToken) -> Fut<'static, ()> {
        Box::pin(self.run_by(auth, Plain, stop))
    }

    /// The same with TLS.
    #[cfg(feature = "tls")]
    pub fn run_tls(
        self,
        auth: Keyward,
        tls: tls::Tls,
        stop: CancellationToken,
    ) -> Fut<'static, ()> {
        Box::pin(self.run_by(auth, tls, stop))
    }

    async fn run_by<A: Acceptor>(self, auth: Keyward, acceptor: A, stop: CancellationToken) {
        let handler = move |request, peer: SocketAddr| {
            let auth = auth.clone();
            async move { auth.receive(request, Some(peer.ip())).await }
        };
        self.run_with(handler, acceptor, stop).await;
    }

    /// Like [`run`](Self::run), with an acceptor and a handler of the caller's.
    pub async fn run_with<A, H, F, B>(self, handler: H, acceptor: A, stop: CancellationToken)
    where
        A: Acceptor,
        H: Fn(::http::Request<hyper::body::Incoming>, SocketAddr) -> F
            + Clone
            + Send
            + Sync
            + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let builder = builder();
        loop {
            let slot = tokio::select! {
                () = stop.cancelled() => break,
                slot = Arc::clone(&self.slots).acquire_owned() => slot,
            };
            let (stream, peer) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors: others must end first.
                        tracing::warn!(%error, "could not accept a connection");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            stream.set_nodelay(true).ok();
            let (handler, acceptor) = (handler.clone(), acceptor.clone());
            let mut builder = builder.clone();
            builder.http1().timer(HeadTimer::default());
            let watcher = self.graceful.watcher();
            tokio::spawn(async move {
                let _slot = slot;
                let accepted = tokio::time::timeout(HEAD_TIME, acceptor.accept(stream)).await;
                let Ok(Ok(stream)) = accepted else { return };
                let service = Peered { handler, peer };
                let connection = builder.serve_connection(TokioIo::new(stream), service);
                watcher.watch(connection.into_owned()).await.ok();
            });
        }
        drop(self.listener);
        tokio::time::timeout(DRAIN_TIME, self.graceful.shutdown()).await.ok();
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().header_read_timeout(HEAD_TIME).max_buf_size(32 * 1024).keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(16 * 1024)
        .keep_alive_interval(Duration::from_secs(30));
    builder
}

/// A handler that knows the other end.
struct Peered<H> {
    handler: H,
    peer: SocketAddr,
}

impl<H, F, B> Service<::http::Request<hyper::body::Incoming>> for Peered<H>
where
    H: Fn(::http::Request<hyper::body::Incoming>, SocketAddr) -> F,
    F: Future<Output = Response<B>> + Send + 'static,
{
    type Response = Response<B>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response<B>, Infallible>> + Send>>;

    fn call(&self, request: ::http::Request<hyper::body::Incoming>) -> Self::Future {
        let answer = (self.handler)(request, self.peer);
        Box::pin(async move { Ok(answer.await) })
    }
}

/// Turns a connection into one that can be read: plain, or TLS.
pub trait Acceptor: Clone + Send + Sync + 'static {
    /// What it becomes.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    /// Turns it.
    fn accept(
        &self,
        stream: tokio::net::TcpStream,
    ) -> impl Future<Output = std::io::Result<Self::Stream>> + Send;
}

/// No TLS.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Acceptor for Plain {
    type Stream = tokio::net::TcpStream;

    async fn accept(&self, stream: tokio::net::TcpStream) -> std::io::Result<Self::Stream> {
        Ok(stream)
    }
}

/// Ends when the process is asked to stop: `SIGINT` or `SIGTERM`. Listens from
/// the call on, not from the first poll: nothing that comes in between is lost.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let asked = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        async move {
            match asked {
                (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                },
                (Ok(mut one), _) | (_, Ok(mut one)) => {
                    one.recv().await;
                }
                // Without handlers the signals end the process themselves.
                _ => std::future::pending().await,
            }
        }
    }
    #[cfg(not(unix))]
    async {
        tokio::signal::ctrl_c().await.ok();
    }
}
