//! API keys: issued, verified, refreshed and revoked.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Site, text};

fn with_session(number: i64, role: &str, token: &str) -> Value {
    json!({
        "issuer": "site", "audience": "api.example.org", "subject": "all", "apiversion": 1,
        "expires_days": 7, "not_valid_before": 0.0, "user_id": number, "user_role": role,
        "ip_address": "192.0.2.7", "user_agent": "firefox", "session_token": token,
    })
}

fn without_session(number: i64, role: &str) -> Value {
    json!({
        "issuer": "site", "audience": "api.example.org", "subject": "all", "apiversion": 1,
        "expires_seconds": 3600, "not_valid_before": 0, "user_id": number, "user_role": role,
        "ip_address": "192.0.2.7", "refresh_expires": 86400, "refresh_nbf": 0,
    })
}

fn key_of(answer: &Value) -> Value {
    serde_json::from_str(answer["apikey"].as_str().unwrap()).unwrap()
}

fn about(key: &Value, number: i64, role: &str) -> Value {
    json!({ "apikey_dict": key, "user_id": number, "user_role": role })
}

const ROLE: &str = "authenticated";

#[tokio::test]
async fn a_key_of_a_session_lives_as_long_as_that() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let bob = site.person("bob@example.org").await;
    let token = site.session(Some(ada)).await;
    let key = key_of(&site.done("apikey-new", with_session(ada, ROLE, &token)).await);
    for name in ["iss", "ver", "uid", "rol", "usa", "aud", "sub", "ipa", "tkn", "iat", "nbf", "exp"]
    {
        assert!(!key[name].is_null(), "{name}");
    }
    site.done("apikey-verify", about(&key, ada, ROLE)).await;
    site.done("apikey-verify", json!({ "apikey_dict": key })).await;
    site.refused("apikey-verify", about(&key, bob, ROLE)).await;
    site.refused("apikey-verify-nosession", about(&key, ada, ROLE)).await;
    for (name, value) in [("ip_address", json!("192.0.2.8")), ("user_agent", json!("curl"))] {
        let mut other = with_session(ada, ROLE, &token);
        other[name] = value;
        site.refused("apikey-new", other).await;
    }
    site.refused("apikey-new", with_session(bob, ROLE, &token)).await;
    site.refused("apikey-new", with_session(ada, "superuser", &token)).await;
    site.done("session-delete", json!({ "session_token": token })).await;
    site.refused("apikey-verify", about(&key, ada, ROLE)).await;
}

#[tokio::test]
async fn a_key_of_a_session_is_revoked() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let token = site.session(Some(ada)).await;
    let key = key_of(&site.done("apikey-new", with_session(ada, ROLE, &token)).await);
    site.done("apikey-revoke", about(&key, ada, ROLE)).await;
    site.refused("apikey-verify", about(&key, ada, ROLE)).await;
    site.refused("apikey-revoke", about(&key, ada, ROLE)).await;
}

#[tokio::test]
async fn a_key_without_a_session_is_for_its_owner_and_superusers() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let bob = site.person("bob@example.org").await;
    let root = site.person_as("root1@example.org", "superuser").await;
    let key = key_of(&site.done("apikey-new-nosession", without_session(ada, ROLE)).await);
    site.done("apikey-verify-nosession", about(&key, ada, ROLE)).await;
    site.done("apikey-verify-nosession", about(&key, root, "superuser")).await;
    site.refused("apikey-verify-nosession", about(&key, bob, ROLE)).await;
    site.refused("apikey-verify-nosession", about(&key, ada, "staff")).await;
    site.refused("apikey-revoke-nosession", about(&key, bob, ROLE)).await;
    site.done("apikey-revoke-nosession", about(&key, root, "superuser")).await;
    site.refused("apikey-verify-nosession", about(&key, ada, ROLE)).await;
}

#[tokio::test]
async fn a_key_is_valid_between_its_times() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let mut later = without_session(ada, ROLE);
    later["not_valid_before"] = json!(60.5);
    let key = key_of(&site.done("apikey-new-nosession", later).await);
    site.refused("apikey-verify-nosession", about(&key, ada, ROLE)).await;
    site.t.clock.advance(Duration::from_secs(61));
    site.done("apikey-verify-nosession", about(&key, ada, ROLE)).await;
    site.t.clock.advance(Duration::from_secs(3600));
    site.refused("apikey-verify-nosession", about(&key, ada, ROLE)).await;
    for (name, value) in [("expires_seconds", 0), ("expires_seconds", -5), ("refresh_expires", -1)]
    {
        let mut bad = without_session(ada, ROLE);
        bad[name] = value.into();
        assert_eq!(site.refused("apikey-new-nosession", bad).await, "invalid expiry", "{name}");
    }
}

#[tokio::test]
async fn a_refresh_token_works_once_though_the_key_has_ended() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let made = site.done("apikey-new-nosession", without_session(ada, ROLE)).await;
    let (key, secret) = (key_of(&made), text(&made["refresh_token"]));
    let refresh = |key: &Value, secret: &str| {
        json!({
            "apikey_dict": key, "user_id": ada, "user_role": ROLE, "refresh_token": secret,
            "ip_address": "192.0.2.9", "expires_seconds": 60, "not_valid_before": 0,
            "refresh_expires": 120, "refresh_nbf": 0,
        })
    };
    site.refused("apikey-refresh-nosession", refresh(&key, "wrong")).await;
    site.t.clock.advance(Duration::from_secs(2 * 3600));
    let again = site.done("apikey-refresh-nosession", refresh(&key, &secret)).await;
    let (next, other) = (key_of(&again), text(&again["refresh_token"]));
    assert_eq!((&next["aud"], &next["ipa"]), (&json!("api.example.org"), &json!("192.0.2.9")));
    site.done("apikey-verify-nosession", about(&next, ada, ROLE)).await;
    site.refused("apikey-refresh-nosession", refresh(&key, &secret)).await;
    site.refused("apikey-refresh-nosession", refresh(&next, &secret)).await;
    site.t.clock.advance(Duration::from_secs(121));
    site.refused("apikey-refresh-nosession", refresh(&next, &other)).await;
}

#[tokio::test]
async fn every_key_of_somebody_is_revoked_with_one_that_is_valid() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let mut keys = vec![];
    for _ in 0..3 {
        keys.push(key_of(&site.done("apikey-new-nosession", without_session(ada, ROLE)).await));
    }
    let gone = site.done("apikey-revokeall-nosession", about(&keys[0], ada, ROLE)).await;
    assert_eq!(gone["revoked_keys"], 3);
    for key in &keys {
        site.refused("apikey-verify-nosession", about(key, ada, ROLE)).await;
    }
    site.refused("apikey-revokeall-nosession", about(&keys[0], ada, ROLE)).await;
}
