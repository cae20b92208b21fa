//! Roles and rules as Cedar policies, for its validator and analysis. Cedar
//! cannot say ordered lists, items and relations, so these are left out.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::effect::Effect;
use crate::pattern::Pattern;
use crate::rules::Rule;
use crate::snapshot::Snapshot;

/// The policies. Wildcards are written out over the catalogue. A rule that
/// fails here denies, and Cedar passes over it.
pub fn cedar(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let past_denials = past_denials(snapshot);
    for role in snapshot.roles() {
        let (name, whom) = (role.name(), format!("principal in Role::{}", quoted(role.name())));
        let id = |what: &str| format!("roles.{name}.{what}");
        if role.is_superuser() {
            policy(&mut text, &id("superuser"), Effect::Allow, [&whom, "action"], &[]);
        }
        if role.is_locked() {
            policy(&mut text, &id("locked"), Effect::Deny, [&whom, "action"], &[]);
        }
        for rule in role.own_rules() {
            let what = actions(snapshot, [&*rule.pattern]);
            let id = id(&format!("{}[{}]", rule.effect, rule.nth));
            let clauses = if rule.effect.allows() { &[][..] } else { &past_denials };
            policy(&mut text, &id, rule.effect, [&whom, &what], clauses);
        }
    }
    for rule in snapshot.rules().iter() {
        let past = rule.absolute || rule.effect.allows();
        conditional(snapshot, rule, if past { &[] } else { &past_denials }, &mut text);
    }
    text
}

/// What lets superusers past denials.
fn past_denials(snapshot: &Snapshot) -> Vec<String> {
    let superusers = snapshot.roles().filter(|role| role.is_superuser());
    let clause = |name: &str| format!("unless {{ principal in Role::{} }}", quoted(name));
    superusers.map(|role| clause(role.name())).collect()
}

/// The roles as entities, each below those that it inherits.
pub fn cedar_entities(snapshot: &Snapshot) -> Value {
    let entity = |kind: &str, id: &str| json!({ "type": kind, "id": id });
    let roles = snapshot.roles().map(|role| {
        let parents = role.parents(snapshot).map(|name| entity("Role", name));
        json!({
            "uid": entity("Role", role.name()),
            "attrs": {},
            "parents": parents.collect::<Vec<_>>(),
        })
    });
    Value::Array(roles.collect())
}

fn conditional(snapshot: &Snapshot, rule: &Rule, more: &[String], text: &mut String) {
    let what = actions(snapshot, &rule.patterns);
    let mut clauses = Vec::new();
    if !rule.roles.is_empty() {
        let held = rule.roles.iter().map(|role| format!("principal in Role::{}", quoted(role)));
        clauses.push(format!("when {{ {} }}", held.collect::<Vec<_>>().join(" || ")));
    }
    let when = rule.when.as_ref().map(|it| format!("when {{ {} }}", it.to_cedar()));
    let unless = rule.unless.as_ref().map(|it| format!("unless {{ {} }}", it.to_cedar()));
    clauses.extend(when.into_iter().chain(unless).chain(more.iter().cloned()));
    policy(text, &rule.id, rule.effect, ["principal", &what], &clauses);
}

fn policy(text: &mut String, id: &str, effect: Effect, scope: [&str; 2], clauses: &[String]) {
    let effect = if effect == Effect::Allow { "permit" } else { "forbid" };
    let [whom, what] = scope;
    let _ = writeln!(text, "@id({})\n{effect} ({whom}, {what}, resource)", quoted(id));
    for clause in clauses {
        let _ = writeln!(text, "{clause}");
    }
    text.truncate(text.trim_end().len());
    text.push_str(";\n\n");
}

fn actions<'a>(snapshot: &Snapshot, patterns: impl IntoIterator<Item = &'a Pattern>) -> String {
    let patterns: Vec<&Pattern> = patterns.into_iter().collect();
    let covered = snapshot
        .catalogue()
        .iter()
        .filter(|(_, wanted)| patterns.iter().any(|pattern| pattern.matches(wanted)));
    let mut names: Vec<&str> = covered.map(|(_, wanted)| wanted.as_str()).collect();
    if snapshot.catalogue().is_empty() {
        names = patterns.iter().map(|pattern| pattern.as_str()).collect();
    }
    let names = names.into_iter().map(|name| format!("Action::{}", quoted(name)));
    format!("action in [{}]", names.collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
