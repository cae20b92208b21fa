//! How long a session lasts, and who learns of its end.

use std::time::Duration;

use keyward::Act;
use keyward::testing::{Client, PASSWORD, TestAuth};
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn signed_in(t: &TestAuth, remember: bool) -> Client {
    let client = t.pages();
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD,
        "remember": remember });
    let reply = client.post("/api/v1/sign-in", &body).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let lines = reply.headers().get_all("set-cookie").iter().map(|v| v.to_str().unwrap());
    let cookie = lines.into_iter().find(|line| line.starts_with("kw_session=")).unwrap();
    assert_eq!(cookie.contains("Max-Age"), remember, "{cookie}");
    client
}

async fn is_open(client: &Client) -> bool {
    let reply = client.get("/api/v1/session").await;
    if reply.status() == 401 {
        assert_eq!(reply.code(), "session_expired");
    }
    reply.status() == 200
}

#[tokio::test]
async fn a_session_that_rests_too_long_ends() {
    for (remember, rests) in [(false, 12 * HOUR), (true, 14 * DAY)] {
        let t = TestAuth::new().await;
        t.user("ada@example.com").await;
        let client = signed_in(&t, remember).await;
        t.clock.advance(rests - HOUR);
        assert!(is_open(&client).await, "remember {remember}: just in time");
        t.clock.advance(rests - HOUR);
        assert!(is_open(&client).await, "remember {remember}: it was used meanwhile");
        t.clock.advance(rests + HOUR);
        assert!(!is_open(&client).await, "remember {remember}: too late");
    }
}

#[tokio::test]
async fn no_session_outlives_its_absolute_end_however_often_it_is_used() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = signed_in(&t, true).await;
    for day in 1..30 {
        t.clock.advance(DAY);
        assert!(is_open(&client).await, "day {day}");
    }
    t.clock.advance(DAY);
    assert!(!is_open(&client).await);
}

#[tokio::test]
async fn an_open_event_stream_learns_of_its_sessions_end() {
    for ends in ["sign-out everywhere", "lock"] {
        let t = TestAuth::new().await;
        let ada = t.user("ada@example.com").await;
        let client = signed_in(&t, false).await;
        let stream = client.get("/api/v1/session/events");
        let end = async {
            match ends {
                "lock" => t.kw.act_on(ada.id, Act::Lock { reason: String::new() }).await.unwrap(),
                _ => t.kw.close_sessions(ada.id).await.unwrap(),
            }
        };
        let both = async { tokio::join!(stream, end) };
        let (told, ended) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
        assert_eq!(ended, Ok(()), "{ends}");
        assert!(told.text().starts_with("event: open\n"), "{ends}: {}", told.text());
        assert!(told.text().ends_with("event: ended\ndata: {}\n\n"), "{ends}: {}", told.text());
    }
}
