//! `/can` and what goes with it, over HTTP.

use keyward::authz::policy::Policy;
use keyward::port::Fut;
use keyward::testing::{Client, TestAuth};
use keyward::{Error, Resource, Resources, UserView};
use serde_json::{Value, json};

const POLICY: &str = r#"
version = 1

[permissions]
access = ["explain"]
posts = ["view", "edit", "publish"]

[roles]
author = { allow = ["posts:view"] }
editor = { inherits = ["author"], allow = ["posts:publish"] }
contractor = { inherits = ["editor"], deny = ["posts:publish"] }
auditor = { allow = ["access:explain"] }

[limits]
author = { per_minute = 60 }

[[rules]]
id = "own-draft"
allow = ["posts:edit"]
when = "resource has owner && resource.owner == principal.id && resource.status == 'draft'"

[[rules]]
id = "freeze"
forbid = ["posts:publish"]
when = "context has frozen && context.frozen"
reason = "Nothing is published now."
"#;

/// Posts of the app: number 7 belongs to nobody and is no draft.
struct Posts;

impl Resources for Posts {
    fn find<'a>(&'a self, kind: &'a str, id: &'a str) -> Fut<'a, Result<Option<Resource>, Error>> {
        Box::pin(async move {
            let known = (kind, id) == ("posts", "7");
            Ok(known.then(|| Resource::new(kind, id).owned_by("nobody").attribute("status", "old")))
        })
    }

    fn list<'a>(
        &'a self,
        _: &'a str,
        _: Option<&'a str>,
        _: usize,
    ) -> Fut<'a, Result<Vec<Resource>, Error>> {
        Box::pin(async { Ok(vec![]) })
    }
}

struct Desk {
    t: TestAuth,
    ada: UserView,
    client: Client,
}

impl Desk {
    async fn of(role: &str) -> Self {
        let t = TestAuth::with(|builder| builder.resources(Posts)).await;
        t.enforce(Policy::parse("policy.toml", POLICY).unwrap().snapshot().clone());
        let ada = t.user("ada@example.com").await;
        t.give_role(&ada, role).await;
        let client = t.pages().login_as(&ada).await;
        Self { t, ada, client }
    }

    async fn ask(&self, path: &str, body: &Value) -> Value {
        let reply = self.client.post(path, body).await;
        assert_eq!(reply.status(), 200, "{path} {body}: {}", reply.text());
        reply.json()
    }

    fn draft(&self, id: &str) -> Value {
        json!({ "permission": "posts:edit", "resource": { "type": "posts", "id": id,
            "owner": self.ada.id, "attributes": { "status": "draft" } } })
    }
}

#[tokio::test]
async fn an_answer_has_its_code_its_reason_and_its_limits() {
    let desk = Desk::of("editor").await;
    for (body, allowed, code) in [
        (json!({ "permission": "posts:view" }), true, "allowed"),
        (desk.draft("1"), true, "allowed"),
        (json!({ "permission": "posts:edit" }), false, "missing_permission"),
        (json!({ "permission": "posts:fly" }), false, "unknown_permission"),
    ] {
        let answer = desk.ask("/api/v1/can", &body).await;
        assert_eq!((&answer["allowed"], &answer["code"]), (&json!(allowed), &json!(code)));
        assert_eq!(answer["limits"]["per_minute"]["below"], 60);
    }
    let frozen = json!({ "permission": "posts:publish", "context": { "frozen": true } });
    let answer = desk.ask("/api/v1/can", &frozen).await;
    assert_eq!(
        (&answer["code"], &answer["reason"]),
        (&json!("denied_by_rule"), &json!("Nothing is published now."))
    );
    let named = desk.client.get("/api/v1/can?permission=posts:view&resource=posts:1").await.json();
    assert_eq!(named["allowed"], true);
}

// A resource that is told of is not one that is known: no one owns what the app
// says is another's.
#[tokio::test]
async fn what_the_app_knows_of_a_resource_goes_before_what_a_request_tells() {
    let desk = Desk::of("author").await;
    assert_eq!(desk.ask("/api/v1/can", &desk.draft("1")).await["allowed"], true);
    assert_eq!(desk.ask("/api/v1/can", &desk.draft("7")).await["allowed"], false);
}

#[tokio::test]
async fn each_question_of_a_batch_is_answered_as_if_it_were_alone() {
    let desk = Desk::of("author").await;
    let vague = json!({ "permission": "posts:edit",
        "resource": { "type": "posts", "id": "1", "owner": desk.ada.id } });
    let questions = json!([{ "permission": "posts:view" }, vague, { "permission": "posts:publish" },
        desk.draft("1")]);
    let answers = desk.ask("/api/v1/can/batch", &json!({ "questions": questions })).await;
    let answers = answers["answers"].as_array().unwrap().iter();
    let found: Value =
        answers.map(|it| json!([it["permission"], it["allowed"], it["code"]])).collect();
    let wanted = json!([
        ["posts:view", true, "allowed"],
        ["posts:edit", null, "decision_unavailable"],
        ["posts:publish", false, "missing_permission"],
        ["posts:edit", true, "allowed"],
    ]);
    assert_eq!(found, wanted);
    let alone = desk.client.post("/api/v1/can", &vague).await;
    assert_eq!((alone.status().as_u16(), alone.code().as_str()), (503, "decision_unavailable"));
}

#[tokio::test]
async fn who_lacks_the_permission_to_see_reasons_sees_what_was_written_for_people() {
    let desk = Desk::of("contractor").await;
    let body = json!({ "permission": "posts:publish" });
    let own = desk.ask("/api/v1/can/explain", &body).await;
    assert_eq!(own, json!({ "decision": "deny", "code": "denied_by_rule", "http": 403 }));
    let other = json!({ "permission": "posts:publish", "subject": "ada@example.com" });
    let refused = desk.client.post("/api/v1/can/explain", &other).await;
    assert_eq!(
        (refused.code().as_str(), &refused.json()["permission"]),
        ("missing_permission", &json!("access:explain"))
    );
}

#[tokio::test]
async fn who_may_see_reasons_sees_the_rule_that_decided() {
    let desk = Desk::of("contractor").await;
    let auditor = desk.t.user("auditor@example.com").await;
    desk.t.give_role(&auditor, "auditor").await;
    let client = desk.t.pages().login_as(&auditor).await;
    let body = json!({ "permission": "posts:publish", "subject": "ada@example.com" });
    let why = client.post("/api/v1/can/explain", &body).await.json();
    assert_eq!(why["decided_by"]["rule"], "roles.contractor.deny[0]");
    assert_eq!(why["path"], json!([desk.ada.id, "contractor"]));
    assert_eq!(why["would_allow"][0]["rule"], "roles.editor.allow[0]");
    let body = json!({ "permission": "posts:publish", "subject": "nobody@example.com" });
    assert_eq!(client.post("/api/v1/can/explain", &body).await.code(), "not_found");
}

#[tokio::test]
async fn one_sees_what_one_holds() {
    let desk = Desk::of("contractor").await;
    let held = desk.client.get("/api/v1/me/permissions").await.json();
    assert_eq!(
        held,
        json!({
            "roles": ["contractor"], "groups": [], "allow": ["posts:view"], "deny": ["posts:publish"],
            "limits": { "per_minute": { "below": 60 } },
            "complete": false, "permissions": ["posts:view"],
        })
    );
}

#[tokio::test]
async fn a_question_that_is_none_is_refused() {
    let desk = Desk::of("author").await;
    let resource = |resource: Value| json!({ "permission": "posts:edit", "resource": resource });
    let many: Vec<Value> = (0..101).map(|_| json!({ "permission": "posts:view" })).collect();
    let attributes: Value = (0..101).map(|n| (n.to_string(), json!(n))).collect();
    for (path, body) in [
        ("/api/v1/can", json!({ "permission": "posts:*" })),
        ("/api/v1/can", json!({ "permission": "posts:view", "subject": "root" })),
        ("/api/v1/can", resource(json!({ "type": "posts" }))),
        ("/api/v1/can", resource(json!({ "type": "po sts", "id": "1" }))),
        ("/api/v1/can", resource(json!({ "type": "posts", "id": "" }))),
        ("/api/v1/can", resource(json!({ "type": "posts", "id": "1", "visibility": "none" }))),
        ("/api/v1/can", resource(json!({ "type": "posts", "id": "1", "acl": vec!["a"; 26] }))),
        ("/api/v1/can", resource(json!({ "type": "posts", "id": "1", "attributes": attributes }))),
        ("/api/v1/can/batch", json!({ "questions": many })),
        ("/api/v1/can/batch", json!({})),
        ("/api/v1/can/explain", json!({ "permission": "" })),
    ] {
        let reply = desk.client.post(path, &body).await;
        assert_eq!(reply.status(), 422, "{path} {body}: {}", reply.text());
    }
    for query in
        ["", "?permission=posts:view&permission=posts:edit", "?permission=posts:view&resource=x"]
    {
        let reply = desk.client.get(&format!("/api/v1/can{query}")).await;
        assert_eq!(reply.status(), 422, "{query}: {}", reply.text());
    }
}

#[tokio::test]
async fn in_development_an_unknown_permission_is_named_with_what_was_meant() {
    let t = TestAuth::with(|builder| builder.dev()).await;
    t.enforce(Policy::parse("policy.toml", POLICY).unwrap().snapshot().clone());
    let client = t.pages().login_as(&t.user("ada@example.com").await).await;
    let reply = client.post("/api/v1/can", &json!({ "permission": "posts:veiw" })).await;
    assert_eq!(reply.code(), "unknown_permission");
    assert!(reply.text().contains("Did you mean posts:view?"), "{}", reply.text());
}
