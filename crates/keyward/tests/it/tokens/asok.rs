//! Tokens that Asok gave out before.

use std::time::Duration;

use keyward::port::Clock as _;
use keyward::{OldAsok, OldSystem, Refusal, Secret, Timestamp};

use super::*;

const KEY: &str = "test-secret-key-for-auth-tests-0123456789";
// From Asok 0.8.0 itself.
const FOR_EVER: &str = "1|0.bc28eacd79b48ac5332b38a69f772635423b29b49b3fb08022318898ca8f464f";
const LINK: &str =
    "alice@example.com|1700003600.babb26941a321fbe49cd1d62ea83f998b2d1083c666c9231c26f41e996facdde";

async fn stage(until: Timestamp) -> TestAuth {
    TestAuth::with(|b| {
        b.settings(|s| s.tokens.asok = Some(OldAsok { key: Secret::new(KEY), until }))
    })
    .await
}

async fn known_as(t: &TestAuth, of: &UserView, name: Option<&str>) -> Result<(), Refusal> {
    t.kw.know_as(of.id, OldSystem::Asok, name).await.unwrap()
}

#[tokio::test]
async fn an_old_token_names_the_account_that_had_its_number_until_the_date() {
    let until = keyward::testing::epoch().plus(Duration::from_secs(3600));
    let t = stage(until).await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().from_site(None);
    assert_eq!(get(&client, "/api/v1/me", FOR_EVER).await.status(), 401, "nobody has the number");
    known_as(&t, &ada, Some("1")).await.unwrap();
    let me = get(&client, "/api/v1/me", FOR_EVER).await;
    assert_eq!(me.json()["id"], json!(ada.id.to_string()), "{}", me.text());
    let reply = get(&client, "/api/v1/session", FOR_EVER).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "session_required"));
    let reply = ask(&client, Method::POST, "/api/v1/token", FOR_EVER, Some(&json!({}))).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "session_required"));
    for odd in [LINK, &FOR_EVER[..FOR_EVER.len() - 1], &FOR_EVER.replacen('1', "2", 1)] {
        assert_eq!(get(&client, "/api/v1/me", odd).await.status(), 401, "{odd}");
    }
    t.clock.advance(until.since(t.clock.now()));
    assert_eq!(get(&client, "/api/v1/me", FOR_EVER).await.status(), 401, "over");
}

#[tokio::test]
async fn an_old_token_ends_when_its_number_is_forgotten_or_its_account_is_locked() {
    let t = stage(Timestamp::from_secs(9_000_000_000)).await;
    let (ada, eve) = (t.user("ada@example.com").await, t.user("eve@example.com").await);
    let client = t.pages().from_site(None);
    known_as(&t, &ada, Some("1")).await.unwrap();
    known_as(&t, &ada, Some("1")).await.unwrap();
    assert_eq!(known_as(&t, &eve, Some("1")).await, Err(Refusal::Conflict), "it is Ada's");
    for odd in ["", "01", "-1", "1 ", "x", "ada@example.com", "99999999999999999999"] {
        let wrong = Err(Refusal::invalid("name", "identifier_invalid"));
        assert_eq!(known_as(&t, &ada, Some(odd)).await, wrong, "{odd}");
    }
    assert_eq!(get(&client, "/api/v1/me", FOR_EVER).await.status(), 200);
    known_as(&t, &ada, None).await.unwrap();
    assert_eq!(get(&client, "/api/v1/me", FOR_EVER).await.status(), 401, "forgotten");
    assert_eq!(known_as(&t, &ada, None).await, Err(Refusal::NotFound));
    known_as(&t, &eve, Some("1")).await.unwrap();
    assert_eq!(get(&client, "/api/v1/me", FOR_EVER).await.status(), 200);
    let lock = keyward::Act::Lock { reason: String::new() };
    t.kw.act_on(eve.id, lock).await.unwrap().unwrap();
    assert_eq!(get(&client, "/api/v1/me", FOR_EVER).await.status(), 401, "locked");
}

#[tokio::test]
async fn without_the_old_key_an_old_token_is_nothing() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    known_as(&t, &ada, Some("1")).await.unwrap();
    let client = t.pages().from_site(None);
    assert_eq!(get(&client, "/api/v1/me", FOR_EVER).await.status(), 401);
}
