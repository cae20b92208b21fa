//! Passkeys beside another second factor: never a way past it, and one of the ways
//! to answer it.

use http::Method;
use keyward::MfaMode;
use keyward::testing::{PasskeyDevice, TestAuth};
use serde_json::json;

use super::{ORIGIN, add, sign_in as sign_in_with};
use crate::factors::{Enrolled, answer, enrolled, enrolled_in, flow, sign_in};

#[tokio::test]
async fn a_stale_session_adds_and_removes_no_passkey() {
    let Enrolled { t, home, app, .. } = enrolled().await;
    let mut device = PasskeyDevice::default();
    let id = add(&home, &mut device).await.json()["id"].as_str().unwrap().to_owned();
    t.clock.advance(std::time::Duration::from_secs(601));
    let options = home.post("/api/v1/me/passkeys/options", &json!({})).await;
    assert_eq!((options.code().as_str(), &options.json()["aal"]), ("step_up_required", &json!(2)));
    let path = format!("/api/v1/me/passkeys/{id}");
    let removed = home.json(http::Method::DELETE, &path, &json!({})).await;
    assert_eq!(removed.code(), "step_up_required");

    let proof = json!({ "method": "totp", "code": app.next_code() });
    assert_eq!(home.post("/api/v1/session/step-up", &proof).await.status(), 200);
    let removed = home.json(http::Method::DELETE, &path, &json!({})).await;
    assert_eq!(removed.status(), 204, "{}", removed.text());
}

#[tokio::test]
async fn options_that_were_fetched_in_time_add_nothing_too_late() {
    let Enrolled { t, home, .. } = enrolled().await;
    let mut device = PasskeyDevice::default();
    t.clock.advance(std::time::Duration::from_secs(590));
    let (flow, asked) = super::options(&home, "/api/v1/me/passkeys/options").await;
    let body = json!({ "flow_id": flow, "credential": device.create(ORIGIN, &asked).unwrap() });
    t.clock.advance(std::time::Duration::from_secs(15));
    let late = home.post("/api/v1/me/passkeys", &body).await;
    assert_eq!(late.code(), "step_up_required");
    let listed = home.get("/api/v1/me/passkeys").await.json();
    assert_eq!(listed["data"], json!([]));
}

#[tokio::test]
async fn a_trusted_device_adds_no_passkey_past_the_second_factor() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let begun = flow(&client).await;
    let body = json!({ "flow_id": begun, "method": "totp", "code": app.next_code(),
        "trust_device": true });
    client.post("/api/v1/sign-in/mfa", &body).await;
    client.post("/api/v1/sign-out", &json!({})).await;
    assert_eq!(sign_in(&client).await.json()["status"], "complete", "it is spared the question");
    let options = client.post("/api/v1/me/passkeys/options", &json!({})).await;
    assert_eq!((options.code().as_str(), &options.json()["aal"]), ("step_up_required", &json!(2)));
}

#[tokio::test]
async fn a_passkey_answers_the_second_question_and_only_of_its_flow() {
    let Enrolled { t, home, .. } = enrolled().await;
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&home, &mut device).await.status(), 201);
    let client = t.pages();
    let begun = sign_in(&client).await.json();
    assert!(begun["methods"].as_array().unwrap().contains(&json!("passkey")), "{begun}");
    let flow = begun["flow_id"].as_str().unwrap();
    let ask = async |flow: &str| {
        let body = json!({ "flow_id": flow });
        client.post("/api/v1/webauthn/sign-in/options", &body).await.json()
    };
    let asked = ask(flow).await;
    let signed = device.get(ORIGIN, &asked["public_key"]).unwrap().to_string();

    let other = crate::factors::flow(&client).await;
    let replayed = answer(&client, &other, "passkey", &signed).await;
    assert_eq!(replayed.code(), "mfa_invalid", "it was signed for another flow");
    let asked = ask(&other).await;
    let signed = device.get(ORIGIN, &asked["public_key"]).unwrap().to_string();
    let done = answer(&client, &other, "passkey", &signed).await;
    assert_eq!(done.json()["status"], "complete", "{}", done.text());
    let now = client.get("/api/v1/session").await.json();
    assert_eq!((&now["aal"], &now["methods"]), (&json!(2), &json!(["password", "passkey"])));
}

#[tokio::test]
async fn a_passkey_that_verified_nobody_is_not_two_factors() {
    let Enrolled { t, home, .. } = enrolled().await;
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&home, &mut device).await.status(), 201);
    device.behaviour.user_verified = false;
    let reply = sign_in_with(&t.pages(), &mut device).await.json();
    assert_eq!(reply["status"], "needs_mfa");
    assert_eq!(reply["methods"], json!(["totp", "recovery_code"]), "and not itself again");
}

#[tokio::test]
async fn passkeys_stay_when_the_authenticator_app_goes() {
    let Enrolled { t, home, .. } = enrolled().await;
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&home, &mut device).await.status(), 201);
    let removed = home.json(Method::DELETE, "/api/v1/me/totp", &json!({})).await;
    assert_eq!(removed.status(), 204, "{}", removed.text());
    assert_eq!(home.get("/api/v1/me/passkeys").await.json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(sign_in_with(&t.pages(), &mut device).await.status(), 200);
}

/// A service where a passkey is a second factor, and everybody needs one.
async fn demanding() -> TestAuth {
    TestAuth::with(|b| {
        b.settings(|settings| {
            settings.mfa = MfaMode::Required;
            settings.passkeys.second_factor = true;
        })
    })
    .await
}

#[tokio::test]
async fn whoever_must_have_a_second_factor_may_take_a_passkey() {
    let t = demanding().await;
    t.user("ada@example.com").await;
    let home = t.pages();
    sign_in(&home).await;
    assert_eq!(home.get("/api/v1/me").await.code(), "mfa_not_enrolled");
    let page = home.page("/account/totp").await;
    assert!(page.text().contains("href=\"/account/passkeys\""), "it is offered");
    assert_eq!(home.page("/account/passkeys").await.status(), 200);
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&home, &mut device).await.status(), 201);
    assert_eq!(home.get("/api/v1/me").await.code(), "step_up_required", "to be shown once");
    let client = t.pages();
    assert_eq!(sign_in_with(&client, &mut device).await.status(), 200);
    assert_eq!(client.get("/api/v1/me").await.status(), 200);
    assert_eq!(sign_in(&t.pages()).await.json()["status"], "needs_mfa");
}

#[tokio::test]
async fn the_passkey_that_is_the_last_factor_of_whoever_needs_one_is_not_removed() {
    let t = demanding().await;
    let Enrolled { home, .. } = enrolled_in(t).await;
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&home, &mut device).await.status(), 201);
    let rows = home.get("/api/v1/me/passkeys").await.json();
    let passkey = format!("/api/v1/me/passkeys/{}", rows["data"][0]["id"].as_str().unwrap());
    let remove = async |path: &str| home.json(Method::DELETE, path, &json!({})).await;
    assert_eq!(remove("/api/v1/me/totp").await.status(), 204, "the passkey is left");
    let last = remove(&passkey).await;
    assert_eq!((last.status().as_u16(), last.code().as_str()), (409, "mfa_last_method"));
}
