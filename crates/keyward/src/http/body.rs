//! Reply bodies: whole, or in pieces as they come.

use bytes::Bytes;
use tokio::sync::mpsc;

/// A reply body.
#[derive(Debug)]
pub enum Body {
    /// All of it.
    Full(Bytes),
    /// Pieces, until the sender is dropped: event streams and exports.
    Stream(mpsc::Receiver<Bytes>),
}

impl Body {
    /// Nothing.
    pub fn empty() -> Self {
        Self::Full(Bytes::new())
    }

    /// The bytes, where the body is whole.
    pub fn full(&self) -> Option<&Bytes> {
        match self {
            Self::Full(bytes) => Some(bytes),
            Self::Stream(_) => None,
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::Full(bytes.into())
    }
}
