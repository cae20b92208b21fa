//! Policies and questions at random, and how the engine is told of them.

use keyward_authz::condition::{Condition, Schema};
use keyward_authz::items::{ItemKind, Visibility};
use keyward_authz::rules::{Rule, Rules};
use keyward_authz::{Effect, Pattern, Snapshot, SnapshotBuilder};
use proptest::prelude::*;

pub(super) const NAMES: [&str; 6] = ["x:p", "x:q", "y:p", "y:q", "z", "x:p:i"];
pub(super) const ROLES: [&str; 4] = ["a", "b", "c", "d"];

/// A policy, and who asks for what.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) inherits: Vec<(usize, usize)>,
    pub(super) lines: Vec<Line>,
    /// What is given to whoever asks directly.
    pub(super) grants: Vec<(Effect, String)>,
    pub(super) rules: Vec<Conditional>,
    pub(super) ordered: bool,
    /// Role `b` locks out.
    pub(super) locked: bool,
    /// Role `c` may do everything.
    pub(super) superuser: bool,
    /// An item that the table does not allow is denied.
    pub(super) closed: bool,
    /// Role `a` may do `x:p` with its own items, and role `d` with public ones.
    pub(super) rows: (bool, bool),
    /// The relation gives `x:q`.
    pub(super) gives: bool,
    /// The list in force.
    pub(super) entries: Vec<String>,
    pub(super) held: Vec<usize>,
    pub(super) wanted: &'static str,
    pub(super) banned: bool,
    /// Known, unknown, or not asked for.
    pub(super) groups: Option<bool>,
    /// An item of one's own, or of another.
    pub(super) item: Option<bool>,
    /// Has the relation that gives `x:q`.
    pub(super) reader: bool,
    pub(super) ceilings: Vec<String>,
}

/// A rule of a role.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) role: usize,
    pub(super) effect: Effect,
    pub(super) pattern: String,
}

/// A rule with conditions.
#[derive(Clone, Debug)]
pub(super) struct Conditional {
    pub(super) role: Option<usize>,
    pub(super) effect: Effect,
    pub(super) pattern: String,
    pub(super) when: When,
    pub(super) unless: When,
    pub(super) absolute: bool,
}

/// How a condition comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Holds,
    HoldsNot,
    Fails,
}

pub(super) fn pattern() -> &'static str {
    "(\\*|x|y|z|x,z)(:(\\*|p|q|p,q)){0,2}"
}

pub(super) fn worlds() -> impl Strategy<Value = World> {
    (policies(), questions()).prop_map(|(policy, question)| World {
        held: question.held,
        wanted: question.wanted,
        banned: question.banned,
        groups: question.groups,
        item: question.item,
        reader: question.reader,
        ceilings: question.ceilings,
        ..policy
    })
}

fn policies() -> impl Strategy<Value = World> {
    let inherits = prop::collection::vec((0..ROLES.len(), 0..ROLES.len()), 0..3);
    let lines = prop::collection::vec(line(), 0..5);
    let rules = prop::collection::vec(conditional(), 0..4);
    let entry = "(allow|deny) (staff|guests|@everyone|@authenticated) (x:p|x:q|y:p|z)(,x:p:i)?";
    let entries = prop::collection::vec(entry, 0..3);
    let grants = prop::collection::vec((effect(), pattern().prop_map(String::from)), 0..2);
    let flags = (
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    );
    (inherits, lines, grants, rules, entries, flags).prop_map(
        |(inherits, lines, grants, rules, entries, (ordered, locked, superuser, closed))| World {
            inherits,
            lines,
            grants,
            rules,
            ordered,
            locked,
            superuser,
            closed,
            entries,
            ..World::nobody()
        },
    )
}

fn questions() -> impl Strategy<Value = World> {
    let groups = prop_oneof![4 => Just(None), 4 => Just(Some(true)), 1 => Just(Some(false))];
    let ceilings = prop_oneof![
        3 => Just(vec![]),
        1 => prop::collection::vec(pattern().prop_map(String::from), 1..3),
    ];
    let held = prop::collection::vec(0..ROLES.len(), 0..3);
    let wanted = prop::sample::select(&NAMES[..]);
    let (item, banned) = (prop::option::of(any::<bool>()), prop::bool::weighted(0.05));
    (held, wanted, banned, groups, item, prop::bool::weighted(0.2), ceilings).prop_map(
        |(held, wanted, banned, groups, item, reader, ceilings)| World {
            held,
            wanted,
            banned,
            groups,
            item,
            reader,
            ceilings,
            ..World::nobody()
        },
    )
}

fn effect() -> impl Strategy<Value = Effect> {
    prop_oneof![3 => Just(Effect::Allow), 1 => Just(Effect::Deny)]
}

fn line() -> impl Strategy<Value = Line> {
    (0..ROLES.len(), effect(), pattern()).prop_map(|(role, effect, pattern)| Line {
        role,
        effect,
        pattern,
    })
}

fn conditional() -> impl Strategy<Value = Conditional> {
    let when =
        || prop_oneof![4 => Just(When::Holds), 1 => Just(When::HoldsNot), 1 => Just(When::Fails)];
    let unless =
        prop_oneof![4 => Just(When::HoldsNot), 1 => Just(When::Holds), 1 => Just(When::Fails)];
    let role = prop::option::of(0..ROLES.len());
    (role, effect(), pattern(), when(), unless, any::<bool>()).prop_map(
        |(role, effect, pattern, when, unless, absolute)| Conditional {
            role,
            effect,
            pattern,
            when,
            unless,
            absolute,
        },
    )
}

impl World {
    fn nobody() -> Self {
        Self {
            inherits: vec![],
            lines: vec![],
            grants: vec![],
            rules: vec![],
            ordered: false,
            locked: false,
            superuser: false,
            closed: false,
            rows: (true, true),
            gives: true,
            entries: vec![],
            held: vec![],
            wanted: NAMES[0],
            banned: false,
            groups: None,
            item: None,
            reader: false,
            ceilings: vec![],
        }
    }

    pub(super) fn held(&self) -> impl Iterator<Item = &'static str> {
        self.held.iter().map(|nth| ROLES[*nth])
    }

    /// The same with a rule that allows everybody.
    pub(super) fn with_rule_that_allows(&self, pattern: &str) -> Self {
        let mut more = self.clone();
        more.rules.push(Conditional {
            role: None,
            effect: Effect::Allow,
            pattern: pattern.to_owned(),
            when: When::Holds,
            unless: When::HoldsNot,
            absolute: false,
        });
        more
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let mut policy = SnapshotBuilder::new();
        NAMES.iter().for_each(|name| {
            policy.permission(name).unwrap();
        });
        ROLES.iter().for_each(|role| {
            policy.role(role, "");
        });
        for (heir, from) in &self.inherits {
            policy.inherit(ROLES[*heir], ROLES[*from]);
        }
        for line in &self.lines {
            policy.rule(ROLES[line.role], line.effect, &line.pattern).unwrap();
        }
        let mut rules = if self.ordered { Rules::ordered() } else { Rules::new() };
        for (nth, rule) in self.rules.iter().enumerate() {
            rules.push(rule.compiled(nth));
        }
        policy.rules(rules);
        if self.locked {
            policy.locked("b");
        }
        if self.superuser {
            policy.superuser("c");
        }
        self.blocks(&mut policy);
        policy.build()
    }

    /// Items of type `x`, and the relation that reads them.
    fn blocks(&self, policy: &mut SnapshotBuilder) {
        let mut kind = ItemKind::builder();
        kind.actions(["p", "q"]).unwrap().visibilities(Visibility::ALL);
        if self.rows.0 {
            kind.owned("a", ["p"]).unwrap();
        }
        if self.rows.1 {
            kind.other("d", Visibility::Public, ["p"]).unwrap();
        }
        if self.closed {
            kind.closed();
        }
        policy.item_kind("x", kind.build());
        policy.relation("user", "self", "[user]").unwrap();
        policy.relation("x", "reader", "[user]").unwrap();
        if self.gives {
            policy.relation_grant("x", "x:q", "reader").unwrap();
        }
    }
}

impl Conditional {
    fn compiled(&self, nth: usize) -> Rule {
        let pattern = Pattern::parse(&self.pattern).unwrap();
        Rule {
            roles: self.role.iter().map(|role| ROLES[*role].into()).collect(),
            when: Some(self.when.condition()),
            unless: Some(self.unless.condition()),
            absolute: self.absolute,
            ..Rule::new(&format!("rule-{nth}"), self.effect, [pattern])
        }
    }
}

impl When {
    fn condition(self) -> Condition {
        let text = match self {
            When::Holds => "context.on",
            When::HoldsNot => "!context.on",
            When::Fails => "context.missing",
        };
        Condition::compile(text, &Schema::new()).unwrap()
    }
}
