//! Recovery with a second factor: two proofs, or nothing changes.

use keyward::testing::{Client, TestAuth};
use serde_json::{Value, json};

use super::{Enrolled, answer, enrolled};

const NEW: &str = "another long password";

async fn recover(t: &TestAuth, client: &Client) -> Value {
    client.post("/api/v1/recovery", &json!({ "identifier": "ada@example.com" })).await;
    let token = t.link_token_for("ada@example.com").await;
    let body = json!({ "token": token, "password": NEW });
    client.post("/api/v1/recovery-link", &body).await.json()
}

async fn can_sign_in(t: &TestAuth, password: &str) -> bool {
    let body = json!({ "identifier": "ada@example.com", "password": password });
    t.pages().post("/api/v1/sign-in", &body).await.status().is_success()
}

#[tokio::test]
async fn whoever_reads_the_mail_alone_changes_nothing() {
    let Enrolled { t, home, .. } = enrolled().await;
    let thief = t.pages();
    let reply = recover(&t, &thief).await;
    assert_eq!(reply["status"], "needs_mfa");
    let flow = reply["flow_id"].as_str().unwrap();
    assert_eq!(answer(&thief, flow, "totp", "000000").await.code(), "mfa_invalid");
    assert_eq!(thief.cookie("kw_session"), None);
    assert!(!can_sign_in(&t, NEW).await, "the password is the old one");
    assert_eq!(home.get("/api/v1/session").await.status(), 200, "and nobody is signed out");
}

#[tokio::test]
async fn the_link_and_the_factor_together_set_the_password() {
    let Enrolled { t, home, app, .. } = enrolled().await;
    let client = t.pages();
    let reply = recover(&t, &client).await;
    t.events().await;
    let flow = reply["flow_id"].as_str().unwrap();
    let done = answer(&client, flow, "totp", &app.next_code()).await;
    assert_eq!(done.json()["status"], "complete", "{}", done.text());
    let now = client.get("/api/v1/session").await.json();
    assert_eq!((&now["aal"], &now["methods"]), (&json!(2), &json!(["recovery", "totp"])));
    assert!(can_sign_in(&t, NEW).await);
    assert_eq!(home.get("/api/v1/session").await.status(), 401, "older sessions died");
    t.events().await.assert(["user.password.reset", "sign_in.succeeded", "session.created"]);
}

#[tokio::test]
async fn the_link_and_a_recovery_code_together_set_the_password() {
    let Enrolled { t, codes, .. } = enrolled().await;
    let client = t.pages();
    let reply = recover(&t, &client).await;
    let flow = reply["flow_id"].as_str().unwrap();
    let done = answer(&client, flow, "recovery_code", &codes[0]).await;
    assert_eq!(done.json()["status"], "complete", "{}", done.text());
    assert!(can_sign_in(&t, NEW).await);
}

#[tokio::test]
async fn a_trusted_device_is_not_spared_the_second_proof_of_a_recovery() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let flow = super::flow(&client).await;
    let body = json!({ "flow_id": flow, "method": "totp", "code": app.next_code(),
        "trust_device": true });
    client.post("/api/v1/sign-in/mfa", &body).await;
    client.post("/api/v1/sign-out", &json!({})).await;
    assert_eq!(recover(&t, &client).await["status"], "needs_mfa");
}
