//! One kind of item: a table of role, ownership and visibility against actions.

use std::collections::BTreeMap;
use std::fmt;

use super::{Item, ItemAnswer, Subject, Visibility};
use crate::origin::Origin;

/// Actions that a kind of item may have.
pub const MAX_ACTIONS: usize = 64;

/// One kind of item.
#[derive(Clone, Debug, Default)]
pub struct ItemKind {
    /// The place of an action is its bit in every [`Actions`].
    actions: Box<[Box<str>]>,
    visibilities: Visibilities,
    not_roles: Box<[Box<str>]>,
    rows: BTreeMap<Box<str>, Row>,
    closed: bool,
    /// Where each part of the table stands: such as `roles.author.owned`.
    origins: BTreeMap<Box<str>, Origin>,
}

/// A set of actions, one bit each.
type Actions = u64;

#[derive(Clone, Copy, Debug, Default)]
struct Visibilities(u8);

/// What one role may do.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// Nothing when the role may not own items of this kind.
    owned: Option<Actions>,
    /// By [`Visibility`].
    other: [Actions; 4],
    sees_all: bool,
}

/// Which items a subject reaches with one action.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    /// Own ones of these visibilities.
    pub(crate) owned: Vec<Visibility>,
    /// Those of others of these visibilities.
    pub(crate) others: Vec<Visibility>,
    /// Those of others that are shared with it.
    pub(crate) shared: bool,
}

impl ItemKind {
    /// Starts a kind without actions, visibilities and roles.
    pub fn builder() -> ItemKindBuilder {
        ItemKindBuilder::default()
    }

    /// The roles that its table speaks of, sorted.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(|role| &**role)
    }

    /// The actions that it knows.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.iter().map(|action| &**action)
    }

    /// Decides whether the subject may do this to the item. Several roles add
    /// up, but one that is shut out shuts out.
    pub fn decide(&self, subject: Subject<'_>, action: &str, item: &Item<'_>) -> ItemAnswer<'_> {
        let owned = subject.id.is_some() && subject.id == item.owner;
        match self.allowing(subject, action, item, owned) {
            Some(role) => ItemAnswer::Allow { role, owned },
            None if self.closed => ItemAnswer::Deny,
            None => ItemAnswer::NoOpinion,
        }
    }

    fn allowing(
        &self,
        subject: Subject<'_>,
        action: &str,
        item: &Item<'_>,
        owned: bool,
    ) -> Option<&str> {
        let visibility = item.visibility.filter(|it| self.visibilities.contain(*it))?;
        let bit = self.bit(action)?;
        let shut_out = |role: &str| self.not_roles.iter().any(|not| **not == *role);
        if subject.roles.iter().any(|role| shut_out(role)) {
            return None;
        }
        let open = match visibility {
            Visibility::Public | Visibility::Unlisted => true,
            Visibility::Shared => item.shared.shows(subject.id, owned),
            Visibility::Private => owned,
        };
        let rows = subject.roles.iter().filter_map(|role| self.rows.get_key_value(&**role));
        let mut allowing = rows
            .filter(|(_, row)| (open || row.sees_all) && row.actions(owned, visibility) & bit != 0);
        allowing.next().map(|(role, _)| &**role)
    }

    /// Where a rule of this kind stands, such as `items.dataset.roles.author.owned`.
    pub(crate) fn origin(&self, rule: &str) -> Option<&Origin> {
        let part = rule.strip_prefix("items.")?.split_once('.').map(|(_, part)| part)?;
        self.origins.get(part)
    }

    /// Whether it denies what it does not allow.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// To which items the subject may do this, by ownership and visibility.
    pub(crate) fn reach(&self, subject: Subject<'_>, action: &str) -> Option<Reach> {
        let bit = self.bit(action)?;
        let shut_out = |role: &str| self.not_roles.iter().any(|not| **not == *role);
        if subject.roles.iter().any(|role| shut_out(role)) {
            return None;
        }
        let rows: Vec<&Row> =
            subject.roles.iter().filter_map(|role| self.rows.get(&**role)).collect();
        let visible = Visibility::ALL.into_iter().filter(|it| self.visibilities.contain(*it));
        let any = |owned: bool, visibility: Visibility, sees_all: bool| {
            let mut rows = rows.iter().filter(|row| row.sees_all || !sees_all);
            rows.any(|row| row.actions(owned, visibility) & bit != 0)
        };
        let gated = |it: Visibility| matches!(it, Visibility::Shared | Visibility::Private);
        Some(Reach {
            owned: visible.clone().filter(|it| any(true, *it, false)).collect(),
            others: visible.filter(|it| any(false, *it, gated(*it))).collect(),
            shared: self.visibilities.contain(Visibility::Shared)
                && any(false, Visibility::Shared, false),
        })
    }

    fn bit(&self, action: &str) -> Option<Actions> {
        self.actions.iter().position(|known| **known == *action).map(|place| 1 << place)
    }
}

impl Row {
    fn actions(&self, owned: bool, visibility: Visibility) -> Actions {
        match owned {
            true => self.owned.unwrap_or_default(),
            false => self.other.get(visibility as usize).copied().unwrap_or_default(),
        }
    }
}

impl Visibilities {
    fn contain(self, visibility: Visibility) -> bool {
        self.0 & 1 << visibility as u8 != 0
    }
}

/// Collects what a kind of item has. Name the actions first.
#[derive(Clone, Debug, Default)]
pub struct ItemKindBuilder {
    kind: ItemKind,
    origin: Option<Origin>,
}

/// Why a table of items was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadItems {
    /// More actions than [`MAX_ACTIONS`].
    TooManyActions,
    /// A row names an action that the kind does not have.
    UnknownAction(String),
}

impl ItemKindBuilder {
    /// Names the actions of the kind.
    ///
    /// # Errors
    /// When there are more than [`MAX_ACTIONS`].
    pub fn actions<'a>(
        &mut self,
        actions: impl IntoIterator<Item = &'a str>,
    ) -> Result<&mut Self, BadItems> {
        self.kind.actions = actions.into_iter().map(Box::from).collect();
        match self.kind.actions.len() > MAX_ACTIONS {
            true => Err(BadItems::TooManyActions),
            false => Ok(self),
        }
    }

    /// Names the visibilities that items of the kind may have.
    pub fn visibilities(&mut self, all: impl IntoIterator<Item = Visibility>) -> &mut Self {
        self.kind.visibilities =
            Visibilities(all.into_iter().fold(0, |set, it| set | 1 << it as u8));
        self
    }

    /// Shuts a role out, whatever else its holder is.
    pub fn not_role(&mut self, role: &str) -> &mut Self {
        let mut not_roles = std::mem::take(&mut self.kind.not_roles).into_vec();
        not_roles.push(role.into());
        self.kind.not_roles = not_roles.into();
        self
    }

    /// Lets a role own items, and do this to those it owns.
    ///
    /// # Errors
    /// When an action is unknown.
    pub fn owned<'a>(
        &mut self,
        role: &str,
        actions: impl IntoIterator<Item = &'a str>,
    ) -> Result<&mut Self, BadItems> {
        let actions = self.set(actions)?;
        *self.row(role).owned.get_or_insert_default() |= actions;
        self.stands(&format!("roles.{role}.owned"));
        Ok(self)
    }

    /// Lets a role do this to others' items of this visibility.
    ///
    /// # Errors
    /// When an action is unknown.
    pub fn other<'a>(
        &mut self,
        role: &str,
        visibility: Visibility,
        actions: impl IntoIterator<Item = &'a str>,
    ) -> Result<&mut Self, BadItems> {
        let actions = self.set(actions)?;
        if let Some(other) = self.row(role).other.get_mut(visibility as usize) {
            *other |= actions;
        }
        self.stands(&format!("roles.{role}.other.{}", visibility.name()));
        Ok(self)
    }

    /// Lets a role see items whatever their visibility. It still needs a right
    /// to what it does with them.
    pub fn sees_all(&mut self, role: &str) -> &mut Self {
        self.row(role).sees_all = true;
        self
    }

    /// Denies what the table does not allow, instead of having no opinion.
    pub fn closed(&mut self) -> &mut Self {
        self.kind.closed = true;
        self.stands("closed");
        self
    }

    /// Closes the table.
    pub fn build(self) -> ItemKind {
        self.kind
    }

    /// Says where the parts stand that are added from now on.
    pub fn at(&mut self, origin: Option<Origin>) -> &mut Self {
        self.origin = origin;
        self
    }

    /// A part that is added to stands where it began.
    fn stands(&mut self, part: &str) {
        if let Some(origin) = self.origin.clone() {
            self.kind.origins.entry(part.into()).or_insert(origin);
        }
    }

    fn row(&mut self, role: &str) -> &mut Row {
        self.kind.rows.entry(role.into()).or_default()
    }

    fn set<'a>(&self, actions: impl IntoIterator<Item = &'a str>) -> Result<Actions, BadItems> {
        actions.into_iter().try_fold(0, |set, action| match self.kind.bit(action) {
            Some(bit) => Ok(set | bit),
            None => Err(BadItems::UnknownAction(action.to_owned())),
        })
    }
}

impl fmt::Display for BadItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadItems::TooManyActions => write!(f, "more than {MAX_ACTIONS} actions"),
            BadItems::UnknownAction(name) => write!(f, "unknown action `{}`", name.escape_debug()),
        }
    }
}

impl std::error::Error for BadItems {}
