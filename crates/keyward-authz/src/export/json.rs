//! The whole policy as JSON.

use serde_json::{Value, json};

use crate::effect::Effect;
use crate::rules::Rule;
use crate::snapshot::{RoleView, Snapshot};

/// The policy as JSON: its catalogue, roles, rules and lists.
pub fn json(snapshot: &Snapshot) -> Value {
    let catalogue = snapshot.catalogue().iter().map(|(_, it)| it.as_str());
    let acls = snapshot.acl_names().filter_map(|name| {
        let entries = snapshot.acl(name)?.entries().iter().map(ToString::to_string);
        Some((name.to_owned(), json!(entries.collect::<Vec<_>>())))
    });
    json!({
        "version": 1,
        "epoch": snapshot.epoch(),
        "dialect": snapshot.dialect().name(),
        "permissions": catalogue.collect::<Vec<_>>(),
        "roles": snapshot.roles().map(|it| role(snapshot, it)).collect::<Vec<_>>(),
        "rules": snapshot.rules().iter().map(rule).collect::<Vec<_>>(),
        "acl": acls.collect::<serde_json::Map<_, _>>(),
    })
}

fn role(snapshot: &Snapshot, role: RoleView<'_>) -> Value {
    let rules = |wish: Effect| {
        let rules = role.rules().filter(move |(effect, _)| *effect == wish);
        rules.map(|(_, pattern)| pattern.to_string()).collect::<Vec<_>>()
    };
    json!({
        "name": role.name(),
        "description": role.description(),
        "inherits": role.parents(snapshot).collect::<Vec<_>>(),
        "allow": rules(Effect::Allow),
        "deny": rules(Effect::Deny),
        "superuser": role.is_superuser(),
        "locked": role.is_locked(),
    })
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "effect": rule.effect.to_string(),
        "permissions": rule.patterns.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "roles": rule.roles,
        "when": rule.when.as_ref().map(|it| it.as_str()),
        "unless": rule.unless.as_ref().map(|it| it.as_str()),
        "absolute": rule.absolute,
    })
}
