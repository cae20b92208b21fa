//! An explanation in the words of a page: keys of texts and what fills them.

use keyward_authz::{
    Because, CeilingNote, Decision, Effect, Explanation, NearMiss, Needs, WouldAllow,
};
use keyward_core::flow::setup::ADMIN_ROLE;
use serde_json::{Value, json};

/// What the templates show. Every `key` is the key of a text, whose holes are
/// filled with `name` and `rule`.
pub(super) fn explained(why: &Explanation) -> Value {
    let by = why.decided_by();
    let origin = by.as_ref().and_then(|by| by.origin.as_ref());
    json!({
        "decision": why.decision.to_string(),
        "code": why.code,
        "wanted": why.wanted,
        "because": because(&why.because),
        "block": by.as_ref().map(|by| by.block),
        "rule": by.as_ref().map(|by| &by.rule),
        "pattern": by.as_ref().and_then(|by| by.pattern.as_deref()),
        "file": origin.map(|origin| origin.file.to_string()),
        "line": origin.map(|origin| origin.line),
        "path": why.path.iter().skip(1).collect::<Vec<_>>(),
        "public_reason": why.public_reason(),
        "would_allow": why.would_allow.iter().map(would_allow).collect::<Vec<_>>(),
        "near": near(why),
        "ceilings": why.ceilings.iter().map(ceiling).collect::<Vec<_>>(),
        "fixes": fixes(why),
        "did_you_mean": why.did_you_mean,
        "epoch": why.epoch,
        "plain": why.to_string(),
    })
}

fn said(key: &str, name: &str, rule: &str) -> Value {
    json!({ "key": key, "name": name, "rule": rule })
}

/// What decided, in one sentence.
fn because(what: &Because) -> Value {
    let failed = |failed: bool, key| if failed { "because.failed" } else { key };
    match what {
        Because::Superuser(role) => said("because.superuser", role, ""),
        Because::Rule(rule) => match rule.effect {
            Effect::Allow => said("because.allowed", &rule.pattern, &rule.id),
            Effect::Deny => said("because.denied", &rule.pattern, &rule.id),
        },
        Because::NoMatch => said("because.none", "", ""),
        Because::Unreadable(flaws) => said("because.unreadable", &flaws.join("; "), ""),
        Because::OtherDialect => said("because.dialect", "", ""),
        Because::Banned => said("because.banned", "", ""),
        Because::Locked(role) => said("because.locked", role, ""),
        Because::UnknownPermission => said("because.unknown", "", ""),
        Because::Ceiling(name) => said("because.ceiling", name, ""),
        Because::Conditional { id, failed: broken, .. } => {
            said(failed(*broken, "because.condition"), id, id)
        }
        Because::Acl { entry, .. } => said("because.acl", entry, ""),
        Because::Items { rule, .. } => said("because.items", rule, rule),
        Because::Relations { rule, failed: broken, .. } => {
            said(failed(*broken, "because.relation"), rule, rule)
        }
        Because::Custom { place, failed: broken } => {
            said(failed(*broken, "because.custom"), &format!("custom[{place}]"), "")
        }
        // What this page does not know yet is told in the engine's own words.
        other => said("because.other", &other.to_string(), ""),
    }
}

fn would_allow(it: &WouldAllow) -> Value {
    let needs = it.needs.as_ref().map(ToString::to_string);
    json!({ "rule": it.rule, "role": it.path.last(), "needs": needs })
}

fn near(why: &Explanation) -> Vec<Value> {
    let unmet = why.unmet_rules.iter().map(|it| {
        let actual = it.unmet.actual.iter().map(|(name, value)| format!("{name} = {value}"));
        let actual: Vec<String> = actual.collect();
        json!({ "rule": it.id, "part": it.part(), "actual": actual.join(", ") })
    });
    let pattern =
        |it: &NearMiss| json!({ "rule": it.rule.id, "part": it.rule.pattern, "actual": it.reason });
    unmet.chain(why.near_misses.iter().map(pattern)).collect()
}

fn ceiling(it: &CeilingNote) -> Value {
    json!({ "name": it.name, "patterns": it.patterns, "contains": it.contains })
}

/// What would change the answer.
fn fixes(why: &Explanation) -> Vec<Value> {
    if why.decision == Decision::Allow {
        return vec![];
    }
    let others = others(why);
    let first = match &why.because {
        Because::Rule(rule) => match why.path.get(1) {
            Some(role) => said("fix.role", role, &rule.id),
            None => said("fix.grant", "", &rule.id),
        },
        Because::Locked(role) => said("fix.locked", role, ""),
        Because::Banned => said("fix.banned", "", ""),
        Because::Ceiling(name) => said("fix.ceiling", name, &why.wanted),
        Because::UnknownPermission => match &why.did_you_mean {
            Some(name) => said("fix.spelling", name, &why.wanted),
            None => said("fix.unknown", "", &why.wanted),
        },
        Because::Unreadable(_) => said("fix.unreadable", "", ""),
        Because::Conditional { id, failed: true, .. } => said("fix.attributes", id, ""),
        Because::Conditional { id, .. } => said("fix.condition", id, ""),
        Because::Acl { entry, .. } => said("fix.acl", entry, ""),
        Because::NoMatch => return missing(why),
        _ => return others,
    };
    [vec![first], others].concat()
}

/// What somebody would need beside a role.
fn others(why: &Explanation) -> Vec<Value> {
    let advice = why.helpful().filter_map(|it| {
        Some(match (&it.needs, it.path.last()) {
            (Some(Needs::Group(name)), _) => said("fix.group", name, &it.rule),
            (Some(Needs::Ownership), _) => said("fix.own", "", &it.rule),
            (Some(Needs::Share), _) => said("fix.share", "", &it.rule),
            (Some(Needs::Relation(name)), _) => said("fix.relation", name, &it.rule),
            (None, Some(role)) if why.because != Because::NoMatch => {
                said("fix.assign", role, &it.rule)
            }
            _ => return None,
        })
    });
    advice.collect()
}

/// Nothing speaks of it: which roles and conditions would. Making somebody an
/// administrator is the last thing to advise.
fn missing(why: &Explanation) -> Vec<Value> {
    let roles = why.would_allow.iter().filter_map(|it| Some((it.path.last()?, &it.rule)));
    let mut roles: Vec<(&String, &String)> = roles.collect();
    roles.sort_by_key(|(role, _)| *role == ADMIN_ROLE);
    let roles = roles.into_iter().map(|(role, rule)| said("fix.assign", role, rule));
    let unmet = why.unmet_rules.iter().filter(|it| it.effect == Effect::Allow);
    let unmet = unmet.map(|it| {
        let key = if it.unless { "fix.make_false" } else { "fix.make_true" };
        said(key, &it.unmet.part, &it.id)
    });
    roles.chain(others(why)).chain(unmet).collect()
}

/// Every key that an explanation may ask for.
#[cfg(test)]
pub(in crate::pages) const KEYS: [&str; 35] = [
    "because.superuser",
    "because.allowed",
    "because.denied",
    "because.none",
    "because.unreadable",
    "because.dialect",
    "because.banned",
    "because.locked",
    "because.unknown",
    "because.ceiling",
    "because.condition",
    "because.failed",
    "because.acl",
    "because.items",
    "because.relation",
    "because.custom",
    "because.other",
    "fix.role",
    "fix.grant",
    "fix.locked",
    "fix.banned",
    "fix.ceiling",
    "fix.spelling",
    "fix.unknown",
    "fix.unreadable",
    "fix.attributes",
    "fix.condition",
    "fix.acl",
    "fix.assign",
    "fix.make_true",
    "fix.make_false",
    "fix.group",
    "fix.own",
    "fix.share",
    "fix.relation",
];
