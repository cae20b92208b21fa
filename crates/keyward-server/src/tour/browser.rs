//! A person's browser: keeps cookies, asks, waits when it is told to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::Value;

use super::client::{Client, Reply};
use super::trouble::Trouble;

/// Longest wait that a server may ask for.
const MAX_WAIT: u64 = 10;
/// Times it may ask.
const MAX_WAITS: u32 = 6;

/// A browser with its cookies. Clones start with the same cookies.
#[derive(Clone)]
pub(super) struct Browser {
    client: Arc<Client>,
    cookies: BTreeMap<String, String>,
}

/// A reply that was understood: the status and the JSON, `Null` without any.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) status: StatusCode,
    pub(super) json: Value,
}

impl Heard {
    /// The text at `name`; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.json.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// `401 invalid_credentials`
    pub(super) fn brief(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.text("code")).trim_end().to_owned()
    }

    /// Itself, if the status is the wanted one.
    pub(super) fn wants(self, status: u16) -> Result<Self, Trouble> {
        match self.status.as_u16() == status {
            true => Ok(self),
            false => {
                let errors = self.json.get("errors").map(Value::to_string).unwrap_or_default();
                let what = format!("{} instead of {status} {errors}", self.brief());
                Err(Trouble::failed(what.trim_end()))
            }
        }
    }

    /// Itself, if it is this refusal.
    pub(super) fn refuses(self, status: u16, code: &str) -> Result<Self, Trouble> {
        let heard = self.wants(status)?;
        match heard.text("code") == code {
            true => Ok(heard),
            false => Err(Trouble::failed(format!("{} instead of {status} {code}", heard.brief()))),
        }
    }
}

impl Browser {
    /// A browser without cookies.
    pub(super) fn new(client: Arc<Client>) -> Self {
        Self { client, cookies: BTreeMap::new() }
    }

    /// Another one, without cookies.
    pub(super) fn stranger(&self) -> Self {
        Self::new(Arc::clone(&self.client))
    }

    /// Asks without a body.
    pub(super) async fn get(&mut self, path: &str) -> Result<Heard, Trouble> {
        self.ask(Method::GET, path, None).await
    }

    /// Sends JSON.
    pub(super) async fn post(&mut self, path: &str, body: Value) -> Result<Heard, Trouble> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Any verb, with or without JSON.
    pub(super) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Heard, Trouble> {
        for _ in 0..MAX_WAITS {
            let reply = self.send(self.request(&method, path, body.as_ref())?).await?;
            let json = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
            let heard = Heard { status: reply.status, json };
            match asked_to_wait(&heard, &reply) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Ok(heard),
            }
        }
        Err(Trouble::failed("the server kept asking to slow down"))
    }

    /// Sends a request as it is, and keeps the cookies of the reply.
    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Reply, Trouble> {
        let reply = self.client.send(request).await?;
        for set in reply.headers.get_all(header::SET_COOKIE) {
            self.keep(set.to_str().unwrap_or_default());
        }
        Ok(reply)
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Request<Full<Bytes>>, Trouble> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::USER_AGENT, concat!("keyward-tour/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT, "application/json");
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(header::COOKIE, all.join("; "));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        request.body(Full::from(bytes)).map_err(|error| Trouble::failed(error.to_string()))
    }

    fn keep(&mut self, set: &str) {
        let Some((name, value)) = set.split(';').next().and_then(|pair| pair.split_once('='))
        else {
            return;
        };
        let ends = set.to_ascii_lowercase().split(';').any(|part| part.trim() == "max-age=0");
        match ends || value.is_empty() {
            true => self.cookies.remove(name.trim()),
            false => self.cookies.insert(name.trim().to_owned(), value.trim().to_owned()),
        };
    }
}

fn asked_to_wait(heard: &Heard, reply: &Reply) -> Option<Duration> {
    let slow = heard.status == StatusCode::TOO_MANY_REQUESTS
        || heard.status == StatusCode::SERVICE_UNAVAILABLE;
    let wait = reply.headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse::<u64>().ok()?;
    (slow && wait <= MAX_WAIT).then(|| Duration::from_secs(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_kept_until_it_is_cleared() {
        let client = Arc::new(Client::new("http://localhost").unwrap());
        let mut browser = Browser::new(client);
        browser.keep("kw_session=a.b; Path=/; HttpOnly; Max-Age=60");
        assert_eq!(browser.cookies["kw_session"], "a.b");
        browser.keep("kw_session=; Path=/; Max-Age=0");
        assert!(browser.cookies.is_empty());
    }
}
