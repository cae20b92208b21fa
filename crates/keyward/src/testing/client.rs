//! A client that keeps cookies, like a browser on the same site.

use std::collections::BTreeMap;
use std::sync::Mutex;

use ::http::{HeaderMap, Method, StatusCode, header};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::engine::Keyward;
use crate::view::UserView;

/// Keeps cookies and sends `Sec-Fetch-Site: same-origin`.
#[derive(Debug)]
pub struct Client {
    auth: Keyward,
    app: Router,
    cookies: Mutex<BTreeMap<String, String>>,
    site: Option<&'static str>,
}

/// A reply with its body read.
#[derive(Clone, Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Response {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        &self.body
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The stable code of a problem; empty if it is none.
    pub fn code(&self) -> String {
        self.json().get("code").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl Client {
    pub(super) fn new(auth: Keyward, app: Router<Keyward>) -> Self {
        let app = app.layer(auth.layer()).with_state(auth.clone());
        Self { auth, app, cookies: Mutex::default(), site: Some("same-origin") }
    }

    /// Sends this as `Sec-Fetch-Site`; `None` for a client that is no browser.
    #[must_use]
    pub fn from_site(mut self, site: Option<&'static str>) -> Self {
        self.site = site;
        self
    }

    /// Signs in without a password.
    #[expect(clippy::expect_used, reason = "a test that cannot sign in has failed")]
    pub async fn login_as(self, user: &UserView) -> Self {
        let opened = self.auth.sign_in_user(&user.id).await.expect("the store answers");
        let opened = opened.expect("the person may sign in");
        self.take_cookie(opened.set_cookie());
        self
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().ok()?.get(name).cloned()
    }

    /// Plants a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.take_cookie(&format!("{name}={value}"));
    }

    /// Forgets every cookie.
    pub fn forget(&self) {
        if let Ok(mut cookies) = self.cookies.lock() {
            cookies.clear();
        }
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, None, "").await
    }

    /// `GET` by something that wants a page.
    pub async fn page(&self, path: &str) -> Response {
        let request = self.request(Method::GET, path).header(header::ACCEPT, "text/html");
        self.call(request.body(Body::empty())).await
    }

    /// A form.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = serde_urlencoded::to_string(fields).unwrap_or_default();
        let request = self
            .request(Method::POST, path)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.call(request.body(Body::from(body))).await
    }

    /// `POST` with JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.json(Method::POST, path, body).await
    }

    /// Any method with JSON.
    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Response {
        self.send(method, path, Some("application/json"), &body.to_string()).await
    }

    /// Any method with any body.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: &str,
    ) -> Response {
        let mut request = self.request(method, path);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        self.call(request.body(Body::from(body.to_owned()))).await
    }

    /// A request with headers of your own.
    pub async fn raw(&self, request: Request) -> Response {
        self.call(Ok(request)).await
    }

    fn request(&self, method: Method, path: &str) -> ::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::HOST, "localhost");
        if let Some(site) = self.site {
            request = request.header("sec-fetch-site", site);
        }
        let cookies = self.cookies.lock().map(|c| c.clone()).unwrap_or_default();
        if cookies.is_empty() {
            return request;
        }
        let line: Vec<String> = cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        request.header(header::COOKIE, line.join("; "))
    }

    #[expect(clippy::expect_used, reason = "a test that cannot ask has failed")]
    async fn call(&self, request: Result<Request, ::http::Error>) -> Response {
        let request = request.expect("the request is well-formed");
        let reply = self.app.clone().oneshot(request).await.expect("an app always answers");
        let (parts, body) = reply.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            self.take_cookie(line.to_str().unwrap_or_default());
        }
        let bytes = axum::body::to_bytes(body, 1 << 24).await.expect("the body ends");
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Response { status: parts.status, headers: parts.headers, body }
    }

    fn take_cookie(&self, line: &str) {
        let Some((name, rest)) = line.split_once('=') else { return };
        let value = rest.split(';').next().unwrap_or_default();
        let Ok(mut cookies) = self.cookies.lock() else { return };
        if value.is_empty() || rest.contains("Max-Age=0") {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
