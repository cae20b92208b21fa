//! Keys on the command line, beside a running server: those that sign tokens, those that
//! programs hold, and those of systems before.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::Client;
use crate::server::{PASSWORD, Place, Server};

const ADA: &str = "ada@example.com";

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn now() -> Instant {
    Instant::now()
}

/// Asks until the answer is this one. Nodes read the keys every five seconds; a loaded
/// machine gets twice that.
#[track_caller]
fn becomes(status: u16, ask: impl Fn() -> u16) {
    let began = now();
    while ask() != status {
        assert!(now() - began < Duration::from_secs(10), "it never was {status}");
        std::thread::yield_now();
    }
}

fn keys(place: &Place) -> Vec<Value> {
    let listed = place.run(&["key", "list", "-o", "json"]).wants(0);
    listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn published(server: &Server) -> usize {
    server.client().get("/.well-known/jwks.json").json()["keys"].as_array().unwrap().len()
}

fn me(server: &Server, token: &str) -> u16 {
    server.client().bearer(token).get("/api/v1/me").status
}

fn access_token(client: &Client) -> String {
    let pair = client.post("/api/v1/token", &json!({ "grant_type": "session" }));
    assert_eq!(pair.status, 200, "{}", pair.body);
    pair.json()["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn keys_of_tokens_are_made_and_let_go_of_without_a_refused_token() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let token = access_token(&server.client().signed_in(ADA, PASSWORD));
    assert_eq!(me(&server, &token), 200);
    let first = keys(&place);
    assert_eq!(first.len(), 1);
    let made = place.run(&["key", "rotate"]).wants(0);
    let both = keys(&place);
    assert_eq!(both.len(), 2);
    assert!(both.iter().any(|key| key["id"] == made.trim()), "{made}: {both:?}");
    let began = now();
    while published(&server) != 2 {
        assert!(now() - began < Duration::from_secs(10), "the new key is not published");
        std::thread::yield_now();
    }
    assert_eq!(me(&server, &token), 200, "the old key signs, and counts");

    let old = first[0]["id"].as_str().unwrap();
    place.run(&["key", "retire", old]).wants(2);
    assert_eq!(me(&server, &token), 200, "a key that signs is not let go of in passing");
    place.run(&["key", "retire", old, "--now", "-y"]).wants(0);
    becomes(401, || me(&server, &token));
    place.run(&["key", "retire", "nonsense"]).wants(1);
}

#[test]
fn a_key_with_a_term_is_printed_with_the_token_that_gives_it_anew() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let hourly = ["--until=2998-01-01", "--refresh-until=2999-01-01", "--per-day=100"];
    let made = place.run(&[&["apikey", "create", ADA, "--name=hourly"][..], &hourly].concat());
    let made = made.wants(0);
    let (key, token) = made.trim().split_once('\n').unwrap();
    assert!(key.starts_with("kwk_") && token.starts_with("kwf_"), "{made}");
    assert_eq!(me(&server, key), 200);
    let body = json!({ "refresh_token": token });
    let again = server.client().post("/api/v1/api-keys/refresh", &body);
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(me(&server, again.json()["api_key"].as_str().unwrap()), 200);
    assert_eq!(me(&server, key), 401);
    let unknown = place.run(&["apikey", "create", ADA, "--name=x", "--scope=nonsense"]);
    unknown.refused(2, "scope");
}

#[test]
fn a_token_of_asok_names_the_account_that_had_its_number() {
    // The key and the token of Asok 0.8.0 itself.
    let token = "1|0.bc28eacd79b48ac5332b38a69f772635423b29b49b3fb08022318898ca8f464f";
    let place = Place::new();
    let key = place.write("asok-key", "test-secret-key-for-auth-tests-0123456789");
    let place = place
        .env("KEYWARD_TOKENS_ASOK_KEY_FILE", &key.display().to_string())
        .env("KEYWARD_TOKENS_ASOK_UNTIL", "2999-01-01T00:00:00Z");
    let server = place.start(&["dev"]);
    assert_eq!(me(&server, token), 401);
    place.run(&["user", "known-as", ADA, "--asok", "1"]).wants(0);
    becomes(200, || me(&server, token));
    place.run(&["user", "known-as", "bob@example.com", "--asok", "1"]).wants(4);
    place.run(&["user", "known-as", ADA]).wants(0);
    becomes(401, || me(&server, token));
}
