//! What everybody is given: 1,000 roles three deep, 10,000 permissions, 100,000
//! users with two roles each, and 10,000 rules of which a tenth are wildcards
//! and one in fifty denies.

use keyward_authz::Effect;

pub(crate) const ROLES: usize = 1_000;
pub(crate) const TYPES: usize = 500;
pub(crate) const VERBS: usize = 20;
pub(crate) const USERS: usize = 100_000;
const GRANTS: usize = 10_000;

/// What everybody is given.
pub(crate) struct Workload {
    pub(crate) grants: Vec<Grant>,
    pub(crate) users: Vec<User>,
}

/// A rule of a role.
pub(crate) struct Grant {
    pub(crate) role: usize,
    pub(crate) effect: Effect,
    /// Nothing is `*`.
    pub(crate) kind: Option<usize>,
    /// Nothing is `*`.
    pub(crate) verb: Option<usize>,
}

pub(crate) struct User {
    pub(crate) id: u128,
    pub(crate) roles: [usize; 2],
}

impl Workload {
    /// The same in every run.
    pub(crate) fn new() -> Self {
        let mut random = Random(7);
        let grants = (0..GRANTS).map(|_| Grant::at_random(&mut random)).collect();
        let user = |random: &mut Random| User {
            id: u128::from(random.next()) << 64 | u128::from(random.next()),
            roles: [random.below(ROLES), random.below(ROLES)],
        };
        let users = (0..USERS).map(|_| user(&mut random)).collect();
        Self { grants, users }
    }

    /// The place of a user who is picked at random.
    pub(crate) fn somebody(&self, random: &mut Random) -> usize {
        random.below(self.users.len())
    }
}

impl Grant {
    fn at_random(random: &mut Random) -> Self {
        let (kind, verb) = (random.below(TYPES), random.below(VERBS));
        let (kind, verb) = match random.below(20) {
            0 => (Some(kind), None),
            1 => (None, Some(verb)),
            _ => (Some(kind), Some(verb)),
        };
        let effect = if random.below(50) == 0 { Effect::Deny } else { Effect::Allow };
        Self { role: random.below(ROLES), effect, kind, verb }
    }

    /// The rule as a pattern.
    pub(crate) fn pattern(&self) -> String {
        match (self.kind, self.verb) {
            (Some(kind), Some(verb)) => permission(kind * VERBS + verb),
            (Some(kind), None) => format!("type-{kind}:*"),
            (None, Some(verb)) => format!("*:verb-{verb}"),
            (None, None) => "*".to_owned(),
        }
    }

    /// The permissions that it covers.
    pub(crate) fn covers(&self) -> impl Iterator<Item = usize> {
        let within = |only: Option<usize>, all| only.map_or(0..all, |it| it..it + 1);
        let verbs = within(self.verb, VERBS);
        within(self.kind, TYPES)
            .flat_map(move |kind| verbs.clone().map(move |verb| kind * VERBS + verb))
    }
}

/// The role that a role inherits; chains are three long.
pub(crate) fn parent(role: usize) -> Option<usize> {
    (!role.is_multiple_of(3)).then(|| role - 1)
}

/// A role and all that it inherits.
pub(crate) fn with_parents(role: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(role), |role| parent(*role))
}

pub(crate) fn permission(nth: usize) -> String {
    format!("type-{}:verb-{}", nth / VERBS, nth % VERBS)
}

pub(crate) fn role_name(nth: usize) -> String {
    format!("role-{nth}")
}

pub(crate) fn user_name(nth: usize) -> String {
    format!("user-{nth}")
}

/// The same sequence in every run; SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ it >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ it >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ it >> 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}
