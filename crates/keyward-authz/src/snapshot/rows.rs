//! Each role as a row of bits over the catalogue, inherited rules included.

use std::collections::BTreeMap;

use super::{RoleView, Snapshot};
use crate::catalogue::{Catalogue, PermissionId, PermissionSet};
use crate::effect::Decision;
use crate::pattern::Pattern;

/// What each role and all that it inherits say about the catalogue. One block,
/// role by role, so that a look at one role touches one cache line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// Pairs in one row.
    width: usize,
    pairs: Box<[[u64; 2]]>,
    powers: Box<[Power]>,
    /// No role is a superuser's, and none is locked.
    is_plain: bool,
}

/// What a role does to its holder beside its rules.
#[derive(Clone, Copy, Debug, Default)]
struct Power {
    superuser: bool,
    locked: bool,
}

/// What several rows say together.
#[derive(Clone, Copy, Default)]
struct Sum {
    allow: bool,
    deny: bool,
    power: Power,
}

/// A role by number. It belongs to the snapshot that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId {
    epoch: u32,
    slot: u32,
}

impl Rows {
    fn row(&self, slot: usize) -> Option<&[[u64; 2]]> {
        let start = slot.checked_mul(self.width)?;
        self.pairs.get(start..start.checked_add(self.width)?)
    }

    /// Adds what one role says about a permission.
    fn add(&self, sum: &mut Sum, slot: usize, wanted: PermissionId) -> Option<()> {
        let (word, bit) = wanted.place();
        let [allow, deny] =
            self.pairs.get(slot * self.width + word).filter(|_| word < self.width)?;
        sum.allow |= allow & bit != 0;
        sum.deny |= deny & bit != 0;
        if !self.is_plain {
            let power = self.powers.get(slot)?;
            sum.power.superuser |= power.superuser;
            sum.power.locked |= power.locked;
        }
        Some(())
    }
}

impl Sum {
    fn decision(self) -> Decision {
        match self {
            Sum { power: Power { locked: true, .. }, .. } => Decision::Deny,
            Sum { power: Power { superuser: true, .. }, .. } => Decision::Allow,
            Sum { allow: true, deny: false, .. } => Decision::Allow,
            _ => Decision::Deny,
        }
    }
}

impl Snapshot {
    /// The number of a role, to check with.
    pub fn role_id(&self, name: &str) -> Option<RoleId> {
        let slot = u32::try_from(self.slot(name)?).ok()?;
        Some(RoleId { epoch: self.catalogue.epoch(), slot })
    }

    /// What a role says about the catalogue, inherited rules included.
    pub fn row(&self, role: RoleView<'_>) -> PermissionSet {
        let mut set = PermissionSet::none(&self.catalogue);
        if let Some(slot) = self.slot(role.name()) {
            self.add_row(slot, &mut set);
        }
        set
    }

    /// Whether a holder of these roles, without grants of its own, may do this.
    /// For callers that keep the roles of many subjects and not their
    /// [`Access`](crate::Access). Allocates nothing.
    pub fn check_roles(&self, roles: &[RoleId], wanted: PermissionId) -> Decision {
        let epoch = self.catalogue.epoch();
        let mut sum = Sum::default();
        for role in roles {
            let same = role.epoch == epoch && wanted.epoch == epoch;
            if !same || self.rows.add(&mut sum, role.slot as usize, wanted).is_none() {
                return Decision::Indeterminate;
            }
        }
        sum.decision()
    }

    /// Adds what a role says to a set.
    pub(crate) fn add_row(&self, slot: usize, set: &mut PermissionSet) {
        if let Some(row) = self.rows.row(slot) {
            set.add(row);
        }
    }

    /// Whether a role allows this by itself.
    pub(crate) fn allows_alone(&self, slot: usize, wanted: PermissionId) -> bool {
        let mut sum = Sum::default();
        let known = wanted.epoch == self.catalogue.epoch();
        known && self.rows.add(&mut sum, slot, wanted).is_some() && sum.decision().allowed()
    }

    /// Fills the rows: each role's own rules, and then what it inherits.
    pub(super) fn fill_rows(&mut self) {
        let own = self.own_rows();
        let width = PermissionSet::none(&self.catalogue).pairs().len();
        let mut pairs = Vec::with_capacity(width * self.roles.len());
        let mut powers = Vec::with_capacity(self.roles.len());
        for slot in 0..self.roles.len() {
            let mut row = PermissionSet::none(&self.catalogue);
            let mut power = Power::default();
            for held in self.lineage(&[slot]) {
                own.get(held).into_iter().for_each(|other| row.add(other.pairs()));
                power.superuser |= self.at(held).is_some_and(|role| role.superuser);
                power.locked |= self.at(held).is_some_and(|role| role.locked);
            }
            pairs.extend_from_slice(row.pairs());
            powers.push(power);
        }
        let is_plain = powers.iter().all(|power| !power.superuser && !power.locked);
        self.rows = Rows { width, pairs: pairs.into(), powers: powers.into(), is_plain };
    }

    fn own_rows(&self) -> Vec<PermissionSet> {
        let mut covers = Covers { catalogue: &self.catalogue, seen: BTreeMap::new() };
        let rows = self.roles.iter().map(|role| {
            let mut row = PermissionSet::none(&self.catalogue);
            for rule in &role.rules {
                row.mark(rule.effect, covers.of(&rule.pattern).iter().copied());
            }
            row
        });
        rows.collect()
    }
}

/// What patterns cover, each found once: roles hold the same ones over and over.
struct Covers<'c> {
    catalogue: &'c Catalogue,
    seen: BTreeMap<&'c str, Box<[u32]>>,
}

impl<'c> Covers<'c> {
    fn of(&mut self, pattern: &'c Pattern) -> &[u32] {
        let catalogue = self.catalogue;
        self.seen.entry(pattern.as_str()).or_insert_with(|| {
            catalogue.covered(pattern).filter_map(|it| it.try_into().ok()).collect()
        })
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
