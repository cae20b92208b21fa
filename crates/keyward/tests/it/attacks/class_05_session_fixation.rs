//! Class 05: a session that an attacker knows before is worth nothing after.

use keyward::Vouched;
use keyward::testing::{Client, PASSWORD, TestAuth};
use serde_json::{Value, json};

use crate::pages::html::location;

const SESSION: &str = "kw_session";
const NEW_PASSWORD: &str = "another long password";

async fn sign_in(client: &Client, email: &str) {
    let body = json!({ "identifier": email, "password": PASSWORD });
    let reply = client.post("/api/v1/sign-in", &body).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
}

async fn opens(t: &TestAuth, cookie: &str) -> bool {
    let other = t.pages();
    other.set_cookie(SESSION, cookie);
    other.get("/api/v1/session").await.status() == 200
}

#[tokio::test]
async fn a_planted_session_of_the_attacker_ends_when_the_victim_signs_in_over_it() {
    let t = TestAuth::new().await;
    t.user("mallory@example.com").await;
    t.user("ada@example.com").await;
    let mallory = t.pages();
    sign_in(&mallory, "mallory@example.com").await;
    let planted = mallory.cookie(SESSION).unwrap();

    let ada = t.pages();
    ada.set_cookie(SESSION, &planted);
    sign_in(&ada, "ada@example.com").await;
    let fresh = ada.cookie(SESSION).unwrap();
    assert_ne!(planted, fresh);
    assert_ne!(planted.split('.').next(), fresh.split('.').next(), "the id is new as well");
    assert!(!opens(&t, &planted).await, "what was planted opens nothing");
    assert_eq!(ada.get("/api/v1/session").await.json()["user"]["email"], "ada@example.com");
}

#[tokio::test]
async fn a_planted_session_ends_as_well_when_the_victim_signs_in_by_the_page() {
    let t = TestAuth::new().await;
    t.user("mallory@example.com").await;
    t.user("ada@example.com").await;
    let mallory = t.pages();
    sign_in(&mallory, "mallory@example.com").await;
    let planted = mallory.cookie(SESSION).unwrap();
    let made_up = "ses_01hf7yat00fzzvyzzzzzzzzzzz.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for planted in [planted.as_str(), made_up] {
        let ada = t.pages();
        ada.set_cookie(SESSION, planted);
        let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
        assert_eq!(location(&ada.form("/login", &fields).await), "/account");
        assert_ne!(ada.cookie(SESSION).unwrap(), planted);
        assert!(!opens(&t, planted).await, "what was planted opens nothing");
        assert_eq!(ada.get("/api/v1/session").await.json()["user"]["email"], "ada@example.com");
    }
}

#[tokio::test]
async fn a_session_id_that_was_never_issued_is_not_adopted() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let made_up = "ses_01hf7yat00fzzvyzzzzzzzzzzz.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for planted in [made_up, "x", "ses_x.y", "."] {
        let ada = t.pages();
        ada.set_cookie(SESSION, planted);
        assert_eq!(ada.get("/api/v1/session").await.status(), 401, "{planted}");
        sign_in(&ada, "ada@example.com").await;
        assert_ne!(ada.cookie(SESSION).unwrap(), planted);
        assert!(!opens(&t, planted).await, "{planted}");
    }
}

#[tokio::test]
async fn signing_in_again_closes_the_session_before() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let ada = t.pages();
    sign_in(&ada, "ada@example.com").await;
    let before = ada.cookie(SESSION).unwrap();
    sign_in(&ada, "ada@example.com").await;
    assert!(!opens(&t, &before).await);
    let rows = ada.get("/api/v1/me/sessions").await.json();
    assert_eq!(rows["data"].as_array().unwrap().len(), 1, "one browser, one session");
}

#[tokio::test]
async fn a_password_change_rotates_the_session_and_closes_the_others() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let (ada, elsewhere) = (t.pages(), t.pages());
    sign_in(&ada, "ada@example.com").await;
    sign_in(&elsewhere, "ada@example.com").await;
    let before = ada.cookie(SESSION).unwrap();
    let body = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let reply = ada.json(http::Method::PUT, "/api/v1/me/password", &body).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    assert_ne!(ada.cookie(SESSION).unwrap(), before);
    assert!(!opens(&t, &before).await);
    assert_eq!(elsewhere.get("/api/v1/session").await.code(), "unauthenticated");
    assert_eq!(ada.get("/api/v1/session").await.status(), 200);
}

#[tokio::test]
async fn others_stay_at_a_password_change_only_when_told_so() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let (ada, elsewhere) = (t.pages(), t.pages());
    sign_in(&ada, "ada@example.com").await;
    sign_in(&elsewhere, "ada@example.com").await;
    let before = ada.cookie(SESSION).unwrap();
    let body = json!({
        "current_password": PASSWORD, "new_password": NEW_PASSWORD, "keep_other_sessions": true,
    });
    assert_eq!(ada.json(http::Method::PUT, "/api/v1/me/password", &body).await.status(), 200);
    assert_eq!(elsewhere.get("/api/v1/session").await.status(), 200);
    assert!(!opens(&t, &before).await, "the own one is rotated all the same");
}

#[tokio::test]
async fn whoever_began_a_flow_gains_nothing_when_the_victim_finishes_it() {
    let t = TestAuth::new().await;
    let attacker = t.pages();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let reply = attacker.post("/api/v1/sign-up", &body).await;
    assert_eq!(reply.status(), 202);
    let token = t.link_token_for("ada@example.com").await;

    let victim = t.pages();
    let reply = victim.post("/api/v1/verify-link", &json!({ "token": token })).await;
    assert_eq!(reply.json()["status"], "verified", "{}", reply.text());
    assert_eq!(victim.cookie(SESSION), None, "another browser only proves the address");
    assert_eq!(attacker.get("/api/v1/session").await.status(), 401);
    assert_eq!(attacker.cookie(SESSION), None);
}

#[tokio::test]
async fn recovery_closes_what_a_thief_had_open() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let (thief, ada) = (t.pages(), t.pages());
    sign_in(&thief, "ada@example.com").await;
    let reply = ada.post("/api/v1/recovery", &json!({ "identifier": "ada@example.com" })).await;
    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
    let code = t.code_for("ada@example.com").await;
    let body = json!({ "code": code, "password": NEW_PASSWORD });
    let reply = ada.post(&format!("/api/v1/recovery/{flow}/confirm"), &body).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
    assert_eq!(thief.get("/api/v1/session").await.status(), 401);
}

#[tokio::test]
async fn an_app_that_vouches_rotates_as_well() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let before = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let how = Vouched { replaces: Some(before.id), ..Vouched::default() };
    let after = t.kw.sign_in_vouched(&ada.id, how).await.unwrap().unwrap();
    assert!(!opens(&t, before.token().reveal()).await);
    assert!(opens(&t, after.token().reveal()).await);
}

#[tokio::test]
async fn a_role_that_is_given_does_not_need_the_session_but_a_lock_ends_it() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let browser = t.pages();
    sign_in(&browser, "ada@example.com").await;
    t.kw.assign_role(ada.id, "admin", true).await.unwrap().unwrap();
    let seen = browser.get("/api/v1/session").await.json();
    assert_eq!(seen["roles"], Value::from(vec!["admin"]), "access is new, the session lives");
    t.user("root@example.com").await;
    let root = t.kw.find_person("root@example.com").await.unwrap().unwrap();
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let lock = keyward::Act::Lock { reason: "stolen".into() };
    t.kw.act_on(ada.id, lock).await.unwrap().unwrap();
    assert_eq!(browser.get("/api/v1/session").await.status(), 401);
}
