//! The client.

use std::fmt;
use std::sync::Arc;

use crate::builder::Builder;
use crate::credentials::Credentials;
use crate::error::Result;
use crate::origin::Origin;
use crate::wire::Wire;

/// A Keyward server, as seen by one caller.
///
/// One client serves many callers: [`using`](Self::using) makes one that asks with other
/// credentials over the same connections. Nothing that the server answers is remembered,
/// and no cookie is kept.
#[derive(Clone)]
pub struct Client {
    pub(crate) wire: Arc<Wire>,
    pub(crate) credentials: Credentials,
    pub(crate) origin: Origin,
}

impl Client {
    /// A client of the server at this address, with what [`Builder`] says of everything
    /// else.
    ///
    /// # Errors
    /// The address cannot be used: see [`Builder::build`].
    pub fn new(url: &str) -> Result<Self> {
        Self::builder(url).build()
    }

    /// For a client that is told more.
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    /// The same server, asked with other credentials.
    #[must_use]
    pub fn using(&self, credentials: Credentials) -> Self {
        Self { credentials, ..self.clone() }
    }

    /// The same, asked for the browser at `origin`.
    #[must_use]
    pub fn asking_for(&self, origin: Origin) -> Self {
        Self { origin, ..self.clone() }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wire, credentials, .. } = self;
        f.debug_struct("Client").field("url", &wire.base).field("as", credentials).finish()
    }
}
