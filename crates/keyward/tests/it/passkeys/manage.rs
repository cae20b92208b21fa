//! Look after one's own passkeys.

use http::Method;
use keyward::authenticator::Behaviour;
use keyward::testing::{PASSWORD, PasskeyDevice, TestAuth};
use serde_json::{Value, json};

use super::{ORIGIN, add, options, sign_in, with_passkey};

/// As Bitwarden calls itself.
const BITWARDEN: [u8; 16] = [
    0xd5, 0x48, 0x82, 0x6e, 0x79, 0xb4, 0xdb, 0x40, 0xa3, 0xd8, 0x11, 0x11, 0x6f, 0x7e, 0x83, 0x49,
];

fn path(row: &Value) -> String {
    format!("/api/v1/me/passkeys/{}", row["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_passkey_is_listed_as_what_it_is() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    let mut device = PasskeyDevice::new(Behaviour {
        aaguid: BITWARDEN,
        backed_up: false,
        attests_itself: true,
        ..Behaviour::default()
    });
    t.events().await;
    let added = add(&client, &mut device).await;
    t.events().await.assert(["passkey.added"]);
    let listed = client.get("/api/v1/me/passkeys").await.json()["data"][0].clone();
    assert_eq!(added.json(), listed);
    assert_eq!((&listed["name"], &listed["model"]), (&json!("Bitwarden"), &json!("Bitwarden")));
    assert_eq!((&listed["synced"], &listed["used_at"]), (&json!(false), &json!(null)));
    assert_eq!(listed["transports"], json!(["internal", "hybrid"]));
    assert_eq!(listed["attestation"], "self");

    device.behaviour.backed_up = true;
    t.clock.advance(std::time::Duration::from_secs(60));
    sign_in(&t.pages(), &mut device).await;
    let listed = client.get("/api/v1/me/passkeys").await.json()["data"][0].clone();
    assert_eq!(listed["synced"], true, "and it was copied since");
    assert_eq!(listed["used_at"], "2026-01-01T00:01:00.000Z");
}

#[tokio::test]
async fn the_options_name_the_account_by_its_id_alone() {
    let t = TestAuth::new().await;
    let (client, device) = with_passkey(&t).await;
    let (_, asked) = options(&client, "/api/v1/me/passkeys/options").await;
    // 16 bytes, and no letter of the address.
    assert_eq!(asked["user"]["id"].as_str().unwrap().len(), 22);
    assert_eq!(asked["user"]["name"], "ada@example.com");
    assert_eq!(asked["rp"], json!({ "id": "localhost", "name": "Keyward" }));
    let algorithms: Vec<&Value> =
        asked["pubKeyCredParams"].as_array().unwrap().iter().map(|one| &one["alg"]).collect();
    assert_eq!(algorithms, [&json!(-7), &json!(-8), &json!(-257)]);
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["attestation"], "none");
    assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1);
    drop(device);
}

#[tokio::test]
async fn a_passkey_is_added_once() {
    let t = TestAuth::new().await;
    let (client, mut device) = with_passkey(&t).await;
    let (_, asked) = options(&client, "/api/v1/me/passkeys/options").await;
    let refused = device.create(ORIGIN, &asked).unwrap_err();
    assert_eq!(refused, keyward::authenticator::Refused::Excluded);
    // A device that does not care: the same key, over the challenge of another flow.
    let (flow, mut asked) = options(&client, "/api/v1/me/passkeys/options").await;
    asked["excludeCredentials"] = json!([]);
    let again = device.create_again(ORIGIN, &asked).unwrap();
    let body = json!({ "flow_id": flow, "credential": again });
    assert_eq!(client.post("/api/v1/me/passkeys", &body).await.code(), "webauthn_duplicate");
}

#[tokio::test]
async fn a_passkey_is_named_by_its_owner() {
    let t = TestAuth::new().await;
    let (client, _) = with_passkey(&t).await;
    let row = client.get("/api/v1/me/passkeys").await.json()["data"][0].clone();
    let rename =
        async |name: &str| client.json(Method::PATCH, &path(&row), &json!({ "name": name })).await;
    assert_eq!(rename("  Blue key <1>  ").await.status(), 204);
    let listed = client.get("/api/v1/me/passkeys").await.json();
    assert_eq!(listed["data"][0]["name"], "Blue key <1>");
    assert_eq!(rename(&"x".repeat(101)).await.status(), 422);
    assert_eq!(rename("").await.status(), 204);
    t.events().await.assert(["passkey.renamed", "passkey.renamed"]);
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let t = TestAuth::new().await;
    let ada = t.user_with(|new| {
        new.email = Some("ada@example.com".into());
        new.password = None;
    });
    let client = t.pages().login_as(&ada.await).await;
    let (mut one, mut two) = (PasskeyDevice::default(), PasskeyDevice::default());
    add(&client, &mut one).await;
    t.clock.advance(std::time::Duration::from_secs(1));
    add(&client, &mut two).await;
    let rows = client.get("/api/v1/me/passkeys").await.json();
    let remove =
        async |at: usize| client.json(Method::DELETE, &path(&rows["data"][at]), &json!({})).await;
    assert_eq!(remove(0).await.status(), 204);
    assert_eq!(remove(1).await.code(), "last_way_in");
    assert_eq!(sign_in(&t.pages(), &mut two).await.status(), 200);
}

#[tokio::test]
async fn an_account_has_twenty_passkeys_at_most() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    for _ in 0..20 {
        assert_eq!(add(&client, &mut PasskeyDevice::default()).await.status(), 201);
    }
    let more = client.post("/api/v1/me/passkeys/options", &json!({})).await;
    assert_eq!((more.status().as_u16(), more.code().as_str()), (422, "validation_failed"));
}

#[tokio::test]
async fn what_a_device_lies_about_is_not_added() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    let check = async |change: fn(&mut Behaviour), code: &str| {
        let mut device = PasskeyDevice::default();
        change(&mut device.behaviour);
        assert_eq!(add(&client, &mut device).await.code(), code);
    };
    check(|b| b.origin = Some("http://localhost:8080".into()), "webauthn_origin_mismatch").await;
    check(|b| b.origin = Some("https://localhost".into()), "webauthn_origin_mismatch").await;
    check(|b| b.cross_origin = true, "webauthn_origin_mismatch").await;
    check(|b| b.rp_id = Some("example.com".into()), "webauthn_origin_mismatch").await;
    check(|b| b.user_present = false, "webauthn_verification_failed").await;
    check(|b| b.backup_eligible = false, "webauthn_verification_failed").await;
    check(|b| (b.attests_itself, b.damages) = (true, true), "webauthn_verification_failed").await;
    assert_eq!(client.get("/api/v1/me/passkeys").await.json()["data"], json!([]));
}

#[tokio::test]
async fn a_passkey_of_somebody_else_is_not_there() {
    let t = TestAuth::new().await;
    let (ada, _) = with_passkey(&t).await;
    let bob = t.user("bob@example.com").await;
    let bob = t.pages().login_as(&bob).await;
    let row = ada.get("/api/v1/me/passkeys").await.json()["data"][0].clone();
    let renamed = bob.json(Method::PATCH, &path(&row), &json!({ "name": "mine" })).await;
    assert_eq!(renamed.status(), 404);
    assert_eq!(bob.json(Method::DELETE, &path(&row), &json!({})).await.status(), 404);
    let reply = bob.json(Method::DELETE, "/api/v1/me/passkeys/crd_nothing", &json!({})).await;
    assert_eq!(reply.status(), 404);
    assert_eq!(ada.get("/api/v1/me/passkeys").await.json()["data"][0], row);
}

#[tokio::test]
async fn strangers_add_nothing() {
    let t = TestAuth::new().await;
    let client = t.pages();
    for (method, path) in [
        (Method::GET, "/api/v1/me/passkeys"),
        (Method::POST, "/api/v1/me/passkeys/options"),
        (Method::POST, "/api/v1/me/passkeys"),
        (Method::PATCH, "/api/v1/me/passkeys/crd_x"),
        (Method::DELETE, "/api/v1/me/passkeys/crd_x"),
    ] {
        assert_eq!(client.json(method, path, &json!({})).await.status(), 401, "{path}");
    }
}

#[tokio::test]
async fn whoever_signed_out_everywhere_in_between_adds_nothing() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let (here, there) = (t.pages().login_as(&ada).await, t.pages().login_as(&ada).await);
    let (flow, asked) = options(&here, "/api/v1/me/passkeys/options").await;
    let made = PasskeyDevice::default().create(ORIGIN, &asked).unwrap();
    let body = json!({
        "current_password": PASSWORD, "new_password": "another long password",
    });
    assert_eq!(there.json(Method::PUT, "/api/v1/me/password", &body).await.status(), 200);
    // The same browser, signed in again: what it began before is over.
    let here = here.login_as(&ada).await;
    let body = json!({ "flow_id": flow, "credential": made });
    let reply = here.post("/api/v1/me/passkeys", &body).await;
    assert_eq!(reply.code(), "webauthn_challenge_expired");
}
