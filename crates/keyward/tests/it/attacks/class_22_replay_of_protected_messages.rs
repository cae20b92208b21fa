//! Class 22: what an authenticator signed is worth something once.

use keyward::testing::{PasskeyDevice, TestAuth};
use serde_json::json;

use crate::passkeys::{ORIGIN, add, answer, options, with_passkey};

const SIGN_IN: &str = "/api/v1/webauthn/sign-in";

/// CVE-2022-42731: a registration that is sent again adds another device.
#[tokio::test]
async fn a_registration_that_is_sent_again_adds_nothing() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    let (flow, asked) = options(&client, "/api/v1/me/passkeys/options").await;
    let made = PasskeyDevice::default().create(ORIGIN, &asked).unwrap();
    let body = json!({ "flow_id": flow, "credential": made });
    assert_eq!(client.post("/api/v1/me/passkeys", &body).await.status(), 201);
    for again in [&client, &t.pages().login_as(&ada).await] {
        let reply = again.post("/api/v1/me/passkeys", &body).await;
        assert_eq!(reply.code(), "webauthn_challenge_expired");
    }
    let rows = client.get("/api/v1/me/passkeys").await.json();
    assert_eq!(rows["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_sign_in_that_is_sent_again_opens_nothing() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    let body = answer(&t.pages(), &mut device).await;
    assert_eq!(t.pages().post(SIGN_IN, &body).await.status(), 200);
    assert_eq!(t.pages().post(SIGN_IN, &body).await.code(), "webauthn_challenge_expired");
}

#[tokio::test]
async fn what_was_signed_for_one_flow_is_worth_nothing_in_another() {
    let t = TestAuth::new().await;
    let (client, mut device) = with_passkey(&t).await;
    let mut body = answer(&t.pages(), &mut device).await;
    let (other, _) = options(&t.pages(), "/api/v1/webauthn/sign-in/options").await;
    body["flow_id"] = other.into();
    assert_eq!(t.pages().post(SIGN_IN, &body).await.code(), "webauthn_verification_failed");
    // The challenge of a registration opens no session, signed as it may be.
    let (flow, asked) = options(&client, "/api/v1/me/passkeys/options").await;
    let asked = json!({ "rpId": "localhost", "challenge": asked["challenge"] });
    let signed = device.get(ORIGIN, &asked).unwrap();
    let body = json!({ "flow_id": flow, "credential": signed });
    assert_eq!(t.pages().post(SIGN_IN, &body).await.code(), "webauthn_challenge_expired");
}

#[tokio::test]
async fn what_one_account_began_another_does_not_finish() {
    let t = TestAuth::new().await;
    let (ada, bob) = (t.user("ada@example.com").await, t.user("bob@example.com").await);
    let (ada, bob) = (t.pages().login_as(&ada).await, t.pages().login_as(&bob).await);
    let (flow, asked) = options(&ada, "/api/v1/me/passkeys/options").await;
    let made = PasskeyDevice::default().create(ORIGIN, &asked).unwrap();
    let body = json!({ "flow_id": flow, "credential": made });
    assert_eq!(bob.post("/api/v1/me/passkeys", &body).await.code(), "webauthn_challenge_expired");
    assert_eq!(ada.post("/api/v1/me/passkeys", &body).await.status(), 201);
}

/// The key of one account, presented as that of another.
#[tokio::test]
async fn a_passkey_opens_its_own_account_only() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    let bob = t.user("bob@example.com").await;
    let mut other = PasskeyDevice::default();
    add(&t.pages().login_as(&bob).await, &mut other).await;
    let theirs = answer(&t.pages(), &mut other).await;
    let mut body = answer(&t.pages(), &mut device).await;
    body["credential"]["response"]["userHandle"] =
        theirs["credential"]["response"]["userHandle"].clone();
    assert_eq!(t.pages().post(SIGN_IN, &body).await.code(), "webauthn_unknown_credential");
    // The other's id with one's own signature.
    let mut body = answer(&t.pages(), &mut device).await;
    for name in ["id", "rawId"] {
        body["credential"][name] = theirs["credential"][name].clone();
    }
    body["credential"]["response"]["userHandle"] =
        theirs["credential"]["response"]["userHandle"].clone();
    assert_eq!(t.pages().post(SIGN_IN, &body).await.code(), "webauthn_verification_failed");
}
