//! Decisions that were logged are made again as they were made, by the same policy; by
//! another they are what it answers.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use keyward::authz::{Decision, Opinion, Question};
use keyward::testing::{SeededRandom, TestAuth};
use keyward::{Builder, Context, Keyward, Replay, Replayed, Resource};

use crate::filter::{policy, relate, resource, rows};

/// Opens a Keyward with a policy, and one that logs its decisions.
async fn logging(folder: &Path, more: impl FnOnce(Builder) -> Builder) -> TestAuth {
    let (policy, log) = (folder.join("policy.toml"), folder.join("log"));
    TestAuth::with(|builder| more(builder.policy(policy).decision_log(log, u64::MAX))).await
}

async fn again(folder: &Path, policy: &str) -> (Replay, Vec<Replayed>) {
    let file = folder.join("candidate.toml");
    std::fs::write(&file, policy).unwrap();
    let auth = Keyward::memory().policy(file).with_inbox().build().await.unwrap();
    let log = BufReader::new(File::open(folder.join("log")).unwrap());
    let mut changes = Vec::new();
    let replay = auth.replay(log, |change| changes.push(change)).unwrap();
    auth.shutdown().await;
    (replay, changes)
}

#[tokio::test]
async fn the_same_policy_answers_the_same_again() {
    let mut decisions = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let rng = &mut SeededRandom::new(seed);
        let text = policy(rng);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("policy.toml"), &text).unwrap();
        let t = logging(folder.path(), |builder| builder).await;
        let ada = t.user("ada@example.com").await;
        t.kw.assign_role(ada.id, "editor", true).await.unwrap().unwrap();
        relate(&t, &ada, rng).await;
        let rows = rows(&ada.id.to_string(), rng);
        for (nth, row) in rows.iter().enumerate() {
            let context = Context::new().fact("on", nth % 2 == 0);
            let context = if nth == 9 { context.scopes(["read"]) } else { context };
            let ruling = t.kw.ask(ada.id, "posts:view", Some(&resource(row)), &context).await;
            decisions.insert(ruling.unwrap().decision.to_string());
            let ruling = t.kw.ask_for_strangers("posts:view", Some(&resource(row)), &context).await;
            decisions.insert(ruling.unwrap().decision.to_string());
        }
        t.kw.shutdown().await;
        let (replay, changes) = again(folder.path(), &text).await;
        assert_eq!((replay.total, &changes), (20, &vec![]), "seed {seed}\n{text}");
    }
    assert_eq!(decisions.len(), 3, "every answer is among them: {decisions:?}");
}

const HOUSE: &str = r#"
version = 1
[permissions]
posts = ["view", "edit", "peek"]
[roles]
reader = { allow = ["posts:view"] }
[acl.site]
entries = ["allow staff posts:edit"]
[relations.posts]
viewer = "[user]"
"#;

#[tokio::test]
async fn another_policy_answers_with_what_was_held_and_seen_then() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy.toml"), HOUSE).unwrap();
    let says = |question: &Question<'_>| match question.wanted.as_str() {
        "posts:peek" if question.subject.is_some() => Opinion::Allow,
        _ => Opinion::NoOpinion,
    };
    let t = logging(folder.path(), |builder| {
        builder.block(says).groups_of(|_| async { Ok(Some(vec!["staff".to_owned()])) })
    })
    .await;
    let ada = t.user("ada@example.com").await;
    t.kw.assign_role(ada.id, "reader", true).await.unwrap().unwrap();
    t.kw.grant("ada@example.com", "posts:edit").await.unwrap();
    let post = Resource::new("posts", 1).acl("site").attribute("size", 3);
    let none = Context::new();
    for (permission, on) in
        [("posts:view", None), ("posts:edit", Some(&post)), ("posts:peek", None)]
    {
        let ruling = t.kw.ask(ada.id, permission, on, &none).await.unwrap();
        assert!(ruling.allowed().unwrap(), "{permission}");
    }
    assert!(t.kw.can(ada.id, "posts:peek").await.unwrap(), "a block is told who asks");
    t.kw.shutdown().await;
    assert_eq!(t.kw.lost_decisions(), 0);

    let change = async |policy: &str| {
        let (replay, changes) = again(folder.path(), policy).await;
        assert_eq!(replay.total, 4);
        assert_eq!(replay.changed as usize, changes.len());
        let texts = changes.iter().map(|it| {
            let on = it.resource.as_deref().unwrap_or("-");
            format!("{} {} {on} {} {}", it.line, it.permission, it.now, it.now_code)
        });
        texts.collect::<Vec<_>>()
    };
    assert_eq!(change(HOUSE).await, [""; 0]);
    let no_reader = HOUSE.replace("allow = [\"posts:view\"]", "");
    assert_eq!(change(&no_reader).await, ["1 posts:view - deny missing_permission"]);
    let denying = HOUSE.replace("allow staff posts:edit", "deny staff posts:edit");
    assert_eq!(change(&denying).await, ["2 posts:edit posts:1 deny denied_by_rule"]);
    let no_list = HOUSE.replace("[acl.site]", "[acl.other]");
    let unknown = "2 posts:edit posts:1 indeterminate decision_unavailable";
    assert_eq!(change(&no_list).await, [unknown], "what is no more might have denied");
    let by_size = "[[rules]]\nid = \"r\"\nforbid = [\"posts:edit\"]\nwhen = \"resource has size && resource.size == 3\"\n";
    let ruled = format!("{HOUSE}{by_size}");
    assert_eq!(change(&ruled).await, ["2 posts:edit posts:1 deny denied_by_rule"]);
    let fewer = HOUSE.replace(", \"peek\"", "");
    let gone = ["3 posts:peek - deny unknown_permission", "4 posts:peek - deny unknown_permission"];
    assert_eq!(change(&fewer).await, gone);
}

#[tokio::test]
async fn relations_that_nobody_looked_at_then_leave_the_answer_open() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy.toml"), HOUSE).unwrap();
    let t = logging(folder.path(), |builder| builder).await;
    let ada = t.user("ada@example.com").await;
    let post = Resource::new("posts", 1);
    let ruling = t.kw.ask(ada.id, "posts:view", Some(&post), &Context::new()).await.unwrap();
    assert_eq!(ruling.decision, Decision::Deny);
    t.kw.shutdown().await;
    let giving = format!("{HOUSE}grants.\"posts:view\" = \"viewer\"\n");
    let (_, changes) = again(folder.path(), &giving).await;
    assert_eq!(changes[0].now, Decision::Indeterminate, "{changes:?}");
}

#[tokio::test]
async fn a_log_that_is_full_begins_anew_and_keeps_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let t = TestAuth::with(|builder| builder.decision_log(&log, 2_000)).await;
    let ada = t.user("ada@example.com").await;
    for _ in 0..50 {
        t.kw.can(ada.id, "posts:view").await.unwrap();
    }
    let long = Resource::new("posts", 1).attribute("text", "x".repeat(70_000));
    t.kw.ask(ada.id, "posts:view", Some(&long), &Context::new()).await.unwrap();
    t.kw.shutdown().await;
    assert_eq!(t.kw.lost_decisions(), 1, "a line has a largest length");
    for name in ["log", "log.1"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!((1..=2_000).contains(&text.len()), "{name}: {}", text.len());
        assert!(text.ends_with("}\n"), "whole lines alone");
    }
}
