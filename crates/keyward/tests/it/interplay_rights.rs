//! Where rights meet: what somebody holds for a while, by a condition or through another
//! is no more by another door.

use std::time::Duration;

use ::http::Method;
use keyward::authz::Effect;
use keyward::testing::{Client, PASSWORD, TestAuth};
use keyward::{ChangePolicy, Refusal, Relation, UserView};
use keyward_core::port::Clock as _;
use serde_json::{Value, json};

/// Somebody who holds these permissions for good, and others for a minute.
async fn for_a_minute(t: &TestAuth, good: &[&str], brief: &[&str]) -> (UserView, Client) {
    let ada = t.user("ada@example.com").await;
    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    for permission in good {
        t.kw.change_grant(ada.id, Effect::Allow, permission, true).await.unwrap().unwrap();
    }
    let admin = t.pages().login_as(&root).await;
    let end = t.clock.now().plus(Duration::from_secs(60)).to_string();
    for permission in brief {
        let body = json!({ "permission": permission, "effect": "allow", "expires_at": end });
        let path = format!("/api/v1/admin/users/{}/permissions", ada.id);
        assert_eq!(admin.json(Method::PUT, &path, &body).await.status(), 204);
    }
    let client = t.pages().login_as(&ada).await;
    (ada, client)
}

#[tokio::test]
async fn attack_what_one_holds_for_a_while_is_not_defined_for_ever() {
    let t = TestAuth::new().await;
    t.role("helper", &["pages:view"]).await;
    let good = ["roles:*", "groups:*", "acl:*", "pages:view"];
    let (ada, client) = for_a_minute(&t, &good, &["posts:edit"]).await;
    let send = async |method: Method, path: &str, body: Value| {
        let reply = client.json(method, path, &body).await;
        (reply.status().as_u16(), reply.code())
    };
    let beyond = (403, "outside_ceiling".to_owned());
    let rule = json!({ "permission": "posts:edit", "effect": "allow" });
    let rules = "/api/v1/admin/roles/helper/permissions";
    assert_eq!(send(Method::PUT, rules, rule).await, beyond);
    let cell = json!({ "role": "helper", "permission": "posts:edit", "effect": "allow" });
    let cells = json!({ "changes": [cell] });
    let matrix = send(Method::POST, "/api/v1/admin/matrix", cells).await;
    assert_ne!(matrix.0, 200, "{matrix:?}");
    let list = json!({ "entries": [format!("allow {} posts:edit", ada.id)] });
    let listed = send(Method::PUT, "/api/v1/admin/acl/wall", list).await;
    assert_ne!(listed.0 / 100, 2, "{listed:?}");
    // What is held for good is given as before.
    let rule = json!({ "permission": "pages:view", "effect": "allow" });
    assert_eq!(send(Method::PUT, rules, rule).await.0, 204);
}

#[tokio::test]
async fn attack_a_document_makes_nobody_a_superuser_past_a_denial() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    let put = async |actor, version: Option<i64>, text: &str| {
        let change = ChangePolicy { text: text.into(), seen: version, force: true, actor };
        t.kw.change_policy(change).await.unwrap()
    };
    let chief = "version = 1\n[roles]\nchief = { allow = [\"*\"] }\n";
    put(None, None, chief).await.unwrap();
    let ada = t.user("ada@example.com").await;
    t.give_role(&ada, "chief").await;
    t.kw.change_grant(ada.id, Effect::Deny, "payments:*", true).await.unwrap().unwrap();
    let more = chief.replace("[\"*\"]", "[\"*\"], superuser = true");
    let refused = put(Some(ada.id), None, &more).await;
    assert_eq!(refused.unwrap_err(), Refusal::OutsideCeiling);
    put(Some(root.id), None, &more).await.unwrap();
}

#[tokio::test]
async fn attack_an_administrator_makes_no_key_of_their_own_past_their_session() {
    let t = TestAuth::new().await;
    let (ada, client) = for_a_minute(&t, &["users:*"], &[]).await;
    let path = format!("/api/v1/admin/users/{}/api-keys", ada.id);
    let reply = client.post(&path, &json!({ "name": "mine" })).await;
    assert_eq!(reply.code(), "outside_ceiling", "{}", reply.text());
    let own = client.post("/api/v1/me/api-keys", &json!({ "name": "mine" })).await;
    assert_eq!(own.status(), 201, "{}", own.text());
}

const DOCS: &str = r#"version = 1
[permissions]
docs = ["view"]

[relations.docs]
viewer = "[user]"
grants."docs:view" = "viewer"
"#;

#[tokio::test]
async fn attack_whoever_is_related_to_more_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, DOCS).unwrap();
    let t = TestAuth::with(|b| b.policy(path)).await;
    let (_, client) = for_a_minute(&t, &["users:*"], &[]).await;
    let bob = t.user("bob@example.com").await;
    let of_bob = format!("/api/v1/admin/users/{}", bob.id);
    let set = async || {
        let body = json!({ "password": "another long password" });
        client.post(&format!("{of_bob}/set-password"), &body).await
    };
    assert_eq!(set().await.status(), 204);
    let viewer = Relation {
        object: "docs:1".into(),
        relation: "viewer".into(),
        subject: format!("user:{}", bob.id),
    };
    t.kw.change_relations([viewer], []).await.unwrap().unwrap();
    assert_eq!(set().await.code(), "outside_ceiling");
    let key = client.post(&format!("{of_bob}/api-keys"), &json!({ "name": "his" })).await;
    assert_eq!(key.code(), "outside_ceiling");
}

/// Root acts as Bob.
async fn acting(t: &TestAuth) -> (UserView, UserView, Client) {
    let (root, bob) = (t.user("root@example.com").await, t.user("bob@example.com").await);
    t.role("support", &["users:view", "users:impersonate"]).await;
    t.give_role(&root, "support").await;
    let client = t.pages();
    let body = json!({ "identifier": "root@example.com", "password": PASSWORD });
    client.post("/api/v1/sign-in", &body).await;
    let path = format!("/api/v1/admin/users/{}/impersonate", bob.id);
    let begun = client.post(&path, &json!({ "reason": "ticket 7" })).await;
    assert_eq!(begun.status(), 200, "{}", begun.text());
    assert_eq!(client.get("/api/v1/me").await.json()["email"], "bob@example.com");
    (root, bob, client)
}

#[tokio::test]
async fn acting_as_somebody_ends_when_they_may_do_more() {
    let t = TestAuth::new().await;
    let (_, bob, client) = acting(&t).await;
    t.kw.change_grant(bob.id, Effect::Allow, "audit:view", true).await.unwrap().unwrap();
    assert_ne!(client.get("/api/v1/me").await.json()["email"], "bob@example.com");
}

#[tokio::test]
async fn acting_as_somebody_ends_when_the_permission_does() {
    let t = TestAuth::new().await;
    let (root, _, client) = acting(&t).await;
    t.kw.change_grant(root.id, Effect::Deny, "users:impersonate", true).await.unwrap().unwrap();
    assert_ne!(client.get("/api/v1/me").await.json()["email"], "bob@example.com");
}

#[tokio::test]
async fn one_question_of_several_that_cannot_be_decided_leaves_the_others_their_answers() {
    let t = TestAuth::new().await;
    let (_, client) = for_a_minute(&t, &["posts:view"], &[]).await;
    let lost = json!({ "type": "posts", "id": "1", "acl": ["nowhere"] });
    let body = json!({ "questions": [
        { "permission": "posts:view" },
        { "permission": "posts:view", "resource": lost },
        { "permission": "posts:edit" },
    ] });
    let reply = client.post("/api/v1/can/batch", &body).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let answers = reply.json()["answers"].clone();
    let told = |nth: usize| (answers[nth]["allowed"].clone(), answers[nth]["code"].clone());
    assert_eq!(told(0).0, json!(true));
    assert_eq!(told(1), (Value::Null, json!("decision_unavailable")));
    assert_eq!(told(2).0, json!(false));
}
