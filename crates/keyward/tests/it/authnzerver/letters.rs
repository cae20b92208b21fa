//! Letters that frontends have sent.

use std::time::Duration;

use serde_json::{Value, json};

use super::{PASSWORD, Site};

fn letter(token: &str, email: &str, created: &Value) -> Value {
    json!({
        "email_address": email, "session_token": token, "created_info": created,
        "server_name": "Site", "server_baseurl": "https://site.example.org",
        "account_verify_url": "/users/verify", "password_forgot_url": "/password/reset",
        "verification_token": "tok-123", "verification_expiry": 900,
        "emailuser": "nobody", "emailport": 25,
    })
}

#[tokio::test]
async fn a_letter_with_the_frontends_secret_goes_to_whoever_signed_up() {
    let site = Site::new().await;
    let token = site.session(None).await;
    let new = json!({ "full_name": "Ada", "email": "ada@example.org", "password": PASSWORD });
    let created = site.done("user-new", new).await;
    let sent =
        site.done("user-sendemail-signup", letter(&token, "ada@example.org", &created)).await;
    assert_eq!(sent["user_id"], created["user_id"]);
    assert!(sent["emailverify_sent_datetime"].is_string());
    assert_eq!(site.t.code_for("ada@example.org").await, "tok-123");
    let inbox = site.t.kw.inbox().unwrap().all();
    let mail = inbox.iter().find(|mail| mail.to == "ada@example.org").unwrap();
    assert!(mail.text.contains("https://site.example.org/users/verify"), "{}", mail.text);
    let wrong = json!({ "send_verification": true, "user_id": 99 });
    site.refused("user-sendemail-signup", letter(&token, "ada@example.org", &wrong)).await;
    site.refused("user-sendemail-signup", letter("none", "ada@example.org", &created)).await;
    site.done("user-verify-emailaddr", json!({ "email": "ada@example.org" })).await;
    site.refused("user-signup-sendemail", letter(&token, "ada@example.org", &created)).await;
}

#[tokio::test]
async fn whoever_forgot_their_password_gets_one_letter_a_day() {
    let site = Site::new().await;
    site.person("ada@example.org").await;
    let token = site.session(None).await;
    let body = letter(&token, "ada@example.org", &Value::Null);
    site.done("user-sendemail-forgotpass", body.clone()).await;
    assert_eq!(site.t.code_for("ada@example.org").await, "tok-123");
    assert_eq!(site.refused("user-forgotpass-sendemail", body).await, "too soon");
    site.t.clock.advance(Duration::from_secs(24 * 3600 + 1));
    let token = site.session(None).await;
    let body = letter(&token, "ada@example.org", &Value::Null);
    site.done("user-sendemail-forgotpass", body.clone()).await;
    let mut bad = body;
    bad["email_address"] = "eve@example.org".into();
    site.refused("user-sendemail-forgotpass", bad).await;
}

#[tokio::test]
async fn a_frontend_notes_what_it_sent_itself() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let sent = |kind: &str| json!({ "email": "ada@example.org", "email_type": kind });
    let noted = site.done("user-set-emailsent", sent("forgotpass")).await;
    assert_eq!(noted["user_id"], ada);
    assert!(noted["emailforgotpass_sent_datetime"].is_string());
    assert!(noted["emailverify_sent_datetime"].is_null());
    site.refused("user-set-emailsent", sent("birthday")).await;
    let info = site.done("user-lookup-email", json!({ "email": "ada@example.org" })).await;
    assert_eq!(info["user_info"]["extra_info"], json!({}), "notes are not the app's");
}
