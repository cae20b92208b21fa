//! A recovery is told of at every other address, and can be stopped there.

use keyward::testing::{PASSWORD, TestAuth};
use keyward::{Channel, Secret, Stopped};
use serde_json::{Value, json};

use crate::factors::{Enrolled, enrolled};
use crate::pages::html::Page;

const PHONE: &str = "+49 151 1234567";
const EMAIL: &str = "ada@example.com";
const NEW: &str = "another long password";

async fn ada() -> TestAuth {
    let t = TestAuth::new().await;
    t.user_with(|new| {
        new.email = Some(EMAIL.into());
        new.phone = Some(PHONE.into());
    })
    .await;
    t
}

async fn begin(t: &TestAuth, identifier: &str) -> Value {
    let body = json!({ "identifier": identifier });
    t.pages().post("/api/v1/recovery", &body).await.json()
}

async fn finish(t: &TestAuth, begun: &Value, code: &str) -> keyward::testing::Response {
    let path = format!("/api/v1/recovery/{}/confirm", begun["flow_id"].as_str().unwrap());
    t.pages().post(&path, &json!({ "code": code, "password": NEW })).await
}

/// A recovery at one address of Ada's, stopped by the link that came to the other.
async fn stopped(at: &str, told: &str) {
    let t = ada().await;
    let begun = begin(&t, at).await;
    let code = t.code_for(at).await;
    let token = t.link_token_for(told).await;
    let stranger = t.pages();
    let page = Page::of(&stranger.page(&format!("/recover/stop/{token}")).await);
    assert_eq!(page.all("main form").len(), 1, "looking stops nothing");
    let told = stranger.post("/api/v1/recovery-stop", &json!({ "token": token })).await;
    assert_eq!(told.json(), json!({ "status": "stopped", "next": ["recovery"] }));
    assert_eq!(finish(&t, &begun, &code).await.code(), "code_invalid");
    let body = json!({ "identifier": EMAIL, "password": PASSWORD });
    assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.json()["status"], "complete");
    let again = stranger.post("/api/v1/recovery-stop", &json!({ "token": token })).await;
    assert_eq!(again.code(), "link_invalid", "once");
}

#[tokio::test]
async fn a_recovery_by_text_message_is_stopped_by_whoever_reads_the_mail() {
    stopped(PHONE, EMAIL).await;
}

#[tokio::test]
async fn a_recovery_by_mail_is_stopped_by_whoever_reads_the_text_message() {
    stopped(EMAIL, PHONE).await;
}

/// The page is a form: no script is needed, and what opens the link to show a preview
/// stops nothing.
#[tokio::test]
async fn the_link_of_a_text_message_asks_before_it_stops() {
    let t = ada().await;
    let begun = begin(&t, EMAIL).await;
    let code = t.code_for(EMAIL).await;
    let path = format!("/recover/stop/{}", t.link_token_for(PHONE).await);
    let phone = t.pages();
    for _ in 0..3 {
        assert_eq!(phone.page(&path).await.status(), 200);
    }
    let page = Page::of(&phone.form(&path, &[]).await);
    assert_eq!(page.all("main form").len(), 0, "nothing is left to stop");
    assert_eq!(finish(&t, &begun, &code).await.code(), "code_invalid");
}

/// 160 letters of the alphabet of GSM 03.38 are one message; one letter that is not in it
/// leaves 70.
#[tokio::test]
async fn a_text_message_with_the_link_is_one_segment() {
    let t = ada().await;
    begin(&t, EMAIL).await;
    let token = t.link_token_for(PHONE).await;
    let t = TestAuth::with(|b| b.public_url("https://auth.example.com")).await;
    for language in ["en", "de"] {
        let sms = t.kw.letter_preview("recovery_begun", Channel::Sms, language).unwrap().unwrap();
        let text = sms.text.replace("an-example", &token);
        assert!(
            text.ends_with(&format!("https://auth.example.com/recover/stop/{token}")),
            "{text}"
        );
        let plain = |c: char| c.is_ascii_alphanumeric() || " .:,?/_-äöüß".contains(c);
        assert!(text.chars().count() <= 160 && text.chars().all(plain), "{text}");
    }
}

#[tokio::test]
async fn what_is_over_is_told_with_what_to_do() {
    let t = ada().await;
    let begun = begin(&t, PHONE).await;
    let code = t.code_for(PHONE).await;
    let token = t.link_token_for(EMAIL).await;
    assert_eq!(finish(&t, &begun, &code).await.json()["status"], "complete");
    let client = t.pages();
    let told = client.post("/api/v1/recovery-stop", &json!({ "token": token })).await;
    assert_eq!(told.json()["status"], "too_late");
    let page = Page::of(&client.page(&format!("/recover/stop/{token}")).await);
    assert_eq!(page.attr("main a.button", "href"), "/recover");
    let inbox = t.kw.inbox().unwrap();
    while inbox.all().iter().filter(|m| m.text.contains("changed just now")).count() < 2 {
        inbox.arrival().await;
    }
    let inbox = inbox.all();
    let changed = inbox.iter().filter(|m| m.text.contains("changed just now"));
    let told: std::collections::BTreeSet<_> = changed.map(|m| m.to.as_str()).collect();
    assert_eq!(told, [EMAIL, PHONE].into(), "every proven address hears of the end");
}

#[tokio::test]
async fn a_new_password_that_awaits_the_second_proof_is_stopped_as_well() {
    let Enrolled { t, home, app, .. } = enrolled().await;
    let path = "/api/v1/me/phone";
    let begun = home.json(::http::Method::PUT, path, &json!({ "phone": PHONE })).await.json();
    let confirm = format!("/api/v1/me/address/{}/confirm", begun["flow_id"].as_str().unwrap());
    home.post(&confirm, &json!({ "code": t.code_for(PHONE).await })).await;
    let begun = begin(&t, PHONE).await;
    let code = t.code_for(PHONE).await;
    let token = Secret::new(t.link_token_for(EMAIL).await);
    let thief = t.pages();
    let path = format!("/api/v1/recovery/{}/confirm", begun["flow_id"].as_str().unwrap());
    let waits = thief.post(&path, &json!({ "code": code, "password": NEW })).await.json();
    assert_eq!(waits["status"], "needs_mfa", "{waits}");
    assert_eq!(t.kw.stop_recovery(&token, false).await.unwrap().unwrap(), Stopped::Over);
    let body = json!({ "flow_id": waits["flow_id"], "method": "totp", "code": app.next_code() });
    assert_eq!(thief.post("/api/v1/sign-in/mfa", &body).await.code(), "mfa_expired");
}

#[tokio::test]
async fn nobody_is_told_where_there_is_nobody_or_one_address() {
    let t = TestAuth::new().await;
    t.user(EMAIL).await;
    begin(&t, "nobody@example.com").await;
    begin(&t, EMAIL).await;
    t.code_for(EMAIL).await;
    let inbox = t.kw.inbox().unwrap().all();
    assert_eq!(inbox.len(), 1, "{inbox:?}");
}
