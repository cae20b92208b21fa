//! Rate limits of an app's own doors, wherever they are counted.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::Request;
use keyward::port::{Clock as _, Take};
use keyward::rate_limit::{Allowance, Counters, InMemory, Per, RateLimit};
use keyward::testing::{Client, Response, TestAuth};
use keyward::{ApiKeyTerms, Keyward};

fn app(t: &TestAuth, limit: RateLimit) -> Client {
    t.client(
        Router::new().route("/reports", get(|| async { "numbers" }).layer(t.kw.rate_limit(limit))),
    )
}

fn three() -> RateLimit {
    RateLimit::new("reports", 3, Duration::from_secs(60))
}

/// How many of these requests go on.
async fn passed(client: &Client, count: usize) -> usize {
    let mut passed = 0;
    for _ in 0..count {
        passed += usize::from(client.get("/reports").await.status() == 200);
    }
    passed
}

fn told(reply: &Response, name: &str) -> String {
    reply.headers().get(name).map_or("", |it| it.to_str().unwrap()).to_owned()
}

#[tokio::test]
async fn whoever_asks_too_often_waits_and_is_told_how_long() {
    let t = TestAuth::new().await;
    let client = app(&t, three());
    let first = client.get("/reports").await;
    assert_eq!(told(&first, "ratelimit-policy"), "\"reports\";q=3;w=60");
    assert_eq!(told(&first, "ratelimit"), "\"reports\";r=2;t=20");
    assert_eq!(passed(&client, 5).await, 2);
    let refused = client.get("/reports").await;
    assert_eq!((refused.status().as_u16(), refused.code().as_str()), (429, "rate_limited"));
    // Whole seconds, and one more.
    assert_eq!(told(&refused, "retry-after"), "21");
    assert_eq!(told(&refused, "ratelimit"), "\"reports\";r=0;t=60");
    t.clock.advance(Duration::from_secs(20));
    assert_eq!(passed(&client, 5).await, 1, "one unit came back");
}

#[tokio::test]
async fn each_counts_for_those_that_it_is_for() {
    let t = TestAuth::new().await;
    let (ada, eve) = (t.user("ada@example.com").await, t.user("eve@example.com").await);
    for (per, same_account, other_account) in [
        (Per::Account, 0, 3),
        (Per::Session, 3, 3),
        (Per::Key, 0, 3),
        (Per::Route, 0, 0),
        (Per::Address, 0, 0),
    ] {
        let limit = three().per(per);
        let of = async |user| app(&t, limit.clone()).login_as(user).await;
        assert_eq!(passed(&of(&ada).await, 4).await, 3, "{per:?}");
        assert_eq!(passed(&of(&ada).await, 4).await, same_account, "{per:?}");
        assert_eq!(passed(&of(&eve).await, 4).await, other_account, "{per:?}");
    }
}

#[tokio::test]
async fn each_api_key_has_a_bucket_of_its_own() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = app(&t, three().per(Per::Key));
    for name in ["one", "two"] {
        let terms = ApiKeyTerms { name: name.into(), ..ApiKeyTerms::default() };
        let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
        let mut passed = 0;
        for _ in 0..5 {
            let request = Request::get("/reports").header("host", "localhost");
            let request = request.header("x-api-key", key.text.reveal());
            let reply = client.raw(request.body(Default::default()).unwrap()).await;
            passed += usize::from(reply.status() == 200);
        }
        assert_eq!(passed, 3, "{name}");
    }
}

#[cfg(feature = "policy-file")]
#[tokio::test]
async fn a_role_may_ask_as_often_as_the_policy_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    let policy = "version = 1\n[roles]\nanalyst = {}\nintern = {}\n[limits.analyst]\nreports_per_minute = 6\n\
        [limits.intern]\nreports_per_minute = 1\n";
    std::fs::write(&file, policy).unwrap();
    let t = TestAuth::with(|builder| builder.policy(&file)).await;
    let (ada, eve) = (t.user("ada@example.com").await, t.user("eve@example.com").await);
    t.give_role(&ada, "analyst").await;
    let limit = three().per(Per::Account).by_policy("reports_per_minute");
    assert_eq!(passed(&app(&t, limit.clone()).login_as(&ada).await, 9).await, 5, "below six");
    assert_eq!(passed(&app(&t, limit.clone()).login_as(&eve).await, 9).await, 3);
    let bob = t.user("bob@example.com").await;
    t.give_role(&bob, "intern").await;
    assert_eq!(passed(&app(&t, limit).login_as(&bob).await, 9).await, 0, "below one");
}

#[tokio::test]
async fn a_limit_in_the_database_is_one_for_all_processes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.db");
    let one = Keyward::sqlite(&file).public_url("http://localhost").build().await.unwrap();
    let other = Keyward::sqlite(&file).public_url("http://localhost").build().await.unwrap();
    let clock = keyward::testing::TestAuth::new().await.clock;
    let mut passed = 0;
    for kw in [&one, &other] {
        let t = TestAuth::around(kw.clone(), clock.clone());
        let client = app(&t, three().shared());
        for _ in 0..3 {
            passed += usize::from(client.get("/reports").await.status() == 200);
        }
    }
    assert_eq!(passed, 3);
    one.shutdown().await;
    other.shutdown().await;
}

/// Takes the same of every place, and holds their answers against each other.
async fn all_agree(places: &[(&str, Arc<dyn Counters>)], seed: u64) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let clock = TestAuth::new().await.clock;
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_be_bytes());
    let (burst, period) = (draw(5) as u32 + 1, Duration::from_millis(draw(40_000) + 1));
    for step in 0..40 {
        // Mostly on, sometimes not at all, and once in a while far back.
        match draw(10) {
            0 => clock.set(clock.now().minus(Duration::from_secs(draw(100_000)))),
            1..4 => {}
            _ => clock.advance(Duration::from_millis(draw(60_000))),
        }
        let take = Take { key, now: clock.now(), period, burst };
        let mut answers: Vec<(&str, Allowance)> = vec![];
        for (name, place) in places {
            answers.push((name, place.take(&take).await.unwrap()));
        }
        let first = &answers[0];
        for other in &answers {
            assert_eq!(other.1, first.1, "{} and {}, seed {seed}, step {step}", first.0, other.0);
        }
    }
}

#[tokio::test]
async fn every_place_counts_alike() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Keyward::sqlite(folder.path().join("app.db")).build().await.unwrap();
    let memory = Keyward::memory().build().await.unwrap();
    let places: Vec<(&str, Arc<dyn Counters>)> = vec![
        ("this process", Arc::new(InMemory::new())),
        ("the memory store", Arc::new(memory.counters())),
        ("SQLite", Arc::new(sqlite.counters())),
    ];
    for seed in 1..60 {
        all_agree(&places, seed).await;
    }
    sqlite.shutdown().await;
    memory.shutdown().await;
}

#[cfg(feature = "redis")]
mod redis {
    use keyward::rate_limit::InRedis;

    use super::*;

    fn url(variable: &str) -> String {
        #[expect(clippy::disallowed_methods, reason = "how xtask tells us where the services are")]
        let found = std::env::var(variable);
        found.unwrap_or_else(|_| {
            panic!(
                "{variable} is not set; start the services: cargo xtask services -- cargo test …"
            )
        })
    }

    #[tokio::test]
    async fn redis_counts_as_every_other_place() {
        let here: Arc<dyn Counters> = Arc::new(InMemory::new());
        let there = InRedis::connect(&url("KEYWARD_TEST_REDIS")).await.unwrap();
        let base = u64::from(std::process::id()) << 16;
        for seed in 1..60 {
            let places =
                [("this process", Arc::clone(&here)), ("Redis", Arc::new(there.clone()) as _)];
            all_agree(&places, base + seed).await;
        }
    }

    #[tokio::test]
    async fn redis_gives_no_unit_twice() {
        let there = InRedis::connect(&url("KEYWARD_TEST_REDIS")).await.unwrap();
        let clock = TestAuth::new().await.clock;
        let mut key = [7; 32];
        key[..4].copy_from_slice(&std::process::id().to_be_bytes());
        let take = Take { key, now: clock.now(), period: Duration::from_secs(60), burst: 10 };
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (there, take) = (there.clone(), take.clone());
            asking.spawn(async move { there.take(&take).await.unwrap().retry_after.is_none() });
        }
        let taken = asking.join_all().await.into_iter().filter(|taken| *taken).count();
        assert_eq!(taken, 10);
    }

    #[tokio::test]
    async fn whoever_cannot_ask_redis_lets_nobody_through() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(InRedis::connect(&format!("redis://127.0.0.1:{port}/")).await.is_err());
        let broken = Broken;
        let t = TestAuth::new().await;
        let client = app(&t, three().counted_in(broken));
        assert_eq!(client.get("/reports").await.status(), 503);
    }

    struct Broken;

    impl Counters for Broken {
        fn take<'a>(
            &'a self,
            _: &'a Take,
        ) -> keyward::port::Fut<'a, Result<Allowance, keyward::Error>> {
            Box::pin(async { Err(keyward::Error::new("ask whoever counts")) })
        }
    }
}
