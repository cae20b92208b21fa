//! Signing in by a method of the app's own: it judges, and everything else is as for a
//! password.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyward::methods::{Method, Whose};
use keyward::port::Fut;
use keyward::testing::{Client, Response, TestAuth};
use keyward::{Act, Error, Keyward, Refusal, Secret};
use serde_json::{Value, json};

use crate::pages::html::{Page, location};

const ADA: &str = "ada@example.com";
const DOOR: &str = "/api/v1/sign-in/by/directory";

/// A directory that knows some people by name, and counts how often it is asked.
#[derive(Clone, Debug, Default)]
struct Directory {
    asked: Arc<AtomicUsize>,
}

impl Method for Directory {
    fn name(&self) -> &'static str {
        "directory"
    }

    fn label(&self, language: &str) -> String {
        if language == "de" { "Verzeichnis <GmbH>" } else { "Directory <Ltd>" }.into()
    }

    fn prove<'a>(
        &'a self,
        identifier: &'a str,
        answer: &'a Secret,
    ) -> Fut<'a, Result<Option<Whose>, Error>> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            match answer.reveal() {
                "right" => Ok(Some(Whose::Named(identifier.to_owned()))),
                "broken" => Err(Error::new("ask the directory")),
                "slow" => {
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                    Ok(Some(Whose::Named(identifier.to_owned())))
                }
                // The directory says that it was somebody else.
                other => Ok(other.strip_prefix("I am ").map(|name| Whose::Named(name.to_owned()))),
            }
        })
    }
}

async fn kit() -> (TestAuth, Directory) {
    let directory = Directory::default();
    let given = directory.clone();
    let t = TestAuth::with(|b| b.method(given)).await;
    t.user(ADA).await;
    t.events().await;
    (t, directory)
}

async fn by(client: &Client, name: &str, answer: &str) -> Response {
    client.post(DOOR, &json!({ "identifier": name, "answer": answer })).await
}

fn told(reply: &Response) -> (u16, String) {
    (reply.status().as_u16(), reply.code())
}

#[tokio::test]
async fn whoever_the_method_knows_is_in_by_the_api_the_page_and_the_library() {
    let (t, _) = kit().await;
    let client = t.pages();
    let reply = by(&client, ADA, "right").await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
    let session = client.get("/api/v1/session").await.json();
    assert_eq!(session["methods"], json!(["directory"]));
    let offered = client.get("/api/v1/config").await.json();
    let offered = offered["methods"].as_array().unwrap().clone();
    assert!([json!("password"), json!("directory")].iter().all(|it| offered.contains(it)));
    t.events().await.assert(["sign_in.succeeded", "session.created"]);

    let client = t.pages();
    let login = Page::of(&client.page("/login?return_to=/account/data").await);
    let to = login.attr("a[href^='/login/by/']", "href");
    assert_eq!(to, "/login/by/directory?return_to=/account/data");
    let page = Page::of(&client.page(&to).await);
    assert_eq!(page.text("h1"), "Directory <Ltd>");
    assert_eq!(
        Page::of(&client.page("/login/by/directory?lang=de").await).text("h1"),
        "Verzeichnis <GmbH>"
    );
    let wrong = [("identifier", ADA), ("answer", "wrong"), ("return_to", "/account/data")];
    let reply = client.form("/login/by/directory", &wrong).await;
    assert_eq!(reply.status(), 422);
    let page = Page::of(&reply);
    assert_eq!(
        (page.attr("#identifier", "value"), page.attr("#answer", "value")),
        (ADA.into(), String::new())
    );
    let right = [("identifier", ADA), ("answer", "right"), ("return_to", "/account/data")];
    assert_eq!(location(&client.form("/login/by/directory", &right).await), "/account/data");

    let opened = t.kw.sign_in_by("directory", ADA, &Secret::new("right")).await.unwrap();
    assert!(opened.is_ok());
    let refused = t.kw.sign_in_by("directory", ADA, &Secret::new("wrong")).await.unwrap();
    assert_eq!(refused.unwrap_err(), Refusal::InvalidCredentials);
}

#[tokio::test]
async fn wrong_unknown_and_locked_look_alike() {
    let (t, _) = kit().await;
    let locked = t.user("locked@example.com").await;
    t.kw.act_on(locked.id, Act::Lock { reason: "x".into() }).await.unwrap().unwrap();
    let no = (401, "invalid_credentials".to_owned());
    for (name, answer) in [
        (ADA, "wrong"),
        ("nobody@example.com", "wrong"),
        ("nobody@example.com", "right"),
        ("locked@example.com", "right"),
        ("", "right"),
        (ADA, ""),
    ] {
        assert_eq!(told(&by(&t.pages(), name, answer).await), no, "{name} {answer}");
    }
}

#[tokio::test]
async fn attempts_cost_what_a_password_costs_and_are_paid_before_the_method_is_asked() {
    let (t, directory) = kit().await;
    for _ in 0..10 {
        assert_eq!(by(&t.pages(), ADA, "wrong").await.status(), 401);
    }
    assert_eq!(directory.asked.load(Ordering::SeqCst), 10);
    assert_eq!(told(&by(&t.pages(), ADA, "right").await), (429, "rate_limited".into()));
    assert_eq!(directory.asked.load(Ordering::SeqCst), 10, "it is not asked any more");
    // One budget with passwords.
    let body = json!({ "identifier": ADA, "password": keyward::testing::PASSWORD });
    assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.status(), 429);
    // Right answers use up nothing.
    let (t, _) = kit().await;
    for _ in 0..25 {
        assert_eq!(by(&t.pages(), ADA, "right").await.status(), 200);
    }
}

#[tokio::test]
async fn a_method_that_fails_or_dawdles_lets_nobody_in() {
    let (t, _) = kit().await;
    let client = t.pages();
    assert_eq!(by(&client, ADA, "broken").await.status(), 503);
    let fields = [("identifier", ADA), ("answer", "broken")];
    assert_eq!(client.form("/login/by/directory", &fields).await.status(), 503);
    tokio::time::pause();
    assert_eq!(by(&client, ADA, "slow").await.status(), 503);
    assert!(client.cookie("kw_session").is_none());
}

#[tokio::test]
async fn the_second_factor_guards_this_way_in_too() {
    let (t, _) = kit().await;
    let ada = t.kw.find_person(ADA).await.unwrap().unwrap();
    let (device, _) = t.pages().login_as(&ada).await.enrol_totp(&t.clock).await;
    let client = t.pages();
    let reply = by(&client, ADA, "right").await;
    assert_eq!(reply.json()["status"], "needs_mfa", "{}", reply.text());
    assert!(client.cookie("kw_session").is_none());
    let refused = t.kw.sign_in_by("directory", ADA, &Secret::new("right")).await.unwrap();
    assert_eq!(refused.unwrap_err(), Refusal::MfaRequired);
    let code = device.next_code();
    let body = json!({ "flow_id": reply.json()["flow_id"], "method": "totp", "code": code });
    let reply = client.post("/api/v1/sign-in/mfa", &body).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
}

/// Who the directory says it is and whose name was typed are one, and an address counts
/// only where it was proven: whoever claimed another's and waits gets nobody.
#[tokio::test]
async fn nobody_gets_at_an_account_by_a_name_that_is_not_proven_or_not_the_one_typed() {
    let (t, _) = kit().await;
    let unproven = t
        .user_with(|new| {
            new.email = Some("victim@example.com".into());
            new.username = Some("mallory".into());
            new.verified = false;
        })
        .await;
    assert_eq!(by(&t.pages(), "victim@example.com", "right").await.status(), 401);
    assert_eq!(by(&t.pages(), ADA, "I am mallory").await.status(), 401);
    assert_eq!(by(&t.pages(), "mallory", &format!("I am {ADA}")).await.status(), 401);
    // A name that only the directory knows may be anybody's whom it names.
    let reply = by(&t.pages(), "cn=ada", &format!("I am {ADA}")).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
    let _ = unproven;
}

#[tokio::test]
async fn a_method_that_is_not_there_is_not_found() {
    let (t, _) = kit().await;
    for name in ["password", "other", "Directory", "%2e%2e"] {
        let body = json!({ "identifier": ADA, "answer": "right" });
        let reply = t.pages().post(&format!("/api/v1/sign-in/by/{name}"), &body).await;
        assert_eq!(told(&reply), (404, "not_found".into()), "{name}");
        assert_eq!(t.pages().page(&format!("/login/by/{name}")).await.status(), 404, "{name}");
    }
    let extra = json!({ "identifier": ADA, "answer": "right", "user": "root" });
    assert_eq!(t.pages().post(DOOR, &extra).await.code(), "unknown_field");
    let reply: Value = TestAuth::new().await.pages().post(DOOR, &json!({})).await.json();
    assert!(reply["code"] == "not_found" || reply["code"] == "validation_failed", "{reply}");
}

#[tokio::test]
async fn words_that_are_ours_or_taken_or_none_are_refused_at_start() {
    #[derive(Debug)]
    struct Called(&'static str);
    impl Method for Called {
        fn name(&self) -> &'static str {
            self.0
        }
        fn prove<'a>(&'a self, _: &'a str, _: &'a Secret) -> Fut<'a, Result<Option<Whose>, Error>> {
            Box::pin(async { Ok(None) })
        }
    }
    for name in ["", "password", "totp", "LDAP", "my method", "../x", "a-b"] {
        assert!(Keyward::memory().method(Called(name)).build().await.is_err(), "{name}");
    }
    let twice = Keyward::memory().method(Called("ldap")).method(Called("ldap")).build().await;
    assert!(twice.is_err());
    assert!(Keyward::memory().method(Called("ldap")).build().await.is_ok());
}

#[cfg(feature = "captcha")]
#[tokio::test]
async fn a_captcha_stands_before_it_where_it_stands_before_passwords() {
    let t = TestAuth::with(|b| {
        b.method(Directory::default()).settings(|s| {
            s.captcha.work = keyward::Captcha::LEAST_WORK;
            s.captcha.sign_in = keyward::When::Always;
        })
    })
    .await;
    t.user(ADA).await;
    let client = t.pages();
    assert_eq!(by(&client, ADA, "right").await.code(), "captcha_required");
    let page = Page::of(&client.page("/login/by/directory").await);
    assert_eq!(page.attr("[data-captcha]", "data-captcha"), "sign_in");
    let body = json!({ "identifier": ADA, "answer": "right" });
    let body = crate::captcha::with_captcha(&client, "sign_in", body).await;
    assert_eq!(client.post(DOOR, &body).await.status(), 200);
}
