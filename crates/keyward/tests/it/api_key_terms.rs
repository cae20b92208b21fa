//! What an API key is bound to beside permissions: scopes of the policy, so many requests
//! a day, and a term that a token makes anew.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::Request;
use keyward::authz::Snapshot;
use keyward::authz::policy::Policy;
use keyward::port::Clock as _;
use keyward::testing::{Client, FakeClock, Response, TestAuth};
use keyward::{Act, ApiKeyTerms, NewApiKey, User, UserView};
use serde_json::{Value, json};

use crate::counting::{Counting, node};

const PEOPLE: &str = "/api/v1/admin/users";
const REFRESH: &str = "/api/v1/api-keys/refresh";
const HOUR: Duration = Duration::from_secs(3600);

const POLICY: &str = r#"
version = 1

[permissions]
users = ["view", "edit"]
roles = ["view", "edit", "grant"]
posts = ["view", "edit"]

[roles]
office = { allow = ["users:*", "roles:*", "posts:*"] }

[scopes]
"read:users" = ["users:view"]
everything = ["users:*", "roles:*"]
"#;

fn policy() -> Snapshot {
    Policy::parse("policy.toml", POLICY).unwrap().snapshot().clone()
}

async fn by(client: &Client, key: &str, path: &str) -> Response {
    let request = Request::get(path).header("host", "localhost").header("x-api-key", key);
    client.raw(request.body(Default::default()).unwrap()).await
}

async fn status(client: &Client, key: &str, path: &str) -> u16 {
    by(client, key, path).await.status().as_u16()
}

fn terms(change: impl FnOnce(&mut ApiKeyTerms)) -> ApiKeyTerms {
    let mut terms = ApiKeyTerms { name: "a program".into(), ..ApiKeyTerms::default() };
    change(&mut terms);
    terms
}

async fn key(t: &TestAuth, of: &UserView, change: impl FnOnce(&mut ApiKeyTerms)) -> NewApiKey {
    t.kw.create_api_key(of.id, terms(change)).await.unwrap().unwrap()
}

async fn administrator(t: &TestAuth) -> UserView {
    let ada = t.user("ada@example.com").await;
    t.role("office", &["users:*", "roles:*"]).await;
    t.give_role(&ada, "office").await;
    ada
}

fn names(all: &[&str]) -> Option<Vec<String>> {
    Some(all.iter().map(|name| (*name).to_owned()).collect())
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_no_more() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    t.enforce(policy());
    let reads = key(&t, &ada, |terms| terms.scopes = names(&["read:users"])).await;
    let (client, text) = (t.pages(), reads.text.reveal());
    assert_eq!(status(&client, text, PEOPLE).await, 200);
    assert_eq!(by(&client, text, "/api/v1/admin/roles").await.code(), "scope_insufficient");
    let within = by(&client, text, "/api/v1/me/permissions").await.json()["within"].clone();
    assert_eq!(within, json!(["users:view"]));

    // Bound by both, a key may what both allow.
    let both = key(&t, &ada, |terms| {
        terms.scopes = names(&["everything"]);
        terms.permissions = names(&["roles:*", "posts:*"]);
    });
    let both = both.await;
    let text = both.text.reveal();
    assert_eq!(by(&client, text, PEOPLE).await.code(), "outside_ceiling");
    assert_eq!(status(&client, text, "/api/v1/admin/roles").await, 200);
}

#[tokio::test]
async fn a_key_with_scopes_gives_nobody_more_than_both_of_its_bounds_allow() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    t.enforce(policy());
    let eve = t.user("eve@example.com").await;
    let bound = key(&t, &ada, |terms| {
        terms.scopes = names(&["everything"]);
        terms.permissions = names(&["users:*", "roles:grant"]);
    });
    let bound = bound.await;
    let client = t.pages();
    for (permission, status) in [("users:view", 204), ("roles:view", 403), ("posts:view", 403)] {
        let body = json!({ "permission": permission, "effect": "allow" });
        let request = Request::put(format!("{PEOPLE}/{}/permissions", eve.id))
            .header("host", "localhost")
            .header("x-api-key", bound.text.reveal())
            .header("content-type", "application/json");
        let reply = client.raw(request.body(body.to_string().into()).unwrap()).await;
        assert_eq!(reply.status().as_u16(), status, "{permission}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_scope_that_the_policy_does_not_know_is_refused_and_one_that_goes_leaves_nothing() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    t.enforce(policy());
    let body = json!({ "name": "x", "scopes": ["write:users"] });
    let client = t.pages().login_as(&ada).await;
    let refused = client.post("/api/v1/me/api-keys", &body).await;
    assert_eq!(refused.status().as_u16(), 422);
    assert!(refused.text().contains("scope_unknown"), "{}", refused.text());

    let reads = key(&t, &ada, |terms| terms.scopes = names(&["read:users"])).await;
    let stranger = t.pages();
    assert_eq!(status(&stranger, reads.text.reveal(), PEOPLE).await, 200);
    let without = POLICY.replace("\"read:users\" = [\"users:view\"]", "");
    t.enforce(Policy::parse("policy.toml", &without).unwrap().snapshot().clone());
    let reply = by(&stranger, reads.text.reveal(), PEOPLE).await;
    assert_eq!(reply.code(), "scope_insufficient");
}

/// Two processes on one store.
async fn two_nodes() -> (TestAuth, TestAuth) {
    let (store, clock) = (Arc::new(Counting::default()), FakeClock::default());
    (node(&store, clock.clone(), |_| ()).await, node(&store, clock, |_| ()).await)
}

#[tokio::test]
async fn requests_of_a_day_are_counted_for_every_process() {
    let (one, other) = two_nodes().await;
    let ada = one.user("ada@example.com").await;
    let few = key(&one, &ada, |terms| terms.per_day = Some(3)).await;
    let text = few.text.reveal();
    let me = "/api/v1/me";
    for node in [&one, &other, &other] {
        assert_eq!(status(&node.pages(), text, me).await, 200);
    }
    let refused = by(&one.pages(), text, me).await;
    assert_eq!((refused.status().as_u16(), refused.code().as_str()), (429, "rate_limited"));
    assert!(refused.headers().contains_key("retry-after"));
    one.clock.advance(8 * HOUR);
    assert_eq!(status(&other.pages(), text, me).await, 200, "a third of a day gives a third");
    assert_eq!(status(&one.pages(), text, me).await, 429);
}

#[tokio::test]
async fn answers_say_what_is_left_of_both_limits() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let counted = key(&t, &ada, |terms| {
        terms.per_minute = Some(60);
        terms.per_day = Some(1_000);
    });
    let (counted, free) = (counted.await, key(&t, &ada, |_| ()).await);
    let own = Router::new().route("/reports", get(async |user: User| user.id.to_string()));
    let client = t.client(own.merge(t.kw.pages()));
    for path in ["/api/v1/me", "/reports"] {
        let told = by(&client, counted.text.reveal(), path).await;
        assert_eq!(told.status().as_u16(), 200, "{path}: {}", told.text());
        let header = |name: &str| told.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("ratelimit-policy"), "\"minute\";q=60;w=60, \"day\";q=1000;w=86400");
        let left = header("ratelimit");
        assert!(left.starts_with("\"minute\";r=5"), "{path}: {left}");
        assert!(left.contains("\"day\";r=99"), "{path}: {left}");
        assert_eq!(header("cache-control"), "no-store");
        let free = by(&client, free.text.reveal(), path).await;
        assert!(!free.headers().contains_key("ratelimit"), "{path}");
    }
}

#[tokio::test]
async fn whoever_has_nothing_left_is_told_of_what_and_for_how_long() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let own = Router::new().route("/reports", get(async |user: User| user.id.to_string()));
    let client = t.client(own.merge(t.kw.pages()));
    let by_minute = key(&t, &ada, |terms| {
        terms.per_minute = Some(1);
        terms.per_day = Some(1_000);
    });
    let by_day = key(&t, &ada, |terms| terms.per_day = Some(1));
    for (made, name, policy) in [
        (by_minute.await, "minute", "\"minute\";q=1;w=60"),
        (by_day.await, "day", "\"day\";q=1;w=86400"),
    ] {
        let text = made.text.reveal();
        assert_eq!(status(&client, text, "/api/v1/me").await, 200);
        for path in ["/api/v1/me", "/reports"] {
            let refused = by(&client, text, path).await;
            assert_eq!((refused.status().as_u16(), &*refused.code()), (429, "rate_limited"));
            let header = |name: &str| refused.headers()[name].to_str().unwrap().to_owned();
            assert_eq!(header("ratelimit-policy"), policy, "{path}");
            let left = header("ratelimit");
            assert!(left.starts_with(&format!("\"{name}\";r=0;t=")), "{path}: {left}");
            let wait: u64 = header("retry-after").parse().unwrap();
            assert!((1..=86_401).contains(&wait), "{path}: {wait}");
        }
    }
}

/// A key that is good for an hour, and may be given anew for a day.
async fn hourly(t: &TestAuth, of: &UserView) -> NewApiKey {
    let now = t.clock.now();
    key(t, of, |terms| {
        terms.expires_at = Some(now.plus(HOUR));
        terms.refresh_until = Some(now.plus(24 * HOUR));
    })
    .await
}

async fn refreshed(t: &TestAuth, token: &str) -> Response {
    t.pages().post(REFRESH, &json!({ "refresh_token": token })).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_gives_no_key_before_its_time() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let now = t.clock.now();
    let made = key(&t, &ada, |terms| {
        terms.not_before = Some(now.plus(HOUR));
        terms.expires_at = Some(now.plus(2 * HOUR));
        terms.refresh_until = Some(now.plus(24 * HOUR));
    })
    .await;
    let token = made.refresh.as_ref().unwrap().reveal();
    assert_eq!(refreshed(&t, token).await.code(), "token_invalid");
    t.clock.advance(HOUR);
    assert_eq!(refreshed(&t, token).await.status(), 200);
}

#[tokio::test]
async fn a_token_gives_a_key_anew_for_as_long_as_it_was_made_for() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let made = hourly(&t, &ada).await;
    let client = t.pages();
    t.clock.advance(2 * HOUR);
    assert_eq!(status(&client, made.text.reveal(), PEOPLE).await, 401, "it has ended");
    let reply = refreshed(&t, made.refresh.as_ref().unwrap().reveal()).await;
    assert_eq!(reply.status().as_u16(), 200, "{}", reply.text());
    let again = reply.json();
    assert_eq!(text(&again["id"]), made.key.id.to_string(), "the key stays itself");
    assert_eq!(status(&client, &text(&again["api_key"]), PEOPLE).await, 200);
    assert_eq!(status(&client, made.text.reveal(), PEOPLE).await, 401);
    t.clock.advance(HOUR);
    assert_eq!(status(&client, &text(&again["api_key"]), PEOPLE).await, 401, "for an hour again");
    t.events().await.assert(["api_key.refreshed"]);
    t.clock.advance(22 * HOUR);
    let late = refreshed(&t, &text(&again["refresh_token"])).await;
    assert_eq!((late.status().as_u16(), late.code().as_str()), (400, "token_invalid"));
}

#[tokio::test]
async fn a_token_that_comes_back_ends_the_key_unless_two_threads_asked_at_once() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let made = hourly(&t, &ada).await;
    let first = made.refresh.as_ref().unwrap().reveal();
    let again = refreshed(&t, first).await.json();
    let client = t.pages();
    t.clock.advance(Duration::from_secs(5));
    assert_eq!(refreshed(&t, first).await.code(), "token_invalid");
    assert_eq!(status(&client, &text(&again["api_key"]), PEOPLE).await, 200, "it may be a retry");
    t.clock.advance(Duration::from_secs(6));
    assert_eq!(refreshed(&t, first).await.code(), "token_invalid");
    assert_eq!(status(&client, &text(&again["api_key"]), PEOPLE).await, 401);
    assert_eq!(refreshed(&t, &text(&again["refresh_token"])).await.code(), "token_invalid");
    t.events().await.assert(["api_key.refreshed", "api_key.revoked"]);
}

#[tokio::test]
async fn two_who_ask_at_once_with_one_token_get_one_key() {
    let (one, other) = two_nodes().await;
    let ada = one.user("ada@example.com").await;
    let made = hourly(&one, &ada).await;
    let token = made.refresh.as_ref().unwrap().reveal();
    let (a, b) = tokio::join!(refreshed(&one, token), refreshed(&other, token));
    let mut both = [a.status().as_u16(), b.status().as_u16()];
    both.sort_unstable();
    assert_eq!(both, [200, 400]);
}

#[tokio::test]
async fn no_token_gives_anew_what_its_owner_or_an_administrator_ended() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let client = t.pages();
    let gone = async |made: &NewApiKey, why: &str| {
        let reply = refreshed(&t, made.refresh.as_ref().unwrap().reveal()).await;
        assert_eq!(reply.code(), "token_invalid", "{why}: {}", reply.text());
    };
    let rotated = hourly(&t, &ada).await;
    let next = t.kw.rotate_api_key(ada.id, rotated.key.id, HOUR).await.unwrap().unwrap();
    assert_eq!(status(&client, rotated.text.reveal(), PEOPLE).await, 200, "it overlaps");
    gone(&rotated, "rotated").await;
    assert!(next.refresh.is_some(), "the next one has a token as well");

    let found = hourly(&t, &ada).await;
    let body = json!({ "api_key": found.refresh.as_ref().unwrap().reveal() });
    client.post("/api/v1/api-keys/report", &body).await;
    assert_eq!(status(&client, found.text.reveal(), PEOPLE).await, 401);
    gone(&found, "found in public").await;

    t.kw.revoke_api_key(ada.id, Some(next.key.id)).await.unwrap().unwrap();
    gone(&next, "revoked").await;

    let locked = hourly(&t, &ada).await;
    t.kw.act_on(ada.id, Act::Lock { reason: "x".into() }).await.unwrap().unwrap();
    gone(&locked, "locked").await;
}

#[tokio::test]
async fn a_key_is_no_token_and_what_is_asked_of_one_is_said() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let made = hourly(&t, &ada).await;
    let refresh = made.refresh.as_ref().unwrap().reveal();
    assert_eq!(status(&t.pages(), refresh, "/api/v1/me").await, 401, "a token is no key");
    assert_eq!(refreshed(&t, made.text.reveal()).await.code(), "token_invalid");
    assert_eq!(refreshed(&t, "").await.code(), "token_invalid");
    let client = t.pages().login_as(&ada).await;
    for (body, code) in [
        (json!({ "name": "x", "refresh_until": "2999-01-01T00:00:00Z" }), "ends_before_it_begins"),
        (json!({ "name": "x", "refresh_until": "soon" }), "time_invalid"),
        (json!({ "name": "x", "per_day": 0 }), "too_small"),
        (json!({ "name": "x", "scopes": vec!["a"; 101] }), "scope_unknown"),
    ] {
        let refused = client.post("/api/v1/me/api-keys", &body).await;
        assert_eq!(refused.status().as_u16(), 422, "{body}");
        assert!(refused.text().contains(code), "{body}: {}", refused.text());
    }
}

#[tokio::test]
async fn a_key_that_was_just_used_costs_no_look_into_the_store() {
    let (store, clock) = (Arc::new(Counting::default()), FakeClock::default());
    let t = node(&store, clock, |_| ()).await;
    let ada = t.user("ada@example.com").await;
    let plain = key(&t, &ada, |_| ()).await;
    let client = t.pages();
    for (path, reads) in
        [("/api/v1/me/permissions", 3), ("/api/v1/me/permissions", 0), ("/api/v1/me", 0)]
    {
        store.taken();
        assert_eq!(status(&client, plain.text.reveal(), path).await, 200);
        assert_eq!(store.taken(), (reads, vec![]), "{path}");
    }
}
