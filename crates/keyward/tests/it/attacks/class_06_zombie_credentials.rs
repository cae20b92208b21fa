//! Class 06: what was ended is dead: sessions in cookies and tokens, keys, links and
//! codes that wait, remembered devices; on this node and on one that remembers nothing.

use std::sync::Arc;

use ::http::{Method, Request};
use keyward::testing::{Client, PASSWORD, TestAuth};
use keyward::{Act, ApiKeyTerms, Secret, UserView};
use serde_json::{Value, json};

use crate::counting::{Counting, counted, node};

const ADA: &str = "ada@example.com";
const NEW: &str = "a new and longer passphrase";

/// One of every credential that an account can have out in the world.
struct Out {
    t: TestAuth,
    store: Arc<Counting>,
    ada: UserView,
    desk: Client,
    home: Client,
    cookie: String,
    bearer: String,
    key: String,
    link: String,
    recovery: String,
}

async fn everything_out() -> Out {
    let (t, store) = counted(|_| ()).await;
    let ada = t.user(ADA).await;
    t.role("office", &["users:view"]).await;
    t.give_role(&ada, "office").await;
    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    let desk = t.pages().login_as(&root).await;
    let home = t.pages().login_as(&ada).await;
    let cookie = home.cookie("kw_session").unwrap();
    let body = json!({ "identifier": ADA, "password": PASSWORD, "session": "token" });
    let bearer = t.pages().post("/api/v1/sign-in", &body).await.json()["token"].clone();
    let terms = ApiKeyTerms { name: "deploy".into(), ..ApiKeyTerms::default() };
    let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    let ask = json!({ "identifier": ADA });
    t.pages().post("/api/v1/sign-in/link", &ask).await;
    let link = t.link_token_for(ADA).await;
    t.pages().post("/api/v1/recovery", &ask).await;
    let recovery = t.link_token_for(ADA).await;
    assert_ne!(link, recovery);
    let (bearer, key) = (bearer.as_str().unwrap().to_owned(), key.text.reveal().to_owned());
    Out { t, store, ada, desk, home, cookie, bearer, key, link, recovery }
}

/// What still opens something.
#[derive(Debug, Default, Eq, PartialEq)]
struct Alive {
    cookie: bool,
    bearer: bool,
    key: bool,
    link: bool,
    recovery: bool,
}

const ALL: Alive = Alive { cookie: true, bearer: true, key: true, link: true, recovery: true };
const NONE: Alive =
    Alive { cookie: false, bearer: false, key: false, link: false, recovery: false };

impl Out {
    async fn carries(&self, client: &Client, name: &str, value: &str) -> bool {
        let request = Request::get("/api/v1/me").header("host", "localhost").header(name, value);
        client.raw(request.body(Default::default()).unwrap()).await.status() == 200
    }

    /// Tried on one node. Links are tried last: those that work are spent.
    async fn alive_on(&self, t: &TestAuth, with_links: bool) -> Alive {
        let client = t.pages();
        let mut alive = Alive {
            cookie: self.carries(&client, "cookie", &format!("kw_session={}", self.cookie)).await,
            bearer: self
                .carries(&client, "authorization", &format!("Bearer {}", self.bearer))
                .await,
            key: self.carries(&client, "x-api-key", &self.key).await,
            ..Alive::default()
        };
        if with_links {
            let body = json!({ "token": self.link });
            let reply = client.post("/api/v1/sign-in/link/confirm", &body).await;
            alive.link = reply.status() == 200;
            let body = json!({ "token": self.recovery, "password": NEW });
            let reply = t.pages().post("/api/v1/recovery-link", &body).await;
            alive.recovery = reply.status() == 200;
        }
        alive
    }

    async fn check(&self, wanted: &Alive, why: &str) {
        let here = self.alive_on(&self.t, false).await;
        let other = node(&self.store, self.t.clock.clone(), |_| ()).await;
        let there = self.alive_on(&other, true).await;
        assert_eq!(&there, wanted, "{why}: where nothing is remembered");
        let here = Alive { link: there.link, recovery: there.recovery, ..here };
        assert_eq!(&here, wanted, "{why}: where it was ended");
    }

    async fn act(&self, act: Act) {
        self.t.kw.act_on(self.ada.id, act).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn all_of_it_is_alive_at_first() {
    let out = everything_out().await;
    let seen = out.alive_on(&out.t, false).await;
    assert_eq!(seen, Alive { link: false, recovery: false, ..ALL });
    // A link of each kind works; the one that is used first ends the other.
    let body = json!({ "token": out.link });
    assert_eq!(out.t.pages().post("/api/v1/sign-in/link/confirm", &body).await.status(), 200);
    let out = everything_out().await;
    let body = json!({ "token": out.recovery, "password": NEW });
    assert_eq!(out.t.pages().post("/api/v1/recovery-link", &body).await.status(), 200);
}

#[tokio::test]
async fn a_locked_or_deleted_account_has_nothing_alive() {
    let out = everything_out().await;
    out.act(Act::Lock { reason: "x".into() }).await;
    out.check(&NONE, "locked").await;
    let out = everything_out().await;
    out.act(Act::Delete).await;
    out.check(&NONE, "deleted by an administrator").await;
    let out = everything_out().await;
    let gone = out.home.json(Method::DELETE, "/api/v1/me", &Value::Null).await;
    assert!(gone.status().is_success(), "{}", gone.text());
    let alive = out.alive_on(&out.t, true).await;
    assert_eq!(alive, NONE, "deleted by its owner");
}

#[tokio::test]
async fn what_was_dead_stays_dead_when_an_account_comes_back() {
    let out = everything_out().await;
    out.act(Act::Lock { reason: "x".into() }).await;
    out.act(Act::Unlock).await;
    // A key is the account's, and was not ended; what proved somebody once is.
    out.check(&Alive { key: true, ..NONE }, "locked and unlocked").await;
    let out = everything_out().await;
    out.act(Act::Delete).await;
    out.act(Act::Restore).await;
    out.check(&Alive { key: true, ..NONE }, "deleted and restored").await;
}

#[tokio::test]
async fn a_new_password_ends_whatever_proved_somebody_before() {
    let out = everything_out().await;
    let act = Act::SetPassword { password: Secret::new(NEW), temporary: false };
    out.act(act).await;
    out.check(&Alive { key: true, ..NONE }, "set by an administrator").await;
    let out = everything_out().await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    let reply = out.home.json(Method::PUT, "/api/v1/me/password", &body).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    out.check(&Alive { key: true, ..NONE }, "set by its owner").await;
    let out = everything_out().await;
    let fields = [("current_password", PASSWORD), ("new_password", NEW), ("sign_out_others", "on")];
    assert_eq!(out.home.form("/account/password", &fields).await.status(), 303);
    out.check(&Alive { key: true, ..NONE }, "set on the page").await;
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let out = everything_out().await;
    assert!(out.home.post("/api/v1/sign-out/all", &json!({})).await.status().is_success());
    let seen = out.alive_on(&out.t, false).await;
    assert_eq!(seen, Alive { key: true, ..NONE }, "by its owner");
    let out = everything_out().await;
    let path = format!("/api/v1/admin/users/{}/sign-out", out.ada.id);
    assert!(out.desk.post(&path, &json!({})).await.status().is_success());
    let seen = out.alive_on(&out.t, false).await;
    assert_eq!(seen, Alive { key: true, ..NONE }, "by an administrator");
    let out = everything_out().await;
    let path = format!("/admin/people/{}/sign-out", out.ada.id);
    assert_eq!(out.desk.form(&path, &[]).await.status(), 303);
    let seen = out.alive_on(&out.t, false).await;
    assert_eq!(seen, Alive { key: true, ..NONE }, "on the page");
}

#[tokio::test]
async fn a_role_that_was_taken_opens_nothing_more_with_anything() {
    let out = everything_out().await;
    let people = async |name: &str, value: &str| {
        let request =
            Request::get("/api/v1/admin/users").header("host", "localhost").header(name, value);
        out.t.pages().raw(request.body(Default::default()).unwrap()).await.status().as_u16()
    };
    let cookie = format!("kw_session={}", out.cookie);
    let bearer = format!("Bearer {}", out.bearer);
    let all = [("cookie", &cookie), ("authorization", &bearer), ("x-api-key", &out.key)];
    for (name, value) in all {
        assert_eq!(people(name, value).await, 200, "{name}");
    }
    out.t.kw.assign_role(out.ada.id, "office", false).await.unwrap().unwrap();
    for (name, value) in all {
        assert_eq!(people(name, value).await, 403, "{name}: at once");
    }
}

/// A request that was on its way when the session ended once wrote it back.
#[tokio::test]
async fn requests_on_their_way_do_not_bring_a_session_back() {
    let out = everything_out().await;
    for round in 0..10 {
        let client = out.t.pages().login_as(&out.ada).await;
        let cookie = client.cookie("kw_session").unwrap();
        let mut asking = vec![];
        for _ in 0..50 {
            let (pages, cookie) = (out.t.pages(), cookie.clone());
            asking.push(tokio::spawn(async move {
                pages.set_cookie("kw_session", &cookie);
                let data = json!({ "data": { "cart": [7] } });
                pages.json(Method::PATCH, "/api/v1/session", &data).await.status().as_u16()
            }));
        }
        out.t.clock.advance(std::time::Duration::from_secs(61));
        let left = client.post("/api/v1/sign-out", &json!({})).await;
        assert!(left.status().is_success(), "{}", left.text());
        for asked in asking {
            assert!(matches!(asked.await.unwrap(), 200 | 401 | 409), "round {round}");
        }
        let pages = out.t.pages();
        pages.set_cookie("kw_session", &cookie);
        assert_eq!(pages.get("/api/v1/session").await.status(), 401, "round {round}");
    }
}
