//! Explanations: the JSON has the shape that programs rely on, and every block says
//! where its rule stands and what would help. That the rule which is named decides is
//! proven in `reference/explained.rs`.

use keyward_authz::condition::{Cell, Condition, Facts, Schema};
use keyward_authz::rules::Rule;
use keyward_authz::{Access, Effect, Pattern, Permission, Question, SnapshotBuilder};

#[cfg(feature = "json")]
#[test]
fn the_json_has_the_shape_that_programs_rely_on() {
    use keyward_authz::{Ceiling, Origin};
    use serde_json::json;

    let mut policy = SnapshotBuilder::new();
    policy.epoch(1841).rule("editor", Effect::Allow, "posts:edit,publish").unwrap();
    policy.at(Some(Origin { file: "policy.toml".into(), line: 9 }));
    policy.rule("contractor", Effect::Deny, "posts:publish").unwrap();
    policy.inherit("contractor", "editor");
    let when = Condition::compile("resource.status == 'draft'", &Schema::new()).unwrap();
    let rule = Rule::new("author-edits-own-draft", Effect::Allow, [Pattern::parse("*").unwrap()]);
    policy.conditional(Rule { when: Some(when), ..rule });
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, ["contractor"], []);
    let wanted = Permission::parse("posts:publish").unwrap();
    let ceiling = Ceiling::parse("scopes", ["posts:*"]).unwrap();
    let resource = [("status", Cell::Text("published"))];
    let question = Question {
        subject: Some("user:42"),
        ceilings: &[&ceiling],
        facts: Facts { resource: &resource, ..Facts::default() },
        ..Question::new(&access, &wanted)
    };
    let explanation = snapshot.explain(&question);
    assert_eq!(
        explanation.to_json(),
        json!({
            "decision": "deny", "code": "denied_by_rule", "http": 403,
            "decided_by": {
                "block": "roles", "rule": "roles.contractor.deny[0]", "pattern": "posts:publish",
                "file": "policy.toml", "line": 9,
            },
            "path": ["user:42", "contractor"],
            "would_allow": [{
                "rule": "roles.editor.allow[0]", "path": ["user:42", "contractor", "editor"],
            }],
            "ceilings": [{ "scopes": ["posts:*"], "contains": true }],
            "near_miss": [{
                "rule": "author-edits-own-draft", "failed": "resource.status == 'draft'",
                "actual": "resource.status is 'published'",
            }],
            "to_fix": ["take role contractor away, or its rule roles.contractor.deny[0]"],
            "epoch": 1841,
        })
    );
    assert_eq!(
        explanation.to_public_json(),
        json!({ "decision": "deny", "code": "denied_by_rule", "http": 403 })
    );
}

#[test]
fn the_answer_is_told_with_the_code_and_the_status_that_fit() {
    let rule = |id: &str, pattern: &str| {
        let when = Condition::compile("context.late", &Schema::new()).unwrap();
        let rule = Rule::new(id, Effect::Deny, [Pattern::parse(pattern).unwrap()]);
        Rule { when: Some(when), ..rule }
    };
    let mut policy = SnapshotBuilder::new();
    policy.rule("staff", Effect::Allow, "*").unwrap();
    policy.conditional(Rule { advise: Some("step_up".into()), ..rule("fresh", "users:delete") });
    policy.conditional(Rule { hide: true, ..rule("secret", "vault:open") });
    policy.conditional(Rule {
        reason: Some("Closed until {context.until}".into()),
        ..rule("closed", "shop:buy")
    });
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, ["staff"], []);
    let scopes = snapshot.scope_ceiling([]);
    for (late, ceilings, wanted, code, http) in [
        (Some(true), &[][..], "users:delete", "step_up_required", 401),
        (Some(true), &[], "vault:open", "denied_by_rule", 404),
        (Some(true), &[], "shop:buy", "denied_by_rule", 403),
        (Some(false), &[], "shop:buy", "allowed", 200),
        (None, &[], "shop:buy", "decision_unavailable", 503),
        (Some(false), &[&scopes], "shop:buy", "scope_insufficient", 403),
    ] {
        let wanted = Permission::parse(wanted).unwrap();
        let late = late.map(|late| [("late", Cell::Bool(late)), ("until", Cell::Text("noon"))]);
        let context = late.as_ref().map_or(&[][..], |context| context);
        let facts = Facts { context, ..Facts::default() };
        let question = Question { facts, ceilings, ..Question::new(&access, &wanted) };
        let told = snapshot.tell(&question, snapshot.decide(&question));
        assert_eq!((told.code, told.http), (code, http), "{wanted}");
        let explanation = snapshot.explain(&question);
        assert_eq!((explanation.code, explanation.http), (code, http), "{wanted}");
        if code == "denied_by_rule" && http == 403 {
            assert_eq!(explanation.public_reason(), Some("Closed until noon"));
        }
    }
}

#[cfg(feature = "policy-file")]
mod from_a_file {
    use keyward_authz::acl::Groups;
    use keyward_authz::condition::{Cell, Facts};
    use keyward_authz::items::{Item, SharedWith, Visibility};
    use keyward_authz::policy::Policy;
    use keyward_authz::relations::{Tuple, Tuples};
    use keyward_authz::{Access, Explanation, Permission, Question, Related};

    const POLICY: &str = r#"version = 1
[roles]
author = {}
editor = {}
[items.posts]
actions = ["view", "edit"]
visibility = ["public", "shared"]
closed = true
[items.posts.roles.author]
may_own = true
owned = ["view", "edit"]
other.public = ["view"]
other.shared = ["view"]
[acl.wall]
entries = ["allow staff wall:write", "deny @everyone wall:write", "allow chiefs wall:read"]
[relations.docs]
viewer = "[user]"
grants."docs:view" = "viewer"
[[rules]]
id = "calm"
allow = ["sea:sail"]
unless = "context.storm"
"#;

    /// An explanation for Ann, an author, about a thing of Bob's.
    fn ask(wanted: &str, item: Option<Item<'_>>, tuples: &Tuples) -> Explanation {
        let policy = Policy::parse("policy.toml", POLICY).unwrap();
        let snapshot = policy.snapshot();
        let access = Access::compile(snapshot, ["author"], []);
        let wanted = Permission::parse(wanted).unwrap();
        let (groups, storm) = (Groups::of([]).authenticated(), [("storm", Cell::Bool(true))]);
        snapshot.explain(&Question {
            subject: Some("ann"),
            groups: Some(&groups),
            acl: &[snapshot.acl("wall")],
            item,
            related: Some(Related {
                object: "docs:1",
                subject: "user:ann",
                tuples: &[tuples],
                whole: true,
            }),
            facts: Facts { context: &storm, ..Facts::default() },
            ..Question::new(&access, &wanted)
        })
    }

    fn item(owner: &'static str, visibility: Visibility) -> Option<Item<'static>> {
        let shared = SharedWith::These(&[]);
        Some(Item { owner: Some(owner), visibility: Some(visibility), shared })
    }

    #[track_caller]
    fn check(why: &Explanation, rule: &str, line: u32) {
        let by = why.decided_by().unwrap();
        assert_eq!((by.rule.as_str(), by.origin.map(|origin| origin.line)), (rule, Some(line)));
    }

    #[test]
    fn items_lists_and_relations_say_where_they_stand() {
        let none = Tuples::new();
        let viewer = Tuples::from_iter([Tuple::new("docs:1", "viewer", "user:ann")]);
        let posts = |wanted, owner, visibility| ask(wanted, item(owner, visibility), &none);
        let own = posts("posts:edit", "ann", Visibility::Public);
        check(&own, "items.posts.roles.author.owned", 11);
        let public = posts("posts:view", "bob", Visibility::Public);
        check(&public, "items.posts.roles.author.other.public", 12);
        check(&posts("posts:edit", "bob", Visibility::Public), "items.posts.closed", 8);
        check(&ask("docs:view", None, &viewer), "relations.docs.viewer", 18);
        check(&ask("wall:write", None, &none), "acl.wall[1]", 15);
    }

    #[test]
    fn what_would_help_is_told_for_every_block() {
        let none = Tuples::new();
        let other = |visibility| item("bob", visibility);
        for (wanted, item, told) in [
            ("wall:read", None, "put the subject in group chiefs (acl.wall[2])"),
            ("wall:write", None, "put the subject in group staff (acl.wall[0])"),
            (
                "posts:edit",
                other(Visibility::Public),
                "make the subject its owner (items.posts.roles.author.owned)",
            ),
            (
                "posts:view",
                other(Visibility::Shared),
                "share it with the subject (items.posts.roles.author.other.shared)",
            ),
            (
                "docs:view",
                None,
                "give the subject the relation viewer with it (relations.docs.viewer)",
            ),
            ("sea:sail", None, "make `context.storm` false (calm)"),
        ] {
            let why = ask(wanted, item, &none);
            assert!(!why.decision.allowed(), "{wanted}");
            let fixes = why.to_fix();
            assert!(fixes.iter().any(|fix| fix == told), "{wanted}: {fixes:?}");
        }
        let calm = ask("sea:sail", None, &none);
        assert_eq!(calm.to_json()["near_miss"][0]["failed"], "unless context.storm");
        let text = calm.to_string();
        assert!(text.contains("unmet: rule calm (allow): unless context.storm"), "{text}");
    }

    #[test]
    fn a_role_that_the_table_of_items_lets_is_advised() {
        let policy = Policy::parse("policy.toml", POLICY).unwrap();
        let snapshot = policy.snapshot();
        let access = Access::compile(snapshot, ["editor"], []);
        let wanted = Permission::parse("posts:view").unwrap();
        let why = snapshot.explain(&Question {
            subject: Some("eve"),
            item: item("bob", Visibility::Public),
            ..Question::new(&access, &wanted)
        });
        assert_eq!(why.to_fix(), ["assign role author (items.posts.roles.author.other.public)"]);
    }
}
