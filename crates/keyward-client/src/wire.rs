//! Sending, with limits, and asking again where that changes nothing.

use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{sleep, timeout};

use crate::builder::Retries;
use crate::call::Asked;
use crate::client::Client;
use crate::connect::Connector;
use crate::error::{Error, Result};
use crate::problem::Problem;

/// Bytes of an answer's head.
const LARGEST_HEAD: usize = 64 * 1024;
/// Connections that are kept for the next question, and for how long.
const IDLE: (usize, Duration) = (32, Duration::from_secs(30));

/// What is waited for and read, at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) largest: usize,
    pub(crate) retries: Retries,
}

impl Default for Limits {
    fn default() -> Self {
        let timeout = Duration::from_secs(5);
        Self { timeout, largest: 32 * 1024 * 1024, retries: Retries::default() }
    }
}

/// The connections to a server.
pub(crate) struct Wire {
    http: legacy::Client<Connector, Full<Bytes>>,
    pub(crate) base: String,
    pub(crate) host: Option<HeaderValue>,
    limits: Limits,
}

/// An answer that was read to its end.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Why there is no answer.
enum Failure {
    /// It was certainly not sent.
    Unsent(Box<dyn std::error::Error + Send + Sync>),
    /// It may have been acted on.
    Broken(Box<dyn std::error::Error + Send + Sync>),
    /// The answer is larger than anything that is read.
    TooLarge,
}

impl Wire {
    pub(crate) fn new(
        connector: Connector,
        base: String,
        host: Option<HeaderValue>,
        limits: Limits,
    ) -> Self {
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(IDLE.0)
            .pool_idle_timeout(IDLE.1)
            .http1_max_buf_size(LARGEST_HEAD)
            .build(connector);
        Self { http, base, host, limits }
    }

    /// The whole body of a good answer.
    pub(crate) async fn whole(&self, client: &Client, asked: &Asked) -> Result<Bytes> {
        let request = asked.request(client, "application/json")?;
        let mut attempt = 0;
        loop {
            let answer = self.once(request.clone()).await;
            match self.pause(asked.safe, attempt, &answer) {
                Some(pause) => sleep(pause).await,
                None => return answer?.good(),
            }
            attempt += 1;
        }
    }

    /// A good answer that goes on for as long as somebody listens. Its head must come in
    /// time; the rest may take as long as nothing happens.
    pub(crate) async fn open(&self, client: &Client, asked: &Asked) -> Result<Incoming> {
        let request = asked.request(client, "text/event-stream")?;
        let head = timeout(self.limits.timeout, self.head(request)).await;
        let answer = head.unwrap_or_else(|slow| Err(Failure::Broken(slow.into())))?;
        if answer.status().is_success() {
            return Ok(answer.into_body());
        }
        let rest = timeout(self.limits.timeout, self.rest(answer)).await;
        let reply = rest.unwrap_or_else(|slow| Err(Failure::Broken(slow.into())))?;
        Err(reply.refusal())
    }

    async fn once(&self, request: Request<Full<Bytes>>) -> Result<Reply, Failure> {
        let whole = async { self.rest(self.head(request).await?).await };
        let answer = timeout(self.limits.timeout, whole).await;
        answer.unwrap_or_else(|slow| Err(Failure::Broken(slow.into())))
    }

    async fn head(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Failure> {
        self.http.request(request).await.map_err(|cause| {
            if cause.is_connect() {
                return Failure::Unsent(cause.into());
            }
            Failure::Broken(cause.into())
        })
    }

    async fn rest(&self, answer: Response<Incoming>) -> Result<Reply, Failure> {
        let (head, body) = answer.into_parts();
        if body.size_hint().lower() > self.limits.largest as u64 {
            return Err(Failure::TooLarge);
        }
        match Limited::new(body, self.limits.largest).collect().await {
            Ok(all) => {
                Ok(Reply { status: head.status, headers: head.headers, body: all.to_bytes() })
            }
            Err(cause) if cause.is::<LengthLimitError>() => Err(Failure::TooLarge),
            Err(cause) => Err(Failure::Broken(cause)),
        }
    }

    /// How long to wait before it is asked again; nothing if it is not.
    fn pause(&self, safe: bool, attempt: u32, answer: &Result<Reply, Failure>) -> Option<Duration> {
        let Retries { times, first, longest } = self.limits.retries;
        let may = match answer {
            Ok(reply) => safe && matches!(reply.status.as_u16(), 429 | 502 | 503 | 504),
            Err(Failure::Unsent(_)) => true,
            Err(Failure::Broken(_)) => safe,
            Err(Failure::TooLarge) => false,
        };
        if !may || attempt >= times {
            return None;
        }
        let said = answer.as_ref().ok().and_then(|reply| retry_after(&reply.headers));
        let said = said.unwrap_or_default();
        let own = first.saturating_mul(2u32.saturating_pow(attempt)).mul_f64(share());
        (said <= longest).then(|| own.max(said))
    }
}

impl Reply {
    fn good(self) -> Result<Bytes> {
        if self.status.is_success() { Ok(self.body) } else { Err(self.refusal()) }
    }

    /// What is no good answer. Redirects are not followed: they would carry the
    /// credentials along.
    fn refusal(self) -> Error {
        let wait = retry_after(&self.headers);
        let is_refusal = self.status.is_client_error() || self.status.is_server_error();
        let problem = Problem::read(self.status, &self.body, wait).filter(|_| is_refusal);
        problem.map_or_else(
            || Error::Unexpected(format!("{} without a code", self.status.as_u16())),
            |problem| Error::Problem(Box::new(problem)),
        )
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unsent(cause) | Failure::Broken(cause) => Self::Unreachable(cause),
            Failure::TooLarge => Self::Unexpected("more than is read of an answer".to_owned()),
        }
    }
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3). A date is not read: Keyward writes
/// none.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let is_fine = (1..10).contains(&said.len()) && said.bytes().all(|b| b.is_ascii_digit());
    said.parse().ok().filter(|_| is_fine).map(Duration::from_secs)
}

/// Between a half and one, so that many who wait do not come back at once.
fn share() -> f64 {
    let mut byte = [0];
    // Without randomness everybody waits as long, which is no harm to them.
    getrandom::fill(&mut byte).ok();
    0.5 + f64::from(byte[0]) / 512.0
}
