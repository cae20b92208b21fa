//! The policy document: stored as a whole, in force from the next request on, and
//! no way to more than one holds.

use http::Method;
use keyward::authz::Effect;
use keyward::testing::{Client, TestAuth};
use keyward::{ChangePolicy, Refusal, RoleChange, UserView};
use serde_json::{Value, json};

const POLICY: &str = r#"version = 1
[roles]
reader = { allow = ["posts:view"] }
writer = { inherits = ["reader"], allow = ["posts:edit"] }

[[test]]
as = { roles = ["writer"] }
allow = ["posts:view", "posts:edit"]
deny = ["posts:delete"]
"#;

const PATH: &str = "/api/v1/admin/policy";

fn change(text: &str) -> ChangePolicy {
    ChangePolicy { text: text.into(), seen: None, force: false, actor: None }
}

/// An administrator and somebody with these permissions alone, signed in.
async fn house(auth: &TestAuth, permissions: &[&str]) -> (Client, Client, UserView) {
    let (admin, helper) =
        (auth.user("admin@example.com").await, auth.user("helper@example.com").await);
    auth.give_role(&admin, "admin").await;
    for permission in permissions {
        let given = auth.kw.change_grant(helper.id, Effect::Allow, permission, true).await;
        given.unwrap().unwrap();
    }
    (auth.pages().login_as(&admin).await, auth.pages().login_as(&helper).await, helper)
}

async fn put(client: &Client, version: i64, text: &str) -> (u16, Value) {
    let body = json!({ "text": text, "version": version });
    let reply = client.json(Method::PUT, PATH, &body).await;
    (reply.status().as_u16(), reply.json())
}

#[tokio::test]
async fn a_document_counts_from_the_next_request_on() {
    let auth = TestAuth::new().await;
    let (admin, helper, ada) = house(&auth, &[]).await;
    let may = async |yes: bool| {
        let reply = helper.get("/api/v1/can?permission=posts:edit").await;
        assert_eq!(reply.json()["allowed"], json!(yes), "{}", reply.text());
    };
    may(false).await;
    assert_eq!(put(&admin, 0, POLICY).await, (200, json!({ "version": 1 })));
    let role = format!("/api/v1/admin/users/{}/roles/writer", ada.id);
    assert_eq!(admin.json(Method::PUT, &role, &json!({})).await.status(), 204);
    may(true).await;
    let less = POLICY.replace("allow = [\"posts:edit\"] ", "").replace(", \"posts:edit\"", "");
    assert_eq!(put(&admin, 1, &less).await, (200, json!({ "version": 2 })));
    may(false).await;
    let shown = admin.get(PATH).await;
    assert_eq!(shown.json(), json!({ "version": 2, "text": less }));
    assert_eq!(shown.headers()["etag"], "\"2\"");
    assert_eq!(put(&admin, 2, "  \n").await, (200, json!({ "version": 3 })));
    assert_eq!(admin.get(PATH).await.json(), json!({ "version": 3, "text": "" }));
    let events = auth.events().await;
    assert_eq!(events.kinds().iter().filter(|kind| *kind == "policy.changed").count(), 3);
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_seen() {
    let auth = TestAuth::new().await;
    let (admin, ..) = house(&auth, &[]).await;
    assert_eq!(put(&admin, 0, POLICY).await.0, 200);
    let (status, problem) = put(&admin, 0, "version = 1").await;
    assert_eq!((status, &problem["code"]), (409, &json!("conflict")));
    let with_tag = async |tag: &str| {
        let body = json!({ "text": "version = 1" }).to_string();
        let request = http::Request::put(PATH)
            .header("host", "localhost")
            .header("if-match", tag)
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", format!("kw_session={}", admin.cookie("kw_session").unwrap()));
        admin.raw(request.body(body.into()).unwrap()).await
    };
    for stale in ["\"0\"", "\"x\"", "*"] {
        assert_eq!(with_tag(stale).await.status(), 412, "{stale}");
    }
    assert_eq!(with_tag("\"1\"").await.status(), 200);
    let blind = admin.json(Method::PUT, PATH, &json!({ "text": "" })).await;
    assert_eq!(blind.status(), 422);
    assert_eq!(blind.json()["errors"][0]["field"], "version");
}

#[tokio::test]
async fn a_mistake_is_placed_and_nothing_changes() {
    let auth = TestAuth::new().await;
    let (admin, ..) = house(&auth, &[]).await;
    put(&admin, 0, POLICY).await;
    let slip = "version = 1\n[permissions]\nposts = [\"view\"]\n[roles]\n\
                a = { allow = [\"posts:veiw\"] }\n";
    let (status, problem) = put(&admin, 1, slip).await;
    assert_eq!((status, &problem["code"]), (422, &json!("policy_invalid")));
    let mistake = json!({ "line": 5, "column": 17, "message": "unknown permission `posts:veiw`",
        "suggestion": "posts:view" });
    assert_eq!(problem["mistakes"], json!([mistake]));
    let failing = POLICY.replace("deny = [\"posts:delete\"]", "allow_not = 1");
    assert_eq!(put(&admin, 1, &failing).await.1["code"], "policy_invalid");
    let failing = POLICY.replace("deny = [\"posts:delete\"]", "deny = [\"posts:view\"]");
    let failing = failing.replace("allow = [\"posts:view\", \"posts:edit\"]\n", "");
    let (status, problem) = put(&admin, 1, &failing).await;
    assert_eq!((status, &problem["code"]), (422, &json!("policy_tests_fail")));
    assert_eq!(problem["failures"][0]["line"], 8);
    assert_eq!(admin.get(PATH).await.json()["text"], POLICY);
}

#[tokio::test]
async fn a_document_defines_no_role_that_is_stored_or_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, "version = 1\n[roles]\nfixed = { allow = [\"posts:*\"] }\n").unwrap();
    let auth = TestAuth::with(|builder| builder.policy(path)).await;
    auth.role("stored", &[]).await;
    for (role, flaw) in [("fixed", "is defined already"), ("stored", "is stored already")] {
        let text = format!("version = 1\n[roles]\n{role} = {{}}\n");
        let refused = auth.kw.change_policy(change(&text)).await.unwrap().unwrap_err();
        let Refusal::PolicyInvalid(flaws) = refused else { panic!("{refused:?}") };
        assert_eq!((flaws[0].line, flaws[0].column), (3, 1));
        assert!(flaws[0].message.contains(flaw), "{flaws:?}");
    }
    let text = "version = 1\n[roles]\nown = { inherits = [\"fixed\"] }\n";
    auth.kw.change_policy(change(text)).await.unwrap().unwrap();
    let add = RoleChange::Add { description: String::new() };
    let refused = auth.kw.change_role("own", add).await.unwrap();
    assert_eq!(refused, Err(Refusal::Conflict), "and the other way round");
    let refused = auth.kw.change_role("own", RoleChange::Remove).await.unwrap();
    assert_eq!(refused, Err(Refusal::invalid("role", "in_policy_file")));
    let ada = auth.user("ada@example.com").await;
    auth.kw.assign_role(ada.id, "own", true).await.unwrap().unwrap();
    assert!(auth.kw.can(ada.id, "posts:edit").await.unwrap(), "by the role of the file");
}

// Attack: whoever may edit the policy writes themselves a role that may more.
#[tokio::test]
async fn nobody_writes_more_into_a_document_than_they_hold() {
    let auth = TestAuth::new().await;
    let (admin, helper, _) = house(&auth, &["policy:*", "posts:view"]).await;
    let role = |says: &str| format!("version = 1\n[roles]\nnew = {{ {says} }}\n");
    let rule = |says: &str| format!("version = 1\n[[rules]]\nid = \"x\"\n{says}\n");
    for (text, status) in [
        (role("allow = [\"posts:edit\"]"), 403),
        (role("deny = [\"posts:edit\"]"), 403),
        (role("superuser = true"), 403),
        (role("locked = true"), 403),
        (rule("allow = [\"posts:view\"]"), 403),
        ("version = 1\n[acl.wall]\nentries = [\"allow everyone posts:view\"]\n".into(), 403),
        (role("allow = [\"posts:view\"]"), 200),
    ] {
        let (found, problem) = put(&helper, 0, &text).await;
        assert_eq!(found, status, "{text}: {problem}");
    }
    assert_eq!(put(&admin, 1, &role("allow = [\"posts:edit\"]")).await.0, 200);
    let (status, problem) = put(&helper, 2, "").await;
    assert_eq!((status, &problem["code"]), (403, &json!("outside_ceiling")), "nor out of it");
}

// Attack: a role is given while this node still has the former document in force.
#[tokio::test]
async fn what_a_document_says_is_held_against_whoever_gives_it() {
    let auth = TestAuth::new().await;
    let (admin, helper, ada) = house(&auth, &["users:*", "roles:*", "posts:view"]).await;
    put(&admin, 0, POLICY).await;
    for (role, status) in [("reader", 204), ("writer", 403)] {
        let path = format!("/api/v1/admin/users/{}/roles/{role}", ada.id);
        let given = helper.json(Method::PUT, &path, &json!({})).await;
        assert_eq!(given.status(), status, "{role}: {}", given.text());
    }
}

#[tokio::test]
async fn the_last_administrator_is_not_locked_out_unless_forced() {
    let auth = TestAuth::new().await;
    let (admin, ..) = house(&auth, &[]).await;
    let locks = "version = 1\n[[rules]]\nid = \"closed\"\nforbid = [\"*\"]\n";
    let (status, problem) = put(&admin, 0, locks).await;
    assert_eq!((status, &problem["code"]), (409, &json!("last_administrator")));
    let proven = locks.to_owned() + "unless = \"context.mfa_age < duration('5m')\"\n";
    auth.kw.change_policy(change(&proven)).await.unwrap().unwrap();
    auth.kw.change_policy(change("")).await.unwrap().unwrap();
    let when = locks.to_owned() + "when = \"context.night\"\n";
    let refused = auth.kw.change_policy(change(&when)).await.unwrap();
    assert_eq!(refused, Err(Refusal::LastAdministrator), "nor perhaps");
    assert_eq!(admin.get(PATH).await.status(), 200);
    let forced = json!({ "text": locks, "version": 2, "force": true });
    assert_eq!(admin.json(Method::PUT, PATH, &forced).await.status(), 200);
    assert_eq!(admin.get(PATH).await.status(), 403, "it does what it says");
    auth.kw.change_policy(change("")).await.unwrap().unwrap();
    assert_eq!(admin.get(PATH).await.status(), 200, "the app can undo it");
}

#[tokio::test]
async fn a_check_says_who_gains_and_who_loses() {
    let auth = TestAuth::new().await;
    let (admin, _, ada) = house(&auth, &[]).await;
    put(&admin, 0, POLICY).await;
    auth.kw.assign_role(ada.id, "writer", true).await.unwrap().unwrap();
    let check = async |text: &str| {
        let reply = admin.post("/api/v1/admin/policy/check", &json!({ "text": text })).await;
        assert_eq!(reply.status(), 200, "{}", reply.text());
        reply.json()
    };
    let found =
        check(&POLICY.replace("allow = [\"posts:edit\"]", "allow = [\"posts:delete\"]")).await;
    assert_eq!(found["refusal"], "policy_tests_fail");
    assert_eq!(found["tests"]["passed"], 1);
    assert_eq!(found["tests"]["failed"], 2);
    assert_eq!(found["version"], 1);
    let writer = json!({ "role": "writer", "gains": ["posts:delete"], "loses": ["posts:edit"],
        "more": false, "people": 1 });
    assert_eq!((&found["roles"], &found["people"]), (&json!([writer]), &json!(1)));
    let slip = check("version = 2\n").await;
    assert_eq!((&slip["refusal"], &slip["tests"]), (&json!("policy_invalid"), &Value::Null));
    assert_eq!(slip["mistakes"][0]["line"], 1);
    assert_eq!(check(POLICY).await["refusal"], Value::Null);
    assert_eq!(admin.get(PATH).await.json()["version"], 1, "a look changes nothing");
}

#[tokio::test]
async fn a_document_may_be_large_and_not_too_large() {
    let auth = TestAuth::new().await;
    let (admin, ..) = house(&auth, &[]).await;
    let filled = |bytes: usize| format!("version = 1\n# {}\n", "x".repeat(bytes - 15));
    let (status, _) = put(&admin, 0, &filled(256 * 1024)).await;
    assert_eq!(status, 200, "more than other bodies may have");
    let (status, problem) = put(&admin, 1, &filled(256 * 1024 + 1)).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (422, &json!("too_large")));
    let reply = admin.post("/api/v1/admin/policy/check", &json!({ "text": filled(600_000) })).await;
    assert_eq!(reply.status(), 413);
    for odd in ["version = 1 # \u{7}", "version = 1\r# lone"] {
        let (status, problem) = put(&admin, 1, odd).await;
        assert_eq!((status, &problem["errors"][0]["code"]), (422, &json!("control_character")));
    }
    assert_eq!(put(&admin, 1, "version = 1\r\n\t\r\n").await.0, 200);
    assert_eq!(admin.get(PATH).await.json()["text"], "version = 1\n\t\n", "lines end in one way");
}
