//! Somebody must be able to administer, also when two administrators take each
//! other away in the same moment.
//!
//! Who counts is an active account that holds the role `admin` for good: given
//! directly, by a group, or inherited by a role that was given. Whoever is one
//! for a while only is not somebody who stays.

use super::Gather;
use super::setup::ADMIN_ROLE;
use crate::Error;
use crate::id::UserId;
use crate::port::{LastingQuery, Write};
use crate::record::{Definitions, Held, User};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// The administrators, as they were seen by whoever is about to take one away.
#[derive(Debug, Default)]
pub(super) struct Admins {
    /// Whether one is taken away.
    pub(super) loses_one: bool,
    /// Whether another stays.
    pub(super) has_other: bool,
    /// How often one was taken away, as stored.
    pub(super) taken: Option<Vec<u8>>,
}

/// Where it is counted how often an administrator was taken away.
pub(super) const TAKEN: &str = "administrators_taken";

impl Admins {
    /// Looks who stays when `user` may not sign in any more.
    pub(super) async fn without(user: &User, cx: Gather<'_>) -> Result<Self, Error> {
        let known = cx.store.definitions().await?;
        let held = cx.store.access(user.id).await?;
        Self::when_held(user, [&held, &Held::default()], &known, cx).await
    }

    /// Looks who stays when what `user` holds changes from the first to the second.
    pub(super) async fn when_held(
        user: &User,
        [was, now]: [&Held; 2],
        known: &Definitions,
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let is_one = |held| user.is_active() && is_admin(held, known, cx.now);
        if !is_one(was) || is_one(now) {
            return Ok(Self::default());
        }
        // Read before the list: a list that is newer than the count is safe.
        let taken = cx.store.meta(TAKEN).await?;
        let all = lasting(known, 2, cx).await?;
        let has_other = all.iter().any(|other| *other != user.id);
        Ok(Self { loses_one: true, has_other, taken })
    }

    /// Looks who stays when the definitions change from the first to the second.
    pub(super) async fn when_defined(
        [was, now]: [&Definitions; 2],
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let (were, are) = (ways(was), ways(now));
        let is_lost = |were: &[String], are: &[String]| were.iter().any(|way| !are.contains(way));
        if !is_lost(&were.roles, &are.roles) && !is_lost(&were.groups, &are.groups) {
            return Ok(Self::default());
        }
        let taken = cx.store.meta(TAKEN).await?;
        let has_other = !lasting(now, 1, cx).await?.is_empty();
        Ok(Self { loses_one: true, has_other, taken })
    }

    /// What to write so that nobody takes the other one away meanwhile.
    pub(super) fn without_one(self) -> Result<Option<Write>, Refusal> {
        match self.has_one() {
            true => Ok(self.noted()),
            false => Err(Refusal::LastAdministrator),
        }
    }

    /// Whether somebody can administer afterwards, or nobody could before.
    pub(super) fn has_one(&self) -> bool {
        !self.loses_one || self.has_other
    }

    /// The same write, whoever stays.
    pub(super) fn noted(self) -> Option<Write> {
        if !self.loses_one {
            return None;
        }
        let count =
            self.taken.as_deref().and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes);
        let now = count.wrapping_add(1).to_be_bytes().to_vec();
        Some(Write::SwapMeta { name: TAKEN.into(), was: self.taken, now })
    }
}

/// By which roles and groups one is an administrator.
pub fn ways(known: &Definitions) -> LastingQuery {
    let leads = |roles: &[String]| known.leads_to(roles, ADMIN_ROLE);
    let heirs = known.roles.iter().filter(|role| leads(&role.inherits) && role.name != ADMIN_ROLE);
    let heirs = heirs.map(|role| role.name.clone());
    let groups = known.groups.iter().filter(|group| leads(&group.roles));
    LastingQuery {
        roles: [ADMIN_ROLE.to_owned()].into_iter().chain(heirs).collect(),
        groups: groups.map(|group| group.name.clone()).collect(),
        ..LastingQuery::default()
    }
}

fn is_admin(held: &Held, known: &Definitions, now: Timestamp) -> bool {
    known.lineage(held.roles_where(known, |term| term.is_lasting(now))).contains(ADMIN_ROLE)
}

/// Those who count, by id.
pub(super) async fn lasting(
    known: &Definitions,
    limit: u32,
    cx: Gather<'_>,
) -> Result<Vec<UserId>, Error> {
    cx.store.lasting_holders(&LastingQuery { now: cx.now, limit, ..ways(known) }).await
}
