//! What is left out is not taken for something else, and what is done already is not done
//! again.

use http::Method;
use keyward::testing::{Client, PASSWORD, TestAuth};
use keyward::{Act, GroupChange, NewPerson, Refusal, Secret};
use serde_json::json;

const JSON: Option<&str> = Some("application/json");

async fn admin(t: &TestAuth) -> Client {
    let admin = t.kw.add_admin("root@example.com", Secret::new(PASSWORD)).await.unwrap().unwrap();
    t.pages().login_as(&admin).await
}

#[tokio::test]
async fn a_rule_is_removed_by_null_and_not_by_leaving_its_effect_out() {
    let t = TestAuth::new().await;
    t.role("deployer", &["deploys:*"]).await;
    let client = admin(&t).await;
    let path = "/api/v1/admin/roles/deployer/permissions";
    let left_out = json!({ "permission": "deploys:*" });
    let reply = client.json(Method::PUT, path, &left_out).await;
    assert_eq!((reply.status().as_u16(), &*reply.code()), (422, "validation_failed"));
    assert_eq!(reply.json()["errors"][0]["field"], "effect");
    assert_eq!(reply.json()["errors"][0]["code"], "missing");
    let allows = || async { t.kw.role("deployer").await.unwrap().unwrap().allow };
    assert_eq!(allows().await, ["deploys:*"], "nothing was removed");
    let removed = json!({ "permission": "deploys:*", "effect": null });
    assert_eq!(client.json(Method::PUT, path, &removed).await.status(), 204);
    assert!(allows().await.is_empty());
    let version = client.get("/api/v1/admin/matrix").await.json()["version"].clone();
    let cell = json!({ "role": "deployer", "permission": "deploys:*" });
    let cells = json!({ "version": version, "changes": [cell] });
    let reply = client.json(Method::PUT, "/api/v1/admin/matrix", &cells).await;
    assert_eq!(reply.json()["errors"][0]["code"], "missing", "{}", reply.text());
}

#[tokio::test]
async fn nobody_is_added_whom_nothing_could_open() {
    let t = TestAuth::new().await;
    let client = admin(&t).await;
    for body in [json!({}), json!({ "name": "Ada" }), json!({ "email": "", "username": "" })] {
        let reply = client.post("/api/v1/admin/users", &body).await;
        assert_eq!(reply.status(), 422, "{body}");
        assert_eq!(reply.json()["errors"][0]["code"], "identifier_missing");
    }
    let page = client.form("/admin/people/add", &[("name", "Ada")]).await;
    assert_eq!(page.status(), 422);
    assert!(page.text().contains("Give an e-mail address, a username or a phone number."));
    let refused = t.kw.add_person(NewPerson { name: "Ada".into(), ..NewPerson::default() }).await;
    assert!(matches!(refused.unwrap(), Err(Refusal::Invalid(_))));
    let robot = json!({ "username": "deploy-bot", "verified": true });
    assert_eq!(client.post("/api/v1/admin/users", &robot).await.status(), 201);
}

#[tokio::test]
async fn what_nobody_did_is_not_taken_back() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    t.events().await;
    for act in [Act::Unlock, Act::Restore] {
        t.kw.act_on(ada.id, act).await.unwrap().unwrap();
    }
    t.events().await.assert_none();
    t.kw.act_on(ada.id, Act::Lock { reason: "x".into() }).await.unwrap().unwrap();
    t.kw.act_on(ada.id, Act::Unlock).await.unwrap().unwrap();
    t.events().await.assert(["user.locked", "user.unlocked"]);
}

#[tokio::test]
async fn what_is_given_for_good_needs_no_body() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    t.role("editor", &["posts:edit"]).await;
    let add = GroupChange::Add { description: String::new() };
    t.kw.change_group("staff", add).await.unwrap().unwrap();
    let client = admin(&t).await;
    for path in [
        format!("/api/v1/admin/groups/staff/members/{}", ada.id),
        format!("/api/v1/admin/users/{}/roles/editor", ada.id),
    ] {
        let reply = client.send(Method::PUT, &path, JSON, "").await;
        assert_eq!(reply.status(), 204, "{path}: {}", reply.text());
        let reply = client.send(Method::PUT, &path, JSON, "{").await;
        assert_eq!(reply.code(), "bad_json", "what is there is read");
    }
    let held = t.kw.holdings(ada.id).await.unwrap();
    assert_eq!(
        (&*held.roles, &*held.groups),
        (&["editor".to_owned()][..], &["staff".to_owned()][..])
    );
    let lock = format!("/api/v1/admin/users/{}/lock", ada.id);
    assert_eq!(client.send(Method::POST, &lock, JSON, "").await.status(), 200);
}

#[tokio::test]
async fn whoever_is_refused_for_a_cookie_is_told_what_would_do() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await.from_site(None);
    let reply = client.send(Method::POST, "/api/v1/sign-out/all", None, "").await;
    assert_eq!(reply.code(), "csrf_failed");
    assert!(reply.json()["detail"].as_str().unwrap().contains("must be JSON"));
    assert_eq!(client.send(Method::POST, "/api/v1/sign-out/all", JSON, "").await.status(), 204);
}
