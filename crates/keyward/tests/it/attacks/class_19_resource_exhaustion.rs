//! Class 19: one client stops nobody: everything is bounded before it is work.

use axum::body::Body;
use http::{Method, Request};
use keyward::testing::{PASSWORD, TestAuth};
use serde_json::json;

const JSON: &str = "application/json";

#[tokio::test]
async fn a_password_of_a_megabyte_is_refused_before_it_is_hashed() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    let body = json!({ "identifier": "ada@example.com", "password": "x".repeat(1 << 20) });
    let reply = client.post("/api/v1/sign-in", &body).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (413, "payload_too_large"));
}

#[tokio::test]
async fn a_password_that_is_too_long_costs_no_hash() {
    // One hash takes long enough here to be told from none.
    let slow = keyward::HashPolicy { memory_kib: 128 * 1024, iterations: 4, lanes: 1 };
    let t = TestAuth::with(|b| b.hashing(slow, 1)).await;
    let client = t.pages();
    let took = |password: String| {
        let client = &client;
        async move {
            let began = tokio::time::Instant::now();
            let body = json!({ "identifier": "nobody@example.com", "password": password });
            let reply = client.post("/api/v1/sign-in", &body).await;
            assert_eq!(reply.code(), "invalid_credentials");
            began.elapsed()
        }
    };
    let honest = took(PASSWORD.into()).await;
    let long = took("x".repeat(1025)).await;
    assert!(long * 4 < honest, "{long:?} beside {honest:?}");
    let body = json!({ "email": "a@example.com", "password": "x".repeat(1025) });
    let reply = client.post("/api/v1/sign-up", &body).await;
    assert_eq!(reply.json()["errors"][0]["code"], "password_too_long");
}

#[tokio::test]
async fn a_body_deeper_than_any_we_know_is_bad_json() {
    let t = TestAuth::new().await;
    let client = t.pages();
    for deep in ["[".repeat(10_000), "{\"a\":".repeat(10_000), "[".repeat(129) + &"]".repeat(129)] {
        let reply = client.send(Method::POST, "/api/v1/sign-in", Some(JSON), &deep).await;
        assert_eq!(reply.code(), "bad_json", "{}", reply.text());
    }
}

#[tokio::test]
async fn cursors_limits_and_pages_that_cannot_be_are_refused() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let client = t.pages().login_as(&root).await;
    for query in [
        "limit=0",
        "limit=-1",
        "limit=201",
        "limit=18446744073709551616",
        "limit=1e3",
        "limit=",
        "cursor=x",
        "cursor=usr_",
        "cursor=%00",
        "cursor=usr_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "status=all",
        "page=1",
        "limit=1&limit=2",
        "q=%ff",
        "q=%zz",
        "q=%0a",
        "property=plan",
        "email=not%20an%20address",
    ] {
        let reply = client.get(&format!("/api/v1/admin/users?{query}")).await;
        let status = reply.status().as_u16();
        assert!((400..500).contains(&status), "{query}: {status} {}", reply.text());
        assert!(!reply.code().is_empty(), "{query}");
    }
    for q in ["(((((", ".*", "%25", "_", "'", "\\", "%22%3B--"] {
        let reply = client.get(&format!("/api/v1/admin/users?q={q}")).await;
        assert_eq!(reply.status(), 200, "{q}: {}", reply.text());
        assert_eq!(reply.json()["data"], json!([]), "`{q}` is literal text");
    }
}

#[tokio::test]
async fn hostile_authorization_headers_are_refused_quietly() {
    let t = TestAuth::new().await;
    let client = t.pages();
    for value in [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Basic",
        "Basic !!!",
        "Bearer .",
        "Bearer a.b.c",
        "Negotiate x",
        "Bearer \u{fc}",
        &format!("Bearer {}", ".".repeat(10_000)),
        &format!("Bearer ses_{}.x", "0".repeat(5_000)),
    ] {
        let request = Request::get("/api/v1/session").header("host", "localhost");
        let request = request.header("authorization", value.as_bytes());
        let reply = client.raw(request.body(Body::empty()).unwrap()).await;
        assert!(matches!(reply.status().as_u16(), 400 | 401), "{value:.30}: {}", reply.text());
    }
}

#[tokio::test]
async fn text_made_to_be_slow_is_not() {
    let t = TestAuth::new().await;
    let client = t.pages();
    let long = "a".repeat(50_000) + "!";
    let began = tokio::time::Instant::now();
    for field in ["email", "username", "phone", "name"] {
        let mut body = json!({ "password": PASSWORD });
        body[field] = long.clone().into();
        let reply = client.post("/api/v1/sign-up", &body).await;
        assert_eq!(reply.status(), 422, "{field}: {}", reply.text());
    }
    let body = json!({ "password": "ab".repeat(25_000) });
    assert_eq!(client.post("/api/v1/password/check", &body).await.status(), 200);
    let body = json!({ "identifier": long, "password": PASSWORD });
    assert_eq!(client.post("/api/v1/sign-in", &body).await.code(), "invalid_credentials");
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_burst_of_attempts_is_told_to_wait_and_reads_go_on() {
    let t = TestAuth::with(|b| b.rate_limits(5, 1_000)).await;
    let client = t.pages();
    let body = json!({ "identifier": "nobody@example.com", "password": "an incorrect password" });
    let mut last = client.post("/api/v1/sign-in", &body).await;
    for _ in 0..5 {
        last = client.post("/api/v1/sign-in", &body).await;
    }
    assert_eq!((last.status().as_u16(), last.code().as_str()), (429, "rate_limited"));
    let wait: u64 = last.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(client.get("/api/v1/config").await.status(), 200);
    t.clock.advance(std::time::Duration::from_secs(wait));
    assert_eq!(client.post("/api/v1/sign-in", &body).await.code(), "invalid_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_sign_ins_is_turned_away_and_sessions_are_still_checked() {
    let slow = keyward::HashPolicy { memory_kib: 64 * 1024, iterations: 2, lanes: 1 };
    let t = TestAuth::with(|b| b.hashing(slow, 1)).await;
    let ada = t.user("ada@example.com").await;
    let checker = t.pages().login_as(&ada).await;
    let mut storm = tokio::task::JoinSet::new();
    for n in 0..100 {
        let client = t.pages();
        storm.spawn(async move {
            let name = format!("nobody{n}@example.com");
            let body = json!({ "identifier": name, "password": "an incorrect password" });
            client.post("/api/v1/sign-in", &body).await
        });
    }
    for _ in 0..20 {
        assert_eq!(checker.get("/api/v1/session").await.status(), 200);
    }
    let replies = storm.join_all().await;
    let busy: Vec<_> = replies.iter().filter(|r| r.status() == 503).collect();
    assert!(!busy.is_empty(), "the queue has an end");
    assert!(busy.iter().all(|r| r.code() == "busy" && r.headers().contains_key("retry-after")));
    let told = replies.iter().filter(|r| r.status() != 503);
    told.for_each(|r| assert_eq!(r.code(), "invalid_credentials"));
}
