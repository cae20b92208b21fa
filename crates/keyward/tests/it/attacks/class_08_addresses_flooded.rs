//! Class 08: nobody's mailbox or telephone is flooded through us, by whatever is asked for.

use std::time::Duration;

use keyward::testing::{Client, Response, TestAuth};
use serde_json::json;

use super::class_04_enumeration::told;
use crate::pages::html::Page;
use crate::sign_in_link::{CODE, LINK};

const RECOVERY: &str = "/api/v1/recovery";
const PHONE: &str = "+4915112345678";
const EMAIL: &str = "ada@example.com";

/// The doors that send something to whoever is named, and how much of it may go to one.
const MAIL: (&[&str], usize) = (&[LINK, CODE, RECOVERY], 10);
const TEXT: (&[&str], usize) = (&[CODE, RECOVERY], 5);

async fn ada() -> TestAuth {
    let t = TestAuth::new().await;
    t.user_with(|new| (new.email, new.phone) = (Some(EMAIL.into()), Some(PHONE.into()))).await;
    t
}

async fn ask(client: &Client, path: &str, to: &str) -> Response {
    client.post(path, &json!({ "identifier": to })).await
}

/// Asks at one door after the other, as often as it is let, and hands over what is sent.
async fn flood(t: &TestAuth, (doors, bound): (&[&str], usize), to: &str) {
    for (nth, path) in doors.iter().cycle().take(bound).enumerate() {
        let reply = ask(&t.pages(), path, to).await;
        assert_eq!(reply.status(), 202, "{to}, the {nth}th: {}", reply.text());
        t.deliver().await;
    }
}

/// Messages with a secret that came to an address.
fn came(t: &TestAuth, to: &str) -> usize {
    let all = t.kw.inbox().unwrap().all();
    all.iter().filter(|message| message.to == to && message.code.is_some()).count()
}

#[tokio::test]
async fn one_more_than_the_bound_is_not_sent_and_all_who_ask_are_told_the_same() {
    for (doors, known, unknown) in
        [(MAIL, EMAIL, "nobody@example.com"), (TEXT, PHONE, "+4915187654321")]
    {
        let t = ada().await;
        flood(&t, doors, known).await;
        flood(&t, doors, unknown).await;
        assert_eq!(came(&t, known), doors.1, "{known}");
        for path in doors.0 {
            let [one, other] = [
                told(&ask(&t.pages(), path, known).await),
                told(&ask(&t.pages(), path, unknown).await),
            ];
            assert_eq!((one.0, &one.2["code"]), (429, &json!("rate_limited")), "{path}");
            assert!(one.1.contains_key("retry-after"), "{path}: {one:?}");
            assert_eq!(one, other, "{path}: whether anybody is there is not told");
        }
        t.deliver().await;
        assert_eq!(came(&t, known), doors.1, "{known}: nothing more came");
    }
}

#[tokio::test]
async fn the_bound_is_the_addresses_own_and_time_alone_lifts_it() {
    for (doors, to, next, period) in
        [(MAIL, EMAIL, "bob@example.com", 10), (TEXT, PHONE, "+4915187654321", 30)]
    {
        let t = ada().await;
        flood(&t, doors, to).await;
        assert_eq!(
            ask(&t.pages(), CODE, next).await.status(),
            202,
            "{next} has a bound of its own"
        );
        t.clock.advance(Duration::from_secs(period * 60 - 1));
        assert_eq!(ask(&t.pages(), CODE, to).await.code(), "rate_limited", "{to}");
        t.clock.advance(Duration::from_secs(1));
        assert_eq!(ask(&t.pages(), CODE, to).await.status(), 202, "{to}: one more");
        assert_eq!(ask(&t.pages(), CODE, to).await.code(), "rate_limited", "{to}: and one only");
    }
}

#[tokio::test]
async fn the_pages_send_no_more_either() {
    let t = ada().await;
    flood(&t, MAIL, EMAIL).await;
    for path in ["/login/link", "/login/code", "/recover"] {
        let reply = t.pages().form(path, &[("identifier", EMAIL)]).await;
        assert_eq!(reply.status(), 429, "{path}");
        assert!(!Page::of(&reply).text("[role=alert]").is_empty(), "{path} says why");
    }
    t.deliver().await;
    assert_eq!(came(&t, EMAIL), MAIL.1);
}
