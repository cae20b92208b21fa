//! Which roles a role brings with it.

use std::sync::Arc;

use super::Snapshot;

impl Snapshot {
    /// These roles and all that they inherit, nearest first, each once. A cycle
    /// ends where it began.
    pub(crate) fn lineage(&self, roles: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.roles.len()];
        let mut found = Vec::new();
        let mut visit = |slot: usize, found: &mut Vec<usize>| {
            if seen.get_mut(slot).is_some_and(|seen| !std::mem::replace(seen, true)) {
                found.push(slot);
            }
        };
        roles.iter().for_each(|slot| visit(*slot, &mut found));
        let mut next = 0;
        while let Some(role) = found.get(next).and_then(|slot| self.roles.get(*slot)) {
            role.parents.iter().for_each(|slot| visit(*slot, &mut found));
            next += 1;
        }
        found
    }

    /// The shortest way from a role down to one that it inherits, both included.
    pub(crate) fn path(&self, from: &str, to: &str) -> Option<Vec<Arc<str>>> {
        let (from, to) = (self.slot(from)?, self.slot(to)?);
        let mut came_from = vec![None; self.roles.len()];
        let mut queue = vec![from];
        let mut next = 0;
        while let Some(slot) = queue.get(next).copied().filter(|slot| *slot != to) {
            for parent in &self.roles.get(slot)?.parents {
                let trace = came_from.get_mut(*parent)?;
                if *parent != from && trace.is_none() {
                    *trace = Some(slot);
                    queue.push(*parent);
                }
            }
            next += 1;
        }
        queue.get(next)?;
        self.retrace(&came_from, to)
    }

    fn retrace(&self, came_from: &[Option<usize>], to: usize) -> Option<Vec<Arc<str>>> {
        let mut path = Vec::new();
        let mut slot = Some(to);
        while let Some(here) = slot {
            path.push(Arc::clone(&self.roles.get(here)?.name));
            slot = *came_from.get(here)?;
        }
        path.reverse();
        Some(path)
    }

    /// The roles that inherit themselves, in the order of definition. A policy
    /// with any should be refused.
    pub fn cycles(&self) -> Vec<Arc<str>> {
        let in_cycle = self
            .roles
            .iter()
            .enumerate()
            .filter(|(slot, role)| self.lineage(&role.parents).contains(slot));
        in_cycle.map(|(_, role)| Arc::clone(&role.name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Access, Decision, Effect, Permission, Snapshot, SnapshotBuilder};

    fn policy() -> Snapshot {
        let mut policy = SnapshotBuilder::new();
        policy.rule("viewer", Effect::Allow, "posts:view").unwrap();
        policy.rule("editor", Effect::Allow, "posts:edit,publish").unwrap();
        policy.rule("contractor", Effect::Deny, "posts:publish").unwrap();
        policy.inherit("editor", "viewer").inherit("contractor", "editor");
        policy.inherit("owner", "root").superuser("root");
        policy.inherit("snake", "tail").inherit("tail", "snake").inherit("tail", "viewer");
        policy.build()
    }

    #[track_caller]
    fn check(role: &str, wanted: &str, decision: Decision, path: &[&str]) {
        let snapshot = policy();
        let access = Access::compile(&snapshot, [role], []);
        let wanted = Permission::parse(wanted).unwrap();
        assert_eq!(access.check(&wanted), decision, "{role} {wanted}");
        assert_eq!(access.explain(&snapshot, &wanted).path, path, "{role} {wanted}");
    }

    #[test]
    fn a_role_brings_what_it_inherits() {
        check("editor", "posts:view", Decision::Allow, &["subject", "editor", "viewer"]);
        check(
            "contractor",
            "posts:view",
            Decision::Allow,
            &["subject", "contractor", "editor", "viewer"],
        );
        check("viewer", "posts:edit", Decision::Deny, &[]);
    }

    #[test]
    fn a_denial_of_the_heir_overrides_what_it_inherits() {
        check("contractor", "posts:publish", Decision::Deny, &["subject", "contractor"]);
    }

    #[test]
    fn a_superuser_is_inherited_too() {
        check("owner", "anything", Decision::Allow, &["subject", "owner", "root"]);
    }

    #[test]
    fn a_cycle_ends_and_is_reported() {
        check("snake", "posts:view", Decision::Allow, &["subject", "snake", "tail", "viewer"]);
        let cycles: Vec<_> = policy().cycles().iter().map(ToString::to_string).collect();
        assert_eq!(cycles, ["snake", "tail"]);
    }

    #[test]
    fn inherited_roles_are_held_but_not_assigned() {
        let access = Access::compile(&policy(), ["contractor"], []);
        assert_eq!(access.roles().join(" "), "contractor");
        assert_eq!(access.all_roles().join(" "), "contractor editor viewer");
        assert!(access.has_role("viewer") && access.has_any_role(&["ghost", "editor"]));
    }
}
