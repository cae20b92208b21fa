//! Our reply bodies, as the HTTP crates want them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::http::Body;

/// A reply body on its way out.
#[derive(Debug)]
pub struct ReplyBody(Option<Body>);

impl From<Body> for ReplyBody {
    fn from(body: Body) -> Self {
        Self(Some(body))
    }
}

impl HttpBody for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut self.0 {
            None => Poll::Ready(None),
            Some(Body::Full(bytes)) => {
                let bytes = std::mem::take(bytes);
                self.0 = None;
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Some(Body::Stream(stream)) => {
                stream.poll_recv(cx).map(|b| b.map(|b| Ok(Frame::data(b))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            None => true,
            Some(Body::Full(bytes)) => bytes.is_empty(),
            Some(Body::Stream(_)) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            None => SizeHint::with_exact(0),
            Some(Body::Full(bytes)) => SizeHint::with_exact(bytes.len() as u64),
            Some(Body::Stream(_)) => SizeHint::default(),
        }
    }
}
