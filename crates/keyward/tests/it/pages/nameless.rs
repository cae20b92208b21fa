//! Going on without an account, and keeping what it became: by forms alone.

use keyward::SignUpMode;
use keyward::testing::{PASSWORD, TestAuth};

use super::html::{Page, location};

const EMAIL: &str = "ada@example.com";

async fn kit() -> TestAuth {
    TestAuth::with(|b| b.settings(|s| s.anonymous = true)).await
}

#[tokio::test]
async fn it_is_offered_where_it_is_on_and_nowhere_else() {
    const OFFER: &str = "form[action='/login/anonymous'] button";
    let (on, off) = (kit().await, TestAuth::new().await);
    for path in ["/login", "/signup"] {
        let page = Page::of(&on.pages().page(path).await);
        assert_eq!(page.text(OFFER), "Continue without an account", "{path}");
        assert!(Page::of(&off.pages().page(path).await).all(OFFER).is_empty(), "{path}");
    }
    let refused = off.pages().form("/login/anonymous", &[]).await;
    assert_eq!(refused.status(), 422);
    assert!(Page::of(&refused).text("[role=alert]").contains("not offered here"));
    let invited =
        TestAuth::with(|b| b.settings(|s| (s.anonymous, s.sign_up) = (true, SignUpMode::Invited)));
    let invited = invited.await.pages();
    assert!(Page::of(&invited.page("/login").await).all(OFFER).is_empty());
    assert_eq!(invited.form("/login/anonymous", &[]).await.status(), 422);
}

#[tokio::test]
async fn a_guest_is_told_that_this_browser_alone_holds_the_account_until_it_has_a_name() {
    let t = kit().await;
    let guest = t.pages();
    let to = location(&guest.form("/login/anonymous", &[("return_to", "/app")]).await);
    assert_eq!(to, "/app", "on to where they wanted to go");
    let id = guest.get("/api/v1/session").await.json()["user"]["id"].clone();
    let page = Page::of(&guest.page("/account").await);
    assert!(page.text("[aria-labelledby=keep]").contains("Nothing but this browser holds it"));
    assert_eq!(page.attr("[aria-labelledby=keep] form", "action"), "/account/email");
    let wrong = guest.form("/account/email", &[("to", "no address")]).await;
    assert_eq!(wrong.status(), 422);

    let to = location(&guest.form("/account/email", &[("to", EMAIL)]).await);
    let flow = Page::of(&guest.page(&to).await).attr("[name=flow]", "value");
    let code = t.code_for(EMAIL).await;
    let to = location(&guest.form("/account/address", &[("flow", &flow), ("code", &code)]).await);
    let page = Page::of(&guest.page(&to).await);
    assert!(page.all("[aria-labelledby=keep]").is_empty(), "it can be come back to");
    let fields = [("new_password", PASSWORD)];
    location(&guest.form("/account/password", &fields).await);
    let elsewhere = t.pages();
    location(&elsewhere.form("/login", &[("username", EMAIL), ("password", PASSWORD)]).await);
    assert_eq!(elsewhere.get("/api/v1/session").await.json()["user"]["id"], id, "the same account");
}

#[tokio::test]
async fn whoever_is_signed_in_loses_nothing_by_it() {
    let t = kit().await;
    let ada = t.user(EMAIL).await;
    let client = t.pages().login_as(&ada).await;
    assert_eq!(location(&client.form("/login/anonymous", &[]).await), "/account");
    let session = client.get("/api/v1/session").await.json();
    assert_eq!(session["user"]["id"], ada.id.to_string());
}

#[tokio::test]
async fn attack_another_site_does_not_make_an_account_for_a_visitor() {
    let t = kit().await;
    let visitor = t.pages().from_site(Some("cross-site"));
    assert_eq!(visitor.form("/login/anonymous", &[]).await.status(), 403);
    assert_eq!(visitor.cookie("kw_session"), None);
}

#[tokio::test]
async fn an_account_is_kept_by_what_people_sign_in_with_here() {
    use keyward::Kind;
    for (kinds, asked) in [
        (vec![Kind::Phone, Kind::Username], "/account/phone"),
        (vec![Kind::Username], "/account/username"),
    ] {
        let t = TestAuth::with(|b| {
            b.settings(|s| (s.anonymous, s.identifiers) = (true, kinds.clone()))
        });
        let guest = t.await.pages();
        location(&guest.form("/login/anonymous", &[]).await);
        let page = Page::of(&guest.page("/account").await);
        assert_eq!(page.attr("[aria-labelledby=keep] form", "action"), asked);
    }
}
