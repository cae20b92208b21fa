//! Sign in with nothing but a passkey.

use std::time::Duration;

use keyward::Act;
use keyward::authenticator::{Algorithm, Behaviour};
use keyward::testing::{PasskeyDevice, TestAuth};
use serde_json::{Value, json};

use super::{ORIGIN, add, answer, options, sign_in, with_passkey};

const SIGN_IN: &str = "/api/v1/webauthn/sign-in";

#[tokio::test]
async fn a_passkey_says_who_it_is_and_is_two_factors_when_its_owner_was_verified() {
    for (verified, aal) in [(true, 2), (false, 1)] {
        let t = TestAuth::new().await;
        let (_, mut device) = with_passkey(&t).await;
        device.behaviour.user_verified = verified;
        t.events().await;
        let browser = t.pages();
        let reply = sign_in(&browser, &mut device).await;
        assert_eq!(reply.status(), 200, "{}", reply.text());
        assert_eq!(reply.json()["status"], "complete");
        assert_eq!(reply.json()["user"]["email"], "ada@example.com");
        let session = browser.get("/api/v1/session").await.json();
        assert_eq!((&session["methods"], &session["aal"]), (&json!(["passkey"]), &json!(aal)));
        t.events().await.assert(["passkey.used", "session.created", "sign_in.succeeded"]);
    }
}

#[tokio::test]
async fn every_kind_of_key_signs_in_again_and_again() {
    for algorithm in Algorithm::ALL {
        let t = TestAuth::new().await;
        let ada = t.user("ada@example.com").await;
        let behaviour = Behaviour { algorithm, counts: true, ..Behaviour::default() };
        let mut device = PasskeyDevice::new(behaviour);
        assert_eq!(add(&t.pages().login_as(&ada).await, &mut device).await.status(), 201);
        for _ in 0..3 {
            assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200, "{algorithm:?}");
        }
    }
}

#[tokio::test]
async fn a_session_may_be_held_as_a_token() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    let client = t.pages();
    let mut body = answer(&client, &mut device).await;
    body["session"] = "token".into();
    let reply = client.post(SIGN_IN, &body).await;
    assert!(reply.json()["token"].as_str().unwrap().starts_with("ses_"));
    assert_eq!(reply.headers().get("set-cookie"), None);
}

#[tokio::test]
async fn what_is_asked_names_nobody_and_is_new_each_time() {
    let t = TestAuth::new().await;
    let (client, _) = (t.pages(), t.user("ada@example.com").await);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..200 {
        let (flow, asked) = options(&client, "/api/v1/webauthn/sign-in/options").await;
        assert_eq!(asked["allowCredentials"], json!([]));
        assert_eq!(
            (&asked["rpId"], &asked["userVerification"]),
            (&json!("localhost"), &json!("preferred"))
        );
        // 32 bytes: NIST SP 800-63B asks for 8.
        assert_eq!(asked["challenge"].as_str().unwrap().len(), 43);
        assert!(seen.insert(asked["challenge"].to_string()) && seen.insert(flow));
    }
}

#[tokio::test]
async fn unknown_passkeys_and_unknown_accounts_look_alike() {
    let t = TestAuth::new().await;
    let (ada, mut device) = with_passkey(&t).await;
    let client = t.pages();
    let mut replies = vec![];
    for change in [
        // A passkey that Ada does not have.
        |body: &mut Value| {
            body["credential"]["id"] = "AQID".into();
            body["credential"]["rawId"] = "AQID".into();
        },
        // An account that nobody has, with an id of the right length.
        |body: &mut Value| {
            body["credential"]["response"]["userHandle"] = "AZtExgAAcAGAAQABAgMEBQ".into();
        },
        // A handle that is no id of ours at all.
        |body: &mut Value| body["credential"]["response"]["userHandle"] = "AQID".into(),
        // None: nobody knows whose it is.
        |body: &mut Value| body["credential"]["response"]["userHandle"] = Value::Null,
    ] {
        let mut body = answer(&client, &mut device).await;
        change(&mut body);
        let reply = client.post(SIGN_IN, &body).await;
        let mut told = reply.json();
        told["instance"] = Value::Null;
        let mut headers = reply.headers().clone();
        headers.remove("keyward-request-id");
        replies.push((reply.status(), told, headers));
    }
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:#?}");
    assert_eq!(replies[0].1["code"], "webauthn_unknown_credential");
    assert_eq!(ada.get("/api/v1/session").await.status(), 200);
}

#[tokio::test]
async fn an_answer_is_waited_for_five_minutes() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    for (wait, status) in [(299, 200), (300, 410)] {
        let client = t.pages();
        let body = answer(&client, &mut device).await;
        t.clock.advance(Duration::from_secs(wait));
        let reply = client.post(SIGN_IN, &body).await;
        assert_eq!(reply.status(), status, "after {wait} s: {}", reply.text());
    }
}

#[tokio::test]
async fn a_removed_passkey_fails_at_once() {
    let t = TestAuth::new().await;
    let (ada, mut device) = with_passkey(&t).await;
    let body = answer(&t.pages(), &mut device).await;
    let id = ada.get("/api/v1/me/passkeys").await.json()["data"][0]["id"].clone();
    let path = format!("/api/v1/me/passkeys/{}", id.as_str().unwrap());
    let gone = ada.json(http::Method::DELETE, &path, &json!({})).await;
    assert_eq!(gone.status(), 204, "{}", gone.text());
    assert_eq!(t.pages().post(SIGN_IN, &body).await.code(), "webauthn_unknown_credential");
}

#[tokio::test]
async fn a_lock_holds_for_passkeys_and_says_what_it_says_to_passwords() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    let ada = t.kw.find_person("ada@example.com").await.unwrap().unwrap().id;
    let lock = Act::Lock { reason: "lost laptop".into() };
    t.kw.act_on(ada, lock).await.unwrap().unwrap();
    assert_eq!(sign_in(&t.pages(), &mut device).await.code(), "invalid_credentials");
    t.kw.act_on(ada, Act::Unlock).await.unwrap().unwrap();
    assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200);
}

#[tokio::test]
async fn an_address_that_is_not_proven_must_be_proven_first() {
    let t = TestAuth::new().await;
    let eve = t.user_with(|new| {
        new.email = Some("eve@example.com".into());
        new.verified = true;
    });
    let eve = eve.await;
    let mut device = PasskeyDevice::default();
    add(&t.pages().login_as(&eve).await, &mut device).await;
    let names = keyward::Names { email: Some("new@example.com".into()), ..Default::default() };
    let edit = keyward::EditPerson { name: None, properties: None, names, version: None };
    t.kw.edit_person(eve.id, edit).await.unwrap().unwrap();
    let reply = sign_in(&t.pages(), &mut device).await;
    assert_eq!(reply.json()["status"], "needs_verification", "{}", reply.text());
}

#[tokio::test]
async fn an_answer_that_no_browser_gives_is_refused() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    let client = t.pages();
    for (path, value) in [
        ("/credential", json!({})),
        ("/credential", json!("text")),
        ("/credential", json!(null)),
        ("/credential/rawId", json!("AQID")),
        ("/credential/type", json!("password")),
        ("/credential/response/signature", json!("not base64url!")),
        ("/credential/response/authenticatorData", json!("")),
        ("/credential/response/clientDataJSON", json!("e30")),
    ] {
        let mut body = answer(&client, &mut device).await;
        *body.pointer_mut(path).unwrap() = value.clone();
        let reply = client.post(SIGN_IN, &body).await;
        assert_eq!(reply.code(), "webauthn_verification_failed", "{path} {value}");
    }
    let body = json!({ "flow_id": "flw_nothing", "credential": {} });
    assert_eq!(client.post(SIGN_IN, &body).await.code(), "webauthn_challenge_expired");
}

#[tokio::test]
async fn what_browsers_add_to_an_answer_is_no_fault() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    let client = t.pages();
    let mut body = answer(&client, &mut device).await;
    body["credential"]["somethingNew"] = json!({ "a": 1 });
    body["credential"]["response"]["somethingNew"] = json!([1]);
    assert_eq!(client.post(SIGN_IN, &body).await.status(), 200);
}

#[tokio::test]
async fn the_person_goes_on_when_the_same_origin_asks_again() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    let (flow, asked) = options(&t.pages(), "/api/v1/webauthn/sign-in/options").await;
    device.behaviour.damages = true;
    let wrong = json!({ "flow_id": flow, "credential": device.get(ORIGIN, &asked).unwrap() });
    assert_eq!(t.pages().post(SIGN_IN, &wrong).await.code(), "webauthn_verification_failed");
    device.behaviour.damages = false;
    let late = json!({ "flow_id": flow, "credential": device.get(ORIGIN, &asked).unwrap() });
    let reply = t.pages().post(SIGN_IN, &late).await;
    assert_eq!(reply.code(), "webauthn_challenge_expired", "a flow is answered once");
    assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200);
}
