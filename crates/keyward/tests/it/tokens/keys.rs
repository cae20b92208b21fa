//! The keys that sign, and how they change while tokens are about.

use std::sync::Arc;
use std::time::Duration;

use keyward::{Keyward, Signing};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

async fn published(t: &TestAuth) -> Vec<String> {
    let reply = t.pages().get("/.well-known/jwks.json").await;
    assert_eq!(reply.status(), 200);
    let set = reply.json();
    let keys = set["keys"].as_array().unwrap();
    assert!(keys.iter().all(|key| key.get("d").is_none()), "no private half: {keys:?}");
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn signed_by(pair: &TokenPair) -> String {
    use base64::Engine as _;
    let head = pair.access.reveal().split('.').next().unwrap();
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(head).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    assert_eq!(head["typ"], "at+jwt");
    head["kid"].as_str().unwrap().to_owned()
}

async fn opens(t: &TestAuth, pair: &TokenPair) -> bool {
    t.kw.verify_access_token(pair.access.reveal()).await.unwrap().is_some()
}

#[tokio::test]
async fn the_set_of_keys_may_be_kept_for_five_minutes() {
    let t = TestAuth::new().await;
    let reply = t.pages().get("/.well-known/jwks.json").await;
    assert_eq!(reply.headers()["cache-control"], "public, max-age=300");
    let set = reply.json();
    let key = &set["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"), &json!("sig"))
    );
    assert_eq!(published(&t).await.len(), 1, "and is the same each time");
}

#[tokio::test]
async fn no_token_becomes_invalid_while_keys_change() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let old = issue(&t, &ada).await;
    let new = t.kw.rotate_token_key().await.unwrap().unwrap();
    assert!(opens(&t, &old).await);
    assert_eq!(published(&t).await, [signed_by(&old), new.clone()], "published before it signs");
    // Every minute somebody gets a token, and each works for as long as it says.
    let mut pairs = vec![old];
    for minute in 1..=40_u32 {
        t.clock.advance(MINUTE);
        let pair = issue(&t, &ada).await;
        let expected = if minute < 10 { signed_by(&pairs[0]) } else { new.clone() };
        assert_eq!(signed_by(&pair), expected, "minute {minute}");
        pairs.push(pair);
        for pair in pairs.iter().rev().take(5) {
            assert!(opens(&t, pair).await, "minute {minute}");
        }
    }
    assert_eq!(published(&t).await, [new], "the old one is gone when nothing is left of it");
}

#[tokio::test]
async fn a_key_in_use_is_retired_only_at_once_and_takes_its_tokens_along() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let old = issue(&t, &ada).await;
    let (key, client) = (signed_by(&old), t.pages().from_site(None));
    let refused = t.kw.retire_token_key(&key, false).await.unwrap();
    assert_eq!(refused.unwrap_err(), keyward::Refusal::invalid("key", "in_use"));
    assert!(
        opens(&t, &old).await
            && get(&client, "/api/v1/me", old.access.reveal()).await.status() == 200
    );
    t.kw.retire_token_key(&key, true).await.unwrap().unwrap();
    assert!(!opens(&t, &old).await, "what was verified before as well");
    assert_eq!(get(&client, "/api/v1/me", old.access.reveal()).await.status(), 401);
    let next = refreshed(&t, old.refresh.reveal()).await;
    assert_eq!(next.status(), 200, "the family lives, and another key signs");
    let unknown = t.kw.retire_token_key("nothing", false).await.unwrap();
    assert_eq!(unknown.unwrap_err(), keyward::Refusal::NotFound);
    t.events().await.assert(["token_key.added", "token_key.retired", "token_key.added"]);
}

#[tokio::test]
async fn a_retired_key_leaves_the_next_one_to_sign_at_once() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let old = issue(&t, &ada).await;
    let new = t.kw.rotate_token_key().await.unwrap().unwrap();
    t.kw.retire_token_key(&signed_by(&old), true).await.unwrap().unwrap();
    let pair = issue(&t, &ada).await;
    assert_eq!(signed_by(&pair), new);
    assert!(opens(&t, &pair).await);
}

#[tokio::test]
async fn every_algorithm_signs_and_a_shared_key_is_not_published() {
    for how in Signing::ALL {
        let t = TestAuth::with(|b| b.settings(|s| s.tokens.signing = how)).await;
        let ada = t.user("ada@example.com").await;
        let pair = issue(&t, &ada).await;
        assert!(opens(&t, &pair).await, "{how:?}");
        assert_eq!(published(&t).await.len(), usize::from(how != Signing::Hs256), "{how:?}");
        let keys = t.kw.token_keys().await.unwrap();
        assert_eq!((keys[0].algorithm, keys[0].state), (how.as_str(), "signs"));
    }
}

/// Another node of the same service knows a key before it signs, and one that was
/// retired at once within seconds.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_change_keys_together() {
    let store = Arc::new(keyward::store::MemoryStore::new());
    let [here, there] =
        crate::nodes::two(Keyward::with_store(store.clone()), Keyward::with_store(store)).await;
    let ada = here.user("ada@example.com").await;
    let first = issue(&here, &ada).await;
    assert!(opens(&there, &first).await, "the first key as well");
    here.kw.rotate_token_key().await.unwrap().unwrap();
    for clock in [&here.clock, &there.clock] {
        clock.advance(10 * MINUTE);
    }
    let second = issue(&here, &ada).await;
    assert_ne!(signed_by(&second), signed_by(&first));
    assert!(opens(&there, &second).await);
    here.kw.retire_token_key(&signed_by(&second), true).await.unwrap().unwrap();
    assert!(!opens(&here, &second).await);
    there.clock.advance(Duration::from_secs(5));
    assert!(!opens(&there, &second).await, "five seconds later at the latest");
}

#[tokio::test]
async fn two_nodes_that_start_at_once_make_one_key() {
    let store = Arc::new(keyward::store::MemoryStore::new());
    let [here, there] =
        crate::nodes::two(Keyward::with_store(store.clone()), Keyward::with_store(store)).await;
    let (one, two) = tokio::join!(here.kw.jwks(), there.kw.jwks());
    assert_eq!(one.unwrap(), two.unwrap());
}
