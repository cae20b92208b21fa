//! Passkeys over HTTP, with an authenticator in software.

mod manage;
mod pages;
mod policy;
mod second;
mod sign_in;

use keyward::testing::{Client, PasskeyDevice, Response, TestAuth};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "http://localhost";

/// What the server asks an authenticator, and in which flow.
pub(crate) async fn options(client: &Client, path: &str) -> (String, Value) {
    let reply = client.post(path, &json!({})).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let begun = reply.json();
    (begun["flow_id"].as_str().unwrap().to_owned(), begun["public_key"].clone())
}

/// Adds a passkey to the account that `client` is signed in to.
pub(crate) async fn add(client: &Client, device: &mut PasskeyDevice) -> Response {
    let (flow, asked) = options(client, "/api/v1/me/passkeys/options").await;
    let made = device.create(ORIGIN, &asked).unwrap();
    client.post("/api/v1/me/passkeys", &json!({ "flow_id": flow, "credential": made })).await
}

/// What a device answers when it is asked to sign in.
pub(crate) async fn answer(client: &Client, device: &mut PasskeyDevice) -> Value {
    let (flow, asked) = options(client, "/api/v1/webauthn/sign-in/options").await;
    json!({ "flow_id": flow, "credential": device.get(ORIGIN, &asked).unwrap() })
}

/// Signs in with the newest passkey of a device.
pub(crate) async fn sign_in(client: &Client, device: &mut PasskeyDevice) -> Response {
    let answer = answer(client, device).await;
    client.post("/api/v1/webauthn/sign-in", &answer).await
}

/// Ada, signed in, with a passkey on a device.
pub(crate) async fn with_passkey(t: &TestAuth) -> (Client, PasskeyDevice) {
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    let mut device = PasskeyDevice::default();
    let added = add(&client, &mut device).await;
    assert_eq!(added.status(), 201, "{}", added.text());
    (client, device)
}
