//! What an operator chooses about passkeys.

use keyward::authenticator::Behaviour;
use keyward::testing::{PasskeyDevice, TestAuth};
use keyward::{Attestation, Counter, Settings, UserVerification};
use serde_json::json;

use super::{add, options, sign_in, with_passkey};

async fn choosing(change: impl FnOnce(&mut Settings)) -> TestAuth {
    TestAuth::with(|builder| builder.settings(change)).await
}

#[tokio::test]
async fn an_authenticator_that_must_verify_its_owner_does() {
    let t = choosing(|s| s.passkeys.user_verification = UserVerification::Required).await;
    let (client, mut device) = with_passkey(&t).await;
    let (_, asked) = options(&client, "/api/v1/webauthn/sign-in/options").await;
    assert_eq!(asked["userVerification"], "required");
    device.behaviour.user_verified = false;
    let refused = "webauthn_user_verification_required";
    assert_eq!(sign_in(&t.pages(), &mut device).await.code(), refused);
    let unverified = Behaviour { user_verified: false, ..Behaviour::default() };
    assert_eq!(add(&client, &mut PasskeyDevice::new(unverified)).await.code(), refused);
}

#[tokio::test]
async fn a_counter_that_went_back_is_refused_or_reported() {
    for (counter, status) in [(Counter::Refuse, 422), (Counter::Report, 200)] {
        let t = choosing(|s| s.passkeys.counter = counter).await;
        let ada = t.user("ada@example.com").await;
        let client = t.pages().login_as(&ada).await;
        let counting = Behaviour { counts: true, ..Behaviour::default() };
        let mut device = PasskeyDevice::new(counting);
        add(&client, &mut device).await;
        device.passkeys()[0].counter = 7;
        assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200);
        // A copy that was made before.
        device.passkeys()[0].counter = 3;
        let reply = sign_in(&t.pages(), &mut device).await;
        assert_eq!(reply.status(), status, "{}", reply.text());
        let log = client.get("/api/v1/me/activity").await.text().to_owned();
        let noted = match counter {
            Counter::Refuse => "\"reason\":\"cloned\"",
            Counter::Report => "\"counter_went_back\":true",
        };
        assert!(log.contains(noted), "{log}");
        // The original goes on where it was.
        device.passkeys()[0].counter = 8;
        assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200);
    }
}

#[tokio::test]
async fn a_key_that_could_not_be_copied_and_now_can_is_another() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let alone = Behaviour { backup_eligible: false, backed_up: false, ..Behaviour::default() };
    let mut device = PasskeyDevice::new(alone);
    add(&t.pages().login_as(&ada).await, &mut device).await;
    assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200);
    device.behaviour.backup_eligible = true;
    assert_eq!(sign_in(&t.pages(), &mut device).await.code(), "webauthn_verification_failed");
}

#[tokio::test]
async fn related_origins_may_ask_and_are_published() {
    let t = choosing(|s| s.passkeys.related_origins = vec!["https://example.org".into()]).await;
    let (client, mut device) = with_passkey(&t).await;
    let published = client.get("/.well-known/webauthn").await.json();
    assert_eq!(published, json!({ "origins": ["http://localhost", "https://example.org"] }));
    device.behaviour.origin = Some("https://example.org".into());
    assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200);
    device.behaviour.origin = Some("https://www.example.org".into());
    assert_eq!(sign_in(&t.pages(), &mut device).await.code(), "webauthn_origin_mismatch");
    let alone = TestAuth::new().await;
    assert_eq!(alone.pages().get("/.well-known/webauthn").await.status(), 404);
}

#[tokio::test]
async fn where_passkeys_cannot_work_nobody_is_asked_for_one() {
    let off = TestAuth::with(|b| b.settings(|s| s.passkeys.enabled = false)).await;
    let elsewhere = choosing(|s| s.passkeys.relying_party = Some("example.com".into())).await;
    for t in [off, elsewhere] {
        assert!(!t.kw.has_passkeys());
        let reply = t.pages().post("/api/v1/webauthn/sign-in/options", &json!({})).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "method_disabled"));
        let ada = t.user("ada@example.com").await;
        let client = t.pages().login_as(&ada).await;
        let reply = client.post("/api/v1/me/passkeys/options", &json!({})).await;
        assert_eq!(reply.code(), "method_disabled");
    }
}

#[tokio::test]
async fn a_maker_who_is_asked_about_and_cannot_be_verified_is_unknown_or_refused() {
    let odd = || PasskeyDevice::new(Behaviour { attests_oddly: true, ..Behaviour::default() });
    for (how, accept, wanted) in [
        (Attestation::None, false, Some("none")),
        (Attestation::Indirect, true, Some("unknown")),
        (Attestation::Indirect, false, None),
    ] {
        let t = choosing(|s| {
            (s.passkeys.attestation, s.passkeys.accept_unknown_attestation) = (how, accept);
        })
        .await;
        let ada = t.user("ada@example.com").await;
        let client = t.pages().login_as(&ada).await;
        let (_, asked) = options(&client, "/api/v1/me/passkeys/options").await;
        assert_eq!(asked["attestation"], how.as_str());
        let added = add(&client, &mut odd()).await;
        match wanted {
            Some(wanted) => assert_eq!(added.json()["attestation"], wanted, "{}", added.text()),
            None => assert_eq!(added.code(), "webauthn_verification_failed"),
        }
        // Whoever says nothing of their maker is welcome either way.
        assert_eq!(add(&client, &mut PasskeyDevice::default()).await.status(), 201);
    }
}
