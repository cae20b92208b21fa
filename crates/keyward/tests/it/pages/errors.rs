//! What people see when something is wrong: plain words, a request id, one next step.

use keyward::Keyward;
use keyward::testing::{CHEAP, PASSWORD, TestAuth};

use super::html::Page;

fn check(reply: &keyward::testing::Response, status: u16, code: &str) -> Page {
    assert_eq!(reply.status(), status, "{code}");
    let page = Page::of(reply);
    let small = page.text("main .fine");
    assert!(small.starts_with(code), "{small}");
    let id = reply.headers()["keyward-request-id"].to_str().unwrap();
    assert!(small.ends_with(id), "{small}");
    assert_eq!(page.all("main a.button").len(), 1, "one next step");
    page
}

#[tokio::test]
async fn every_problem_has_a_page_with_one_next_step() {
    let t = TestAuth::with(|b| b.rate_limits(2, 1_000)).await;
    let client = t.pages();
    check(&client.page("/kw-assets/kw.000000000000.css").await, 404, "not_found");
    let malformed = client.page("/admin/people/%ff").await;
    check(&malformed, 404, "not_found");
    client.set_cookie("kw_session", "a~b");
    check(&client.page("/login").await, 400, "bad_request");
    client.forget();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    client.form("/login", &fields).await;
    client.form("/login", &fields).await;
    let reply = client.form("/login", &fields).await;
    let page = check(&reply, 429, "rate_limited");
    assert!(reply.headers().contains_key("retry-after"));
    assert_eq!(page.attr("main a.button", "href"), "/login");
    assert!(page.text("main").contains("Please wait"));
}

#[tokio::test]
async fn attack_a_form_sent_from_another_site_is_refused_in_plain_words() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let evil = t.pages().login_as(&ada).await.from_site(Some("cross-site"));
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    check(&evil.form("/login", &fields).await, 403, "csrf_failed");
    check(&evil.form("/account", &[("name", "Eve")]).await, 403, "csrf_failed");
    check(&evil.form("/logout", &[]).await, 403, "csrf_failed");
    // A browser that says nothing needs the token that stands in the form.
    let silent = t.pages().login_as(&ada).await.from_site(None);
    check(&silent.form("/account", &[("name", "Eve")]).await, 403, "csrf_failed");
    let csrf = Page::of(&silent.page("/account").await).attr("main [name=csrf]", "value");
    let fields = [("name", "Ada"), ("csrf", csrf.as_str())];
    assert_eq!(silent.form("/account", &fields).await.status(), 303);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_a_503_page() {
    let folder = tempfile::tempdir().unwrap();
    let kw = Keyward::sqlite(folder.path().join("app.db"));
    let kw = kw.hashing(CHEAP, 1).public_url("http://localhost").build().await.unwrap();
    let t = TestAuth::around(kw.clone(), Default::default());
    let client = t.pages();
    assert_eq!(client.page("/login").await.status(), 200);
    kw.shutdown().await;
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    let reply = client.form("/login", &fields).await;
    check(&reply, 503, "database_unavailable");
    assert!(reply.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn an_address_that_is_not_ours_is_told_where_the_service_is() {
    let t = TestAuth::new().await;
    let request = http::Request::get("/login").header("host", "elsewhere.example");
    let request = request.header("accept", "text/html").body(bytes::Bytes::new()).unwrap();
    let reply = t.kw.handle(request, None).await;
    assert_eq!(reply.status(), 421);
    let body = String::from_utf8(reply.body().full().unwrap().to_vec()).unwrap();
    let url = t.kw.public_url().replace('/', "&#x2f;");
    assert!(body.contains(&format!("The service is at {url}.")), "{body}");
    assert!(body.contains(&format!("href=\"{url}&#x2f;login\"")), "{body}");
}

#[tokio::test]
async fn a_password_that_is_too_short_is_told_how_long_it_must_be() {
    let t = TestAuth::with(|b| b.settings(|s| s.password_min = 13)).await;
    let short = [("email", "ada@example.com"), ("password", "short")];
    let page = Page::of(&t.pages().form("/signup", &short).await);
    let said = "Use at least 13 characters: a few words work well.";
    assert_eq!(page.text("#password-error"), said);
}
