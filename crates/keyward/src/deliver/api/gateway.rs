//! Messages through any HTTP gateway, asked as its operator writes it down.

use std::sync::Arc;

use ::http::{Method, Request, header};
use keyward_core::port::Fut;
use keyward_core::record::Channel;
use keyward_core::{Error, Secret};

use super::super::{Outgoing, SendError, Sender};
use super::template::{Body, Header, Url, Values};
use super::{hand_over, unwritten};
use crate::outbound::HttpClient;

/// How to ask a gateway. `{to}`, `{from}`, `{subject}`, `{text}`, `{html}`, `{id}`,
/// `{secret}` and `{basic}` (the secret in base64) are filled in; `{{` and `}}` are
/// braces.
#[derive(Clone, Debug)]
pub struct GatewayOptions {
    /// What it carries.
    pub channel: Channel,
    /// `POST`, `PUT`, `PATCH` or `GET`.
    pub method: String,
    /// Where it is asked. In the query stand any places; in the path `{secret}` and
    /// `{id}` alone.
    pub url: String,
    /// `Name: value`, with `{secret}`, `{basic}` and `{id}` alone.
    pub headers: Vec<String>,
    /// `to={to}&text={text}` for a form, `{"to":"{to}"}` for JSON; empty for none.
    pub body: String,
    /// What `{secret}` stands for.
    pub secret: Option<Secret>,
    /// What `{from}` stands for.
    pub from: String,
}

/// Hands messages to a gateway. Any status from 200 to 299 means that it took one.
#[derive(Debug)]
pub struct Gateway {
    client: Arc<dyn HttpClient>,
    channel: Channel,
    method: Method,
    url: Url,
    headers: Vec<Header>,
    body: Body,
    secret: Option<Secret>,
    from: String,
}

impl Gateway {
    /// Understands the templates; connects when the first message is due.
    ///
    /// # Errors
    /// A template cannot be read, or the method cannot carry it.
    pub fn new(options: GatewayOptions, client: Arc<dyn HttpClient>) -> Result<Self, Error> {
        let body = Body::parse(&options.body)?;
        let bad = |why| Error::because("read how a gateway is asked", why);
        let method = match (options.method.as_str(), &body) {
            ("GET", Body::Empty) => Method::GET,
            ("GET", _) => return Err(bad("GET has no body: put places into the URL")),
            ("POST", _) => Method::POST,
            ("PUT", _) => Method::PUT,
            ("PATCH", _) => Method::PATCH,
            _ => return Err(bad("its method is GET, POST, PUT or PATCH")),
        };
        let headers = options.headers.iter().map(|line| Header::parse(line));
        Ok(Self {
            client,
            channel: options.channel,
            method,
            url: Url::parse(&options.url)?,
            headers: headers.collect::<Result<_, _>>()?,
            body,
            secret: options.secret,
            from: options.from,
        })
    }

    async fn hand(&self, message: &Outgoing) -> Result<(), SendError> {
        if message.channel != self.channel {
            return Err(SendError::Never("the gateway does not carry this".into()));
        }
        let values = Values { message, from: &self.from, secret: self.secret.as_ref() };
        let mut request = Request::builder().method(&self.method).uri(self.url.fill(values));
        let (kind, body) = self.body.fill(values).unzip();
        if let (Some(kind), Some(headers)) = (kind, request.headers_mut()) {
            headers.insert(header::CONTENT_TYPE, kind.parse().map_err(unwritten)?);
        }
        for line in &self.headers {
            let (name, value) = line
                .fill(values)
                .ok_or_else(|| SendError::Later("a header cannot hold the secret".into()))?;
            request = request.header(name, value);
        }
        let request = request.body(body.unwrap_or_default().into()).map_err(unwritten)?;
        hand_over(&*self.client, "the gateway", request).await
    }
}

impl Sender for Gateway {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        Box::pin(self.hand(message))
    }
}
