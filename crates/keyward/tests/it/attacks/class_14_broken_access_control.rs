//! Class 14: no id, no extra field and no second door gives anybody what is not
//! theirs. The routes are those of the table, so that a new one is tried too.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request, StatusCode};
use keyward::port::PeopleQuery;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{RoleChange, UserView};
use serde_json::{Value, json};

/// A route that needs a permission.
struct Door {
    method: Method,
    path: String,
    needs: String,
}

/// Every route that needs a permission, with this account in its path.
fn guarded(victim: &UserView) -> Vec<Door> {
    let table = keyward::route_table(true);
    let doors = table.lines().filter_map(|line| {
        let (_, guard) = line.split_once("Holding(\"")?;
        let mut words = line.split_whitespace();
        let method = words.next()?.parse().ok()?;
        let path = words.next()?.replace("{id}", &victim.id.to_string());
        let path = path.replace("{role}", "editor").replace(['{', '}'], "");
        Some(Door { method, path, needs: guard.split('"').next()?.to_owned() })
    });
    doors.collect()
}

impl Door {
    async fn open(&self, client: &Client) -> Response {
        match (self.path.starts_with("/api/"), &self.method) {
            (true, _) => client.json(self.method.clone(), &self.path, &json!({})).await,
            (false, &Method::GET) => client.page(&self.path).await,
            (false, _) => client.form(&self.path, &[]).await,
        }
    }
}

/// What must not change when somebody is refused.
async fn everything(t: &TestAuth) -> String {
    let query = PeopleQuery { limit: 200, ..PeopleQuery::default() };
    let mut dump = format!("{:?}\n", t.kw.role_list().await.unwrap());
    for person in t.kw.people(&query).await.unwrap().data {
        let held = t.kw.holdings(person.id).await.unwrap();
        let sessions = t.kw.session_list(person.id).await.unwrap();
        let open: Vec<String> = sessions.iter().map(|row| row.id.to_string()).collect();
        dump += &format!("{person:?} {held:?} {open:?}\n");
    }
    dump
}

/// A signed-in person who holds exactly these.
async fn holding(t: &TestAuth, email: &str, permissions: &[&str]) -> Client {
    let person = t.user(email).await;
    for permission in permissions {
        t.kw.grant(email, permission).await.unwrap();
    }
    t.pages().login_as(&person).await
}

#[tokio::test]
async fn every_guarded_route_is_closed_to_whoever_holds_everything_but_its_permission() {
    let t = TestAuth::new().await;
    let victim = t.user("ada@example.com").await;
    t.kw.change_role("editor", RoleChange::Add { description: String::new() })
        .await
        .unwrap()
        .unwrap();
    let doors = guarded(&victim);
    let all: BTreeSet<&str> = doors.iter().map(|door| door.needs.as_str()).collect();
    assert!(all.len() >= 7 && doors.len() > 40, "{} doors of {all:?}", doors.len());
    for (nth, needed) in all.iter().enumerate() {
        let others: Vec<&str> = all.iter().copied().filter(|it| it != needed).collect();
        let client = holding(&t, &format!("p{nth}@example.com"), &others).await;
        let before = everything(&t).await;
        for door in doors.iter().filter(|door| door.needs == *needed) {
            let reply = door.open(&client).await;
            let (method, path) = (&door.method, &door.path);
            assert_eq!(reply.status(), StatusCode::FORBIDDEN, "{method} {path}: {}", reply.text());
            let told = reply.text();
            assert!(told.contains(needed), "{method} {path} is closed for another reason: {told}");
        }
        assert_eq!(everything(&t).await, before, "{needed}");
    }
}

#[tokio::test]
async fn asking_in_another_manner_is_no_way_round_a_guard() {
    let t = TestAuth::new().await;
    let victim = t.user("ada@example.com").await;
    let client = holding(&t, "mallory@example.com", &[]).await;
    let cookie = format!("kw_session={}", client.cookie("kw_session").unwrap());
    let before = everything(&t).await;
    for door in guarded(&victim) {
        for (name, value) in [
            ("x-http-method-override", "GET"),
            ("x-original-url", "/api/v1/config"),
            ("x-rewrite-url", "/api/v1/config"),
            ("x-forwarded-uri", "/api/v1/config"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-user", "root@example.com"),
            ("x-auth-user", "root@example.com"),
            ("x-user-id", victim.id.to_string().as_str()),
        ] {
            let request = Request::builder().method(&door.method).uri(&door.path);
            let request = request.header("host", "localhost").header("cookie", &cookie);
            let request = request.header("sec-fetch-site", "same-origin").header(name, value);
            let request = request.header("content-type", "application/json");
            let reply = client.raw(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(
                reply.status(),
                403,
                "{} {} {name}: {}",
                door.method,
                door.path,
                reply.text()
            );
        }
        if door.method == Method::GET {
            let reply = client.send(Method::HEAD, &door.path, None, "").await;
            assert!(!reply.status().is_success(), "HEAD {}", door.path);
        }
    }
    assert_eq!(everything(&t).await, before);
}

#[tokio::test]
async fn an_id_of_another_in_the_path_or_the_form_closes_nothing_of_theirs() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let victim = t.pages().login_as(&ada).await;
    let theirs = t.kw.session_list(ada.id).await.unwrap()[0].id.to_string();
    let mallory = holding(&t, "mallory@example.com", &[]).await;
    let own = format!("/api/v1/me/sessions/{theirs}");
    assert_eq!(mallory.json(Method::DELETE, &own, &json!({})).await.status(), 404);
    mallory.form("/account/sessions/close", &[("session", theirs.as_str())]).await;
    mallory.form("/account/sessions/close", &[("id", theirs.as_str())]).await;
    for body in [json!({ "user_id": ada.id.to_string() }), json!({ "id": theirs })] {
        mallory.json(Method::DELETE, "/api/v1/me/sessions", &body).await;
    }
    assert_eq!(victim.get("/api/v1/me").await.status(), 200, "the session is open still");

    // With the permission for accounts, a session of another than the path names.
    let desk = holding(&t, "desk@example.com", &["users:*"]).await;
    let bob = t.user("bob@example.com").await;
    let crossed = format!("/api/v1/admin/users/{}/sessions/{theirs}", bob.id);
    assert_eq!(desk.json(Method::DELETE, &crossed, &json!({})).await.status(), 404);
    assert_eq!(victim.get("/api/v1/me").await.status(), 200);
}

/// Fields that other systems took from a request because it had them.
const EXTRA: &[&str] = &[
    "userId",
    "user_id",
    "id",
    "role",
    "roles",
    "is_admin",
    "permissions",
    "grants",
    "allow",
    "email_verified",
    "verified_at",
    "status",
    "tenant_id",
    "rate_limit",
    "password_hash",
    "superuser",
    "version",
    "created_at",
];

#[tokio::test]
async fn a_field_that_a_route_does_not_know_is_refused_and_changes_nothing() {
    let t = TestAuth::new().await;
    let client = holding(&t, "mallory@example.com", &[]).await;
    let me = t.kw.find_person("mallory@example.com").await.unwrap().unwrap();
    let sign_in = json!({ "identifier": "mallory@example.com", "password": PASSWORD });
    let before = everything(&t).await;
    for (method, path, body) in [
        (
            Method::POST,
            "/api/v1/sign-up",
            json!({ "email": "x@example.com", "password": PASSWORD }),
        ),
        (Method::POST, "/api/v1/sign-in", sign_in),
        (Method::PATCH, "/api/v1/me", json!({ "name": "Mallory" })),
        (Method::PATCH, "/api/v1/session", json!({ "data": {} })),
        (
            Method::PUT,
            "/api/v1/me/password",
            json!({ "current": PASSWORD, "password": "another long password" }),
        ),
        (Method::POST, "/api/v1/recovery", json!({ "identifier": "mallory@example.com" })),
        (Method::POST, "/api/v1/can", json!({ "permission": "roles:edit" })),
        (Method::POST, "/api/v1/password/check", json!({ "password": PASSWORD })),
    ] {
        for field in EXTRA {
            for value in [json!("admin"), json!(["admin"]), json!(true)] {
                let mut body = body.clone();
                body[*field] = value;
                let reply = client.json(method.clone(), path, &body).await;
                assert_eq!(
                    reply.code(),
                    "unknown_field",
                    "{method} {path} {field}: {}",
                    reply.text()
                );
            }
        }
    }
    assert_eq!(everything(&t).await, before);
    assert!(!t.kw.can(me.id, "roles:edit").await.unwrap());
}

#[tokio::test]
async fn properties_and_session_data_that_look_like_roles_give_nothing() {
    let t = TestAuth::new().await;
    let client = holding(&t, "mallory@example.com", &[]).await;
    let claims =
        json!({ "roles": ["admin"], "is_admin": true, "permissions": ["*"], "superuser": true });
    client.json(Method::PATCH, "/api/v1/me", &json!({ "properties": claims })).await;
    client.json(Method::PATCH, "/api/v1/session", &json!({ "data": claims })).await;
    let held = client.get("/api/v1/me/permissions").await.json();
    assert_eq!((&held["roles"], &held["allow"]), (&json!([]), &json!([])));
    let asked = client.post("/api/v1/can", &json!({ "permission": "roles:edit" })).await;
    assert_eq!(asked.json()["allowed"], json!(false));
    assert_eq!(client.get("/api/v1/admin/users").await.code(), "missing_permission");
}

#[tokio::test]
async fn filters_sort_keys_and_cursors_reach_no_secret() {
    let t = TestAuth::new().await;
    let desk = holding(&t, "desk@example.com", &["users:view", "audit:view"]).await;
    for query in [
        "password_hash=%24argon2",
        "sort=password_hash",
        "order_by=secret",
        "fields=password",
        "filter%5Bpassword%5D=x",
        "where=1%3D1",
        "include=credentials",
        "select=*",
        "limit=100000",
        "limit=-1",
        "cursor=x",
        "cursor=' OR '1'='1",
        "status=%27",
        "role[]=admin",
        "role=admin&role=editor",
    ] {
        for list in ["/api/v1/admin/users", "/api/v1/admin/audit"] {
            let reply = desk.get(&format!("{list}?{}", query.replace(' ', "%20"))).await;
            assert!(reply.status().is_client_error(), "{list}?{query}: {}", reply.text());
        }
    }
    for (name, value) in [("password", "%24argon2"), ("password_hash", "x"), ("credentials", "x")] {
        let path = format!("/api/v1/admin/users?property={name}&value={value}");
        assert_eq!(desk.get(&path).await.json()["data"], json!([]), "{name} is no property");
    }
}

/// Tries to become more than one is; each must be refused.
async fn climbs(client: &Client, me: &UserView) -> Vec<(String, Response)> {
    let rule = |pattern: &str, effect: &str| json!({ "permission": pattern, "effect": effect });
    let role = format!("/api/v1/admin/users/{}/roles/admin", me.id);
    let rules = "/api/v1/admin/roles/own/permissions";
    let grant = format!("/admin/people/{}/grant", me.id);
    let mut tried = vec![
        ("take the role".to_owned(), client.json(Method::PUT, &role, &json!({})).await),
        ("take it on the page".to_owned(), client.form(&grant, &[("role", "admin")]).await),
    ];
    for pattern in ["*", "*:*", "roles:*", "users:delete", "reports:view", "*:view", "a,users:edit"]
    {
        let reply = client.json(Method::PUT, rules, &rule(pattern, "allow")).await;
        tried.push((format!("allow one's own role {pattern}"), reply));
        let fields = [("permission", pattern), ("effect", "allow")];
        tried.push((
            format!("on the page, {pattern}"),
            client.form("/admin/roles/own/rule", &fields).await,
        ));
    }
    tried
}

#[tokio::test]
async fn whoever_may_edit_roles_cannot_make_themselves_more_than_they_are() {
    let t = TestAuth::new().await;
    let add = RoleChange::Add { description: String::new() };
    t.kw.change_role("own", add).await.unwrap().unwrap();
    let held = ["roles:view", "roles:edit", "roles:grant", "users:view"];
    let mallory = holding(&t, "mallory@example.com", &held).await;
    let me = t.kw.find_person("mallory@example.com").await.unwrap().unwrap();
    t.kw.assign_role(me.id, "own", true).await.unwrap().unwrap();
    let before = everything(&t).await;
    for (what, reply) in climbs(&mallory, &me).await {
        assert!(!reply.status().is_success(), "{what}: {}", reply.text());
        assert!(!reply.status().is_redirection(), "{what}: done, says the page");
    }
    assert_eq!(everything(&t).await, before);
    for beyond in ["users:edit", "audit:view", "reports:view", "anything"] {
        assert!(!t.kw.can(me.id, beyond).await.unwrap(), "{beyond}");
    }
}

#[tokio::test]
async fn the_same_attempts_work_for_whoever_holds_everything() {
    let t = TestAuth::new().await;
    let add = RoleChange::Add { description: String::new() };
    t.kw.change_role("own", add).await.unwrap().unwrap();
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let client = t.pages().login_as(&root).await;
    let ada = t.user("ada@example.com").await;
    for (what, reply) in climbs(&client, &ada).await {
        let done = reply.status().is_success() || reply.status().is_redirection();
        assert!(done, "{what}: {}", reply.text());
    }
    assert!(t.kw.can(ada.id, "anything").await.unwrap());
}

#[tokio::test]
async fn an_id_in_another_spelling_is_no_other_id() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let desk = holding(&t, "desk@example.com", &["users:*"]).await;
    let id = ada.id.to_string();
    assert_eq!(desk.get(&format!("/api/v1/admin/users/{id}")).await.status(), 200);
    let (kind, rest) = id.split_once('_').unwrap();
    for spelled in [
        id.to_uppercase(),
        format!("{id}%20"),
        format!("%20{id}"),
        format!("{id}%00"),
        format!("{id}%0a"),
        format!("{id}."),
        format!("{id};x"),
        rest.to_owned(),
        format!("ses_{rest}"),
        format!("{kind}_{rest}0"),
        format!("{kind}-{rest}"),
        format!("{id},{id}"),
        "*".to_owned(),
        "me".to_owned(),
        "%2e%2e".to_owned(),
    ] {
        let reply = desk.get(&format!("/api/v1/admin/users/{spelled}")).await;
        assert_eq!(reply.status(), 404, "{spelled}: {}", reply.text());
    }
}

#[tokio::test]
async fn what_strangers_are_told_of_accounts_is_the_same_for_real_and_made_up_ids() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let mut made_up = ada.id.to_string();
    made_up.replace_range(4..8, "0000");
    for client in [t.pages(), holding(&t, "mallory@example.com", &[]).await] {
        let about = async |id: &str| -> (StatusCode, Value) {
            let reply = client.get(&format!("/api/v1/admin/users/{id}")).await;
            let mut told = reply.json();
            told["instance"] = Value::Null;
            told["request_id"] = Value::Null;
            (reply.status(), told)
        };
        assert_eq!(about(&ada.id.to_string()).await, about(&made_up).await);
    }
}
