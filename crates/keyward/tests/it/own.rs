//! People leave with their data, come back, and look at what happened.

use std::time::Duration;

use ::http::Method;
use keyward::testing::PASSWORD;
use keyward::{Act, Secret};
use serde_json::json;

use crate::addresses::{Ada, ada, sign_in};
use crate::factors::{self, Enrolled, enrolled};

const EMAIL: &str = "ada@example.com";
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn left() -> Ada {
    let ada = ada().await;
    let reply = ada.home.json(Method::DELETE, "/api/v1/me", &json!({})).await;
    assert_eq!(reply.status(), 204, "{}", reply.text());
    ada
}

#[tokio::test]
async fn a_deleted_account_opens_nothing_and_comes_back_by_signing_in() {
    let Ada { t, ada, home } = left().await;
    assert_eq!(home.cookie("kw_session"), None);
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().status, "deleted");
    assert!(t.kw.session_list(ada.id).await.unwrap().is_empty());
    t.clock.advance(13 * DAY);
    assert_eq!(t.kw.erase_deleted().await.unwrap(), 0, "not yet");
    let back = sign_in(&home, EMAIL).await;
    assert_eq!(back.json()["status"], "complete", "{}", back.text());
    assert_eq!(home.get("/api/v1/me").await.json()["status"], "active");
    t.events().await.assert([
        "user.deleted",
        "user.restored",
        "sign_in.succeeded",
        "session.created",
    ]);
}

#[tokio::test]
async fn a_deleted_account_comes_back_by_the_link_of_the_letter_once() {
    let Ada { t, ada, .. } = left().await;
    let token = t.link_token_for(EMAIL).await;
    let client = t.pages();
    assert_eq!(client.page(&format!("/restore/{token}")).await.status(), 200);
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().status, "deleted", "by a button");
    let body = json!({ "token": token });
    let reply = client.post("/api/v1/restore-link", &body).await;
    assert_eq!(reply.json(), json!({ "status": "undone", "next": ["sign_in"] }));
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().status, "active");
    assert_eq!(client.cookie("kw_session"), None, "it opens nothing");
    assert_eq!(client.post("/api/v1/restore-link", &body).await.code(), "link_invalid");
}

#[tokio::test]
async fn after_the_grace_nothing_brings_it_back_and_what_was_personal_is_gone() {
    let Ada { t, ada, .. } = left().await;
    let token = t.link_token_for(EMAIL).await;
    t.clock.advance(14 * DAY);
    assert_eq!(sign_in(&t.pages(), EMAIL).await.code(), "invalid_credentials");
    let late = t.pages().post("/api/v1/restore-link", &json!({ "token": token })).await;
    assert_eq!(late.code(), "link_invalid");
    assert_eq!(t.kw.erase_deleted().await.unwrap(), 1);
    assert!(t.kw.person(ada.id).await.unwrap().is_none());
    let query = keyward::port::EventQuery {
        subject: Some(ada.id),
        limit: 100,
        ..keyward::port::EventQuery::default()
    };
    let log = t.kw.audit(&query).await.unwrap();
    assert!(log.iter().any(|e| e.r#type == "user.erased"));
    assert!(log.iter().all(|e| e.personal.is_null()), "{log:?}");
    assert!(!serde_json::to_string(&log).unwrap().contains(EMAIL));
    let report = t.kw.verify_audit().await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new(), "the chain holds");
    // The address is free.
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let reply = t.pages().post("/api/v1/sign-up", &body).await;
    assert_eq!(reply.json()["status"], "needs_verification");
}

#[tokio::test]
async fn whom_an_administrator_deleted_or_locked_does_not_come_back_alone() {
    let Ada { t, ada, .. } = ada().await;
    t.kw.act_on(ada.id, Act::Delete).await.unwrap().unwrap();
    assert_eq!(sign_in(&t.pages(), EMAIL).await.code(), "invalid_credentials");

    let Ada { t, ada, .. } = left().await;
    let token = t.link_token_for(EMAIL).await;
    t.kw.act_on(ada.id, Act::Lock { reason: "fraud".into() }).await.unwrap().unwrap();
    assert_eq!(sign_in(&t.pages(), EMAIL).await.code(), "invalid_credentials");
    let reply = t.pages().post("/api/v1/restore-link", &json!({ "token": token })).await;
    assert_eq!(reply.code(), "link_invalid");
}

#[tokio::test]
async fn a_guarded_account_comes_back_by_both_proofs_and_not_by_one() {
    let Enrolled { t, ada, home, app, .. } = enrolled().await;
    assert_eq!(home.json(Method::DELETE, "/api/v1/me", &json!({})).await.status(), 204);
    let client = t.pages();
    let flow = factors::flow(&client).await;
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().status, "deleted", "one is not enough");
    let done = factors::answer(&client, &flow, "totp", &app.next_code()).await;
    assert_eq!(done.json()["status"], "complete", "{}", done.text());
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().status, "active");
}

#[tokio::test]
async fn leaving_and_taking_along_need_a_recent_proof() {
    let Ada { t, home, .. } = ada().await;
    t.clock.advance(Duration::from_secs(11 * 60));
    let gone = home.json(Method::DELETE, "/api/v1/me", &json!({})).await;
    assert_eq!(gone.code(), "step_up_required");
    assert_eq!(home.get("/api/v1/me/export").await.code(), "step_up_required");
}

#[tokio::test]
async fn an_export_has_all_that_is_kept_and_no_secret() {
    let Enrolled { t, ada, home, .. } = enrolled().await;
    t.give_role(&ada, "editor").await;
    let reply = home.get("/api/v1/me/export").await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let disposition = reply.headers()["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment"), "{disposition}");
    let told = reply.json();
    assert_eq!(told["account"]["email"], EMAIL);
    assert_eq!(told["identifiers"][0]["value"], EMAIL);
    let factors = told["factors"].as_array().unwrap().iter();
    let kinds: std::collections::BTreeSet<_> =
        factors.map(|factor| factor["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["password", "recovery_codes", "totp"].into());
    assert_eq!(told["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(told["access"]["roles"], json!(["editor"]));
    assert!(told["activity"].as_array().unwrap().len() > 3);
    for secret in ["$argon2", "secret_hash", "\"data\":\"", "otpauth"] {
        assert!(!reply.text().contains(secret), "{secret}");
    }
    assert_eq!(
        t.kw.export_own(t.kw.session_list(ada.id).await.unwrap()[0].id)
            .await
            .unwrap()
            .unwrap()
            .account
            .id,
        ada.id
    );
}

#[tokio::test]
async fn activity_is_ones_own_and_comes_in_pages() {
    let Ada { t, ada, home } = ada().await;
    t.user("bob@example.com").await;
    for n in 0..60 {
        let edit = json!({ "name": format!("Ada {n}") });
        assert_eq!(home.json(Method::PATCH, "/api/v1/me", &edit).await.status(), 200);
    }
    let first = home.get("/api/v1/me/activity").await.json();
    assert_eq!(first["data"].as_array().unwrap().len(), 50);
    let next = format!("/api/v1/me/activity?cursor={}", first["next_cursor"].as_str().unwrap());
    let second = home.get(&next).await.json();
    assert!(second["next_cursor"].is_null());
    for row in first["data"].as_array().unwrap().iter().chain(second["data"].as_array().unwrap()) {
        assert_eq!(row["subject"], json!(ada.id));
    }
    assert_eq!(home.get("/api/v1/me/activity?cursor=nonsense").await.status(), 404);
}

#[tokio::test]
async fn a_trusted_device_is_seen_and_trusted_no_more() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let flow = factors::flow(&client).await;
    let body = json!({ "flow_id": flow, "method": "totp", "code": app.next_code(),
        "trust_device": true });
    assert_eq!(client.post("/api/v1/sign-in/mfa", &body).await.json()["status"], "complete");
    let seen = client.get("/api/v1/me/devices").await.json();
    assert_eq!(seen["data"].as_array().unwrap().len(), 1);
    assert_eq!(seen["data"][0]["current"], true);
    assert!(client.page("/account/sessions").await.text().contains("Trusted devices"));
    assert_eq!(factors::sign_in(&client).await.json()["status"], "complete", "spared");

    let bob = t.user("bob@example.com").await;
    let stranger = t.pages().login_as(&bob).await;
    let path = format!("/api/v1/me/devices/{}", seen["data"][0]["id"].as_str().unwrap());
    let reply = stranger.json(Method::DELETE, &path, &json!({})).await;
    assert_eq!(reply.code(), "not_found", "somebody else's");
    assert_eq!(client.json(Method::DELETE, &path, &json!({})).await.status(), 204);
    assert_eq!(factors::sign_in(&client).await.json()["status"], "needs_mfa");
}

#[tokio::test]
async fn the_library_deletes_and_restores_as_the_doors_do() {
    let Ada { t, ada, .. } = ada().await;
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    t.kw.delete_own(opened.id).await.unwrap().unwrap();
    let link = Secret::new(t.link_token_for(EMAIL).await);
    t.kw.restore_own(&link).await.unwrap().unwrap();
    assert_eq!(t.kw.person(ada.id).await.unwrap().unwrap().status, "active");
}
