//! The matrix of roles and permissions: one change, reviewed, whole or not at all.

use std::collections::BTreeSet;

use http::Method;
use keyward::authz::Effect;
use keyward::testing::{Client, TestAuth};
use keyward::{Cell, ChangeMatrix, Keyward, Refusal, RoleChange, UserView};
use serde_json::{Value, json};

const MATRIX: &str = "/api/v1/admin/matrix";

async fn define(auth: &Keyward, role: &str, rules: &[(Effect, &str)]) {
    let add = RoleChange::Add { description: format!("the {role}") };
    auth.change_role(role, add).await.unwrap().unwrap();
    for (effect, pattern) in rules {
        let rule = RoleChange::Rule { effect: Some(*effect), pattern: (*pattern).to_owned() };
        auth.change_role(role, rule).await.unwrap().unwrap();
    }
}

async fn holding(t: &TestAuth, email: &str, role: &str) -> UserView {
    let user = t.user(email).await;
    t.kw.assign_role(user.id, role, true).await.unwrap().unwrap();
    user
}

/// Editors and guests, an administrator, and two people.
async fn house() -> (TestAuth, Client) {
    let t = TestAuth::new().await;
    define(&t.kw, "editor", &[(Effect::Allow, "posts:*")]).await;
    define(&t.kw, "guest", &[(Effect::Allow, "posts:view"), (Effect::Deny, "posts:delete")]).await;
    let root = holding(&t, "root@example.com", "admin").await;
    holding(&t, "ada@example.com", "editor").await;
    let bob = holding(&t, "bob@example.com", "editor").await;
    t.kw.assign_role(bob.id, "guest", true).await.unwrap().unwrap();
    let client = t.pages().login_as(&root).await;
    (t, client)
}

async fn matrix(client: &Client) -> Value {
    let reply = client.get(MATRIX).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    reply.json()
}

fn cell<'a>(matrix: &'a Value, permission: &str, role: &str) -> &'a Value {
    let roles = matrix["roles"].as_array().unwrap();
    let column = roles.iter().position(|it| it["name"] == role).unwrap();
    let rows = matrix["permissions"].as_array().unwrap();
    let row = rows.iter().find(|it| it["permission"] == permission).unwrap();
    &row["cells"][column]
}

fn set(role: &str, permission: &str, effect: Value) -> Value {
    json!({ "role": role, "permission": permission, "effect": effect })
}

async fn put(client: &Client, version: &Value, changes: &[Value]) -> keyward::testing::Response {
    let body = json!({ "version": version, "changes": changes });
    client.json(Method::PUT, MATRIX, &body).await
}

#[tokio::test]
async fn each_cell_says_what_counts_and_which_rule_says_it() {
    let (_t, client) = house().await;
    let matrix = matrix(&client).await;
    let (none, allow, deny) = (Value::Null, json!("allow"), json!("deny"));
    for (permission, role, own, effect, by) in [
        ("posts:*", "editor", &allow, &allow, &none),
        ("posts:view", "editor", &none, &allow, &json!("posts:*")),
        ("posts:view", "guest", &allow, &allow, &none),
        ("posts:delete", "guest", &deny, &deny, &none),
        ("posts:*", "guest", &none, &none, &none),
        ("posts:delete", "admin", &none, &allow, &json!("*")),
    ] {
        let found = cell(&matrix, permission, role);
        let found = (&found["own"], &found["effect"], &found["by"]);
        assert_eq!(found, (own, effect, by), "{permission}, {role}");
    }
    let editable = |role: &str| {
        let roles = matrix["roles"].as_array().unwrap();
        roles.iter().find(|it| it["name"] == role).unwrap()["editable"].clone()
    };
    assert_eq!((editable("admin"), editable("editor")), (json!(false), json!(true)));
}

#[tokio::test]
async fn a_change_is_reviewed_saved_in_one_and_remembered_cell_by_cell() {
    let (t, client) = house().await;
    let version = matrix(&client).await["version"].clone();
    let changes = [
        set("guest", "posts:delete", Value::Null),
        set("editor", "posts:delete", json!("deny")),
        set("guest", "pages:view", json!("allow")),
        set("guest", "posts:view", json!("allow")),
    ];
    let body = json!({ "version": version, "changes": changes });
    let reply = client.post("/api/v1/admin/matrix/review", &body).await;
    let review = reply.json();
    assert_eq!(reply.status(), 200, "{review}");
    let told: Vec<(&Value, &Value, &Value)> = review["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| (&role["role"], &role["gains"], &role["loses"]))
        .collect();
    let (empty, pages, delete) = (json!([]), json!(["pages:view"]), json!(["posts:delete"]));
    let (editor, guest) = (json!("editor"), json!("guest"));
    assert_eq!(told, [(&editor, &empty, &delete), (&guest, &pages, &empty)]);
    assert_eq!(review["people"], 2, "both are editors, one of them a guest as well");
    assert_eq!(review["changes"].as_array().unwrap().len(), 3, "what is so already is no change");
    assert_eq!(matrix(&client).await["version"], version, "a review changes nothing");

    t.clock.advance(std::time::Duration::from_secs(1));
    let reply = put(&client, &version, &changes).await;
    assert_eq!((reply.status().as_u16(), reply.json()), (200, json!({ "changed": 3 })));
    let ada = t.kw.find_person("ada@example.com").await.unwrap().unwrap().id;
    assert!(!t.kw.can(ada, "posts:delete").await.unwrap());
    assert!(t.kw.can(ada, "posts:edit").await.unwrap());
    let events = client.get("/api/v1/admin/audit?type=role.updated&limit=3").await.json();
    let found: Vec<&Value> =
        events["data"].as_array().unwrap().iter().map(|it| &it["data"]["pattern"]).collect();
    assert_eq!(found.len(), 3);
    for pattern in ["posts:delete", "pages:view"] {
        assert!(found.contains(&&json!(pattern)), "{found:?}");
    }
}

#[tokio::test]
async fn what_was_reviewed_on_older_definitions_is_refused_and_nothing_of_it_is_done() {
    let (t, client) = house().await;
    let version = matrix(&client).await["version"].clone();
    define(&t.kw, "other", &[]).await;
    let reply = put(&client, &version, &[set("guest", "posts:view", Value::Null)]).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (409, "conflict"));
    assert_eq!(cell(&matrix(&client).await, "posts:view", "guest")["own"], "allow");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_reviewed_the_same_version_one_saves() {
    let (t, client) = house().await;
    for round in 0..10 {
        let version = matrix(&client).await["version"].as_i64().unwrap();
        let save = |effect| {
            let auth = t.kw.clone();
            let pattern = format!("round:{round}");
            let cells = vec![Cell { role: "guest".into(), pattern, effect: Some(effect) }];
            let flow = ChangeMatrix { seen: version, cells, force: false, actor: None };
            tokio::spawn(async move { auth.change_matrix(flow).await.unwrap() })
        };
        let (one, two) = tokio::join!(save(Effect::Allow), save(Effect::Deny));
        let mut answers = [one.unwrap(), two.unwrap()];
        answers.sort_by_key(Result::is_err);
        assert_eq!(answers, [Ok(1), Err(Refusal::Conflict)], "round {round}");
    }
}

#[tokio::test]
async fn one_cell_that_may_not_be_set_stops_all_the_others() {
    let (t, client) = house().await;
    let version = matrix(&client).await["version"].clone();
    let good = set("guest", "pages:view", json!("allow"));
    for (bad, status, code) in [
        (set("admin", "posts:view", json!("deny")), 422, "validation_failed"),
        (set("nobody", "posts:view", json!("allow")), 404, "not_found"),
        (set("guest", "not a permission!", json!("allow")), 422, "validation_failed"),
        (set("guest", "posts:view", json!("maybe")), 422, "validation_failed"),
        (set("guest", "pages:view", json!("deny")), 422, "validation_failed"),
    ] {
        let reply = put(&client, &version, &[good.clone(), bad.clone()]).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (status, code), "{bad}");
    }
    let many: Vec<Value> =
        (0..201).map(|n| set("guest", &format!("many:p{n}"), json!("allow"))).collect();
    for changes in [&many[..], &[]] {
        assert_eq!(put(&client, &version, changes).await.status(), 422);
    }
    assert_eq!(matrix(&client).await["version"], version);
    // The roles of whoever asks bound what they may hand out.
    define(&t.kw, "clerk", &[(Effect::Allow, "roles:*"), (Effect::Allow, "posts:view")]).await;
    let clerk = holding(&t, "clerk@example.com", "clerk").await;
    let clerk = t.pages().login_as(&clerk).await;
    let version = matrix(&clerk).await["version"].clone();
    let within = set("guest", "posts:view", Value::Null);
    let beyond = set("guest", "posts:delete", Value::Null);
    let reply = put(&clerk, &version, &[within.clone(), beyond]).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "outside_ceiling"));
    assert_eq!(put(&clerk, &version, &[within]).await.status(), 200);
}

#[tokio::test]
async fn a_large_matrix_comes_in_parts_both_ways() {
    let (t, client) = house().await;
    let names: Vec<String> = (0..9).map(|n| format!("part:p{n}")).collect();
    let rules: Vec<(Effect, &str)> = names.iter().map(|n| (Effect::Allow, n.as_str())).collect();
    define(&t.kw, "parts", &rules).await;
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let part = client.get(&format!("{MATRIX}?q=part&limit=4&cursor={cursor}")).await.json();
        let rows = part["permissions"].as_array().unwrap().iter();
        seen.extend(rows.map(|it| it["permission"].as_str().unwrap().to_owned()));
        let Some(next) = part["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(seen, names);
    let part = client.get(&format!("{MATRIX}?roles_limit=2")).await.json();
    assert_eq!(part["next_role"], "editor");
    let rest = client.get(&format!("{MATRIX}?roles_limit=2&roles_cursor=editor")).await.json();
    assert_eq!((&rest["roles"][0]["name"], &rest["next_role"]), (&json!("guest"), &Value::Null));
    for query in ["limit=0", "limit=201", "roles_limit=51", "also=not%20one!", "unknown=1"] {
        assert_eq!(client.get(&format!("{MATRIX}?{query}")).await.status(), 422, "{query}");
    }
}

#[tokio::test]
async fn holders_are_found_by_role_and_by_grant_and_a_denial_counts() {
    let (t, client) = house().await;
    let eve = t.user("eve@example.com").await;
    t.kw.change_grant(eve.id, Effect::Allow, "posts:delete", true).await.unwrap().unwrap();
    let found = |query: &'static str| {
        let client = &client;
        async move {
            let path = format!("/api/v1/admin/holders?permission=posts:delete{query}");
            let reply = client.get(&path).await;
            assert_eq!(reply.status(), 200, "{}", reply.text());
            let data = reply.json()["data"].as_array().unwrap().clone();
            let told = data.iter().map(|it| {
                let email = it["user"]["email"].as_str().unwrap().to_owned();
                (email, it["rule"].as_str().unwrap().to_owned())
            });
            told.collect::<BTreeSet<_>>()
        }
    };
    let pair = |email: &str, rule: &str| (format!("{email}@example.com"), rule.to_owned());
    let ada = pair("ada", "roles.editor.allow[0]");
    let root = pair("root", "roles.admin.allow[0]");
    let all = [pair("eve", "grants[0]"), ada.clone(), root];
    assert_eq!(found("").await, all.into());
    assert_eq!(
        found("&role=editor").await,
        [ada].into(),
        "what a guest is denied an editor cannot do"
    );
    assert_eq!(client.get("/api/v1/admin/holders?permission=posts:*").await.status(), 422);
    let clerk = holding(&t, "clerk@example.com", "guest").await;
    let clerk = t.pages().login_as(&clerk).await;
    let reply = clerk.get("/api/v1/admin/holders?permission=posts:view").await;
    assert_eq!(reply.status(), 403);
}
