//! Roles that nobody should hold together, such as payer and approver.

use std::fmt;
use std::sync::Arc;

use crate::snapshot::Snapshot;

/// Exclusive roles that are held together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict(Box<[Arc<str>]>);

impl Conflict {
    /// The roles, at least two, in the order of the constraint.
    pub fn roles(&self) -> &[Arc<str>] {
        &self.0
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "roles `{}` exclude each other", self.0.join("` and `"))
    }
}

impl Snapshot {
    /// The constraints that a subject with these roles would break, inherited
    /// roles counted. Refuse an assignment that breaks one.
    pub fn conflicts<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> Vec<Conflict> {
        let slots: Vec<usize> = roles.into_iter().filter_map(|role| self.slot(role)).collect();
        self.conflicts_among(&self.lineage(&slots))
    }

    pub(crate) fn conflicts_among(&self, held: &[usize]) -> Vec<Conflict> {
        let together = self.exclusives().map(|exclusive| {
            let both = exclusive.iter().filter(|slot| held.contains(slot));
            both.filter_map(|slot| self.at(*slot)).map(|role| Arc::clone(&role.name)).collect()
        });
        together.map(Conflict).filter(|conflict| conflict.roles().len() > 1).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Access, SnapshotBuilder};

    #[test]
    fn exclusive_roles_conflict_even_when_inherited() {
        let mut policy = SnapshotBuilder::new();
        policy.exclusive(["payer", "approver"]).inherit("chief", "approver");
        let snapshot = policy.build();
        for (roles, conflict) in [
            (["payer", "clerk"], None),
            (["payer", "approver"], Some("roles `payer` and `approver` exclude each other")),
            (["chief", "payer"], Some("roles `payer` and `approver` exclude each other")),
        ] {
            let conflicts: Vec<String> =
                snapshot.conflicts(roles).iter().map(ToString::to_string).collect();
            assert_eq!(conflicts.first().map(String::as_str), conflict, "{roles:?}");
            let access = Access::compile(&snapshot, roles, []);
            assert_eq!(access.conflicts().is_empty(), conflict.is_none(), "{roles:?}");
        }
    }
}
