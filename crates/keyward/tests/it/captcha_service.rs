//! Captchas asked by services of others, which stand-ins on this machine play.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyward::captcha::{CaptchaVendor, SiteVerify, SiteVerifyOptions};
use keyward::outbound::{Outbound, OutboundOptions};
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{CaptchaKind, Secret, When};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::captcha::{SIGN_IN, SIGN_UP, puzzle, sign_in_as};
use crate::pages::html::Page;

const ADA: &str = "ada@example.com";

/// A service on this machine: what it was sent, and what it says next.
struct Service {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    says: Arc<Mutex<(&'static str, String)>>,
}

impl Service {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/siteverify", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(vec![]));
        let says = Arc::new(Mutex::new(("200 OK", String::new())));
        let (heard, said) = (asked.clone(), says.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                answer(stream, &heard, &said).await;
            }
        });
        Self { url, asked, says }
    }

    fn says(&self, told: &Value) {
        *self.says.lock().unwrap() = ("200 OK", told.to_string());
    }

    fn fails(&self, status: &'static str, body: &str) {
        *self.says.lock().unwrap() = (status, body.to_owned());
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

async fn answer(
    mut stream: TcpStream,
    heard: &Mutex<Vec<String>>,
    said: &Mutex<(&'static str, String)>,
) {
    let (mut text, mut bytes) = (String::new(), vec![0; 16_384]);
    loop {
        let read = stream.read(&mut bytes).await.unwrap_or(0);
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        let length = text.to_ascii_lowercase();
        let length = length.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        if read == 0 || text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length) {
            break;
        }
    }
    heard.lock().unwrap().push(text);
    let (status, body) = said.lock().unwrap().clone();
    let length = body.len();
    let reply =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(reply.as_bytes()).await.ok();
}

/// A kit whose sign-in asks this service each time.
async fn kit(
    vendor: CaptchaVendor,
    url: &str,
    change: impl FnOnce(&mut SiteVerifyOptions),
) -> TestAuth {
    let allow = vec!["127.0.0.1".to_owned()];
    let client = Outbound::new(&OutboundOptions { allow, ..Default::default() }).unwrap();
    let mut options = SiteVerifyOptions::new(vendor, "site-key", Secret::new("the&secret"));
    options.url = Some(url.to_owned());
    change(&mut options);
    let service = SiteVerify::new(client, options).unwrap();
    let t = TestAuth::with(|builder| {
        builder.captcha_service(service).settings(|s| s.captcha.sign_in = When::Always)
    })
    .await;
    t.user(ADA).await;
    t
}

/// Signs in with what the service's script is said to have made.
async fn sign_in(client: &Client, answer: &str) -> Response {
    let asked = puzzle(client, "sign_in").await;
    let mut body = sign_in_as(ADA, PASSWORD);
    body["captcha_token"] = asked["token"].clone();
    body["captcha"] = answer.into();
    client.post(SIGN_IN, &body).await
}

fn told(reply: &Response) -> (u16, String) {
    (reply.status().as_u16(), reply.code())
}

fn no(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn yes(action: &str) -> Value {
    json!({ "success": true, "hostname": "localhost", "action": action })
}

#[tokio::test]
async fn each_vendor_is_asked_by_its_form_and_believed() {
    let wanted = [
        (CaptchaVendor::Turnstile, "turnstile", "secret=the%26secret&response=made+by+it"),
        (
            CaptchaVendor::HCaptcha,
            "hcaptcha",
            "secret=the%26secret&response=made+by+it&sitekey=site-key",
        ),
        (CaptchaVendor::Recaptcha, "recaptcha", "secret=the%26secret&response=made+by+it"),
    ];
    for (vendor, name, body) in wanted {
        let service = Service::start().await;
        let t = kit(vendor, &service.url, |_| ()).await;
        let client = t.pages();
        let asked = puzzle(&client, "sign_in").await;
        assert_eq!(asked["kind"], "service");
        assert_eq!((&asked["service"], &asked["site_key"]), (&json!(name), &json!("site-key")));
        assert!(asked.get("image").is_none() && asked.get("salt").is_none());
        service.says(&yes("sign_in"));
        let reply = sign_in(&client, "made by it").await;
        assert_eq!(reply.status(), 200, "{name}: {}", reply.text());
        let heard = service.asked();
        assert_eq!(heard.len(), 1);
        let (head, sent) = heard[0].split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /siteverify HTTP/1.1"), "{head}");
        assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
        assert_eq!(sent, body);
    }
}

#[tokio::test]
async fn an_answer_made_elsewhere_or_for_another_door_or_by_a_machine_opens_nothing() {
    use CaptchaVendor::{HCaptcha, Recaptcha, Turnstile};
    let scored = |score: f64, action: &str| {
        let mut told = yes(action);
        told["score"] = score.into();
        told
    };
    let elsewhere = json!({ "success": true, "hostname": "evil.example.com", "action": "sign_in" });
    let nowhere = json!({ "success": true, "action": "sign_in" });
    let used = json!({ "success": false, "error-codes": ["timeout-or-duplicate"] });
    let rows = [
        (Turnstile, elsewhere.clone(), false),
        (HCaptcha, elsewhere.clone(), false),
        (Recaptcha, elsewhere, false),
        (Turnstile, nowhere.clone(), false),
        (HCaptcha, nowhere, false),
        (Turnstile, used.clone(), false),
        (HCaptcha, used.clone(), false),
        (Recaptcha, used, false),
        (Turnstile, yes("sign_up"), false),
        (Turnstile, json!({ "success": true, "hostname": "localhost" }), false),
        (HCaptcha, json!({ "success": true, "hostname": "LOCALHOST" }), true),
        (Recaptcha, scored(0.9, "sign_in"), true),
        (Recaptcha, scored(0.5, "sign_in"), true),
        (Recaptcha, scored(0.49, "sign_in"), false),
        (Recaptcha, scored(0.9, "sign_up"), false),
    ];
    for (vendor, said, passes) in rows {
        let service = Service::start().await;
        let t = kit(vendor, &service.url, |_| ()).await;
        service.says(&said);
        let reply = sign_in(&t.pages(), "made").await;
        match passes {
            true => assert_eq!(reply.status(), 200, "{vendor:?} {said}: {}", reply.text()),
            false => assert_eq!(told(&reply), no(422, "captcha_invalid"), "{vendor:?} {said}"),
        }
    }
}

#[tokio::test]
async fn hosts_that_are_named_count_in_place_of_our_own() {
    let service = Service::start().await;
    let names = ["shop.example.com".to_owned()];
    let t = kit(CaptchaVendor::HCaptcha, &service.url, |o| o.hostnames = names.into()).await;
    service.says(&json!({ "success": true, "hostname": "shop.example.com" }));
    assert_eq!(sign_in(&t.pages(), "made").await.status(), 200);
    service.says(&json!({ "success": true, "hostname": "localhost" }));
    assert_eq!(told(&sign_in(&t.pages(), "made").await), no(422, "captcha_invalid"));
}

#[tokio::test]
async fn a_service_that_fails_opens_nothing_unless_that_was_chosen() {
    let wrong_secret = json!({ "success": false, "error-codes": ["invalid-input-secret"] });
    let broken = [
        ("500 Internal Server Error", "{\"success\":true,\"hostname\":\"localhost\"}".to_owned()),
        ("302 Found", String::new()),
        ("200 OK", "<html>a captive portal</html>".to_owned()),
        ("200 OK", "{}".to_owned()),
        ("200 OK", "{\"success\":\"true\"}".to_owned()),
        ("400 Bad Request", wrong_secret.to_string()),
    ];
    let service = Service::start().await;
    let closed = kit(CaptchaVendor::Turnstile, &service.url, |_| ()).await;
    let open = kit(CaptchaVendor::Turnstile, &service.url, |o| o.fail_open = true).await;
    for (status, body) in broken {
        service.fails(status, &body);
        let reply = sign_in(&closed.pages(), "made").await;
        assert_eq!(reply.status(), 503, "{status} {body}: {}", reply.text());
        assert!(!reply.text().contains("the&secret"));
        assert_eq!(sign_in(&open.pages(), "made").await.status(), 200, "{status} {body}");
    }
    // No is no, whoever is let pass in an outage.
    service.says(&json!({ "success": false, "error-codes": ["invalid-input-response"] }));
    assert_eq!(told(&sign_in(&open.pages(), "made").await), no(422, "captcha_invalid"));
    let nobody = kit(CaptchaVendor::Turnstile, "http://127.0.0.1:1/", |_| ()).await;
    assert_eq!(sign_in(&nobody.pages(), "made").await.status(), 503);
}

#[tokio::test]
async fn a_service_that_keeps_silent_is_not_waited_for_without_end() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let soon = Duration::from_millis(50);
    let t = kit(CaptchaVendor::Turnstile, &url, |o| o.timeout = soon).await;
    assert_eq!(sign_in(&t.pages(), "made").await.status(), 503);
}

#[tokio::test]
async fn what_cannot_open_the_door_is_not_asked_about() {
    let service = Service::start().await;
    let t = kit(CaptchaVendor::Turnstile, &service.url, |_| ()).await;
    service.says(&yes("sign_in"));
    let client = t.pages();
    let send = async |token: &Value, answer: &str| {
        let mut body = sign_in_as(ADA, PASSWORD);
        body["captcha_token"] = token.clone();
        body["captcha"] = answer.into();
        told(&client.post(SIGN_IN, &body).await)
    };
    let (mine, other) = (puzzle(&client, "sign_in").await, puzzle(&client, "app").await);
    assert_eq!(send(&other["token"], "made").await, no(422, "captcha_invalid"));
    assert_eq!(send(&json!("made up"), "made").await, no(422, "captcha_invalid"));
    let none = puzzle(&client, "sign_in").await;
    assert_eq!(send(&none["token"], "").await, no(422, "captcha_invalid"));
    let long = puzzle(&client, "sign_in").await;
    assert_eq!(send(&long["token"], &"x".repeat(8 * 1024 + 1)).await, no(422, "captcha_invalid"));
    t.clock.advance(Duration::from_secs(31 * 60));
    assert_eq!(send(&mine["token"], "made").await, no(410, "captcha_expired"));
    assert_eq!(service.asked().len(), 0);
    // Once: whatever the service would say the second time.
    let once = puzzle(&client, "sign_in").await;
    assert_eq!(send(&once["token"], "made").await.0, 200);
    assert_eq!(send(&once["token"], "made").await, no(422, "captcha_invalid"));
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn nobody_chooses_an_easier_captcha() {
    let service = Service::start().await;
    let t = kit(CaptchaVendor::HCaptcha, &service.url, |_| ()).await;
    for kind in ["digits", "proof_of_work", "service"] {
        let body = json!({ "purpose": "sign_in", "kind": kind });
        assert_eq!(t.pages().post("/api/v1/captcha", &body).await.json()["kind"], "service");
    }
    // And nobody who should compute asks a service that is not there.
    let t = crate::captcha::asking(|captcha| captcha.sign_in = When::Always).await;
    let body = json!({ "purpose": "sign_in", "kind": "service" });
    assert_eq!(t.pages().post("/api/v1/captcha", &body).await.json()["kind"], "proof_of_work");
}

#[tokio::test]
async fn pages_load_the_script_where_its_captcha_stands_and_nowhere_else() {
    let rows = [
        (CaptchaVendor::Turnstile, "https://challenges.cloudflare.com/turnstile/v0/api.js", 2),
        (CaptchaVendor::HCaptcha, "https://js.hcaptcha.com/1/api.js", 4),
        (CaptchaVendor::Recaptcha, "https://www.google.com/recaptcha/api.js", 2),
    ];
    let csp =
        |reply: &Response| reply.headers()["content-security-policy"].to_str().unwrap().to_owned();
    for (vendor, script, directives) in rows {
        let service = Service::start().await;
        let t = kit(vendor, &service.url, |_| ()).await;
        let client = t.pages();
        let reply = client.page("/login").await;
        let page = Page::of(&reply);
        assert_eq!(page.attr("[data-service]", "data-site-key"), "site-key");
        assert_eq!(page.attr("[data-service]", "data-captcha"), "sign_in");
        let src = page.attr(".captcha ~ script:last-of-type", "src");
        assert!(src.starts_with(script) && src.ends_with("?render=explicit&onload=kwCaptcha"));
        let elsewhere = csp(&client.page("/signup").await);
        assert!(!elsewhere.contains("https:"), "{elsewhere}");
        assert!(!client.page("/signup").await.text().contains("https://"));
        let here = csp(&reply);
        let changed = here.split("; ").zip(elsewhere.split("; ")).filter(|(a, b)| a != b);
        let changed: Vec<_> = changed.collect();
        assert_eq!(changed.len(), directives, "{changed:?}");
        for (with, without) in changed {
            assert!(with.starts_with(without), "only added to: {with}");
            assert!(!with.contains("unsafe") && !with.contains(" * "), "{with}");
        }
        // Signed in by the form, with what the script puts into it.
        service.says(&yes("sign_in"));
        let token = page.attr("[name=captcha_token]", "value");
        let fields = |answer: &'static str| {
            let fields = [("username", ADA), ("password", PASSWORD), ("captcha", answer)];
            fields.into_iter().chain([("captcha_token", token.as_str())]).collect::<Vec<_>>()
        };
        let reply = client.form("/login", &fields("")).await;
        assert_eq!(reply.status(), 422);
        assert!(csp(&reply).contains("https:"), "the form again, with its captcha");
        let token = Page::of(&reply).attr("[name=captcha_token]", "value");
        let mut again = fields("made");
        again[3].1 = &token;
        assert_eq!(client.form("/login", &again).await.status(), 303);
    }
}

#[tokio::test]
async fn an_outage_is_a_page_of_its_own() {
    let service = Service::start().await;
    let t = kit(CaptchaVendor::Turnstile, &service.url, |_| ()).await;
    let client = t.pages();
    let token = Page::of(&client.page("/login").await).attr("[name=captcha_token]", "value");
    service.fails("500 Internal Server Error", "");
    let fields = [
        ("username", ADA),
        ("password", PASSWORD),
        ("captcha", "made"),
        ("captcha_token", token.as_str()),
    ];
    let reply = client.form("/login", &fields).await;
    assert_eq!(reply.status(), 503);
    assert!(client.cookie("kw_session").is_none());
}

#[tokio::test]
async fn what_could_never_be_answered_is_refused_at_start() {
    let refused = keyward::Keyward::memory()
        .settings(|s| s.captcha.kind = CaptchaKind::Service)
        .build()
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("captcha service"), "{refused}");
    let client = || Outbound::new(&OutboundOptions::default()).unwrap();
    for (key, secret) in [("", "secret"), ("key", " "), ("key", "")] {
        let options = SiteVerifyOptions::new(CaptchaVendor::Turnstile, key, Secret::new(secret));
        assert!(SiteVerify::new(client(), options).is_err(), "{key} {secret}");
    }
}

#[tokio::test]
async fn secrets_are_not_printed() {
    let client = Outbound::new(&OutboundOptions::default()).unwrap();
    let options = SiteVerifyOptions::new(CaptchaVendor::Turnstile, "k", Secret::new("hush-hush"));
    let printed = format!("{options:?} {:?}", SiteVerify::new(client, options.clone()).unwrap());
    assert!(!printed.contains("hush-hush"), "{printed}");
}

#[tokio::test]
async fn every_door_of_a_form_takes_a_services_answer() {
    let service = Service::start().await;
    let t = kit(CaptchaVendor::HCaptcha, &service.url, |_| ()).await;
    service.says(&json!({ "success": true, "hostname": "localhost" }));
    // A door that asks for none takes no harm from one.
    let mut body = json!({ "email": "new@example.com", "password": PASSWORD });
    body["captcha"] = "made".into();
    body["captcha_token"] = puzzle(&t.pages(), "sign_up").await["token"].clone();
    assert_eq!(t.pages().post(SIGN_UP, &body).await.status(), 202);
    assert!(service.asked().is_empty());
    // The app's own doors.
    let asked = puzzle(&t.pages(), "app").await;
    let token = asked["token"].as_str().unwrap();
    assert!(t.kw.pass_captcha(token, &Secret::new("made")).await.unwrap().is_ok());
    assert_eq!(service.asked().len(), 1);
}
