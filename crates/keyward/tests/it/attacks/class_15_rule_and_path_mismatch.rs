//! Class 15: whoever decides and whoever acts read the same request alike, and
//! no answer is kept under a name that another question has as well.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Method, Request};
use keyward::authz::Effect;
use keyward::testing::{Client, TestAuth};
use keyward::{RoleChange, User, UserView};
use serde_json::{Value, json};

async fn signed_in(t: &TestAuth, email: &str) -> (UserView, Client) {
    let person = t.user(email).await;
    let client = t.pages().login_as(&person).await;
    (person, client)
}

/// The path in the spellings that proxies and applications disagree about.
fn spellings(path: &str) -> Vec<String> {
    let (front, last) = path.rsplit_once('/').unwrap();
    let mut initial = last.to_owned();
    if let Some(first) = last.chars().next().filter(char::is_ascii) {
        initial = format!("%{:02x}{}", u32::from(first), &last[1..]);
    }
    vec![
        format!("/{path}"),
        format!("{front}//{last}"),
        format!("{front}/./{last}"),
        format!("/login/..{path}"),
        format!("/kw-assets/..{path}"),
        format!("/login/%2e%2e{path}"),
        format!("/login/%2e%2e%2f{}", &path[1..]),
        format!("/login%2f..{path}"),
        format!("/login/..%5c{}", &path[1..]),
        format!("/login;/..{path}"),
        format!("{front}%2f{last}"),
        format!("{front}%5c{last}"),
        format!("{front}\\{last}").replace('\\', "%5C"),
        format!("{front}/{initial}"),
        format!("{path};x"),
        format!("{path};/login"),
        format!("{path}%3b"),
        format!("{path}?x"),
        format!("{path}?/login"),
        format!("{path}?path=/login"),
        format!("{path}%3f/login"),
        format!("{path}%23/login"),
        format!("{path}%00"),
        format!("{path}%00.css"),
        format!("{path}.css"),
        format!("{path}.json"),
        format!("{path}/"),
        format!("{path}/."),
        format!("{path}/%2e"),
        format!("{path}%20"),
        format!("{path}%09"),
        path.to_uppercase(),
        path.replace("admin", "Admin"),
        path.replace("admin", "%61dmin"),
        path.replace("admin", "%2561dmin"),
        path.replace("admin", "adm%C4%B1n"),
        path.replace("admin", "%EF%BD%81dmin"),
        format!("http://localhost{path}"),
        format!("http://evil.example.com{path}"),
    ]
}

#[tokio::test]
async fn no_spelling_of_a_guarded_path_lets_anybody_in_who_may_not() {
    let t = TestAuth::new().await;
    t.user("secret-name@example.com").await;
    let (_, nobody) = signed_in(&t, "nobody@example.com").await;
    let table = keyward::route_table(true);
    let guarded = table.lines().filter(|line| line.starts_with("GET") && line.contains("Holding("));
    let paths: Vec<&str> = guarded.map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths.iter().filter(|path| !path.contains('{')) {
        for spelled in spellings(path) {
            for client in [&nobody, &t.pages()] {
                let cookie = client.cookie("kw_session").unwrap_or_default();
                let request = Request::get(&spelled).header("host", "localhost");
                let request = request.header("cookie", format!("kw_session={cookie}"));
                let reply = client.raw(request.body(Body::empty()).unwrap()).await;
                assert!(!reply.status().is_success(), "{spelled}: {}", reply.text());
                assert!(!reply.status().is_server_error(), "{spelled}: {}", reply.text());
                assert!(!reply.text().contains("secret-name"), "{spelled}: {}", reply.text());
            }
        }
    }
}

#[tokio::test]
async fn a_guard_in_a_handler_of_the_app_is_passed_by_no_spelling_of_its_path() {
    let t = TestAuth::new().await;
    let secret = async |user: User| match user.can("reports:view") {
        Ok(true) => "the report",
        _ => "no",
    };
    let app = Router::new().route("/admin/report", get(secret)).merge(t.kw.pages());
    let (ada, bob) = (t.user("ada@example.com").await, t.user("bob@example.com").await);
    t.kw.grant("ada@example.com", "reports:view").await.unwrap();
    let reader = t.client(app.clone()).login_as(&ada).await;
    assert_eq!(reader.get("/admin/report").await.text(), "the report");
    let other = t.client(app).login_as(&bob).await;
    for spelled in spellings("/admin/report") {
        let cookie = format!("kw_session={}", other.cookie("kw_session").unwrap());
        let request = Request::get(&spelled).header("host", "localhost").header("cookie", cookie);
        let reply = other.raw(request.body(Body::empty()).unwrap()).await;
        assert!(!reply.text().contains("the report"), "{spelled}");
    }
}

async fn may(client: &Client, permission: &str) -> Option<Value> {
    let reply = client.post("/api/v1/can", &json!({ "permission": permission })).await;
    assert!(!reply.status().is_server_error(), "{permission:?}: {}", reply.text());
    reply.status().is_success().then(|| reply.json()["allowed"].clone())
}

/// Permissions that a careless reader takes for `posts:edit:1`.
const NEARLY: &[&str] = &[
    "posts:edit",
    "posts",
    "posts:edit:11",
    "posts:edit:1:2",
    "posts:edit:1,2",
    "posts:edit:*",
    "posts:*",
    "*",
    "posts:edit:1:",
    ":posts:edit:1",
    "posts::edit:1",
    "posts:edit:1\n",
    "posts:edit:1\u{0}",
    " posts:edit:1",
    "posts:edit:1 ",
    "posts:edit:1|users:edit",
    "posts:edit:1/../2",
    "posts/edit/1",
    "posts.edit.1",
    "posts:edit:%31",
    "Posts:edit:1",
    "POSTS:EDIT:1",
    "p\u{43e}sts:edit:1",
    "posts:edit:\u{ff11}",
    "posts:edit:1\u{301}",
    "posts\u{ff1a}edit\u{ff1a}1",
    "posts:edit:1;posts:edit:2",
    "users:edit,posts:edit:1",
];

#[tokio::test]
async fn a_name_that_resembles_a_permission_is_not_that_permission() {
    let t = TestAuth::new().await;
    let (ada, client) = signed_in(&t, "ada@example.com").await;
    t.kw.grant("ada@example.com", "posts:edit:1").await.unwrap();
    for nearly in NEARLY {
        // The true one before and after, so that a kept answer would be found.
        assert_eq!(may(&client, "posts:edit:1").await, Some(json!(true)));
        assert_ne!(may(&client, nearly).await, Some(json!(true)), "{nearly:?}");
        assert!(!t.kw.can(ada.id, nearly).await.unwrap_or(false), "{nearly:?} in the library");
        assert_eq!(may(&client, "posts:edit:1").await, Some(json!(true)));
    }
}

#[tokio::test]
async fn a_star_that_is_asked_for_is_no_question_about_all() {
    let t = TestAuth::new().await;
    let (ada, client) = signed_in(&t, "ada@example.com").await;
    t.kw.grant("ada@example.com", "posts:*").await.unwrap();
    for asked in ["posts:*", "*", "*:edit", "posts:edit,delete"] {
        assert_ne!(may(&client, asked).await, Some(json!(true)), "{asked}");
    }
    t.kw.change_grant(ada.id, Effect::Deny, "posts:delete", true).await.unwrap().unwrap();
    assert_eq!(may(&client, "posts:edit").await, Some(json!(true)));
    assert_eq!(may(&client, "posts:delete").await, Some(json!(false)));
    assert_eq!(may(&client, "posts:delete:7").await, Some(json!(true)), "another permission");
}

#[tokio::test]
async fn an_answer_for_one_is_never_the_answer_for_another() {
    let t = TestAuth::new().await;
    let (_, ada) = signed_in(&t, "ada@example.com").await;
    let (_, bob) = signed_in(&t, "bob@example.com").await;
    t.kw.grant("ada@example.com", "posts:edit").await.unwrap();
    t.kw.grant("bob@example.com", "posts:view").await.unwrap();
    for _ in 0..3 {
        for (client, edits, views) in [(&ada, true, false), (&bob, false, true)] {
            assert_eq!(may(client, "posts:edit").await, Some(json!(edits)));
            assert_eq!(may(client, "posts:view").await, Some(json!(views)));
        }
    }
}

#[tokio::test]
async fn an_answer_is_not_kept_past_what_it_rests_on() {
    let t = TestAuth::new().await;
    let (ada, client) = signed_in(&t, "ada@example.com").await;
    let (other, _) = signed_in(&t, "bob@example.com").await;
    let asked = async || may(&client, "posts:edit").await == Some(json!(true));
    let rule = |effect| RoleChange::Rule { effect, pattern: "posts:edit".into() };
    let change = async |change| t.kw.change_role("editor", change).await.unwrap().unwrap();
    change(RoleChange::Add { description: String::new() }).await;
    assert!(!asked().await);
    t.kw.assign_role(ada.id, "editor", true).await.unwrap().unwrap();
    assert!(!asked().await, "an empty role");
    change(rule(Some(Effect::Allow))).await;
    assert!(asked().await, "the role allows");
    t.kw.change_grant(ada.id, Effect::Deny, "posts:*", true).await.unwrap().unwrap();
    assert!(!asked().await, "she is denied herself");
    assert!(!t.kw.can(other.id, "posts:edit").await.unwrap());
    t.kw.change_grant(ada.id, Effect::Deny, "posts:*", false).await.unwrap().unwrap();
    assert!(asked().await);
    change(rule(None)).await;
    assert!(!asked().await, "the role allows no more");
    change(rule(Some(Effect::Allow))).await;
    t.kw.assign_role(ada.id, "editor", false).await.unwrap().unwrap();
    assert!(!asked().await, "she has the role no more");
}

#[tokio::test]
async fn wildcards_and_denials_mean_the_same_in_any_order() {
    let t = TestAuth::new().await;
    let lines = [
        (Effect::Allow, "*"),
        (Effect::Deny, "posts:*"),
        (Effect::Allow, "posts:edit"),
        (Effect::Deny, "*:delete"),
    ];
    for turn in 0..lines.len() {
        for backwards in [false, true] {
            let mut lines = lines;
            lines.rotate_left(turn);
            if backwards {
                lines.reverse();
            }
            let (ada, client) = signed_in(&t, &format!("p{turn}{backwards}@example.com")).await;
            for (effect, pattern) in lines {
                t.kw.change_grant(ada.id, effect, pattern, true).await.unwrap().unwrap();
            }
            for (asked, allowed) in [
                ("posts:edit", false),
                ("pages:edit", true),
                ("pages:delete", false),
                ("posts", false),
            ] {
                assert_eq!(may(&client, asked).await, Some(json!(allowed)), "{lines:?} {asked}");
            }
        }
    }
}

#[tokio::test]
async fn names_that_mean_something_to_a_parser_are_refused_where_roles_are_named() {
    let t = TestAuth::new().await;
    let (_, client) = signed_in(&t, "root@example.com").await;
    t.kw.grant("root@example.com", "*").await.unwrap();
    for name in ["a:b", "a,b", "*", "a|b", "a/b", "a\nb", "a\u{0}b", "", " ", "../x", "a b"] {
        let body = json!({ "name": name });
        let reply = client.post("/api/v1/admin/roles", &body).await;
        assert!(reply.status().is_client_error(), "{name:?}: {}", reply.text());
    }
    for pattern in ["a::b", ":a", "a:", "a\nb", "a:b|c", "a:b/c d", "a:\u{0}", "", "a:*b", "**"] {
        let body = json!({ "permission": pattern, "effect": "allow" });
        let path = "/api/v1/admin/roles/editor/permissions";
        let reply = client.json(Method::PUT, path, &body).await;
        assert!(reply.status().is_client_error(), "{pattern:?}: {}", reply.text());
    }
}
