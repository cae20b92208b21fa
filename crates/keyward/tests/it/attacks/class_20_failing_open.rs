//! Class 20: a failure to know is never an answer. Whatever fails, and at whichever
//! question, nobody gets in, nothing is called done that was not, and nothing secret is
//! said. (That secrets are not stored, logged or printed is `leaks.rs`; that weak ones are
//! refused, `root_key.rs` of the server.)

use std::sync::Arc;

use ::http::Method;
use keyward::testing::{Client, FakeClock, PASSWORD, Response, TestAuth};
use keyward::{ApiKeyTerms, Secret, UserView};
use serde_json::{Value, json};

use crate::counting::{Counting, counted, node};

const ADA: &str = "ada@example.com";
const NEW: &str = "a new and longer passphrase";
/// More questions than any door asks.
const MOST: usize = 60;

struct House {
    t: TestAuth,
    store: Arc<Counting>,
    clock: FakeClock,
    ada: UserView,
    home: Client,
    desk: Client,
}

async fn house() -> House {
    let (t, store) = counted(|_| ()).await;
    let clock = t.clock.clone();
    let ada = t.user(ADA).await;
    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    let home = t.pages().login_as(&ada).await;
    let desk = t.pages().login_as(&root).await;
    House { t, store, clock, ada, home, desk }
}

impl House {
    /// Another node on the same store, which remembers nothing.
    async fn elsewhere(&self) -> TestAuth {
        node(&self.store, self.clock.clone(), |_| ()).await
    }

    async fn signs_in(&self, password: &str) -> bool {
        let body = json!({ "identifier": ADA, "password": password });
        let reply = self.elsewhere().await.pages().post("/api/v1/sign-in", &body).await;
        reply.status() == 200
    }

    /// Whether a session is still good, asked of a node that remembers nothing.
    async fn is_open(&self, cookie: &str) -> bool {
        let client = self.elsewhere().await.pages();
        client.set_cookie("kw_session", cookie);
        client.get("/api/v1/session").await.status() == 200
    }
}

/// Broken machinery, told as such: an outage, with nothing in it and no cookie for it.
#[track_caller]
fn is_outage(reply: &Response, why: &str) {
    assert_eq!(reply.status(), 503, "{why}: {}", reply.text());
    let set = reply.headers().get_all("set-cookie").iter();
    let opened = set.filter(|line| line.to_str().unwrap().starts_with("kw_session=ses_"));
    assert_eq!(opened.count(), 0, "{why}");
    for word in ["broken", "commit", "kw_", "src/", "panicked"] {
        assert!(!reply.text().contains(word) || reply.text().contains("<!"), "{why}: {word}");
    }
}

/// Asks with the store failing at the first question, at the second, and so on, until all
/// are answered. `ask` says what was answered; `is_done`, whether it was done.
async fn at_every_question(
    name: &str,
    ask: impl AsyncFn(&House) -> Response,
    is_done: impl AsyncFn(&House) -> bool,
) {
    for questions in 0..MOST {
        let house = house().await;
        house.store.break_after(questions);
        let reply = ask(&house).await;
        let failed = house.store.mend();
        let why = format!("{name}, failing after {questions}");
        let done = is_done(&house).await;
        if !failed {
            assert!(reply.status().as_u16() < 400, "{why}: {}", reply.text());
            assert!(done, "{why}: it says so and it is so");
            assert!(questions > 0, "{name} asks the store");
            return;
        }
        if reply.status().as_u16() < 400 {
            // What is only remembered for later may fail; what was asked for is done.
            assert!(done, "{why}: it says so, and it is not: {}", reply.text());
        } else {
            is_outage(&reply, &why);
        }
    }
    panic!("{name} asks more than {MOST} questions");
}

#[tokio::test]
async fn whoever_signs_in_while_the_store_fails_is_not_in() {
    let right = json!({ "identifier": ADA, "password": PASSWORD });
    let sign_in = async |house: &House| house.t.pages().post("/api/v1/sign-in", &right).await;
    at_every_question("sign in", sign_in, async |_| true).await;
    let form = async |house: &House| {
        let fields = [("username", ADA), ("password", PASSWORD)];
        house.t.pages().form("/login", &fields).await
    };
    at_every_question("the page to sign in", form, async |_| true).await;
    // A wrong password is refused or an outage, and never right.
    let wrong = json!({ "identifier": ADA, "password": "wrong" });
    for questions in 0..30 {
        let house = house().await;
        house.store.break_after(questions);
        let status = house.t.pages().post("/api/v1/sign-in", &wrong).await.status();
        assert!(matches!(status.as_u16(), 401 | 503), "{questions}: {status}");
    }
}

#[tokio::test]
async fn whoever_is_told_that_they_are_signed_out_is() {
    let cookie = |house: &House| house.home.cookie("kw_session");
    for (path, form) in [("/api/v1/sign-out", false), ("/logout", true)] {
        for questions in 0..MOST {
            let house = house().await;
            let before = cookie(&house).unwrap();
            house.store.break_after(questions);
            let reply = match form {
                true => {
                    let fields: [(&str, &str); 0] = [];
                    house.home.form(path, &fields).await
                }
                false => house.home.post(path, &json!({})).await,
            };
            let failed = house.store.mend();
            let open = house.is_open(&before).await;
            if reply.status().as_u16() < 400 {
                assert!(!open, "{path}, {questions}: told, and not done");
            } else {
                is_outage(&reply, &format!("{path}, {questions}"));
            }
            if !failed {
                assert!(reply.status().as_u16() < 400 && questions > 0);
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_an_administrator_ends_has_ended_when_they_are_told_so() {
    let post = |path: &'static str| {
        async move |house: &House| {
            let path = format!("/api/v1/admin/users/{}/{path}", house.ada.id);
            house.desk.post(&path, &json!({ "reason": "x" })).await
        }
    };
    let cannot = async |house: &House| !house.signs_in(PASSWORD).await;
    at_every_question("lock", post("lock"), cannot).await;
    let revoke = async |house: &House| {
        let path = format!("/api/v1/admin/users/{}/api-keys", house.ada.id);
        house.desk.json(Method::DELETE, &path, &Value::Null).await
    };
    for questions in 0..MOST {
        let house = house().await;
        let terms = ApiKeyTerms { name: "k".into(), ..ApiKeyTerms::default() };
        let made = house.t.kw.create_api_key(house.ada.id, terms).await.unwrap().unwrap();
        house.store.break_after(questions);
        let reply = revoke(&house).await;
        let failed = house.store.mend();
        let request = http::Request::get("/api/v1/me")
            .header("host", "localhost")
            .header("x-api-key", made.text.reveal());
        let client = house.elsewhere().await.pages();
        let by_key = client.raw(request.body(Default::default()).unwrap()).await;
        if reply.status().as_u16() < 400 {
            assert_eq!(by_key.status(), 401, "after {questions}: {}", by_key.text());
        }
        if !failed {
            assert!(reply.status().as_u16() < 400, "{}", reply.text());
            break;
        }
    }
}

#[tokio::test]
async fn a_password_that_is_said_to_be_set_is_and_the_old_one_is_not() {
    let change = async |house: &House| {
        let body = json!({ "current_password": PASSWORD, "new_password": NEW });
        house.home.json(Method::PUT, "/api/v1/me/password", &body).await
    };
    let changed =
        async |house: &House| house.signs_in(NEW).await && !house.signs_in(PASSWORD).await;
    at_every_question("change the password", change, changed).await;
    let by_page = async |house: &House| {
        let fields = [("current_password", PASSWORD), ("new_password", NEW)];
        house.home.form("/account/password", &fields).await
    };
    at_every_question("the page that changes it", by_page, changed).await;
}

/// A session that cannot be looked up is no session, and no stranger's either.
#[tokio::test]
async fn whoever_cannot_be_recognised_is_let_in_nowhere() {
    let house = house().await;
    let cookie = house.home.cookie("kw_session").unwrap();
    let other = house.elsewhere().await;
    for path in ["/api/v1/session", "/api/v1/me", "/api/v1/me/permissions", "/account", "/login"] {
        let client = other.pages();
        client.set_cookie("kw_session", &cookie);
        house.store.break_after(0);
        let reply = match path.starts_with("/api/") {
            true => client.get(path).await,
            false => client.page(path).await,
        };
        house.store.mend();
        is_outage(&reply, path);
        assert!(client.cookie("kw_session").is_some(), "{path}: and they stay signed in");
    }
}

/// The app asks too: an error is no permission, and no password is right by it.
#[tokio::test]
async fn the_library_says_that_it_does_not_know() {
    let house = house().await;
    let root = house.t.kw.find_person("root@example.com").await.unwrap().unwrap();
    let other = house.elsewhere().await;
    house.store.break_after(0);
    assert!(other.kw.can(root.id, "users:view").await.is_err());
    assert!(other.kw.sign_in_user(&house.ada.id).await.is_err());
    let right = Secret::new(PASSWORD);
    assert!(other.kw.verify_credentials(ADA, &right).await.is_err());
    assert!(house.store.mend());
    assert!(other.kw.can(root.id, "users:view").await.unwrap());
}
