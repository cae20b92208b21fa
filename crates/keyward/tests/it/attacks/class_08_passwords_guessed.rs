//! Class 08: guesses at passwords are few, from wherever they come, and they keep no
//! owner out.

use std::time::Duration;

use ::http::{Request, header};
use bytes::Bytes;
use keyward::port::EventQuery;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Rate, Settings};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const SIGN_IN: &str = "/api/v1/sign-in";

async fn sign_in(client: &Client, name: &str, password: &str) -> Response {
    client.post(SIGN_IN, &json!({ "identifier": name, "password": password })).await
}

/// Signs in from an address; gives the status and the code.
async fn from(t: &TestAuth, address: &str, name: &str, password: &str) -> (u16, String) {
    send(t, address, SIGN_IN, &json!({ "identifier": name, "password": password })).await
}

async fn send(t: &TestAuth, address: &str, path: &str, body: &Value) -> (u16, String) {
    let request = Request::post(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let reply = t.kw.handle(request, address.parse().ok()).await;
    let status = reply.status().as_u16();
    let keyward::Body::Full(bytes) = reply.into_body() else { panic!("a whole body") };
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// Guesses that were compared with a password.
async fn compared(t: &TestAuth) -> usize {
    let query =
        EventQuery { kind: Some("sign_in.failed".into()), limit: 500, ..Default::default() };
    let events = t.kw.audit(&query).await.unwrap();
    events.iter().filter(|event| event.data["reason"] == "wrong_secret").count()
}

async fn kit(change: impl FnOnce(&mut Settings)) -> TestAuth {
    let t = TestAuth::with(|builder| builder.settings(change)).await;
    t.user_with(|new| {
        new.email = Some(ADA.into());
        new.username = Some("ada".into());
    })
    .await;
    t
}

#[tokio::test]
async fn every_spelling_and_every_door_draws_on_one_budget() {
    let t = kit(|_| ()).await;
    let home = t.pages();
    assert_eq!(sign_in(&home, ADA, PASSWORD).await.status(), 200);
    // A browser without the cookie of the device, but with the session.
    let known = home.cookie("kw_session").unwrap();
    let thief = t.pages();
    thief.set_cookie("kw_session", &known);
    let names = ["ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com ", "ada", "Ada", "ａｄａ"];
    for round in 0..3 {
        for name in names {
            sign_in(&t.pages(), name, "wrong").await;
        }
        let fields = [("username", "ADA"), ("password", "wrong")];
        t.pages().form("/login", &fields).await;
        let guess = json!({ "current_password": format!("{round}"), "new_password": "x" });
        let reply = thief.json(http::Method::PUT, "/api/v1/me/password", &guess).await;
        assert_ne!(reply.status(), 405);
        let step = json!({ "method": "password", "code": "wrong" });
        thief.post("/api/v1/session/step-up", &step).await;
        let wrong = keyward::Secret::new("wrong");
        t.kw.verify_credentials("ada@example.com", &wrong).await.unwrap().unwrap_err();
    }
    let reply = sign_in(&t.pages(), ADA, PASSWORD).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (429, "rate_limited"));
    assert!(compared(&t).await <= 10, "{}", compared(&t).await);
}

#[tokio::test]
async fn waits_grow_from_nothing_over_minutes_to_hours() {
    let t = kit(|_| ()).await;
    let wait = |reply: &Response| {
        let text = reply.headers().get("retry-after")?.to_str().unwrap();
        text.parse::<u64>().ok()
    };
    let mut waits = vec![];
    for _ in 0..60 {
        let mut reply = sign_in(&t.pages(), ADA, "wrong").await;
        let mut waited = 0;
        while let Some(seconds) = wait(&reply) {
            waited += seconds;
            t.clock.advance(Duration::from_secs(seconds));
            reply = sign_in(&t.pages(), ADA, "wrong").await;
        }
        assert_eq!(reply.code(), "invalid_credentials");
        waits.push(waited);
    }
    assert!(waits[..10].iter().all(|wait| *wait == 0), "{waits:?}");
    assert!(waits[10..40].iter().all(|wait| (500..700).contains(wait)), "{waits:?}");
    assert!(waits[55..].iter().all(|wait| (7_000..7_300).contains(wait)), "{waits:?}");
}

#[tokio::test]
async fn after_a_hundred_in_a_row_a_password_is_right_no_more_until_it_is_set_anew() {
    let t = kit(|settings| {
        settings.guesses = Rate { burst: 1_000, period: Duration::from_secs(1) };
        settings.guesses_long = settings.guesses;
    })
    .await;
    let home = t.pages();
    assert_eq!(sign_in(&home, ADA, PASSWORD).await.status(), 200);
    for _ in 0..99 {
        sign_in(&t.pages(), ADA, "wrong").await;
    }
    assert_eq!(sign_in(&t.pages(), ADA, PASSWORD).await.status(), 200, "99 are forgiven");
    for _ in 0..100 {
        sign_in(&t.pages(), ADA, "wrong").await;
    }
    let dead = sign_in(&t.pages(), ADA, PASSWORD).await;
    let wrong = sign_in(&t.pages(), "nobody@example.com", "wrong").await;
    assert_eq!((dead.status(), dead.code()), (wrong.status(), wrong.code()), "in the usual words");
    t.clock.advance(Duration::from_secs(90 * 24 * 3600));
    assert_eq!(sign_in(&t.pages(), ADA, PASSWORD).await.status(), 401, "waiting does not help");
    let query = EventQuery { kind: Some("sign_in.failed".into()), limit: 1, ..Default::default() };
    let events = t.kw.audit(&query).await.unwrap();
    assert_eq!(events[0].data["reason"], "too_many_in_a_row", "and why says so");
    assert_eq!(sign_in(&home, ADA, PASSWORD).await.status(), 200, "home counts by itself");
    t.pages().post("/api/v1/recovery", &json!({ "identifier": ADA })).await;
    let token = t.link_token_for(ADA).await;
    let body = json!({ "token": token, "password": "another long password" });
    assert_eq!(t.pages().post("/api/v1/recovery-link", &body).await.status(), 200);
    let reply = sign_in(&t.pages(), ADA, "another long password").await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
}

#[tokio::test]
async fn strangers_keep_nobody_out_who_is_on_a_device_of_theirs() {
    let t = kit(|settings| {
        settings.address_guesses = Rate { burst: 15, period: Duration::from_secs(3600) };
    })
    .await;
    let home = t.pages();
    assert_eq!(sign_in(&home, ADA, PASSWORD).await.status(), 200);
    home.post("/api/v1/sign-out", &json!({})).await;
    for _ in 0..30 {
        sign_in(&t.pages(), ADA, "wrong").await;
    }
    assert_eq!(sign_in(&t.pages(), ADA, PASSWORD).await.code(), "rate_limited");
    assert_eq!(sign_in(&home, ADA, PASSWORD).await.status(), 200);
    // Guesses from home are as few.
    for _ in 0..10 {
        sign_in(&home, ADA, "wrong").await;
    }
    assert_eq!(sign_in(&home, ADA, PASSWORD).await.code(), "rate_limited");
}

#[tokio::test]
async fn a_cookie_of_another_account_or_a_bent_one_is_no_device() {
    let t = kit(|_| ()).await;
    t.user("grace@example.com").await;
    let grace = t.pages();
    assert_eq!(sign_in(&grace, "grace@example.com", PASSWORD).await.status(), 200);
    let cookie = grace.cookie("kw_device").unwrap();
    for _ in 0..10 {
        sign_in(&t.pages(), ADA, "wrong").await;
    }
    let ada = t.kw.find_person(ADA).await.unwrap().unwrap().id.to_string();
    let swapped = format!("{ada}{}", &cookie[ada.len()..]);
    for planted in [cookie.as_str(), &swapped, &format!("{ada}.00.00"), ""] {
        let client = t.pages();
        client.set_cookie("kw_device", planted);
        assert_eq!(sign_in(&client, ADA, PASSWORD).await.code(), "rate_limited", "{planted}");
    }
}

#[tokio::test]
async fn one_guess_at_each_of_many_accounts_is_stopped_by_address_and_network() {
    let slow = Duration::from_secs(3600);
    let t = kit(|settings| {
        settings.address_guesses = Rate { burst: 5, period: slow };
        settings.network_guesses = Rate { burst: 12, period: slow };
    })
    .await;
    let wrong = |n: u32| format!("{n}@example.com");
    for n in 0..5 {
        assert_eq!(from(&t, "192.0.2.1", &wrong(n), "x").await.1, "invalid_credentials");
    }
    assert_eq!(from(&t, "192.0.2.1", &wrong(9), "x").await.1, "rate_limited");
    for n in 10..17 {
        let other = format!("192.0.2.{n}");
        assert_eq!(from(&t, &other, &wrong(n), "x").await.1, "invalid_credentials", "{n}");
    }
    assert_eq!(from(&t, "192.0.2.200", &wrong(99), "x").await.1, "rate_limited", "a /24");
    assert_eq!(from(&t, "192.0.3.1", &wrong(99), "x").await.1, "invalid_credentials");
    for n in 0..5 {
        let other = format!("2001:db8:1:2::{n:x}");
        assert_eq!(from(&t, &other, &wrong(n + 50), "x").await.1, "invalid_credentials", "{n}");
    }
    assert_eq!(from(&t, "2001:db8:1:2:ffff::1", &wrong(98), "x").await.1, "rate_limited");
    assert_eq!(from(&t, "2001:db8:1:3::1", &wrong(97), "x").await.1, "invalid_credentials");
}

#[tokio::test]
async fn right_passwords_use_up_no_network() {
    let t = kit(|settings| {
        settings.address_guesses = Rate { burst: 3, period: Duration::from_secs(3600) };
        settings.network_guesses = settings.address_guesses;
    })
    .await;
    for _ in 0..20 {
        assert_eq!(from(&t, "192.0.2.1", ADA, PASSWORD).await.0, 200);
    }
    // And forgive nothing that others did there.
    for n in 0..3 {
        from(&t, "192.0.2.1", &format!("{n}@example.com"), "x").await;
    }
    assert_eq!(from(&t, "192.0.2.1", ADA, PASSWORD).await.1, "rate_limited");
}

#[tokio::test]
async fn one_network_does_not_flood_many_people_with_messages() {
    let t = kit(|settings| {
        settings.network_messages = Rate { burst: 4, period: Duration::from_secs(3600) };
    })
    .await;
    for n in 0..4 {
        let body = json!({ "identifier": format!("{n}@example.com") });
        let address = format!("192.0.2.{n}");
        assert_eq!(send(&t, &address, "/api/v1/sign-in/code", &body).await.0, 202);
    }
    let body = json!({ "identifier": ADA });
    for path in ["/api/v1/sign-in/code", "/api/v1/sign-in/link", "/api/v1/recovery"] {
        let answer = send(&t, "192.0.2.99", path, &body).await;
        assert_eq!(answer, (429, "rate_limited".into()), "{path}");
    }
    assert_eq!(send(&t, "192.0.3.1", "/api/v1/recovery", &body).await.0, 202);
}

#[tokio::test]
async fn text_messages_are_bounded_for_everybody_together() {
    let t = kit(|settings| {
        settings.all_texts = Rate { burst: 3, period: Duration::from_secs(3600) };
    })
    .await;
    for n in 0..3 {
        let body = json!({ "identifier": format!("+4915112345{n}0") });
        let address = format!("192.0.{n}.1");
        assert_eq!(send(&t, &address, "/api/v1/sign-in/code", &body).await.0, 202, "{n}");
    }
    let body = json!({ "identifier": "+4915112345990" });
    let answer = send(&t, "198.51.100.1", "/api/v1/sign-in/code", &body).await;
    assert_eq!(answer, (429, "rate_limited".into()));
    let body = json!({ "identifier": ADA });
    assert_eq!(send(&t, "198.51.100.1", "/api/v1/sign-in/code", &body).await.0, 202, "mail");
}

#[tokio::test]
async fn asking_for_a_new_code_gives_no_new_guesses() {
    let t = kit(|_| ()).await;
    let mut tried = 0;
    for round in 0..8 {
        let client = t.pages();
        let reply = client.post("/api/v1/sign-in/code", &json!({ "identifier": ADA })).await;
        if reply.status() != 202 {
            t.clock.advance(Duration::from_secs(600));
            continue;
        }
        let flow = reply.json()["flow_id"].clone();
        for guess in 0..5 {
            let body = json!({ "flow_id": flow, "code": format!("{round}{guess}0000") });
            let reply = client.post("/api/v1/sign-in/code/confirm", &body).await;
            tried += usize::from(reply.code() == "code_invalid");
        }
        t.clock.advance(Duration::from_secs(31));
    }
    assert!((5..=12).contains(&tried), "{tried} codes were compared");
}

#[tokio::test]
async fn whoever_helps_sees_what_is_left() {
    let t = kit(|_| ()).await;
    for _ in 0..10 {
        sign_in(&t.pages(), ADA, "wrong").await;
    }
    let ada = t.kw.find_person(ADA).await.unwrap().unwrap();
    let limits = t.kw.limits_of(ada.id).await.unwrap();
    let find = |name: &str| limits.iter().find(|row| row.limit == name).unwrap();
    assert_eq!((find("wrong passwords").used, find("wrong passwords").of), (10, 10));
    assert!(find("wrong passwords").until.is_some());
    assert_eq!(find("wrong passwords, long term").used, 10);
    let in_a_row = find("wrong passwords in a row");
    assert_eq!((in_a_row.used, in_a_row.of), (10, 100));
    assert_eq!(find("wrong second factors").used, 0);
    assert_eq!(find(&format!("letters to {ADA}")).of, 10);
    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    let desk = t.pages().login_as(&root).await;
    let reply = desk.get(&format!("/api/v1/admin/users/{}/why", ada.id)).await;
    assert_eq!(reply.json()["limits"][0]["used"], 10, "{}", reply.text());
    let page = desk.page(&format!("/admin/people/{}", ada.id)).await;
    assert!(page.text().contains("Wrong passwords in a row"), "{}", page.text());
    let page = desk.page(&format!("/admin/people/{}?lang=de", ada.id)).await;
    assert!(page.text().contains("Falsche Passwörter hintereinander"), "{}", page.text());
}
