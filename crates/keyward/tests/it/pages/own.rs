//! A person's own account as a whole, and somebody who acts as them.

use std::time::Duration;

use keyward::testing::{Client, PASSWORD, TestAuth};

use super::html::{Page, location};

async fn signed_in(t: &TestAuth, name: &str) -> Client {
    let client = t.pages();
    location(&client.form("/login", &[("username", name), ("password", PASSWORD)]).await);
    client
}

#[tokio::test]
async fn a_person_downloads_their_data_deletes_their_account_and_has_it_back() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let ada = signed_in(&t, "ada@example.com").await;
    Page::of(&ada.page("/account/data").await);
    let file = ada.form("/account/data/export", &[]).await;
    assert_eq!(file.json()["account"]["email"], "ada@example.com");
    let wrong = ada.form("/account/data/delete", &[("confirm", "no")]).await;
    let page = Page::of(&wrong);
    assert_eq!(
        (wrong.status().as_u16(), page.attr("#confirm", "aria-invalid")),
        (422, "true".into())
    );
    t.clock.advance(Duration::from_secs(3600));
    let early = ada.form("/account/data/delete", &[("confirm", "ada@example.com")]).await;
    assert_eq!(location(&early), "/account/step-up?return_to=%2Faccount%2Fdata");
    let ada = signed_in(&t, "ada@example.com").await;
    let gone = ada.form("/account/data/delete", &[("confirm", "ada@example.com")]).await;
    let page = Page::of(&ada.page(&location(&gone)).await);
    assert!(page.text("[role=status]").starts_with("Your account is deleted."));

    let link = format!("/restore/{}", t.link_token_for("ada@example.com").await);
    let page = Page::of(&ada.page(&link).await);
    assert_eq!(page.all("main form").len(), 1);
    let page = Page::of(&ada.form(&link, &[]).await);
    assert_eq!(page.text("[role=status]"), "Your account is back. Please sign in.");
    assert_eq!(Page::of(&ada.form(&link, &[]).await).all("main form").len(), 0, "spent");
    let ada = signed_in(&t, "ada@example.com").await;
    let page = Page::of(&ada.page("/account/activity").await);
    let told = page.text(".timeline");
    assert!(told.contains("Account deleted") && told.contains("Account restored"), "{told}");
}

#[tokio::test]
async fn a_banner_with_a_stop_button_stands_on_every_page() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    let ada = t.user("ada@example.com").await;
    t.give_role(&root, "admin").await;
    let admin = signed_in(&t, "root@example.com").await;
    let home = format!("/admin/people/{}", ada.id);
    let page = Page::of(&admin.page(&home).await);
    assert_eq!(page.all("#act-reason").len(), 1);
    let act = format!("{home}/impersonate");
    let none = admin.form(&act, &[("reason", "")]).await;
    assert_eq!(none.status(), 422);
    assert_eq!(Page::of(&none).attr("#act-reason", "aria-invalid"), "true");
    assert_eq!(location(&admin.form(&act, &[("reason", "ticket 7")]).await), "/account");
    for path in ["/account", "/account/sessions", "/account/data", "/account/email", "/recover"] {
        let page = Page::of(&admin.page(path).await);
        let banner = page.text("aside.acting");
        assert!(banner.contains("ada@example.com"), "{path}: {banner}");
        assert_eq!(page.attr("aside.acting form", "action"), "/impersonation/stop");
    }
    // Pages of errors are pages, too; whoever acts as nobody else sees none there.
    for path in ["/admin/people/%ff", "/admin/people", "/kw-assets/none"] {
        let reply = admin.page(path).await;
        assert!(matches!(reply.status().as_u16(), 403..=405), "{path}: {}", reply.status());
        let page = Page::of(&reply);
        assert!(page.text("aside.acting").contains("ada@example.com"), "{path}");
        assert!(page.attr("aside.acting [name=csrf]", "value").len() > 20, "{path}: it stops it");
    }
    let other = signed_in(&t, "ada@example.com").await.page("/kw-assets/none").await;
    assert!(Page::of(&other).all("aside.acting").is_empty());
    let denied = admin.form("/account/email", &[("to", "mine@example.com")]).await;
    assert_eq!(denied.status(), 422);
    assert!(Page::of(&denied).text("[role=alert]").contains("somebody else's name"));
    assert_eq!(
        location(&admin.form("/impersonation/stop", &[]).await),
        format!("{home}?notice=done")
    );
    let page = Page::of(&admin.page("/account").await);
    assert!(page.all("aside.acting").is_empty());
}
