//! The OpenID AuthZEN Authorization API over HTTP: the rows of two scenarios, a
//! list of things to do and a search for records, in the shape of the interop
//! suites; and what a message may not be.

use std::collections::BTreeMap;

use axum::http::Method;
use keyward::authz::policy::Policy;
use keyward::port::Fut;
use keyward::testing::{Client, TestAuth};
use keyward::{Error, Kind, NewPerson, Resource, Resources, UserView};
use serde::Deserialize;
use serde_json::{Value, json};

const POLICY: &str = r#"
version = 1

[permissions]
access = ["evaluate"]
todo = ["can_read_todos", "can_create_todo", "can_update_todo", "can_delete_todo"]
user = ["can_read_user"]
record = ["view", "edit", "delete"]

[roles]
viewer = { allow = ["todo:can_read_todos", "user:can_read_user"] }
editor = { inherits = ["viewer"], allow = ["todo:can_create_todo"] }
admin = { inherits = ["editor"], allow = ["todo:can_delete_todo"] }
evil_genius = { inherits = ["editor"], allow = ["todo:can_update_todo"] }
point = { allow = ["access:evaluate"] }
manager = { allow = ["record:view"] }
employee = {}
contractor = {}

[scopes]
read = ["todo:can_read_todos"]

[limits]
viewer = { per_minute = 60 }

[[rules]]
id = "own-todos"
allow = ["todo:can_update_todo", "todo:can_delete_todo"]
roles = ["editor"]
when = "resource.ownerID == principal.email"

[[rules]]
id = "own-records"
allow = ["record:*"]
when = "resource.owner == principal.username"

[[rules]]
id = "records-of-the-department"
allow = ["record:view"]
when = "resource.department in principal.groups"

[[rules]]
id = "managers-edit-their-department"
allow = ["record:edit"]
roles = ["manager"]
when = "resource.department in principal.groups"
"#;

#[derive(Deserialize)]
struct Suites {
    todo: Todo,
    search: Search,
}

#[derive(Deserialize)]
struct Todo {
    users: BTreeMap<String, TodoUser>,
    evaluation: Vec<Row>,
    evaluations: Vec<Row>,
}

#[derive(Deserialize)]
struct TodoUser {
    id: String,
    roles: Vec<String>,
}

#[derive(Deserialize)]
struct Search {
    users: BTreeMap<String, Worker>,
    records: BTreeMap<String, Record>,
    cases: BTreeMap<String, Vec<Row>>,
}

#[derive(Clone, Deserialize)]
struct Worker {
    role: String,
    department: String,
}

#[derive(Clone, Deserialize)]
struct Record {
    department: String,
    owner: String,
}

#[derive(Deserialize)]
struct Row {
    request: Value,
    expected: Value,
}

/// Rows of our own; and those of `KEYWARD_VECTORS/authzen_interop.json`, where
/// somebody has them.
#[expect(clippy::disallowed_methods, reason = "a test's own switch")]
fn suites() -> Vec<Suites> {
    let theirs = std::env::var("KEYWARD_VECTORS")
        .ok()
        .map(|folder| std::fs::read_to_string(format!("{folder}/authzen_interop.json")).unwrap());
    let own = include_str!("fixtures/authzen.json").to_owned();
    let texts = [own].into_iter().chain(theirs);
    texts.map(|text| serde_json::from_str(&text).unwrap()).collect()
}

/// The app behind the search: it knows its records.
struct Archive(BTreeMap<String, Record>);

impl Archive {
    fn resource(&self, id: &str) -> Option<Resource> {
        let record = self.0.get(id)?;
        let resource = Resource::new("record", id).owned_by(&record.owner);
        Some(resource.attribute("department", record.department.as_str()))
    }
}

impl Resources for Archive {
    fn find<'a>(&'a self, kind: &'a str, id: &'a str) -> Fut<'a, Result<Option<Resource>, Error>> {
        Box::pin(async move { Ok(self.resource(id).filter(|_| kind == "record")) })
    }

    fn list<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> Fut<'a, Result<Vec<Resource>, Error>> {
        Box::pin(async move {
            let ids = self.0.keys().filter(|id| kind == "record" && Some(id.as_str()) > after);
            Ok(ids.take(limit).filter_map(|id| self.resource(id)).collect())
        })
    }
}

/// A decision point and the enforcement point that asks it.
struct Point {
    t: TestAuth,
    client: Client,
}

impl Point {
    async fn open(t: TestAuth) -> Self {
        t.enforce(Policy::parse("policy.toml", POLICY).unwrap().snapshot().clone());
        let asks = t.user("point@example.com").await;
        t.give_role(&asks, "point").await;
        let client = t.pages().login_as(&asks).await;
        Self { t, client }
    }

    async fn ask(&self, path: &str, body: &Value) -> Value {
        let reply = self.client.post(path, body).await;
        assert_eq!(reply.status(), 200, "{path} {body}: {}", reply.text());
        reply.json()
    }

    async fn refuses(&self, path: &str, body: &Value, status: u16) {
        let reply = self.client.post(path, body).await;
        assert_eq!(reply.status(), status, "{path} {body}: {}", reply.text());
    }
}

async fn person(t: &TestAuth, email: Option<&str>, username: Option<&str>) -> UserView {
    let (email, username) = (email.map(str::to_owned), username.map(str::to_owned));
    let new = NewPerson { email, username, verified: true, ..NewPerson::default() };
    t.kw.add_person(new).await.unwrap().unwrap()
}

async fn todo(suite: &Todo) -> Point {
    let point = Point::open(TestAuth::new().await).await;
    for user in suite.users.values() {
        let person = person(&point.t, Some(&user.id), None).await;
        for role in user.roles.iter().filter(|role| *role != "point") {
            point.t.give_role(&person, role).await;
        }
    }
    point
}

/// Subjects are known here by their address, not by another system's ids.
fn by_address(suite: &Todo, request: &Value) -> Value {
    let mut request = request.clone();
    let id = request["subject"]["id"].as_str().unwrap();
    request["subject"]["id"] = suite.users[id].id.clone().into();
    request
}

#[tokio::test]
async fn every_row_of_the_list_of_things_to_do_is_decided() {
    for Suites { todo: suite, .. } in suites() {
        let point = todo(&suite).await;
        assert!(suite.evaluation.len() >= 40, "{} rows", suite.evaluation.len());
        for row in &suite.evaluation {
            let request = by_address(&suite, &row.request);
            let answer = point.ask("/access/v1/evaluation", &request).await;
            assert_eq!(answer["decision"], row.expected, "{request}");
        }
        for row in &suite.evaluations {
            let request = by_address(&suite, &row.request);
            let answer = point.ask("/access/v1/evaluations", &request).await;
            let decisions = answer["evaluations"].as_array().unwrap().iter();
            let decisions = decisions.map(|it| json!({ "decision": it["decision"] }));
            assert_eq!(decisions.collect::<Value>(), row.expected, "{request}");
        }
    }
}

async fn archive(suite: &Search) -> (Point, BTreeMap<String, String>) {
    let workers = suite.users.clone();
    let departments = std::sync::Arc::new(std::sync::Mutex::new(BTreeMap::new()));
    let known = departments.clone();
    let t = TestAuth::with(|builder| {
        builder.resources(Archive(suite.records.clone())).groups_of(move |user| {
            let department = known.lock().unwrap().get(&user).cloned();
            async move { Ok(Some(department.into_iter().collect())) }
        })
    })
    .await;
    let point = Point::open(t).await;
    let mut names = BTreeMap::new();
    for (name, worker) in workers {
        let person = person(&point.t, None, Some(&name)).await;
        assert_eq!(person.identifiers[0].kind, Kind::Username);
        point.t.give_role(&person, &worker.role).await;
        departments.lock().unwrap().insert(person.id, worker.department);
        names.insert(person.id.to_string(), name);
    }
    (point, names)
}

/// The results, sorted, with people by their names.
fn results(answer: &Value, names: &BTreeMap<String, String>) -> Vec<String> {
    let results = answer["results"].as_array().unwrap().iter();
    let text = |it: &Value| {
        let id = it["id"].as_str().or(it["name"].as_str()).unwrap();
        names.get(id).map_or(id, String::as_str).to_owned()
    };
    let mut all: Vec<String> = results.map(text).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn every_row_of_the_search_finds_what_it_should() {
    for Suites { search: suite, .. } in suites() {
        let (point, names) = archive(&suite).await;
        for (what, rows) in &suite.cases {
            assert!(rows.len() >= 12, "{} rows of {what}", rows.len());
            for row in rows {
                let answer = point.ask(&format!("/access/v1/search/{what}"), &row.request).await;
                let wanted = results(&row.expected, &names);
                assert_eq!(results(&answer, &names), wanted, "{what} {}", row.request);
                assert_eq!(answer["page"]["next_token"], "", "{answer}");
            }
        }
    }
}

#[tokio::test]
async fn pages_of_a_search_hold_everything_together() {
    for Suites { search: suite, .. } in suites() {
        let (point, names) = archive(&suite).await;
        let who = suite.users.iter().find(|(_, worker)| worker.role == "manager").unwrap().0;
        for (what, mut request, count) in [
            (
                "resource",
                json!({ "subject": { "type": "user", "id": who },
                "action": { "name": "view" }, "resource": { "type": "record" } }),
                suite.records.len(),
            ),
            (
                "subject",
                json!({ "subject": { "type": "user" }, "action": { "name": "view" },
                "resource": { "type": "record", "id": suite.records.keys().next() } }),
                0,
            ),
        ] {
            let whole = point.ask(&format!("/access/v1/search/{what}"), &request).await;
            let (mut all, mut token) = (vec![], String::new());
            for _ in 0..100 {
                request["page"] = json!({ "token": token, "limit": 2 });
                let page = point.ask(&format!("/access/v1/search/{what}"), &request).await;
                all.extend(results(&page, &names));
                token = page["page"]["next_token"].as_str().unwrap().to_owned();
                if token.is_empty() {
                    break;
                }
            }
            all.sort_unstable();
            assert_eq!(all, results(&whole, &names), "{what}");
            assert!(all.len() >= count.max(1), "{what}: {all:?}");
        }
    }
}

fn ask(action: &str) -> Value {
    json!({
        "subject": { "type": "user", "id": "cem@example.com" },
        "action": { "name": action },
        "resource": { "type": "todo", "id": "1" },
    })
}

async fn office() -> Point {
    todo(&suites().remove(0).todo).await
}

#[tokio::test]
async fn a_semantic_says_when_to_stop() {
    let point = office().await;
    let one = |name: &str| json!({ "action": { "name": name } });
    let (yes, no) = (one("can_read_todos"), one("can_update_users"));
    for (semantic, evaluations, decisions) in [
        ("execute_all", json!([no, yes, no]), json!([false, true, false])),
        ("deny_on_first_deny", json!([yes, no, yes]), json!([true, false])),
        ("permit_on_first_permit", json!([no, yes, no]), json!([false, true])),
    ] {
        let mut request = ask("can_read_todos");
        request["options"] = json!({ "evaluations_semantic": semantic });
        request["evaluations"] = evaluations;
        let answer = point.ask("/access/v1/evaluations", &request).await;
        let found = answer["evaluations"].as_array().unwrap().iter();
        assert_eq!(found.map(|it| it["decision"].clone()).collect::<Value>(), decisions);
    }
    let alone = point.ask("/access/v1/evaluations", &ask("can_read_todos")).await;
    assert_eq!(alone["decision"], true, "without evaluations it is one");
}

#[tokio::test]
async fn what_cannot_be_decided_is_no_decision() {
    let point = office().await;
    // The rule looks at the owner, and nobody told it.
    point.refuses("/access/v1/evaluation", &ask("can_update_todo"), 503).await;
    let mut several = ask("can_update_todo");
    several["evaluations"] = json!([{}, { "action": { "name": "can_read_todos" } }]);
    let answer = point.ask("/access/v1/evaluations", &several).await;
    assert_eq!(answer["evaluations"][0]["decision"], false);
    assert_eq!(answer["evaluations"][0]["context"]["error"]["status"], 503);
    assert_eq!(answer["evaluations"][1]["decision"], true);
}

#[tokio::test]
async fn a_decision_comes_with_its_code_and_limits() {
    let point = office().await;
    let answer = point.ask("/access/v1/evaluation", &ask("can_read_todos")).await;
    assert_eq!(answer["context"]["limits"]["per_minute"]["below"], 60);
    let mut scoped = ask("can_create_todo");
    scoped["subject"]["properties"] = json!({ "scopes": ["read"] });
    for (request, code) in [
        (scoped, "scope_insufficient"),
        (ask("can_fly"), "unknown_permission"),
        (ask("CAN FLY"), "unknown_permission"),
    ] {
        let answer = point.ask("/access/v1/evaluation", &request).await;
        assert_eq!(
            (&answer["decision"], &answer["context"]["code"]),
            (&json!(false), &json!(code))
        );
    }
    let mut stranger = ask("can_read_todos");
    stranger["subject"]["id"] = "nobody@example.com".into();
    assert_eq!(point.ask("/access/v1/evaluation", &stranger).await["decision"], false);
    stranger["subject"] = json!({ "type": "robot", "id": "cem@example.com" });
    assert_eq!(point.ask("/access/v1/evaluation", &stranger).await["decision"], false);
}

#[tokio::test]
async fn a_message_that_is_not_one_is_a_400() {
    let point = office().await;
    let without = |field: &str| {
        let mut message = ask("can_read_todos");
        message.as_object_mut().unwrap().remove(field);
        message
    };
    let with = |path: &str, value: Value| {
        let mut message = ask("can_read_todos");
        *message.pointer_mut(path).unwrap() = value;
        message
    };
    let many: Vec<Value> = (0..101).map(|_| json!({})).collect();
    let mut large = ask("can_read_todos");
    large["evaluations"] = json!(many);
    let one = "/access/v1/evaluation";
    for (path, message) in [
        (one, without("subject")),
        (one, without("action")),
        (one, without("resource")),
        (one, with("/subject/id", json!(7))),
        (one, with("/subject/id", json!(""))),
        (one, with("/subject/type", json!("a b"))),
        (one, with("/resource/id", json!("a#b"))),
        (one, with("/resource/type", json!("x".repeat(65)))),
        (one, with("/action/name", json!(""))),
        (one, with("/action", json!({ "name": "x", "verb": "y" }))),
        ("/access/v1/evaluations", large),
        ("/access/v1/evaluations", json!({ "options": { "evaluations_semantic": "some" } })),
        ("/access/v1/search/subject", without("resource")),
        ("/access/v1/search/action", json!({ "subject": { "type": "user" } })),
        (
            "/access/v1/search/resource",
            json!({
            "subject": { "type": "user", "id": "cem@example.com" }, "action": { "name": "x" },
            "resource": { "type": "todo" }, "page": { "limit": 101 } }),
        ),
        (
            "/access/v1/search/subject",
            json!({
            "subject": { "type": "user" }, "action": { "name": "x" },
            "resource": { "type": "todo", "id": "1" }, "page": { "token": "usr_x" } }),
        ),
    ] {
        point.refuses(path, &message, 400).await;
    }
}

#[tokio::test]
async fn only_whoever_holds_the_permission_may_ask_about_others() {
    let point = office().await;
    let cem = point.t.kw.find_person("cem@example.com").await.unwrap().unwrap();
    let (own, stranger) = (point.t.pages().login_as(&cem).await, point.t.pages());
    for path in ["evaluation", "evaluations", "search/subject", "search/resource", "search/action"]
    {
        let path = format!("/access/v1/{path}");
        assert_eq!(own.post(&path, &ask("can_read_todos")).await.code(), "missing_permission");
        assert_eq!(stranger.post(&path, &ask("can_read_todos")).await.code(), "unauthenticated");
    }
}

#[tokio::test]
async fn the_name_of_a_request_comes_back_and_everything_is_found_from_one_place() {
    let point = office().await;
    let metadata = point.client.get("/.well-known/authzen-configuration").await.json();
    assert_eq!(metadata["policy_decision_point"], "http://localhost");
    for (name, _) in metadata.as_object().unwrap().iter().filter(|it| it.0.contains("endpoint")) {
        let path = metadata[name].as_str().unwrap().strip_prefix("http://localhost").unwrap();
        let reply = point.client.post(path, &json!({})).await;
        assert_eq!(reply.status(), 400, "{name} is at {path}");
    }
    let opened = point.t.kw.find_person("point@example.com").await.unwrap().unwrap();
    let session = point.t.kw.sign_in_user(&opened.id).await.unwrap().unwrap();
    for (token, status) in [(session.token().reveal(), 200), ("ses_x", 401)] {
        let request = axum::extract::Request::builder()
            .method(Method::POST)
            .uri("/access/v1/evaluation")
            .header("host", "localhost")
            .header("authorization", format!("Bearer {token}"))
            .header("x-request-id", "bfe9eb29-ab87")
            .header("content-type", "application/json");
        let body = ask("can_read_todos").to_string();
        let reply = point.client.raw(request.body(body.into()).unwrap()).await;
        assert_eq!(reply.status(), status, "{}", reply.text());
        assert_eq!(reply.headers()["x-request-id"], "bfe9eb29-ab87");
    }
}

/// What was not understood might be what denies.
#[tokio::test]
async fn attack_what_is_said_in_another_form_is_never_left_out() {
    let point = office().await;
    let asked = |properties: Value| {
        json!({
            "subject": { "type": "user", "id": "alice" },
            "action": { "name": "view" },
            "resource": { "type": "record", "id": "101", "properties": properties },
        })
    };
    for wrong in [
        json!({ "acl": { "name": "wall" } }),
        json!({ "acl": [1] }),
        json!({ "acl": null }),
        json!({ "owner": 7 }),
        json!({ "owner": ["alice", "bob"] }),
        json!({ "visibility": "bogus" }),
        json!({ "visibility": true }),
    ] {
        point.refuses("/access/v1/evaluation", &asked(wrong), 400).await;
    }
    // A list that nobody knows is an error, not a yes, in either form.
    for unknown in [json!({ "acl": "nowhere" }), json!({ "acl": ["nowhere"] })] {
        let reply = point.client.post("/access/v1/evaluation", &asked(unknown)).await;
        assert_ne!(reply.json()["decision"], true, "{}", reply.text());
    }
}

#[tokio::test]
async fn scopes_narrow_as_a_text_and_as_a_list() {
    let point = office().await;
    let ask = async |scopes: Value| {
        let body = json!({
            "subject": { "type": "user", "id": "alice", "properties": { "scopes": scopes } },
            "action": { "name": "view" },
            "resource": { "type": "record", "id": "101" },
        });
        let reply = point.client.post("/access/v1/evaluation", &body).await;
        (reply.status().as_u16(), reply.json()["decision"].clone())
    };
    let (text, list) = (ask(json!("read")).await, ask(json!(["read"])).await);
    assert_eq!(text, list);
    assert_eq!(text, (200, json!(false)), "`read` is of todos alone");
    assert_eq!(ask(json!(7)).await.0, 400);
    assert_eq!(ask(json!(["read", 7])).await.0, 400);
}
