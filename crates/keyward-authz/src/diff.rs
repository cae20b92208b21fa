//! What one policy gives that another does not: exact, because both are finite.

use std::collections::BTreeSet;
use std::fmt;

use crate::access::Access;
use crate::effect::Decision;
use crate::permission::Permission;
use crate::snapshot::Snapshot;

/// A role and a permission that it allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The role's name.
    pub role: String,
    /// The permission.
    pub permission: String,
}

/// The difference between two policies, as far as roles go; sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// What the new policy allows and the old one did not.
    pub gained: Vec<Pair>,
    /// What the old policy allowed and the new one does not.
    pub lost: Vec<Pair>,
}

impl Snapshot {
    /// What changes when the candidate takes the place of this one: every role
    /// against every permission of either catalogue. Where a catalogue is open,
    /// the permissions that patterns name stand for it.
    pub fn diff(&self, candidate: &Snapshot) -> Diff {
        let both = [self, candidate];
        let names: BTreeSet<&str> = both.iter().flat_map(|it| it.spoken_of()).collect();
        let roles: BTreeSet<&str> =
            both.iter().flat_map(|it| it.roles().map(|role| role.name())).collect();
        let mut diff = Diff::default();
        for role in roles {
            let (before, after) = (self.holding(role), candidate.holding(role));
            for name in &names {
                let was = before.allows(name);
                let changed = match (was, after.allows(name)) {
                    (false, true) => &mut diff.gained,
                    (true, false) => &mut diff.lost,
                    _ => continue,
                };
                changed.push(Pair { role: role.to_owned(), permission: (*name).to_owned() });
            }
        }
        diff
    }

    fn spoken_of(&self) -> impl Iterator<Item = &str> {
        let listed = self.catalogue().iter().map(|(_, permission)| permission.as_str());
        let open = self.catalogue().is_empty();
        let rules = self.roles().flat_map(|role| role.rules().map(|(_, pattern)| pattern.as_str()));
        let dialect = self.dialect();
        let concrete = rules.filter(move |text| Permission::parse_as(dialect, text).is_ok());
        listed.chain(concrete.filter(move |_| open))
    }

    fn holding(&self, role: &str) -> Holding<'_> {
        Holding { snapshot: self, access: Access::compile(self, [role], []) }
    }
}

/// A policy as a holder of one role sees it.
struct Holding<'s> {
    snapshot: &'s Snapshot,
    access: Access,
}

impl Holding<'_> {
    fn allows(&self, name: &str) -> bool {
        let decision = match self.snapshot.permission_id(name) {
            Some(id) => self.access.check_id(id),
            None => self.check(name),
        };
        decision == Decision::Allow
    }

    fn check(&self, name: &str) -> Decision {
        match Permission::parse_as(self.snapshot.dialect(), name) {
            Ok(wanted) if self.snapshot.catalogue().knows(&wanted) => self.access.check(&wanted),
            _ => Decision::Deny,
        }
    }
}

impl Diff {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty()
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.gained.iter().map(|pair| ('+', pair));
        let lost = self.lost.iter().map(|pair| ('-', pair));
        lines
            .by_ref()
            .chain(lost)
            .try_for_each(|(sign, pair)| writeln!(f, "{sign} {} {}", pair.role, pair.permission))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Effect, SnapshotBuilder};

    const ROLES: [&str; 3] = ["a", "b", "c"];
    const NAMES: [&str; 4] = ["x:p", "x:q", "y:p", "y:q"];

    type Rules = Vec<(usize, bool, String)>;

    fn rules() -> impl Strategy<Value = Rules> {
        prop::collection::vec((0_usize..3, any::<bool>(), "(\\*|x|y|z)(:(\\*|p|q))?"), 0..6)
    }

    fn policy(rules: &Rules, names: usize) -> Snapshot {
        let mut policy = SnapshotBuilder::new();
        for name in NAMES.iter().take(names) {
            policy.permission(name).unwrap();
        }
        for (role, deny, pattern) in rules {
            let effect = if *deny { Effect::Deny } else { Effect::Allow };
            policy.rule(ROLES[*role], effect, pattern).unwrap();
        }
        policy.build()
    }

    proptest! {
        #[test]
        fn a_diff_is_what_asking_everything_finds(
            old in rules(), new in rules(), names in (1_usize..=4, 1_usize..=4),
        ) {
            let (old, new) = (policy(&old, names.0), policy(&new, names.1));
            let diff = old.diff(&new);
            for role in ROLES {
                for name in NAMES {
                    let wanted = Permission::parse(name).unwrap();
                    let may = |policy: &Snapshot| {
                        let access = Access::compile(policy, [role], []);
                        policy.decide(&crate::Question::new(&access, &wanted)).decision.allowed()
                    };
                    let pair = Pair { role: role.into(), permission: name.into() };
                    prop_assert_eq!(diff.gained.contains(&pair), !may(&old) && may(&new));
                    prop_assert_eq!(diff.lost.contains(&pair), may(&old) && !may(&new));
                }
            }
            prop_assert!(old.diff(&old).is_empty());
        }
    }

    #[test]
    fn open_catalogues_are_compared_by_what_patterns_name() {
        let rule = |pattern: &str| policy(&vec![(0, false, pattern.to_owned())], 0);
        assert_eq!(rule("x:p").diff(&rule("x:q")).to_string(), "+ a x:q\n- a x:p\n");
        assert_eq!(rule("x:p").diff(&rule("x:*")).to_string(), "");
    }
}
