//! Get back in without the password, by forms alone.

use keyward::testing::{PASSWORD, TestAuth};

use super::html::{Page, location};

const NEW: &str = "staple battery horse correct";

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_code() {
    let t = TestAuth::new().await;
    let user = t.user("ada@example.com").await;
    let elsewhere = t.pages().login_as(&user).await;
    let ada = t.pages();
    Page::of(&ada.page("/recover").await);
    let to = location(&ada.form("/recover", &[("identifier", "ada@example.com")]).await);
    let page = Page::of(&ada.page(&to).await);
    let flow = page.attr("[name=flow]", "value");
    let code = t.code_for("ada@example.com").await;
    let weak = [("flow", flow.as_str()), ("code", &code), ("password", "short")];
    let reply = ada.form("/recover/code", &weak).await;
    assert_eq!(reply.status(), 422);
    let page = Page::of(&reply);
    assert_eq!(page.attr("#code", "value"), code, "what was typed is kept");
    assert_eq!(page.attr("#password", "aria-invalid"), "true");
    let good =
        [("flow", flow.as_str()), ("code", &code), ("password", NEW), ("sign_out_others", "on")];
    assert_eq!(location(&ada.form("/recover/code", &good).await), "/account");
    assert_eq!(location(&elsewhere.page("/account").await).split('?').next(), Some("/login"));
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_link_once() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let ada = t.pages();
    ada.form("/recover", &[("identifier", "ada@example.com")]).await;
    let link = format!("/recover/{}", t.link_token_for("ada@example.com").await);
    Page::of(&ada.page(&link).await);
    let reply = ada.form(&link, &[("password", NEW)]).await;
    assert_eq!(location(&reply), "/account", "{}", reply.text());
    let reply = ada.form(&link, &[("password", NEW)]).await;
    assert_eq!(reply.status(), 422);
    assert_eq!(Page::of(&reply).attr("main a.button", "href"), "/recover");
    let reply = ada.form("/login", &[("username", "ada@example.com"), ("password", PASSWORD)]);
    assert_eq!(reply.await.status(), 422, "the old password is dead");
}

#[tokio::test]
async fn known_and_unknown_people_are_shown_the_same_page() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let mut pages = vec![];
    for name in ["ada@example.com", "nobody@example.com"] {
        let client = t.pages();
        let to = location(&client.form("/recover", &[("identifier", name)]).await);
        let reply = client.page(&to).await;
        pages.push(Page::of(&reply).text("main"));
    }
    assert_eq!(pages[0], pages[1]);
}
