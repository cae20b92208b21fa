//! Class 18: text stays text: in searches, cursors, statements, and the heads of mails.
//! On a real database; what other databases make of it, the conformance suite asks.

use keyward::testing::{CHEAP, Client, FakeClock, PASSWORD, Response, TestAuth};
use keyward::{Keyward, NewPerson, Secret};
use serde_json::{Value, json};

use crate::pages::html::Page;

/// Characters and words that mean something to a database, a shell or a protocol.
const NASTY: &[&str] = &[
    "%",
    "_",
    "\\",
    "'",
    "\"",
    "`",
    ";",
    "--",
    "/*",
    "*/",
    "#",
    "?",
    "$1",
    ":name",
    "@x",
    "' OR '1'='1",
    "' OR 1=1 --",
    "\" OR \"\"=\"",
    "'; DROP TABLE kw_users; --",
    "') UNION SELECT data FROM kw_credentials --",
    "1; SELECT pg_sleep(10)",
    "%' AND SLEEP(10) --",
    "\\' OR 1=1 #",
    "%00",
    "%27",
    "a%",
    "%a",
    "_da",
    "a_a",
    "*)(uid=*",
    "*",
    ")(|(a=*",
    "$(sleep 10)",
    "`sleep 10`",
    "|| sleep 10",
    "{{7*7}}",
    "\u{ff07} OR 1=1",
    "\u{2019} OR 1=1",
];

async fn on_sqlite(folder: &std::path::Path) -> TestAuth {
    let clock = FakeClock::default();
    let kw = Keyward::sqlite(folder.join("app.db"))
        .clock(std::sync::Arc::new(clock.clone()))
        .hashing(CHEAP, 1)
        .public_url("http://localhost")
        .rate_limits(10_000, 1_000_000)
        .with_inbox()
        .settings(|s| s.guesses.burst = 1_000_000)
        .build()
        .await
        .unwrap();
    TestAuth::around(kw, clock)
}

/// People whose names are the nasty texts, and some plain ones; and who looks for them.
async fn house(folder: &std::path::Path) -> (TestAuth, Client, Vec<String>) {
    let t = on_sqlite(folder).await;
    let mut names = vec!["Ada".to_owned(), "Anna Ada".to_owned(), "abacus".to_owned()];
    names.extend(NASTY.iter().map(|text| format!("x{text}y")));
    for (at, name) in names.iter().enumerate() {
        let new = NewPerson {
            username: Some(format!("person{at}")),
            name: name.clone(),
            ..NewPerson::default()
        };
        t.kw.add_person(new).await.unwrap().unwrap();
    }
    let root = t
        .user_with(|new| {
            new.username = Some("root".into());
            new.name = "keeper".into();
        })
        .await;
    t.give_role(&root, "admin").await;
    let desk = t.pages().login_as(&root).await;
    (t, desk, names)
}

fn query(pairs: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(pairs).unwrap()
}

fn names_of(reply: &Response) -> Vec<String> {
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let mut names: Vec<String> = reply.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_search_finds_what_contains_the_text_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (_t, desk, names) = house(folder.path()).await;
    for &text in NASTY.iter().chain(&["ada", "ADA", "nobody is called this"]) {
        let lower = text.to_ascii_lowercase();
        let mut wanted: Vec<_> = names
            .iter()
            .filter(|name| name.to_ascii_lowercase().contains(&lower))
            .cloned()
            .collect();
        wanted.sort();
        let asked = query(&[("q", text), ("limit", "200")]);
        let reply = desk.get(&format!("/api/v1/admin/users?{asked}")).await;
        assert_eq!(names_of(&reply), wanted, "{text}");
        let page = Page::of(&desk.page(&format!("/admin/people?{}", query(&[("q", text)]))).await);
        let told = page.text("main");
        for name in &wanted {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(told.contains(&name), "{text}: {name} is on the page");
        }
    }
}

#[tokio::test]
async fn parameters_that_are_statements_are_refused_or_find_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (t, desk, names) = house(folder.path()).await;
    for &text in NASTY {
        for (path, name) in [
            ("/api/v1/admin/users", "cursor"),
            ("/api/v1/admin/users", "status"),
            ("/api/v1/admin/users", "role"),
            ("/api/v1/admin/users", "sort"),
            ("/api/v1/admin/users", "limit"),
            ("/api/v1/admin/users", "property.city"),
            ("/api/v1/admin/audit", "cursor"),
            ("/api/v1/admin/audit", "kind"),
            ("/api/v1/admin/audit", "subject"),
            ("/api/v1/admin/messages", "cursor"),
            ("/api/v1/admin/invitations", "cursor"),
            ("/api/v1/admin/roles", "q"),
            ("/api/v1/me/activity", "cursor"),
        ] {
            let reply = desk.get(&format!("{path}?{}", query(&[(name, text)]))).await;
            let told = (reply.status().as_u16(), reply.json()["data"].as_array().map(Vec::len));
            let is_no = reply.status().is_client_error();
            assert!(is_no || told == (200, Some(0)), "{path}?{name}={text}: {told:?}");
        }
        for path in ["/api/v1/admin/users/", "/api/v1/admin/roles/", "/api/v1/admin/groups/"] {
            let encoded: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
            let reply = desk.get(&format!("{path}{encoded}")).await;
            assert!(reply.status().is_client_error(), "{path}{text}: {}", reply.status());
        }
        for body in [
            json!({ "identifier": text, "password": PASSWORD }),
            json!({ "identifier": "root", "password": text }),
            json!({ "identifier": format!("root{text}"), "password": PASSWORD }),
        ] {
            let reply = t.pages().post("/api/v1/sign-in", &body).await;
            assert!(reply.status().is_client_error(), "{body}: {}", reply.text());
        }
        let fields = [("username", text), ("password", text)];
        assert_eq!(t.pages().form("/login", &fields).await.status(), 422, "{text}");
    }
    let all = desk.get("/api/v1/admin/users?limit=200").await;
    assert_eq!(names_of(&all).len(), names.len() + 1, "everybody is still there");
}

/// A page's cursor is an id: bent in any place it is another one or none, and never a
/// failure.
#[tokio::test]
async fn cursors_that_were_forged_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_t, desk, _) = house(folder.path()).await;
    let page = desk.get("/api/v1/admin/users?limit=2").await.json();
    let cursor = page["next_cursor"].as_str().or(page["next"].as_str()).unwrap().to_owned();
    for forged in [
        format!("{cursor}'"),
        format!("{cursor} OR 1=1"),
        cursor.to_uppercase(),
        cursor[1..].to_owned(),
        "0".into(),
        "-1".into(),
        "usr_".into(),
        "null".into(),
        "usr_zzzzzzzzzzzzzzzzzzzzzzzzzz".into(),
    ] {
        let reply =
            desk.get(&format!("/api/v1/admin/users?{}", query(&[("cursor", &forged)]))).await;
        assert!(reply.status().is_client_error(), "{forged}: {}", reply.text());
    }
}

/// What is written into a mail is one mail, to one address, with one subject.
#[tokio::test]
async fn no_line_is_added_to_a_mail() {
    let lines = [
        "Ada\r\nBcc: eve@example.com",
        "Ada\nBcc: eve@example.com",
        "Ada\rBcc: eve@example.com",
        "Ada\u{85}Bcc: eve@example.com",
        "Ada\u{2028}Bcc: eve@example.com",
        "Ada\0Bcc",
        "Ada\r\n\r\n<h1>You won</h1>",
        "Ada\r\n.\r\nMAIL FROM:<eve@example.com>",
    ];
    let t = TestAuth::new().await;
    for line in lines {
        for body in [
            json!({ "email": "ada@example.com", "name": line, "password": PASSWORD }),
            json!({ "email": line.replace("Ada", "ada@example.com"), "password": PASSWORD }),
            json!({ "email": format!("\"{line}\"@example.com"), "password": PASSWORD }),
        ] {
            let reply = t.pages().post("/api/v1/sign-up", &body).await;
            assert!(
                reply.status().is_client_error() || reply.status() == 202,
                "{body}: {}",
                reply.text()
            );
        }
        let fields = [("email", line), ("name", line), ("password", PASSWORD)];
        assert_ne!(t.pages().form("/signup", &fields).await.status(), 500);
        let identifier = json!({ "identifier": line });
        t.pages().post("/api/v1/recovery", &identifier).await;
        t.pages().post("/api/v1/sign-in/link", &identifier).await;
        while t.deliver().await > 0 {}
        t.clock.advance(std::time::Duration::from_secs(3600));
    }
    for mail in t.kw.inbox().unwrap().all() {
        let odd = |text: &str| {
            text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        };
        assert!(!odd(&mail.to) && !odd(&mail.subject), "{mail:?}");
        assert!(!mail.to.contains("eve@"), "{mail:?}");
        for part in [&mail.text, &mail.html] {
            assert!(!part.contains("Bcc") && !part.contains("You won"), "{part}");
        }
    }
}

/// An operator's key to the database is no more than what it was before.
#[tokio::test]
async fn a_password_is_no_statement() {
    let folder = tempfile::tempdir().unwrap();
    let t = on_sqlite(folder.path()).await;
    for (at, &text) in NASTY.iter().enumerate() {
        let password = format!("a passphrase with {text} in it");
        let email = format!("p{at}@example.com");
        let new = NewPerson {
            email: Some(email.clone()),
            password: Some(Secret::new(password.as_str())),
            verified: true,
            ..NewPerson::default()
        };
        t.kw.add_person(new).await.unwrap().unwrap();
        let sign_in = async |password: &str| {
            let body: Value = json!({ "identifier": email, "password": password });
            t.pages().post("/api/v1/sign-in", &body).await.status().as_u16()
        };
        assert_eq!(sign_in(&password).await, 200, "{text}");
        assert_eq!(sign_in(&password.replace(text, "x")).await, 401, "{text}");
    }
}
