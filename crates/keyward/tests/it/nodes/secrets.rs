//! Every secret that works once, answered by fifty at once on two nodes: one of them
//! is let in, whatever the store.

use std::sync::Arc;

use keyward::testing::{Client, PASSWORD, PasskeyDevice, TestAuth};
use serde_json::{Value, json};

use crate::passkeys;

const CLIENTS: usize = 50;

/// What is sent at once, and the cookies of the browser that may send it.
#[derive(Default)]
struct Answer {
    path: String,
    body: Value,
    browser: Option<String>,
    session: Option<String>,
}

/// All of them, one after the other.
pub(super) async fn are_spent_once(here: &TestAuth, there: &TestAuth) {
    for (what, answer) in [
        ("a verification code", verification(here, false).await),
        ("a verification link", verification(here, true).await),
        ("a recovery code", recovery(here, false).await),
        ("a recovery link", recovery(here, true).await),
        ("a code to sign in with", sign_in(here, "code").await),
        ("a link to sign in with", sign_in(here, "link").await),
        ("what a passkey signed", passkey(here).await),
        ("a code for a new address", new_address(here, false).await),
        ("a link for a new address", new_address(here, true).await),
        ("a link that takes an address back", undo(here).await),
        ("a link that brings an account back", restore(here).await),
        ("a link that stops a recovery", stop(here).await),
        ("a code for something of the app's", of_the_app(here).await),
        ("the link of the first administrator", setup(here).await),
    ] {
        let told = race([here, there], &answer).await;
        let let_in = told.iter().filter(|status| **status < 300).count();
        assert_eq!(let_in, 1, "{what}: {told:?}");
    }
    #[cfg(feature = "tokens")]
    a_refresh_token_has_one_successor(here, there).await;
}

/// Fifty at once change the same refresh token, half of them on each node: all are
/// given the same next one, and the family goes on.
#[cfg(feature = "tokens")]
async fn a_refresh_token_has_one_successor(here: &TestAuth, there: &TestAuth) {
    let ada = here.user("with-tokens@example.com").await;
    let pair = crate::tokens::issue(here, &ada).await;
    let mut refresh = pair.refresh.reveal().to_owned();
    for round in 0..2 {
        let barrier = Arc::new(tokio::sync::Barrier::new(CLIENTS));
        let mut tasks = tokio::task::JoinSet::new();
        for node in [here, there].into_iter().cycle().take(CLIENTS) {
            let (client, barrier) = (node.pages(), barrier.clone());
            let body = crate::tokens::next(&refresh);
            tasks.spawn(async move {
                barrier.wait().await;
                let mut reply = client.post("/api/v1/token", &body).await;
                while matches!(reply.code().as_str(), "busy" | "conflict") {
                    reply = client.post("/api/v1/token", &body).await;
                }
                reply.json()["refresh_token"].as_str().unwrap_or_default().to_owned()
            });
        }
        let mut given = tasks.join_all().await;
        given.sort_unstable();
        given.dedup();
        assert_eq!(given.len(), 1, "round {round}: {given:?}");
        refresh = given.remove(0);
        assert!(refresh.starts_with("kwr_"), "{refresh}");
    }
    let first = pair.refresh.reveal();
    let (client, body) = (there.pages(), crate::tokens::next(first));
    assert_eq!(client.post("/api/v1/token", &body).await.status(), 400, "two generations old");
    let (client, body) = (here.pages(), crate::tokens::next(&refresh));
    assert_eq!(client.post("/api/v1/token", &body).await.status(), 400, "closed on both");
}

/// Sends the same from fifty clients at once, half of them on each node; what they are
/// told.
async fn race(nodes: [&TestAuth; 2], answer: &Answer) -> Vec<u16> {
    let barrier = Arc::new(tokio::sync::Barrier::new(CLIENTS));
    let mut tasks = tokio::task::JoinSet::new();
    for node in nodes.into_iter().cycle().take(CLIENTS) {
        let client = node.pages();
        for (name, value) in [("kw_flow", &answer.browser), ("kw_session", &answer.session)] {
            value.iter().for_each(|value| client.set_cookie(name, value));
        }
        let (path, body, barrier) = (answer.path.clone(), answer.body.clone(), barrier.clone());
        tasks.spawn(async move {
            barrier.wait().await;
            client.post(&path, &body).await.status().as_u16()
        });
    }
    let told = tasks.join_all().await;
    assert!(told.iter().all(|status| *status < 500 || *status == 503), "{told:?}");
    told
}

/// Asks for something that sends a message; the flow, and the browser that asked.
async fn asked(client: &Client, path: &str, body: Value) -> (String, Option<String>) {
    let reply = client.post(path, &body).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
    (reply.json()["flow_id"].as_str().unwrap().to_owned(), client.cookie("kw_flow"))
}

async fn verification(here: &TestAuth, by_link: bool) -> Answer {
    let email = format!("new-{by_link}@example.com");
    let body = json!({ "email": email, "password": PASSWORD });
    let (flow, browser) = asked(&here.pages(), "/api/v1/sign-up", body).await;
    let (path, body) = match by_link {
        true => {
            ("/api/v1/verify-link".into(), json!({ "token": here.link_token_for(&email).await }))
        }
        false => (
            format!("/api/v1/verifications/{flow}/confirm"),
            json!({ "code": here.code_for(&email).await }),
        ),
    };
    Answer { path, body, browser, ..Answer::default() }
}

async fn recovery(here: &TestAuth, by_link: bool) -> Answer {
    let email = format!("forgot-{by_link}@example.com");
    here.user(&email).await;
    let body = json!({ "identifier": email });
    let (flow, browser) = asked(&here.pages(), "/api/v1/recovery", body).await;
    let password = "another long password";
    let (path, body) = match by_link {
        true => (
            "/api/v1/recovery-link".into(),
            json!({ "token": here.link_token_for(&email).await, "password": password }),
        ),
        false => (
            format!("/api/v1/recovery/{flow}/confirm"),
            json!({ "code": here.code_for(&email).await, "password": password }),
        ),
    };
    Answer { path, body, browser, ..Answer::default() }
}

async fn sign_in(here: &TestAuth, by: &str) -> Answer {
    let email = format!("by-{by}@example.com");
    here.user(&email).await;
    let path = format!("/api/v1/sign-in/{by}");
    let (flow, browser) = asked(&here.pages(), &path, json!({ "identifier": email })).await;
    let body = match by {
        "link" => json!({ "token": here.link_token_for(&email).await }),
        _ => json!({ "flow_id": flow, "code": here.code_for(&email).await }),
    };
    Answer { path: format!("{path}/confirm"), body, browser, ..Answer::default() }
}

async fn passkey(here: &TestAuth) -> Answer {
    let ada = here.user("with-key@example.com").await;
    let client = here.pages().login_as(&ada).await;
    let mut device = PasskeyDevice::default();
    assert_eq!(passkeys::add(&client, &mut device).await.status(), 201);
    let body = passkeys::answer(&here.pages(), &mut device).await;
    Answer { path: "/api/v1/webauthn/sign-in".into(), body, ..Answer::default() }
}

/// Somebody who signed in just now.
async fn at_home(here: &TestAuth, email: &str) -> Client {
    here.user(email).await;
    let home = here.pages();
    let body = json!({ "identifier": email, "password": PASSWORD });
    assert_eq!(home.post("/api/v1/sign-in", &body).await.status(), 200);
    home
}

/// A change of address that waits for its proof.
async fn new_address(here: &TestAuth, by_link: bool) -> Answer {
    let home = at_home(here, &format!("moves-{by_link}@example.com")).await;
    let to = format!("moved-{by_link}@example.com");
    let begun = ask_for_address(&home, &to).await;
    let (path, body) = match by_link {
        true => {
            ("/api/v1/me/address-link".into(), json!({ "token": here.link_token_for(&to).await }))
        }
        false => (confirm_path(&begun), json!({ "code": here.code_for(&to).await })),
    };
    Answer { path, body, session: home.cookie("kw_session"), ..Answer::default() }
}

async fn ask_for_address(home: &Client, to: &str) -> String {
    let reply = home.json(http::Method::PUT, "/api/v1/me/email", &json!({ "email": to })).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
    reply.json()["flow_id"].as_str().unwrap().to_owned()
}

fn confirm_path(flow: &str) -> String {
    format!("/api/v1/me/address/{flow}/confirm")
}

/// A change of address that its old one takes back.
async fn undo(here: &TestAuth) -> Answer {
    let (old, new) = ("regrets@example.com", "regretted@example.com");
    let home = at_home(here, old).await;
    let begun = ask_for_address(&home, new).await;
    let code = json!({ "code": here.code_for(new).await });
    assert_eq!(home.post(&confirm_path(&begun), &code).await.status(), 200);
    let body = json!({ "token": here.link_token_for(old).await });
    Answer { path: "/api/v1/undo-link".into(), body, ..Answer::default() }
}

/// An account that its owner deleted.
async fn restore(here: &TestAuth) -> Answer {
    let email = "leaves@example.com";
    let home = at_home(here, email).await;
    let gone = home.json(http::Method::DELETE, "/api/v1/me", &Value::Null).await;
    assert!(gone.status().is_success(), "{}", gone.text());
    let body = json!({ "token": here.link_token_for(email).await });
    Answer { path: "/api/v1/restore-link".into(), body, ..Answer::default() }
}

/// A recovery by text message, of which the mail address is told.
async fn stop(here: &TestAuth) -> Answer {
    let (email, phone) = ("warned@example.com", "+4915112345678");
    here.user_with(|new| (new.email, new.phone) = (Some(email.into()), Some(phone.into()))).await;
    asked(&here.pages(), "/api/v1/recovery", json!({ "identifier": phone })).await;
    let body = json!({ "token": here.link_token_for(email).await });
    Answer { path: "/api/v1/recovery-stop".into(), body, ..Answer::default() }
}

async fn of_the_app(here: &TestAuth) -> Answer {
    let email = "launches@example.com";
    let home = at_home(here, email).await;
    let (flow, _) = asked(&home, "/api/v1/me/codes", json!({ "purpose": "launch" })).await;
    let body = json!({ "purpose": "launch", "code": here.code_for(email).await });
    let session = home.cookie("kw_session");
    Answer { path: format!("/api/v1/me/codes/{flow}/spend"), body, session, ..Answer::default() }
}

async fn setup(here: &TestAuth) -> Answer {
    let token = here.kw.begin_setup().await.unwrap();
    let body =
        json!({ "token": token.reveal(), "email": "root@example.com", "password": PASSWORD });
    Answer { path: "/api/v1/setup".into(), body, ..Answer::default() }
}
