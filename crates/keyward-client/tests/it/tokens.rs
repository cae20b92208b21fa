//! Access tokens, verified without asking.

use std::sync::Arc;
use std::time::Duration;

use keyward::testing::{FakeClock, PASSWORD};
use keyward_client::Error;
use keyward_client::tokens::Tokens;
use serde_json::{Value, json};

use crate::kit::{Server, StandIn, Then, problem, say};

const ISSUER: &str = "http://localhost";
const KEYS: &str = "/.well-known/jwks.json";

async fn pair(server: &Server) -> Value {
    let body =
        json!({ "grant_type": "password", "username": "ada@example.com", "password": PASSWORD });
    server.client.post_token(body).await.unwrap()
}

fn access(pair: &Value) -> &str {
    pair["access_token"].as_str().unwrap()
}

#[tokio::test]
async fn a_token_is_verified_here_and_one_that_ended_by_asking() {
    let server = Server::start().await;
    let ada = server.kit.user("ada@example.com").await;
    let pair = pair(&server).await;
    let token = access(&pair);
    let clock = Arc::new(server.kit.clock.clone());
    let tokens = || Tokens::new(&server.client, ISSUER).clock(clock.clone());
    let ours = tokens();
    let claims = ours.verify(token).await.unwrap();
    assert_eq!((&claims.sub, claims.iss.as_str()), (&ada.id.to_string(), ISSUER));
    assert_eq!(ours.verify_fresh(token).await.unwrap(), claims);
    let other = tokens().audience("https://api.example.com");
    assert!(matches!(other.verify(token).await, Err(Error::BadToken(_))));
    for odd in ["", "a.b.c", &token[1..], &format!("{token}A"), "ses_1.a"] {
        let error = ours.verify(odd).await.unwrap_err();
        assert!(error.is_unauthenticated() && matches!(error, Error::BadToken(_)), "{odd}");
    }

    let revoked = json!({ "token": pair["refresh_token"] });
    server.client.post_token_revoke(revoked).await.unwrap();
    assert!(ours.verify(token).await.is_ok(), "it says what was true when it was made");
    let error = ours.verify_fresh(token).await.unwrap_err();
    assert!(error.problem().is_some() && error.is_unauthenticated(), "{error:?}");
    server.kit.clock.advance(Duration::from_secs(301));
    assert!(matches!(ours.verify(token).await, Err(Error::BadToken(_))), "five minutes");
}

/// The server's keys as it publishes them, and a token.
async fn published() -> (String, String, FakeClock) {
    let server = Server::start().await;
    server.kit.user("ada@example.com").await;
    let pair = pair(&server).await;
    let keys = server.kit.pages().get(KEYS).await.text().to_owned();
    (keys, access(&pair).to_owned(), server.kit.clock.clone())
}

#[tokio::test]
async fn a_new_key_is_found_and_strangers_cannot_make_us_ask_on_and_on() {
    let (keys, token, clock) = published().await;
    let none = say(200, "", "{\"keys\":[]}");
    let server = StandIn::start([none, say(200, "", &keys)]).await;
    let tokens = Tokens::new(&server.client(), ISSUER).clock(Arc::new(clock.clone()));
    for _ in 0..20 {
        assert!(matches!(tokens.verify(&token).await, Err(Error::BadToken(_))));
    }
    assert_eq!(server.heard().len(), 1);
    clock.advance(Duration::from_secs(10));
    assert!(tokens.verify(&token).await.is_ok());
    assert!(tokens.verify(&token).await.is_ok());
    let heard = server.heard();
    assert_eq!(heard.len(), 2);
    assert!(heard[0].starts_with(&format!("GET {KEYS} HTTP/1.1\r\n")));
}

#[tokio::test]
async fn while_the_server_is_down_its_keys_are_good_for_a_while() {
    let (keys, token, clock) = published().await;
    let server = StandIn::start([say(200, "", &keys), problem(500, "broken", "")]).await;
    let tokens = Tokens::new(&server.client(), ISSUER).clock(Arc::new(clock.clone()));
    assert!(tokens.verify(&token).await.is_ok());
    clock.advance(Duration::from_secs(300));
    // The token's own time is over as well: what counts is that the keys were there.
    for _ in 0..5 {
        assert!(matches!(tokens.verify(&token).await, Err(Error::BadToken(_))));
    }
    assert_eq!(server.heard().len(), 2, "a server that is down is not asked each time");
    clock.advance(Duration::from_secs(300));
    let error = tokens.verify(&token).await.unwrap_err();
    assert_eq!(error.code(), Some("broken"), "not to know is neither a yes nor a no");
    assert!(!error.is_unauthenticated());
}

#[tokio::test]
async fn what_is_no_set_of_keys_verifies_nothing() {
    let (_, token, clock) = published().await;
    for odd in ["", "[]", "{\"keys\":{}}", "<h1>Hello</h1>"] {
        let server = StandIn::start([say(200, "", odd)]).await;
        let tokens = Tokens::new(&server.client(), ISSUER).clock(Arc::new(clock.clone()));
        assert!(matches!(tokens.verify(&token).await, Err(Error::Unexpected(_))), "{odd}");
    }
    let server = StandIn::start([Then::Leave]).await;
    let tokens = Tokens::new(&server.client(), ISSUER).clock(Arc::new(clock));
    let error = tokens.verify(&token).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
    assert!(!format!("{tokens:?}").contains(&token));
}

#[tokio::test]
async fn fresh_wants_the_server_to_name_the_same_account() {
    let (keys, token, clock) = published().await;
    let other = r#"{"id":"usr_2","name":"","identifiers":[],"status":"active",
        "properties":{},"created_at":"","version":1}"#;
    let server = StandIn::start([say(200, "", &keys), say(200, "", other), Then::Leave]).await;
    let tokens = Tokens::new(&server.client(), ISSUER).clock(Arc::new(clock));
    assert!(matches!(tokens.verify_fresh(&token).await, Err(Error::BadToken(_))));
    assert!(matches!(tokens.verify_fresh(&token).await, Err(Error::Unreachable(_))));
    assert!(server.heard()[1].contains(&format!("authorization: Bearer {token}\r\n")));
}
