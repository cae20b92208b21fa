//! Permissions with wildcards: Shiro, asyncauth, Asok; and plain scopes.

use keyward_authz::{Access, Dialect, Effect, Pattern, Permission, SnapshotBuilder, has_scopes};
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Cases<T> {
    cases: Vec<T>,
}

#[derive(Deserialize)]
struct Shiro {
    group: String,
    case_sensitive: bool,
    granted: String,
    requested: String,
    implies: Value,
}

/// Compares `shiro_wildcard.json`.
pub(super) fn shiro(text: &str, comparison: &mut Comparison) -> Result<()> {
    let rows: Cases<Shiro> = serde_json::from_str(text)?;
    for (place, row) in rows.cases.iter().enumerate() {
        let dialect = if row.case_sensitive { Dialect::ShiroCaseSensitive } else { Dialect::Shiro };
        let ours = covered(dialect, &row.granted, &row.requested);
        comparison.row(format!("cases[{place}] {}", row.group), ours, row.implies.clone());
    }
    Ok(())
}

#[derive(Deserialize)]
struct Asyncauth {
    rows: Vec<AsyncauthRow>,
    #[serde(default)]
    bulk: Vec<AsyncauthRow>,
}

#[derive(Deserialize)]
struct AsyncauthRow {
    granted: String,
    required: String,
    asyncauth_fnmatch: Value,
    sanic_security_check_wildcard: Value,
}

/// Compares `asyncauth_wildcard.json`: both dialects in each row.
pub(super) fn asyncauth(text: &str, comparison: &mut Comparison) -> Result<()> {
    let vectors: Asyncauth = serde_json::from_str(text)?;
    for (section, rows) in [("rows", &vectors.rows), ("bulk", &vectors.bulk)] {
        for (place, row) in rows.iter().enumerate() {
            let ours = [Dialect::Fnmatch, Dialect::Asyncauth]
                .map(|dialect| covered(dialect, &row.granted, &row.required));
            let theirs = [&row.asyncauth_fnmatch, &row.sanic_security_check_wildcard];
            comparison.row(format!("{section}[{place}]"), ours, theirs.map(Value::clone));
        }
    }
    Ok(())
}

/// `true`, `false`, or `"error"` when either cannot be read.
fn covered(dialect: Dialect, held: &str, wanted: &str) -> Value {
    let read = Pattern::parse_as(dialect, held)
        .and_then(|pattern| Ok((pattern, Permission::parse_as(dialect, wanted)?)));
    read.map_or("error".into(), |(pattern, wanted)| pattern.matches(&wanted).into())
}

#[derive(Deserialize)]
struct Asok {
    test: String,
    is_admin: bool,
    /// The permissions of each; none is none.
    roles: Vec<Option<String>>,
    permission: String,
    expected: bool,
}

/// Compares `asok_rbac.json`.
pub(super) fn asok(text: &str, comparison: &mut Comparison) -> Result<()> {
    let rows: Cases<Asok> = serde_json::from_str(text)?;
    for (place, row) in rows.cases.iter().enumerate() {
        comparison.row(format!("cases[{place}] {}", row.test), row.ours(), Some(row.expected));
    }
    Ok(())
}

impl Asok {
    /// The decision; nothing when the policy or the question cannot be read.
    fn ours(&self) -> Option<bool> {
        let names: Vec<String> = (0..self.roles.len()).map(|nth| format!("role-{nth}")).collect();
        let mut policy = SnapshotBuilder::in_dialect(Dialect::Asok);
        policy.superuser("admin");
        for (name, list) in names.iter().zip(&self.roles) {
            policy.rule(name, Effect::Allow, list.as_deref().unwrap_or_default()).ok()?;
        }
        let admin = self.is_admin.then_some("admin");
        let held = names.iter().map(String::as_str).chain(admin);
        let wanted = Permission::parse_as(Dialect::Asok, &self.permission).ok()?;
        Some(Access::compile(&policy.build(), held, []).check(&wanted).allowed())
    }
}

#[derive(Deserialize)]
struct Scopes {
    required: Vec<String>,
    held: Vec<String>,
    expected: bool,
}

/// Compares `starlette_scopes.json`.
pub(super) fn scopes(text: &str, comparison: &mut Comparison) -> Result<()> {
    let rows: Cases<Scopes> = serde_json::from_str(text)?;
    for (place, row) in rows.cases.iter().enumerate() {
        let [held, required] = [&row.held, &row.required]
            .map(|scopes| scopes.iter().map(String::as_str).collect::<Vec<_>>());
        comparison.row(format!("cases[{place}]"), has_scopes(&held, &required), row.expected);
    }
    Ok(())
}
