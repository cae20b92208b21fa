//! What a change of the matrix would do, before it is done.

use std::collections::BTreeSet;

use keyward_authz::{Effect, Pattern, Snapshot};
use keyward_core::Error;
use keyward_core::flow::matrix::{Cell, ChangeMatrix};
use keyward_core::flow::role::effect_name;
use keyward_core::id::UserId;
use keyward_core::port::{MemberQuery, PeopleQuery};
use keyward_core::record::Definitions;
use schemars::JsonSchema;
use serde::Serialize;

use super::grid::Column;
use super::rows;
use crate::engine::Keyward;

/// Holders of a role that are counted one by one.
const MAX_COUNTED: usize = 1_000;
/// Permissions that are named for one role.
const MAX_NAMED: usize = 50;

/// What a change of the matrix would do.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ReviewView {
    /// The version of the definitions that it was compared with.
    pub version: i64,
    /// Each cell that would change.
    pub changes: Vec<CellChange>,
    /// Each role whose holders gain or lose something, by name.
    pub roles: Vec<RoleReview>,
    /// Accounts that hold one of these roles.
    pub people: usize,
    /// Whether there are more accounts than were counted.
    pub more_people: bool,
}

/// A cell that would change.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CellChange {
    /// Which role.
    pub role: String,
    /// The pattern.
    pub permission: String,
    /// Its own rule now.
    pub was: Option<&'static str>,
    /// Its own rule then.
    pub now: Option<&'static str>,
}

/// What the holders of a role gain and lose by it, as far as this role goes.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RoleReview {
    /// Its name.
    pub role: String,
    /// What it allows then and not now; at most 50.
    pub gains: Vec<String>,
    /// What it allows now and not then; at most 50.
    pub loses: Vec<String>,
    /// Whether more is gained or lost than is named.
    pub more: bool,
    /// Accounts that hold it.
    pub people: usize,
}

impl Keyward {
    /// What a change of the matrix would do now, whatever version it was made for.
    pub async fn review_matrix(&self, change: &ChangeMatrix) -> Result<ReviewView, Error> {
        let known = self.0.store.definitions().await?;
        let mut then = known.clone();
        let changed: Vec<&Cell> = change.cells.iter().filter(|cell| !cell.is_so(&known)).collect();
        changed.iter().for_each(|cell| cell.apply(&mut then));
        let (before, after) = (self.policy_at(&known)?, self.policy_with(&then)?);
        let mut roles = compare(&before.snapshot, &after.snapshot, &changed);
        let (people, more_people) = self.count_people(&known, &mut roles).await?;
        Ok(ReviewView {
            version: known.version,
            changes: changed.iter().map(|cell| described(&before.snapshot, cell)).collect(),
            more_people,
            roles,
            people,
        })
    }

    /// Counts the holders of each role and of all, and tells whether there are more.
    pub(crate) async fn count_people(
        &self,
        known: &Definitions,
        roles: &mut [RoleReview],
    ) -> Result<(usize, bool), Error> {
        let mut everybody = BTreeSet::new();
        for role in &mut *roles {
            let people = self.holders_of(known, &role.role).await?;
            role.people = people.len();
            everybody.extend(people);
        }
        Ok((everybody.len(), roles.iter().any(|role| role.people >= MAX_COUNTED)))
    }

    /// The accounts that hold a role, given directly or by a group; counting
    /// stops at about [`MAX_COUNTED`].
    async fn holders_of(&self, known: &Definitions, role: &str) -> Result<BTreeSet<UserId>, Error> {
        let mut found = BTreeSet::new();
        let mut query =
            PeopleQuery { role: Some(role.to_owned()), limit: 200, ..PeopleQuery::default() };
        while found.len() < MAX_COUNTED {
            let page = self.0.store.people(&query).await?;
            found.extend(page.data.iter().map(|(user, _)| user.id));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        let giving = known.groups.iter().filter(|group| group.roles.iter().any(|r| r == role));
        for group in giving {
            self.add_members(&group.name, &mut found).await?;
        }
        Ok(found)
    }

    async fn add_members(&self, group: &str, found: &mut BTreeSet<UserId>) -> Result<(), Error> {
        let mut query =
            MemberQuery { group: group.to_owned(), limit: 200, ..MemberQuery::default() };
        while found.len() < MAX_COUNTED {
            let page = self.0.store.members(&query).await?;
            found.extend(page.data.iter().map(|(_, user, _)| user.id));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        Ok(())
    }
}

fn described(before: &Snapshot, cell: &Cell) -> CellChange {
    let pattern = Pattern::parse_as(before.dialect(), &cell.pattern).ok();
    let column = before.role(&cell.role).map(|role| Column::new(before, role));
    let was = column.zip(pattern).and_then(|(column, pattern)| column.own(&pattern));
    CellChange {
        role: cell.role.clone(),
        permission: cell.pattern.clone(),
        was: was.map(effect_name),
        now: cell.effect.map(effect_name),
    }
}

/// Every role that is or inherits a changed one, against all that the changed
/// patterns cover.
fn compare(before: &Snapshot, after: &Snapshot, changed: &[&Cell]) -> Vec<RoleReview> {
    let wanted = touched(before, after, changed);
    let mut roles: Vec<RoleReview> = before
        .roles()
        .map(|role| Column::new(before, role))
        .filter(|column| changed.iter().any(|cell| column.has(&cell.role)))
        .filter_map(|column| {
            let then = Column::new(after, after.role(column.role.name())?);
            told(&column, &then, &wanted)
        })
        .collect();
    roles.sort_unstable_by(|a, b| a.role.cmp(&b.role));
    roles
}

/// What is spoken of, then or now, and covered by a pattern that changes.
fn touched(before: &Snapshot, after: &Snapshot, changed: &[&Cell]) -> Vec<Pattern> {
    let read = |text: &str| Pattern::parse_as(before.dialect(), text).ok();
    let patterns: Vec<Pattern> = changed.iter().filter_map(|cell| read(&cell.pattern)).collect();
    let mut names = rows(before, "");
    names.extend(rows(after, ""));
    names.extend(changed.iter().map(|cell| cell.pattern.as_str()));
    let all = names.into_iter().filter_map(read);
    all.filter(|name| patterns.iter().any(|pattern| pattern.includes(name))).collect()
}

fn told(was: &Column<'_>, then: &Column<'_>, wanted: &[Pattern]) -> Option<RoleReview> {
    let allows = |column: &Column<'_>, pattern| {
        column.word(pattern).is_some_and(|word| word.effect == Effect::Allow)
    };
    let (mut gains, mut loses) = (Vec::new(), Vec::new());
    for pattern in wanted {
        match (allows(was, pattern), allows(then, pattern)) {
            (false, true) => gains.push(pattern.to_string()),
            (true, false) => loses.push(pattern.to_string()),
            _ => {}
        }
    }
    let nothing = gains.is_empty() && loses.is_empty();
    (!nothing).then(|| named(was.role.name(), gains, loses))
}

/// A role with what it gains and loses, as much as is named.
pub(crate) fn named(role: &str, mut gains: Vec<String>, mut loses: Vec<String>) -> RoleReview {
    let more = gains.len() > MAX_NAMED || loses.len() > MAX_NAMED;
    gains.truncate(MAX_NAMED);
    loses.truncate(MAX_NAMED);
    RoleReview { role: role.to_owned(), gains, loses, more, people: 0 }
}
