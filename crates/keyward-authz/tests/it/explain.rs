//! Explanations: the rule that is named really decides, and the JSON has the
//! shape that programs rely on.

use keyward_authz::condition::{Cell, Condition, Facts, Schema};
use keyward_authz::rules::Rule;
use keyward_authz::{Access, Effect, Pattern, Permission, Question, Snapshot, SnapshotBuilder};
use proptest::prelude::*;

/// A rule of a role, or a rule with a condition when there is no role.
#[derive(Clone, Debug)]
struct Line {
    role: Option<usize>,
    effect: Effect,
    pattern: String,
    when: &'static str,
}

const ROLES: [&str; 3] = ["a", "b", "c"];

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let role = prop::option::of(0..ROLES.len());
    let effect = prop_oneof![2 => Just(Effect::Allow), 1 => Just(Effect::Deny)];
    let when = prop_oneof![Just("true"), Just("context.on"), Just("context.off"), Just("1 == 2")];
    let line = (role, effect, "(\\*|x|y)(:(\\*|p|q))?", when);
    let line = line.prop_map(|(role, effect, pattern, when)| Line { role, effect, pattern, when });
    prop::collection::vec(line, 0..7)
}

/// A policy of these lines; conditional rules are called by their place.
fn policy(lines: &[Line], without: Option<usize>) -> Snapshot {
    let mut policy = SnapshotBuilder::new();
    for (nth, line) in lines.iter().enumerate().filter(|(nth, _)| Some(*nth) != without) {
        match line.role {
            Some(role) => {
                policy.rule(ROLES[role], line.effect, &line.pattern).unwrap();
            }
            None => {
                let pattern = Pattern::parse(&line.pattern).unwrap();
                let when = Some(Condition::compile(line.when, &Schema::new()).unwrap());
                let rule = Rule::new(&format!("rule-{nth}"), line.effect, [pattern]);
                policy.conditional(Rule { when, ..rule });
            }
        }
    }
    policy.build()
}

/// The place of the line that an explanation names.
fn named(lines: &[Line], id: &str) -> Option<usize> {
    if let Some(nth) = id.strip_prefix("rule-") {
        return nth.parse().ok();
    }
    let mut counts = std::collections::BTreeMap::new();
    lines.iter().position(|line| {
        let Some(role) = line.role else { return false };
        let count = counts.entry((role, line.effect)).or_insert(0);
        *count += 1;
        id == format!("roles.{}.{}[{}]", ROLES[role], line.effect, *count - 1)
    })
}

fn ask(lines: &[Line], without: Option<usize>, wanted: &str) -> (keyward_authz::Explanation, bool) {
    let snapshot = policy(lines, without);
    let access = Access::compile(&snapshot, ROLES, []);
    let wanted = Permission::parse(wanted).unwrap();
    let context = [("on", Cell::Bool(true))];
    let facts = Facts { context: &context, ..Facts::default() };
    let question = Question { facts, ..Question::new(&access, &wanted) };
    let explanation = snapshot.explain(&question);
    let same = explanation.decision == snapshot.decide(&question).decision;
    (explanation, same)
}

proptest! {
    #[test]
    fn the_rule_that_is_named_really_decides(lines in lines(), wanted in "[xyz](:[pq])?") {
        let (before, same) = ask(&lines, None, &wanted);
        prop_assert!(same);
        let Some(by) = before.decided_by() else { return Ok(()) };
        let nth = named(&lines, &by.rule);
        prop_assert!(nth.is_some(), "{} names no line", by.rule);
        // Ids count, so without a line the next of its kind takes its number:
        // the same id with another pattern is another rule.
        let (after, _) = ask(&lines, nth, &wanted);
        let moved = nth.is_some_and(|nth| {
            lines.iter().skip(nth + 1).any(|line| {
                line.role == lines[nth].role && line.effect == lines[nth].effect
            })
        });
        prop_assert!(
            moved || before.decision != after.decision || after.decided_by() != Some(by.clone()),
            "{:?} decides, and without it nothing changes", by,
        );
    }
}

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
