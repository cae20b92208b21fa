//! Somebody must be able to administer, also when two administrators take each
//! other away in the same moment.
//!
//! Who counts is an active account that holds the role `admin` for good: given
//! directly, by a group, or inherited by a role that was given. Whoever is one
//! for a while only is not somebody who stays, and whoever the policy denies what
//! an administrator undoes mistakes with is none.

mod power;

use super::Gather;
use super::fixed::{Fixed, Known};
use super::setup::ADMIN_ROLE;
use crate::Error;
use crate::id::UserId;
use crate::port::{LastingQuery, Write};
use crate::record::{Definitions, Held, Subject};
use crate::refusal::Refusal;
use crate::time::Timestamp;
pub use power::UNDO;
use power::{Power, Undo};

/// The administrators, as they were seen by whoever is about to take one away.
#[derive(Debug, Default)]
pub(super) struct Admins {
    /// What somebody could undo, and nobody can afterwards.
    lost: bool,
    /// An administrator, or what makes one, is changed.
    touched: bool,
    /// How often that happened, as stored.
    taken: Option<Vec<u8>>,
}

/// Where it is counted how often administrators were touched.
const TAKEN: &str = "administrators_taken";
/// Administrators that are asked about.
const MAX_ASKED: u32 = 200;

impl Admins {
    /// Looks who stays when `who` may not sign in any more.
    pub(super) async fn without(who: &Subject, cx: Gather<'_>) -> Result<Self, Error> {
        let known = cx.known().await?;
        let held = cx.store.access(who.user.id).await?;
        Self::when_held(who, [&held, &Held::default()], &known, cx).await
    }

    /// Looks who stays when what `who` holds changes from the first to the second.
    pub(super) async fn when_held(
        who: &Subject,
        [was, now]: [&Held; 2],
        known: &Known<'_>,
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let is_one = |held| is_admin(held, &known.rows, cx.now);
        if !who.user.is_active() || !is_one(was) && !is_one(now) {
            return Ok(Self::default());
        }
        // Read before the list: a list that is newer than the count is safe.
        let taken = cx.store.meta(TAKEN).await?;
        let power = Power::of(&known.fixed, &known.rows)?;
        let of = |held| if is_one(held) { power.of_one(who, held, cx) } else { Undo::default() };
        let mut lost = of(was).without(of(now));
        for other in lasting(&known.rows, cx).await? {
            if other == who.user.id {
                continue;
            }
            if lost.is_nothing() {
                break;
            }
            lost = lost.without(power.of_account(other, cx).await?);
        }
        Ok(Self { lost: !lost.is_nothing(), touched: true, taken })
    }

    /// Looks who stays when the rows, and what is said beside them, change from
    /// the first to the second.
    pub(super) async fn when_defined(
        [was, now]: [(&Fixed, &Definitions); 2],
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let taken = cx.store.meta(TAKEN).await?;
        let before = everybody(was, cx).await?;
        let after = everybody(now, cx).await?;
        // Of more than that, the rest is not looked at: they may lose anything.
        let before = if before.more { Undo::all() } else { before.undo };
        Ok(Self { lost: !before.without(after.undo).is_nothing(), touched: true, taken })
    }

    /// What to write so that nobody takes the other one away meanwhile.
    pub(super) fn without_one(self) -> Result<Option<Write>, Refusal> {
        self.forced(false)
    }

    /// The same; whoever forces it needs nobody to stay.
    pub(super) fn forced(self, force: bool) -> Result<Option<Write>, Refusal> {
        match self.has_one() || force {
            true => Ok(self.noted()),
            false => Err(Refusal::LastAdministrator),
        }
    }

    /// Whether what administrators undo can be undone afterwards, or could not before.
    pub(super) fn has_one(&self) -> bool {
        !self.lost
    }

    /// The same write, whoever stays.
    pub(super) fn noted(self) -> Option<Write> {
        if !self.touched {
            return None;
        }
        let count =
            self.taken.as_deref().and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes);
        let now = count.wrapping_add(1).to_be_bytes().to_vec();
        Some(Write::SwapMeta { name: TAKEN.into(), was: self.taken, now })
    }
}

/// What administrators can undo together.
struct Together {
    undo: Undo,
    /// There are more than were asked about.
    more: bool,
}

async fn everybody(
    (fixed, rows): (&Fixed, &Definitions),
    cx: Gather<'_>,
) -> Result<Together, Error> {
    let power = Power::of(fixed, rows)?;
    let all = lasting(rows, cx).await?;
    let mut undo = Undo::default();
    for user in &all {
        if undo == Undo::all() {
            break;
        }
        undo = undo.with(power.of_account(*user, cx).await?);
    }
    Ok(Together { undo, more: all.len() >= MAX_ASKED as usize })
}

/// Whether somebody can administer with what this policy file says in place of
/// the one that is in force, or nobody could before.
///
/// # Errors
/// When the store cannot be asked, or the file does not go with what is stored.
pub async fn stay_with(file: &Fixed, cx: Gather<'_>) -> Result<bool, Error> {
    let Known { rows, fixed: was, .. } = cx.known().await?;
    let now = file.at(rows.document.as_ref())?;
    Ok(Admins::when_defined([(&was, &rows), (&now, &rows)], cx).await?.has_one())
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

/// Whether an account is an administrator at this moment, for good or for a while.
pub(super) async fn is_one_now(user: UserId, cx: Gather<'_>) -> Result<bool, Error> {
    let known = cx.store.definitions().await?;
    let held = cx.store.access(user).await?;
    let roles = held.roles_where(&known, |term| term.covers(cx.now));
    Ok(known.lineage(roles).contains(ADMIN_ROLE))
}

fn is_admin(held: &Held, known: &Definitions, now: Timestamp) -> bool {
    known.lineage(held.roles_where(known, |term| term.is_lasting(now))).contains(ADMIN_ROLE)
}

/// Those who hold the role, by id. No policy defines one that inherits it.
async fn lasting(rows: &Definitions, cx: Gather<'_>) -> Result<Vec<UserId>, Error> {
    let query = LastingQuery { now: cx.now, limit: MAX_ASKED, ..ways(rows) };
    cx.store.lasting_holders(&query).await
}
