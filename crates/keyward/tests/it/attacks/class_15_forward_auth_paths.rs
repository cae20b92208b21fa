//! Class 15, at proxies: a path that an application would route to something
//! protected is never let through because it is spelled in another way.

use std::net::IpAddr;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use http::Request;
use keyward::forward::{Needs, Site};
use keyward::testing::TestAuth;
use tower::ServiceExt as _;

/// What is protected, and spellings of it that servers disagree about.
fn spellings() -> Vec<String> {
    let mut all: Vec<String> = ["/admin", "/admin/users", "/admin/"].map(String::from).to_vec();
    let fronts = ["//", "/./", "/open/../", "/open/%2e%2e/", "/open/..;/", "/%2f", "/%5c", "/;/"];
    all.extend(fronts.iter().map(|front| format!("{front}admin/users")));
    let ends = [
        "/",
        "//",
        "/.",
        "/%2e",
        "/..",
        ";x",
        ";/open",
        "?x",
        "?/open/",
        "%3f/open/",
        "%23",
        "%00",
        "%00.css",
        "%20",
        "%09",
        "%2f",
        "%5c",
        "%2fusers",
        "%252f",
        ".css",
        "/open/..",
    ];
    all.extend(ends.iter().map(|end| format!("/admin/users{end}")));
    all.extend(
        [
            "/%61dmin/users",
            "/admi%6e/users",
            "/ADMIN/users",
            "/Admin/users",
            "/admin%2fusers",
            "/%2561dmin/users",
            "/open/%2e%2e%2fadmin/users",
            "/open%2f..%2fadmin/users",
            "/ａdmin/users",
            "/adm\u{131}n/users",
            "https://app.example.com/admin/users",
            "/open/a%2f..%2f..%2fadmin/users",
            "/open\\..\\admin\\users",
            "*",
        ]
        .map(String::from),
    );
    all
}

/// An application that has something to hide.
fn app() -> Router {
    let protected = || async { "protected" };
    Router::new()
        .route("/admin", get(protected))
        .route("/admin/", get(protected))
        .route("/admin/{*rest}", get(protected))
        .fallback(|| async { "open" })
}

async fn routed(target: &str) -> Option<String> {
    let request = Request::get(target).body(Body::empty()).ok()?;
    let reply = app().oneshot(request).await.ok()?;
    let body = axum::body::to_bytes(reply.into_body(), 1 << 16).await.ok()?;
    String::from_utf8(body.to_vec()).ok()
}

#[tokio::test]
async fn no_spelling_of_a_protected_path_goes_through() {
    let site = Site::new("https://app.example.com").unwrap();
    let site = site.rule("/admin/*", Needs::Closed).unwrap().otherwise(Needs::Nothing).unwrap();
    let t = TestAuth::with(|builder| {
        builder.public_url("https://auth.example.com").trusted_proxies(["10.0.0.1"]).site(site)
    })
    .await;
    let proxy: IpAddr = "10.0.0.1".parse().unwrap();
    let mut protected = 0;
    for target in spellings() {
        let request = Request::get("/api/v1/verify/forward")
            .header("x-forwarded-host", "app.example.com")
            .header("x-forwarded-method", "GET")
            .header("x-forwarded-uri", target.as_bytes())
            .body(Bytes::new())
            .unwrap();
        let allowed = t.kw.handle(request, Some(proxy)).await.status() == 200;
        let hit = routed(&target).await.as_deref() == Some("protected");
        protected += usize::from(hit);
        assert!(!(allowed && hit), "{target} goes through to something protected");
    }
    assert!(protected >= 5, "{protected} spellings reach it at all");
    for host in ["app.example.com.", "app.example.com:80", "app.example.com.evil.example.com", ""] {
        let request = Request::get("/api/v1/verify/forward")
            .header("x-forwarded-host", host)
            .header("x-forwarded-method", "GET")
            .header("x-forwarded-uri", "/")
            .body(Bytes::new())
            .unwrap();
        assert_eq!(t.kw.handle(request, Some(proxy)).await.status(), 403, "{host}");
    }
}

#[tokio::test]
async fn where_every_path_asks_for_the_same_a_spelling_does_not_matter() {
    let site = Site::new("https://app.example.com").unwrap().otherwise(Needs::Nothing).unwrap();
    let t = TestAuth::with(|builder| {
        builder.public_url("https://auth.example.com").trusted_proxies(["10.0.0.1"]).site(site)
    })
    .await;
    let request = Request::get("/api/v1/verify/forward")
        .header("x-forwarded-host", "app.example.com")
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-uri", "/projects/group%2Fname//raw;v=1")
        .body(Bytes::new())
        .unwrap();
    assert_eq!(t.kw.handle(request, "10.0.0.1".parse().ok()).await.status(), 200);
}
