//! What a method of the API asks for.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, IF_MATCH};
use http::{Method, Request};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::events::Events;

/// What a part of a path or query is written with (RFC 3986 section 2.3).
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request that waits to be sent: `.await` sends it. Where the API takes more, it can be
/// said before.
#[must_use = "nothing is sent before it is awaited"]
pub struct Call<'a, K> {
    client: &'a Client,
    asked: Asked,
    misuse: Option<String>,
    /// The names that the query may have, with spaces between.
    known: &'static str,
    kind: PhantomData<fn() -> K>,
}

/// A request as the API knows it.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// As it is written, with the question mark.
    query: String,
    body: Option<Bytes>,
    if_match: Option<HeaderValue>,
    /// Asking again changes nothing.
    pub(crate) safe: bool,
}

impl Client {
    /// A call of the operation at `template`, its parts in braces filled in order.
    pub(crate) fn call<K: Kind>(
        &self,
        method: Method,
        template: &'static str,
        filled: &[&str],
    ) -> Call<'_, K> {
        let (path, misuse) = match fill(template, filled) {
            Ok(path) => (path, None),
            Err(why) => (String::new(), Some(why)),
        };
        let safe = method == Method::GET;
        let asked = Asked { method, path, query: String::new(), body: None, if_match: None, safe };
        Call { client: self, asked, misuse, known: "", kind: PhantomData }
    }
}

impl<K: Kind> Call<'_, K> {
    /// Says more in the query. A name that the operation does not know is a mistake.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        if self.known.split(' ').any(|known| known == name) {
            self.asked.query.push(if self.asked.query.is_empty() { '?' } else { '&' });
            self.asked.query.push_str(name);
            self.asked.query.push('=');
            self.asked.query.extend(utf8_percent_encode(&value.to_string(), &PLAIN));
        } else {
            self.misuse = Some(format!("`{}` takes no `{name}`", self.asked.path));
        }
        self
    }

    /// Changes it only if it still has this version: else the problem is
    /// `precondition_failed`, and nothing was changed.
    pub fn if_match(mut self, version: impl Into<IfMatch>) -> Self {
        self.asked.if_match = version.into().0;
        if self.asked.if_match.is_none() {
            self.misuse = Some("this is no version".to_owned());
        }
        self
    }

    pub(crate) fn takes(mut self, known: &'static str) -> Self {
        self.known = known;
        self
    }

    pub(crate) fn body(mut self, body: impl Serialize) -> Self {
        match serde_json::to_vec(&body) {
            Ok(body) => self.asked.body = Some(body.into()),
            Err(why) => self.misuse = Some(format!("the body is no JSON: {why}")),
        }
        self
    }

    pub(crate) fn safe(mut self) -> Self {
        self.asked.safe = true;
        self
    }

    async fn send(self) -> Result<K::Output> {
        match self.misuse {
            Some(why) => Err(Error::Misuse(why)),
            None => K::give(self.client, self.asked).await,
        }
    }
}

impl<'a, K: Kind> IntoFuture for Call<'a, K> {
    type Output = Result<K::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<K> fmt::Debug for Call<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} {})", self.asked.method, self.asked.path)
    }
}

/// A version that was seen: a number, as in an account's `version`, or an entity tag.
#[derive(Clone, Debug)]
pub struct IfMatch(Option<HeaderValue>);

impl From<i64> for IfMatch {
    fn from(version: i64) -> Self {
        Self(HeaderValue::from_str(&format!("\"{version}\"")).ok())
    }
}

impl From<&str> for IfMatch {
    fn from(tag: &str) -> Self {
        Self(HeaderValue::from_str(tag).ok())
    }
}

impl Asked {
    /// The request as it is sent by `client`.
    pub(crate) fn request(
        &self,
        client: &Client,
        accept: &'static str,
    ) -> Result<Request<Full<Bytes>>> {
        let url = format!("{}{}{}", client.wire.base, self.path, self.query);
        let body = Full::new(self.body.clone().unwrap_or_default());
        let request = Request::builder().method(self.method.clone()).uri(url).body(body);
        let mut request = request.map_err(|why| Error::Misuse(why.to_string()))?;
        self.put_headers(client, accept, request.headers_mut());
        Ok(request)
    }

    fn put_headers(&self, client: &Client, accept: &'static str, headers: &mut HeaderMap) {
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        client.origin.put(headers);
        if let Some((name, value)) = client.credentials.header() {
            headers.insert(name, value.clone());
        }
        let json = self.body.as_ref().map(|_| HeaderValue::from_static("application/json"));
        let own = [(CONTENT_TYPE, json), (IF_MATCH, self.if_match.clone())];
        for (name, value) in own.into_iter().chain([(HOST, client.wire.host.clone())]) {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
    }
}

/// The path with its parts filled in. A part that would lead to another path is refused.
fn fill(template: &str, filled: &[&str]) -> Result<String, String> {
    let mut filled = filled.iter();
    let mut path = String::with_capacity(template.len());
    for part in template.split('/').skip(1) {
        path.push('/');
        if !part.starts_with('{') {
            path.push_str(part);
            continue;
        }
        match filled.next() {
            None | Some(&("" | "." | "..")) => {
                return Err(format!("this cannot be the {part} of `{template}`"));
            }
            Some(text) => path.extend(utf8_percent_encode(text, &PLAIN)),
        }
    }
    Ok(path)
}

/// How an answer is read: [`Json`], [`Nothing`], [`Raw`] or [`Stream`].
pub trait Kind: sealed::Sealed + 'static {
    /// What comes of it.
    type Output;

    #[doc(hidden)]
    #[expect(private_interfaces, reason = "nobody else implements or calls it")]
    fn give(client: &Client, asked: Asked) -> impl Future<Output = Result<Self::Output>> + Send;
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for super::Json<T> {}
    impl Sealed for super::Nothing {}
    impl Sealed for super::Raw {}
    impl Sealed for super::Stream {}
}

/// The answer is JSON, read as this.
#[derive(Debug)]
pub struct Json<T>(PhantomData<fn() -> T>);

/// The answer is that it was done.
#[derive(Debug)]
pub struct Nothing;

/// The answer is a picture or a recording.
#[derive(Debug)]
pub struct Raw;

/// The answer goes on, as [`Events`].
#[derive(Debug)]
pub struct Stream;

#[expect(private_interfaces, reason = "nobody else calls it")]
impl<T: DeserializeOwned + 'static> Kind for Json<T> {
    type Output = T;

    async fn give(client: &Client, asked: Asked) -> Result<T> {
        let body = client.wire.whole(client, &asked).await?;
        let read = serde_json::from_slice(&body);
        // Not the cause's own words: they may repeat what was answered.
        read.map_err(|_| Error::Unexpected(format!("an odd answer to `{}`", asked.path)))
    }
}

#[expect(private_interfaces, reason = "nobody else calls it")]
impl Kind for Nothing {
    type Output = ();

    async fn give(client: &Client, asked: Asked) -> Result<()> {
        client.wire.whole(client, &asked).await.map(drop)
    }
}

#[expect(private_interfaces, reason = "nobody else calls it")]
impl Kind for Raw {
    type Output = Bytes;

    async fn give(client: &Client, asked: Asked) -> Result<Bytes> {
        client.wire.whole(client, &asked).await
    }
}

#[expect(private_interfaces, reason = "nobody else calls it")]
impl Kind for Stream {
    type Output = Events;

    async fn give(client: &Client, asked: Asked) -> Result<Events> {
        client.wire.open(client, &asked).await.map(Events::new)
    }
}
