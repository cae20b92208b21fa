//! Class 02: nobody is sent to a stranger's site from here, whatever they were made to
//! bring: at the API, on the pages, by a link and by what the browser says of itself.

use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use serde_json::json;

use crate::pages::html::Page;

const ADA: &str = "ada@example.com";

/// What others were walked around with.
const ELSEWHERE: &[&str] = &[
    "https://evil.example.com",
    "https://evil.example.com/account",
    "http://evil.example.com",
    "HTTPS://evil.example.com",
    "https:evil.example.com",
    "https:/evil.example.com",
    "https:\\\\evil.example.com",
    "http:///evil.example.com",
    "https://localhost@evil.example.com",
    "https://localhost:pw@evil.example.com/",
    "https://localhost.evil.example.com",
    "https://evil.example.com/localhost",
    "https://evil.example.com#localhost",
    "https://evil.example.com?localhost",
    "https://evil.example.com\\@localhost",
    "http://[::1]",
    "http://2130706433",
    "//evil.example.com",
    "///evil.example.com",
    "////evil.example.com",
    "/////evil.example.com/%2f..",
    "/\\evil.example.com",
    "/\\/evil.example.com",
    "\\evil.example.com",
    "\\\\evil.example.com",
    "\\/evil.example.com",
    "/\t/evil.example.com",
    "/\n/evil.example.com",
    "/\r/evil.example.com",
    "\t//evil.example.com",
    " //evil.example.com",
    "\u{a0}//evil.example.com",
    "\u{3000}//evil.example.com",
    "//evil%E3%80%82example.com",
    "//evil\u{3002}example.com",
    "\u{ff0f}\u{ff0f}evil.example.com",
    "/\u{ff0f}evil.example.com",
    "/\u{0}/evil.example.com",
    "//\u{0}evil.example.com",
    "/\u{b}/evil.example.com",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "javascript://localhost/%0aalert(1)",
    "\u{1}javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://evil.example.com/x",
    "file:///etc/passwd",
    "ftp://evil.example.com",
    "mailto:x@evil.example.com",
    "app-scheme://callback",
    "evil.example.com",
    ".evil.example.com",
    "@evil.example.com",
    ":@evil.example.com",
    "?next=//evil.example.com",
    "#//evil.example.com",
    "/account\r\nLocation: https://evil.example.com",
    "/account\r\nSet-Cookie: kw_session=x",
    "/account%0d%0aLocation:%20https://evil.example.com\n",
];

/// Whether a browser that stands on a page of ours leaves it for this. Written down
/// from the URL Standard, and not from the code under test.
fn leaves(to: &str) -> bool {
    let trimmed = to.trim_matches(|c: char| c <= ' ');
    let seen: String = trimmed
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .map(|c| if c == '\\' { '/' } else { c })
        .collect();
    let scheme = seen.split(['/', '?', '#']).next().is_some_and(|first| {
        let mut letters = first.chars();
        first.contains(':') && letters.next().is_some_and(|c| c.is_ascii_alphabetic())
    });
    scheme || seen.starts_with("//")
}

/// A reply that leads nowhere else, by header, link, form or anything that loads.
#[track_caller]
fn stays(reply: &Response, why: &str) {
    assert!(!reply.status().is_server_error(), "{why}: {}", reply.text());
    for name in ["location", "refresh", "content-location", "link"] {
        for value in reply.headers().get_all(name) {
            let to = value.to_str().expect("a header of text");
            assert!(!leaves(to) && to.starts_with('/'), "{why}: {name}: {to}");
        }
    }
    for line in reply.headers().get_all("set-cookie") {
        assert!(!line.to_str().unwrap().starts_with("kw_session=x"), "{why}: a cookie");
    }
    if !reply.text().starts_with("<!") {
        return;
    }
    let page = Page::of(reply);
    assert!(page.all("meta[http-equiv=refresh]").is_empty(), "{why}");
    for name in ["href", "src", "action", "formaction"] {
        for found in page.all(&format!("[{name}]")) {
            let to = found.attr(name).unwrap_or_default();
            // An icon of nothing, so that browsers ask for none.
            if found.value().name() == "link" && to == "data:," {
                continue;
            }
            assert!(!leaves(to), "{why}: {}", found.html());
        }
    }
    for found in page.all("[name=return_to]") {
        let to = found.attr("value").unwrap_or_default();
        assert!(to.is_empty() || to.starts_with('/') && !leaves(to), "{why}: {}", found.html());
    }
}

fn encoded(to: &str) -> String {
    serde_urlencoded::to_string([("return_to", to)]).unwrap()
}

async fn signed_in(t: &TestAuth) -> Client {
    let ada = t.kw.find_person(ADA).await.unwrap().unwrap();
    t.pages().login_as(&ada).await
}

#[tokio::test]
async fn no_page_leads_elsewhere_by_what_stands_in_its_address() {
    let t = TestAuth::new().await;
    t.user(ADA).await;
    let (stranger, ada) = (t.pages(), signed_in(&t).await);
    for &to in ELSEWHERE {
        let asked = encoded(to);
        for path in [
            "/login",
            "/signup",
            "/recover",
            "/login/link",
            "/login/code",
            "/login/mfa",
            "/logout",
            "/account",
            "/account/step-up",
            "/account/totp",
            "/account/password",
            "/",
            "/setup",
        ] {
            for client in [&stranger, &ada] {
                stays(&client.page(&format!("{path}?{asked}")).await, &format!("{path} {to:?}"));
            }
        }
        for name in ["next", "continue", "redirect_uri", "post_logout_redirect_uri", "url"] {
            let asked = serde_urlencoded::to_string([(name, to)]).unwrap();
            stays(&ada.page(&format!("/login?{asked}")).await, &format!("{name} {to:?}"));
        }
    }
}

#[tokio::test]
async fn whoever_proves_who_they_are_stays_here() {
    let t = TestAuth::with(|b| b.settings(|s| s.requests.burst = 10_000)).await;
    t.user(ADA).await;
    for &to in ELSEWHERE {
        let fields = [("username", ADA), ("password", PASSWORD), ("return_to", to)];
        let client = t.pages();
        let reply = client.form("/login", &fields).await;
        stays(&reply, &format!("/login {to:?}"));
        let reply = client.form(&format!("/login?{}", encoded(to)), &fields[..2]).await;
        stays(&reply, &format!("/login?return_to {to:?}"));
        let fields = [("username", ADA), ("password", "wrong"), ("return_to", to)];
        stays(&t.pages().form("/login", &fields).await, &format!("/login, wrong, {to:?}"));
        let ada = signed_in(&t).await;
        let fields = [("method", "password"), ("password", PASSWORD), ("return_to", to)];
        stays(&ada.form("/account/step-up", &fields).await, &format!("/account/step-up {to:?}"));
        stays(&ada.form("/logout", &[("return_to", to)]).await, &format!("/logout {to:?}"));
        t.clock.advance(std::time::Duration::from_secs(700));
    }
}

#[tokio::test]
async fn a_link_by_mail_leads_back_here_or_is_not_sent() {
    let t = TestAuth::new().await;
    t.user(ADA).await;
    for &to in ELSEWHERE {
        let client = t.pages();
        for path in ["/api/v1/sign-in/link", "/api/v1/sign-in/code"] {
            let body = json!({ "identifier": ADA, "return_to": to });
            let reply = client.post(path, &body).await;
            assert_eq!(reply.status(), 422, "{path} {to:?}: {}", reply.text());
            let code = reply.json()["errors"][0]["code"].as_str().unwrap().to_owned();
            assert!(matches!(&*code, "return_to_invalid" | "control_character"), "{to:?}: {code}");
        }
        for path in ["/login/link", "/login/code"] {
            let reply = client.form(path, &[("identifier", ADA), ("return_to", to)]).await;
            stays(&reply, &format!("{path} {to:?}"));
        }
        t.clock.advance(std::time::Duration::from_secs(3600));
    }
    // What the page made of the last of them opens the account, and leads into it.
    t.clock.advance(std::time::Duration::from_secs(24 * 3600));
    let client = t.pages();
    let fields = [("identifier", ADA), ("return_to", "//evil.example.com")];
    stays(&client.form("/login/link", &fields).await, "the last");
    let link = format!("/login/link/{}", t.link_token_for(ADA).await);
    let opened = client.form(&link, &[("return_to", "//evil.example.com")]).await;
    stays(&opened, "its link");
    assert_eq!(client.get("/api/v1/session").await.status(), 200, "{}", opened.text());
}

#[cfg(feature = "oauth")]
#[tokio::test]
async fn a_service_leads_back_here() {
    use keyward::providers::ProviderOptions;
    use keyward::testing::Issuer;

    let issuer = Issuer::start().await;
    let options = ProviderOptions::oidc("acme", &issuer.url(), "id", "secret");
    let t = TestAuth::with(|b| b.sign_in_at(options).ask_providers_by(Issuer::client())).await;
    for &to in ELSEWHERE {
        let reply = t.pages().form("/login/with/acme", &[("return_to", to)]).await;
        if reply.status() == 422 {
            stays(&reply, "a form with control characters");
            continue;
        }
        // To the service that is configured, and to nowhere else.
        let there = crate::providers::onward(&reply);
        let is_there = there.starts_with(&format!("{}/", issuer.url()));
        assert!(is_there && !there.contains("evil"), "{to:?}: {there}");
        let body = json!({ "provider": "acme", "return_to": to });
        let reply = t.pages().post("/api/v1/sign-in/provider", &body).await;
        assert!(reply.status().is_client_error(), "{to:?}: {}", reply.text());
    }
}

/// One took whoever's session had ended back to where they said they came from.
#[tokio::test]
async fn what_the_browser_says_of_where_it_was_leads_nowhere() {
    let t = TestAuth::new().await;
    t.user(ADA).await;
    for path in ["/account/password", "/login", "/logout", "/no-such-page"] {
        for referer in ["https://evil.example.com/", "//evil.example.com", "javascript:alert(1)"] {
            let request = http::Request::post(path)
                .header("host", "localhost")
                .header("accept", "text/html")
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("cookie", "kw_session=ses_00000000000000000000000000.x")
                .header("referer", referer);
            let reply = t.pages().raw(request.body("a=b".to_owned().into()).unwrap()).await;
            stays(&reply, &format!("{path} from {referer}"));
            assert!(!reply.text().contains("evil.example.com"), "{path}");
        }
    }
}

#[test]
fn the_measure_measures() {
    for to in ["/", "/account", "/a//b", "/@evil", "?x", "/..//evil.example.com", "#x"] {
        assert!(!leaves(to), "{to}");
    }
    let paths = ELSEWHERE.iter().filter(|to| leaves(to)).count();
    assert!(paths > 35, "most of them would lead elsewhere: {paths}");
}
