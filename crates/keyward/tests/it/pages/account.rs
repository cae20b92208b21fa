//! A person's own account.

use keyward::testing::{Client, PASSWORD, PasskeyDevice, TestAuth};

use super::html::{Page, location};
use crate::{factors, passkeys};

#[tokio::test]
async fn a_person_changes_their_name_and_their_password() {
    let t = TestAuth::new().await;
    let user = t.user("ada@example.com").await;
    let elsewhere = t.pages().login_as(&user).await;
    let ada = t.pages().login_as(&user).await;
    let to = location(&ada.form("/account", &[("name", "Ada <Lovelace>")]).await);
    let reply = ada.page(&to).await;
    let page = Page::of(&reply);
    assert_eq!(page.text("[role=status]"), "Saved.");
    assert_eq!(page.text("h1"), "Hello, Ada <Lovelace>");
    assert!(!reply.text().contains("<Lovelace>"), "names are escaped");

    let long = "a".repeat(300);
    let reply = ada.form("/account", &[("name", long.as_str())]).await;
    assert_eq!(reply.status(), 422);
    assert_eq!(Page::of(&reply).attr("#name", "aria-invalid"), "true");

    Page::of(&ada.page("/account/password").await);
    let new = "staple battery horse correct";
    let wrong = [("current_password", "wrong wrong wrong"), ("new_password", new)];
    let reply = ada.form("/account/password", &wrong).await;
    assert_eq!(reply.status(), 422);
    assert_eq!(Page::of(&reply).attr("#current_password", "aria-invalid"), "true");
    let right = [
        ("username", "ada@example.com"),
        ("current_password", PASSWORD),
        ("new_password", new),
        ("sign_out_others", "on"),
    ];
    let to = location(&ada.form("/account/password", &right).await);
    assert_eq!(Page::of(&ada.page(&to).await).text("[role=status]"), "Your password was changed.");
    assert_eq!(elsewhere.page("/account").await.status(), 303, "the other session is closed");
    assert_eq!(location(&ada.page("/.well-known/change-password").await), "/account/password");
}

#[tokio::test]
async fn whoever_has_no_password_sets_a_first_one() {
    let t = TestAuth::new().await;
    let user = t
        .user_with(|new| {
            new.email = Some("ada@example.com".into());
            new.password = None;
        })
        .await;
    let ada = t.pages().login_as(&user).await;
    let page = Page::of(&ada.page("/account/password").await);
    assert_eq!(page.text("h1"), "Set a password");
    assert_eq!(page.all("#current_password").len(), 0);
    let short = ada.form("/account/password", &[("new_password", "short")]).await;
    assert_eq!(short.status(), 422);
    let page = Page::of(&short);
    assert_eq!(
        (page.text("h1"), page.all("#current_password").len()),
        ("Set a password".into(), 0)
    );
    // Whoever finds the browser open later proves first who they are.
    t.clock.advance(std::time::Duration::from_secs(3600));
    let late = ada.form("/account/password", &[("new_password", PASSWORD)]).await;
    assert_eq!(location(&late), "/account/step-up?return_to=%2Faccount%2Fpassword");
    let ada = t.pages().login_as(&user).await;
    let set = ada.form("/account/password", &[("new_password", PASSWORD)]).await;
    assert_eq!(location(&set), "/account?notice=password");
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(t.pages().form("/login", &fields).await.status(), 303);
    let page = Page::of(&ada.page("/account/password").await);
    assert_eq!(
        (page.text("h1"), page.all("#current_password").len()),
        ("Change password".into(), 1)
    );
    let again = ada.form("/account/password", &[("new_password", "another long passphrase")]).await;
    assert_eq!(again.status(), 422, "there is one now");
}

#[tokio::test]
async fn a_person_ends_one_session_and_all_others() {
    let t = TestAuth::new().await;
    let user = t.user("ada@example.com").await;
    let phone = t.pages().login_as(&user).await;
    let laptop = t.pages().login_as(&user).await;
    let ada = t.pages().login_as(&user).await;
    let page = Page::of(&ada.page("/account/sessions").await);
    assert_eq!(page.all("main .cards > li").len(), 3);
    assert_eq!(page.all("main .tag.good").len(), 1, "one is this one");
    let id = page.attr("[name=session]", "value");
    location(&ada.form("/account/sessions/close", &[("session", &id)]).await);
    let ended = [&phone, &laptop];
    let mut alive = 0;
    for other in ended {
        alive += usize::from(other.page("/account").await.status() == 200);
    }
    assert_eq!(alive, 1);
    location(&ada.form("/account/sessions/close-others", &[]).await);
    for other in ended {
        assert_eq!(other.page("/account").await.status(), 303);
    }
    assert_eq!(ada.page("/account").await.status(), 200);
}

#[tokio::test]
async fn attack_a_session_of_somebody_else_is_not_ended() {
    let t = TestAuth::new().await;
    let (ada, bob) = (t.user("ada@example.com").await, t.user("bob@example.com").await);
    let ada = t.pages().login_as(&ada).await;
    let bob = t.pages().login_as(&bob).await;
    let second = t.user("eve@example.com").await;
    let eve = t.pages().login_as(&second).await;
    // Bob's own list shows no form for the only session, so Eve asks by its id.
    let id = t.kw.session_list(t.kw.find_person("bob@example.com").await.unwrap().unwrap().id);
    let id = id.await.unwrap()[0].id.to_string();
    let reply = eve.form("/account/sessions/close", &[("session", &id)]).await;
    assert_eq!(reply.status(), 404);
    assert_eq!(bob.page("/account").await.status(), 200);
    assert_eq!(ada.page("/account").await.status(), 200);
}

#[tokio::test]
async fn whoever_an_administrator_locked_out_is_told_so_and_nobody_else_is() {
    let t = TestAuth::new().await;
    let user = t.user("ada@example.com").await;
    let ada = t.pages().login_as(&user).await;
    let lock = keyward::Act::Lock { reason: "lost phone".into() };
    t.kw.act_on(user.id, lock).await.unwrap().unwrap();
    let to = location(&ada.page("/account").await);
    assert_eq!(to, "/login?notice=locked");
    let said = Page::of(&ada.page(&to).await).text("[role=status]");
    assert!(
        said.contains("locked this account") && said.contains("ask an administrator"),
        "{said}"
    );
    assert!(!said.contains("lost phone"), "why is the administrator's to say");
    assert_eq!(ada.get("/api/v1/session").await.code(), "account_locked");
    assert!(t.kw.session_list(user.id).await.unwrap().is_empty(), "and is open nowhere");

    // The id alone, with another secret or none, is nobody's session.
    let held = ada.cookie("kw_session").unwrap();
    let (id, _) = held.split_once('.').unwrap();
    for forged in [id.to_owned(), format!("{id}."), format!("{id}.{}", "A".repeat(43))] {
        let eve = t.pages();
        eve.set_cookie("kw_session", &forged);
        assert_eq!(location(&eve.page("/account").await), "/login?return_to=%2Faccount");
        assert_eq!(eve.get("/api/v1/session").await.code(), "unauthenticated");
    }
    t.kw.act_on(user.id, keyward::Act::Unlock).await.unwrap().unwrap();
    let to = location(&ada.page("/account").await);
    assert_eq!(to, "/login?notice=ended&return_to=%2Faccount", "what was open stays closed");
}

#[tokio::test]
async fn a_session_that_was_over_before_is_told_to_be_over_and_not_locked() {
    let t = TestAuth::new().await;
    let user = t.user("ada@example.com").await;
    let ada = t.pages().login_as(&user).await;
    t.clock.advance(std::time::Duration::from_secs(31 * 24 * 3600));
    let lock = keyward::Act::Lock { reason: String::new() };
    t.kw.act_on(user.id, lock).await.unwrap().unwrap();
    let to = location(&ada.page("/account").await);
    assert!(to.starts_with("/login?notice=ended"), "{to}");
}

/// What the overview says of how well the account is guarded, mark and words.
async fn guard(client: &Client) -> (String, String) {
    let page = Page::of(&client.page("/account").await);
    let panel = "section[aria-labelledby=guard]";
    (page.text(&format!("{panel} .tag")), page.text(&format!("{panel} p")))
}

#[tokio::test]
async fn the_overview_says_how_well_the_account_is_guarded() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    let (mark, words) = guard(&client).await;
    assert_eq!(mark, "could be better");
    assert!(words.contains("Whoever learns your password gets in."), "{words}");

    let (_, codes) = client.enrol_totp(&t.clock).await;
    let (mark, words) = guard(&client).await;
    assert_eq!(mark, "well protected");
    assert!(words.contains("Nobody gets in with your password alone."), "{words}");
    for code in &codes[..8] {
        let other = t.pages();
        let begun = factors::flow(&other).await;
        let done = factors::answer(&other, &begun, "recovery_code", code).await;
        assert_eq!(done.status(), 200);
    }
    let (mark, words) = guard(&client).await;
    assert_eq!(mark, "could be better");
    assert!(words.ends_with("phone is lost: 2."), "{words}");

    let bob = t.user_with(|new| {
        new.email = Some("bob@example.com".into());
        new.password = None;
    });
    let client = t.pages().login_as(&bob.await).await;
    assert!(guard(&client).await.1.contains("Whoever gets into your mailbox"));
    let mut device = PasskeyDevice::default();
    assert_eq!(passkeys::add(&client, &mut device).await.status(), 201);
    let (mark, words) = guard(&client).await;
    assert_eq!(mark, "well protected");
    assert!(words.contains("There is no password that anybody could learn."), "{words}");
}
