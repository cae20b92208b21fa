//! Class 21: another site drives or reads nothing.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use serde_json::json;

async fn browser(t: &TestAuth) -> Client {
    t.user("ada@example.com").await;
    let client = t.pages();
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    assert_eq!(client.post("/api/v1/sign-in", &body).await.status(), 200);
    client
}

/// One unsafe request with the session cookie and these headers.
async fn send(client: &Client, kind: &str, body: &str, headers: &[(&str, &str)]) -> Response {
    let cookie = client.cookie("kw_session").unwrap();
    let mut request = Request::builder()
        .method(Method::PATCH)
        .uri("/api/v1/session")
        .header("host", "localhost")
        .header("cookie", format!("kw_session={cookie}"))
        .header("content-type", kind);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.raw(request.body(Body::from(body.to_owned())).unwrap()).await
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn cross_site_requests_with_the_cookie_are_refused_and_own_ones_are_not() {
    let t = TestAuth::new().await;
    let client = browser(&t).await;
    let ours = "http://localhost";
    for (headers, allowed) in [
        (vec![("sec-fetch-site", "same-origin")], true),
        (vec![("sec-fetch-site", "none")], true),
        (vec![("sec-fetch-site", "cross-site")], false),
        (vec![("sec-fetch-site", "same-site")], false),
        (vec![("sec-fetch-site", "")], false),
        (vec![("sec-fetch-site", "cross-site"), ("origin", ours)], false),
        (vec![("origin", ours)], true),
        (vec![("origin", "null")], false),
        (vec![("origin", "http://evil.example.com")], false),
        (vec![("origin", "http://localhost.evil.example.com")], false),
        (vec![("origin", "http://localhost:81")], false),
        (vec![("origin", "https://evil.example.com"), ("host", "localhost")], false),
        (vec![], true),
    ] {
        let reply = send(&client, JSON, r#"{"data":{"n":1}}"#, &headers).await;
        assert_eq!(reply.status().is_success(), allowed, "{headers:?}: {}", reply.text());
    }
}

#[tokio::test]
async fn what_a_form_can_send_without_being_asked_needs_the_token() {
    let t = TestAuth::new().await;
    let client = browser(&t).await;
    let token =
        client.get("/api/v1/session/csrf").await.json()["csrf"].as_str().unwrap().to_owned();
    for (kind, body, header, code) in [
        ("text/plain", r#"{"data":{}}"#, None, "csrf_failed"),
        (FORM, "data=1", None, "csrf_failed"),
        ("multipart/form-data; boundary=x", "--x--", None, "csrf_failed"),
        (FORM, "data=1&csrf=00000000000000000000000000000000", None, "csrf_failed"),
        (FORM, "data=1", Some("00"), "csrf_failed"),
        // The token opens the door; then the body is judged.
        (FORM, "data=1", Some(token.as_str()), "validation_failed"),
        (FORM, &format!("data=1&csrf={token}"), None, "validation_failed"),
        ("text/plain", r#"{"data":{}}"#, Some(token.as_str()), "unsupported_media_type"),
    ] {
        let headers: Vec<_> = header.map(|value| ("x-csrf-token", value)).into_iter().collect();
        let reply = send(&client, kind, body, &headers).await;
        assert_eq!(reply.code(), code, "{kind} {body} {header:?}: {}", reply.text());
    }
}

#[tokio::test]
async fn the_token_of_another_session_is_worth_nothing() {
    let t = TestAuth::new().await;
    let client = browser(&t).await;
    t.user("mallory@example.com").await;
    let mallory = t.pages();
    let body = json!({ "identifier": "mallory@example.com", "password": PASSWORD });
    mallory.post("/api/v1/sign-in", &body).await;
    let reply = mallory.get("/api/v1/session/csrf").await.json();
    let token = reply["csrf"].as_str().unwrap();
    let reply = send(&client, FORM, "data=1", &[("x-csrf-token", token)]).await;
    assert_eq!(reply.code(), "csrf_failed");
}

/// A browser that says nothing of where a form comes from, signed in.
async fn silent(t: &TestAuth, email: &str) -> (Client, String) {
    t.user(email).await;
    let client = t.pages().from_site(None);
    let body = json!({ "identifier": email, "password": PASSWORD });
    assert_eq!(client.post("/api/v1/sign-in", &body).await.status(), 200);
    let token =
        client.get("/api/v1/session/csrf").await.json()["csrf"].as_str().unwrap().to_owned();
    (client, token)
}

#[tokio::test]
async fn a_form_of_our_pages_with_a_wrong_token_changes_nothing() {
    let t = TestAuth::new().await;
    let (ada, token) = silent(&t, "ada@example.com").await;
    let (_, others) = silent(&t, "mallory@example.com").await;
    let send = async |token: Option<&str>| {
        let mut fields =
            vec![("current_password", PASSWORD), ("new_password", "planted by a page")];
        fields.extend(token.map(|token| ("csrf", token)));
        ada.form("/account/password", &fields).await
    };
    let cut = token.get(1..).unwrap();
    for wrong in
        [None, Some(""), Some("00000000000000000000000000000000"), Some(cut), Some(&*others)]
    {
        let reply = send(wrong).await;
        assert_eq!(reply.status(), StatusCode::FORBIDDEN, "{wrong:?}: {}", reply.text());
        let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
        let old = t.pages().post("/api/v1/sign-in", &body).await;
        assert_eq!(old.status(), 200, "{wrong:?}: the password is the old one");
    }
    assert_eq!(send(Some(&token)).await.status(), StatusCode::SEE_OTHER, "the right one does");
}

#[tokio::test]
async fn a_stranger_cannot_sign_the_victim_in_to_their_own_account() {
    let t = TestAuth::new().await;
    t.user("mallory@example.com").await;
    let body = json!({ "identifier": "mallory@example.com", "password": PASSWORD });
    let victim = t.pages().from_site(Some("cross-site"));
    assert_eq!(victim.post("/api/v1/sign-in", &body).await.code(), "csrf_failed");
    assert_eq!(victim.cookie("kw_session"), None);
}

#[tokio::test]
async fn an_old_cookie_beside_a_bearer_token_does_not_count() {
    let t = TestAuth::new().await;
    let client = browser(&t).await;
    let reply = send(&client, JSON, r#"{"data":{}}"#, &[("authorization", "Bearer x.y")]).await;
    assert_eq!(reply.status(), 401, "a credential that was brought and refused is not ignored");
}

#[tokio::test]
async fn no_origin_is_ever_allowed_to_read() {
    let t = TestAuth::new().await;
    let client = browser(&t).await;
    for origin in ["null", "http://evil.example.com", "http://localhost", "https://localhost"] {
        for path in ["/api/v1/session", "/api/v1/config", "/api/v1/nothing"] {
            let request = Request::get(path).header("host", "localhost").header("origin", origin);
            let reply = client.raw(request.body(Body::empty()).unwrap()).await;
            let named = reply.headers().keys().any(|k| k.as_str().starts_with("access-control-"));
            assert!(!named, "{origin} {path}");
        }
    }
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/api/v1/session")
        .header("host", "localhost")
        .header("origin", "http://evil.example.com")
        .header("access-control-request-method", "PATCH");
    let reply = client.raw(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn tossed_cookies_win_nothing() {
    let t = TestAuth::new().await;
    let client = browser(&t).await;
    let own = client.cookie("kw_session").unwrap();
    let many = (0..1000).map(|n| format!("c{n}=1; ")).collect::<String>();
    for (line, status) in [
        (format!("kw_session={own}; kw_session=planted"), 400),
        (format!("kw_session=planted; kw_session={own}"), 400),
        (format!("kw_session={own}; kw_session={own}"), 400),
        (format!("kw_session=\"{own}\""), 400),
        (format!("$Version=1; kw_session=\"a; kw_session={own}\""), 400),
        (format!("\u{2009}kw_session=planted; kw_session={own}"), 200),
        (format!("__Host-kw_session={own}"), 401),
        (format!("{many}kw_session={own}"), 200),
        (format!("kw_session={}", "a".repeat(600)), 400),
        (format!("KW_SESSION={own}"), 401),
    ] {
        let request = Request::get("/api/v1/session").header("host", "localhost");
        let request = request.header("cookie", line.as_bytes()).body(Body::empty()).unwrap();
        let reply = client.raw(request).await;
        assert_eq!(reply.status(), status, "{}", line.get(..60).unwrap_or(&line));
    }
}

#[tokio::test]
async fn two_cookie_lines_with_the_session_are_refused() {
    let t = TestAuth::new().await;
    let client = browser(&t).await;
    let own = format!("kw_session={}", client.cookie("kw_session").unwrap());
    let request = Request::get("/api/v1/session").header("host", "localhost");
    let request = request.header("cookie", &own).header("cookie", "kw_session=planted");
    let reply = client.raw(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.code(), "bad_request");
}

#[tokio::test]
async fn every_reply_carries_the_headers_that_keep_frames_and_scripts_out() {
    let t = TestAuth::with(|b| b.public_url("https://auth.example.com")).await;
    let client = t.pages();
    for path in ["/api/v1/config", "/api/v1/session", "/nowhere", "/login", "/healthz"] {
        let request = Request::get(path).header("host", "auth.example.com");
        let reply = client.raw(request.body(Body::empty()).unwrap()).await;
        let header = |name: &str| {
            let value = reply.headers().get(name).unwrap_or_else(|| panic!("{path} has no {name}"));
            value.to_str().unwrap().to_owned()
        };
        let csp = header("content-security-policy");
        // What is not ours is the app's, which says itself what its pages load.
        let own = path != "/nowhere";
        assert_eq!(csp.contains("default-src 'none'"), own, "{path}: {csp}");
        for part in ["base-uri 'none'", "frame-ancestors"] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("strict-transport-security").contains("max-age=31536000"));
        assert!(["no-referrer", "same-origin"].contains(&header("referrer-policy").as_str()));
    }
}

#[tokio::test]
async fn cookies_carry_every_flag() {
    let t = TestAuth::with(|b| b.public_url("https://auth.example.com")).await;
    t.user("ada@example.com").await;
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD }).to_string();
    let request = Request::post("/api/v1/sign-in")
        .header("host", "auth.example.com")
        .header("content-type", JSON)
        .body(Body::from(body))
        .unwrap();
    let reply = t.pages().raw(request).await;
    let lines: Vec<&str> =
        reply.headers().get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect();
    assert!(lines.iter().any(|line| line.starts_with("__Host-kw_session=")), "{lines:?}");
    for line in lines {
        assert!(line.starts_with("__Host-"), "{line}");
        for flag in ["; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"] {
            assert!(line.contains(flag), "{line} lacks {flag}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
}
