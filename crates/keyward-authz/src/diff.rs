//! What one policy gives by its roles that another does not: exact for permissions that
//! have names, because those are finite, and by the role where there is more to it.

use std::collections::BTreeSet;
use std::fmt;

use crate::access::Access;
use crate::effect::{Decision, Effect};
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

/// The difference between two policies, as far as roles go; sorted. What conditions,
/// lists, items and relations give, and limits and scopes, is not in it: see
/// `policy::changed_blocks` for policies from files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// What the new policy allows and the old one did not.
    pub gained: Vec<Pair>,
    /// What the old policy allowed and the new one does not.
    pub lost: Vec<Pair>,
    /// Roles that say something else, which the pairs do not tell in full: patterns that
    /// cover more than one permission with a name, denials of what other roles allow, what
    /// is inherited, and whether a role may do everything or nothing.
    pub further: Vec<String>,
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
            let (was, is) = (self.said_by(role), candidate.said_by(role));
            if was.says_further(&is, |name| diff.tells(role, name)) {
                diff.further.push(role.to_owned());
            }
        }
        diff
    }

    fn said_by(&self, role: &str) -> Said<'_> {
        let Some(role) = self.role(role) else { return Said::default() };
        Said {
            lines: role.rules().map(|(effect, pattern)| (effect, pattern.as_str())).collect(),
            parents: role.parents(self).collect(),
            powers: (role.is_superuser(), role.is_locked()),
        }
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

/// What a role says itself.
#[derive(Default)]
struct Said<'s> {
    lines: BTreeSet<(Effect, &'s str)>,
    parents: BTreeSet<&'s str>,
    powers: (bool, bool),
}

impl Said<'_> {
    /// Whether the other says anything else than what is told already. A denial that
    /// takes nothing from its own role takes it from whoever has another as well.
    fn says_further(&self, other: &Self, is_told: impl Fn(&str) -> bool) -> bool {
        let mut changed = self.lines.symmetric_difference(&other.lines);
        self.powers != other.powers
            || self.parents != other.parents
            || changed.any(|(_, pattern)| !is_told(pattern))
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
    /// Whether one of the pairs is of this role and permission.
    fn tells(&self, role: &str, permission: &str) -> bool {
        let mut pairs = self.gained.iter().chain(&self.lost);
        pairs.any(|pair| pair.role == role && pair.permission == permission)
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty() && self.further.is_empty()
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.gained.iter().map(|pair| ('+', pair));
        let lost = self.lost.iter().map(|pair| ('-', pair));
        lines
            .by_ref()
            .chain(lost)
            .try_for_each(|(sign, pair)| writeln!(f, "{sign} {} {}", pair.role, pair.permission))?;
        self.further.iter().try_for_each(|role| writeln!(f, "~ roles.{role} changed"))
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
    }

    #[test]
    fn a_role_is_named_where_pairs_do_not_tell_what_it_gains() {
        let line = |pattern: &str| vec![(0, false, pattern.to_owned())];
        let differ = |old: &str, new: &str, names: usize| {
            policy(&line(old), names).diff(&policy(&line(new), names)).to_string()
        };
        assert_eq!(differ("x:p", "x:*", 0), "~ roles.a changed\n");
        assert_eq!(differ("x:p", "x:p:7", 4), "- a x:p\n~ roles.a changed\n");
        assert_eq!(differ("x:p", "x:q", 4), "+ a x:q\n- a x:p\n");
        let with = |change: fn(&mut SnapshotBuilder)| {
            let mut policy = SnapshotBuilder::new();
            policy.role("a", "").role("b", "");
            change(&mut policy);
            policy.build()
        };
        let plain = with(|_| {});
        let changes: [fn(&mut SnapshotBuilder); 4] = [
            |policy| _ = policy.superuser("a"),
            |policy| _ = policy.locked("a"),
            |policy| _ = policy.inherit("a", "b"),
            |policy| _ = policy.rule("a", Effect::Deny, "x:p").unwrap(),
        ];
        for change in changes {
            assert_eq!(plain.diff(&with(change)).to_string(), "~ roles.a changed\n");
        }
    }
}
