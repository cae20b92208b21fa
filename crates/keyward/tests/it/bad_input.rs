//! Whatever comes in: a 4xx problem with a stable code, never a 5xx, and
//! nothing half-written.

use axum::body::Body;
use http::{Method, Request};
use keyward::id::UserId;
use keyward::port::Random as _;
use keyward::port::{EventQuery, PeopleQuery};
use keyward::testing::SeededRandom;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use serde_json::json;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Rows and events: what must not change when something is refused.
async fn written(t: &TestAuth) -> (usize, usize, usize) {
    let people = PeopleQuery { limit: 200, ..PeopleQuery::default() };
    let events = EventQuery { limit: 500, ..EventQuery::default() };
    let rows = t.kw.people(&people).await.unwrap().data;
    let names = rows.iter().map(|row| row.identifiers.len()).sum();
    (rows.len(), names, t.kw.audit(&events).await.unwrap().len())
}

/// An administrator, who is let in everywhere.
async fn root(t: &TestAuth) -> Client {
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    t.pages().login_as(&root).await
}

fn is_refusal(reply: &Response) -> bool {
    let type_uri = reply.json()["type"].as_str().unwrap_or_default().to_owned();
    reply.status().is_client_error() && type_uri == format!("urn:keyward:problem:{}", reply.code())
}

#[tokio::test]
async fn malformed_bodies_are_refused_with_a_stable_code_and_nothing_is_written() {
    let t = TestAuth::new().await;
    let client = root(&t).await;
    let before = written(&t).await;
    let nul = "{\"email\":\"a@example.com\",\"password\":\"long enough \\u0000 here\"}";
    let tab =
        "{\"email\":\"a@example.com\",\"name\":\"a\\tb\",\"password\":\"long enough for all\"}";
    for (kind, body, code) in [
        (Some(JSON), "", "bad_json"),
        (Some(JSON), "{", "bad_json"),
        (Some(JSON), "[]", "bad_json"),
        (Some(JSON), "null", "bad_json"),
        (Some(JSON), "\"x\"", "bad_json"),
        (Some(JSON), "{} {}", "bad_json"),
        (Some(JSON), "{\"email\":1e999}", "bad_json"),
        (Some(JSON), "{\"email\":NaN}", "bad_json"),
        (Some(JSON), "{'email':'a'}", "bad_json"),
        (Some(JSON), "\u{feff}{}", "bad_json"),
        (Some(JSON), "{\"email\":\"\\ud800\"}", "bad_json"),
        (Some(JSON), "{\"email\":\"a@example.com\",\"email\":\"b@example.com\"}", "bad_json"),
        (Some(JSON), "{\"emial\":\"a@example.com\"}", "unknown_field"),
        (Some(JSON), "{\"email\":\"a@example.com\",\"role\":\"admin\"}", "unknown_field"),
        (Some(JSON), "{\"email\":[\"a@example.com\"]}", "validation_failed"),
        (Some(JSON), "{\"email\":{\"$ne\":1}}", "validation_failed"),
        (Some(JSON), "{\"email\":true}", "validation_failed"),
        (Some(JSON), nul, "validation_failed"),
        (Some(JSON), tab, "validation_failed"),
        (None, "{\"email\":\"a@example.com\"}", "unsupported_media_type"),
        (Some("text/plain"), "{}", "unsupported_media_type"),
        (Some("application/xml"), "<!DOCTYPE a><a/>", "unsupported_media_type"),
        (Some("application/jsonp"), "{}", "unsupported_media_type"),
        (Some("multipart/form-data"), "--x--", "unsupported_media_type"),
        (Some("multipart/form-data; boundary=x"), "--y--", "bad_request"),
        (Some(FORM), "email=a&email=b", "bad_request"),
        (Some(FORM), "email=%zz", "bad_request"),
        (Some(FORM), "email=%", "bad_request"),
        (Some(FORM), "email=%ff", "bad_request"),
        (Some(FORM), "email=a%00b", "validation_failed"),
        (Some(FORM), "nothing=1", "unknown_field"),
    ] {
        let reply = client.send(Method::POST, "/api/v1/sign-up", kind, body).await;
        assert_eq!(reply.code(), code, "{kind:?} {body}: {}", reply.text());
        assert!(is_refusal(&reply), "{}", reply.text());
    }
    assert_eq!(written(&t).await, before);
}

#[tokio::test]
async fn forms_and_multipart_say_what_json_says() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let json = json!({ "identifier": "ada@example.com", "password": PASSWORD }).to_string();
    let form = format!("identifier=ada%40example.com&password={}", PASSWORD.replace(' ', "+"));
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts = part("identifier", "ada@example.com") + &part("password", PASSWORD) + "--x--\r\n";
    for (kind, body) in [(JSON, &json), (FORM, &form), ("multipart/form-data; boundary=x", &parts)]
    {
        let client = t.pages();
        let reply = client.send(Method::POST, "/api/v1/sign-in", Some(kind), body).await;
        assert_eq!(reply.json()["status"], "complete", "{kind}: {}", reply.text());
    }
    let file = "--x\r\nContent-Disposition: form-data; name=\"identifier\"; filename=\"f\"\r\n\r\n1\r\n--x--";
    let kind = Some("multipart/form-data; boundary=x");
    let reply = t.pages().send(Method::POST, "/api/v1/sign-in", kind, file).await;
    assert_eq!(reply.code(), "unsupported_media_type");
}

#[tokio::test]
async fn odd_heads_are_refused() {
    let t = TestAuth::new().await;
    let client = t.pages();
    let ask = |method: Method, path: &str, headers: &[(&str, &str)]| {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).unwrap()
    };
    let host = ("host", "localhost");
    for (method, path, headers, code) in [
        (Method::GET, "/api/v1/config", vec![], "host_not_allowed"),
        (Method::GET, "/api/v1/config", vec![("host", "evil.example.com")], "host_not_allowed"),
        (Method::GET, "/api/v1/config", vec![("host", "localhost:81")], "host_not_allowed"),
        (Method::GET, "/api/v1/config", vec![("host", "localhost.")], "host_not_allowed"),
        (Method::GET, "/api/v1/config", vec![host, ("host", "evil.example.com")], "bad_request"),
        (
            Method::GET,
            "/api/v1/session",
            vec![host, ("authorization", "Bearer a"), ("authorization", "Bearer b")],
            "bad_request",
        ),
        (Method::PUT, "/api/v1/sign-in", vec![host], "method_not_allowed"),
        (Method::TRACE, "/api/v1/sign-in", vec![host], "method_not_allowed"),
        (Method::from_bytes(b"FOO").unwrap(), "/api/v1/config", vec![host], "method_not_allowed"),
        (Method::GET, "/api/v1/admin/users/%zz", vec![host], "not_found"),
        (Method::GET, "/api/v1/admin/users/%00", vec![host], "not_found"),
        (Method::GET, "/api/v1/admin/users/%ff", vec![host], "not_found"),
    ] {
        let reply = client.raw(ask(method.clone(), path, &headers)).await;
        assert_eq!(reply.code(), code, "{method} {path} {headers:?}: {}", reply.text());
        assert!(is_refusal(&reply), "{}", reply.text());
        if code == "method_not_allowed" {
            assert!(reply.headers().contains_key("allow"), "{method} {path}");
        }
    }
    // What is not ours is the app's to answer; this app knows nothing else.
    for path in
        ["/api/v1/../v1/config", "//api/v1/config", "/api/v1/%2e%2e/config", "/API/v1/config"]
    {
        let reply = client.raw(ask(Method::GET, path, &[host])).await;
        assert_eq!(reply.status(), 404, "{path}");
    }
}

/// Every route of the table, with its variable parts filled in.
fn doors(user: UserId) -> Vec<(Method, String)> {
    let table = keyward::route_table(false);
    let door = |line: &str| {
        let mut words = line.split_whitespace();
        let method: Method = words.next().unwrap().parse().unwrap();
        let path = words.next().unwrap().replace("{id}", &user.to_string());
        (method, path.replace(['{', '}'], ""))
    };
    table.lines().map(door).collect()
}

/// Doors through which an administrator would really lose something.
fn is_final((method, path): &(Method, String)) -> bool {
    path.contains("sign-out")
        || path.contains("logout")
        || path.ends_with("/events")
        || path.ends_with("/lock")
        || *method == Method::DELETE
}

#[tokio::test]
async fn random_bytes_at_every_door_are_never_a_failure() {
    let t = TestAuth::new().await;
    let client = root(&t).await;
    let ada = t.user("ada@example.com").await;
    let kinds = [JSON, FORM, "multipart/form-data; boundary=x", "text/plain", ""];
    let mut rng = SeededRandom::new(7);
    let doors = doors(ada.id);
    assert!(doors.len() > 40, "{} doors", doors.len());
    for door in doors.iter().filter(|door| !is_final(door)) {
        for round in 0..24 {
            let body = noise(&mut rng, round);
            let kind = kinds[round % kinds.len()];
            let mut request = Request::builder().method(&door.0).uri(&door.1);
            request = request.header("host", "localhost").header("sec-fetch-site", "same-origin");
            let cookie = format!("kw_session={}", client.cookie("kw_session").unwrap());
            request = request.header("cookie", cookie).header("content-type", kind);
            let reply = client.raw(request.body(Body::from(body.clone())).unwrap()).await;
            let text = String::from_utf8_lossy(&body);
            assert!(!reply.status().is_server_error(), "{door:?} {kind} {text:?}: {reply:?}");
        }
    }
    let me = client.get("/api/v1/me").await;
    assert_eq!(me.status(), 200, "and the service still works: {}", me.text());
}

/// Bytes at random, or JSON that is nearly right.
fn noise(rng: &mut SeededRandom, round: usize) -> Vec<u8> {
    let mut bytes = vec![0; 1 + round * 5];
    rng.fill(&mut bytes);
    if round.is_multiple_of(2) {
        return bytes;
    }
    let names = ["email", "password", "identifier", "token", "code", "name", "data", "permission"];
    let values = ["null", "1", "-1", "1e308", "[]", "{}", "true", "\"\"", "\"\\u202e\"", "\"x\""];
    let pick = |at: usize, from: &[&str]| from[usize::from(bytes[at]) % from.len()].to_owned();
    let pairs: Vec<String> = (0..4)
        .map(|n| format!("\"{}\":{}", pick(n, &names), pick(bytes.len() - 1 - n, &values)))
        .collect();
    format!("{{{}}}", pairs.join(",")).into_bytes()
}

#[tokio::test]
async fn strangers_reach_only_what_is_for_anyone() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let (stranger, person) = (t.pages(), t.pages().login_as(&ada).await);
    for line in keyward::route_table(false).lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let method: Method = words[0].parse().unwrap();
        let path = words[1].replace("{id}", &ada.id.to_string()).replace(['{', '}'], "");
        if !path.starts_with("/api/") {
            continue;
        }
        let guard = words[2];
        let told = stranger.json(method.clone(), &path, &json!({})).await;
        if guard != "Anyone" {
            let code = if guard == "Proxy" { "proxy_untrusted" } else { "unauthenticated" };
            assert_eq!(told.code(), code, "{line}");
        }
        if guard.starts_with("Holding") {
            let told = person.json(method, &path, &json!({})).await;
            assert_eq!(told.code(), "missing_permission", "{line}");
        }
    }
}
