//! Where features meet: what one of them ends, another must not keep, and what one of them
//! keeps, another must not end.

use std::sync::Arc;
use std::time::Duration;

use ::http::Method;
use keyward::authenticator::Behaviour;
use keyward::testing::{Client, PASSWORD, PasskeyDevice, TestAuth};
use keyward::{Act, Keyward, Kind, NewPerson, Secret, VerifyMode, store};
use serde_json::{Value, json};

use crate::addresses::{Ada, ada, ask, confirm, sign_in};
use crate::factors::{Enrolled, answer, enrolled_in, flow};
use crate::nodes::node;
use crate::passkeys::{ORIGIN, add, sign_in as sign_in_with};
use crate::providers::{house_with, round, who};

const OLD: &str = "ada@example.com";

/// Changes the address of whoever is signed in.
async fn change(t: &TestAuth, client: &Client, to: &str) {
    let begun = ask(client, "email", to).await.json();
    let code = t.code_for(to).await;
    assert_eq!(confirm(client, &begun, &code).await.json()["status"], "verified");
}

async fn undo(t: &TestAuth, token: &str) -> String {
    let reply = t.pages().post("/api/v1/undo-link", &json!({ "token": token })).await;
    if reply.status().is_success() { "undone".into() } else { reply.code() }
}

async fn recover(t: &TestAuth, name: &str, password: &str) -> Value {
    let client = t.pages();
    client.post("/api/v1/recovery", &json!({ "identifier": name })).await;
    let token = t.link_token_for(name).await;
    let body = json!({ "token": token, "password": password });
    client.post("/api/v1/recovery-link", &body).await.json()
}

/// The links that went to an address.
fn links(t: &TestAuth, to: &str, kind: &str) -> usize {
    let all = t.kw.inbox().unwrap().all();
    let has = |link: &Option<String>| link.as_deref().is_some_and(|link| link.contains(kind));
    all.iter().filter(|message| message.to == to && has(&message.link)).count()
}

#[tokio::test]
async fn attack_a_thief_who_changes_an_address_twice_has_no_link_of_their_own() {
    let Ada { t, ada, home } = ada().await;
    let day = Duration::from_secs(24 * 3600);
    t.clock.advance(day);
    sign_in(&home, OLD).await;
    change(&t, &home, "thief1@example.com").await;
    let token = t.link_token_for(OLD).await;
    t.clock.advance(Duration::from_secs(60));
    change(&t, &home, "thief2@example.com").await;
    while t.deliver().await > 0 {}
    assert_eq!(links(&t, "thief1@example.com", "/undo/"), 0, "it came by a change itself");
    assert_eq!(undo(&t, &token).await, "undone");
    let now = t.kw.person(ada.id).await.unwrap().unwrap();
    assert_eq!(now.email.as_deref(), Some(OLD));

    // The address that came back is as old as it was: it has a link the next time.
    assert_eq!(recover(&t, OLD, "another long password").await["status"], "complete");
    let home = t.pages();
    let body = json!({ "identifier": OLD, "password": "another long password" });
    home.post("/api/v1/sign-in", &body).await;
    let before = links(&t, OLD, "/undo/");
    t.clock.advance(Duration::from_secs(120));
    change(&t, &home, "thief3@example.com").await;
    while t.deliver().await > 0 {}
    assert_eq!(links(&t, OLD, "/undo/"), before + 1);
}

#[tokio::test]
async fn attack_a_deletion_after_a_change_goes_with_the_change() {
    let Ada { t, ada, home } = ada().await;
    change(&t, &home, "thief@example.com").await;
    let token = t.link_token_for(OLD).await;
    let gone = home.json(Method::DELETE, "/api/v1/me", &json!({})).await;
    assert_eq!(gone.status(), 204, "{}", gone.text());
    let restore = t.link_token_for("thief@example.com").await;
    assert_eq!(undo(&t, &token).await, "undone");
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().status, "active");
    assert_eq!(recover(&t, OLD, "another long password").await["status"], "complete");
    let back = t.pages().post("/api/v1/restore-link", &json!({ "token": restore })).await;
    assert_eq!(back.code(), "link_invalid");
}

#[tokio::test]
async fn a_letter_of_an_earlier_deletion_takes_no_later_one_back() {
    let Ada { t, home, .. } = ada().await;
    assert_eq!(home.json(Method::DELETE, "/api/v1/me", &json!({})).await.status(), 204);
    let first = t.link_token_for(OLD).await;
    t.clock.advance(Duration::from_secs(3600));
    sign_in(&home, OLD).await;
    assert_eq!(home.json(Method::DELETE, "/api/v1/me", &json!({})).await.status(), 204);
    let second = t.link_token_for(OLD).await;
    let restore = async |token: &str| {
        t.pages().post("/api/v1/restore-link", &json!({ "token": token })).await
    };
    assert_eq!(restore(&first).await.code(), "link_invalid");
    assert_eq!(restore(&second).await.status(), 200);
}

/// An account that somebody made with an address of somebody else, where nothing has to be
/// proven, and what they enrolled.
#[tokio::test]
async fn attack_whoever_recovers_an_account_that_nobody_proved_has_it_alone() {
    let t = TestAuth::with(|b| b.settings(|s| s.verify = VerifyMode::None)).await;
    let thief = t.pages();
    let body = json!({ "email": OLD, "password": PASSWORD });
    assert_eq!(thief.post("/api/v1/sign-up", &body).await.json()["status"], "complete");
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&thief, &mut device).await.status(), 201);
    let key = thief.post("/api/v1/me/api-keys", &json!({ "name": "mine" })).await;
    assert_eq!(key.status(), 201, "{}", key.text());

    assert_eq!(recover(&t, OLD, "another long password").await["status"], "complete");
    let left = t.pages();
    assert!(sign_in_with(&left, &mut device).await.status().is_client_error());
    let ada = t.kw.find_person(OLD).await.unwrap().unwrap();
    assert!(t.kw.api_keys(ada.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn attack_keys_that_are_made_while_a_change_is_taken_back_are_gone_with_it() {
    let Ada { t, ada, home } = ada().await;
    change(&t, &home, "thief@example.com").await;
    let token = t.link_token_for(OLD).await;
    let body = json!({ "name": "mine" });
    let makes = async |n: usize| {
        for _ in 0..n {
            home.post("/api/v1/me/api-keys", &body).await;
        }
    };
    let (.., undone) = tokio::join!(makes(5), makes(5), makes(5), undo(&t, &token));
    assert_eq!(undone, "undone");
    assert!(t.kw.api_keys(ada.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn where_nobody_can_recover_a_change_that_is_taken_back_leaves_the_password() {
    let t = TestAuth::with(|b| b.settings(|s| s.recovery = false)).await;
    t.user(OLD).await;
    t.clock.advance(Duration::from_secs(60));
    let home = t.pages();
    sign_in(&home, OLD).await;
    change(&t, &home, "ada@new.example").await;
    let token = t.link_token_for(OLD).await;
    let reply = t.pages().post("/api/v1/undo-link", &json!({ "token": token })).await;
    assert_eq!(reply.json(), json!({ "status": "undone", "next": ["sign_in"] }));
    assert_eq!(sign_in(&t.pages(), OLD).await.json()["status"], "complete");
}

#[tokio::test]
async fn codes_that_were_made_since_a_change_go_with_it() {
    let Enrolled { t, home, codes, .. } = enrolled_in(TestAuth::new().await).await;
    t.clock.advance(Duration::from_secs(60));
    change(&t, &home, "thief@example.com").await;
    let token = t.link_token_for(OLD).await;
    let renewed = home.post("/api/v1/me/recovery-codes", &json!({})).await.json();
    assert_eq!(undo(&t, &token).await, "undone");
    let asked = recover(&t, OLD, "another long password").await;
    let begun = asked["flow_id"].as_str().unwrap();
    assert_eq!(asked["methods"], json!(["totp"]), "neither old codes nor new ones");
    let stolen = renewed["recovery_codes"][0].as_str().unwrap();
    let other = t.pages();
    assert!(!answer(&other, begun, "recovery_code", stolen).await.status().is_success());
    drop(codes);
}

#[tokio::test]
async fn a_username_that_somebody_has_now_is_not_taken_from_them() {
    let t = TestAuth::with(|b| b.settings(|s| s.identifiers = Kind::ALL.into())).await;
    t.user(OLD).await;
    let home = t.pages();
    sign_in(&home, OLD).await;
    let named = async |client: &Client, name: &str| {
        client.json(Method::PUT, "/api/v1/me/username", &json!({ "username": name })).await
    };
    assert_eq!(named(&home, "queen").await.status(), 204);
    t.clock.advance(Duration::from_secs(60));
    let dropped = home.json(Method::DELETE, "/api/v1/me/username", &json!({})).await;
    assert_eq!(dropped.status(), 204, "{}", dropped.text());
    let token = t.link_token_for(OLD).await;
    let bob = t.user("bob@example.com").await;
    let client = t.pages().login_as(&bob).await;
    assert_eq!(named(&client, "queen").await.status(), 204);
    assert_eq!(undo(&t, &token).await, "conflict");
    let bob = t.kw.person(bob.id).await.unwrap().unwrap();
    assert_eq!(bob.username.as_deref(), Some("queen"));
}

#[tokio::test]
async fn a_device_that_was_trusted_is_trusted_again_after_a_recovery() {
    let Enrolled { t, app, .. } = enrolled_in(TestAuth::new().await).await;
    let client = t.pages();
    let finish = async |begun: &str, code: &str| {
        let body =
            json!({ "flow_id": begun, "method": "totp", "code": code, "trust_device": true });
        client.post("/api/v1/sign-in/mfa", &body).await
    };
    let begun = flow(&client).await;
    assert_eq!(finish(&begun, &app.next_code()).await.status(), 200);
    client.post("/api/v1/sign-out", &json!({})).await;
    client.post("/api/v1/recovery", &json!({ "identifier": OLD })).await;
    let body = json!({ "token": t.link_token_for(OLD).await, "password": "another long password" });
    let asked = client.post("/api/v1/recovery-link", &body).await.json();
    let done = finish(asked["flow_id"].as_str().unwrap(), &app.next_code()).await;
    assert_eq!(done.json()["status"], "complete", "{}", done.text());
    client.post("/api/v1/sign-out", &json!({})).await;
    let body = json!({ "identifier": OLD, "password": "another long password" });
    assert_eq!(client.post("/api/v1/sign-in", &body).await.json()["status"], "complete");
}

#[tokio::test]
async fn an_account_that_was_deleted_comes_back_by_a_service_too() {
    let (t, issuer) = house_with(|b| b).await;
    let ada = t.user(OLD).await;
    let home = t.pages().login_as(&ada).await;
    assert_eq!(home.json(Method::DELETE, "/api/v1/me", &json!({})).await.status(), 204);
    let client = t.pages();
    round(&client, &issuer).await;
    assert_eq!(who(&client).await["user"]["id"], json!(ada.id));
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().status, "active");
}

#[tokio::test]
async fn a_recovery_with_a_second_factor_is_asked_for_what_else_must_be_proven() {
    let memory = Arc::new(store::MemoryStore::new());
    let t = node(Keyward::with_store(memory.clone())).await;
    let Enrolled { t, app, .. } = enrolled_in(t).await;
    t.kw.shutdown().await;
    // The operator wants more since.
    let both = Keyward::with_store(memory).settings(|s| s.verify = VerifyMode::Both);
    let strict = node(both).await;
    let asked = recover(&strict, OLD, "another long password").await;
    let begun = asked["flow_id"].as_str().unwrap();
    let done = answer(&strict.pages(), begun, "totp", &app.next_code()).await;
    assert_ne!(done.json()["status"], "complete", "{}", done.text());
}

/// Somebody who goes on without an account.
async fn nameless() -> (TestAuth, Client) {
    let t = TestAuth::with(|b| {
        b.settings(|s| {
            s.anonymous = true;
            s.identifiers = Kind::ALL.into();
        })
    })
    .await;
    let guest = t.pages();
    let begun = guest.post("/api/v1/sign-in/anonymous", &json!({})).await;
    assert_eq!(begun.status(), 200, "{}", begun.text());
    (t, guest)
}

#[tokio::test]
async fn whoever_has_no_address_comes_back_by_a_passkey() {
    let (t, guest) = nameless().await;
    let id = guest.get("/api/v1/me").await.json()["id"].clone();
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&guest, &mut device).await.status(), 201);
    let back = t.pages();
    let reply = sign_in_with(&back, &mut device).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
    assert_eq!(back.get("/api/v1/me").await.json()["id"], id);
}

#[tokio::test]
async fn whoever_has_no_address_comes_back_by_a_username_and_a_password() {
    let (t, guest) = nameless().await;
    let named = json!({ "username": "queen" });
    assert_eq!(guest.json(Method::PUT, "/api/v1/me/username", &named).await.status(), 204);
    let first = json!({ "new_password": PASSWORD });
    let set = guest.json(Method::PUT, "/api/v1/me/password", &first).await;
    assert!(set.status().is_success(), "{}", set.text());
    let reply = sign_in(&t.pages(), "queen").await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
}

#[tokio::test]
async fn a_key_does_not_freeze_an_account_without_a_name() {
    let (t, guest) = nameless().await;
    let key = guest.post("/api/v1/me/api-keys", &json!({ "name": "mine" })).await;
    assert_eq!(key.status(), 201, "{}", key.text());
    t.clock.advance(Duration::from_secs(3600));
    let begun = ask(&guest, "email", OLD).await;
    assert_eq!(begun.status(), 202, "{}", begun.text());
}

#[tokio::test]
async fn an_administrator_changes_their_own_account_where_everybody_does() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    t.role("boss", &["users:*"]).await;
    t.give_role(&root, "boss").await;
    let home = t.pages();
    sign_in(&home, "root@example.com").await;
    let path = format!("/api/v1/admin/users/{}", root.id);
    let patched = home.json(Method::PATCH, &path, &json!({ "email": "thief@example.com" })).await;
    assert_eq!(patched.code(), "outside_ceiling", "{}", patched.text());
    let set = json!({ "password": "another long password" });
    let set = home.post(&format!("{path}/set-password"), &set).await;
    assert_eq!(set.code(), "outside_ceiling", "{}", set.text());
    let patched = home.json(Method::PATCH, &path, &json!({ "name": "Root" })).await;
    assert_eq!(patched.status(), 200, "{}", patched.text());
}

#[tokio::test]
async fn whoever_is_changed_by_an_administrator_is_told() {
    let t = TestAuth::new().await;
    let ada = t.user(OLD).await;
    let told = || t.kw.inbox().unwrap().all().iter().filter(|m| m.to == OLD).count();
    let password = Secret::new("another long password");
    let act = Act::SetPassword { password, temporary: false };
    t.kw.act_on(ada.id, act).await.unwrap().unwrap();
    while t.deliver().await > 0 {}
    assert_eq!(told(), 1);
    let mut edit = keyward::EditPerson::default();
    edit.names.email = Some("ada@new.example".into());
    t.kw.edit_person(ada.id, edit).await.unwrap().unwrap();
    while t.deliver().await > 0 {}
    assert_eq!(told(), 2, "at the address that they had");
}

#[tokio::test]
async fn whoever_nothing_can_be_sent_to_gets_no_password_for_a_while() {
    let t = TestAuth::with(|b| b.settings(|s| s.identifiers = Kind::ALL.into())).await;
    let person = NewPerson { username: Some("queen".into()), ..NewPerson::default() };
    let queen = t.kw.add_person(person).await.unwrap().unwrap();
    let act = |temporary| Act::SetPassword { password: Secret::new(PASSWORD), temporary };
    assert!(t.kw.act_on(queen.id, act(true)).await.unwrap().is_err());
    t.kw.act_on(queen.id, act(false)).await.unwrap().unwrap();
    assert_eq!(sign_in(&t.pages(), "queen").await.json()["status"], "complete");
}

#[tokio::test]
async fn a_reset_of_second_factors_ends_the_sessions_that_stood_on_them() {
    let Enrolled { t, ada, home, .. } = enrolled_in(TestAuth::new().await).await;
    t.kw.act_on(ada.id, Act::ResetMfa).await.unwrap().unwrap();
    assert_eq!(home.get("/api/v1/me").await.status(), 401);
}

#[tokio::test]
async fn an_address_is_not_removed_where_nothing_else_signs_in() {
    let t = TestAuth::with(|b| {
        b.settings(|s| {
            s.verify = VerifyMode::None;
            s.identifiers = Kind::ALL.into();
        })
    })
    .await;
    let person = NewPerson {
        email: Some(OLD.into()),
        username: Some("queen".into()),
        verified: true,
        ..NewPerson::default()
    };
    let ada = t.kw.add_person(person).await.unwrap().unwrap();
    let home = t.pages().login_as(&ada).await;
    let remove = async || home.json(Method::DELETE, "/api/v1/me/email", &json!({})).await;
    assert_eq!(remove().await.code(), "last_way_in");
    let set =
        home.json(Method::PUT, "/api/v1/me/password", &json!({ "new_password": PASSWORD })).await;
    assert!(set.status().is_success(), "{}", set.text());
    assert_eq!(remove().await.status(), 204);
}

#[tokio::test]
async fn a_passkey_that_answers_the_second_step_is_in_the_log_and_so_is_its_copy() {
    let counting = Behaviour { counts: true, ..Behaviour::default() };
    let Enrolled { t, home, .. } = enrolled_in(TestAuth::new().await).await;
    let mut device = PasskeyDevice::new(counting);
    assert_eq!(add(&home, &mut device).await.status(), 201);
    let prove = async |device: &mut PasskeyDevice| {
        let client = t.pages();
        let begun = flow(&client).await;
        let body = json!({ "flow_id": begun });
        let asked = client.post("/api/v1/webauthn/sign-in/options", &body).await.json();
        let signed = device.get(ORIGIN, &asked["public_key"]).unwrap().to_string();
        answer(&client, &begun, "passkey", &signed).await.status().as_u16()
    };
    device.passkeys()[0].counter = 7;
    assert_eq!(prove(&mut device).await, 200);
    device.passkeys()[0].counter = 3;
    assert_eq!(prove(&mut device).await, 422);
    let log = home.get("/api/v1/me/activity").await.text().to_owned();
    assert!(log.contains("passkey.used"), "{log}");
    assert!(log.contains("\"reason\":\"cloned\""), "{log}");
}
