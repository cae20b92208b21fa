//! Items and limits: authnzerver, whose models are imported as anybody's would be.

use keyward_authz::import;
use keyward_authz::items::{Item, SharedWith};
use keyward_authz::policy::Policy;
use keyward_authz::{Access, Permission, Question};
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

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
    model: Value,
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
    let engine = Engine::imported(&file.model)?;
    engine.rows("upstream_tests", file.upstream_tests.into_iter().map(row), comparison);
    engine.rows("cases", file.cases.into_iter().map(row), comparison);
    engine.limits(&file.limits, comparison);
    Ok(())
}

#[derive(Deserialize)]
struct PermissionsFile {
    policy: Value,
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
    let engine = Engine::imported(&file.policy)?;
    engine.rows("rows", file.rows.into_iter().map(row), comparison);
    engine.rows("edge_cases", file.edge_cases.into_iter().map(edge), comparison);
    engine.limits(&file.limits, comparison);
    Ok(())
}

/// The model of authnzerver as Keyward has it once it is imported.
struct Engine(Policy);

impl Engine {
    fn imported(model: &Value) -> Result<Self> {
        let imported = import::authnzerver(&model.to_string())?;
        let policy = Policy::parse("imported.toml", &imported.policy);
        Ok(Self(policy.map_err(|mistakes| mistakes.to_string())?))
    }

    /// Whether the model has the role. Where it has not, authnzerver fails.
    fn knows(&self, role: &str) -> bool {
        self.0.snapshot().role(role).is_some()
    }

    fn rows(&self, section: &str, rows: impl Iterator<Item = Row>, comparison: &mut Comparison) {
        for (place, row) in rows.enumerate() {
            comparison.row(format!("{section}[{place}]"), self.decide(&row), row.answer.as_bool());
        }
    }

    /// Nothing for a role that the model does not have: that is an error.
    fn decide(&self, row: &Row) -> Option<bool> {
        let snapshot = self.knows(&row.role).then(|| self.0.snapshot())?;
        let access = Access::compile(snapshot, [row.role.as_str()], []);
        // What is no permission at all is not allowed either.
        let wanted = format!("{}:{}", row.item, row.action);
        let Ok(wanted) = Permission::parse(&wanted) else { return Some(false) };
        // As JSON writes them, so that 4 and "4" are as different as they were.
        let (user, owner) = (row.user.to_string(), row.owner.to_string());
        let list = row.shared.as_deref().unwrap_or_default();
        let item = Item {
            owner: Some(&owner),
            visibility: row.visibility.parse().ok(),
            shared: SharedWith::Csv { list, everybody: ANONYMOUS },
        };
        let question =
            Question { subject: Some(&user), item: Some(item), ..Question::new(&access, &wanted) };
        Some(snapshot.decide(&question).decision.allowed())
    }

    fn limits(&self, rows: &[LimitRow], comparison: &mut Comparison) {
        for (place, (role, name, value, answer)) in rows.iter().enumerate() {
            let ours = self.knows(role).then(|| self.admits(role, name, value));
            comparison.row(format!("limits[{place}]"), ours, answer.as_bool());
        }
    }

    /// What is no number is within no limit.
    fn admits(&self, role: &str, name: &str, value: &Value) -> bool {
        let limit = self.0.snapshot().limits().of([role], name);
        limit.is_none_or(|limit| whole(value).is_some_and(|value| limit.admits(value)))
    }
}

/// A number as authnzerver reads it: whole, in digits or in a text.
fn whole(value: &Value) -> Option<i64> {
    let cut = |number: f64| format!("{number:.0}").parse().ok();
    let text = || value.as_str()?.trim().parse().ok();
    value.as_i64().or_else(|| cut(value.as_f64()?.trunc())).or_else(text)
}
