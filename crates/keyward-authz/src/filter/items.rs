//! The table of items over rows.

use super::predicate::{Bind, Predicate};
use super::{Asking, Column};
use crate::items::{Reach, Subject, Visibility};

/// What a kind of items says about rows.
pub(super) struct ItemRows {
    pub(super) allowed: Predicate,
    pub(super) closed: bool,
    /// The rows that are no items.
    pub(super) bare: Predicate,
}

impl Asking<'_> {
    /// Nothing when the table holds no items of a kind that is known.
    pub(super) fn items(&self) -> Option<ItemRows> {
        let (owner, visibility) = (self.columns.owner.as_ref()?, self.columns.visibility.as_ref()?);
        let (kind, action) = self.question.wanted.type_and_verb()?;
        let kind = self.snapshot.items().kind(kind)?;
        let roles = self.question.access.all_roles();
        let subject = Subject { id: self.question.subject, roles };
        let allowed = match kind.reach(subject, action) {
            Some(reach) => self.reached(&reach, owner, visibility),
            None => Predicate::False,
        };
        let bare = self.columns.bare.as_deref();
        let bare = bare.map_or(Predicate::False, |bare| Predicate::of(bare, vec![]));
        Some(ItemRows { allowed, closed: kind.is_closed(), bare })
    }

    fn reached(&self, reach: &Reach, owner: &Column, visibility: &Column) -> Predicate {
        let visible = |all: &[Visibility]| {
            let names = all.iter().map(|it| Bind::Text(it.name().to_owned())).collect();
            visibility.within(names)
        };
        let Some(id) = self.question.subject else { return visible(&reach.others) };
        let own = || vec![Bind::Text(id.to_owned())];
        let owned = owner.equals(Bind::Text(id.to_owned()));
        let owner = owner.exact();
        let not_owned = Predicate::of(&format!("({owner} IS NULL OR {owner} <> ?)"), own());
        let shared = match (&self.columns.shared, reach.shared) {
            (Some(shared), true) => {
                visible(&[Visibility::Shared]).and(Predicate::of(shared, own()))
            }
            _ => Predicate::False,
        };
        owned.and(visible(&reach.owned)).or(not_owned.and(visible(&reach.others).or(shared)))
    }
}
