//! Class 13: a name that looks like ours is not ours.

use keyward::VerifyMode;
use keyward::testing::{PASSWORD, TestAuth};
use serde_json::json;

use crate::passkeys::{sign_in, with_passkey};

/// A suffix match took badexample.com for example.com elsewhere.
#[tokio::test]
async fn a_passkey_for_an_origin_that_ends_like_ours_opens_nothing() {
    let t = TestAuth::with(|b| b.public_url("http://localhost")).await;
    let (_, mut device) = with_passkey(&t).await;
    for origin in [
        "http://badlocalhost",
        "http://evil.localhost",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://localhost:80",
        "http://localhost:8080",
        "http://localhost/",
        "http://LOCALHOST",
        "https://localhost",
        "null",
        "",
    ] {
        device.behaviour.origin = Some(origin.into());
        let reply = sign_in(&t.pages(), &mut device).await;
        assert_eq!(reply.code(), "webauthn_origin_mismatch", "{origin}");
    }
    device.behaviour.origin = None;
    for rp_id in ["badlocalhost", "evil.localhost", "host", "LOCALHOST", ""] {
        device.behaviour.rp_id = Some(rp_id.into());
        let reply = sign_in(&t.pages(), &mut device).await;
        assert_eq!(reply.code(), "webauthn_origin_mismatch", "{rp_id}");
    }
    device.behaviour.rp_id = None;
    assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200);
}

/// Two spellings of one name, or two names that look like one.
const PAIRS: &[(&str, &str)] = &[
    ("ada", "ADA"),
    ("ada", "Ada"),
    ("ada", "\u{430}da"),   // Cyrillic a
    ("ada", "\u{ff41}da"),  // fullwidth a
    ("ada", "\u{1d41a}da"), // mathematical bold a
    ("ada", "a\u{200b}da"), // zero width space
    ("ada", "a\u{ad}da"),   // soft hyphen
    ("ada", "ada\u{200d}"), // zero width joiner
    ("ada", "\u{202e}ada"), // right-to-left override
    ("ada", " ada "),
    ("paypal", "paypa1"),
    ("mike", "m\u{131}ke"), // dotless i
    ("mike", "MIKE"),
    ("mike", "m\u{0456}ke"), // Ukrainian i
    ("straße", "strasse"),
    ("jürgen", "ju\u{308}rgen"), // the same letter in two pieces
    ("andre\u{301}", "andr\u{e9}"),
    ("scope", "\u{455}\u{441}\u{43e}\u{440}\u{435}"), // all Cyrillic
    ("kelvin", "\u{212a}elvin"),                      // Kelvin sign
    ("office", "o\u{fb03}ce"),                        // a ligature
];

/// No second account by a name that is, or looks like, the first one's; and whoever types
/// the other spelling gets in as the first or not at all.
#[tokio::test]
async fn a_name_that_is_or_looks_like_anothers_makes_no_second_account() {
    for (first, second) in PAIRS {
        let t = TestAuth::with(|b| b.settings(|s| s.verify = VerifyMode::None)).await;
        let sign_up =
            |name: &str, password: &str| json!({ "username": name, "password": password });
        let made = t.pages().post("/api/v1/sign-up", &sign_up(first, PASSWORD)).await;
        assert!(made.status().is_success(), "{first}: {}", made.text());
        let others = "a passphrase of somebody else";
        let again = t.pages().post("/api/v1/sign-up", &sign_up(second, others)).await;
        let looks_apart = *first == "paypal" || *first == "straße";
        if again.status().is_success() {
            assert!(looks_apart || first.is_ascii() && !second.is_ascii(), "{first} {second}");
            assert_ne!(*second, first.to_uppercase(), "{first}");
        } else {
            let code = again.json()["errors"][0]["code"].as_str().unwrap().to_owned();
            assert!(matches!(&*code, "username_taken" | "username_invalid"), "{second}: {code}");
        }
        let fields = [("username", *second), ("password", others)];
        let by_page = t.pages().form("/signup", &fields).await;
        assert!(by_page.status() == 422, "{second}: {}", by_page.status());
        // Across: the first one's password opens the first one's account or nothing.
        let first_id = t.kw.find_person(first).await.unwrap().unwrap().id.to_string();
        let body = json!({ "identifier": second, "password": PASSWORD });
        let reply = t.pages().post("/api/v1/sign-in", &body).await;
        if reply.status() == 200 {
            assert_eq!(reply.json()["user"]["id"], first_id, "{second}");
        }
    }
}

/// A letter goes to the address as it was typed by whoever proved it, and a recovery asked
/// for in another spelling goes nowhere else.
#[tokio::test]
async fn a_recovery_is_mailed_to_the_address_that_is_stored_and_to_no_lookalike() {
    let t = TestAuth::new().await;
    t.user("Mike@Example.com").await;
    for spelling in [
        "mike@example.com",
        "MIKE@EXAMPLE.COM",
        "m\u{131}ke@example.com",
        "mike@ex\u{e1}mple.com",
        "mike@example.com.",
        "mike@\u{212a}example.com",
        "mike@example\u{3002}com",
        "\u{ff4d}ike@example.com",
        "mike@example.com\u{0}",
        "\"mike\"@example.com",
        "mike@example.com, eve@example.com",
        "mike@example.com eve@example.com",
        "mike+x@example.com",
        "mike@[127.0.0.1]",
    ] {
        t.pages().post("/api/v1/recovery", &json!({ "identifier": spelling })).await;
        t.pages().form("/recover", &[("identifier", spelling)]).await;
        while t.deliver().await > 0 {}
        t.clock.advance(std::time::Duration::from_secs(3600));
    }
    let all = t.kw.inbox().unwrap().all();
    assert!(all.len() >= 2, "those that are the same address");
    for mail in all {
        assert_eq!(mail.to, "Mike@Example.com", "byte for byte as it is stored");
    }
}

/// A field that should hold a secret and holds something else is nobody's secret.
#[tokio::test]
async fn what_is_no_text_is_no_token() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    for odd in [json!(null), json!(""), json!([]), json!({}), json!(0), json!(true), json!([""])] {
        for (path, name) in [
            ("/api/v1/verify-link", "token"),
            ("/api/v1/sign-in/link/confirm", "token"),
            ("/api/v1/recovery-link", "token"),
            ("/api/v1/recovery-stop", "token"),
            ("/api/v1/sign-in", "password"),
            ("/api/v1/sign-in", "identifier"),
            ("/api/v1/sign-in/mfa", "code"),
            ("/api/v1/api-keys/report", "api_key"),
        ] {
            let mut body = match path {
                "/api/v1/recovery-link" => json!({ "password": PASSWORD }),
                "/api/v1/sign-in" => {
                    json!({ "identifier": "ada@example.com", "password": PASSWORD })
                }
                "/api/v1/sign-in/mfa" => json!({ "flow_id": "flw_x", "method": "totp" }),
                "/api/v1/api-keys/report" => json!({ "place": "x" }),
                _ => json!({}),
            };
            body[name] = odd.clone();
            let reply = t.pages().post(path, &body).await;
            let is_report = path.ends_with("report") && reply.status() == 204;
            assert!(
                reply.status().is_client_error() || is_report,
                "{path} {body}: {}",
                reply.text()
            );
        }
    }
}
