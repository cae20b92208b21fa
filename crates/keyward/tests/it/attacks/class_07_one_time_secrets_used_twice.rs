//! Class 07: codes and links work once, for what they were made for.

use std::sync::Arc;

use keyward::testing::{Client, PASSWORD, TestAuth};
use serde_json::{Value, json};

use crate::passkeys::{answer, with_passkey};

const NEW_PASSWORD: &str = "another long password";
const CLIENTS: usize = 50;

/// Sends the same request from many clients at once; how often it was accepted.
async fn race(t: &TestAuth, path: String, body: Value) -> usize {
    let barrier = Arc::new(tokio::sync::Barrier::new(CLIENTS));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (client, path, body) = (t.pages(), path.clone(), body.clone());
        let barrier = Arc::clone(&barrier);
        tasks.spawn(async move {
            barrier.wait().await;
            client.post(&path, &body).await
        });
    }
    let replies = tasks.join_all().await;
    let odd = replies.iter().find(|r| r.status().is_server_error() && r.code() != "busy");
    assert!(odd.is_none(), "{odd:?}");
    replies.iter().filter(|r| r.status().is_success()).count()
}

async fn sign_up(t: &TestAuth, client: &Client, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD });
    let reply = client.post("/api/v1/sign-up", &body).await;
    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
    t.code_for(email).await;
    flow
}

async fn recover(t: &TestAuth, client: &Client, email: &str) -> String {
    let reply = client.post("/api/v1/recovery", &json!({ "identifier": email })).await;
    t.code_for(email).await;
    reply.json()["flow_id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_spend_a_verification_code_once() {
    let t = TestAuth::new().await;
    let flow = sign_up(&t, &t.pages(), "ada@example.com").await;
    let code = t.code_for("ada@example.com").await;
    let path = format!("/api/v1/verifications/{flow}/confirm");
    assert_eq!(race(&t, path, json!({ "code": code })).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_spend_a_verification_link_once() {
    let t = TestAuth::new().await;
    sign_up(&t, &t.pages(), "ada@example.com").await;
    let token = t.link_token_for("ada@example.com").await;
    assert_eq!(race(&t, "/api/v1/verify-link".into(), json!({ "token": token })).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_spend_a_recovery_link_once() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    recover(&t, &t.pages(), "ada@example.com").await;
    let token = t.link_token_for("ada@example.com").await;
    let body = json!({ "token": token, "password": NEW_PASSWORD });
    assert_eq!(race(&t, "/api/v1/recovery-link".into(), body).await, 1);
}

/// Sends the same form from many browsers at once; how many of them it signed in.
async fn race_form(t: &TestAuth, path: &str, fields: &[(&'static str, String)]) -> usize {
    let barrier = Arc::new(tokio::sync::Barrier::new(CLIENTS));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (client, path, fields) = (t.pages(), path.to_owned(), fields.to_vec());
        let barrier = Arc::clone(&barrier);
        tasks.spawn(async move {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
            barrier.wait().await;
            client.form(&path, &fields).await;
            client.get("/api/v1/session").await.status() == 200
        });
    }
    tasks.join_all().await.into_iter().filter(|is_in| *is_in).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_browsers_at_once_are_let_in_by_one_recovery_page_once() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let page = t.pages();
    let flow = recover(&t, &page, "ada@example.com").await;
    let code = t.code_for("ada@example.com").await;
    let password = || ("password", NEW_PASSWORD.to_owned());
    let by_code = [("flow", flow), ("code", code), password()];
    assert_eq!(race_form(&t, "/recover/code", &by_code).await, 1);
    recover(&t, &page, "ada@example.com").await;
    let link = format!("/recover/{}", t.link_token_for("ada@example.com").await);
    assert_eq!(race_form(&t, &link, &[password()]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_spend_the_setup_link_once() {
    let t = TestAuth::new().await;
    let token = t.kw.begin_setup().await.unwrap();
    let body =
        json!({ "token": token.reveal(), "email": "root@example.com", "password": PASSWORD });
    assert_eq!(race(&t, "/api/v1/setup".into(), body).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_spend_what_a_passkey_signed_once() {
    let t = TestAuth::new().await;
    let (ada, mut device) = with_passkey(&t).await;
    let body = answer(&t.pages(), &mut device).await;
    assert_eq!(race(&t, "/api/v1/webauthn/sign-in".into(), body).await, 1);
    let sessions = ada.get("/api/v1/me/sessions").await.json();
    assert_eq!(sessions["data"].as_array().unwrap().len(), 2, "hers, and the winner's");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_with_one_username_make_one_account() {
    let t = TestAuth::with(|b| b.settings(|s| s.verify = keyward::VerifyMode::None)).await;
    let body = json!({ "username": "ada", "password": PASSWORD });
    assert_eq!(race(&t, "/api/v1/sign-up".into(), body).await, 1);
}

#[tokio::test]
async fn a_secret_of_one_flow_fails_in_another() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    let flow = recover(&t, &client, "ada@example.com").await;
    let code = t.code_for("ada@example.com").await;
    let token = t.link_token_for("ada@example.com").await;
    let as_link = client.post("/api/v1/verify-link", &json!({ "token": token })).await;
    assert_eq!(as_link.code(), "link_invalid", "a recovery link verifies nothing");
    let as_setup = json!({ "token": token, "email": "e@example.com", "password": PASSWORD });
    assert_eq!(client.post("/api/v1/setup", &as_setup).await.code(), "link_invalid");
    let path = format!("/api/v1/verifications/{flow}/confirm");
    assert_eq!(client.post(&path, &json!({ "code": code })).await.code(), "code_invalid");
    let bearer = http::Request::get("/api/v1/session")
        .header("host", "localhost")
        .header("authorization", format!("Bearer {token}"))
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(client.raw(bearer).await.status(), 401, "a link is no session token");
    let body = json!({ "token": token, "password": NEW_PASSWORD });
    let reply = client.post("/api/v1/recovery-link", &body).await;
    assert_eq!(reply.status(), 200, "and it is still good for what it was made for");
}

#[tokio::test]
async fn a_code_of_another_persons_flow_is_worth_nothing() {
    let t = TestAuth::new().await;
    let (ada, bob) = (t.pages(), t.pages());
    let flow = sign_up(&t, &ada, "ada@example.com").await;
    sign_up(&t, &bob, "bob@example.com").await;
    let code = t.code_for("bob@example.com").await;
    let path = format!("/api/v1/verifications/{flow}/confirm");
    assert_eq!(bob.post(&path, &json!({ "code": code })).await.code(), "code_invalid");
}

#[tokio::test]
async fn a_link_dies_on_the_minute_and_with_the_request_that_follows() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    recover(&t, &client, "ada@example.com").await;
    let old = t.link_token_for("ada@example.com").await;
    recover(&t, &client, "ada@example.com").await;
    let fresh = t.link_token_for("ada@example.com").await;
    assert_ne!(old, fresh);
    let body = |token: &str| json!({ "token": token, "password": NEW_PASSWORD });
    let reply = client.post("/api/v1/recovery-link", &body(&old)).await;
    assert_eq!(reply.code(), "link_invalid", "a new request kills the old one");
    t.clock.advance(std::time::Duration::from_secs(3600));
    let reply = client.post("/api/v1/recovery-link", &body(&fresh)).await;
    assert_eq!(reply.code(), "link_invalid", "an hour is an hour, exclusive");
}

#[tokio::test]
async fn get_and_head_spend_nothing_wherever_a_scanner_looks() {
    let t = TestAuth::new().await;
    let client = t.pages();
    sign_up(&t, &client, "ada@example.com").await;
    let token = t.link_token_for("ada@example.com").await;
    let scanner = t.pages();
    for path in ["/verify", "/recover", "/api/v1/verify-link", "/api/v1/recovery-link"] {
        for method in [http::Method::GET, http::Method::HEAD] {
            scanner.send(method.clone(), &format!("{path}/{token}"), None, "").await;
            scanner.send(method, &format!("{path}?token={token}"), None, "").await;
        }
    }
    let reply = client.post("/api/v1/verify-link", &json!({ "token": token })).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
}

#[tokio::test]
async fn resending_keeps_the_challenge_its_attempts_and_its_end() {
    let t = TestAuth::new().await;
    let client = t.pages();
    let flow = sign_up(&t, &client, "ada@example.com").await;
    let old = t.code_for("ada@example.com").await;
    let confirm = format!("/api/v1/verifications/{flow}/confirm");
    let resend = format!("/api/v1/verifications/{flow}/resend");
    let wrong = json!({ "code": if old == "000000" { "000001" } else { "000000" } });
    for _ in 0..4 {
        assert_eq!(client.post(&confirm, &wrong).await.code(), "code_invalid");
    }
    assert_eq!(client.post(&resend, &json!({})).await.code(), "resend_too_soon");
    t.clock.advance(std::time::Duration::from_secs(31));
    assert_eq!(client.post(&resend, &json!({})).await.status(), 204);
    let code = t.code_for("ada@example.com").await;
    if code != old {
        let reply = client.post(&confirm, &json!({ "code": old })).await;
        assert_eq!(reply.code(), "code_invalid", "the last attempt is taken by the old code");
    } else {
        client.post(&confirm, &wrong).await;
    }
    let reply = client.post(&confirm, &json!({ "code": code })).await;
    assert_eq!(reply.code(), "code_attempts_exceeded", "attempts did not start again");
    t.clock.advance(std::time::Duration::from_secs(3600 - 31));
    let reply = client.post(&confirm, &json!({ "code": code })).await;
    assert_eq!(reply.code(), "code_expired", "and neither did the hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_at_a_code_do_not_slip_past_its_attempts() {
    let t = TestAuth::new().await;
    let flow = sign_up(&t, &t.pages(), "ada@example.com").await;
    let code = t.code_for("ada@example.com").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let path = format!("/api/v1/verifications/{flow}/confirm");
    assert_eq!(race(&t, path.clone(), json!({ "code": wrong })).await, 0);
    // The account's own limit was reached as well: one try comes back.
    t.clock.advance(std::time::Duration::from_secs(600));
    let reply = t.pages().post(&path, &json!({ "code": code })).await;
    assert_eq!(reply.code(), "code_attempts_exceeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_at_a_password_do_not_slip_past_the_limit() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let body = json!({ "identifier": "ada@example.com", "password": "an incorrect password" });
    race(&t, "/api/v1/sign-in".into(), body).await;
    let query = keyward::port::EventQuery {
        subject: Some(ada.id),
        kind: Some("sign_in.failed".into()),
        limit: 500,
        ..Default::default()
    };
    let events = t.kw.audit(&query).await.unwrap();
    let guesses = events.iter().filter(|e| e.data["reason"] == "wrong_secret").count();
    assert!(guesses <= 10, "{guesses} guesses reached the hash");
}
