//! How pages and their assets travel: languages, compression, caching, templates of one's own.

use axum::body::Body;
use keyward::testing::{PASSWORD, TestAuth};

use super::html::{Page, location};

#[tokio::test]
async fn the_page_speaks_the_language_that_was_chosen_and_remembers_it() {
    let t = TestAuth::new().await;
    let client = t.pages();
    assert_eq!(Page::of(&client.page("/login").await).attr("html", "lang"), "en");
    let page = Page::of(&client.page("/login?lang=de&return_to=%2Fapp").await);
    assert_eq!((page.attr("html", "lang"), page.text("h1")), ("de".into(), "Anmelden".into()));
    assert_eq!(page.attr("a[hreflang=en]", "href"), "?return_to=%2Fapp&lang=en");
    let page = Page::of(&client.page("/signup").await);
    assert_eq!(page.attr("html", "lang"), "de", "the cookie remembers");
    assert_eq!(Page::of(&client.page("/login?lang=xx").await).attr("html", "lang"), "de");
    let asked = http::Request::get("/login")
        .header("host", "localhost")
        .header("accept", "text/html")
        .header("accept-language", "fr, de;q=0.8, en;q=0.5");
    let reply = t.pages().raw(asked.body(Body::empty()).unwrap()).await;
    assert_eq!(Page::of(&reply).attr("html", "lang"), "de");
}

#[tokio::test]
async fn attack_open_redirects_are_ignored() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    for evil in ["//evil.example.com", "/\\evil.example.com", "https://evil.example.com", "/\t/x"] {
        let client = t.pages();
        let query = serde_urlencoded::to_string([("return_to", evil)]).unwrap();
        let page = Page::of(&client.page(&format!("/login?{query}")).await);
        assert!(page.all("[name=return_to]").is_empty(), "{evil}");
        let fields = [("username", "ada@example.com"), ("password", PASSWORD), ("return_to", evil)];
        let reply = client.form("/login", &fields).await;
        if reply.status() == 303 {
            assert_eq!(location(&reply), "/account", "{evil}");
        }
    }
    let client = t.pages();
    let own = [("username", "ada@example.com"), ("password", PASSWORD), ("return_to", "/a?b=c")];
    assert_eq!(location(&client.form("/login", &own).await), "/a?b=c");
}

/// The bytes of a reply, gzip accepted.
async fn zipped(t: &TestAuth, path: &str) -> (http::HeaderMap, usize) {
    let request = http::Request::get(path)
        .header("host", "localhost")
        .header("accept", "text/html")
        .header("accept-encoding", "br, gzip")
        .body(bytes::Bytes::new())
        .unwrap();
    let reply = t.kw.handle(request, None).await;
    let length = reply.body().full().unwrap().len();
    (reply.headers().clone(), length)
}

#[tokio::test]
async fn a_cold_login_page_is_at_most_ten_kibibytes() {
    let t = TestAuth::new().await;
    let page = Page::of(&t.pages().page("/login").await);
    let (style, script) = (page.attr("link[rel=stylesheet]", "href"), page.attr("script", "src"));
    let mut total = 0;
    for path in ["/login", style.as_str(), script.as_str()] {
        let (headers, length) = zipped(&t, path).await;
        assert_eq!(headers["content-encoding"], "gzip", "{path}");
        assert_eq!(headers["vary"], "accept-encoding", "{path}");
        if path != "/login" {
            assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        }
        total += length;
    }
    assert!(total <= 10_240, "{total}");
    let plain = t.pages().get(&style).await;
    assert!(!plain.headers().contains_key("content-encoding"));
    assert!(plain.text().contains("--kw-brand"));
}

#[tokio::test]
async fn attack_breach_pages_with_a_secret_are_never_compressed() {
    let t = TestAuth::new().await;
    let (headers, _) = zipped(&t, "/recover/some-secret").await;
    assert!(!headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn a_template_of_ones_own_replaces_ours_and_a_broken_one_refuses_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("logout.html");
    std::fs::write(
        &file,
        "{% extends \"layout.html\" %}{% block card %}<h1>Bye</h1>{% endblock %}",
    )
    .unwrap();
    let t = TestAuth::with(|b| b.templates(folder.path())).await;
    assert_eq!(Page::of(&t.pages().page("/logout").await).text("h1"), "Bye");
    let broken = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        keyward::Keyward::memory().templates(folder.path()).build()
    };
    assert!(broken("logout.html", "{% if %}").await.is_err(), "it does not parse");
    assert!(broken("logout.html", "fine").await.is_ok());
    assert!(broken("unknown.html", "fine").await.is_err(), "it replaces nothing");
}

#[tokio::test]
async fn pages_work_below_a_path_of_the_app() {
    let t = TestAuth::with(|b| b.mount("/auth")).await;
    t.user("ada@example.com").await;
    let client = t.pages();
    let page = Page::of(&client.page("/auth/login").await);
    assert_eq!(page.attr("main form", "action"), "/auth/login");
    assert!(page.attr("script", "src").starts_with("/auth/kw-assets/"));
    assert_eq!(client.get(&page.attr("script", "src")).await.status(), 200);
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(location(&client.form("/auth/login", &fields).await), "/auth/account");
    let page = Page::of(&client.page("/auth/account").await);
    assert_eq!(page.attr("main form", "action"), "/auth/account");
}
