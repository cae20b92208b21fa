//! Class 01: whoever made an account with somebody else's address, and a password, keeps
//! nothing of it once its owner comes by a link or a code.

use keyward::VerifyMode;
use keyward::testing::{Client, PASSWORD, TestAuth};
use serde_json::json;

use crate::pages::html::location;
use crate::sign_in_link::{CODE, LINK, ask, follow, type_in};

const ADA: &str = "ada@example.com";

async fn kit(verify: VerifyMode) -> TestAuth {
    TestAuth::with(|b| b.settings(|s| s.verify = verify)).await
}

/// The attacker signs up with the victim's address and proves nothing.
async fn squat(t: &TestAuth) -> Client {
    let eve = t.pages();
    let wish = json!({ "email": ADA, "password": PASSWORD });
    let reply = eve.post("/api/v1/sign-up", &wish).await;
    assert!(reply.status().is_success(), "{}", reply.text());
    eve
}

/// The owner comes, and proves the address.
async fn arrive(t: &TestAuth, path: &str) -> Client {
    let ada = t.pages();
    let flow = ask(&ada, path, ADA).await;
    let reply = match path {
        LINK => follow(&ada, &t.link_token_for(ADA).await).await,
        _ => type_in(&ada, path, &flow, &t.code_for(ADA).await).await,
    };
    assert_eq!(reply.json()["status"], "complete", "{path}: {}", reply.text());
    ada
}

/// It is the owner's, and nothing of the attacker's opens it.
async fn is_hers_alone(t: &TestAuth, ada: &Client, eve: &Client) {
    let me = ada.get("/api/v1/me").await.json();
    let proven = json!([{ "kind": "email", "value": ADA, "verified": true }]);
    assert_eq!(me["identifiers"], proven);
    assert_eq!(eve.get("/api/v1/session").await.status(), 401, "the session is closed");
    for client in [eve, &t.pages()] {
        let body = json!({ "identifier": ADA, "password": PASSWORD });
        let reply = client.post("/api/v1/sign-in", &body).await;
        assert_eq!(reply.code(), "invalid_credentials", "the password is gone");
    }
}

#[tokio::test]
async fn whoever_proves_the_address_gets_the_account_without_the_squatters_password() {
    for path in [LINK, CODE] {
        let t = kit(VerifyMode::Any).await;
        let eve = squat(&t).await;
        let wish = json!({ "identifier": ADA, "password": PASSWORD });
        let waits = eve.post("/api/v1/sign-in", &wish).await.json();
        assert_eq!(waits["status"], "needs_verification", "{waits}");
        let sent = t.code_for(ADA).await;
        let ada = arrive(&t, path).await;
        is_hers_alone(&t, &ada, &eve).await;
        // Nor does what was sent for the squatter's own attempt.
        let flow = waits["flow_id"].as_str().unwrap();
        let confirm = format!("/api/v1/verifications/{flow}/confirm");
        let late = eve.post(&confirm, &json!({ "code": sent })).await;
        assert_eq!(late.code(), "code_invalid", "{path}: {}", late.text());
    }
}

#[tokio::test]
async fn the_squatters_sessions_are_closed_where_nothing_had_to_be_proven() {
    for path in [LINK, CODE] {
        let t = kit(VerifyMode::None).await;
        let eve = squat(&t).await;
        assert_eq!(eve.get("/api/v1/session").await.status(), 200, "open so far");
        let ada = arrive(&t, path).await;
        is_hers_alone(&t, &ada, &eve).await;
    }
}

#[tokio::test]
async fn the_same_holds_on_the_pages() {
    let t = kit(VerifyMode::None).await;
    let eve = t.pages();
    let fields = [("email", ADA), ("password", PASSWORD)];
    location(&eve.form("/signup", &fields).await);
    assert_eq!(eve.page("/account").await.status(), 200, "open so far");
    let ada = t.pages();
    location(&ada.form("/login/link", &[("identifier", ADA)]).await);
    let link = format!("/login/link/{}", t.link_token_for(ADA).await);
    assert_eq!(location(&ada.form(&link, &[]).await), "/account");
    assert!(location(&eve.page("/account").await).starts_with("/login"));
    let fields = [("username", ADA), ("password", PASSWORD)];
    assert_eq!(eve.form("/login", &fields).await.status(), 422, "the password is gone");
    is_hers_alone(&t, &ada, &eve).await;
}
