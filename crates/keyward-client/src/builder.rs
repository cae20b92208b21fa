//! How a client is made.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Uri};

use crate::client::Client;
use crate::connect::Connector;
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::origin::Origin;
use crate::wire::{Limits, Wire};

/// How often something is asked again. Only what changes nothing is, once it was sent;
/// anything is, when it certainly was not sent.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// Times that it is asked again, at most.
    pub times: u32,
    /// The first wait; each further one is twice as long.
    pub first: Duration,
    /// A `Retry-After` of more is told at once and not waited for.
    pub longest: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        let first = Duration::from_millis(100);
        Self { times: 2, first, longest: Duration::from_secs(5) }
    }
}

/// Makes a [`Client`].
#[derive(Clone, Debug)]
pub struct Builder {
    url: String,
    host: Option<String>,
    credentials: Credentials,
    limits: Limits,
    plaintext: bool,
    roots: Vec<Vec<u8>>,
}

impl Builder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            host: None,
            credentials: Credentials::nobody(),
            limits: Limits::default(),
            plaintext: false,
            roots: vec![],
        }
    }

    /// Who asks. Nobody, unless this is said.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The server's public name, where it is not the one in the address: it answers to
    /// no other.
    pub fn host(mut self, name: &str) -> Self {
        self.host = Some(name.to_owned());
        self
    }

    /// For each attempt, from the connection to the last byte; five seconds, unless this
    /// is said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How often something is asked again.
    pub fn retries(mut self, retries: Retries) -> Self {
        self.limits.retries = retries;
        self
    }

    /// Bytes of an answer that are read, at most: 32 MiB, unless this is said. All that is
    /// known of somebody is the largest answer that there is.
    pub fn largest(mut self, bytes: usize) -> Self {
        self.limits.largest = bytes;
        self
    }

    /// The network beyond this machine is trusted: `http` will do.
    pub fn plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// Certificate authorities (PEM) to trust beside those that browsers trust.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// The client. Nothing is asked yet.
    ///
    /// # Errors
    /// The address is none, or is of plain HTTP beyond this machine: whoever reads along
    /// would have every session.
    pub fn build(self) -> Result<Client> {
        let base = checked(&self.url, self.plaintext)?;
        let bad = |_| Error::Misuse("the server's name cannot be one".to_owned());
        let host = self.host.as_deref().map(HeaderValue::from_str).transpose().map_err(bad)?;
        let wire = Wire::new(Connector::trusting(&self.roots)?, base, host, self.limits);
        let wire = Arc::new(wire);
        Ok(Client { wire, credentials: self.credentials, origin: Origin::default() })
    }
}

/// The address without a slash at its end.
fn checked(url: &str, plaintext: bool) -> Result<String> {
    let bad = |why: &str| Error::Misuse(format!("the address of the server: {why}"));
    let uri: Uri = url.parse().map_err(|_| bad("it is none"))?;
    let authority = uri.authority().ok_or_else(|| bad("it names no host"))?;
    if authority.as_str().contains('@') {
        return Err(bad("there is a name or a password in it"));
    }
    // What stands behind the host must be a port that can be read.
    let has_port = authority.port_u16().is_some();
    if authority.host().is_empty() || !has_port && !authority.as_str().ends_with(authority.host()) {
        return Err(bad("its host or port cannot be read"));
    }
    if uri.query().is_some() || url.contains('#') {
        return Err(bad("it has more than a path"));
    }
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if plaintext || is_here(authority.host()) => {}
        Some("http") => return Err(bad("it is not encrypted; `plaintext` says that it may be so")),
        _ => return Err(bad("it is neither https nor http")),
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}
