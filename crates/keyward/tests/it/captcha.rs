//! Captchas: asked for where the operator wants them, solved, spent.

use std::time::Duration;

use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Captcha, CaptchaKind, When};
use keyward_core::crypto::token::digest;
use serde_json::{Value, json};

use crate::pages::html::Page;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
pub(crate) const SIGN_IN: &str = "/api/v1/sign-in";
pub(crate) const SIGN_UP: &str = "/api/v1/sign-up";

/// A kit whose doors ask as `change` says; the work is as little as it gets.
pub(crate) async fn asking(change: impl FnOnce(&mut Captcha)) -> TestAuth {
    TestAuth::with(|builder| {
        builder.settings(|settings| {
            settings.captcha.work = Captcha::LEAST_WORK;
            change(&mut settings.captcha);
        })
    })
    .await
}

/// A captcha for this purpose.
pub(crate) async fn puzzle(client: &Client, purpose: &str) -> Value {
    let reply = client.post("/api/v1/captcha", &json!({ "purpose": purpose })).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    reply.json()
}

/// Finds the number as a browser's script does.
pub(crate) fn number(salt: &str, target: &str, most: u64) -> String {
    let hex = |hash: [u8; 32]| hash.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let fits = |n: &u64| hex(digest(&format!("{salt}.{n}"))) == target;
    (0..most).find(fits).expect("there is a number").to_string()
}

/// The number that a captcha asks for.
pub(crate) fn solved(asked: &Value) -> String {
    let text = |name: &str| asked[name].as_str().unwrap();
    number(text("salt"), text("target"), asked["most"].as_u64().unwrap())
}

/// `body` with a solved captcha of this purpose.
pub(crate) async fn with_captcha(client: &Client, purpose: &str, mut body: Value) -> Value {
    let asked = puzzle(client, purpose).await;
    body["captcha"] = solved(&asked).into();
    body["captcha_token"] = asked["token"].clone();
    body
}

fn sign_up_as(email: &str) -> Value {
    json!({ "email": email, "password": "a long enough passphrase" })
}

pub(crate) fn sign_in_as(email: &str, password: &str) -> Value {
    json!({ "identifier": email, "password": password })
}

fn told(reply: &Response) -> (u16, String) {
    (reply.status().as_u16(), reply.code())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn nobody_is_asked_unless_the_operator_wants_it() {
    let t = TestAuth::new().await;
    assert_eq!(t.pages().post(SIGN_UP, &sign_up_as(ADA)).await.status(), 202);
    assert!(!t.pages().page("/login").await.text().contains("captcha"));
}

#[tokio::test]
async fn a_door_that_always_asks_opens_with_a_solved_captcha_and_only_so() {
    let t = asking(|captcha| captcha.sign_up = When::Always).await;
    let client = t.pages();
    let reply = client.post(SIGN_UP, &sign_up_as(ADA)).await;
    assert_eq!(told(&reply), is(403, "captcha_required"));
    assert_eq!(reply.json()["purpose"], "sign_up");
    let body = with_captcha(&client, "sign_up", sign_up_as(ADA)).await;
    assert_eq!(client.post(SIGN_UP, &body).await.status(), 202);
    // Each door by itself: nobody is asked to sign in.
    t.user(GRACE).await;
    assert_eq!(client.post(SIGN_IN, &sign_in_as(GRACE, PASSWORD)).await.status(), 200);
}

#[tokio::test]
async fn every_door_can_ask() {
    let t = asking(|captcha| {
        (captcha.recovery, captcha.sign_in_link) = (When::Always, When::Always);
        captcha.sign_in = When::Always;
    })
    .await;
    t.user(ADA).await;
    let doors = [
        (SIGN_IN, "sign_in", sign_in_as(ADA, PASSWORD), 200),
        ("/api/v1/recovery", "recovery", json!({ "identifier": ADA }), 202),
        ("/api/v1/sign-in/link", "sign_in_link", json!({ "identifier": ADA }), 202),
        ("/api/v1/sign-in/code", "sign_in_link", json!({ "identifier": ADA }), 202),
    ];
    for (path, purpose, body, status) in doors {
        let client = t.pages();
        let reply = client.post(path, &body).await;
        assert_eq!(told(&reply), is(403, "captcha_required"), "{path}");
        let body = with_captcha(&client, purpose, body).await;
        let reply = client.post(path, &body).await;
        assert_eq!(reply.status().as_u16(), status, "{path}: {}", reply.text());
    }
}

#[tokio::test]
async fn after_some_failures_an_account_is_asked_for_a_captcha() {
    let t = asking(|captcha| captcha.sign_in = When::After(3)).await;
    t.user(ADA).await;
    let client = t.pages();
    for _ in 0..3 {
        let reply = client.post(SIGN_IN, &sign_in_as(ADA, "wrong")).await;
        assert_eq!(told(&reply), is(401, "invalid_credentials"));
    }
    let reply = client.post(SIGN_IN, &sign_in_as(ADA, PASSWORD)).await;
    assert_eq!(told(&reply), is(403, "captcha_required"), "even with the right password");
    let body = with_captcha(&client, "sign_in", sign_in_as(ADA, "wrong")).await;
    assert_eq!(told(&client.post(SIGN_IN, &body).await), is(401, "invalid_credentials"));
    let body = with_captcha(&client, "sign_in", sign_in_as(ADA, PASSWORD)).await;
    assert_eq!(client.post(SIGN_IN, &body).await.status(), 200);
}

#[tokio::test]
async fn right_passwords_are_never_failures() {
    let t = asking(|captcha| captcha.sign_in = When::After(3)).await;
    t.user(ADA).await;
    for _ in 0..20 {
        assert_eq!(t.pages().post(SIGN_IN, &sign_in_as(ADA, PASSWORD)).await.status(), 200);
    }
}

#[tokio::test]
async fn failures_are_forgotten_in_time() {
    let t = asking(|captcha| captcha.sign_in = When::After(2)).await;
    t.user(ADA).await;
    let client = t.pages();
    for _ in 0..2 {
        client.post(SIGN_IN, &sign_in_as(ADA, "wrong")).await;
    }
    let wrong = sign_in_as(ADA, "wrong");
    assert_eq!(client.post(SIGN_IN, &wrong).await.code(), "captcha_required");
    t.clock.advance(Duration::from_secs(10 * 60));
    assert_eq!(client.post(SIGN_IN, &wrong).await.code(), "invalid_credentials");
}

#[tokio::test]
async fn one_guess_at_each_of_many_accounts_is_noticed_too() {
    let t = asking(|captcha| captcha.sign_in = When::After(3)).await;
    let client = t.pages();
    for n in 0..9 {
        let reply = client.post(SIGN_IN, &sign_in_as(&format!("{n}@example.com"), "wrong")).await;
        assert_eq!(reply.code(), "invalid_credentials", "{n}");
    }
    let reply = client.post(SIGN_IN, &sign_in_as("another@example.com", "wrong")).await;
    assert_eq!(reply.code(), "captcha_required");
}

#[tokio::test]
async fn a_device_that_is_known_does_not_count_with_strangers() {
    let t = asking(|captcha| captcha.sign_in = When::After(2)).await;
    t.user(ADA).await;
    let home = t.pages();
    assert_eq!(home.post(SIGN_IN, &sign_in_as(ADA, PASSWORD)).await.status(), 200);
    home.post("/api/v1/sign-out", &json!({})).await;
    for n in 0..10 {
        let name = if n < 3 { ADA.to_owned() } else { format!("{n}@example.com") };
        t.pages().post(SIGN_IN, &sign_in_as(&name, "wrong")).await;
    }
    let right = sign_in_as(ADA, PASSWORD);
    assert_eq!(t.pages().post(SIGN_IN, &right).await.code(), "captcha_required");
    assert_eq!(home.post(SIGN_IN, &right).await.status(), 200);
}

#[tokio::test]
async fn a_captcha_ends_and_nobody_is_hurried() {
    let t = asking(|captcha| {
        captcha.sign_up = When::Always;
        captcha.lifetime = Duration::from_secs(1);
    })
    .await;
    let client = t.pages();
    let body = with_captcha(&client, "sign_up", sign_up_as(ADA)).await;
    t.clock.advance(Duration::from_secs(119));
    assert_eq!(client.post(SIGN_UP, &body).await.status(), 202);
    let body = with_captcha(&client, "sign_up", sign_up_as(ADA)).await;
    t.clock.advance(Duration::from_secs(121));
    assert_eq!(told(&client.post(SIGN_UP, &body).await), is(410, "captcha_expired"));
}

#[tokio::test]
async fn the_page_asks_when_the_door_does() {
    let t = asking(|captcha| captcha.sign_in = When::After(1)).await;
    t.user(ADA).await;
    let client = t.pages();
    assert!(!client.page("/login").await.text().contains("data-captcha"));
    let fields = [("username", ADA), ("password", "wrong")];
    let reply = client.form("/login", &fields).await;
    assert_eq!(reply.status(), 422);
    let page = Page::of(&reply);
    let attribute = |name: &str| page.attr("[data-captcha]", name);
    assert_eq!(attribute("data-captcha"), "sign_in");
    let most = attribute("data-most").parse().unwrap();
    let answer = number(&attribute("data-salt"), &attribute("data-target"), most);
    let token = page.attr("[name=captcha_token]", "value");
    // Unsolved, the form comes again, with another.
    let reply = client.form("/login", &[("username", ADA), ("password", PASSWORD)]).await;
    assert!(reply.text().contains("data-captcha"), "{}", reply.text());
    let fields = [
        ("username", ADA),
        ("password", PASSWORD),
        ("captcha_token", token.as_str()),
        ("captcha", answer.as_str()),
    ];
    let reply = client.form("/login", &fields).await;
    assert_eq!(reply.status(), 303, "{}", reply.text());
}

#[tokio::test]
async fn forms_that_always_ask_show_it_at_once() {
    let t = asking(|captcha| {
        (captcha.sign_up, captcha.sign_in) = (When::Always, When::Always);
        (captcha.recovery, captcha.sign_in_link) = (When::Always, When::Always);
    })
    .await;
    for path in ["/login", "/signup", "/recover", "/login/link", "/login/code"] {
        let page = Page::of(&t.pages().page(path).await);
        assert!(!page.attr("[data-captcha]", "data-salt").is_empty(), "{path}");
    }
}

async fn with_digits() -> TestAuth {
    asking(|captcha| {
        (captcha.sign_up, captcha.sign_in) = (When::Always, When::Always);
        captcha.kind = CaptchaKind::Digits;
    })
    .await
}

#[tokio::test]
async fn digits_can_be_seen_and_heard_and_open_the_door() {
    let t = with_digits().await;
    let client = t.pages();
    let asked = puzzle(&client, "sign_up").await;
    assert_eq!(asked["kind"], "digits");
    assert!(asked.get("salt").is_none() && asked.get("target").is_none());
    // Where people are asked, a computation does not do.
    let body = json!({ "purpose": "sign_up", "kind": "proof_of_work" });
    assert_eq!(t.pages().post("/api/v1/captcha", &body).await.json()["kind"], "digits");
    for (path, kind, start) in [("image", "image/png", "PNG"), ("audio", "audio/wav", "RIFF")] {
        let path = asked[path].as_str().unwrap();
        let reply = client.get(path).await;
        assert_eq!(reply.headers()["content-type"], kind, "{}", reply.text());
        assert_eq!(reply.headers()["cache-control"], "no-store");
        assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
        let head: String = reply.text().chars().take(8).collect();
        assert!(head.contains(start), "{head:?}");
        // A look spends nothing and tells nothing new.
        for _ in 0..5 {
            assert_eq!(t.pages().get(path).await.text(), reply.text());
        }
    }
    let audio = asked["audio"].as_str().unwrap();
    let german = client.get(&format!("{audio}?lang=de")).await;
    assert_ne!(german.text(), client.get(&format!("{audio}?lang=en")).await.text());
    let token = asked["token"].as_str().unwrap();
    let answer = t.captcha_answer(token);
    assert!(answer.len() == 6 && !token.contains(&answer));
    let mut body = sign_up_as(ADA);
    body["captcha_token"] = token.into();
    body["captcha"] = format!("{} {}", &answer[..3], &answer[3..]).into();
    assert_eq!(client.post(SIGN_UP, &body).await.status(), 202);
}

#[tokio::test]
async fn there_is_no_picture_of_what_is_no_captcha_of_digits() {
    let t = with_digits().await;
    let client = t.pages();
    let asked = puzzle(&client, "sign_up").await;
    let path = asked["image"].as_str().unwrap().to_owned();
    let other = with_digits().await;
    assert_eq!(told(&other.pages().get(&path).await), is(404, "not_found"), "made elsewhere");
    for bent in [path.replace("digits", "1000"), path.replace("sign_up", "sign_in")] {
        assert_eq!(told(&client.get(&bent).await), is(404, "not_found"), "{bent}");
    }
    t.clock.advance(Duration::from_secs(31 * 60));
    assert_eq!(told(&client.get(&path).await), is(410, "captcha_expired"));
    let work = asking(|captcha| captcha.sign_up = When::Always).await;
    let token = puzzle(&work.pages(), "sign_up").await["token"].as_str().unwrap().to_owned();
    let reply = work.pages().get(&format!("/api/v1/captcha/{token}/audio")).await;
    assert_eq!(told(&reply), is(404, "not_found"));
}

#[tokio::test]
async fn pictures_are_not_drawn_without_end() {
    let t = TestAuth::with(|builder| {
        builder.rate_limits(5, 1_000).settings(|settings| {
            settings.captcha.kind = CaptchaKind::Digits;
            settings.captcha.sign_up = When::Always;
        })
    })
    .await;
    let client = t.pages();
    let path = puzzle(&client, "sign_up").await["image"].as_str().unwrap().to_owned();
    let mut codes = vec![];
    for _ in 0..25 {
        codes.push(client.get(&path).await.status().as_u16());
    }
    assert_eq!(codes.iter().filter(|code| **code == 200).count(), 20, "{codes:?}");
    assert!(codes.ends_with(&[429]));
}

#[tokio::test]
async fn without_a_script_a_link_leads_to_digits_and_stays_with_them() {
    let t = asking(|captcha| captcha.sign_in = When::Always).await;
    t.user(ADA).await;
    let client = t.pages();
    let page = Page::of(&client.page("/login?return_to=/account").await);
    let other = page.attr("[data-captcha-other] a", "href");
    assert_eq!(other, "?captcha=digits&return_to=%2Faccount");
    let page = Page::of(&client.page(&format!("/login{other}")).await);
    assert!(page.attr(".captcha img", "alt").len() > 10);
    assert!(page.attr(".captcha audio", "aria-label").len() > 5);
    let token = page.attr("[name=captcha_token]", "value");
    let fields = |answer: String, token: String| {
        let fields = [("username", ADA), ("password", PASSWORD), ("return_to", "/account")];
        let mut fields = fields.map(|(k, v)| (k, v.to_owned())).to_vec();
        fields.extend([("captcha", answer), ("captcha_token", token)]);
        fields
    };
    let send = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        client.form("/login", &fields).await
    };
    let reply = send(fields("000000".into(), token)).await;
    assert_eq!(reply.status(), 422, "{}", reply.text());
    let page = Page::of(&reply);
    assert!(page.attr("[name=captcha]", "value").is_empty());
    let token = page.attr("[name=captcha_token]", "value");
    assert!(page.attr(".captcha img", "src").contains(&token), "digits again, and others");
    let answer = t.captcha_answer(&token);
    let reply = send(fields(answer, token)).await;
    assert_eq!(reply.status(), 303, "{}", reply.text());
}

#[tokio::test]
async fn an_operators_font_is_read_at_start_or_refused() {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/data/captcha/digits.ttf");
    let t = TestAuth::with(|builder| builder.captcha_font(own)).await;
    drop(t);
    for bad in ["Cargo.toml", "no-such-font.ttf", "src"] {
        let path = format!("{}/{bad}", env!("CARGO_MANIFEST_DIR"));
        let refused = keyward::Keyward::memory().captcha_font(&path).build().await;
        let why = refused.unwrap_err().to_string();
        assert!(why.contains("font of the captchas"), "{why}");
    }
}

#[tokio::test]
async fn a_purpose_that_does_not_exist_is_refused() {
    let t = TestAuth::new().await;
    let reply = t.pages().post("/api/v1/captcha", &json!({ "purpose": "everything" })).await;
    assert_eq!(told(&reply), is(422, "validation_failed"));
}
