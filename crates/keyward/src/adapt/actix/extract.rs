//! What a handler may ask for. `web::Data<Keyward>` must be among the app's data.
//!
//! actix-web makes `None` of any failure of an optional extractor; behind
//! [`layer`](super::layer) failures never come that far, and [`Principal`]
//! tells strangers from failures everywhere.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};
use keyward_core::Error;
use keyward_core::id::RequestId;

use super::convert;
use crate::adapt::principal::{Principal, Session, User};
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::http::{Code, Door, Fault, Head, Problem};
use crate::serve::body::ReplyBody;

/// Why an extractor refused; a problem (RFC 9457) as a reply.
#[derive(Clone, Debug)]
pub struct Rejection {
    problem: Problem,
    id: RequestId,
}

impl Rejection {
    pub(super) fn new(auth: &Keyward, fault: Fault) -> Self {
        let id = auth.0.request_ids.mint(auth.now());
        Self { problem: fault.into_problem(id), id }
    }

    pub(super) fn reply(&self) -> HttpResponse {
        convert::reply(self.problem.reply(self.id).map(ReplyBody::from))
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.problem.code.as_str())
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.problem.code.status().as_u16());
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.reply()
    }
}

/// Who came in, kept with the request for the next one who asks.
#[derive(Clone)]
struct Recognised(Option<Arc<Entry>>);

/// Who came in, as [`Keyward::handle`] would recognise them: once for each request.
pub(super) async fn recognise(
    auth: &Keyward,
    request: &HttpRequest,
) -> Result<Option<Arc<Entry>>, Fault> {
    let known = request.extensions().get::<Recognised>().cloned();
    if let Some(Recognised(known)) = known {
        return Ok(known);
    }
    let (method, headers) = (convert::method(request)?, convert::headers(request)?);
    let head = Head { method: &method, headers: &headers, body: &[] };
    let (entry, _) = auth.recognise(head, Door::App, auth.now()).await?;
    request.extensions_mut().insert(Recognised(entry.clone()));
    Ok(entry)
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

/// Recognises, then makes a `T` of whoever came in.
fn extract<T: 'static>(
    request: &HttpRequest,
    make: fn(Option<&Entry>) -> Result<T, Fault>,
) -> Extracting<T> {
    let request = request.clone();
    Box::pin(async move {
        let Some(auth) = request.app_data::<web::Data<Keyward>>() else {
            let cause = Error::new("find `web::Data<Keyward>` among the app's data");
            tracing::error!(?cause, "an extractor cannot work");
            return Err(actix_web::error::ErrorInternalServerError(cause.to_string()));
        };
        let made = recognise(auth, &request).await.and_then(|entry| make(entry.as_deref()));
        made.map_err(|fault| Rejection::new(auth, fault).into())
    })
}

fn signed_in(entry: Option<&Entry>) -> Result<&Entry, Fault> {
    entry.ok_or_else(|| Code::Unauthenticated.into())
}

impl FromRequest for User {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |entry| signed_in(entry).map(Self::new))
    }
}

impl FromRequest for Session {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |entry| signed_in(entry).map(Self::new))
    }
}

impl FromRequest for Principal {
    type Error = actix_web::Error;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, |entry| Ok(Self::new(entry)))
    }
}
