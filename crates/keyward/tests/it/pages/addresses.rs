//! What a person is reached by, on pages.

use std::time::Duration;

use keyward::testing::{Client, PASSWORD, TestAuth};

use super::html::{Page, location};

async fn ada() -> (TestAuth, Client) {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    location(&client.form("/login", &fields).await);
    (t, client)
}

#[tokio::test]
async fn a_person_changes_their_address_and_takes_it_back() {
    let (t, ada) = ada().await;
    let page = Page::of(&ada.page("/account/email").await);
    assert!(page.text("main").contains("ada@example.com"));
    let wrong = ada.form("/account/email", &[("to", "nowhere")]).await;
    assert_eq!(wrong.status(), 422);
    let page = Page::of(&wrong);
    assert_eq!(
        (page.attr("#to", "aria-invalid"), page.attr("#to", "value")),
        ("true".into(), "nowhere".into())
    );

    let to = location(&ada.form("/account/email", &[("to", "ada@new.example")]).await);
    let page = Page::of(&ada.page(&to).await);
    let flow = page.attr("[name=flow]", "value");
    let code = t.code_for("ada@new.example").await;
    let reply = ada.form("/account/address", &[("flow", &flow), ("code", "12")]).await;
    assert_eq!(Page::of(&reply).attr("#code", "value"), "12");
    let early = ada.form("/account/address/resend", &[("flow", &flow)]).await;
    assert_eq!(early.status(), 429);
    let to = location(&ada.form("/account/address", &[("flow", &flow), ("code", &code)]).await);
    let page = Page::of(&ada.page(&to).await);
    assert!(page.text("dl").contains("ada@new.example"));
    assert!(page.text(".timeline").contains("Sign-in name changed"));

    let link = format!("/undo/{}", t.link_token_for("ada@example.com").await);
    let stranger = t.pages();
    let page = Page::of(&stranger.page(&link).await);
    assert_eq!(page.attr("main form", "action"), link.replace(':', "%3A"));
    let page = Page::of(&stranger.form(&link, &[]).await);
    assert!(page.text("[role=status]").contains("Set a new password"));
    let reply = stranger.page(&link).await;
    assert_eq!(reply.status(), 422);
    assert!(Page::of(&reply).all("main form").is_empty(), "spent");
    location(&ada.page("/account").await);
}

#[tokio::test]
async fn the_link_of_the_letter_asks_whoever_is_not_signed_in_to_sign_in() {
    let (t, ada) = ada().await;
    location(&ada.form("/account/email", &[("to", "ada@new.example")]).await);
    let path = format!("/account/address/{}", t.link_token_for("ada@new.example").await);
    assert!(location(&t.pages().page(&path).await).starts_with("/login?return_to=%2Faccount"));
    Page::of(&ada.page(&path).await);
    assert_eq!(location(&ada.form(&path, &[]).await), "/account?notice=saved");
    let reply = ada.form(&path, &[]).await;
    assert_eq!((reply.status().as_u16(), Page::of(&reply).all("main form").len()), (422, 0));
}

#[tokio::test]
async fn an_old_proof_is_asked_for_again_and_leads_back() {
    let (t, ada) = ada().await;
    t.clock.advance(Duration::from_secs(3600));
    let to = location(&ada.form("/account/phone", &[("to", "+49 151 1234567")]).await);
    assert_eq!(to, "/account/step-up?return_to=%2Faccount%2Fphone");
    let fields = [("method", "password"), ("code", PASSWORD), ("return_to", "/account/phone")];
    assert_eq!(location(&ada.form("/account/step-up", &fields).await), "/account/phone");
    let to = location(&ada.form("/account/phone", &[("to", "+49 151 1234567")]).await);
    let page = Page::of(&ada.page(&to).await);
    let flow = page.attr("[name=flow]", "value");
    let to = location(&ada.form("/account/address/cancel", &[("flow", &flow)]).await);
    assert_eq!(to, "/account?notice=done");
}

#[tokio::test]
async fn usernames_and_phones_have_pages_of_their_own() {
    let (_t, ada) = ada().await;
    Page::of(&ada.page("/account/phone").await);
    Page::of(&ada.page("/account/username").await);
    location(&ada.form("/account/username", &[("to", "ada")]).await);
    let page = Page::of(&ada.page("/account/username").await);
    assert!(page.text("main").contains("ada"));
    let to = location(&ada.form("/account/address/remove", &[("kind", "username")]).await);
    assert_eq!(to, "/account?notice=done");
    let last = ada.form("/account/address/remove", &[("kind", "email")]).await;
    assert_eq!(last.status(), 422, "nothing would be left");
}
