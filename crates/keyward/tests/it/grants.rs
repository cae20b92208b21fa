//! Permissions given to one account directly.

use std::time::Duration;

use http::Method;
use keyward::authz::Effect;
use keyward::testing::{Client, TestAuth};
use keyward_core::port::Clock as _;
use serde_json::{Value, json};

use crate::pages::html::{Page, location};

async fn root(t: &TestAuth) -> Client {
    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    t.pages().login_as(&root).await
}

async fn send(client: &Client, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let reply = client.json(method, path, body).await;
    let status = reply.status().as_u16();
    (status, if status == 204 { Value::Null } else { reply.json()["code"].clone() })
}

#[tokio::test]
async fn a_permission_is_given_denied_and_taken_and_ends_by_itself() {
    let t = TestAuth::new().await;
    let admin = root(&t).await;
    let ada = t.user("ada@example.com").await;
    let path = format!("/api/v1/admin/users/{}/permissions", ada.id);
    let client = t.pages().login_as(&ada).await;
    let may = async || {
        client.get("/api/v1/can?permission=posts:edit").await.json()["allowed"] == json!(true)
    };
    let end = t.clock.now().plus(Duration::from_secs(60)).to_string();
    let body = json!({ "permission": "posts:*", "effect": "allow", "expires_at": end });
    assert_eq!(send(&admin, Method::PUT, &path, &body).await.0, 204);
    assert!(may().await);
    let deny = json!({ "permission": "posts:edit", "effect": "deny" });
    assert_eq!(send(&admin, Method::PUT, &path, &deny).await.0, 204);
    assert!(!may().await, "a denial beats it");
    let listed = admin.get(&path).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    assert_eq!(listed["data"][0]["expires_at"], end.as_str());
    let taken = format!("{path}?permission=posts:edit&effect=deny");
    assert_eq!(send(&admin, Method::DELETE, &taken, &json!({})).await.0, 204);
    assert!(may().await);
    t.clock.advance(Duration::from_secs(60));
    assert!(!may().await, "it ends");
    let no = send(&admin, Method::DELETE, &taken, &json!({})).await;
    assert_eq!(no, (404, json!("not_found")));
    for bad in [
        json!({ "permission": "posts::", "effect": "allow" }),
        json!({ "permission": "posts:edit", "effect": "maybe" }),
        json!({ "permission": "posts:edit", "effect": "" }),
        json!({ "permission": "posts:edit", "effect": "allow", "expires_at": "2001-01-01" }),
    ] {
        assert_eq!(send(&admin, Method::PUT, &path, &bad).await.0, 422, "{bad}");
    }
    let nobody = path.replace(&ada.id.to_string(), "usr_00000000000000000000000000");
    assert_eq!(admin.get(&nobody).await.status(), 404);
    assert_eq!(send(&admin, Method::PUT, &nobody, &deny).await.0, 404);
}

// Attack: somebody who may give roles gives, or lifts, what they do not hold.
#[tokio::test]
async fn attack_nobody_gives_directly_what_they_do_not_hold() {
    let t = TestAuth::new().await;
    let (bob, ada) = (t.user("bob@example.com").await, t.user("ada@example.com").await);
    t.role("granter", &["roles:grant", "users:view", "posts:view"]).await;
    t.give_role(&bob, "granter").await;
    t.kw.change_grant(ada.id, Effect::Deny, "posts:edit", true).await.unwrap().unwrap();
    let client = t.pages().login_as(&bob).await;
    let of = |id| format!("/api/v1/admin/users/{id}/permissions");
    let give = |permission: &str| json!({ "permission": permission, "effect": "allow" });
    for (who, permission) in [(ada.id, "posts:edit"), (bob.id, "*"), (bob.id, "posts:*")] {
        let answer = send(&client, Method::PUT, &of(who), &give(permission)).await;
        assert_eq!(answer, (403, json!("outside_ceiling")), "{permission}");
    }
    let lift = format!("{}?permission=posts:edit&effect=deny", of(ada.id));
    let answer = send(&client, Method::DELETE, &lift, &json!({})).await;
    assert_eq!(answer, (403, json!("outside_ceiling")), "nor lifts a denial");
    assert_eq!(send(&client, Method::PUT, &of(ada.id), &give("posts:view")).await.0, 204);
}

#[tokio::test]
async fn a_page_gives_and_takes_it() {
    let t = TestAuth::new().await;
    let admin = root(&t).await;
    let ada = t.user("ada@example.com").await;
    let url = format!("/admin/people/{}", ada.id);
    let fields = [
        ("permission", "posts:edit"),
        ("effect", "allow"),
        ("not_before", ""),
        ("expires_at", "2999-01-01"),
    ];
    location(&admin.form(&format!("{url}/permit"), &fields).await);
    let page = Page::of(&admin.page(&url).await);
    let shown = page.text("[aria-labelledby=direct] .rows");
    assert!(shown.contains("posts:edit") && shown.contains("2999-01-01"), "{shown}");
    assert!(t.kw.can(ada.id, "posts:edit").await.unwrap());
    let bad = [("permission", "not a permission::"), ("effect", "deny")];
    let reply = admin.form(&format!("{url}/permit"), &bad).await;
    assert_eq!(reply.status(), 422);
    assert_eq!(Page::of(&reply).attr("#permission", "aria-invalid"), "true");
    let take = [("permission", "posts:edit"), ("effect", "allow")];
    location(&admin.form(&format!("{url}/unpermit"), &take).await);
    assert!(!t.kw.can(ada.id, "posts:edit").await.unwrap());
}
