//! Requests to other services, as careful as requests from strangers.
//!
//! Whoever can name a URL that a server fetches can make it reach into its own
//! network. So an address is judged after the name was resolved, and the
//! connection goes to the address that was judged; nothing is redirected; time
//! and size are bounded; certificates are verified.

mod address;
mod client;
mod tls;

#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;
use keyward_core::Error;
use keyward_core::port::Fut;

pub use client::{Outbound, OutboundOptions};

/// Sends requests to other services. Plug your own to go through a proxy, to
/// count, or to answer in tests.
///
/// An implementation must not follow redirects, must bound time and size, and
/// must verify certificates: whatever it answers is believed.
pub trait HttpClient: fmt::Debug + Send + Sync + 'static {
    /// Sends `request`, whose URI is absolute, and answers with the whole
    /// response, whatever its status.
    ///
    /// # Errors
    /// There is no response: see [`OutboundError`].
    fn send(
        &self,
        request: ::http::Request<Bytes>,
    ) -> Fut<'_, Result<::http::Response<Bytes>, OutboundError>>;
}

/// Why there is no response. Says nothing of the URL beyond its host, since
/// URLs may hold secrets.
#[derive(Debug)]
pub enum OutboundError {
    /// This URL may not be asked: asking again is no use.
    Refused {
        /// What is wrong with it.
        why: &'static str,
    },
    /// Nobody there, or nobody with a certificate that can be trusted.
    Unreachable {
        /// The host of the URL.
        host: String,
        /// What happened.
        cause: Error,
    },
    /// It took too long; the request may have been acted on.
    TooSlow {
        /// The host of the URL.
        host: String,
    },
    /// The response has more bytes than are read.
    TooLarge {
        /// The host of the URL.
        host: String,
    },
    /// The conversation broke off; the request may have been acted on.
    Broken {
        /// The host of the URL.
        host: String,
        /// What happened.
        cause: Error,
    },
}

impl fmt::Display for OutboundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { why } => write!(f, "this URL may not be asked: {why}"),
            Self::Unreachable { host, cause } => write!(f, "`{host}` cannot be reached: {cause}"),
            Self::TooSlow { host } => write!(f, "`{host}` took too long"),
            Self::TooLarge { host } => write!(f, "`{host}` answered with too much"),
            Self::Broken { host, cause } => write!(f, "`{host}` broke off: {cause}"),
        }
    }
}

impl std::error::Error for OutboundError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreachable { cause, .. } | Self::Broken { cause, .. } => Some(cause),
            Self::Refused { .. } | Self::TooSlow { .. } | Self::TooLarge { .. } => None,
        }
    }
}
