//! What a role says about a pattern, and by which of its rules.

use keyward_authz::{Effect, Pattern, RoleView, Snapshot};

/// A role with everything it inherits, nearest first.
pub(super) struct Column<'s> {
    pub(super) role: RoleView<'s>,
    lineage: Vec<RoleView<'s>>,
}

/// The rule that has the last word about a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'s> {
    pub(super) effect: Effect,
    /// Whose rule it is.
    pub(super) role: &'s str,
    /// What the rule covers; `*` for a role that may do everything.
    pub(super) pattern: &'s str,
}

impl<'s> Column<'s> {
    pub(super) fn new(snapshot: &'s Snapshot, role: RoleView<'s>) -> Self {
        Self { role, lineage: lineage(snapshot, role) }
    }

    /// Whether the role is this one or inherits it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.lineage.iter().any(|role| role.name() == name)
    }

    /// What the role itself says about exactly this pattern. A denial wins.
    pub(super) fn own(&self, wanted: &Pattern) -> Option<Effect> {
        let exact = self.role.rules().filter(|(_, pattern)| pattern.as_str() == wanted.as_str());
        let effects: Vec<Effect> = exact.map(|(effect, _)| effect).collect();
        effects.iter().copied().find(|e| *e == Effect::Deny).or_else(|| effects.first().copied())
    }

    /// What has the last word about everything that the pattern covers: a role
    /// that locks its holder out, then one that may do all, then a denial, then
    /// what allows, the nearest first. A rule that covers it in part has none.
    pub(super) fn word(&self, wanted: &Pattern) -> Option<Word<'s>> {
        if let Some(role) = self.lineage.iter().find(|role| role.is_locked()) {
            return Some(Word { effect: Effect::Deny, role: role.name(), pattern: "*" });
        }
        if let Some(role) = self.lineage.iter().find(|role| role.is_superuser()) {
            return Some(Word { effect: Effect::Allow, role: role.name(), pattern: "*" });
        }
        let first = |effect| self.rules(wanted).find(|word| word.effect == effect);
        first(Effect::Deny).or_else(|| first(Effect::Allow))
    }

    fn rules<'a>(&'a self, wanted: &'a Pattern) -> impl Iterator<Item = Word<'s>> + 'a {
        self.lineage.iter().flat_map(move |role| {
            let covering = role.rules().filter(|(_, pattern)| pattern.includes(wanted));
            covering.map(|(effect, pattern)| Word {
                effect,
                role: role.name(),
                pattern: pattern.as_str(),
            })
        })
    }
}

/// The role and all that it inherits, each once: cycles end where they began.
pub(crate) fn lineage<'s>(snapshot: &'s Snapshot, role: RoleView<'s>) -> Vec<RoleView<'s>> {
    let mut found = vec![role];
    let mut next = 0;
    while let Some(role) = found.get(next).copied() {
        for parent in role.parents(snapshot).filter_map(|name| snapshot.role(name)) {
            if !found.iter().any(|known| known.name() == parent.name()) {
                found.push(parent);
            }
        }
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use keyward_authz::{Access, Decision, Permission, SnapshotBuilder};

    use super::*;

    #[test]
    fn a_denial_wins_the_nearest_rule_is_named_and_own_rules_are_told_apart() {
        let mut policy = SnapshotBuilder::new();
        policy.rule("viewer", Effect::Allow, "posts:view").unwrap();
        policy.rule("editor", Effect::Allow, "posts:*").unwrap();
        policy.rule("guest", Effect::Deny, "posts:publish").unwrap();
        policy.inherit("editor", "viewer").inherit("guest", "editor").inherit("viewer", "guest");
        policy.superuser("root").inherit("owner", "root");
        let snapshot = policy.build();
        let check =
            |role: &str, pattern: &str, own: Option<Effect>, word: Option<(Effect, &str)>| {
                let column = Column::new(&snapshot, snapshot.role(role).unwrap());
                let pattern = Pattern::parse(pattern).unwrap();
                assert_eq!(column.own(&pattern), own, "{role} itself {pattern:?}");
                let found = column.word(&pattern).map(|word| (word.effect, word.role));
                assert_eq!(found, word, "{role} {pattern:?}");
            };
        let (allow, deny) = (Effect::Allow, Effect::Deny);
        check("editor", "posts:*", Some(allow), Some((allow, "editor")));
        check("editor", "posts:view", None, Some((allow, "editor")));
        check("guest", "posts:view", None, Some((allow, "editor")));
        check("guest", "posts:publish", Some(deny), Some((deny, "guest")));
        check("editor", "posts:publish", None, Some((deny, "guest")));
        check("guest", "*", None, None);
        check("owner", "anything:at:all", None, Some((allow, "root")));
    }

    /// A policy of five roles with rules and inheritance, cycles included, drawn
    /// from a generator (Knuth's MMIX constants) so that each seed is another.
    fn drawn(seed: u64) -> Snapshot {
        let mut state = seed;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let patterns = ["*", "a:*", "*:x", "a:x", "a:y", "b:x", "a,b:y", "b:*:own", "b:y:own", "a"];
        let mut policy = SnapshotBuilder::new();
        for role in 0..5 {
            let name = format!("r{role}");
            policy.role(&name, "");
            for _ in 0..draw(4) {
                let effect = if draw(3) == 0 { Effect::Deny } else { Effect::Allow };
                let pattern = patterns[usize::try_from(draw(10)).unwrap()];
                policy.rule(&name, effect, pattern).unwrap();
            }
            if draw(2) == 0 {
                policy.inherit(&name, &format!("r{}", draw(5)));
            }
        }
        if draw(4) == 0 {
            policy.superuser("r0");
        }
        if draw(4) == 0 {
            policy.locked("r1");
        }
        policy.build()
    }

    #[test]
    fn a_cell_says_what_a_check_of_a_holder_answers() {
        let asked = ["a:x", "a:y", "b:x", "b:y", "b:y:own", "a", "c:z", "a:x:1"];
        for seed in 0..2_000 {
            let snapshot = drawn(seed);
            for role in snapshot.roles() {
                let column = Column::new(&snapshot, role);
                let holder = Access::compile(&snapshot, [role.name()], []);
                for name in asked {
                    let word = column.word(&Pattern::parse(name).unwrap());
                    let allowed = word.is_some_and(|word| word.effect == Effect::Allow);
                    let answer = holder.check(&Permission::parse(name).unwrap());
                    let told = (seed, role.name(), name, word);
                    assert_eq!(allowed, answer == Decision::Allow, "{told:?}");
                }
            }
        }
    }
}
