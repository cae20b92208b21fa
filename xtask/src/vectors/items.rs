//! Items and limits: authnzerver.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyward_authz::items::{Item, ItemAnswer, ItemKind, Items, SharedWith, Subject, Visibility};
use keyward_authz::limits::{Limit, Limits};
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Policy {
    item_policy: BTreeMap<String, ItemPolicy>,
    role_policy: BTreeMap<String, RolePolicy>,
}

#[derive(Deserialize)]
struct ItemPolicy {
    valid_role_actions: Vec<String>,
    valid_visibilities: Vec<String>,
    invalid_roles: Vec<String>,
}

#[derive(Deserialize)]
struct RolePolicy {
    limits: BTreeMap<String, LimitPolicy>,
    can_own_items: Vec<String>,
    allowed_actions_for_owned: Vec<String>,
    allowed_actions_for_other: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct LimitPolicy {
    #[serde(rename = "type")]
    kind: String,
    limit: i64,
}

/// The number of authnzerver's anonymous user; shared with it, shared with all.
const ANONYMOUS: i64 = 2;

/// A question and its answer; what is no yes or no is an error.
struct Row {
    user: Value,
    role: String,
    action: String,
    item: String,
    owner: Value,
    visibility: String,
    shared: Option<String>,
    answer: Value,
}

/// Role, name of the limit, value, answer.
type LimitRow = (String, String, Value, Value);

#[derive(Deserialize)]
struct PolicyFile {
    model: Policy,
    limits: Vec<LimitRow>,
    upstream_tests: Vec<PolicyRow>,
    cases: Vec<PolicyRow>,
}

/// User, role, action, item, owner, visibility, shared with, answer.
type PolicyRow = (Value, String, String, String, Value, String, Option<String>, Value);

/// Compares `authnzerver_policy.json`.
pub(super) fn policy(text: &str, comparison: &mut Comparison) -> Result<()> {
    let file: PolicyFile = serde_json::from_str(text)?;
    let row = |(user, role, action, item, owner, visibility, shared, answer): PolicyRow| Row {
        user,
        role,
        action,
        item,
        owner,
        visibility,
        shared,
        answer,
    };
    let engine = Engine::new(file.model)?;
    engine.rows("upstream_tests", file.upstream_tests.into_iter().map(row), comparison);
    engine.rows("cases", file.cases.into_iter().map(row), comparison);
    engine.limits(&file.limits, comparison);
    Ok(())
}

#[derive(Deserialize)]
struct PermissionsFile {
    policy: Policy,
    limits: Vec<LimitRow>,
    rows: Vec<PermissionsRow>,
    edge_cases: Vec<EdgeCase>,
}

/// Role, user, action, item, visibility, owner, shared with, answer.
type PermissionsRow = (String, Value, String, String, String, Value, Option<String>, Value);

#[derive(Deserialize)]
struct EdgeCase {
    userid: Value,
    role: String,
    action: String,
    target_name: String,
    target_owner: Value,
    target_visibility: String,
    target_sharedwith: Option<String>,
    result: Value,
}

/// Compares `authnzerver_permissions.json`.
pub(super) fn permissions(text: &str, comparison: &mut Comparison) -> Result<()> {
    let file: PermissionsFile = serde_json::from_str(text)?;
    let row = |(role, user, action, item, visibility, owner, shared, answer): PermissionsRow| Row {
        user,
        role,
        action,
        item,
        owner,
        visibility,
        shared,
        answer,
    };
    let edge = |case: EdgeCase| Row {
        user: case.userid,
        role: case.role,
        action: case.action,
        item: case.target_name,
        owner: case.target_owner,
        visibility: case.target_visibility,
        shared: case.target_sharedwith,
        answer: case.result,
    };
    let engine = Engine::new(file.policy)?;
    engine.rows("rows", file.rows.into_iter().map(row), comparison);
    engine.rows("edge_cases", file.edge_cases.into_iter().map(edge), comparison);
    engine.limits(&file.limits, comparison);
    Ok(())
}

/// A policy as Keyward holds it.
struct Engine {
    policy: Policy,
    items: Items,
    limits: Limits,
}

impl Engine {
    fn new(policy: Policy) -> Result<Self> {
        let mut items = Items::new();
        for (name, item) in &policy.item_policy {
            items.insert(name, kind(&policy, name, item)?);
        }
        let mut limits = Limits::new();
        for (role, row) in &policy.role_policy {
            for (name, LimitPolicy { kind, limit }) in &row.limits {
                let limit = if kind == "min" { Limit::Above(*limit) } else { Limit::Below(*limit) };
                limits.set(role, name, limit);
            }
        }
        Ok(Self { policy, items, limits })
    }

    fn rows(&self, section: &str, rows: impl Iterator<Item = Row>, comparison: &mut Comparison) {
        for (place, row) in rows.enumerate() {
            comparison.row(format!("{section}[{place}]"), self.decide(&row), row.answer.as_bool());
        }
    }

    /// Nothing for a role that the policy does not have: that is an error.
    fn decide(&self, row: &Row) -> Option<bool> {
        self.policy.role_policy.get(&row.role)?;
        // As JSON writes them, so that 4 and "4" are as different as they were.
        let (user, owner) = (row.user.to_string(), row.owner.to_string());
        let list = row.shared.as_deref().unwrap_or_default();
        let item = Item {
            owner: Some(&owner),
            visibility: row.visibility.parse().ok(),
            shared: SharedWith::Csv { list, everybody: ANONYMOUS },
        };
        let subject = Subject { id: Some(&user), roles: &[Arc::from(row.role.as_str())] };
        let answer = self.items.decide(subject, &row.action, &row.item, &item);
        Some(matches!(answer, ItemAnswer::Allow { .. }))
    }

    fn limits(&self, rows: &[LimitRow], comparison: &mut Comparison) {
        for (place, (role, name, value, answer)) in rows.iter().enumerate() {
            // A role that the policy does not have is an error.
            let known = self.policy.role_policy.contains_key(role);
            let ours = known.then(|| self.admits(role, name, value));
            comparison.row(format!("limits[{place}]"), ours, answer.as_bool());
        }
    }

    /// What is no number is within no limit.
    fn admits(&self, role: &str, name: &str, value: &Value) -> bool {
        let limit = self.limits.of([role], name);
        limit.is_none_or(|limit| whole(value).is_some_and(|value| limit.admits(value)))
    }
}

/// A number as authnzerver reads it: whole, in digits or in a text.
fn whole(value: &Value) -> Option<i64> {
    let cut = |number: f64| format!("{number:.0}").parse().ok();
    let text = || value.as_str()?.trim().parse().ok();
    value.as_i64().or_else(|| cut(value.as_f64()?.trunc())).or_else(text)
}

fn kind(policy: &Policy, name: &str, item: &ItemPolicy) -> Result<ItemKind> {
    let mut kind = ItemKind::builder();
    kind.actions(item.valid_role_actions.iter().map(String::as_str))?;
    let visibilities = item.valid_visibilities.iter().map(|name| name.parse::<Visibility>());
    let visibilities: Vec<_> =
        visibilities.collect::<std::result::Result<_, _>>().map_err(|_| "unknown visibility")?;
    kind.visibilities(visibilities);
    for role in &item.invalid_roles {
        kind.not_role(role);
    }
    let known = |actions: &[String]| -> Vec<String> {
        actions.iter().filter(|action| item.valid_role_actions.contains(action)).cloned().collect()
    };
    for (role, row) in &policy.role_policy {
        if row.can_own_items.iter().any(|owned| owned == name) {
            kind.owned(role, known(&row.allowed_actions_for_owned).iter().map(String::as_str))?;
        }
        for visibility in Visibility::ALL {
            let other = row.allowed_actions_for_other.get(visibility.name());
            let other = other.map(|actions| known(actions)).unwrap_or_default();
            kind.other(role, visibility, other.iter().map(String::as_str))?;
        }
    }
    kind.sees_all("superuser").sees_all("staff");
    Ok(kind.build())
}
