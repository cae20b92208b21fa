//! Who a request comes from: each authenticator alone, and several in order.

mod basic;
mod chain;
#[cfg(feature = "legacy-hashes")]
mod own_users;
#[cfg(feature = "tickets")]
mod tickets;
mod tokens;

use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use keyward::authn::Authenticator;
use keyward::testing::{Client, Response, TestAuth};
use keyward::{Keyward, Principal, Session, User};

/// An app that says who came in.
fn app(t: &TestAuth) -> Router<Keyward> {
    let who = |user: Option<User>| async move {
        user.and_then(|user| user.email).unwrap_or_else(|| "nobody".into())
    };
    let by = |session: Session| async move { session.methods.join(" ") };
    let may = |user: User| async move { user.can("posts:edit").unwrap().to_string() };
    let principal = |who: Principal| async move { matches!(who, Principal::User(_)).to_string() };
    Router::new()
        .route("/who", get(who).post(who))
        .route("/me", get(|user: User| async move { user.name }))
        .route("/by", get(by))
        .route("/may", get(may))
        .route("/principal", get(principal))
        .route("/edit", post(|| async { "edited" }).layer(t.kw.require("posts:edit")))
        .merge(t.kw.pages())
}

async fn with(authenticator: impl Authenticator) -> (TestAuth, Client) {
    let t = TestAuth::with(|builder| builder.authenticate_with(authenticator)).await;
    let client = t.client(app(&t));
    (t, client)
}

/// A request with these headers and nothing that a browser adds.
fn asking(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<axum::body::Body> {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
    request.body(Default::default()).unwrap()
}

async fn ask(client: &Client, path: &str, headers: &[(&str, &str)]) -> Response {
    client.raw(asking("GET", path, headers)).await
}

pub(crate) fn basic_of(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}
