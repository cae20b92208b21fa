//! Each role as a row of bits over the catalogue, inherited rules included.

use super::{Role, RoleView, Snapshot};
use crate::catalogue::{PermissionId, PermissionSet};
use crate::effect::Decision;

/// What a role and all that it inherits say about the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) set: PermissionSet,
    pub(crate) superuser: bool,
    pub(crate) locked: bool,
}

/// What several rows say together.
struct Sum {
    allow: bool,
    deny: bool,
    superuser: bool,
    locked: bool,
}

/// A role by number. It belongs to the snapshot that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId {
    epoch: u32,
    slot: u32,
}

impl Snapshot {
    /// The number of a role, to check with.
    pub fn role_id(&self, name: &str) -> Option<RoleId> {
        let slot = u32::try_from(self.slot(name)?).ok()?;
        Some(RoleId { epoch: self.catalogue.epoch(), slot })
    }

    /// What a role says about the catalogue, inherited rules included.
    pub fn row(&self, role: RoleView<'_>) -> Option<&PermissionSet> {
        self.slot(role.name()).and_then(|slot| self.row_at(slot)).map(|row| &row.set)
    }

    /// Whether a holder of these roles, without grants of its own, may do this.
    /// For callers that keep the roles of many subjects and not their
    /// [`Access`](crate::Access). Allocates nothing.
    pub fn check_roles(&self, roles: &[RoleId], wanted: PermissionId) -> Decision {
        let mut sum = Sum { allow: false, deny: false, superuser: false, locked: false };
        for role in roles {
            let row = self.row_at(role.slot as usize);
            let row = row.filter(|_| role.epoch == self.catalogue.epoch());
            let marks = row.and_then(|row| Some((row, row.set.marks(wanted)?)));
            let Some((row, (allow, deny))) = marks else { return Decision::Indeterminate };
            if deny && self.is_plain {
                return Decision::Deny;
            }
            sum.allow |= allow;
            sum.deny |= deny;
            sum.superuser |= row.superuser;
            sum.locked |= row.locked;
        }
        match sum {
            Sum { locked: true, .. } => Decision::Deny,
            Sum { superuser: true, .. } | Sum { allow: true, deny: false, .. } => Decision::Allow,
            _ => Decision::Deny,
        }
    }

    pub(crate) fn row_at(&self, slot: usize) -> Option<&Row> {
        self.rows.get(slot)
    }

    /// Fills the rows: each role's own rules, and then what it inherits.
    pub(super) fn fill_rows(&mut self) {
        let own: Vec<PermissionSet> = self.roles.iter().map(|role| self.own_row(role)).collect();
        let rows = (0..self.roles.len()).map(|slot| {
            let set = PermissionSet::none(&self.catalogue);
            let mut row = Row { set, superuser: false, locked: false };
            for held in self.lineage(&[slot]) {
                own.get(held).into_iter().for_each(|other| row.set.add(other));
                row.superuser |= self.at(held).is_some_and(|role| role.superuser);
                row.locked |= self.at(held).is_some_and(|role| role.locked);
            }
            row
        });
        self.rows = rows.collect();
        self.is_plain = self.rows.iter().all(|row| !row.superuser && !row.locked);
    }

    fn own_row(&self, role: &Role) -> PermissionSet {
        let mut row = PermissionSet::none(&self.catalogue);
        for rule in &role.rules {
            row.cover(&self.catalogue, rule.effect, &rule.pattern);
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Access, Decision, Effect, Permission, SnapshotBuilder};

    const ROLES: [&str; 4] = ["a", "b", "c", "d"];
    const NAMES: [&str; 6] = ["x:p", "x:q", "y:p", "y:q", "z", "x:p:i"];

    proptest! {
        #[test]
        fn bits_decide_as_patterns_do(
            rules in prop::collection::vec(
                (0_usize..4, any::<bool>(), "(\\*|x|y|x,z)(:(\\*|p|q|p,q)){0,2}"), 0..10,
            ),
            heirs in prop::collection::vec((0_usize..4, 0_usize..4), 0..4),
            held in prop::collection::vec(0_usize..4, 0..4),
            root in 0_usize..12,
        ) {
            let mut policy = SnapshotBuilder::new();
            ROLES.iter().for_each(|role| { policy.role(role, ""); });
            for name in NAMES {
                policy.permission(name).unwrap();
            }
            for (role, deny, pattern) in &rules {
                let effect = if *deny { Effect::Deny } else { Effect::Allow };
                policy.rule(ROLES[*role], effect, pattern).unwrap();
            }
            for (heir, from) in heirs {
                policy.inherit(ROLES[heir], ROLES[from]);
            }
            if let Some(root) = ROLES.get(root) {
                policy.superuser(root);
            }
            let snapshot = policy.build();
            let held: Vec<&str> = held.into_iter().map(|nth| ROLES[nth]).collect();
            let access = Access::compile(&snapshot, held.iter().copied(), []);
            let ids: Vec<_> = held.iter().filter_map(|role| snapshot.role_id(role)).collect();
            for (id, permission) in snapshot.catalogue().iter() {
                let by_name = access.check(permission);
                prop_assert_eq!(access.check_id(id), by_name, "{:?} {}", held, permission);
                prop_assert_eq!(snapshot.check_roles(&ids, id), by_name, "{:?} {}", held, permission);
            }
        }
    }

    #[test]
    fn a_number_of_another_version_is_neither_yes_nor_no() {
        let built = |epoch| {
            let mut policy = SnapshotBuilder::new();
            policy.permission("posts:view").unwrap().epoch(epoch);
            policy.rule("viewer", Effect::Allow, "posts:view").unwrap();
            policy.build()
        };
        let (old, new) = (built(1), built(2));
        let access = Access::compile(&new, ["viewer"], []);
        let role = new.role_id("viewer").unwrap();
        for (id, decision) in [
            (old.permission_id("posts:view").unwrap(), Decision::Indeterminate),
            (new.permission_id("posts:view").unwrap(), Decision::Allow),
        ] {
            assert_eq!(access.check_id(id), decision);
            assert_eq!(new.check_roles(&[role], id), decision);
        }
        let view = Permission::parse("posts:view").unwrap();
        assert_eq!(access.check(&view), Decision::Allow);
    }
}
