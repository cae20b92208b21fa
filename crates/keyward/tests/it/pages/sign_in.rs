//! Sign in and out, by forms alone.

use keyward::testing::{PASSWORD, TestAuth};

use super::html::{Page, location};

#[tokio::test]
async fn the_login_page_signs_a_person_in_and_keeps_what_they_typed() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let ada = t.pages();
    let reply = ada.page("/login").await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let page = Page::of(&reply);
    assert_eq!(page.text("h1"), "Sign in");
    assert_eq!(page.attr("#username", "autocomplete"), "username webauthn");
    assert_eq!(page.attr("#password", "autocomplete"), "current-password");

    let wrong = [("username", "ada@example.com"), ("password", "incorrect horse battery")];
    let reply = ada.form("/login", &wrong).await;
    assert_eq!(reply.status(), 422);
    let page = Page::of(&reply);
    assert!(page.text("[role=alert]").contains("incorrect"), "{}", reply.text());
    assert_eq!(page.attr("#username", "value"), "ada@example.com");
    assert_eq!(page.attr("#password", "value"), "", "a secret never comes back");

    let right = [("username", "ada@example.com"), ("password", PASSWORD), ("remember", "on")];
    let reply = ada.form("/login", &right).await;
    assert_eq!(reply.status(), 303);
    assert_eq!(reply.headers()["location"], "/account");
    assert!(ada.cookie("kw_session").is_some());
}

#[tokio::test]
async fn whoever_is_signed_in_is_not_asked_again() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    assert_eq!(location(&client.page("/login").await), "/account");
    assert_eq!(location(&client.page("/login?return_to=%2Fapp").await), "/app");
}

#[tokio::test]
async fn attack_unknown_fields_and_two_of_a_kind_are_refused() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    let login = [("username", "ada@example.com"), ("password", PASSWORD)];
    for extra in [("admin", "true"), ("username", "bob@example.com")] {
        let fields = [login[0], login[1], extra];
        let reply = client.form("/login", &fields).await;
        assert_eq!(reply.status(), 422, "{extra:?}");
        Page::of(&reply);
        assert!(client.cookie("kw_session").is_none(), "{extra:?}");
    }
}

#[tokio::test]
async fn the_front_door_of_a_server_of_its_own_leads_to_the_sign_in() {
    let t = TestAuth::new().await;
    let request = http::Request::get("/").header("host", "localhost").header("accept", "text/html");
    let reply = t.kw.handle(request.body(bytes::Bytes::new()).unwrap(), None).await;
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["location"]),
        (303, &"/login".parse().unwrap())
    );
}

#[tokio::test]
async fn looking_at_the_sign_out_page_signs_nobody_out() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    Page::of(&client.page("/logout").await);
    assert_eq!(client.page("/account").await.status(), 200);
}

#[tokio::test]
async fn what_the_app_says_when_it_refuses_is_shown() {
    let no = |_: &_| Err(keyward::Veto::new("closed", "Please come back tomorrow."));
    let t = TestAuth::with(|b| b.before_sign_in(no)).await;
    t.user("ada@example.com").await;
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    let reply = t.pages().form("/login", &fields).await;
    assert_eq!(reply.status(), 422);
    assert_eq!(Page::of(&reply).text("[role=alert]"), "Please come back tomorrow.");
}
