//! Access control lists as rows: they count from the next question on, and nobody
//! gives by one what they do not hold.

use http::Method;
use keyward::authz::Effect;
use keyward::testing::{Client, Response, TestAuth};
use keyward::{GroupChange, Refusal, Term, UserView};
use serde_json::{Value, json};

struct House {
    t: TestAuth,
    admin: Client,
    ada: UserView,
    client: Client,
}

impl House {
    async fn open() -> Self {
        Self::around(TestAuth::new().await).await
    }

    async fn around(t: TestAuth) -> Self {
        let (chief, ada) = (t.user("chief@example.com").await, t.user("ada@example.com").await);
        t.kw.assign_role(chief.id, "admin", true).await.unwrap().unwrap();
        let (admin, client) = (t.pages().login_as(&chief).await, t.pages().login_as(&ada).await);
        Self { t, admin, ada, client }
    }

    async fn joins(&self, group: &str) {
        let add = GroupChange::Add { description: String::new() };
        self.t.kw.change_group(group, add).await.unwrap().unwrap();
        self.t.kw.join_group(self.ada.id, group, Term::ALWAYS).await.unwrap().unwrap();
    }
}

async fn put(client: &Client, name: &str, entries: &[&str]) -> Response {
    let path = format!("/api/v1/admin/acl/{name}");
    client.json(Method::PUT, &path, &json!({ "entries": entries })).await
}

#[track_caller]
fn is(reply: &Response, status: u16) {
    assert_eq!(reply.status(), status, "{}", reply.text());
}

/// Whether it is allowed on a post whose chain of lists this is.
async fn may(client: &Client, permission: &str, lists: &[&str]) -> Value {
    let resource = json!({ "type": "posts", "id": "1", "acl": lists });
    let asked = json!({ "permission": permission, "resource": resource });
    let reply = client.json(Method::POST, "/api/v1/can", &asked).await;
    match reply.status().as_u16() {
        200 => reply.json()["allowed"].clone(),
        _ => reply.json()["code"].clone(),
    }
}

#[tokio::test]
async fn a_list_counts_on_the_next_request_and_its_first_entry_decides() {
    let house = House::open().await;
    house.joins("staff").await;
    let (edit, wall) = ("posts:edit", ["wall"]);
    assert_eq!(may(&house.client, edit, &wall).await, "database_unavailable", "there is none yet");
    let own = format!("deny {} posts:edit", house.ada.id);
    for (entries, allowed) in [
        (&[][..], false),
        (&["allow staff posts:edit"], true),
        (&[&*own, "allow staff posts:edit"], false),
        (&["allow staff posts:edit", &own], true),
        (&["allow others posts:edit"], false),
        (&["allow @authenticated *"], true),
    ] {
        is(&put(&house.admin, "wall", entries).await, 200);
        assert_eq!(may(&house.client, edit, &wall).await, json!(allowed), "{entries:?}");
    }
    is(&put(&house.admin, "posts:1", &["deny staff posts:edit"]).await, 200);
    assert_eq!(may(&house.client, edit, &["posts:1", "wall"]).await, json!(false), "the nearer");
    assert_eq!(may(&house.client, edit, &["wall", "posts:1"]).await, json!(true));
    let removed = house.admin.json(Method::DELETE, "/api/v1/admin/acl/wall", &json!({})).await;
    is(&removed, 204);
    assert_eq!(may(&house.client, edit, &wall).await, "database_unavailable", "it is gone");
}

#[tokio::test]
async fn a_list_is_changed_as_it_was_seen() {
    let house = House::open().await;
    let first = put(&house.admin, "wall", &["allow  staff   posts:edit"]).await;
    is(&first, 200);
    let seen = first.json()["version"].as_i64().unwrap();
    assert_eq!(first.headers()["etag"], format!("\"{seen}\"").as_str());
    let said = json!({
        "name": "wall", "entries": ["allow staff posts:edit"], "version": seen, "read_only": false,
    });
    assert_eq!(first.json(), said);
    assert_eq!(house.admin.get("/api/v1/admin/acl/wall").await.json(), said);
    assert_eq!(house.admin.get("/api/v1/admin/acl").await.json(), json!({ "data": [said] }));

    let kw = &house.t.kw;
    let entries = || vec!["deny @everyone *".to_owned()];
    assert_eq!(
        kw.put_acl("wall", entries(), Some(seen - 1)).await.unwrap(),
        Err(Refusal::Conflict)
    );
    assert_eq!(kw.put_acl("other", entries(), Some(1)).await.unwrap(), Err(Refusal::Conflict));
    assert_eq!(kw.remove_acl("wall", Some(seen - 1)).await.unwrap(), Err(Refusal::Conflict));
    let second = kw.put_acl("wall", entries(), Some(seen)).await.unwrap().unwrap();
    kw.remove_acl("wall", None).await.unwrap().unwrap();
    let third = kw.put_acl("wall", entries(), None).await.unwrap().unwrap();
    assert!(seen < second.version && second.version < third.version, "no version comes back");
    assert_eq!(kw.remove_acl("nothing", None).await.unwrap(), Err(Refusal::NotFound));

    let session = house.admin.cookie("kw_session").unwrap();
    let stale = http::Request::delete("/api/v1/admin/acl/wall")
        .header("host", "localhost")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", format!("kw_session={session}"))
        .header("if-match", format!("\"{seen}\""))
        .body(axum::body::Body::empty());
    is(&house.admin.raw(stale.unwrap()).await, 412);
    is(&house.admin.get("/api/v1/admin/acl/nothing").await, 404);
    let events = house.t.events().await;
    events.assert(["acl.changed", "acl.changed", "acl.changed", "acl.changed"]);
}

#[tokio::test]
async fn what_is_no_entry_is_named_by_its_place() {
    let house = House::open().await;
    let long = format!("allow staff {}", "x".repeat(600));
    let reply =
        put(&house.admin, "wall", &["allow a x", "allow a", "allow @everone x", &long]).await;
    is(&reply, 422);
    let told = reply.json()["errors"].as_array().unwrap().clone();
    let told: Vec<_> = told
        .iter()
        .map(|it| (it["field"].as_str().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    let flaws =
        [("entries.1", "entry_invalid"), ("entries.2", "group_unknown"), ("entries.3", "too_long")];
    assert_eq!(told, flaws);
    assert!(reply.text().contains("did you mean `@everyone`?"), "{}", reply.text());
    is(&put(&house.admin, "wall", &["allow a x"; 101]).await, 422);
    is(&put(&house.admin, "no%20name", &[]).await, 422);
    assert_eq!(house.t.kw.acl_list().await.unwrap(), []);
}

// A list is asked about resources alone, so none keeps an administrator out.
#[tokio::test]
async fn no_list_takes_the_last_administrator_away() {
    let house = House::open().await;
    is(&put(&house.admin, "wall", &["deny @everyone *", "deny @authenticated *"]).await, 200);
    is(&house.admin.get("/api/v1/admin/users").await, 200);
    is(&put(&house.admin, "wall", &[]).await, 200);
}

/// Somebody who may see posts, and change lists and groups.
async fn helper(house: &House) -> Client {
    let helper = house.t.user("helper@example.com").await;
    for permission in ["posts:view", "acl:*", "groups:*", "users:*"] {
        let given = house.t.kw.change_grant(helper.id, Effect::Allow, permission, true).await;
        given.unwrap().unwrap();
    }
    house.t.pages().login_as(&helper).await
}

// Attack: a helper allows by a list what they may not do, or lifts what it denies.
#[tokio::test]
async fn nobody_changes_by_a_list_what_they_may_not_do() {
    let house = House::open().await;
    let helper = helper(&house).await;
    is(
        &put(&house.admin, "wall", &["deny guest posts:delete", "allow guest posts:view"]).await,
        200,
    );
    for (entries, status) in [
        (&["deny guest posts:delete", "deny guest posts:view"][..], 200),
        (&["deny staff posts:view", "deny guest posts:delete", "allow guest posts:view"], 200),
        (&["deny guest posts:delete", "allow guest posts:view,posts:edit"], 403),
        (&["allow guest posts:view"], 403),
        (&["allow guest posts:delete", "deny guest posts:delete"], 403),
        (&["deny guest posts:delete", "allow @everyone *"], 403),
    ] {
        is(&put(&helper, "wall", entries).await, status);
    }
    let removed = helper.json(Method::DELETE, "/api/v1/admin/acl/wall", &json!({})).await;
    is(&removed, 403);
    is(&put(&house.client, "wall", &[]).await, 403);
    is(&house.client.get("/api/v1/admin/acl").await, 403);
}

// Attack: a helper puts themselves into a group that a list names, or takes over
// an account that it names.
#[tokio::test]
async fn whom_a_list_names_is_out_of_reach() {
    let house = House::open().await;
    let helper = helper(&house).await;
    house.joins("staff").await;
    let eve = house.t.user("eve@example.com").await;
    let join = async || {
        let path = format!("/api/v1/admin/groups/staff/members/{}", eve.id);
        helper.json(Method::PUT, &path, &json!({})).await.status().as_u16()
    };
    let take_over = async || {
        let path = format!("/api/v1/admin/users/{}/set-password", eve.id);
        let password = json!({ "password": "another fine password" });
        helper.post(&path, &password).await.status().as_u16()
    };
    assert_eq!((join().await, take_over().await), (204, 204), "nothing names them");
    house.t.kw.leave_group(eve.id, "staff").await.unwrap().unwrap();
    let own = format!("allow {} posts:delete", eve.id);
    is(&put(&house.admin, "wall", &["allow staff posts:delete", &own]).await, 200);
    assert_eq!((join().await, take_over().await), (403, 403), "a list does");
}

#[cfg(feature = "policy-file")]
mod beside_a_file {
    use super::*;

    const POLICY: &str = r#"version = 1
[permissions]
posts = ["view", "edit"]
[acl.site]
entries = ["allow @everyone posts:view"]
"#;

    async fn house() -> House {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        std::fs::write(&path, POLICY).unwrap();
        House::around(TestAuth::with(|builder| builder.policy(path)).await).await
    }

    #[tokio::test]
    async fn a_list_of_the_file_is_changed_there_alone() {
        let house = house().await;
        let reply = put(&house.admin, "site", &[]).await;
        is(&reply, 422);
        assert_eq!(reply.json()["errors"][0]["code"], "in_policy_file");
        let removed = house.admin.json(Method::DELETE, "/api/v1/admin/acl/site", &json!({})).await;
        is(&removed, 422);
        is(&put(&house.admin, "wall", &["deny @everyone posts:view"]).await, 200);
        let all = house.t.kw.acl_list().await.unwrap();
        let all: Vec<_> = all.iter().map(|it| (it.name.as_str(), it.read_only)).collect();
        assert_eq!(all, [("site", true), ("wall", false)]);
        assert_eq!(may(&house.client, "posts:view", &["wall", "site"]).await, json!(false));
        assert_eq!(may(&house.client, "posts:view", &["site", "wall"]).await, json!(true));
    }

    #[tokio::test]
    async fn an_entry_is_about_what_the_catalogue_has() {
        let house = house().await;
        let reply = put(&house.admin, "wall", &["allow staff posts:view,posts:eidt"]).await;
        is(&reply, 422);
        assert_eq!(
            reply.json()["errors"][0],
            json!({
                "field": "entries.0",
                "code": "permission_unknown",
                "message": "unknown permission `posts:eidt`, did you mean `posts:edit`?",
            })
        );
    }
}
