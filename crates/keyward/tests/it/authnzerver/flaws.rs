//! What was wrong with authnzerver, and is not here. Each test names the flaw by its
//! place in our list of them. 1, 2, 15 and 20 are of the server (`keyward-server`'s
//! `authnzerver.rs`), 10 of `attacks/class_22_sealed_messages_sent_again.rs`, 8 of
//! `letters.rs`, 19 of `servers.rs`.

use std::sync::Arc;
use std::time::Duration;

use keyward::authnzerver::{Authnzerver, Frontend};
use keyward::breached::BreachCheck;
use keyward::port::Fut;
use keyward::testing::{CHEAP, FakeClock, TestAuth};
use keyward::{ApiKeyTerms, Keyward};
use keyward_core::crypto::message::MessageKey;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{PASSWORD, Site, text};

const OTHER: &str = "another zeppelin landed 99";

/// After a thousand addresses that failed, every request failed.
#[tokio::test]
async fn flaw_03_a_thousand_failing_addresses_stop_nobody() {
    let site = Site::new().await;
    for number in 0..1_010 {
        let email = format!("nobody{number}@example.org");
        let body = json!({ "email": email, "password": "wrong" });
        site.refused("user-passcheck-nosession", body).await;
    }
    site.person("ada@example.org").await;
    assert!(site.logs_in("ada@example.org", PASSWORD).await);
}

/// A permission model of one's own was read and never used.
#[tokio::test]
async fn flaw_04_a_model_of_ones_own_decides() {
    let model = model();
    let site = Site::with(|how| how.permissions(&model.to_string()).unwrap()).await;
    let bob = site.person_as("bob@example.org", "editor").await;
    let ada = site.person("ada@example.org").await;
    let check = |number: i64, role: &str| {
        json!({
            "user_id": number, "user_role": role, "action": "print", "target_name": "page",
            "target_owner": 2, "target_visibility": "public", "target_sharedwith": "",
        })
    };
    site.done("user-check-access", check(bob, "editor")).await;
    site.refused("user-check-access", check(ada, "authenticated")).await;
    assert!(Authnzerver::new().permissions("{}").is_err());
}

/// A model of one's own, in which editors print.
fn model() -> Value {
    json!({
        "roles": ["superuser", "editor", "authenticated", "anonymous", "locked"],
        "items": ["page"], "actions": ["view", "print"],
        "item_policy": { "page": {
            "valid_role_actions": ["view", "print"], "valid_visibilities": ["public"],
            "invalid_roles": ["locked"],
        } },
        "role_policy": role_policy(),
    })
}

fn role_policy() -> Value {
    let row = |actions: Value| {
        json!({
            "limits": {}, "can_own_items": [], "allowed_actions_for_owned": [],
            "allowed_actions_for_other": { "public": actions },
        })
    };
    json!({
        "superuser": row(json!(["view", "print"])), "editor": row(json!(["view", "print"])),
        "authenticated": row(json!(["view"])), "anonymous": row(json!([])),
        "locked": row(json!([])),
    })
}

/// Signing up again with the address of a locked account set its password, and proving
/// the address let the attacker in.
#[tokio::test]
async fn flaw_05_signing_up_again_takes_nothing_over_and_lifts_no_lock() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    site.done("internal-user-lock", json!({ "target_userid": ada, "action": "lock" })).await;
    site.t.clock.advance(Duration::from_secs(30 * 24 * 3600));
    let again = json!({
        "full_name": "Eve", "email": "ada@example.org", "password": OTHER, "verify_retry_wait": 1,
    });
    let answer = site.ask("user-new", again.clone()).await;
    assert_eq!(answer["response"]["send_verification"], false);
    let proven = json!({ "email": "ada@example.org" });
    assert_eq!(site.refused("user-set-emailverified", proven.clone()).await, "user is locked");
    assert!(!site.logs_in("ada@example.org", OTHER).await);
    site.done("internal-user-lock", json!({ "target_userid": ada, "action": "unlock" })).await;
    let answer = site.ask("user-new", again).await;
    assert_eq!(answer["response"]["send_verification"], false, "she has proven it");
    assert!(!site.logs_in("ada@example.org", OTHER).await);
    assert!(site.logs_in("ada@example.org", PASSWORD).await);
}

/// An account that is in use is nobody's to begin anew, whatever its frontend waits for: it
/// holds something, somebody is in, or something was enrolled.
#[tokio::test]
async fn flaw_05_signing_up_again_begins_no_account_anew_that_is_in_use() {
    let site = Site::new().await;
    let week = Duration::from_secs(7 * 24 * 3600);
    let sign_up = |name: &str, email: &str, password: &str| json!({ "full_name": name, "email": email, "password": password, "verify_retry_wait": 1 });
    let again = async |email: &str| {
        site.t.clock.advance(week);
        let answer = site.ask("user-new", sign_up("Eve", email, OTHER)).await;
        answer["response"]["send_verification"].clone()
    };
    site.done("user-new", sign_up("Ada Byron", "ada@example.org", PASSWORD)).await;
    let ada = site.t.kw.find_person("ada@example.org").await.unwrap().unwrap();
    site.t.role("accountant", &["books:view"]).await;
    site.t.give_role(&ada, "accountant").await;
    assert_eq!(again("ada@example.org").await, false, "she holds something");

    site.done("user-new", sign_up("Bob Byron", "bob@example.org", PASSWORD)).await;
    let bob = site.t.kw.find_person("bob@example.org").await.unwrap().unwrap();
    site.t
        .kw
        .create_api_key(bob.id, ApiKeyTerms { name: "ci".into(), ..ApiKeyTerms::default() })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again("bob@example.org").await, false, "something was made for him");

    site.done("user-new", sign_up("Eva Byron", "eva@example.org", PASSWORD)).await;
    assert_eq!(again("eva@example.org").await, true, "nobody ever used it");
}

/// Whoever never proved an address loses it to the next who signs up, after a while.
#[tokio::test]
async fn flaw_05_an_address_that_nobody_proved_is_begun_anew() {
    let site = Site::new().await;
    let new = |name: &str, password: &str| json!({ "full_name": name, "email": "ada@example.org", "password": password });
    site.done("user-new", new("Eve", PASSWORD)).await;
    let soon = site.ask("user-new", new("Ada", OTHER)).await;
    assert_eq!(soon["response"]["send_verification"], false);
    site.t.clock.advance(Duration::from_secs(6 * 3600));
    let later = site.ask("user-new", new("Ada", OTHER)).await;
    assert_eq!(
        (&later["success"], &later["response"]["send_verification"]),
        (&json!(false), &json!(true))
    );
    site.done("user-set-emailverified", json!({ "email": "ada@example.org" })).await;
    assert!(site.logs_in("ada@example.org", OTHER).await);
    assert!(!site.logs_in("ada@example.org", PASSWORD).await);
}

/// `keep_current_session` was taken for true.
#[tokio::test]
async fn flaw_06_the_session_that_asks_goes_as_well_if_it_shall() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    for keep in [true, false] {
        let mut tokens = vec![];
        for _ in 0..4 {
            tokens.push(site.session(Some(ada)).await);
        }
        let body = json!({
            "session_token": tokens[0], "user_id": ada, "keep_current_session": keep,
        });
        site.done("session-delete-userid", body).await;
        assert_eq!(site.is_open(&tokens[0]).await, keep);
        for token in &tokens[1..] {
            assert!(!site.is_open(token).await);
        }
    }
    let nobody = site.session(None).await;
    for number in [2, ada] {
        let body = json!({
            "session_token": nobody, "user_id": number, "keep_current_session": false,
        });
        assert_eq!(site.refused("session-delete-userid", body).await, "action not permitted");
    }
}

/// A reset left every session open.
#[tokio::test]
async fn flaw_07_a_reset_ends_every_session() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let hers = site.session(Some(ada)).await;
    let body = json!({
        "email_address": "ada@example.org", "new_password": OTHER,
        "session_token": site.session(None).await,
    });
    site.done("user-resetpass", body).await;
    assert!(!site.is_open(&hers).await);
}

/// An address that there was took twice as long.
#[tokio::test]
async fn flaw_09_an_address_costs_the_same_hashes_whether_it_is_there_or_not() {
    let site = Site::new().await;
    site.person("ada@example.org").await;
    let mut costs = vec![];
    for email in ["ada@example.org", "bob@example.org"] {
        let before = site.t.hashes();
        assert!(!site.logs_in(email, "wrong").await);
        let after = site.t.hashes();
        costs.push((after.0 - before.0, after.1 - before.1));
        let before = site.t.hashes();
        let new = json!({ "full_name": "Ada", "email": email, "password": OTHER });
        site.ask("user-new", new).await;
        let after = site.t.hashes();
        costs.push((after.0 - before.0, after.1 - before.1));
    }
    assert_eq!(costs[0], costs[2]);
    assert_eq!(costs[1], costs[3]);
}

/// A key was as good with other claims.
#[tokio::test]
async fn flaw_11_a_key_with_changed_claims_is_none() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let body = json!({
        "issuer": "site", "audience": "api.example.org", "subject": "/mine", "apiversion": 1,
        "expires_seconds": 3600, "not_valid_before": 0, "user_id": ada,
        "user_role": "authenticated", "ip_address": "192.0.2.7",
        "refresh_expires": 86400, "refresh_nbf": 0,
    });
    let made = site.done("apikey-new-nosession", body).await;
    let key: Value = serde_json::from_str(made["apikey"].as_str().unwrap()).unwrap();
    let verify =
        |key: &Value| json!({ "apikey_dict": key, "user_id": ada, "user_role": "authenticated" });
    site.done("apikey-verify-nosession", verify(&key)).await;
    for (name, value) in [
        ("sub", json!("all")),
        ("aud", json!("other.example.org")),
        ("ipa", json!("198.51.100.1")),
        ("exp", json!("2999-01-01T00:00:00.000000")),
        ("iss", json!("another")),
        ("ver", json!(2)),
        ("more", json!(1)),
    ] {
        let mut changed = key.clone();
        changed[name] = value;
        site.refused("apikey-verify-nosession", verify(&changed)).await;
    }
    let mut cut = key.clone();
    cut.as_object_mut().unwrap().remove("aud");
    site.refused("apikey-verify-nosession", verify(&cut)).await;
}

/// Tokens and keys lay in the database as they are.
#[tokio::test]
async fn flaw_12_no_token_and_no_key_is_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.db");
    let (key, how) = frontend();
    let kw = keyward::Keyward::sqlite(&path)
        .hashing(keyward::testing::CHEAP, 1)
        .authnzerver(how)
        .build()
        .await
        .unwrap();
    let t = TestAuth::around(kw, Default::default());
    t.clock.set(now());
    let site = Site { t, key };
    let ada = site.person("ada@example.org").await;
    let token = site.session(Some(ada)).await;
    let body = json!({
        "issuer": "site", "audience": "a", "subject": "all", "apiversion": 1,
        "expires_seconds": 3600, "not_valid_before": 0, "user_id": ada,
        "user_role": "authenticated", "ip_address": "192.0.2.7",
        "refresh_expires": 86400, "refresh_nbf": 0,
    });
    let made = site.done("apikey-new-nosession", body).await;
    let key: Value = serde_json::from_str(made["apikey"].as_str().unwrap()).unwrap();
    let secrets = [
        token.split_once('.').unwrap().1.to_owned(),
        text(&key["tkn"]),
        text(&made["refresh_token"]),
        PASSWORD.to_owned(),
    ];
    site.t.kw.shutdown().await;
    let mut looked = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        looked += bytes.len();
        for secret in &secrets {
            let is_there = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!is_there, "{} holds a secret", path.display());
        }
    }
    assert!(looked > 10_000);
}

pub(super) fn frontend() -> (MessageKey, Authnzerver) {
    let text = Frontend::new_key();
    let how = Authnzerver::new().frontend(Frontend::new("site", [&text]).unwrap());
    (MessageKey::parse(&text).unwrap(), how)
}

fn now() -> keyward::Timestamp {
    use keyward_core::port::Clock as _;
    keyward::SystemClock.now()
}

/// Ten idle minutes were worth ten minutes of requests at once.
#[tokio::test]
async fn flaw_13_idle_time_is_not_saved_up() {
    let site = Site::new().await;
    assert_eq!(admitted(&site, "192.0.2.9").await, 5);
    site.t.clock.advance(Duration::from_secs(3600));
    assert_eq!(admitted(&site, "192.0.2.9").await, 5);
    assert_eq!(admitted(&site, "198.51.100.1").await, 5, "another client");
}

/// How many of ten requests to sign up are answered.
async fn admitted(site: &Site, address: &str) -> usize {
    let mut answered = 0;
    for _ in 0..10 {
        let message = json!({
            "request": "user-new", "reqid": 1, "client_ipaddr": address,
            "body": { "full_name": "Ada", "email": "root@example.org", "password": "x" },
        });
        let (status, _) = site.send(&site.sealed(&message, site.now())).await;
        assert!(matches!(status, 200 | 429), "{status}");
        answered += usize::from(status == 200);
    }
    answered
}

/// What the operator said of the strictest limits was not heard.
#[tokio::test]
async fn flaw_14_a_limit_is_what_the_operator_says() {
    let site = Site::with(|how| how.rate("user-*", 3).rate("user-new", 8)).await;
    assert_eq!(admitted(&site, "192.0.2.9").await, 8);
    let site = Site::with(|how| how.unlimited()).await;
    assert_eq!(admitted(&site, "192.0.2.9").await, 10);
}

/// Whoever was guessed at was locked, and after a restart for ever.
#[tokio::test]
async fn flaw_16_whoever_is_guessed_at_is_not_locked_out_for_good() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    for _ in 0..30 {
        assert!(!site.logs_in("ada@example.org", "wrong").await);
    }
    let info = site.done("user-list", json!({ "user_id": ada })).await;
    assert_eq!(info["user_info"][0]["is_active"], true);
    site.t.clock.advance(Duration::from_secs(24 * 3600));
    assert!(site.logs_in("ada@example.org", PASSWORD).await);
}

#[tokio::test]
async fn flaw_16_nobody_is_locked_out_by_a_restart_either() {
    let folder = tempfile::tempdir().unwrap();
    let (text, clock) = (Frontend::new_key(), FakeClock::default());
    let start = async || {
        let how = Authnzerver::new().frontend(Frontend::new("site", [&text]).unwrap());
        let builder = Keyward::sqlite(folder.path().join("app.db"))
            .clock(Arc::new(clock.clone()))
            .hashing(CHEAP, 1)
            .public_url("http://localhost")
            .rate_limits(10_000, 1_000_000)
            .with_inbox();
        let kw = builder.authnzerver(how).build().await.unwrap();
        Site { t: TestAuth::around(kw, clock.clone()), key: MessageKey::parse(&text).unwrap() }
    };
    let site = start().await;
    let ada = site.person("ada@example.org").await;
    for _ in 0..30 {
        assert!(!site.logs_in("ada@example.org", "wrong").await);
    }
    site.t.kw.shutdown().await;
    let site = start().await;
    let info = site.done("user-list", json!({ "user_id": ada })).await;
    assert_eq!(info["user_info"][0]["is_active"], true);
    clock.advance(Duration::from_secs(24 * 3600));
    assert!(!site.logs_in("ada@example.org", "wrong").await);
    assert!(site.logs_in("ada@example.org", PASSWORD).await, "one wrong guess locks nobody");
    site.t.kw.shutdown().await;
}

/// From the fifth wrong password on, the answer came after its client had given up.
#[tokio::test]
async fn flaw_17_an_answer_is_not_held_back() {
    let site = Site::new().await;
    site.person("ada@example.org").await;
    let twelve = async {
        for _ in 0..12 {
            assert!(!site.logs_in("ada@example.org", "wrong").await);
        }
    };
    // A client of authnzerver's waits five seconds for one.
    tokio::time::timeout(Duration::from_secs(5), twelve).await.expect("all twelve in time");
    let token = site.session(None).await;
    let body = json!({ "session_token": token, "email": "ada@example.org", "password": "wrong" });
    let answer = site.ask("user-login", body).await;
    assert_eq!(answer["failure_reason"], "too many attempts");
    assert!(answer["response"]["retry_after"].as_u64().is_some_and(|secs| secs > 0));
}

/// There was one key for all, and no other could take its place.
#[tokio::test]
async fn flaw_18_a_key_is_changed_while_frontends_talk() {
    let (old, new) = (Frontend::new_key(), Frontend::new_key());
    let both = Frontend::new("site", [&new, &old]).unwrap();
    let mut site = Site::with(|how| how.frontend(both)).await;
    for key in [&old, &new] {
        site.key = MessageKey::parse(key).unwrap();
        site.session(None).await;
    }
    for bad in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "short"] {
        assert!(Frontend::new("x", [bad]).is_err(), "{bad}");
    }
}

/// Lists took whatever caller for the one they were meant for, and a role from the
/// caller's mouth.
#[tokio::test]
async fn flaw_18_nobodys_word_is_taken_for_their_role() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let token = site.session(Some(ada)).await;
    let body = json!({
        "user_id": ada, "user_role": "superuser", "session_token": token,
        "target_userid": ada, "update_dict": { "user_role": "superuser" },
    });
    assert_eq!(site.refused("user-edit", body).await, "action not permitted");
}

/// The model was read from the disk and understood anew for every decision.
#[tokio::test]
async fn flaw_21_a_decision_reads_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    std::fs::write(&path, model().to_string()).unwrap();
    let read = std::fs::read_to_string(&path).unwrap();
    let site = Site::with(|how| how.permissions(&read).unwrap()).await;
    let bob = site.person_as("bob@example.org", "editor").await;
    let check = json!({
        "user_id": bob, "user_role": "editor", "action": "print", "target_name": "page",
        "target_owner": 2, "target_visibility": "public", "target_sharedwith": "",
    });
    for now_there in [Some("{}"), Some("no JSON"), None] {
        match now_there {
            Some(text) => std::fs::write(&path, text).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        site.done("user-check-access", check.clone()).await;
    }
}

/// Knows of no password until it is told to go on.
#[derive(Debug, Default)]
struct Waiting {
    asked: Notify,
    go_on: Notify,
}

#[derive(Debug, Default, Clone)]
struct Slow(Arc<Waiting>);

impl BreachCheck for Slow {
    fn is_breached(&self, _: [u8; 20]) -> Fut<'_, Result<bool, keyward::Error>> {
        Box::pin(async {
            self.0.asked.notify_one();
            self.0.go_on.notified().await;
            Ok(false)
        })
    }
}

/// Whoever looked a password up at a service stopped a worker for as long.
#[tokio::test]
async fn flaw_21_a_password_that_is_looked_up_holds_nobody_else_up() {
    let (slow, (key, how)) = (Slow::default(), frontend());
    let t = TestAuth::with(|builder| builder.authnzerver(how).breached(slow.clone())).await;
    let site = Site { t, key };
    let new = json!({ "full_name": "Ada", "email": "ada@example.org", "password": PASSWORD });
    let others = async {
        slow.0.asked.notified().await;
        let token = site.session(None).await;
        assert!(site.is_open(&token).await);
        slow.0.go_on.notify_one();
    };
    let (answer, ()) = tokio::join!(site.ask("user-new", new), others);
    assert_eq!(answer["success"], true, "{answer}");
}

/// An address with a line break was stored.
#[tokio::test]
async fn flaw_22_an_address_is_one_line() {
    let site = Site::new().await;
    let new = json!({ "full_name": "Ada", "email": "nl@example.org\n", "password": PASSWORD });
    assert_eq!(site.refused("user-new", new).await, "invalid email");
}

/// Whoever typed their address in capitals could not sign in.
#[tokio::test]
async fn flaw_23_letters_of_an_address_are_alike_in_either_case() {
    let site = Site::new().await;
    site.person("ada@example.org").await;
    assert!(site.logs_in("ADA@Example.org", PASSWORD).await);
}

/// Nothing was written down.
#[tokio::test]
async fn flaw_24_what_happened_is_in_the_log() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    site.t.events().await;
    site.logs_in("ada@example.org", PASSWORD).await;
    site.session(Some(ada)).await;
    let info = site.done("user-list", json!({ "user_id": ada })).await["user_info"][0].clone();
    assert!(info["last_login_success"].is_string());
    assert_eq!(info["failed_login_tries"], 0);
    site.t.events().await.assert(["sign_in.succeeded", "session.created"]);
}

/// A time without a fraction was a broken database.
#[tokio::test]
async fn flaw_25_a_time_needs_no_fraction() {
    let site = Site::new().await;
    for expires in ["2999-01-01T00:00:00", "2999-01-01T00:00:00.5", "2999-01-01T00:00:00Z"] {
        let body = json!({
            "ip_address": "::1", "user_agent": "x", "user_id": 2, "expires": expires,
            "extra_info_json": {},
        });
        let made = site.done("session-new", body).await;
        assert_eq!(text(&made["expires"]).len(), "2026-11-24T13:58:00.250000".len());
    }
}
