//! Items and limits, against authnzerver's own policy and decisions.

use std::sync::Arc;

use keyward_authz::items::{Item, ItemAnswer, ItemKind, Items, SharedWith, Subject, Visibility};
use keyward_authz::limits::{Limit, Limits};
use serde_json::Value;

use crate::rows::{rows, strings};

const ROWS: &str = include_str!("rows/authnzerver.json");
/// The number of authnzerver's anonymous user; shared with it, shared with all.
const ANONYMOUS: i64 = 2;

fn policy() -> Value {
    serde_json::from_str::<Value>(ROWS).unwrap()["policy"].take()
}

fn items(policy: &Value) -> Items {
    let mut items = Items::new();
    for (name, item) in policy["item_policy"].as_object().unwrap() {
        items.insert(name, kind(policy, name, item));
    }
    items
}

fn kind(policy: &Value, name: &str, item: &Value) -> ItemKind {
    let mut kind = ItemKind::builder();
    let actions = strings(&item["valid_role_actions"]);
    kind.actions(actions.iter().copied()).unwrap();
    let known = |list: &Value| -> Vec<String> {
        let known = strings(list).into_iter().filter(|action| actions.contains(action));
        known.map(str::to_owned).collect()
    };
    let visibilities = strings(&item["valid_visibilities"]);
    kind.visibilities(visibilities.iter().map(|name| name.parse().unwrap()));
    strings(&item["invalid_roles"]).into_iter().for_each(|role| {
        kind.not_role(role);
    });
    for (role, row) in policy["role_policy"].as_object().unwrap() {
        if strings(&row["can_own_items"]).contains(&name) {
            let owned = known(&row["allowed_actions_for_owned"]);
            kind.owned(role, owned.iter().map(String::as_str)).unwrap();
        }
        for visibility in Visibility::ALL {
            let other = known(&row["allowed_actions_for_other"][visibility.name()]);
            kind.other(role, visibility, other.iter().map(String::as_str)).unwrap();
        }
    }
    kind.sees_all("superuser").sees_all("staff");
    kind.build()
}

#[track_caller]
fn check(items: &Items, policy: &Value, row: &[Value]) {
    let text = |place: usize| row[place].as_str().unwrap();
    if policy["role_policy"].get(text(0)).is_none() {
        assert_eq!(row[7], "error", "{row:?}");
        return;
    }
    let item = Item {
        owner: Some(text(4)),
        visibility: text(5).parse().ok(),
        shared: SharedWith::Csv { list: text(6), everybody: ANONYMOUS },
    };
    let subject = Subject { id: Some(text(1)), roles: &[Arc::from(text(0))] };
    let answer = items.decide(subject, text(2), text(3), &item);
    assert_eq!(matches!(answer, ItemAnswer::Allow { .. }), row[7] == true, "{row:?}");
}

#[test]
fn items_decide_as_authnzerver_does() {
    let policy = policy();
    let items = items(&policy);
    rows(ROWS).iter().for_each(|row| check(&items, &policy, row));
}

#[test]
fn limits_admit_what_authnzerver_admits() {
    let mut table: Value = serde_json::from_str(ROWS).unwrap();
    let mut limits = Limits::new();
    for (role, row) in table["policy"]["role_policy"].as_object().unwrap() {
        for (name, limit) in row["limits"].as_object().unwrap() {
            limits.set(role, name, Limit::Below(limit["limit"].as_i64().unwrap()));
        }
    }
    let rows: Vec<Vec<Value>> = serde_json::from_value(table["limits"].take()).unwrap();
    for row in rows {
        // What is not a number and not a known role never reaches the engine.
        let Some(value) = row[2].as_f64().filter(|_| row[3] != "error") else { continue };
        let (role, name) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        assert_eq!(limits.admit([role], name, value as i64), row[3] == true, "{row:?}");
    }
}
