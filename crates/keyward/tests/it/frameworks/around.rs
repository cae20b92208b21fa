//! What stands around an app: the redirect to HTTPS, pages elsewhere, problems in
//! words of its own, and where a request came from.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::{get, post};
use keyward::testing::TestAuth;
use keyward::{ApiKeyTerms, ClientAddress, Cors, Keyward, User};
use serde_json::json;

use super::asyncauth::envelope;
use super::browser::{Browser, Reply};
use super::{Serving, serve_actix, serve_axum};

const FRIEND: &str = "https://app.example.com";
const JSON: &str = "application/json";
const STRANGER: &str = "https://evil.example.com";

async fn house() -> TestAuth {
    TestAuth::with(|builder| {
        let cors = Cors::new([FRIEND]).unwrap().credentials();
        let builder = builder.public_url("https://localhost").trusted_proxies(["127.0.0.0/8"]);
        builder.cors(cors).legacy_xss_header().on_error(envelope)
    })
    .await
}

fn from(origin: &str) -> String {
    format!("X-Forwarded-Proto: https\r\nOrigin: {origin}")
}

fn preflight(origin: &str) -> String {
    format!("{}\r\nAccess-Control-Request-Method: POST", from(origin))
}

fn allowed(reply: &Reply) -> (Option<&str>, Option<&str>) {
    let origin = reply.header("access-control-allow-origin");
    (origin, reply.header("access-control-allow-credentials"))
}

async fn around(t: &TestAuth, address: SocketAddr) {
    https(address).await;
    elsewhere(t, address).await;
    own_words(address).await;
    origins(address).await;
    counted(t, address).await;
}

/// What a key may is told at the doors of the app.
async fn counted(t: &TestAuth, address: SocketAddr) {
    let bob = t.user("bob@example.com").await;
    let terms = ApiKeyTerms { name: "few".into(), per_day: Some(9), ..ApiKeyTerms::default() };
    let key = t.kw.create_api_key(bob.id, terms).await.unwrap().unwrap();
    let mut program = Browser::at(address);
    program.more = format!("X-Forwarded-Proto: https\r\nX-Api-Key: {}", key.text.reveal());
    let reply = program.get("/open").await;
    assert_eq!(
        (reply.status, reply.header("ratelimit-policy")),
        (200, Some("\"day\";q=9;w=86400"))
    );
    assert!(reply.header("ratelimit").is_some_and(|left| left.starts_with("\"day\";r=8;t=")));
}

async fn https(address: SocketAddr) {
    let mut browser = Browser::at(address);
    browser.more = "X-Forwarded-Proto: http".into();
    for path in ["/open?x=1", "/login"] {
        let reply = browser.get(path).await;
        let to = reply.header("location").unwrap_or_default().to_owned();
        assert_eq!((reply.status, to), (308, format!("https://localhost{path}")));
    }
    let refused = browser.get("/api/v1/config").await;
    assert_eq!(refused.code(), "https_required", "a program is told: {}", refused.body);
    browser.more = "X-Forwarded-Proto: https".into();
    let reply = browser.get("/open").await;
    assert_eq!((reply.status, reply.header("x-xss-protection")), (200, Some("1; mode=block")));
    assert!(reply.header("strict-transport-security").is_some());
}

async fn elsewhere(t: &TestAuth, address: SocketAddr) {
    let ada = t.user("ada@example.com").await;
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let (name, value) = opened.set_cookie().split(';').next().unwrap().split_once('=').unwrap();
    let mut browser = Browser::at(address);
    browser.site = "cross-site";
    browser.set_cookie(name, value);
    for path in ["/note", "/api/v1/session"] {
        browser.more = preflight(FRIEND);
        let asked = browser.send("OPTIONS", path, "").await;
        assert_eq!((asked.status, allowed(&asked)), (204, (Some(FRIEND), Some("true"))), "{path}");
        assert!(asked.header("access-control-allow-methods").unwrap().contains("POST"));
        assert_eq!(asked.header("vary"), Some("origin"));
        browser.more = preflight(STRANGER);
        let asked = browser.send("OPTIONS", path, "").await;
        assert_eq!(allowed(&asked), (None, None), "{path}");
        assert!(asked.header("access-control-allow-methods").is_none());
    }
    for (origin, status) in [(FRIEND, 200), (STRANGER, 403), ("null", 403)] {
        browser.more = from(origin);
        let noted = browser.post("/note", &json!({})).await;
        assert_eq!(noted.status, status, "{origin}: {}", noted.body);
        let seen = browser.get("/api/v1/session").await;
        assert_eq!(allowed(&seen).0.is_some(), status == 200, "{origin}");
        let body = json!({ "data": {} });
        let changed = browser.send("PATCH", "/api/v1/session", &body.to_string()).await;
        assert_eq!(changed.status, status, "{origin}: {}", changed.body);
    }
}

/// As asyncauth's own example answers, on the app's routes and on ours.
async fn own_words(address: SocketAddr) {
    let mut stranger = Browser::at(address);
    stranger.more = "X-Forwarded-Proto: https".into();
    let told = |status: u16, error: &str, summary: &str| {
        json!({
            "message": "An error has occurred.",
            "status_code": status,
            "content": { "error": error, "summary": summary },
        })
    };
    for path in ["/me", "/api/v1/session"] {
        let refused = stranger.get(path).await;
        assert_eq!(refused.json(), told(403, "DecodeError", "Session is not available."), "{path}");
        assert_eq!((refused.status, refused.header("content-type")), (403, Some(JSON)), "{path}");
        assert!(refused.header("www-authenticate").is_some(), "{path}: it belongs to the problem");
    }
    let wrong = json!({ "identifier": "ada@example.com", "password": "no such password" });
    let refused = stranger.post("/api/v1/sign-in", &wrong).await;
    let words = "The password provided is incorrect.";
    assert_eq!(refused.json(), told(401, "IncorrectPasswordError", words), "{}", refused.body);
    assert_eq!(refused.status, 401);
    let odd = stranger.send("POST", "/api/v1/sign-in", "{").await;
    assert_eq!(odd.code(), "bad_json", "where it has no words, ours: {}", odd.body);
}

/// Without a word of the app's, pages elsewhere are told nothing; and a peer that is no
/// trusted proxy leads nobody anywhere by what it says.
async fn unasked(t: &TestAuth, address: SocketAddr) {
    let ada = t.user("ada@example.com").await;
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let (name, value) = opened.set_cookie().split(';').next().unwrap().split_once('=').unwrap();
    let mut browser = Browser::at(address);
    browser.set_cookie(name, value);
    browser.site = "cross-site";
    for (method, path) in [
        ("GET", "/open"),
        ("GET", "/api/v1/session"),
        ("OPTIONS", "/api/v1/session"),
        ("OPTIONS", "/open"),
    ] {
        browser.more = format!("Origin: {FRIEND}\r\nAccess-Control-Request-Method: POST");
        let reply = browser.send(method, path, "").await;
        assert_eq!(allowed(&reply), (None, None), "{method} {path}");
        for header in ["access-control-allow-methods", "access-control-allow-headers"] {
            assert_eq!(reply.header(header), None, "{method} {path}");
        }
    }
    browser.more = format!("Origin: {FRIEND}");
    assert_eq!(browser.post("/note", &json!({})).await.code(), "csrf_failed");
    browser.site = "same-origin";
    for path in ["/open", "/api/v1/session", "/me"] {
        browser.more = "X-Forwarded-Proto: http\r\nX-Forwarded-For: 203.0.113.7".into();
        let reply = browser.get(path).await;
        assert_eq!((reply.status, reply.header("location")), (200, None), "{path}: {}", reply.body);
    }
    assert_eq!(browser.get("/from").await.body, "127.0.0.1");
}

/// An app that said nothing but where it is.
async fn plain_house() -> TestAuth {
    TestAuth::with(|builder| builder.public_url("https://localhost")).await
}

async fn origins(address: SocketAddr) {
    let mut browser = Browser::at(address);
    for (line, expected) in [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.9, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.9, 203.0.113.7, 127.0.0.5", "203.0.113.7"),
        ("203.0.113.7, a", "127.0.0.1"),
    ] {
        browser.more = format!("X-Forwarded-Proto: https\r\nX-Forwarded-For: {line}");
        assert_eq!(browser.get("/from").await.body, expected, "{line}");
    }
}

fn said(ClientAddress(address): ClientAddress) -> String {
    address.map(|it| it.to_string()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn around_an_app_of_axum() {
    let t = house().await;
    let Serving { address, .. } = &serve_axum(&t, of_axum(&t)).await;
    around(&t, *address).await;
    let plain = plain_house().await;
    let Serving { address, .. } = &serve_axum(&plain, of_axum(&plain)).await;
    unasked(&plain, *address).await;
}

fn of_axum(t: &TestAuth) -> Router<Keyward> {
    Router::new()
        .route("/open", get(|| async { "open" }))
        .route("/me", get(|_: User| async { "me" }))
        .route("/note", post(|_: User| async { "noted" }))
        .route("/from", get(|from: ClientAddress| async move { said(from) }))
        .merge(t.kw.pages())
}

#[tokio::test(flavor = "multi_thread")]
async fn around_an_app_of_actix_web() {
    let t = house().await;
    let serving = serve_actix(t.kw.clone(), app);
    around(&t, serving.address).await;
    serving.stop().await;
    let plain = plain_house().await;
    let serving = serve_actix(plain.kw.clone(), app);
    unasked(&plain, serving.address).await;
    serving.stop().await;
}

fn app(auth: Keyward, config: &mut actix_web::web::ServiceConfig) {
    use actix_web::web;
    config
        .route("/open", web::get().to(|| async { "open" }))
        .route("/me", web::get().to(|_: User| async { "me" }))
        .route("/note", web::post().to(|_: User| async { "noted" }))
        .route("/from", web::get().to(|from: ClientAddress| async move { said(from) }))
        .service(keyward::actix::pages(&auth));
}
