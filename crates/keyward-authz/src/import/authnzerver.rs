//! authnzerver's `permissions-model.json`: items, roles and limits.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{Imported, NotImported, array, quoted};
use crate::items::Visibility;

/// Reads the JSON that authnzerver reads. Its code lets `superuser` and `staff`
/// see items of every visibility, so the policy says so as well.
///
/// # Errors
/// When it is not such a file.
pub fn authnzerver(text: &str) -> Result<Imported, NotImported> {
    let model: Value =
        serde_json::from_str(text).map_err(|error| NotImported::new(error.to_string()))?;
    let mut policy = String::from("version = 1\n\n[roles]\n");
    for role in texts(model.get("roles"), "roles")? {
        let _ = writeln!(policy, "{} = {{}}", quoted(role));
    }
    let roles = object(model.get("role_policy"), "role_policy")?;
    limits(roles, &mut policy)?;
    for (kind, item) in object(model.get("item_policy"), "item_policy")? {
        items(kind, item, roles, &mut policy)?;
    }
    Ok(Imported { policy, assignments: Vec::new() })
}

fn limits(roles: &Map<String, Value>, policy: &mut String) -> Result<(), NotImported> {
    policy.push_str("\n[limits]\n");
    for (role, row) in roles {
        let limits = object(row.get("limits"), "limits")?.iter().map(|(name, limit)| {
            let number = limit.get("limit").and_then(Value::as_i64);
            let number =
                number.ok_or_else(|| NotImported::new(format!("limit {name} is no number")))?;
            Ok(match limit.get("type").and_then(Value::as_str) {
                Some("min") => format!("{} = {{ above = {number} }}", quoted(name)),
                _ => format!("{} = {number}", quoted(name)),
            })
        });
        let limits = limits.collect::<Result<Vec<String>, NotImported>>()?;
        let _ = writeln!(policy, "{} = {{ {} }}", quoted(role), limits.join(", "));
    }
    Ok(())
}

fn items(
    kind: &str,
    item: &Value,
    roles: &Map<String, Value>,
    policy: &mut String,
) -> Result<(), NotImported> {
    let actions = texts(item.get("valid_role_actions"), "valid_role_actions")?;
    let visible = texts(item.get("valid_visibilities"), "valid_visibilities")?;
    let not_roles = texts(item.get("invalid_roles"), "invalid_roles")?;
    let name = quoted(kind);
    let _ = writeln!(policy, "\n[items.{name}]\nactions = {}", array(actions.iter().copied()));
    let _ = writeln!(policy, "visibility = {}", array(visible));
    let _ = writeln!(policy, "not_roles = {}", array(not_roles));
    for (role, row) in roles {
        let own = texts(row.get("can_own_items"), "can_own_items")?.contains(&kind);
        let valid = |listed: Vec<&'_ str>| -> String {
            array(listed.into_iter().filter(|action| actions.contains(action)))
        };
        let _ = writeln!(policy, "[items.{name}.roles.{}]", quoted(role));
        if SEE_ALL.contains(&role.as_str()) {
            policy.push_str("sees_all = true\n");
        }
        if own {
            let owned = texts(row.get("allowed_actions_for_owned"), "allowed_actions_for_owned")?;
            let _ = writeln!(policy, "may_own = true\nowned = {}", valid(owned));
        }
        let other = object(row.get("allowed_actions_for_other"), "allowed_actions_for_other")?;
        for visibility in Visibility::ALL.map(Visibility::name) {
            let listed = other.get(visibility).map(|listed| texts(Some(listed), visibility));
            let listed = listed.transpose()?.unwrap_or_default();
            let _ = writeln!(policy, "other.{visibility} = {}", valid(listed));
        }
    }
    Ok(())
}

fn object<'v>(value: Option<&'v Value>, name: &str) -> Result<&'v Map<String, Value>, NotImported> {
    let object = value.and_then(Value::as_object);
    object.ok_or_else(|| NotImported::new(format!("needs `{name}` to be an object")))
}

fn texts<'v>(value: Option<&'v Value>, name: &str) -> Result<Vec<&'v str>, NotImported> {
    let flaw = || NotImported::new(format!("needs `{name}` to be an array of texts"));
    let texts = value.and_then(Value::as_array).ok_or_else(flaw)?.iter().map(Value::as_str);
    texts.collect::<Option<_>>().ok_or_else(flaw)
}

/// The roles for which authnzerver does not look at the visibility.
const SEE_ALL: [&str; 2] = ["superuser", "staff"];
