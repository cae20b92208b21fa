//! Roles against permissions: what each role says about each, where it says it,
//! and what would change.

mod grid;
mod people;
pub(crate) mod review;

use std::collections::BTreeSet;

use keyward_authz::{Effect, Pattern, Permission, Snapshot};
use keyward_core::Error;
use keyward_core::flow::Client;
use keyward_core::flow::matrix::ChangeMatrix;
use keyward_core::flow::role::effect_name;
use keyward_core::flow::setup::ADMIN_ROLE;
use keyward_core::record::Definitions;
use schemars::JsonSchema;
use serde::Serialize;

use self::grid::Column;
pub(crate) use self::grid::lineage;
pub use self::people::{Holder, HolderQuery, HoldersView, HoldingRole};
pub use self::review::{CellChange, ReviewView, RoleReview};
use crate::engine::Keyward;
use crate::people::Answer;

/// Which part of the matrix.
#[derive(Clone, Debug)]
pub struct MatrixQuery {
    /// Only permissions that contain this text.
    pub permission: String,
    /// Only roles whose name contains this text.
    pub role: String,
    /// Only permissions after this one, by name.
    pub after: Option<String>,
    /// Only roles after this one, by name.
    pub roles_after: Option<String>,
    /// This pattern as well, whoever mentions it.
    pub also: Option<Pattern>,
    /// At most this many permissions; 1 to 200.
    pub limit: usize,
    /// At most this many roles; 1 to 50.
    pub roles_limit: usize,
}

impl Default for MatrixQuery {
    fn default() -> Self {
        Self {
            permission: String::new(),
            role: String::new(),
            after: None,
            roles_after: None,
            also: None,
            limit: 100,
            roles_limit: 20,
        }
    }
}

/// A part of the matrix.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MatrixView {
    /// The version of the definitions; a change names it.
    pub version: i64,
    /// The columns, by name.
    pub roles: Vec<ColumnView>,
    /// The rows, by name.
    pub permissions: Vec<RowView>,
    /// The last permission of this part, when there are more.
    pub next_cursor: Option<String>,
    /// The last role of this part, when there are more.
    pub next_role: Option<String>,
}

/// A role, as the matrix heads its column.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The roles that it inherits directly.
    pub inherits: Vec<String>,
    /// Whether it can be changed here: it is neither built in nor of the policy file.
    pub editable: bool,
}

/// A permission, or a pattern that a rule mentions.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RowView {
    /// Its name.
    pub permission: String,
    /// What it is about: its first part.
    pub kind: String,
    /// Whether the catalogue of the policy has it.
    pub listed: bool,
    /// What each role says, in the order of the columns.
    pub cells: Vec<CellView>,
}

/// What one role says about one permission.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CellView {
    /// The role's own rule for exactly this: `allow`, `deny`, or nothing.
    pub own: Option<&'static str>,
    /// What counts in the end: `allow`, `deny`, or nothing.
    pub effect: Option<&'static str>,
    /// The role whose rule decides, when it is another one.
    pub from: Option<String>,
    /// What the deciding rule covers, when that is more than this permission.
    pub by: Option<String>,
}

impl Keyward {
    /// A part of the matrix of roles and permissions.
    pub async fn matrix(&self, query: &MatrixQuery) -> Result<MatrixView, Error> {
        let known = self.0.store.definitions().await?;
        let policy = self.policy_at(&known)?;
        Ok(part(&policy.snapshot, &known, query))
    }

    /// Permissions that a question may be about, by name, at most 500: those of
    /// the catalogue, or else those that rules name in full.
    pub fn known_permissions(&self) -> Vec<String> {
        let policy = self.policy();
        let names = rows(&policy.snapshot, "").into_iter();
        let dialect = policy.snapshot.dialect();
        let concrete = names.filter(|name| Permission::parse_as(dialect, name).is_ok());
        concrete.take(MAX_KNOWN).map(str::to_owned).collect()
    }

    /// Sets cells of the matrix, all or none, if the definitions are still those
    /// of version `seen`. Answers how many changed.
    pub async fn change_matrix(&self, change: ChangeMatrix) -> Answer<usize> {
        self.run(&change, &Client::default()).await
    }
}

/// Permissions that are offered for a question.
const MAX_KNOWN: usize = 500;

fn part(snapshot: &Snapshot, known: &Definitions, query: &MatrixQuery) -> MatrixView {
    let (columns, next_role) = columns(snapshot, query);
    let mut names = rows(snapshot, &query.permission);
    names.extend(query.also.iter().map(Pattern::as_str));
    let after = query.after.as_deref();
    let mut names = names.into_iter().filter(|name| after.is_none_or(|after| *name > after));
    let shown: Vec<&str> = names.by_ref().take(query.limit).collect();
    let next_cursor = names.next().and(shown.last()).map(|last| (*last).to_owned());
    MatrixView {
        version: known.version,
        permissions: shown.iter().filter_map(|name| row(snapshot, &columns, name)).collect(),
        roles: columns.iter().map(|column| head(snapshot, known, column)).collect(),
        next_cursor,
        next_role,
    }
}

/// The roles that are asked for, and the last one when there are more.
fn columns<'s>(snapshot: &'s Snapshot, query: &MatrixQuery) -> (Vec<Column<'s>>, Option<String>) {
    let after = query.roles_after.as_deref();
    let mut wanted: Vec<_> = snapshot
        .roles()
        .filter(|role| role.name().contains(&query.role))
        .filter(|role| after.is_none_or(|after| role.name() > after))
        .collect();
    wanted.sort_unstable_by_key(|role| role.name());
    let more = wanted.len() > query.roles_limit;
    wanted.truncate(query.roles_limit);
    let last = wanted.last().filter(|_| more).map(|role| role.name().to_owned());
    (wanted.into_iter().map(|role| Column::new(snapshot, role)).collect(), last)
}

/// The permissions of the catalogue and the patterns that rules mention.
fn rows<'s>(snapshot: &'s Snapshot, text: &str) -> BTreeSet<&'s str> {
    let listed = snapshot.catalogue().iter().map(|(_, permission)| permission.as_str());
    let rules = snapshot.roles().flat_map(|role| role.rules());
    let spoken_of = rules.map(|(_, pattern)| pattern.as_str());
    listed.chain(spoken_of).filter(|name| name.contains(text)).collect()
}

fn head(snapshot: &Snapshot, known: &Definitions, column: &Column<'_>) -> ColumnView {
    let name = column.role.name();
    ColumnView {
        name: name.to_owned(),
        description: column.role.description().to_owned(),
        inherits: column.role.parents(snapshot).map(str::to_owned).collect(),
        editable: name != ADMIN_ROLE && known.roles.iter().any(|role| role.name == name),
    }
}

fn row(snapshot: &Snapshot, columns: &[Column<'_>], name: &str) -> Option<RowView> {
    let pattern = Pattern::parse_as(snapshot.dialect(), name).ok()?;
    Some(RowView {
        permission: name.to_owned(),
        kind: name.split(':').next().unwrap_or_default().to_owned(),
        listed: snapshot.permission_id(name).is_some(),
        cells: columns.iter().map(|column| cell(column, &pattern)).collect(),
    })
}

fn cell(column: &Column<'_>, pattern: &Pattern) -> CellView {
    let name = |effect: Effect| effect_name(effect);
    let word = column.word(pattern);
    let from = word.filter(|word| word.role != column.role.name());
    let by = word.filter(|word| word.pattern != pattern.as_str());
    CellView {
        own: column.own(pattern).map(name),
        effect: word.map(|word| name(word.effect)),
        from: from.map(|word| word.role.to_owned()),
        by: by.map(|word| word.pattern.to_owned()),
    }
}
