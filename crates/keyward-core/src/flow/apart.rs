//! Roles that exclude each other: whether a change of definitions would let
//! somebody hold two of one set by what they hold already.
//!
//! Whoever gives a role looks at the sets, and whoever makes a set looks at what was
//! given. In the same moment neither sees the other: so the one keeps the policy
//! version while it writes, and leaves a mark; the other wants the mark as it was.

use super::{Decide, Gather};
use crate::Error;
use crate::id::UserId;
use crate::port::{Holding, SeveralQuery, Write};
use crate::record::{Definitions, ExclusiveSet, Held};
use crate::refusal::{Clash, Refusal};

/// Accounts that are told.
const MAX_TOLD: usize = 20;
/// Accounts that are looked at; of more it is not known whether they break a set.
const MAX_SEEN: usize = 2_000;
/// Names of roles and groups that one set is looked up by.
const MAX_WAYS: usize = 5_000;
/// Accounts in one look.
const STEP: u32 = 200;

/// What a change of the definitions would bring together.
#[derive(Debug, Default)]
pub(super) struct Apart {
    /// One role, or one group, does.
    breaks: bool,
    /// Accounts do by what they hold.
    clashes: Vec<Clash>,
    /// Perhaps more than these.
    more: bool,
    /// The mark of whoever gave something last, where it was looked at what is held.
    given: Option<Option<Vec<u8>>>,
}

/// Where it is marked that something was given.
const GIVEN: &str = "roles_given";
/// Bytes of a mark, at random.
const MARK: usize = 16;

/// What whoever gives a role, or a place in a group, writes before all else, having
/// looked at these definitions.
pub(super) fn giving(policy: i64, cx: &mut Decide<'_>) -> [Write; 2] {
    [Write::SeePolicy { was: policy }, Write::SetMeta { name: GIVEN.into(), now: mark(cx) }]
}

fn mark(cx: &mut Decide<'_>) -> Vec<u8> {
    let mut mark = vec![0; MARK];
    cx.rng.fill(&mut mark);
    mark
}

impl Apart {
    /// Looks at a change of the definitions from the first to the second. Whoever
    /// breaks a set already is not this change's matter.
    pub(super) async fn when_defined(
        [was, now]: [&Definitions; 2],
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let mut found = Self { breaks: breaks(now) && !breaks(was), ..Self::default() };
        if found.breaks {
            return Ok(found);
        }
        for set in &now.exclusive {
            let things = ways(now, set);
            // Where a set and the ways to its roles are as before, nobody comes in.
            let is_same = was.exclusive.contains(set) && ways(was, set) == things;
            if !is_same && !found.more {
                if found.given.is_none() {
                    // Read before what is held: a mark that is older is safe.
                    found.given = Some(cx.store.meta(GIVEN).await?);
                }
                found.look([was, now], set, things, cx).await?;
            }
        }
        Ok(found)
    }

    async fn look(
        &mut self,
        [was, now]: [&Definitions; 2],
        set: &ExclusiveSet,
        things: Vec<Holding>,
        cx: Gather<'_>,
    ) -> Result<(), Error> {
        let names: usize = things.iter().map(|it| it.roles.len() + it.groups.len()).sum();
        if names > MAX_WAYS {
            self.more = true;
            return Ok(());
        }
        let mut query = SeveralQuery { things, now: cx.now, after: None, limit: STEP };
        for _ in 0..MAX_SEEN / STEP as usize {
            let page = cx.store.holders_of_several(&query).await?;
            for user in &page {
                let held = cx.store.access(*user).await?;
                let roles = held_of(set, now, &held, cx);
                let broke = |old: &ExclusiveSet| {
                    let had = held_of(old, was, &held, cx);
                    roles.iter().all(|role| had.contains(role))
                };
                if roles.len() > 1 && !was.exclusive.iter().any(broke) {
                    self.tell(*user, set, roles);
                }
            }
            if self.more || page.len() < STEP as usize {
                return Ok(());
            }
            query.after = page.last().copied();
        }
        self.more = true;
        Ok(())
    }

    fn tell(&mut self, user: UserId, set: &ExclusiveSet, roles: Vec<String>) {
        match self.clashes.len() < MAX_TOLD {
            true => self.clashes.push(Clash { user, set: set.name.clone(), roles }),
            false => self.more = true,
        }
    }

    /// What to write so that nobody is given something meanwhile.
    pub(super) fn noted(self, cx: &mut Decide<'_>) -> Option<Write> {
        let was = self.given?;
        Some(Write::SwapMeta { name: GIVEN.into(), was, now: mark(cx) })
    }

    /// Whether nobody holds two roles of one set by it.
    ///
    /// # Errors
    /// The refusal that names who does, as far as it is one account or another.
    pub(super) fn look_at(&self) -> Result<(), Refusal> {
        let Self { breaks, clashes, more, .. } = self;
        match (breaks, clashes.is_empty() && !more) {
            (true, _) => Err(Refusal::ExclusiveRoles),
            (false, true) => Ok(()),
            (false, false) => {
                Err(Refusal::ExclusiveHolders { clashes: clashes.clone(), more: *more })
            }
        }
    }
}

/// By which roles and groups each role of a set is held.
fn ways(known: &Definitions, set: &ExclusiveSet) -> Vec<Holding> {
    let way = |role: &String| {
        let heirs = known.roles.iter().filter(|heir| known.leads_to(&heir.inherits, role));
        let heirs = heirs.map(|heir| heir.name.clone()).filter(|name| name != role);
        let groups = known.groups.iter().filter(|group| known.leads_to(&group.roles, role));
        Holding {
            roles: [role.clone()].into_iter().chain(heirs).collect(),
            groups: groups.map(|group| group.name.clone()).collect(),
        }
    };
    set.roles.iter().map(way).collect()
}

/// The roles of a set that somebody holds, now or later.
fn held_of(set: &ExclusiveSet, known: &Definitions, held: &Held, cx: Gather<'_>) -> Vec<String> {
    let now = cx.now;
    let lineage = known.lineage(held.roles_where(known, move |term| !term.has_ended(now)));
    set.roles.iter().filter(|role| lineage.contains(role.as_str())).cloned().collect()
}

/// Whether a role or a group brings roles together that exclude each other.
fn breaks(known: &Definitions) -> bool {
    let clash = |roles: &mut dyn Iterator<Item = &str>| {
        known.conflicts(roles.collect::<Vec<_>>()).next().is_some()
    };
    known.roles.iter().any(|role| clash(&mut [role.name.as_str()].into_iter()))
        || known.groups.iter().any(|group| clash(&mut group.roles.iter().map(String::as_str)))
}
