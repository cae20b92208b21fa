//! Where nobody sets a new password alone: every door says so, and administrators set one.

use std::sync::Arc;

use keyward::testing::{CHEAP, Client, FakeClock, PASSWORD, Response, TestAuth};
use keyward::{Act, Given, Inbox, Keyward, Refusal, Secret};
use serde_json::{Value, json};

use crate::factors::{Enrolled, enrolled_in};
use crate::pages::html::{Page, location};

const EMAIL: &str = "ada@example.com";
const NEW: &str = "another long password";

async fn without() -> TestAuth {
    TestAuth::with(|b| b.settings(|s| s.recovery = false)).await
}

fn told(reply: &Response) -> (u16, String) {
    (reply.status().as_u16(), reply.code())
}

fn off() -> (u16, String) {
    (403, "recovery_disabled".to_owned())
}

#[tokio::test]
async fn a_recovery_is_not_begun_by_any_door() {
    let t = without().await;
    t.user(EMAIL).await;
    let client = t.pages();
    for name in [EMAIL, "nobody@example.com"] {
        let body = json!({ "identifier": name });
        assert_eq!(told(&client.post("/api/v1/recovery", &body).await), off(), "{name}");
        assert_eq!(client.form("/recover", &[("identifier", name)]).await.status(), 403);
        let asked = t.kw.send_recovery(name, &keyward::Client::default()).await.unwrap();
        assert_eq!(asked.unwrap_err(), Refusal::RecoveryDisabled);
    }
    t.deliver().await;
    assert!(t.kw.inbox().unwrap().all().is_empty(), "nobody is written to");
}

#[tokio::test]
async fn the_pages_say_what_to_do_instead() {
    let t = without().await;
    let client = t.pages();
    let login = Page::of(&client.page("/login").await);
    assert!(login.all("a[href='/recover']").is_empty(), "nothing leads to it");
    for path in ["/recover", "/recover/code?flow=x", "/recover/some-secret"] {
        let reply = client.page(path).await;
        assert_eq!(reply.status(), 403, "{path}");
        let page = Page::of(&reply);
        assert!(page.text("main").contains("ask an administrator"), "{path}");
        assert!(page.all("main form").is_empty(), "{path}");
    }
    assert_eq!(client.get("/api/v1/config").await.json()["recovery"], false);
    assert_eq!(TestAuth::new().await.pages().get("/api/v1/config").await.json()["recovery"], true);
}

/// A server that is started anew over the same database.
struct House {
    folder: tempfile::TempDir,
    clock: FakeClock,
    inbox: Inbox,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, clock: FakeClock::default(), inbox: Inbox::default() }
    }

    async fn open(&self, recovery: bool) -> TestAuth {
        let builder = Keyward::sqlite(self.folder.path().join("kw.db"))
            .root_key(crate::nodes::KEY)
            .clock(Arc::new(self.clock.clone()))
            .hashing(CHEAP, 1)
            .public_url("http://localhost")
            .rate_limits(10_000, 1_000_000)
            .settings(|s| s.recovery = recovery)
            .inbox(self.inbox.clone());
        TestAuth::around(builder.build().await.unwrap(), self.clock.clone())
    }
}

/// A recovery, with the code and the link that were sent.
async fn begun(t: &TestAuth, client: &Client) -> (Value, String, String) {
    let flow = client.post("/api/v1/recovery", &json!({ "identifier": EMAIL })).await.json();
    (flow, t.code_for(EMAIL).await, t.link_token_for(EMAIL).await)
}

#[tokio::test]
async fn what_was_begun_before_is_not_finished() {
    let house = House::new();
    let before = house.open(true).await;
    before.user(EMAIL).await;
    let client = before.pages();
    let (flow, code, token) = begun(&before, &client).await;
    let t = house.open(false).await;
    let client = t.pages();
    let path = format!("/api/v1/recovery/{}/confirm", flow["flow_id"].as_str().unwrap());
    let by_code = json!({ "code": code, "password": NEW });
    assert_eq!(told(&client.post(&path, &by_code).await), off());
    let by_link = json!({ "token": token, "password": NEW });
    assert_eq!(told(&client.post("/api/v1/recovery-link", &by_link).await), off());
    let path = format!("/api/v1/verifications/{}/resend", flow["flow_id"].as_str().unwrap());
    assert_eq!(told(&client.post(&path, &json!({})).await), off());
    let fields = [("password", NEW)];
    assert_eq!(client.form(&format!("/recover/{token}"), &fields).await.status(), 403);
    let answer = Given::Link(Secret::new(token.as_str()));
    let nobody = keyward::Client::default();
    let finished = t.kw.finish_recovery(answer, Secret::new(NEW), false, &nobody).await.unwrap();
    assert_eq!(finished.unwrap_err(), Refusal::RecoveryDisabled);
    let fields = [("username", EMAIL), ("password", PASSWORD)];
    assert_eq!(location(&client.form("/login", &fields).await), "/account", "nothing changed");
}

#[tokio::test]
async fn a_new_password_that_waits_for_the_second_proof_is_not_set() {
    let house = House::new();
    let Enrolled { t: before, app, .. } = enrolled_in(house.open(true).await).await;
    let client = before.pages();
    let (flow, code, _) = begun(&before, &client).await;
    let path = format!("/api/v1/recovery/{}/confirm", flow["flow_id"].as_str().unwrap());
    let waits = client.post(&path, &json!({ "code": code, "password": NEW })).await.json();
    assert_eq!(waits["status"], "needs_mfa", "{waits}");
    let t = house.open(false).await;
    let thief = t.pages();
    thief.set_cookie("kw_flow", &client.cookie("kw_flow").unwrap());
    let body = json!({ "flow_id": waits["flow_id"], "method": "totp", "code": app.next_code() });
    assert_eq!(told(&thief.post("/api/v1/sign-in/mfa", &body).await), off());
    let password = json!({ "identifier": EMAIL, "password": NEW });
    assert_eq!(t.pages().post("/api/v1/sign-in", &password).await.code(), "invalid_credentials");
}

#[tokio::test]
async fn administrators_set_a_password_and_none_that_leads_nowhere() {
    let t = without().await;
    let ada = t.user(EMAIL).await;
    let set = |temporary| Act::SetPassword { password: Secret::new(NEW), temporary };
    let refused = t.kw.act_on(ada.id, set(true)).await.unwrap();
    assert_eq!(refused.unwrap_err(), Refusal::RecoveryDisabled, "it could not be replaced");
    t.kw.act_on(ada.id, set(false)).await.unwrap().unwrap();
    let fields = [("username", EMAIL), ("password", NEW)];
    assert_eq!(location(&t.pages().form("/login", &fields).await), "/account");
}
