//! The table of items over rows.

use super::Asking;
use super::predicate::{Bind, Predicate};
use crate::items::{Reach, Subject, Visibility};

/// What a kind of items says about rows.
pub(super) struct ItemRows {
    pub(super) allowed: Predicate,
    pub(super) closed: bool,
}

impl Asking<'_> {
    /// Nothing when the table holds no items of a kind that is known.
    pub(super) fn items(&self) -> Option<ItemRows> {
        let (owner, visibility) =
            (self.columns.owner.as_deref()?, self.columns.visibility.as_deref()?);
        let (kind, action) = self.question.wanted.type_and_verb()?;
        let kind = self.snapshot.items().kind(kind)?;
        let roles = self.question.access.all_roles();
        let subject = Subject { id: self.question.subject, roles };
        let allowed = match kind.reach(subject, action) {
            Some(reach) => self.reached(&reach, owner, visibility),
            None => Predicate::False,
        };
        Some(ItemRows { allowed, closed: kind.is_closed() })
    }

    fn reached(&self, reach: &Reach, owner: &str, visibility: &str) -> Predicate {
        let visible = |all: &[Visibility]| {
            let names = all.iter().map(|it| Bind::Text(it.name().to_owned())).collect();
            Predicate::within(visibility, names)
        };
        let Some(id) = self.question.subject else { return visible(&reach.others) };
        let own = || vec![Bind::Text(id.to_owned())];
        let owned = Predicate::of(&format!("{owner} = ?"), own());
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
