//! From the first visit to the last, by forms alone.

use keyward::testing::{PASSWORD, TestAuth};

use super::html::{Page, location};

#[tokio::test]
async fn a_person_signs_up_verifies_and_leaves_by_forms_alone() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    let page = Page::of(&ada.page("/signup?return_to=%2Fapp").await);
    assert_eq!(page.attr("[name=return_to]", "value"), "/app");
    assert_eq!(page.attr("#password", "autocomplete"), "new-password");

    let short = [("name", "Ada"), ("email", "ada@example.com"), ("password", "short")];
    let reply = ada.form("/signup", &short).await;
    assert_eq!(reply.status(), 422);
    let page = Page::of(&reply);
    assert_eq!(page.attr("#password", "aria-invalid"), "true");
    assert_eq!(page.attr("[role=alert] a", "href"), "#password");
    assert_eq!(page.attr("#email", "value"), "ada@example.com");

    let good = [
        ("name", "Ada"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
        ("return_to", "/app"),
    ];
    let reply = ada.form("/signup", &good).await;
    assert_eq!(reply.status(), 303, "{}", reply.text());
    let verify = location(&reply);
    assert!(verify.starts_with("/verify?flow=flw_"), "{verify}");
    let page = Page::of(&ada.page(&verify).await);
    let flow = page.attr("[name=flow]", "value");
    assert_eq!(page.attr("#code", "autocomplete"), "one-time-code");
    assert_eq!(page.attr("#code", "inputmode"), "numeric");

    let wrong = [("flow", flow.as_str()), ("code", "000000"), ("return_to", "/app")];
    let reply = ada.form("/verify", &wrong).await;
    assert_eq!(reply.status(), 422);
    assert!(Page::of(&reply).text("[role=alert]").contains("not right"), "{}", reply.text());

    let code = t.code_for("ada@example.com").await;
    let right = [("flow", flow.as_str()), ("code", code.as_str()), ("return_to", "/app")];
    let reply = ada.form("/verify", &right).await;
    assert_eq!(location(&reply), "/app", "back to where they wanted to go");

    let page = Page::of(&ada.page("/account").await);
    assert_eq!(page.text("h1"), "Hello, Ada");
    assert!(page.text("main").contains("confirmed"));

    let page = Page::of(&ada.page("/logout").await);
    let csrf = page.attr("[name=csrf]", "value");
    let reply = ada.form("/logout", &[("csrf", csrf.as_str())]).await;
    let page = Page::of(&ada.page(&location(&reply)).await);
    assert_eq!(page.text("[role=status]"), "You are signed out.");
    assert_eq!(location(&ada.page("/account").await), "/login?return_to=%2Faccount");
}

#[tokio::test]
async fn a_link_opened_on_another_device_proves_the_address_but_signs_nobody_in() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(ada.form("/signup", &fields).await.status(), 303);
    let link = format!("/verify/{}", t.link_token_for("ada@example.com").await);

    let phone = t.pages();
    let page = Page::of(&phone.page(&link).await);
    assert_eq!(page.attr("main form", "action"), link, "the button alone spends it");
    let reply = phone.form(&link, &[]).await;
    assert_eq!(location(&reply), "/login?notice=verified");
    assert!(phone.cookie("kw_session").is_none());

    let reply = phone.form(&link, &[]).await;
    assert_eq!(reply.status(), 422, "it works once");
    let page = Page::of(&reply);
    assert!(page.all("main form").is_empty());
    assert_eq!(page.attr("main a.button", "href"), "/login");
}

#[tokio::test]
async fn attack_mail_scanner_heads_and_gets_spend_no_link() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
    ada.form("/signup", &fields).await;
    let link = format!("/verify/{}", t.link_token_for("ada@example.com").await);
    let scanner = t.pages();
    for _ in 0..3 {
        assert_eq!(scanner.send(http::Method::HEAD, &link, None, "").await.status(), 200);
        assert_eq!(scanner.page(&link).await.status(), 200);
    }
    assert_eq!(location(&ada.form(&link, &[]).await), "/account");
}

#[tokio::test]
async fn a_new_code_is_sent_on_request_and_not_at_once_again() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
    let verify = location(&ada.form("/signup", &fields).await);
    let flow = verify.trim_start_matches("/verify?flow=").to_owned();
    let reply = ada.form("/verify/resend", &[("flow", &flow)]).await;
    assert_eq!(reply.status(), 429);
    assert!(reply.headers().contains_key("retry-after"));
    Page::of(&reply);
    t.clock.advance(std::time::Duration::from_secs(60));
    let reply = ada.form("/verify/resend", &[("flow", &flow)]).await;
    let page = Page::of(&ada.page(&location(&reply)).await);
    assert_eq!(page.text("[role=status]"), "A new code is on its way.");
}

#[tokio::test]
async fn the_first_administrator_comes_in_by_the_setup_page() {
    let t = TestAuth::new().await;
    let secret = t.kw.begin_setup().await.unwrap();
    let link = t.kw.setup_link(&secret);
    let admin = t.pages();
    Page::of(&admin.page("/setup").await);
    let fields = [("token", link.as_str()), ("email", "admin@example.com"), ("password", PASSWORD)];
    let reply = admin.form("/setup", &fields).await;
    assert_eq!(location(&reply), "/admin", "the whole link may be pasted: {}", reply.text());
    assert_eq!(location(&admin.page("/admin").await), "/admin/people");
    let reply = admin.form("/setup", &fields).await;
    assert_eq!(reply.status(), 422, "it works once");
    let page = Page::of(&reply);
    assert_eq!(page.attr("#email", "value"), "admin@example.com");
}
