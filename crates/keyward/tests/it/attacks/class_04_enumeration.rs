//! Class 04: whoever asks does not learn who is there: by answer, by status, by header,
//! or by the work that is done.

use std::collections::BTreeMap;

use ::http::Method;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{UserView, VerifyMode};
use serde_json::{Value, json};

/// A door, how it is asked, and what with for an address.
type Asked = (&'static str, Method, fn(&str) -> Value);

use crate::counting::{Counting, counted};

const KNOWN: &str = "known@example.com";
const UNKNOWN: &str = "other@example.com";

/// All that an answer tells, without what differs each time.
fn told(reply: &Response) -> (u16, BTreeMap<String, String>, Value) {
    let mut body = reply.json();
    body.as_object_mut()
        .map(|body| ["flow_id", "instance"].map(|name| body.insert(name.into(), Value::Null)));
    let varies = ["keyward-request-id", "set-cookie", "date"];
    let headers = reply.headers().iter().filter(|(name, _)| !varies.contains(&name.as_str()));
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    (reply.status().as_u16(), headers, body)
}

async fn house(store: &Counting, t: &TestAuth) -> (Client, UserView) {
    t.user(KNOWN).await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages();
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    assert_eq!(client.post("/api/v1/sign-in", &body).await.json()["status"], "complete");
    client.get("/api/v1/me").await;
    store.taken();
    (client, ada)
}

#[tokio::test]
async fn known_and_unknown_addresses_answer_alike_and_cost_alike() {
    let request: [Asked; 6] = [
        ("/api/v1/sign-up", Method::POST, |to| json!({ "email": to, "password": PASSWORD })),
        ("/api/v1/recovery", Method::POST, |to| json!({ "identifier": to })),
        (
            "/api/v1/sign-in",
            Method::POST,
            |to| json!({ "identifier": to, "password": "wrong wrong wrong" }),
        ),
        ("/api/v1/sign-in/link", Method::POST, |to| json!({ "identifier": to })),
        ("/api/v1/sign-in/code", Method::POST, |to| json!({ "identifier": to })),
        ("/api/v1/me/email", Method::PUT, |to| json!({ "email": to })),
    ];
    for (path, method, body) in request {
        let mut seen = vec![];
        for to in [KNOWN, UNKNOWN] {
            let (t, store) = counted(|_| ()).await;
            let (client, _) = house(&store, &t).await;
            let stranger = if path.contains("/me/") { client } else { t.pages() };
            let reply = stranger.json(method.clone(), path, &body(to)).await;
            let (reads, mut writes) = store.taken();
            // A new account is rows of its own; what it takes from limits is the same.
            let own = ["AddUser", "AddIdentifier", "AddCredential", "event"];
            if path.ends_with("sign-up") {
                writes.retain(|write| !own.contains(&write.as_str()));
            }
            writes.sort();
            seen.push((told(&reply), reads, writes));
        }
        assert_eq!(seen[0], seen[1], "{path}");
    }
}

#[tokio::test]
async fn sign_up_tells_nothing_whatever_must_be_proven() {
    for mode in [VerifyMode::Any, VerifyMode::Email] {
        let mut seen = vec![];
        for to in [KNOWN, UNKNOWN] {
            let (t, store) = counted(|s| s.verify = mode).await;
            house(&store, &t).await;
            let body = json!({ "email": to, "password": PASSWORD });
            seen.push(told(&t.pages().post("/api/v1/sign-up", &body).await));
        }
        assert_eq!(seen[0], seen[1], "{mode:?}");
    }
}
