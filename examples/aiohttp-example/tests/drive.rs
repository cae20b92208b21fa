//! The example answers as the original did, with a ticket in a cookie and with one in a
//! session. `cargo xtask vectors` compares it with the recording itself.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use keyward::testing::{Client, FakeClock, Response, TestAuth};

const LOGOUT: &str = "Home page. Logout: http://127.0.0.1:8080/logout";
const FORBIDDEN: &str = "403: Forbidden";
const UNAUTHORIZED: &str = "401: Unauthorized";

/// What becomes of the session's cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cookie {
    Untouched,
    Set,
    Cleared,
}

use Cookie::{Cleared, Set, Untouched};

/// Request, status, text and cookie.
type Row = (&'static str, u16, &'static str, Cookie);

const COOKIE: [Row; 8] = [
    ("/", 200, "Home page.", Untouched),
    ("/edit", 403, FORBIDDEN, Untouched),
    ("/login?username=bob&password=wrong", 401, UNAUTHORIZED, Untouched),
    ("/login?username=bob&password=bob_password", 200, "Ok", Set),
    ("/view", 200, "View Page", Untouched),
    ("/logout", 200, "Ok", Cleared),
    ("/login?username=alice&password=alice_password", 200, "Ok", Set),
    ("/admin", 403, FORBIDDEN, Untouched),
];

const SESSION: [Row; 9] = [
    ("/view", 403, FORBIDDEN, Untouched),
    ("/logout", 401, UNAUTHORIZED, Untouched),
    ("/login?username=bob&password=bob_password", 200, "Ok", Set),
    ("/admin", 200, "Admin Page", Untouched),
    ("/logout", 200, "Ok", Cleared),
    ("/", 200, "Home page.", Untouched),
    ("/login?username=alice&password=alice_password", 200, "Ok", Set),
    ("/", 200, LOGOUT, Untouched),
    ("/edit", 403, FORBIDDEN, Untouched),
];

async fn browser() -> Client {
    let auth = aiohttp_example::auth().await.unwrap();
    TestAuth::around(auth, FakeClock::default()).client(aiohttp_example::app())
}

#[tokio::test]
async fn the_example_answers_as_the_original_did() {
    for flow in [&COOKIE[..], &SESSION[..]] {
        let browser = browser().await;
        for (path, status, text, cookie) in flow {
            let reply = browser.get(path).await;
            assert_eq!((reply.status().as_u16(), reply.text()), (*status, *text), "{path}");
            assert!(!reply.headers().contains_key("www-authenticate"), "{path}");
            assert_eq!(becomes(&reply), *cookie, "{path}");
        }
    }
}

#[tokio::test]
async fn everybody_sees_their_pages_and_no_others() {
    let paths = ["/", "/view", "/admin", "/edit", "/logout"];
    for (member, statuses) in [
        (None, [200, 403, 403, 403, 401]),
        (Some("bob"), [200, 200, 200, 403, 200]),
        (Some("alice"), [200, 200, 403, 403, 200]),
        (Some("nobody"), [200, 403, 403, 403, 401]),
    ] {
        let browser = browser().await;
        if let Some(name) = member {
            browser.get(&format!("/login?username={name}&password={name}_password")).await;
        }
        for (path, status) in paths.into_iter().zip(statuses) {
            assert_eq!(browser.get(path).await.status(), status, "{member:?} {path}");
        }
    }
}

#[tokio::test]
async fn whoever_signed_out_is_signed_out_with_a_copied_cookie_too() {
    let browser = browser().await;
    browser.get("/login?username=bob&password=bob_password").await;
    let copied = browser.cookie("kw_session").unwrap();
    browser.get("/logout").await;
    browser.set_cookie("kw_session", &copied);
    assert_eq!(browser.get("/admin").await.status(), 403);
}

fn becomes(reply: &Response) -> Cookie {
    let mut lines = reply.headers().get_all("set-cookie").iter();
    let line = lines.next().map(|line| line.to_str().unwrap());
    assert!(lines.next().is_none());
    let Some(line) = line else { return Untouched };
    assert!(line.starts_with("kw_session=") && line.contains("; HttpOnly; SameSite=Lax"), "{line}");
    if line.contains("Max-Age=0") { Cleared } else { Set }
}
