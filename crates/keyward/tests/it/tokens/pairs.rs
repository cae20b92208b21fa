//! Where a pair comes from, and what it opens.

use super::*;

#[tokio::test]
async fn a_session_gives_a_pair_that_opens_what_its_account_may() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    t.role("office", &["users:*"]).await;
    t.give_role(&ada, "office").await;
    let browser = t.pages().login_as(&ada).await;
    let reply = browser.post("/api/v1/token", &json!({ "client_id": "phone" })).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    assert_eq!(reply.headers()["cache-control"], "no-store");
    let pair = reply.json();
    assert_eq!((&pair["token_type"], &pair["expires_in"]), (&json!("Bearer"), &json!(300)));
    let access = pair["access_token"].as_str().unwrap();
    let said = claims(access);
    assert_eq!(said["iss"], "http://localhost");
    assert_eq!(said["aud"], "http://localhost");
    assert_eq!(said["sub"], json!(ada.id.to_string()));
    assert_eq!(said["sid"], pair["session_id"]);
    assert_eq!(said["client_id"], "phone");
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 300);
    let program = t.pages().from_site(None);
    for path in ["/api/v1/me", "/api/v1/session", "/api/v1/admin/users", "/api/v1/me/sessions"] {
        assert_eq!(get(&program, path, access).await.status(), 200, "{path}");
        assert_eq!(program.get(path).await.status(), 401, "{path}");
    }
    let name = json!({ "name": "Ada L." });
    let edited = ask(&program, Method::PATCH, "/api/v1/me", access, Some(&name)).await;
    assert_eq!(edited.status(), 200, "and may write, without a form token: {}", edited.text());
    assert_eq!(browser.get("/api/v1/session").await.status(), 200, "the session stays");
}

#[tokio::test]
async fn a_password_gives_a_pair_and_no_other_session_is_left() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().from_site(None);
    let reply = client.post("/api/v1/token", &password("ada@example.com")).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    assert!(reply.headers().get("set-cookie").is_none());
    let access = reply.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(get(&client, "/api/v1/me", &access).await.json()["id"], json!(ada.id.to_string()));
    let open = t.kw.session_list(ada.id).await.unwrap();
    assert_eq!(open.len(), 1, "the family alone");
    assert_eq!(open[0].methods, ["password"]);
    let wrong = json!({ "grant_type": "password", "username": "ada@example.com", "password": "x" });
    let reply = client.post("/api/v1/token", &wrong).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (401, "invalid_credentials"));
    for missing in [json!({ "grant_type": "password" }), json!({ "grant_type": "refresh_token" })] {
        let reply = client.post("/api/v1/token", &missing).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (422, "validation_failed"));
    }
    assert_eq!(client.post("/api/v1/token", &json!({})).await.code(), "unauthenticated");
}

#[tokio::test]
async fn a_form_does_as_well_as_json() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let pair = issue(&t, &ada).await;
    let body = format!("grant_type=refresh_token&refresh_token={}", pair.refresh.reveal());
    let kind = Some("application/x-www-form-urlencoded");
    let client = t.pages().from_site(None);
    let reply = client.send(Method::POST, "/api/v1/token", kind, &body).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
}

#[tokio::test]
async fn where_a_second_factor_is_set_up_a_password_gives_no_pair() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    t.pages().login_as(&ada).await.enrol_totp(&t.clock).await;
    let client = t.pages().from_site(None);
    let reply = client.post("/api/v1/token", &password("ada@example.com")).await;
    assert_eq!((reply.status().as_u16(), &reply.json()["status"]), (202, &json!("needs_mfa")));
    assert!(reply.json().get("access_token").is_none());
}

#[tokio::test]
async fn a_pair_comes_from_a_proof_and_never_from_tokens_or_keys() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let pair = issue(&t, &ada).await;
    let key = keyward::ApiKeyTerms { name: "deploy".into(), ..Default::default() };
    let key = t.kw.create_api_key(ada.id, key).await.unwrap().unwrap();
    let client = t.pages().from_site(None);
    for given in [pair.access.reveal(), key.text.reveal()] {
        let reply = ask(&client, Method::POST, "/api/v1/token", given, Some(&json!({}))).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "session_required"));
    }
}

#[tokio::test]
async fn tokens_that_are_bound_do_no_more_than_they_may() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    t.role("office", &["users:*"]).await;
    t.give_role(&ada, "office").await;
    let pair = scoped(&t, &ada, &["users:view", "posts:*"]).await;
    let (client, access) = (t.pages().from_site(None), pair.access.reveal());
    assert_eq!(claims(access)["scope"], "users:view posts:*");
    assert_eq!(get(&client, "/api/v1/admin/users", access).await.status(), 200);
    let new = json!({ "email": "eve@example.com" });
    let reply = ask(&client, Method::POST, "/api/v1/admin/users", access, Some(&new)).await;
    assert_eq!(reply.status(), 403, "{}", reply.text());
    // How the account is guarded is not theirs to change.
    for path in ["/api/v1/session", "/api/v1/me/sessions", "/api/v1/me/api-keys"] {
        let reply = get(&client, path, access).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "scope_insufficient"));
    }
    let next = t.kw.refresh_tokens(&pair.refresh, "", &Default::default()).await.unwrap().unwrap();
    assert_eq!(claims(next.access.reveal())["scope"], "users:view posts:*", "and it stays so");
    let reply = get(&client, "/api/v1/session", next.access.reveal()).await;
    assert_eq!(reply.status(), 403);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let browser = t.pages().login_as(&ada).await;
    for (body, code) in [
        (json!({ "scope": "" }), "validation_failed"),
        (json!({ "scope": "a  b" }), "validation_failed"),
        (json!({ "scope": "not a pattern!" }), "validation_failed"),
        (json!({ "scope": "a:b ".repeat(101).trim() }), "validation_failed"),
        (json!({ "client_id": "x".repeat(101) }), "validation_failed"),
        (json!({ "client_id": "a b" }), "validation_failed"),
        (json!({ "client_id": 7 }), "validation_failed"),
        (json!({ "grant_type": "authorization_code" }), "validation_failed"),
        (json!({ "audience": "x" }), "unknown_field"),
    ] {
        let reply = browser.post("/api/v1/token", &body).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (422, code), "{body}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_gets_no_pair() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let browser = t.pages().login_as(&ada).await.from_site(Some("cross-site"));
    let reply = browser.post("/api/v1/token", &json!({})).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "csrf_failed"));
}

#[tokio::test]
async fn what_ends_a_session_ends_a_family_at_once() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().from_site(None);
    for how in ["session", "all", "sign_out", "lock"] {
        let pair = issue(&t, &ada).await;
        let access = pair.access.reveal();
        assert_eq!(get(&client, "/api/v1/me", access).await.status(), 200, "{how}");
        match how {
            "session" => t.kw.close_session(ada.id, pair.session).await.unwrap().unwrap(),
            "all" => t.kw.close_sessions(ada.id).await.unwrap().unwrap(),
            "sign_out" => {
                let out = ask(&client, Method::POST, "/api/v1/sign-out", access, None).await;
                assert_eq!(out.status(), 204);
            }
            _ => {
                let lock = keyward::Act::Lock { reason: String::new() };
                t.kw.act_on(ada.id, lock).await.unwrap().unwrap();
            }
        }
        let reply = get(&client, "/api/v1/me", access).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (401, "session_revoked"));
        assert!(t.kw.verify_access_token(access).await.unwrap().is_none(), "{how}");
        let reply = refreshed(&t, pair.refresh.reveal()).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (400, "token_invalid"));
        assert_eq!(reply.json()["error"], "invalid_grant");
    }
    let refused = t.kw.issue_tokens(ada.id, TokenTerms::default()).await.unwrap();
    assert_eq!(refused.unwrap_err(), keyward::Refusal::InvalidCredentials, "locked");
}

#[tokio::test]
async fn a_changed_password_ends_the_family_and_gives_a_session_token() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let (mine, other) = (issue(&t, &ada).await, issue(&t, &ada).await);
    let client = t.pages().from_site(None);
    let body = json!({ "current_password": PASSWORD, "new_password": "another long password" });
    let access = mine.access.reveal();
    let path = "/api/v1/me/password";
    let reply = ask(&client, Method::PUT, path, access, Some(&body)).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let token = reply.json()["token"].as_str().unwrap().to_owned();
    for old in [access, other.access.reveal()] {
        assert_eq!(get(&client, "/api/v1/me", old).await.status(), 401);
    }
    let reply = ask(&client, Method::POST, "/api/v1/token", &token, Some(&json!({}))).await;
    assert_eq!(reply.status(), 200, "a new pair comes from it: {}", reply.text());
}

#[tokio::test]
async fn an_access_token_ends_after_five_minutes_and_with_its_family() {
    let t =
        TestAuth::with(|b| b.settings(|s| s.tokens.absolute = std::time::Duration::from_secs(400)))
            .await;
    let ada = t.user("ada@example.com").await;
    let pair = issue(&t, &ada).await;
    let client = t.pages().from_site(None);
    t.clock.advance(std::time::Duration::from_secs(299));
    assert_eq!(get(&client, "/api/v1/me", pair.access.reveal()).await.status(), 200);
    t.clock.advance(std::time::Duration::from_secs(1));
    let reply = get(&client, "/api/v1/me", pair.access.reveal()).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (401, "session_expired"));
    let next = refreshed(&t, pair.refresh.reveal()).await.json();
    assert_eq!(next["expires_in"], 100, "no longer than its family");
}

#[tokio::test]
async fn the_app_is_told_whom_a_token_names_and_keeps_its_own_tokens() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let terms = TokenTerms { client_id: "phone".into(), scopes: Some(vec!["posts:*".into()]) };
    let pair = t.kw.issue_tokens(ada.id, terms).await.unwrap().unwrap();
    for _ in 0..2 {
        let found = t.kw.verify_access_token(pair.access.reveal()).await.unwrap().unwrap();
        assert_eq!((found.user, found.session), (ada.id, pair.session));
        assert_eq!((found.client_id.as_str(), found.aal), ("phone", 1));
        assert_eq!(found.scopes.as_deref(), Some(&["posts:*".to_owned()][..]));
    }
    let app = axum::Router::new().route(
        "/mine",
        axum::routing::get(async |user: Option<keyward::User>| {
            user.map_or_else(|| "nobody".to_owned(), |user| user.id.to_string())
        }),
    );
    let client = t.client(app).from_site(None);
    let own = "eyJhbGciOiJIUzI1NiJ9.e30.AAAA";
    assert_eq!(get(&client, "/mine", own).await.text(), "nobody", "another's is passed over");
    let reply = get(&client, "/mine", pair.access.reveal()).await;
    assert_eq!(reply.text(), ada.id.to_string());
}
