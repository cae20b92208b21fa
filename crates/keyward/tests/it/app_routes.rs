//! What the layer does to routes of the app's own, and what it leaves to them.

use axum::response::{Html, IntoResponse as _};
use axum::routing::{get, post};
use axum::{Router, body::Body, http::Request, http::header};
use keyward::testing::TestAuth;

#[tokio::test]
async fn an_app_keeps_its_own_policy_and_cannot_be_framed() {
    let t = TestAuth::new().await;
    let styled = || async { Html("<style>p { color: teal }</style><p>Hello</p>") };
    let own = || async {
        ([(header::CONTENT_SECURITY_POLICY, "default-src 'self'")], "mine").into_response()
    };
    let app = Router::new().route("/", get(styled)).route("/own", get(own)).merge(t.kw.pages());
    let client = t.client(app);
    let header = |reply: &keyward::testing::Response, name: &str| {
        reply.headers()[name].to_str().unwrap().to_owned()
    };

    let page = client.get("/").await;
    let policy = header(&page, "content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("default-src"), "what it loads is the app's business: {policy}");
    assert_eq!(header(&page, "x-content-type-options"), "nosniff");
    assert_eq!(header(&page, "cache-control"), "private");

    assert_eq!(header(&client.get("/own").await, "content-security-policy"), "default-src 'self'");

    let ours = client.page("/login").await;
    assert!(header(&ours, "content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(header(&ours, "cache-control"), "no-store");
}

#[tokio::test]
async fn credentials_of_the_app_itself_are_left_to_it() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let who = |user: Option<keyward::User>| async move {
        user.and_then(|user| user.email).unwrap_or_else(|| "nobody".into())
    };
    let app = Router::new().route("/who", get(who));
    let client = t.client(app.clone());
    let signed_in = t.client(app).login_as(&ada).await;
    let cookie = signed_in.cookie("kw_session").unwrap();
    for (given, with_cookie) in [
        ("Basic YTpi", "ada@example.com"),
        ("Bearer eyJ0.eyJz.c2ln", "ada@example.com"),
        ("Token 42", "ada@example.com"),
    ] {
        let request = || Request::get("/who").header("host", "localhost");
        let alone = request().header("authorization", given).body(Body::empty());
        assert_eq!(client.raw(alone.unwrap()).await.text(), "nobody", "{given}");
        let both = request().header("authorization", given);
        let both = both.header("cookie", format!("kw_session={cookie}")).body(Body::empty());
        assert_eq!(client.raw(both.unwrap()).await.text(), with_cookie, "{given}");
    }
    let ours = Request::get("/who").header("host", "localhost");
    let ours = ours.header("authorization", "Bearer ses_none.x").body(Body::empty()).unwrap();
    assert_eq!(client.raw(ours).await.status(), 401, "a token of ours that is refused");
}

#[tokio::test]
async fn strangers_may_post_to_an_app_that_lets_them() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let app = Router::new().route("/webhook", post(|| async { "taken" })).merge(t.kw.pages());
    let stranger = t.client(app.clone()).from_site(Some("cross-site"));
    let body = serde_json::json!({});
    assert_eq!(stranger.post("/webhook", &body).await.text(), "taken");
    assert_eq!(stranger.post("/api/v1/sign-out", &body).await.code(), "csrf_failed", "ours");
    let victim = t.client(app).from_site(Some("cross-site")).login_as(&ada).await;
    assert_eq!(victim.post("/webhook", &body).await.code(), "csrf_failed", "with our cookie");
}
