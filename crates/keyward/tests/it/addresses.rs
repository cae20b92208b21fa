//! People change what they are reached by.

use std::time::Duration;

use ::http::Method;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Kind, Secret, UserView};
use serde_json::{Value, json};

const OLD: &str = "ada@example.com";
const NEW: &str = "ada@new.example";
const DAY: Duration = Duration::from_secs(24 * 3600);

pub(crate) struct Ada {
    pub(crate) t: TestAuth,
    pub(crate) ada: UserView,
    pub(crate) home: Client,
}

pub(crate) async fn ada() -> Ada {
    let t = TestAuth::new().await;
    let ada = t.user(OLD).await;
    let home = t.pages();
    sign_in(&home, OLD).await;
    t.events().await;
    Ada { t, ada, home }
}

pub(crate) async fn sign_in(client: &Client, name: &str) -> Response {
    client.post("/api/v1/sign-in", &json!({ "identifier": name, "password": PASSWORD })).await
}

pub(crate) async fn ask(client: &Client, kind: &str, to: &str) -> Response {
    client.json(Method::PUT, &format!("/api/v1/me/{kind}"), &json!({ kind: to })).await
}

pub(crate) async fn confirm(client: &Client, begun: &Value, code: &str) -> Response {
    let flow = begun["flow_id"].as_str().unwrap_or_default();
    client.post(&format!("/api/v1/me/address/{flow}/confirm"), &json!({ "code": code })).await
}

async fn email_of(client: &Client) -> Value {
    client.get("/api/v1/me").await.json()["email"].clone()
}

async fn changed() -> Ada {
    let ada = ada().await;
    let begun = ask(&ada.home, "email", NEW).await.json();
    let code = ada.t.code_for(NEW).await;
    assert_eq!(confirm(&ada.home, &begun, &code).await.json()["status"], "verified");
    ada
}

#[tokio::test]
async fn a_new_address_counts_once_it_is_proven_and_not_before() {
    let Ada { t, home, .. } = ada().await;
    let begun = ask(&home, "email", "Ada@New.Example").await;
    assert_eq!(begun.status(), 202, "{}", begun.text());
    assert_eq!(email_of(&home).await, OLD);
    assert_eq!(sign_in(&t.pages(), NEW).await.status(), 401);
    let code = t.code_for("Ada@New.Example").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(confirm(&home, &begun.json(), wrong).await.code(), "code_invalid");
    assert_eq!(email_of(&home).await, OLD);

    assert_eq!(confirm(&home, &begun.json(), &code).await.status(), 200);
    let me = home.get("/api/v1/me").await.json();
    assert_eq!(
        me["identifiers"],
        json!([
        { "kind": "email", "value": "Ada@New.Example", "verified": true }])
    );
    assert_eq!(sign_in(&t.pages(), OLD).await.status(), 401);
    assert_eq!(sign_in(&t.pages(), NEW).await.status(), 200);
    t.link_token_for(OLD).await;
    let told = t.kw.inbox().unwrap().all();
    let old = told.iter().find(|m| m.to == OLD).unwrap();
    assert!(old.link.as_deref().unwrap().contains("/undo/"), "the old one is told: {old:?}");
    assert_eq!(confirm(&home, &begun.json(), &code).await.code(), "code_invalid", "once");
    t.events().await.assert([
        "user.address.change_requested",
        "sign_in.failed",
        "verification.failed",
        "user.address.changed",
        "sign_in.failed",
        "sign_in.succeeded",
        "session.created",
    ]);
}

#[tokio::test]
async fn the_link_works_in_the_account_that_asked() {
    let Ada { t, home, .. } = ada().await;
    ask(&home, "email", NEW).await;
    let token = t.link_token_for(NEW).await;
    let page = home.page(&format!("/account/address/{token}")).await;
    assert_eq!(page.status(), 200);
    assert_eq!(email_of(&home).await, OLD, "looking changes nothing");
    let reply = home.post("/api/v1/me/address-link", &json!({ "token": token })).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    assert_eq!(email_of(&home).await, NEW);
}

#[tokio::test]
async fn an_old_proof_is_not_enough() {
    let Ada { t, home, .. } = ada().await;
    t.clock.advance(Duration::from_secs(11 * 60));
    for (method, path) in [
        (Method::PUT, "/api/v1/me/email"),
        (Method::PUT, "/api/v1/me/phone"),
        (Method::PUT, "/api/v1/me/username"),
        (Method::DELETE, "/api/v1/me/email"),
    ] {
        let field = path.rsplit('/').next().unwrap();
        let body = if method == Method::PUT { json!({ field: "ada.l" }) } else { json!({}) };
        assert_eq!(home.json(method, path, &body).await.code(), "step_up_required", "{path}");
    }
    let body = json!({ "method": "password", "code": PASSWORD });
    assert_eq!(home.post("/api/v1/session/step-up", &body).await.status(), 200);
    assert_eq!(ask(&home, "email", NEW).await.status(), 202);
}

#[tokio::test]
async fn phones_are_added_replaced_and_removed() {
    let Ada { t, home, .. } = ada().await;
    for (number, identifiers) in [("+49 151 1234567", 2), ("+49 151 7654321", 2)] {
        let begun = ask(&home, "phone", number).await.json();
        let code = t.code_for(number).await;
        assert_eq!(confirm(&home, &begun, &code).await.status(), 200);
        let me = home.get("/api/v1/me").await.json();
        assert_eq!(
            (&me["phone"], me["identifiers"].as_array().unwrap().len()),
            (&json!(number), identifiers)
        );
    }
    let gone = home.json(Method::DELETE, "/api/v1/me/phone", &json!({})).await;
    assert_eq!(gone.status(), 204, "{}", gone.text());
    let again = home.json(Method::DELETE, "/api/v1/me/phone", &json!({})).await;
    assert_eq!(again.code(), "not_found");
    let last = home.json(Method::DELETE, "/api/v1/me/email", &json!({})).await;
    assert_eq!(last.code(), "last_way_in", "nothing would be left");
    assert_eq!(
        ask(&home, "phone", "not a number").await.json()["errors"][0]["code"],
        "phone_invalid"
    );
}

#[tokio::test]
async fn usernames_are_changed_unless_they_look_like_anothers() {
    let Ada { t, home, .. } = ada().await;
    t.user_with(|new| new.username = Some("paypal".into())).await;
    let name = async |to: &str| {
        home.json(Method::PUT, "/api/v1/me/username", &json!({ "username": to })).await
    };
    assert_eq!(name("ada").await.status(), 204);
    assert_eq!(name("Ada").await.status(), 204, "her own, spelt otherwise");
    for taken in ["paypal", "PayPal", "paypa1"] {
        assert_eq!(name(taken).await.json()["errors"][0]["code"], "username_taken", "{taken}");
    }
    assert_eq!(sign_in(&t.pages(), "ada").await.status(), 200);
    let gone = home.json(Method::DELETE, "/api/v1/me/username", &json!({})).await;
    assert_eq!(gone.status(), 204);
    assert_eq!(sign_in(&t.pages(), "ada").await.status(), 401);
}

#[tokio::test]
async fn whoever_reads_the_old_address_takes_a_change_back() {
    let Ada { t, ada, home } = changed().await;
    let token = t.link_token_for(OLD).await;
    let stranger = t.pages();
    let page = stranger.page(&format!("/undo/{token}")).await;
    assert!(page.text().contains("/undo/"), "a button");
    assert_eq!(email_of(&home).await, NEW, "looking changes nothing");
    let reply = stranger.post("/api/v1/undo-link", &json!({ "token": token })).await;
    assert_eq!(reply.json(), json!({ "status": "undone", "next": ["recovery"] }));

    assert_eq!(home.get("/api/v1/me").await.status(), 401, "every session is closed");
    let now = t.kw.person(ada.id).await.unwrap().unwrap();
    assert_eq!(now.email.as_deref(), Some(OLD));
    assert!(now.identifiers[0].verified);
    assert_eq!(sign_in(&t.pages(), NEW).await.status(), 401);
    assert_eq!(sign_in(&t.pages(), OLD).await.code(), "password_expired", "to be set anew");
    let again = stranger.post("/api/v1/undo-link", &json!({ "token": token })).await;
    assert_eq!(again.code(), "link_invalid", "once");
}

#[tokio::test]
async fn a_change_can_be_taken_back_for_some_days() {
    let Ada { t, home, .. } = changed().await;
    let token = t.link_token_for(OLD).await;
    t.clock.advance(7 * DAY);
    let late = home.post("/api/v1/undo-link", &json!({ "token": token })).await;
    assert_eq!(late.code(), "link_invalid");
}

#[tokio::test]
async fn a_change_that_was_cancelled_is_not_confirmed() {
    let Ada { t, home, .. } = ada().await;
    let begun = ask(&home, "email", NEW).await.json();
    let code = t.code_for(NEW).await;
    let path = format!("/api/v1/me/address/{}", begun["flow_id"].as_str().unwrap());
    assert_eq!(home.json(Method::DELETE, &path, &json!({})).await.status(), 204);
    assert_eq!(confirm(&home, &begun, &code).await.code(), "code_invalid");
    assert_eq!(email_of(&home).await, OLD);
}

#[tokio::test]
async fn it_is_sent_again_after_a_while_with_another_code() {
    let Ada { t, home, .. } = ada().await;
    let begun = ask(&home, "email", NEW).await.json();
    let first = t.code_for(NEW).await;
    let path = format!("/api/v1/me/address/{}/resend", begun["flow_id"].as_str().unwrap());
    assert_eq!(home.post(&path, &json!({})).await.code(), "resend_too_soon");
    t.clock.advance(Duration::from_secs(31));
    assert_eq!(home.post(&path, &json!({})).await.status(), 204);
    let second = t.code_for(NEW).await;
    if first != second {
        assert_eq!(confirm(&home, &begun, &first).await.code(), "code_invalid");
    }
    assert_eq!(confirm(&home, &begun, &second).await.status(), 200);
}

#[tokio::test]
async fn the_library_changes_an_address_as_the_doors_do() {
    let Ada { t, ada, .. } = ada().await;
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let session = opened.id;
    let flow = t.kw.change_address(session, Kind::Email, NEW).await.unwrap().unwrap();
    let code = Secret::new(t.code_for(NEW).await);
    t.kw.confirm_address(session, flow, &code).await.unwrap().unwrap();
    let undo = Secret::new(t.link_token_for(OLD).await);
    t.kw.undo_address_change(&undo).await.unwrap().unwrap();
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().email.as_deref(), Some(OLD));
}
