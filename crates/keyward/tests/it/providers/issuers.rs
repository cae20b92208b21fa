//! Issuers that do not do as they should.

use std::time::Duration;

use keyward::testing::{Quirks, TokenAlgorithm};
use serde_json::{Value, json};

use super::{house, leave, refused, round, to};

const AGAIN: &str = "did not answer as it should";

/// Comes back with something that is wrong, and nobody is signed in.
async fn is_refused(quirk: impl FnOnce(&mut Quirks)) {
    let (t, issuer) = house().await;
    issuer.behave(quirk);
    let client = t.pages();
    let reply = round(&client, &issuer).await;
    refused(&client, &reply, AGAIN).await;
    assert!(t.kw.find_person(super::ADA).await.unwrap().is_none());
    // The state is spent: the same cannot be tried again.
    issuer.behave(|_| ());
    assert_eq!(to(&round(&client, &issuer).await), "/account", "and a new one works");
}

fn claim(name: &'static str, value: Value) -> impl FnOnce(&mut Quirks) {
    move |quirks| quirks.claims = vec![(name.into(), value)]
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    is_refused(claim("iss", json!("https://evil.example.com"))).await;
}

#[tokio::test]
async fn a_token_for_another_client_is_refused() {
    is_refused(claim("aud", json!("somebody-else"))).await;
    is_refused(claim("aud", json!(["keyward", "somebody-else"]))).await;
    is_refused(claim("azp", json!("somebody-else"))).await;
}

#[tokio::test]
async fn a_token_of_another_sign_in_is_refused() {
    is_refused(claim("nonce", json!("another"))).await;
    is_refused(claim("nonce", Value::Null)).await;
}

#[tokio::test]
async fn a_token_whose_time_is_over_is_refused() {
    is_refused(claim("exp", json!(1))).await;
    is_refused(claim("exp", Value::Null)).await;
    is_refused(claim("iat", json!(9_999_999_999_i64))).await;
}

#[tokio::test]
async fn a_token_that_names_nobody_is_refused() {
    is_refused(claim("sub", json!(""))).await;
    is_refused(claim("sub", Value::Null)).await;
}

#[tokio::test]
async fn keys_may_change_and_are_asked_for_again_once_a_minute() {
    let (t, issuer) = house().await;
    round(&t.pages(), &issuer).await;
    assert_eq!(issuer.asked("/keys").len(), 1);
    t.clock.advance(Duration::from_secs(61));
    for how in [TokenAlgorithm::Rs256, TokenAlgorithm::EdDsa] {
        issuer.rotate(how);
        let client = t.pages();
        assert_eq!(to(&round(&client, &issuer).await), "/account", "{how:?}");
        t.clock.advance(Duration::from_secs(61));
    }
    assert_eq!(issuer.asked("/keys").len(), 3);
    // Made-up keys do not make us ask each time.
    issuer.behave(|quirks| quirks.signs_with_another = true);
    for _ in 0..5 {
        let client = t.pages();
        let reply = round(&client, &issuer).await;
        refused(&client, &reply, AGAIN).await;
    }
    assert_eq!(issuer.asked("/keys").len(), 3, "its name is known: the signature is wrong");
    issuer.behave(|_| ());
    issuer.rotate(TokenAlgorithm::Es256);
    round(&t.pages(), &issuer).await;
    issuer.rotate(TokenAlgorithm::Es256);
    for _ in 0..5 {
        let client = t.pages();
        let reply = round(&client, &issuer).await;
        refused(&client, &reply, AGAIN).await;
    }
    assert_eq!(issuer.asked("/keys").len(), 4, "once a minute");
    t.clock.advance(Duration::from_secs(61));
    assert_eq!(to(&round(&t.pages(), &issuer).await), "/account");
}

#[tokio::test]
async fn a_huge_set_of_keys_is_not_read() {
    is_huge(300 * 1024).await;
    is_huge(2 * 1024 * 1024).await;
}

async fn is_huge(bytes: usize) {
    let (t, issuer) = house().await;
    issuer.behave(|quirks| quirks.keys_padding = bytes);
    let client = t.pages();
    let reply = round(&client, &issuer).await;
    refused(&client, &reply, AGAIN).await;
}

#[tokio::test]
async fn a_slow_issuer_is_given_up_with_a_page_that_says_so() {
    for door in ["/token", "/keys"] {
        let (t, issuer) = house().await;
        issuer.behave(|quirks| quirks.hangs_at = Some(door));
        let client = t.pages();
        let reply = round(&client, &issuer).await;
        refused(&client, &reply, AGAIN).await;
    }
    let (t, issuer) = house().await;
    issuer.behave(|quirks| quirks.hangs_at = Some("/.well-known"));
    let client = t.pages();
    let reply = client.form("/login/with/acme", &[]).await;
    refused(&client, &reply, AGAIN).await;
    // It is left alone for a moment: others do not wait for it as well.
    client.form("/login/with/acme", &[]).await;
    assert_eq!(issuer.asked("/.well-known/openid-configuration").len(), 1);
    issuer.behave(|_| ());
    t.clock.advance(Duration::from_secs(6));
    assert_eq!(to(&round(&client, &issuer).await), "/account");
}

#[tokio::test]
async fn an_issuer_that_says_it_is_another_is_not_asked_further() {
    let (t, issuer) = house().await;
    issuer.behave(|quirks| quirks.poses_as = Some("https://accounts.google.com".into()));
    let client = t.pages();
    let reply = client.form("/login/with/acme", &[]).await;
    refused(&client, &reply, AGAIN).await;
    assert_eq!(issuer.asked("/authorize").len(), 0);
}

#[tokio::test]
async fn whatever_the_token_endpoint_answers_the_page_is_a_page() {
    for (status, body) in [
        (400, r#"{"error":"invalid_grant","error_description":"<script>alert(1)</script>"}"#),
        (401, r#"{"error":"invalid_client"}"#),
        (200, r#"{"error":"bad_verification_code"}"#),
        (200, "{}"),
        (200, "[]"),
        (200, "<html>"),
        (200, ""),
        (200, r#"{"access_token":"a","id_token":7}"#),
        (200, r#"{"access_token":"a","id_token":"a.b.c"}"#),
        (302, ""),
        (500, "Internal Server Error"),
        (503, "{}"),
    ] {
        let (t, issuer) = house().await;
        issuer.behave(|quirks| quirks.token_answer = Some((status, body.into())));
        let client = t.pages();
        let reply = round(&client, &issuer).await;
        refused(&client, &reply, AGAIN).await;
        assert!(!reply.text().contains("<script>alert"), "{body}");
    }
}

#[tokio::test]
async fn whoever_says_no_there_is_told_so_here() {
    for (error, text) in [
        ("access_denied", "was not allowed there"),
        ("server_error", AGAIN),
        ("<script>alert(1)</script>", AGAIN),
    ] {
        let (t, issuer) = house().await;
        issuer.behave(|quirks| quirks.denies = Some(error.into()));
        let client = t.pages();
        let reply = round(&client, &issuer).await;
        refused(&client, &reply, text).await;
        assert!(!reply.text().contains("<script>alert"));
        assert_eq!(issuer.asked("/token").len(), 0);
    }
}

#[tokio::test]
async fn an_issuer_that_is_not_there_is_told_as_such() {
    let (t, issuer) = house().await;
    let client = t.pages();
    let url = leave(&client, "acme").await;
    let back = issuer.visit(&url).await.replace("code=", "code=another-");
    let reply = client.page(&back).await;
    refused(&client, &reply, AGAIN).await;
}

#[tokio::test]
async fn what_the_token_leaves_out_is_asked_for_and_must_be_of_the_same_person() {
    let (t, issuer) = house().await;
    issuer.behave(|quirks| {
        quirks.claims = vec![("email".into(), Value::Null), ("email_verified".into(), Value::Null)];
    });
    let client = t.pages();
    assert_eq!(to(&round(&client, &issuer).await), "/account");
    issuer.behave(|quirks| {
        quirks.claims = vec![("email".into(), Value::Null)];
        quirks.user = Some(json!({ "sub": "eve", "email": super::ADA, "email_verified": true }));
    });
    let other = t.pages();
    let reply = round(&other, &issuer).await;
    refused(&other, &reply, AGAIN).await;
}
