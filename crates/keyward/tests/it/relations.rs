//! Stored relations: what is asked next looks at them, level by level from the
//! resource, and nobody gives by one what they do not hold.

use std::collections::BTreeSet;
use std::path::PathBuf;

use http::Method;
use keyward::authz::policy::Policy;
use keyward::authz::relations::{Tuple as Plain, Tuples};
use keyward::authz::{Decision, Effect};
use keyward::port::{Fut, Random as _, TupleQuery};
use keyward::testing::{CHEAP, Client, Response, SeededRandom, TestAuth};
use keyward::{Context, Error, Keyward, Refusal, Relation, Resource, Resources, UserView};
use serde_json::{Value, json};

const POLICY: &str = r#"version = 1
[permissions]
docs = ["view", "edit", "share"]

[roles]
reader = { allow = ["docs:view"] }

[relations.group]
member = "[user, group#member]"

[relations.folder]
viewer = "[user, group#member]"

[relations.docs]
parent = "[folder]"
banned = "[user, group#member]"
viewer = "([user, user:*, group#member] | viewer from parent) but not banned"
editor = "[user] & viewer"
tag = "[user]"
grants."docs:view" = "viewer"
grants."docs:edit" = "editor"
"#;

fn policy_file(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, POLICY).unwrap();
    path
}

struct House {
    t: TestAuth,
    admin: Client,
    ada: UserView,
    client: Client,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = policy_file(&folder);
        let t = TestAuth::with(|builder| builder.policy(path)).await;
        let (chief, ada) = (t.user("chief@example.com").await, t.user("ada@example.com").await);
        t.kw.assign_role(chief.id, "admin", true).await.unwrap().unwrap();
        let (admin, client) = (t.pages().login_as(&chief).await, t.pages().login_as(&ada).await);
        Self { t, admin, ada, client }
    }

    /// `docs:1 viewer user:ada`, with `ada` for her id.
    fn line(&self, line: &str) -> Value {
        let line = line.replace("user:ada", &format!("user:{}", self.ada.id));
        let words: Vec<&str> = line.split(' ').collect();
        json!({ "object": words[0], "relation": words[1], "subject": words[2] })
    }

    fn lines(&self, lines: &[&str]) -> Vec<Value> {
        lines.iter().map(|line| self.line(line)).collect()
    }

    async fn change(&self, client: &Client, add: &[&str], remove: &[&str]) -> Response {
        let body = json!({ "add": self.lines(add), "remove": self.lines(remove) });
        client.post("/api/v1/admin/relations", &body).await
    }

    async fn add(&self, lines: &[&str]) {
        is(&self.change(&self.admin, lines, &[]).await, 204);
    }

    async fn remove(&self, lines: &[&str]) {
        is(&self.change(&self.admin, &[], lines).await, 204);
    }

    /// Whether she may, or the code of why there is no answer.
    async fn may(&self, permission: &str) -> Value {
        let reply =
            self.client.get(&format!("/api/v1/can?permission={permission}&resource=docs:1")).await;
        match reply.status().as_u16() {
            200 => reply.json()["allowed"].clone(),
            _ => json!([reply.status().as_u16(), reply.code()]),
        }
    }

    async fn stored(&self) -> usize {
        let query = TupleQuery { limit: 200, ..TupleQuery::default() };
        self.t.kw.relations(&query).await.unwrap().data.len()
    }
}

#[track_caller]
fn is(reply: &Response, status: u16) {
    assert_eq!(reply.status(), status, "{}", reply.text());
}

#[tokio::test]
async fn what_is_stored_decides_two_levels_deep_on_the_next_request() {
    let house = House::open().await;
    let way = [
        "docs:1 parent folder:plans",
        "folder:plans viewer group:builders#member",
        "group:builders member user:ada",
    ];
    assert_eq!(house.may("docs:view").await, json!(false));
    house.add(&way).await;
    house.add(&way).await;
    assert_eq!(house.may("docs:view").await, json!(true));
    assert_eq!(house.may("docs:edit").await, json!(false), "another relation gives that");
    for gone in way {
        house.remove(&[gone]).await;
        assert_eq!(house.may("docs:view").await, json!(false), "without {gone}");
        house.add(&[gone]).await;
        assert_eq!(house.may("docs:view").await, json!(true), "with {gone} again");
    }
    house.add(&["docs:1 editor user:ada"]).await;
    assert_eq!(house.may("docs:edit").await, json!(true));
    house.add(&["docs:1 banned group:builders#member"]).await;
    assert_eq!(house.may("docs:view").await, json!(false), "a ban takes both");
    assert_eq!(house.may("docs:edit").await, json!(false));
    house.t.events().await.assert(["relations.changed"; 9]);
}

#[tokio::test]
async fn what_a_question_brings_is_followed_into_the_store() {
    let house = House::open().await;
    house.add(&["folder:plans viewer user:ada"]).await;
    let ask = async |post: Resource| {
        let ruling =
            house.t.kw.ask(house.ada.id, "docs:view", Some(&post), &Context::new()).await.unwrap();
        ruling.decision
    };
    let post = || Resource::new("docs", 7);
    assert_eq!(ask(post()).await, Decision::Deny);
    assert_eq!(ask(post().relation("parent", "folder:plans")).await, Decision::Allow);
    let stranger = house.t.kw.ask_for_strangers("docs:view", Some(&post()), &Context::new()).await;
    assert_eq!(stranger.unwrap().decision, Decision::Deny);
}

// Attack: groups that contain each other, so that a ban has no end.
#[tokio::test]
async fn a_ring_of_groups_ends_and_fails_closed() {
    let house = House::open().await;
    let ring = ["group:g member group:h#member", "group:h member group:g#member"];
    house.add(&ring).await;
    house.add(&["docs:1 viewer group:g#member"]).await;
    assert_eq!(house.may("docs:view").await, json!(false));
    house.add(&["group:h member user:ada"]).await;
    assert_eq!(house.may("docs:view").await, json!(true));
    house.remove(&["group:h member user:ada"]).await;
    house.add(&["docs:1 viewer user:ada", "docs:1 banned group:g#member"]).await;
    assert_eq!(house.may("docs:view").await, json!(false), "the ban is not known not to hold");
}

// Attack: more relations than a decision looks at.
#[tokio::test]
async fn too_many_relations_are_neither_a_yes_nor_a_no() {
    let house = House::open().await;
    let set = |n: usize| Relation {
        object: "docs:1".into(),
        relation: "viewer".into(),
        subject: format!("group:{n}#member"),
    };
    for start in (0..10_100).step_by(100) {
        let some = (start..start + 100).map(set);
        house.t.kw.change_relations(some, []).await.unwrap().unwrap();
    }
    house.add(&["docs:1 viewer user:ada"]).await;
    assert_eq!(house.may("docs:view").await, json!([503, "decision_unavailable"]));
    let asked = json!({ "permission": "docs:view", "resource": { "type": "docs", "id": "1" } });
    let many = json!({ "questions": [asked, { "permission": "docs:share" }] });
    let answers = house.client.post("/api/v1/can/batch", &many).await;
    is(&answers, 200);
    assert_eq!(answers.json()["answers"][0]["allowed"], Value::Null);
    assert_eq!(answers.json()["answers"][1]["allowed"], json!(false));
    house.t.kw.assign_role(house.ada.id, "reader", true).await.unwrap().unwrap();
    assert_eq!(house.may("docs:view").await, json!(true), "a role needs no relations");
}

// A group of many is not read for one of its members.
#[tokio::test]
async fn a_group_may_have_more_members_than_a_decision_looks_at() {
    let house = House::open().await;
    let member = |n: usize| Relation {
        object: "group:all".into(),
        relation: "member".into(),
        subject: format!("user:{n}"),
    };
    for start in (0..10_100).step_by(100) {
        let some = (start..start + 100).map(member);
        house.t.kw.change_relations(some, []).await.unwrap().unwrap();
    }
    house.add(&["docs:1 viewer group:all#member"]).await;
    assert_eq!(house.may("docs:view").await, json!(false));
    house.add(&["group:all member user:ada"]).await;
    assert_eq!(house.may("docs:view").await, json!(true));
}

#[tokio::test]
async fn a_chain_that_leads_too_far_is_not_decided() {
    let house = House::open().await;
    let chain: Vec<String> =
        (0..40).map(|n| format!("group:{n} member group:{}#member", n + 1)).collect();
    let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
    house.add(&chain).await;
    house.add(&["docs:1 viewer group:0#member", "group:40 member user:ada"]).await;
    assert_eq!(house.may("docs:view").await, json!([503, "decision_unavailable"]));
    house.add(&["group:3 member user:ada"]).await;
    assert_eq!(house.may("docs:view").await, json!(true));
}

#[tokio::test]
async fn what_does_not_fit_the_policy_is_refused_by_its_place() {
    let house = House::open().await;
    let reply = house
        .change(
            &house.admin,
            &[
                "docs:1 viewer user:ada",
                "doc:1 viewer user:ada",
                "docs:1 veiwer user:ada",
                "docs:1 viewer folder:plans",
                "docs viewer user:ada",
            ],
            &["docs:* viewer user:ada"],
        )
        .await;
    is(&reply, 422);
    let told: BTreeSet<(String, String)> = reply.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let text = |name: &str| it[name].as_str().unwrap().to_owned();
            (text("field"), text("message"))
        })
        .collect();
    let flaws = [
        ("add.1.object", "unknown type `doc`, did you mean `docs`?"),
        ("add.2.relation", "unknown relation `docs#veiwer`, did you mean `viewer`?"),
        ("add.3.subject", "subject `folder:plans` is not one of `user, user:*, group#member`"),
        ("add.4.object", "an object looks like `document:roof`"),
        ("remove.0.object", "an object looks like `document:roof`"),
    ];
    let flaws = flaws.map(|(field, message)| (field.to_owned(), message.to_owned()));
    assert_eq!(told, BTreeSet::from(flaws));
    is(&house.change(&house.admin, &["docs:1 viewer user:ada"; 101], &[]).await, 422);
    assert_eq!(house.stored().await, 0, "all or nothing");
    is(&house.change(&house.admin, &[], &["ship:1 captain user:ada"]).await, 204);
}

#[tokio::test]
async fn relations_are_listed_by_object_and_by_subject() {
    let house = House::open().await;
    let all = ["docs:1 tag user:ada", "docs:1 viewer user:ada", "docs:2 viewer group:g#member"];
    house.add(&all).await;
    let ada = format!("user:{}", house.ada.id);
    for (query, expected) in [
        (String::new(), &all[..]),
        ("object=docs:1".to_owned(), &all[..2]),
        ("object=docs&relation=viewer".to_owned(), &all[1..]),
        (format!("subject={ada}"), &all[..2]),
        ("subject=group:g".to_owned(), &all[2..]),
        ("object=folder".to_owned(), &[]),
    ] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/admin/relations?{query}&limit=1&cursor={cursor}");
            let page = house.admin.get(&path).await;
            is(&page, 200);
            found.extend(page.json()["data"].as_array().unwrap().clone());
            let Some(next) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
            cursor = next.replace('#', "%23");
        }
        assert_eq!(found, house.lines(expected), "{query}");
    }
    for query in ["object=docs:", "relation=a%20b", "subject=user:", "cursor=x", "limit=0", "x=1"] {
        let path = format!("/api/v1/admin/relations?{query}");
        is(&house.admin.get(&path).await, 422);
    }
    let one = "object=docs:1&relation=tag";
    let path = format!("/api/v1/admin/relations?{one}&subject={ada}");
    is(&house.admin.send(Method::DELETE, &path, None, "").await, 204);
    assert_eq!(house.stored().await, 2);
    let path = format!("/api/v1/admin/relations?{one}");
    is(&house.admin.send(Method::DELETE, &path, None, "").await, 422);
}

// Attack: a helper gives by a relation what they may not do, or lifts a ban.
#[tokio::test]
async fn nobody_gives_by_a_relation_what_they_do_not_hold() {
    let house = House::open().await;
    let helper = house.t.user("helper@example.com").await;
    for permission in ["docs:view", "relations:*"] {
        let given = house.t.kw.change_grant(helper.id, Effect::Allow, permission, true).await;
        given.unwrap().unwrap();
    }
    let helper = house.t.pages().login_as(&helper).await;
    house.add(&["docs:1 banned user:ada"]).await;
    for (add, remove, status) in [
        (&["docs:1 tag user:ada"][..], &[][..], 204),
        (&["docs:1 editor user:ada"], &[], 403),
        (&["docs:1 viewer user:ada"], &[], 403),
        (&["group:g member user:ada"], &[], 403),
        (&[], &["docs:1 banned user:ada"], 403),
        (&["docs:1 tag user:ada"], &["docs:1 parent folder:f"], 403),
    ] {
        is(&house.change(&helper, add, remove).await, status);
    }
    is(&house.change(&house.client, &["docs:1 tag user:ada"], &[]).await, 403);
    is(&house.client.get("/api/v1/admin/relations").await, 403);
    assert_eq!(house.stored().await, 2);
}

#[tokio::test]
async fn without_relations_in_the_policy_there_are_none_to_write() {
    let t = TestAuth::new().await;
    let (object, relation, subject) = ("docs:1".into(), "viewer".into(), "user:ada".into());
    let refused =
        t.kw.change_relations([Relation { object, relation, subject }], []).await.unwrap();
    assert!(matches!(refused, Err(Refusal::Flawed(_))), "{refused:?}");
}

/// Two nodes on one database; the second knows what the first wrote at once.
#[tokio::test]
async fn what_one_node_writes_the_next_question_on_another_looks_at() {
    let folder = tempfile::tempdir().unwrap();
    let node = async || {
        let builder = Keyward::sqlite(folder.path().join("keyward.db"));
        let builder = builder.policy(policy_file(&folder)).hashing(CHEAP, 1).with_inbox();
        builder.build().await.unwrap()
    };
    let (here, there) = (node().await, node().await);
    let ada = keyward::NewPerson { email: Some("ada@example.com".into()), ..Default::default() };
    let ada = here.add_person(ada).await.unwrap().unwrap().id;
    let post = Resource::new("docs", 1);
    let may = async || {
        let ruling = there.ask(ada, "docs:view", Some(&post), &Context::new()).await.unwrap();
        ruling.decision == Decision::Allow
    };
    assert!(!may().await);
    let way = [
        ("docs:1", "viewer", "group:g#member".to_owned()),
        ("group:g", "member", format!("user:{ada}")),
    ];
    let way = way.map(|(object, relation, subject)| Relation {
        object: object.into(),
        relation: relation.into(),
        subject,
    });
    here.change_relations(way.clone(), []).await.unwrap().unwrap();
    assert!(may().await);
    here.change_relations([], way).await.unwrap().unwrap();
    assert!(!may().await);
    here.shutdown().await;
    there.shutdown().await;
}

/// Some of few, the same each time.
struct Dice(SeededRandom);

impl Dice {
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let mut byte = [0; 1];
        self.0.fill(&mut byte);
        from[usize::from(byte[0]) % from.len()]
    }

    fn line(&mut self) -> [&'static str; 3] {
        let set = ["group:g#member", "group:h#member", "user:ada", "user:eve"];
        match self.pick(&["member", "parent", "folder", "viewer", "banned"]) {
            "member" => [self.pick(&["group:g", "group:h"]), "member", self.pick(&set)],
            "parent" => ["docs:1", "parent", self.pick(&["folder:a", "folder:b"])],
            "folder" => [self.pick(&["folder:a", "folder:b"]), "viewer", self.pick(&set)],
            "viewer" => ["docs:1", "viewer", self.pick(&[&set[..], &["user:*"]].concat())],
            _ => ["docs:1", "banned", self.pick(&set)],
        }
    }
}

#[tokio::test]
async fn what_is_stored_answers_as_what_is_given_does() {
    let house = House::open().await;
    let model = Policy::parse("policy.toml", POLICY).unwrap();
    let model = model.snapshot().model();
    let (ada, mut dice) = (format!("user:{}", house.ada.id), Dice(SeededRandom::new(7)));
    let mut answers = BTreeSet::new();
    for round in 0..150 {
        let lines: BTreeSet<[&str; 3]> = (0..round % 12).map(|_| dice.line()).collect();
        let given: Tuples = lines
            .iter()
            .map(|[object, relation, subject]| {
                Plain::new(object, relation, &subject.replace("user:ada", &ada))
            })
            .collect();
        let texts: Vec<String> = lines.iter().map(|line| line.join(" ")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        house.add(&texts).await;
        let expected = model.check(&[&given], "docs:1", "viewer", &ada).unwrap();
        assert_eq!(house.may("docs:view").await, json!(expected), "{texts:?}");
        answers.insert(expected);
        house.remove(&texts).await;
    }
    assert_eq!(answers.len(), 2, "both answers occurred");
}

/// The documents of the app.
struct Shelf;

impl Resources for Shelf {
    fn find<'a>(&'a self, _: &'a str, _: &'a str) -> Fut<'a, Result<Option<Resource>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn list<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> Fut<'a, Result<Vec<Resource>, Error>> {
        Box::pin(async move {
            let all = ["1", "2", "3", "4"].into_iter().filter(|id| after.is_none_or(|a| *id > a));
            Ok(all.take(limit).map(|id| Resource::new(kind, id)).collect())
        })
    }
}

#[tokio::test]
async fn authzen_searches_find_what_stored_relations_give() {
    let folder = tempfile::tempdir().unwrap();
    let path = policy_file(&folder);
    let t = TestAuth::with(|builder| builder.policy(path).resources(Shelf)).await;
    let (chief, ada) = (t.user("chief@example.com").await, t.user("ada@example.com").await);
    let bob = t.user("bob@example.com").await;
    t.kw.change_grant(chief.id, Effect::Allow, "access:evaluate", true).await.unwrap().unwrap();
    let point = t.pages().login_as(&chief).await;
    let relation = |line: String| {
        let words: Vec<&str> = line.split(' ').collect();
        let [object, relation, subject] = words[..] else { panic!("{line}") };
        Relation { object: object.into(), relation: relation.into(), subject: subject.into() }
    };
    let stored = [
        "docs:1 parent folder:home".to_owned(),
        "docs:3 parent folder:home".to_owned(),
        "folder:home viewer group:staff#member".to_owned(),
        format!("group:staff member user:{}", ada.id),
        format!("docs:3 banned user:{}", ada.id),
        format!("docs:2 viewer user:{}", bob.id),
        format!("docs:1 editor user:{}", ada.id),
    ];
    t.kw.change_relations(stored.map(relation), []).await.unwrap().unwrap();
    let found = async |what: &str, body: &Value| -> Vec<String> {
        let reply = point.post(&format!("/access/v1/search/{what}"), body).await;
        is(&reply, 200);
        let results = reply.json()["results"].clone();
        let name = |it: &Value| it["id"].as_str().or(it["name"].as_str()).unwrap().to_owned();
        results.as_array().unwrap().iter().map(name).collect()
    };
    let of = |user: &UserView| json!({ "type": "user", "id": user.id });
    let who = |id: &str| {
        json!({ "subject": { "type": "user" }, "action": { "name": "view" },
            "resource": { "type": "docs", "id": id } })
    };
    assert_eq!(found("subject", &who("1")).await, [ada.id.to_string()]);
    assert_eq!(found("subject", &who("2")).await, [bob.id.to_string()]);
    assert_eq!(found("subject", &who("3")).await, [""; 0], "banned");
    let which = |user: &UserView| {
        json!({ "subject": of(user), "action": { "name": "view" },
            "resource": { "type": "docs" } })
    };
    assert_eq!(found("resource", &which(&ada)).await, ["1"]);
    assert_eq!(found("resource", &which(&bob)).await, ["2"]);
    let what = |user: &UserView, id: &str| json!({ "subject": of(user), "resource": { "type": "docs", "id": id } });
    assert_eq!(found("action", &what(&ada, "1")).await, ["edit", "view"]);
    assert_eq!(found("action", &what(&bob, "2")).await, ["view"]);
    assert_eq!(found("action", &what(&bob, "1")).await, [""; 0]);
}
