//! What is not wrong in a policy, but not right either.

use std::fmt;

use super::Policy;
use crate::acl::{Acl, AclEntry, What, Who};
use crate::effect::Effect;
use crate::origin::Origin;
use crate::snapshot::Snapshot;

/// Something that deserves a second look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// What it is called, such as `covered-grant`.
    pub name: &'static str,
    /// What was seen, as a sentence.
    pub message: String,
    /// Where it stands.
    pub origin: Option<Origin>,
}

impl Policy {
    /// Looks the policy over. Everything that is found is advice.
    pub fn lint(&self) -> Vec<Lint> {
        let snapshot = self.snapshot();
        let mut lints = Vec::new();
        covered_grants(snapshot, &mut lints);
        idle_denials(snapshot, &mut lints);
        unreachable_entries(snapshot, &mut lints);
        stars(snapshot, &mut lints);
        exclusive_heirs(snapshot, &mut lints);
        never_used(self, &mut lints);
        lints
    }
}

/// A rule whose whole effect another rule of the same role has as well.
fn covered_grants(snapshot: &Snapshot, lints: &mut Vec<Lint>) {
    for role in snapshot.roles() {
        let rules: Vec<_> = role.own_rules().collect();
        for (nth, rule) in rules.iter().enumerate() {
            let others = rules.iter().enumerate().filter(|(other, _)| *other != nth);
            let mut others = others.filter(|(_, other)| other.effect == rule.effect);
            // Of two equal ones, the later is the one too many.
            let covering = others.find(|(place, other)| {
                other.pattern.includes(&rule.pattern)
                    && (*place < nth || !rule.pattern.includes(&other.pattern))
            });
            if let Some((_, other)) = covering {
                let (own, other) = (&rule.pattern, &other.pattern);
                lints.push(Lint {
                    name: "covered-grant",
                    message: format!("role {}: {own} is covered by {other}", role.name()),
                    origin: rule.origin.clone(),
                });
            }
        }
    }
}

/// A denial of something that nothing allows.
fn idle_denials(snapshot: &Snapshot, lints: &mut Vec<Lint>) {
    let catalogue = snapshot.catalogue();
    let allows = |slot: usize| {
        let mut rules = snapshot.role_rules().filter(|(_, effect, ..)| *effect == Effect::Allow);
        rules.any(|(_, _, pattern, _)| catalogue.covered(pattern).any(|other| other == slot))
    };
    if catalogue.is_empty() {
        return;
    }
    for (id, _, pattern, origin) in snapshot.role_rules().filter(|it| it.1 == Effect::Deny) {
        if !catalogue.covered(pattern).any(allows) {
            lints.push(Lint {
                name: "idle-denial",
                message: format!("{id}: nothing allows {pattern}, so the denial never tells"),
                origin: origin.cloned(),
            });
        }
    }
}

/// An entry that a former one always goes before.
fn unreachable_entries(snapshot: &Snapshot, lints: &mut Vec<Lint>) {
    for name in snapshot.acl_names() {
        let Some(acl) = snapshot.acl(name) else { continue };
        for (place, entry) in acl.entries().iter().enumerate() {
            let former = acl.entries().iter().take(place).position(|it| goes_before(it, entry));
            if let Some(former) = former {
                lints.push(unreachable(acl, name, place, former));
            }
        }
    }
}

fn unreachable(acl: &Acl, name: &str, place: usize, former: usize) -> Lint {
    Lint {
        name: "unreachable-entry",
        message: format!("acl.{name}[{place}] is never reached: [{former}] goes before it"),
        origin: acl.origin(place).cloned(),
    }
}

fn goes_before(former: &AclEntry, entry: &AclEntry) -> bool {
    let whom = former.who == Who::Everyone || former.who == entry.who;
    let what = match (&former.what, &entry.what) {
        (What::Everything, _) => true,
        (What::Permissions(all), What::Permissions(names)) => {
            names.iter().all(|name| all.contains(name))
        }
        (What::Permissions(_), What::Everything) => false,
    };
    whom && what
}

/// Roles that may do everything.
fn stars(snapshot: &Snapshot, lints: &mut Vec<Lint>) {
    let stars = snapshot.role_rules().filter(|it| it.1 == Effect::Allow && it.2.as_str() == "*");
    lints.extend(stars.map(|(id, _, _, origin)| Lint {
        name: "star-grant",
        message: format!("{id} allows everything, now and later"),
        origin: origin.cloned(),
    }));
}

/// A role that inherits roles which exclude each other.
fn exclusive_heirs(snapshot: &Snapshot, lints: &mut Vec<Lint>) {
    for role in snapshot.roles() {
        lints.extend(snapshot.conflicts([role.name()]).into_iter().map(|conflict| Lint {
            name: "exclusive-roles",
            message: format!("role {}: {conflict}", role.name()),
            origin: None,
        }));
    }
}

/// Rules that no test saw at work; only when there are tests.
fn never_used(policy: &Policy, lints: &mut Vec<Lint>) {
    let report = policy.test();
    let untested = report.outcomes.is_empty();
    let never = report.coverage.never().filter(|_| !untested);
    lints.extend(never.map(|(rule, origin)| Lint {
        name: "never-used",
        message: format!("{rule} never decided anything in the tests"),
        origin: origin.cloned(),
    }));
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            write!(f, "{origin}  ")?;
        }
        write!(f, "{} ({})", self.message, self.name)
    }
}
