//! Class 03: what a client writes about itself in headers is not believed.

use std::net::IpAddr;

use bytes::Bytes;
use http::{Request, StatusCode};
use keyward::forward::{Needs, Site};
use keyward::testing::{PASSWORD, TestAuth};
use keyward::{Body, Reply};
use serde_json::{Value, json};

const OURS: &str = "https://auth.example.com";
const EVIL: &str = "evil.example.com";

async fn house() -> TestAuth {
    let site = Site::new("https://app.example.com").unwrap();
    let site = site.rule("/open/*", Needs::Nothing).unwrap();
    TestAuth::with(|builder| {
        builder.public_url(OURS).trusted_proxies(["10.0.0.0/8"]).site(site).rate_limits(20, 10_000)
    })
    .await
}

fn json_of(reply: Reply) -> Value {
    let Body::Full(bytes) = reply.into_body() else { return Value::Null };
    serde_json::from_slice(&bytes).unwrap_or_default()
}

async fn post(
    t: &TestAuth,
    from: &str,
    path: &str,
    body: &Value,
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = Request::post(path)
        .header("host", "auth.example.com")
        .header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Bytes::from(body.to_string())).unwrap();
    t.kw.handle(request, from.parse::<IpAddr>().ok()).await
}

#[tokio::test]
async fn links_in_letters_lead_to_the_public_url_whatever_a_request_says() {
    let address = json!({ "identifier": "ada@example.com" });
    for (name, value) in [
        ("x-forwarded-host", EVIL),
        ("x-host", EVIL),
        ("forwarded", "host=evil.example.com;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "81"),
        ("x-original-url", "http://evil.example.com/"),
        ("x-forwarded-server", EVIL),
    ] {
        let t = house().await;
        t.user("ada@example.com").await;
        let reply = post(&t, "203.0.113.9", "/api/v1/recovery", &address, &[(name, value)]).await;
        assert!(reply.status().is_success(), "{name}: {}", reply.status());
        t.deliver().await;
        let letter = t.kw.inbox().unwrap().last_to("ada@example.com").unwrap();
        for part in [&letter.text, &letter.html] {
            assert!(part.contains(&format!("{OURS}/")) && !part.contains("evil"), "{name}: {part}");
            assert!(!part.contains("http://") && !part.contains("example.com:81"), "{name}");
        }
        let link = letter.link.unwrap();
        assert!(link.starts_with(&format!("{OURS}/")), "{name}: {link}");
    }
    let t = house().await;
    // Another host is not served at all, and two hosts are none.
    for hosts in [&[EVIL][..], &["auth.example.com", EVIL], &["auth.example.com:81"]] {
        let mut request =
            Request::post("/api/v1/recovery").header("content-type", "application/json");
        for host in hosts {
            request = request.header("host", *host);
        }
        let request = request.body(Bytes::from(address.to_string())).unwrap();
        let reply = t.kw.handle(request, None).await;
        assert!(reply.status().is_client_error(), "{hosts:?}");
    }
    let absolute = Request::post("https://evil.example.com/api/v1/recovery");
    let absolute = absolute.header("content-type", "application/json");
    let reply = t.kw.handle(absolute.body(Bytes::from(address.to_string())).unwrap(), None).await;
    assert_eq!(reply.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_client_does_not_choose_the_address_that_its_guesses_count_for() {
    let t = house().await;
    t.user("ada@example.com").await;
    let guess = json!({ "identifier": "nobody@example.com", "password": PASSWORD });
    let mut throttled = 0;
    for n in 0..200_u8 {
        let invented = format!("198.51.100.{n}");
        let headers = [
            ("x-forwarded-for", if n % 3 == 0 { "a" } else { invented.as_str() }),
            ("forwarded", "for=198.51.100.7"),
            ("x-real-ip", invented.as_str()),
            ("true-client-ip", invented.as_str()),
        ];
        let reply = post(&t, "203.0.113.9", "/api/v1/sign-in", &guess, &headers).await;
        throttled += usize::from(reply.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(throttled >= 180, "{throttled} of 200 were slowed down");
    // Through the proxy it is the same: what the client wrote stands further left.
    let mut throttled = 0;
    for n in 0..200_u8 {
        let line = format!("198.51.100.{n}, 203.0.113.77");
        let headers = [("x-forwarded-for", line.as_str())];
        let reply = post(&t, "10.0.0.1", "/api/v1/sign-in", &guess, &headers).await;
        throttled += usize::from(reply.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(throttled >= 180, "{throttled} of 200 were slowed down");
}

fn about(path: &str, from_host: &str) -> http::request::Builder {
    Request::get(path)
        .header("host", from_host)
        .header("x-original-url", "https://app.example.com/open/a")
        .header("x-original-method", "GET")
        .header("x-forwarded-host", "app.example.com")
        .header("x-forwarded-uri", "/open/a")
        .header("x-forwarded-method", "GET")
}

#[tokio::test]
async fn only_a_trusted_proxy_says_what_is_asked() {
    let t = house().await;
    for path in ["/api/v1/verify", "/api/v1/verify/forward", "/api/v1/verify/ext-authz/open/a"] {
        for (peer, expected) in [("203.0.113.9", 403), ("10.0.0.1", 200)] {
            let request = about(path, "app.example.com").body(Bytes::new()).unwrap();
            let reply = t.kw.handle(request, peer.parse().ok()).await;
            assert_eq!(reply.status().as_u16(), expected, "{path} {peer}");
        }
        let unknown = about(path, "app.example.com").body(Bytes::new()).unwrap();
        assert_eq!(t.kw.handle(unknown, None).await.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn a_client_does_not_say_who_it_is() {
    let t = house().await;
    // A server that takes `_` for `-` would read this as ours; a proxy does not drop it.
    for (name, value) in [
        ("keyward_user", "usr_admin"),
        ("keyward_roles", "admin"),
        ("connection", "close, Keyward-User"),
        ("connection", "keyward_user"),
    ] {
        let request = about("/api/v1/verify", "app.example.com").header(name, value);
        let reply = t.kw.handle(request.body(Bytes::new()).unwrap(), "10.0.0.1".parse().ok()).await;
        assert_eq!(reply.status(), 403, "{name}");
        assert_eq!(json_of(reply)["code"], "header_spoofed", "{name}");
    }
    // One of our own names is overwritten: the answer has all of them, empty for nobody.
    let request = about("/api/v1/verify", "app.example.com").header("keyward-user", "usr_admin");
    let reply = t.kw.handle(request.body(Bytes::new()).unwrap(), "10.0.0.1".parse().ok()).await;
    for name in ["keyward-user", "keyward-email", "keyward-username", "keyward-roles"] {
        assert_eq!(reply.headers().get(name).unwrap(), "", "{name}");
    }
}

#[tokio::test]
async fn a_proxy_that_says_something_twice_or_not_at_all_is_not_understood() {
    let t = house().await;
    let complete = || about("/api/v1/verify/forward", "app.example.com");
    for (name, value) in
        [("x-forwarded-host", EVIL), ("x-forwarded-uri", "/admin"), ("x-forwarded-method", "POST")]
    {
        let twice = complete().header(name, value).body(Bytes::new()).unwrap();
        let mut without = complete().body(Bytes::new()).unwrap();
        without.headers_mut().remove(name);
        for request in [twice, without] {
            let reply = t.kw.handle(request, "10.0.0.1".parse().ok()).await;
            assert_eq!(reply.status(), 403, "{name}");
        }
    }
}
