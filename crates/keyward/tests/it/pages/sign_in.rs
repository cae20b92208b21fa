//! Sign in and out, by forms alone.

use keyward::testing::{PASSWORD, TestAuth};

use super::html::Page;

#[tokio::test]
async fn the_login_page_signs_a_person_in_and_keeps_what_they_typed() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let ada = t.pages();
    let reply = ada.page("/login").await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let page = Page::of(&reply);
    assert_eq!(page.text("h1"), "Sign in");
    assert_eq!(page.attr("#identifier", "autocomplete"), "username");
    assert_eq!(page.attr("#password", "autocomplete"), "current-password");

    let wrong = [("identifier", "ada@example.com"), ("password", "incorrect horse battery")];
    let reply = ada.form("/login", &wrong).await;
    assert_eq!(reply.status(), 422);
    let page = Page::of(&reply);
    assert!(page.text("[role=alert]").contains("incorrect"), "{}", reply.text());
    assert_eq!(page.attr("#identifier", "value"), "ada@example.com");
    assert_eq!(page.attr("#password", "value"), "", "a secret never comes back");

    let right = [("identifier", "ada@example.com"), ("password", PASSWORD), ("remember", "on")];
    let reply = ada.form("/login", &right).await;
    assert_eq!(reply.status(), 303);
    assert_eq!(reply.headers()["location"], "/account");
    assert!(ada.cookie("kw_session").is_some());
}
