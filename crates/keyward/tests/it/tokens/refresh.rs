//! Refresh tokens: one use, one successor, and what happens to copies.

use std::sync::Arc;
use std::time::Duration;

use keyward::Secret;

use super::*;

fn secret(reply: &Response) -> String {
    reply.json()["refresh_token"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_refresh_token_leads_to_the_next_and_is_answered_the_same_for_ten_seconds() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let pair = issue(&t, &ada).await;
    let first = pair.refresh.reveal();
    let second = refreshed(&t, first).await;
    assert_eq!(second.status(), 200, "{}", second.text());
    assert_ne!(secret(&second), first);
    t.clock.advance(Duration::from_secs(10));
    let again = refreshed(&t, first).await;
    assert_eq!(secret(&again), secret(&second), "the reply may have been lost");
    assert_ne!(again.json()["access_token"], second.json()["access_token"]);
    let third = refreshed(&t, &secret(&second)).await;
    assert_eq!(third.status(), 200, "{}", third.text());
    let sessions = t.kw.session_list(ada.id).await.unwrap();
    assert_eq!(sessions.len(), 1, "one family all along");
    assert_eq!(sessions[0].id, pair.session);
}

#[tokio::test]
async fn a_copy_ends_the_family_and_its_owner_is_told() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let pair = issue(&t, &ada).await;
    let other = issue(&t, &ada).await;
    let first = pair.refresh.reveal();
    let second = refreshed(&t, first).await;
    t.events().await;
    t.clock.advance(Duration::from_secs(11));
    let copied = refreshed(&t, first).await;
    assert_eq!((copied.status().as_u16(), copied.code().as_str()), (400, "token_invalid"));
    t.events().await.assert(["tokens.reused"]);
    assert_eq!(t.deliver().await, 1);
    let letter = t.kw.inbox().unwrap().last_to("ada@example.com").unwrap();
    assert!(letter.text.contains("second time"), "{letter:?}");
    // Whoever holds the newest is out as well, and so is what it signed.
    assert_eq!(refreshed(&t, &secret(&second)).await.status(), 400);
    let access = second.json()["access_token"].as_str().unwrap().to_owned();
    assert!(t.kw.verify_access_token(&access).await.unwrap().is_none());
    assert_eq!(refreshed(&t, other.refresh.reveal()).await.status(), 200, "others are not");
    assert!(!t.events().await.kinds().iter().any(|kind| kind.starts_with("tokens.")));
}

#[tokio::test]
async fn a_token_two_generations_old_is_a_copy_even_at_once() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let pair = issue(&t, &ada).await;
    let second = secret(&refreshed(&t, pair.refresh.reveal()).await);
    let third = secret(&refreshed(&t, &second).await);
    assert_eq!(refreshed(&t, pair.refresh.reveal()).await.status(), 400);
    assert_eq!(refreshed(&t, &third).await.status(), 400, "the family is closed");
}

#[tokio::test]
async fn a_retry_by_somebody_else_is_a_copy() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let pair = issue(&t, &ada).await;
    let ask = |agent: &str| {
        let request = Request::post("/api/v1/token").header("host", "localhost");
        let request = request.header("user-agent", agent);
        let request = request.header("content-type", "application/json");
        let body = next(pair.refresh.reveal()).to_string();
        request.body(body.into()).unwrap()
    };
    let client = t.pages();
    assert_eq!(client.raw(ask("phone/1.0")).await.status(), 200);
    assert_eq!(client.raw(ask("phone/1.0")).await.status(), 200, "the same client again");
    assert_eq!(client.raw(ask("thief/1.0")).await.status(), 400);
    assert_eq!(client.raw(ask("phone/1.0")).await.status(), 400, "closed");
}

#[tokio::test]
async fn a_token_is_the_clients_that_it_was_given_to() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let terms = TokenTerms { client_id: "phone".into(), ..TokenTerms::default() };
    let pair = t.kw.issue_tokens(ada.id, terms).await.unwrap().unwrap();
    for other in ["", "tablet", "PHONE"] {
        let refused = t.kw.refresh_tokens(&pair.refresh, other, &Default::default()).await;
        assert_eq!(refused.unwrap().unwrap_err(), keyward::Refusal::TokenInvalid, "{other}");
    }
    let next = t.kw.refresh_tokens(&pair.refresh, "phone", &Default::default()).await.unwrap();
    assert!(next.is_ok(), "and it still works for that one");
}

#[tokio::test]
async fn a_family_rests_and_lasts_as_long_as_it_may() {
    let day = Duration::from_secs(24 * 3600);
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let rested = issue(&t, &ada).await;
    let mut kept = issue(&t, &ada).await.refresh.reveal().to_owned();
    for _ in 0..6 {
        t.clock.advance(day * 14 - Duration::from_secs(1));
        let next = refreshed(&t, &kept).await;
        assert_eq!(next.status(), 200, "{}", next.text());
        kept = secret(&next);
    }
    assert_eq!(refreshed(&t, rested.refresh.reveal()).await.status(), 400, "rested too long");
    t.clock.advance(day * 6 + Duration::from_secs(6));
    assert_eq!(refreshed(&t, &kept).await.status(), 400, "ninety days are over");
}

async fn fifty_at_once(t: &TestAuth) {
    let ada = t.user("ada@example.com").await;
    let mut refresh = issue(t, &ada).await.refresh.reveal().to_owned();
    for _ in 0..3 {
        let gate = Arc::new(tokio::sync::Barrier::new(50));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (kw, gate, refresh) = (t.kw.clone(), gate.clone(), Secret::new(refresh.as_str()));
            tasks.spawn(async move {
                gate.wait().await;
                kw.refresh_tokens(&refresh, "", &Default::default()).await.unwrap().unwrap()
            });
        }
        let pairs = tasks.join_all().await;
        let first = pairs[0].refresh.reveal();
        assert!(pairs.iter().all(|pair| pair.refresh.reveal() == first), "one successor");
        assert_ne!(first, refresh);
        refresh = first.to_owned();
    }
    assert_eq!(t.kw.session_list(ada.id).await.unwrap().len(), 1, "one family");
    assert_eq!(refreshed(t, &refresh).await.status(), 200, "and it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_get_one_successor_in_memory() {
    fifty_at_once(&TestAuth::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_get_one_successor_in_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("app.db").display());
    let t = crate::nodes::node(keyward::Keyward::connect(url)).await;
    fifty_at_once(&t).await;
}
