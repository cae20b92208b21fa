//! What the layer adds to replies of the app's own.

use axum::response::{Html, IntoResponse as _};
use axum::{Router, http::header, routing::get};
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
