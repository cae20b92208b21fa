//! What the app may refuse and what it learns, whatever the door.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyward::testing::{PASSWORD, TestAuth};
use keyward::{EventView, Refusal, Secret, SignInAttempt, VerifyMode, Veto};
use serde_json::json;

fn no(_: &SignInAttempt) -> Result<(), Veto> {
    Err(Veto::new("closed_today", "Please come back tomorrow."))
}

#[tokio::test]
async fn a_hook_refuses_sign_in_at_every_door() {
    let t = TestAuth::with(|b| b.before_sign_in(no)).await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages();
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    let reply = client.post("/api/v1/sign-in", &body).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "refused_by_hook"));
    assert_eq!(reply.json()["hook_code"], "closed_today");
    assert_eq!(reply.json()["detail"], "Please come back tomorrow.");

    let vetoed =
        |refusal: &Refusal| matches!(refusal, Refusal::Hook { code, .. } if code == "closed_today");
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap();
    assert!(vetoed(&opened.unwrap_err()));
    let password = Secret::new(PASSWORD);
    let checked = t.kw.verify_credentials("ada@example.com", &password).await.unwrap();
    assert!(vetoed(&checked.unwrap_err()));

    client.post("/api/v1/recovery", &json!({ "identifier": "ada@example.com" })).await;
    let token = t.link_token_for("ada@example.com").await;
    let body = json!({ "token": token, "password": "another long password" });
    assert_eq!(client.post("/api/v1/recovery-link", &body).await.code(), "refused_by_hook");

    let body = json!({ "email": "bob@example.com", "password": PASSWORD });
    let reply = client.post("/api/v1/sign-up", &body).await;
    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
    let code = t.code_for("bob@example.com").await;
    let path = format!("/api/v1/verifications/{flow}/confirm");
    assert_eq!(client.post(&path, &json!({ "code": code })).await.code(), "refused_by_hook");
    assert_eq!(client.cookie("kw_session"), None, "nothing was opened anywhere");
    assert_eq!(t.kw.session_list(ada.id).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_hook_is_asked_after_the_proof_and_why_keeps_its_no() {
    let seen: Arc<Mutex<Vec<SignInAttempt>>> = Arc::default();
    let note = Arc::clone(&seen);
    let t = TestAuth::with(|b| {
        b.before_sign_in(move |attempt| {
            note.lock().unwrap().push(attempt.clone());
            no(attempt)
        })
    })
    .await;
    let ada = t.user("ada@example.com").await;
    let sign_in = |password: &str| json!({ "identifier": "ADA@example.com", "password": password });
    t.pages().post("/api/v1/sign-in", &sign_in("an incorrect password")).await;
    assert!(seen.lock().unwrap().is_empty(), "a wrong password is nobody's business");
    t.pages().post("/api/v1/sign-in", &sign_in(PASSWORD)).await;
    let asked = seen.lock().unwrap().pop().unwrap();
    assert_eq!((asked.user, asked.identifier.as_str()), (ada.id, "ADA@example.com"));
    assert_eq!(asked.method, "password");
    let query = keyward::port::EventQuery {
        kind: Some("sign_in.failed".into()),
        limit: 10,
        ..Default::default()
    };
    let events = t.kw.audit(&query).await.unwrap();
    assert!(events.iter().any(|event| event.data["reason"] == "hook"), "{events:?}");
}

#[tokio::test]
async fn a_hook_refuses_sign_up_alike_for_free_and_taken_addresses() {
    let t =
        TestAuth::with(|b| b.before_sign_up(|_| Err(Veto::new("invite_only", "By invitation."))));
    let t = t.await;
    t.user("ada@example.com").await;
    for email in ["ada@example.com", "new@example.com"] {
        let body = json!({ "email": email, "password": PASSWORD });
        let reply = t.pages().post("/api/v1/sign-up", &body).await;
        assert_eq!(
            (reply.code().as_str(), &reply.json()["hook_code"]),
            ("refused_by_hook", &json!("invite_only"))
        );
    }
    assert_eq!(t.kw.find_person("new@example.com").await.unwrap().map(|p| p.id), None);
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_fails_is_told_again_and_in_order() {
    let (heard, failed) = (Arc::new(Mutex::new(vec![])), Arc::new(AtomicUsize::new(0)));
    let (hears, fails) = (Arc::clone(&heard), Arc::clone(&failed));
    let t = TestAuth::with(|b| {
        b.on(move |event: &EventView| {
            if event.r#type == "user.created" && fails.fetch_add(1, Ordering::SeqCst) < 2 {
                return Err("not now".into());
            }
            hears.lock().unwrap().push(event.r#type.clone());
            Ok(())
        })
    })
    .await;
    let ada = t.user("ada@example.com").await;
    t.clock.advance(std::time::Duration::from_secs(1));
    t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    // Time is paused: it jumps to whatever is waited for next.
    for _ in 0..100 {
        if heard.lock().unwrap().iter().any(|kind| kind == "session.created") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    let heard = heard.lock().unwrap().clone();
    let place = |kind: &str| heard.iter().position(|known| known == kind);
    assert!(failed.load(Ordering::SeqCst) > 2, "it was told again");
    assert!(place("user.created") < place("session.created"), "{heard:?}");
    assert!(place("user.created").is_some());
}

#[tokio::test]
async fn credentials_are_checked_with_the_same_limits_and_open_nothing() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let right = Secret::new(PASSWORD);
    let checked = t.kw.verify_credentials("ada@example.com", &right).await.unwrap().unwrap();
    assert_eq!(checked.id, ada.id);
    assert!(t.kw.session_list(ada.id).await.unwrap().is_empty());
    let wrong = Secret::new("an incorrect password");
    for _ in 0..10 {
        let told = t.kw.verify_credentials("ada@example.com", &wrong).await.unwrap();
        assert_eq!(told.unwrap_err(), Refusal::InvalidCredentials);
    }
    let told = t.kw.verify_credentials("ada@example.com", &right).await.unwrap();
    assert!(matches!(told, Err(Refusal::SlowDown { .. })), "{told:?}");
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.code(), "rate_limited");
}

#[tokio::test]
async fn a_session_for_a_vouched_person_obeys_lock_and_verification() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let lock = keyward::Act::Lock { reason: String::new() };
    t.kw.act_on(ada.id, lock).await.unwrap().unwrap();
    let told = t.kw.sign_in_user(&ada.id).await.unwrap();
    assert_eq!(told.unwrap_err(), Refusal::InvalidCredentials);
    let new = keyward::NewPerson { email: Some("bob@example.com".into()), ..Default::default() };
    let bob = t.kw.add_person(new).await.unwrap().unwrap();
    let told = t.kw.sign_in_user(&bob.id).await.unwrap();
    assert_eq!(told.unwrap_err(), Refusal::Unverified { flow: None });
    for (user, reason) in [(ada.id, "locked"), (bob.id, "unverified")] {
        let query = keyward::port::EventQuery {
            subject: Some(user),
            kind: Some("sign_in.failed".into()),
            limit: 1,
            ..Default::default()
        };
        assert_eq!(t.kw.audit(&query).await.unwrap()[0].data["reason"], reason);
    }
}

#[tokio::test]
async fn under_a_path_everything_is_under_that_path() {
    let t = TestAuth::with(|b| b.mount("/auth").settings(|s| s.verify = VerifyMode::Any)).await;
    let client = t.pages();
    assert_eq!(client.get("/auth/api/v1/config").await.status(), 200);
    assert_eq!(client.get("/api/v1/config").await.status(), 404);
    assert_eq!(client.get("/authx/api/v1/config").await.status(), 404);
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let reply = client.post("/auth/api/v1/sign-up", &body).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
    t.code_for("ada@example.com").await;
    let link = t.kw.inbox().unwrap().last_to("ada@example.com").unwrap().link.unwrap();
    assert!(link.starts_with("http://localhost/auth/verify/"), "{link}");
    assert!(t.kw.setup_link(&Secret::new("x")).starts_with("http://localhost/auth/setup#"));
    for bad in ["auth", "/auth/../x", "/a b", "//auth", "/auth?x"] {
        assert!(keyward::Keyward::memory().mount(bad).build().await.is_err(), "{bad}");
    }
}
