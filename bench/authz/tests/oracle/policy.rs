//! Policies at random: roles that inherit, allow and deny, superusers, and rules
//! with conditions.

use keyward_authz::condition::{Condition, Schema};
use keyward_authz::rules::Rule;
use keyward_authz::{Effect, Pattern, Snapshot, SnapshotBuilder};
use proptest::prelude::*;

use crate::condition::conditions;

pub(crate) const NAMES: [&str; 6] = ["x:p", "x:q", "y:p", "y:q", "z", "x:p:i"];
pub(crate) const ROLES: [&str; 4] = ["a", "b", "c", "d \"quoted\""];

#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Each below a role further on.
    inherits: Vec<(usize, usize)>,
    rules: Vec<(usize, Effect, String)>,
    whens: Vec<When>,
    superuser: bool,
    locked: bool,
}

/// A rule with conditions.
#[derive(Clone, Debug)]
struct When {
    effect: Effect,
    pattern: String,
    roles: Vec<usize>,
    when: Option<String>,
    unless: Option<String>,
    absolute: bool,
}

pub(crate) fn policies() -> impl Strategy<Value = Policy> {
    let effect = || prop_oneof![3 => Just(Effect::Allow), 1 => Just(Effect::Deny)];
    let inherits = prop::collection::vec((0..ROLES.len() - 1, 1..ROLES.len()), 0..4);
    let rules = prop::collection::vec((0..ROLES.len(), effect(), pattern()), 0..5);
    let condition = || prop::option::weighted(0.7, conditions());
    let roles = prop::collection::vec(0..ROLES.len(), 0..3);
    let when = (effect(), pattern(), roles, condition(), condition(), any::<bool>());
    let when = when.prop_map(|(effect, pattern, roles, when, unless, absolute)| When {
        effect,
        pattern,
        roles,
        when,
        unless,
        absolute,
    });
    let whens = prop::collection::vec(when, 0..4);
    let (superuser, locked) = (prop::bool::weighted(0.3), prop::bool::weighted(0.1));
    (inherits, rules, whens, superuser, locked).prop_map(
        |(inherits, rules, whens, superuser, locked)| Policy {
            inherits: inherits.into_iter().filter(|(heir, from)| heir < from).collect(),
            rules,
            whens,
            superuser,
            locked,
        },
    )
}

fn pattern() -> &'static str {
    "(\\*|x|y|x,z|w)(:(\\*|p|q|p,q)){0,2}"
}

impl Policy {
    /// Allows everything to everybody where this holds.
    pub(crate) fn of_one(when: &str) -> Self {
        let when = When {
            effect: Effect::Allow,
            pattern: "*".to_owned(),
            roles: vec![],
            when: Some(when.to_owned()),
            unless: None,
            absolute: false,
        };
        Self { inherits: vec![], rules: vec![], whens: vec![when], superuser: false, locked: false }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut policy = SnapshotBuilder::new();
        for name in NAMES {
            policy.permission(name).unwrap();
        }
        ROLES.iter().for_each(|role| {
            policy.role(role, "");
        });
        for (heir, from) in &self.inherits {
            policy.inherit(ROLES[*heir], ROLES[*from]);
        }
        for (role, effect, pattern) in &self.rules {
            policy.rule(ROLES[*role], *effect, pattern).unwrap();
        }
        for (nth, when) in self.whens.iter().enumerate() {
            policy.conditional(when.rule(nth));
        }
        if self.superuser {
            policy.superuser("c");
        }
        if self.locked {
            policy.locked("b");
        }
        policy.build()
    }
}

impl When {
    fn rule(&self, nth: usize) -> Rule {
        let compile = |text: &String| {
            Condition::compile(text, &Schema::new())
                .unwrap_or_else(|error| panic!("{text}: {error}"))
        };
        Rule {
            roles: self.roles.iter().map(|nth| ROLES[*nth].into()).collect(),
            when: self.when.as_ref().map(compile),
            unless: self.unless.as_ref().map(compile),
            absolute: self.absolute,
            ..Rule::new(
                &format!("rule-{nth}"),
                self.effect,
                [Pattern::parse(&self.pattern).unwrap()],
            )
        }
    }
}
