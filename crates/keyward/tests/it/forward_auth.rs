//! Sites behind a proxy: who goes on, as whom, and how a session gets there.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use keyward::forward::{Needs, Site};
use keyward::testing::TestAuth;
use keyward::{ApiKeyTerms, Reply, UserView};

const PROXY: &str = "10.0.0.1";
const PAGE: &str = "text/html,*/*";

/// A browser in front of a proxy, which asks in one of three ways.
struct Browser<'a> {
    t: &'a TestAuth,
    /// By host.
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap()
}

fn location(reply: &Reply) -> String {
    reply.headers().get("location").map_or("", |it| it.to_str().unwrap()).to_owned()
}

fn said(reply: &Reply, name: &str) -> String {
    reply.headers().get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap().to_owned()
}

fn text(reply: Reply) -> String {
    let keyward::Body::Full(bytes) = reply.into_body() else { panic!("a whole body") };
    String::from_utf8(bytes.to_vec()).unwrap()
}

impl<'a> Browser<'a> {
    fn new(t: &'a TestAuth) -> Self {
        Self { t, cookies: BTreeMap::new() }
    }

    async fn signed_in(t: &'a TestAuth, user: &UserView) -> Self {
        let mut browser = Self::new(t);
        let opened = t.kw.sign_in_user(&user.id).await.unwrap().unwrap();
        browser.keep("auth.example.com", opened.set_cookie());
        browser
    }

    fn keep(&mut self, host: &str, line: &str) {
        assert!(line.contains("HttpOnly") && line.contains("Secure"), "{line}");
        let (name, rest) = line.split_once('=').unwrap();
        assert!(name.starts_with("__Host-") && !line.contains("Domain"), "{line}");
        let jar = self.cookies.entry(host.to_owned()).or_default();
        match rest.split(';').next().unwrap() {
            "" => jar.remove(name),
            value => jar.insert(name.to_owned(), value.to_owned()),
        };
    }

    fn line(&self, host: &str) -> String {
        let jar = self.cookies.get(host).cloned().unwrap_or_default();
        jar.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("; ")
    }

    async fn ask(&mut self, host: &str, request: http::request::Builder) -> Reply {
        let request = request.header("cookie", self.line(host)).body(Bytes::new()).unwrap();
        let reply = self.t.kw.handle(request, Some(PROXY.parse::<IpAddr>().unwrap())).await;
        for line in reply.headers().get_all("set-cookie") {
            self.keep(host, line.to_str().unwrap());
        }
        reply
    }

    /// A proxy of each kind asks about a request; nginx, Caddy, Envoy.
    async fn each_proxy(&mut self, method: &str, host: &str, target: &str) -> [Reply; 3] {
        [
            self.nginx(method, host, target).await,
            self.caddy(method, host, target).await,
            self.envoy(method, host, target).await,
        ]
    }

    async fn nginx(&mut self, method: &str, host: &str, target: &str) -> Reply {
        let request = Request::get("/api/v1/verify")
            .header("host", "127.0.0.1:8080")
            .header("accept", PAGE)
            .header("x-original-url", format!("https://{host}{target}"))
            .header("x-original-method", method);
        self.ask(host, request).await
    }

    async fn caddy(&mut self, method: &str, host: &str, target: &str) -> Reply {
        let request = Request::get("/api/v1/verify/forward")
            .header("host", host)
            .header("accept", PAGE)
            .header("x-forwarded-host", host)
            .header("x-forwarded-uri", target)
            .header("x-forwarded-method", method);
        self.ask(host, request).await
    }

    async fn envoy(&mut self, method: &str, host: &str, target: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/verify/ext-authz{target}"))
            .header("host", host)
            .header("accept", PAGE);
        self.ask(host, request).await
    }

    /// Follows where it is led, as far as that is ours to answer.
    async fn go(&mut self, url: &str) -> Reply {
        let mut url = url.to_owned();
        loop {
            let host = host_of(&url).to_owned();
            let path = url.split_once(&host).unwrap().1.to_owned();
            let request = Request::get(&path)
                .header("host", &host)
                .header("accept", PAGE)
                .header("sec-fetch-site", "cross-site");
            let reply = self.ask(&host, request).await;
            match location(&reply) {
                to if to.starts_with("https://") && reply.status() == 303 => url = to,
                to if to.starts_with('/') => url = format!("https://{host}{to}"),
                _ => return reply,
            }
            if !url.contains("/.keyward/") && !url.contains("//auth.example.com/") {
                let arrived = http::Response::builder().status(204).header("location", url);
                return arrived.body(keyward::Body::empty()).unwrap();
            }
        }
    }
}

fn app() -> Site {
    let site = Site::new("https://app.example.com").unwrap();
    let site = site.rule("/assets/*", Needs::Nothing).unwrap();
    let site = site.rule("/admin/*", Needs::Permission("app:administer".into())).unwrap();
    site.rule_for(&["DELETE"], "/posts/*", Needs::Closed).unwrap()
}

async fn house() -> TestAuth {
    let wiki = Site::new("https://wiki.example.com").unwrap();
    TestAuth::with(|builder| {
        let builder =
            builder.public_url("https://auth.example.com").trusted_proxies(["10.0.0.0/8"]);
        builder.site(app()).site(wiki)
    })
    .await
}

const APP: &str = "app.example.com";

#[tokio::test]
async fn strangers_are_sent_to_sign_in_and_come_back_to_where_they_were() {
    let t = house().await;
    let ada = t.user("ada@example.com").await;
    let mut browser = Browser::new(&t);
    let [nginx, caddy, envoy] = browser.each_proxy("GET", APP, "/posts/1?page=2&x=a%26b").await;
    let way = location(&nginx);
    assert_eq!(
        way,
        "https://app.example.com/.keyward/start?to=%2Fposts%2F1%3Fpage%3D2%26x%3Da%2526b"
    );
    let of = |reply: &Reply| (reply.status().as_u16(), location(reply));
    assert_eq!(of(&nginx), (401, way.clone()));
    assert_eq!(of(&caddy), (302, way.clone()));
    assert_eq!(of(&envoy), (302, way.clone()));

    let at_login = browser.go(&way).await;
    assert_eq!(at_login.status(), 200, "the page to sign in");
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    browser.keep("auth.example.com", opened.set_cookie());
    let arrived = browser.go(&way).await;
    assert_eq!(location(&arrived), "https://app.example.com/posts/1?page=2&x=a%26b");
    for reply in browser.each_proxy("GET", APP, "/posts/1").await {
        assert_eq!(reply.status(), 200);
        assert_eq!(said(&reply, "keyward-user"), ada.id.to_string());
        assert_eq!(said(&reply, "keyward-email"), "ada@example.com");
    }
}

#[tokio::test]
async fn a_form_that_signs_in_leads_on_by_a_page_of_its_own() {
    let t = house().await;
    let ada = t.user("ada@example.com").await;
    let mut browser = Browser::signed_in(&t, &ada).await;
    let begun = Request::get("/.keyward/start?to=%2F").header("host", APP);
    let to = location(&browser.ask(APP, begun).await);
    let path = to.strip_prefix("https://auth.example.com").unwrap();
    let request = Request::get(path)
        .header("host", "auth.example.com")
        .header("accept", PAGE)
        .header("sec-fetch-site", "same-origin");
    let reply = browser.ask("auth.example.com", request).await;
    assert_eq!(reply.status(), 200, "a browser lets no form lead to another site");
    let page = text(reply).replace("&#x2f;", "/");
    assert!(page.contains("http-equiv=\"refresh\"") && page.contains("/.keyward/enter?code="));
}

#[tokio::test]
async fn programs_are_told_and_not_sent_anywhere() {
    let t = house().await;
    let mut browser = Browser::new(&t);
    let request = Request::get("/api/v1/verify/forward")
        .header("host", APP)
        .header("x-forwarded-host", APP)
        .header("x-forwarded-uri", "/posts")
        .header("x-forwarded-method", "POST");
    let reply = browser.ask(APP, request).await;
    assert_eq!((reply.status().as_u16(), location(&reply).as_str()), (401, ""));
}

#[tokio::test]
async fn each_path_asks_for_what_its_rule_says() {
    let t = house().await;
    let (ada, eve) = (t.user("ada@example.com").await, t.user("eve@example.com").await);
    t.role("chief", &["app:administer"]).await;
    t.give_role(&ada, "chief").await;
    t.role("printer", &["printer:print"]).await;
    t.give_role(&ada, "printer").await;
    let mut strangers = Browser::new(&t);
    for reply in strangers.each_proxy("GET", APP, "/assets/a.css").await {
        assert_eq!((reply.status().as_u16(), said(&reply, "keyward-user").as_str()), (200, ""));
    }
    for (who, expected) in [(&ada, 200), (&eve, 403)] {
        let mut browser = Browser::signed_in(&t, who).await;
        browser.go("https://app.example.com/.keyward/start?to=%2F").await;
        for reply in browser.each_proxy("GET", APP, "/admin/users?x=/assets/").await {
            assert_eq!(reply.status().as_u16(), expected, "{:?}", who.email);
        }
        for reply in browser.each_proxy("DELETE", APP, "/posts/1").await {
            assert_eq!(reply.status(), 403, "closed, whoever comes");
        }
        for reply in browser.each_proxy("GET", APP, "/posts/1").await {
            assert_eq!(reply.status(), 200);
            let roles = if expected == 200 { "chief,printer" } else { "" };
            assert_eq!(said(&reply, "keyward-roles"), roles);
        }
    }
    for reply in strangers.each_proxy("GET", "unknown.example.com", "/").await {
        assert_eq!(reply.status(), 403);
    }
}

#[tokio::test]
async fn a_session_at_a_site_is_for_that_site_and_ends_with_the_session() {
    let t = house().await;
    let ada = t.user("ada@example.com").await;
    let mut browser = Browser::signed_in(&t, &ada).await;
    browser.go("https://app.example.com/.keyward/start?to=%2F").await;
    let token = browser.cookies[APP]["__Host-kw_site"].clone();
    let status = async |browser: &mut Browser<'_>, host| {
        let [nginx, caddy, envoy] = browser.each_proxy("GET", host, "/").await;
        [nginx.status().as_u16(), caddy.status().as_u16(), envoy.status().as_u16()]
    };
    assert_eq!(status(&mut browser, APP).await, [200, 200, 200]);

    // Carried elsewhere, it is nothing.
    browser.keep("wiki.example.com", &format!("__Host-kw_site={token}; HttpOnly; Secure"));
    assert_eq!(status(&mut browser, "wiki.example.com").await, [401, 302, 302]);
    for (name, value) in [
        ("cookie", format!("__Host-kw_session={token}")),
        ("authorization", format!("Bearer {token}")),
    ] {
        let request = Request::get("/api/v1/session").header("host", "auth.example.com");
        let request = request.header(name, value).body(Bytes::new()).unwrap();
        assert_eq!(t.kw.handle(request, None).await.status(), 401, "{name}");
    }
    // Changed by one digit, it is nothing.
    let last = if token.ends_with('0') { "1" } else { "0" };
    let changed = format!("{}{last}", &token[..token.len() - 1]);
    browser.keep(APP, &format!("__Host-kw_site={changed}; HttpOnly; Secure"));
    assert_eq!(status(&mut browser, APP).await, [401, 302, 302]);
    browser.keep(APP, &format!("__Host-kw_site={token}; HttpOnly; Secure"));

    let session = browser.cookies["auth.example.com"]["__Host-kw_session"].clone();
    let request = Request::post("/api/v1/sign-out")
        .header("host", "auth.example.com")
        .header("cookie", format!("__Host-kw_session={session}"))
        .header("sec-fetch-site", "same-origin");
    let out = t.kw.handle(request.body(Bytes::new()).unwrap(), None).await;
    assert!(out.status().is_success());
    assert_eq!(status(&mut browser, APP).await, [401, 302, 302]);
}

#[tokio::test]
async fn an_api_key_opens_a_site_and_a_wrong_one_is_not_ignored() {
    let t = house().await;
    let ada = t.user("ada@example.com").await;
    let terms = ApiKeyTerms { name: "deploy".into(), ..ApiKeyTerms::default() };
    let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    let mut browser = Browser::new(&t);
    let mut by = async |value: &str, target: &str| {
        let request = Request::get("/api/v1/verify")
            .header("x-original-url", format!("https://{APP}{target}"))
            .header("x-original-method", "GET")
            .header("x-api-key", value);
        browser.ask(APP, request).await.status().as_u16()
    };
    assert_eq!(by(key.text.reveal(), "/posts").await, 200);
    let wrong = format!("{}x", key.text.reveal());
    assert_eq!(by(&wrong, "/posts").await, 401);
    assert_eq!(by(&wrong, "/assets/a.css").await, 401);
}

#[cfg(feature = "tokens")]
#[tokio::test]
async fn an_access_token_opens_a_site_until_its_family_ends_and_a_wrong_one_is_not_ignored() {
    let t = house().await;
    let ada = t.user("ada@example.com").await;
    let pair = t.kw.issue_tokens(ada.id, keyward::TokenTerms::default()).await.unwrap().unwrap();
    let mut browser = Browser::new(&t);
    let mut by = async |token: &str, target: &str| {
        let request = Request::get("/api/v1/verify")
            .header("x-original-url", format!("https://{APP}{target}"))
            .header("x-original-method", "GET")
            .header("authorization", format!("Bearer {token}"));
        let reply = browser.ask(APP, request).await;
        (reply.status().as_u16(), reply.headers().get("keyward-user").cloned())
    };
    let (status, user) = by(pair.access.reveal(), "/posts").await;
    assert_eq!((status, user.unwrap().to_str().unwrap()), (200, &*ada.id.to_string()));
    let wrong = format!("{}x", pair.access.reveal());
    for (token, target) in
        [(&*wrong, "/posts"), (&wrong, "/assets/a.css"), (pair.refresh.reveal(), "/posts")]
    {
        assert_eq!(by(token, target).await.0, 401, "{target}");
    }
    t.kw.close_sessions(ada.id).await.unwrap().unwrap();
    assert_eq!(by(pair.access.reveal(), "/posts").await.0, 401, "its family has ended");
}

#[tokio::test]
async fn a_code_is_good_once_for_a_minute_in_its_browser_at_its_site() {
    let t = house().await;
    let ada = t.user("ada@example.com").await;
    let code = async |browser: &mut Browser<'_>, site: &str| {
        let start = Request::get("/.keyward/start?to=%2F").header("host", site);
        let way = location(&browser.ask(site, start).await);
        let path = way.strip_prefix("https://auth.example.com").unwrap().to_owned();
        let go = Request::get(path).header("host", "auth.example.com").header("accept", PAGE);
        let go = go.header("sec-fetch-site", "cross-site");
        let enter = location(&browser.ask("auth.example.com", go).await);
        enter.split_once("example.com").unwrap().1.to_owned()
    };
    let enter = async |browser: &mut Browser<'_>, site: &str, path: &str| {
        let request = Request::get(path).header("host", site).header("accept", "*/*");
        browser.ask(site, request).await.status().as_u16()
    };
    let mut browser = Browser::signed_in(&t, &ada).await;
    let path = code(&mut browser, APP).await;

    // An attacker's code in somebody else's browser signs nobody in to the attacker's account.
    let mut other = Browser::new(&t);
    assert_eq!(enter(&mut other, APP, &path).await, 410);
    let start = Request::get("/.keyward/start?to=%2F").header("host", APP);
    other.ask(APP, start).await;
    assert_eq!(enter(&mut other, APP, &path).await, 410, "not even in one that began itself");

    let state = browser.cookies[APP]["__Host-kw_site_state"].clone();
    browser.keep("wiki.example.com", &format!("__Host-kw_site_state={state}; HttpOnly; Secure"));
    let stolen = path.clone();
    assert_eq!(enter(&mut browser, APP, &path).await, 303);
    browser.keep(APP, &format!("__Host-kw_site_state={state}; HttpOnly; Secure"));
    assert_eq!(enter(&mut browser, APP, &stolen).await, 410, "a second time");

    let path = code(&mut browser, APP).await;
    let state = browser.cookies[APP]["__Host-kw_site_state"].clone();
    browser.keep("wiki.example.com", &format!("__Host-kw_site_state={state}; HttpOnly; Secure"));
    assert_eq!(enter(&mut browser, "wiki.example.com", &path).await, 410, "another site");

    let path = code(&mut browser, APP).await;
    t.clock.advance(Duration::from_secs(61));
    assert_eq!(enter(&mut browser, APP, &path).await, 410, "late");
}

#[tokio::test]
async fn nobody_is_led_away_to_a_strangers_address() {
    let t = house().await;
    let ada = t.user("ada@example.com").await;
    let mut browser = Browser::signed_in(&t, &ada).await;
    for to in [
        "//evil.example.com",
        "/\\evil.example.com",
        "https://evil.example.com",
        "",
        "/\r\nX",
        "/a b",
    ] {
        let to: String = url(to);
        for (host, path) in [
            (APP, format!("/.keyward/start?to={to}")),
            (APP, format!("/.keyward/enter?code=x&to={to}")),
            ("auth.example.com", format!("/hand-over?site={APP}&state=00&to={to}")),
        ] {
            let request = Request::get(&path).header("host", host);
            let reply = browser.ask(host, request).await;
            assert!(reply.status().is_client_error(), "{path}: {}", reply.status());
        }
    }
    for (host, path) in [
        ("auth.example.com", "/hand-over?site=evil.example.com&state=00&to=%2F"),
        ("auth.example.com", "/.keyward/start?to=%2F"),
        ("evil.example.com", "/.keyward/start?to=%2F"),
    ] {
        let reply = browser.ask(host, Request::get(path).header("host", host)).await;
        assert_eq!(reply.status(), 404, "{host}{path}");
    }
    // What the proxy says of the target leads nowhere else either.
    let reply = Browser::new(&t).nginx("GET", APP, "//evil.example.com/").await;
    assert_eq!(location(&reply), "", "a path that can be read in two ways");
}

fn url(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[tokio::test]
async fn a_shared_cookie_needs_no_hand_over() {
    let t = TestAuth::with(|builder| {
        let builder =
            builder.public_url("https://auth.example.com").trusted_proxies(["10.0.0.0/8"]);
        let other = Site::new("https://app.example.org").unwrap();
        builder.cookie_domain("example.com").site(app()).site(other)
    })
    .await;
    let ada = t.user("ada@example.com").await;
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let line = opened.set_cookie();
    assert!(line.starts_with("__Secure-kw_session=") && line.contains("; Domain=example.com"));
    let cookie = line.split(';').next().unwrap();
    let ask = async |site: &str, cookie: &str| {
        let request = Request::get("/api/v1/verify")
            .header("x-original-url", format!("https://{site}/"))
            .header("x-original-method", "GET")
            .header("accept", PAGE)
            .header("cookie", cookie);
        t.kw.handle(request.body(Bytes::new()).unwrap(), Some(PROXY.parse().unwrap())).await
    };
    assert_eq!(ask(APP, cookie).await.status(), 200);
    let away = location(&ask(APP, "").await);
    assert_eq!(away, "https://auth.example.com/hand-over?site=app.example.com&to=%2F");
    let elsewhere = location(&ask("app.example.org", "").await);
    assert_eq!(elsewhere, "https://app.example.org/.keyward/start?to=%2F");
    let request = Request::get(away.strip_prefix("https://auth.example.com").unwrap())
        .header("host", "auth.example.com")
        .header("sec-fetch-site", "cross-site")
        .header("cookie", cookie);
    let reply = t.kw.handle(request.body(Bytes::new()).unwrap(), None).await;
    assert_eq!(location(&reply), "https://app.example.com/");
}

#[tokio::test]
async fn what_does_not_go_together_does_not_start() {
    for (builder, why) in [
        (keyward::Keyward::memory().site(app()), "trusted"),
        (keyward::Keyward::memory().trusted_proxies(["10.0.0.1"]).site(app()).site(app()), "twice"),
        (
            keyward::Keyward::memory()
                .public_url("https://app.example.com")
                .trusted_proxies(["10.0.0.1"])
                .site(app()),
            "own",
        ),
        (
            keyward::Keyward::memory()
                .public_url("https://auth.example.com")
                .cookie_domain("example.org"),
            "no host of",
        ),
    ] {
        let error = builder.build().await.unwrap_err();
        let said = std::error::Error::source(&error).unwrap().to_string();
        assert!(said.contains(why), "{said}");
    }
}
