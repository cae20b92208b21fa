//! Sessions, and signing in and out.

use serde_json::json;

use super::{PASSWORD, Site, text};

#[tokio::test]
async fn a_session_of_nobody_is_of_number_two() {
    let site = Site::new().await;
    let token = site.session(None).await;
    let info = site.done("session-exists", json!({ "session_token": token })).await;
    let info = &info["session_info"];
    assert_eq!(info["user_id"], 2);
    assert_eq!(info["user_role"], "anonymous");
    assert_eq!(info["is_active"], true);
    assert_eq!(info["ip_address"], "192.0.2.7");
    assert_eq!(info["user_agent"], "firefox");
    assert_eq!(info["session_token"], token.as_str());
    assert_eq!(info["extra_info_json"], json!({ "seen": 1 }));
    assert_eq!(info["email"], "anonuser@localhost");
    for name in ["system_id", "full_name", "email_verified", "created", "expires", "created_on"] {
        assert!(!info[name].is_null(), "{name}");
    }
    let other = site.session(Some(2)).await;
    site.done("session-delete", json!({ "session_token": token })).await;
    assert!(!site.is_open(&token).await && site.is_open(&other).await);
}

#[tokio::test]
async fn a_session_ends_when_the_frontend_says_and_never_after_our_own_end() {
    let site = Site::new().await;
    let mut body = json!({
        "ip_address": "192.0.2.7", "user_agent": "x", "user_id": null,
        "expires": "2999-01-01T00:00:00.000001", "extra_info_json": null,
    });
    let long = site.done("session-new", body.clone()).await;
    let most = site.now().plus(keyward::Settings::default().session_absolute).to_string();
    assert_eq!(text(&long["expires"])[..19], most[..19]);
    let soon = site.now().plus(std::time::Duration::from_secs(60)).to_string();
    body["expires"] = soon.trim_end_matches('Z').into();
    let token = text(&site.done("session-new", body.clone()).await["session_token"]);
    assert!(site.is_open(&token).await);
    site.t.clock.advance(std::time::Duration::from_secs(60));
    assert!(!site.is_open(&token).await);
    for bad in ["2001-01-01T00:00:00.000001", "30", ""] {
        body["expires"] = bad.into();
        site.refused("session-new", body.clone()).await;
    }
    body["ip_address"] = "localhost".into();
    assert_eq!(site.refused("session-new", body).await, "invalid IP address");
}

#[tokio::test]
async fn whoever_has_proven_their_address_signs_in_and_the_session_ends_either_way() {
    let site = Site::new().await;
    let new = json!({ "full_name": "Ada Byron", "email": "ada@example.org", "password": PASSWORD });
    let made = site.done("user-new", new).await;
    assert_eq!((&made["user_id"], &made["send_verification"]), (&json!(4), &json!(true)));
    assert!(!site.logs_in("ada@example.org", PASSWORD).await, "nobody proved the address");
    let proven = site.done("user-set-emailverified", json!({ "email": "ada@example.org" })).await;
    assert_eq!(proven["user_role"], "authenticated");

    let token = site.session(None).await;
    let body = json!({ "session_token": token, "email": "ada@example.org", "password": PASSWORD });
    let there = site.done("user-login", body.clone()).await;
    assert_eq!((&there["user_id"], &there["user_role"]), (&json!(4), &json!("authenticated")));
    assert!(!site.is_open(&token).await, "it is gone");
    assert_eq!(site.refused("user-login", body.clone()).await, "session does not exist");

    let token = site.session(None).await;
    let wrong = json!({ "session_token": token, "email": "ada@example.org", "password": "no" });
    let reason = site.refused("user-login", wrong).await;
    assert_eq!(reason, "user does not exist or password doesn't match");
    assert!(!site.is_open(&token).await, "it is gone as well");

    let token = site.session(Some(4)).await;
    let info = site.done("session-exists", json!({ "session_token": token })).await;
    assert_eq!(info["session_info"]["email"], "ada@example.org");
    let other = json!({ "session_token": token, "user_id": 5 });
    assert_eq!(site.refused("user-logout", other).await, "user does not exist");
    site.done("user-logout", json!({ "session_token": token, "user_id": 4 })).await;
    assert!(!site.is_open(&token).await);
}

#[tokio::test]
async fn a_password_is_checked_without_ending_anything() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let token = site.session(Some(ada)).await;
    let check = |password: &str| json!({ "session_token": token, "password": password });
    assert_eq!(site.done("user-passcheck", check(PASSWORD)).await["user_id"], ada);
    site.refused("user-passcheck", check("no")).await;
    assert!(site.is_open(&token).await);
    let nobody = json!({ "session_token": site.session(None).await, "password": PASSWORD });
    site.refused("user-passcheck", nobody).await;
    let by_name = |email: &str| json!({ "email": email, "password": PASSWORD });
    site.done("user-passcheck-nosession", by_name("ADA@example.org")).await;
    site.refused("user-passcheck-nosession", by_name("bob@example.org")).await;
}

#[tokio::test]
async fn what_a_frontend_keeps_on_a_session_is_added_changed_and_deleted() {
    let site = Site::new().await;
    let token = site.session(None).await;
    let edit =
        |update: serde_json::Value| json!({ "target_session_token": token, "update_dict": update });
    let info = site.done("internal-session-edit", edit(json!({ "a": { "b": 1 }, "c": 2 }))).await;
    let wanted = json!({ "seen": 1, "a": { "b": 1 }, "c": 2 });
    assert_eq!(info["session_info"]["extra_info_json"], wanted);
    assert_eq!(info["session_info"]["session_token"], token.as_str());
    let update = json!({ "a": { "d": 3 }, "c": "__delete__" });
    let info = site.done("internal-session-edit", edit(update)).await;
    let wanted = json!({ "seen": 1, "a": { "d": 3 } });
    assert_eq!(info["session_info"]["extra_info_json"], wanted);
    let all = json!({ "session_token": token, "extra_info": { "only": true } });
    let info = site.done("session-setinfo", all).await;
    assert_eq!(info["session_info"]["extra_info_json"], json!({ "only": true }));
    let none = json!({ "target_session_token": "nothing", "update_dict": {} });
    assert_eq!(site.refused("internal-session-edit", none).await, "no such session");
}

#[tokio::test]
async fn a_frontends_token_opens_no_other_door() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    for token in [site.session(None).await, site.session(Some(ada)).await] {
        let request = ::http::Request::get("/api/v1/session")
            .header("host", "localhost")
            .header("authorization", format!("Bearer {token}"))
            .body(bytes::Bytes::new())
            .unwrap();
        assert_eq!(site.t.kw.handle(request, None).await.status(), 401);
        assert!(site.is_open(&token).await);
    }
}
