//! The todo suite: roles, and rules about who owns what.

use std::collections::BTreeMap;

use keyward_authz::condition::Cell;
use keyward_authz::{Access, Permission, Snapshot};
use serde::Deserialize;

use super::{Action, Attributes, Entity, Subject, policy};
use crate::Result;
use crate::vectors::comparison::Comparison;

#[derive(Deserialize)]
pub(super) struct Suite {
    users: BTreeMap<String, User>,
    evaluation: Vec<One>,
    evaluations: Vec<Many>,
}

#[derive(Deserialize)]
struct User {
    id: String,
    roles: Vec<String>,
}

/// One question and its answer.
#[derive(Deserialize)]
struct One {
    request: Single,
    expected: bool,
}

#[derive(Deserialize)]
struct Single {
    subject: Entity,
    action: Action,
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    properties: BTreeMap<String, String>,
}

/// Many questions of one subject, each with its answer.
#[derive(Deserialize)]
struct Many {
    request: Boxcar,
    expected: Vec<Decided>,
}

#[derive(Deserialize)]
struct Boxcar {
    subject: Entity,
    action: Action,
    evaluations: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    resource: Resource,
}

#[derive(Deserialize)]
struct Decided {
    decision: bool,
}

impl Suite {
    pub(super) fn compare(&self, comparison: &mut Comparison) -> Result<()> {
        let snapshot = policy(POLICY)?;
        for (place, row) in self.evaluation.iter().enumerate() {
            let asked = &row.request;
            let ours = self.may(&snapshot, &asked.subject, &asked.action, &asked.resource)?;
            comparison.row(format!("todo.evaluation[{place}]"), ours, row.expected);
        }
        for (place, row) in self.evaluations.iter().enumerate() {
            let asked = &row.request;
            let id = format!("todo.evaluations[{place}]");
            if asked.evaluations.len() != row.expected.len() {
                return Err(format!("{id} has not an answer for each question").into());
            }
            for (nth, (item, expected)) in asked.evaluations.iter().zip(&row.expected).enumerate() {
                let ours = self.may(&snapshot, &asked.subject, &asked.action, &item.resource)?;
                comparison.row(format!("{id}[{nth}]"), ours, expected.decision);
            }
        }
        Ok(())
    }

    fn may(
        &self,
        snapshot: &Snapshot,
        subject: &Entity,
        action: &Action,
        resource: &Resource,
    ) -> Result<bool> {
        let user = self.users.get(&subject.id).ok_or("a subject that is no user")?;
        let roles = user.roles.iter().map(String::as_str);
        let subject = Subject {
            access: Access::compile(snapshot, roles, []),
            attributes: vec![("email", Cell::Text(&user.id))],
        };
        let properties = resource.properties.iter();
        let resource_attributes: Attributes<'_> =
            properties.map(|(name, value)| (name.as_str(), Cell::Text(value))).collect();
        let wanted = Permission::parse(&format!("{}:{}", resource.kind, action.name))?;
        Ok(subject.may(snapshot, &wanted, &resource_attributes))
    }
}

const POLICY: &str =
    include_str!("../../../../crates/keyward-authz/tests/it/files/authzen_todo.toml");
