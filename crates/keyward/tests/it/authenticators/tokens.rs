//! The scheme `Token`.

use keyward::authn::{ApiKeys, Claim, FirstOf, SessionCookie, TokenScheme};
use keyward::id::UserId;
use keyward::testing::{Client, Response, TestAuth};
use keyward::{ApiKeyTerms, Keyward};

use super::{ask, with};

async fn by(client: &Client, given: &str) -> Response {
    ask(client, "/who", &[("authorization", given)]).await
}

/// As the toolkit's example: one token, of one user.
async fn example() -> (TestAuth, Client) {
    let whose = std::sync::Arc::new(std::sync::OnceLock::<UserId>::new());
    let known = whose.clone();
    let scheme = TokenScheme::new().or_by(move |token| {
        let user = *known.get().unwrap();
        let found = (token == "abcd").then(|| Claim::new(user, "token").within(["posts:view"]));
        async move { Ok(found) }
    });
    let (t, client) = with(FirstOf::new().then(scheme).then(SessionCookie)).await;
    whose.set(t.user("bob@example.com").await.id).unwrap();
    (t, client)
}

#[tokio::test]
async fn a_token_of_the_apps_is_all_that_stands_after_the_scheme() {
    let (_t, client) = example().await;
    for (given, code, who) in [
        ("Token abcd", "", "bob@example.com"),
        ("token abcd", "", "bob@example.com"),
        ("TOKEN abcd", "", "bob@example.com"),
        ("Token nope", "unauthenticated", ""),
        ("Token", "unauthenticated", ""),
        ("Token  abcd", "unauthenticated", ""),
        ("Token ab cd", "unauthenticated", ""),
        ("Other abcd", "", "nobody"),
        ("Bearer abcd", "", "nobody"),
    ] {
        let reply = by(&client, given).await;
        assert_eq!(reply.code(), code, "{given:?}: {}", reply.text());
        assert!(!code.is_empty() || reply.text() == who, "{given:?}: {}", reply.text());
    }
}

#[tokio::test]
async fn keys_and_sessions_are_tokens_too() {
    let (t, client) = example().await;
    let ada = t.user("ada@example.com").await;
    let terms = ApiKeyTerms { name: "k".into(), ..Default::default() };
    let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    for token in [key.text.reveal(), opened.token().reveal()] {
        assert_eq!(by(&client, &format!("Token {token}")).await.text(), "ada@example.com");
        let cut = &token[..token.len() - 1];
        assert_eq!(by(&client, &format!("Token {cut}")).await.code(), "unauthenticated");
    }
}

#[tokio::test]
async fn two_keys_at_once_are_refused() {
    let (t, client) = with(FirstOf::new().then(TokenScheme::new()).then(ApiKeys)).await;
    let ada = t.user("ada@example.com").await;
    let terms = ApiKeyTerms { name: "k".into(), ..Default::default() };
    let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    let token = format!("Token {}", key.text.reveal());
    let both = [("authorization", token.as_str()), ("x-api-key", key.text.reveal())];
    assert_eq!(ask(&client, "/who", &both).await.code(), "bad_request");
}

#[tokio::test]
async fn a_scheme_of_another_name_reads_that_name_alone() {
    let (t, client) = with(TokenScheme::new().named("ApiKey")).await;
    let ada = t.user("ada@example.com").await;
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let token = opened.token().reveal();
    assert_eq!(by(&client, &format!("apikey {token}")).await.text(), "ada@example.com");
    assert_eq!(by(&client, &format!("Token {token}")).await.text(), "nobody");
    for name in ["", "Basic", "bearer", "To ken", "Tok,en"] {
        let scheme = TokenScheme::new().named(name);
        assert!(Keyward::memory().authenticate_with(scheme).build().await.is_err(), "{name}");
    }
}
