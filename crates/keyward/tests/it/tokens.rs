//! Access and refresh tokens: what they open, how they follow one another, how they end,
//! and the keys that sign them.

mod asked;
mod asok;
mod keys;
mod pairs;
mod refresh;

use http::{Method, Request};
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{TokenPair, TokenTerms, UserView};
use serde_json::{Value, json};

/// A request with a token, and a body where one is given.
pub(crate) async fn ask(
    client: &Client,
    method: Method,
    path: &str,
    token: &str,
    body: Option<&Value>,
) -> Response {
    let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
    request = request.header("authorization", format!("Bearer {token}"));
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    client.raw(request.body(body.into()).unwrap()).await
}

pub(crate) async fn get(client: &Client, path: &str, token: &str) -> Response {
    ask(client, Method::GET, path, token, None).await
}

pub(crate) async fn issue(t: &TestAuth, of: &UserView) -> TokenPair {
    t.kw.issue_tokens(of.id, TokenTerms::default()).await.unwrap().unwrap()
}

pub(crate) async fn scoped(t: &TestAuth, of: &UserView, scopes: &[&str]) -> TokenPair {
    let scopes = Some(scopes.iter().map(|it| (*it).to_owned()).collect());
    let terms = TokenTerms { scopes, ..TokenTerms::default() };
    t.kw.issue_tokens(of.id, terms).await.unwrap().unwrap()
}

/// What a client sends for the next pair.
pub(crate) fn next(refresh: &str) -> Value {
    json!({ "grant_type": "refresh_token", "refresh_token": refresh })
}

pub(crate) async fn refreshed(t: &TestAuth, refresh: &str) -> Response {
    t.pages().from_site(None).post("/api/v1/token", &next(refresh)).await
}

pub(crate) fn password(email: &str) -> Value {
    json!({ "grant_type": "password", "username": email, "password": PASSWORD })
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let body = token.split('.').nth(1).unwrap();
    let body = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(body).unwrap();
    serde_json::from_slice(&body).unwrap()
}
