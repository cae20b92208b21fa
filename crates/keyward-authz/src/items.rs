//! Items that have an owner and a visibility: what a role may do with its own
//! ones and with those of others. Semantics of authnzerver's permission model.

mod kind;
mod sharing;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use kind::Reach;
pub use kind::{BadItems, ItemKind, ItemKindBuilder, MAX_ACTIONS};
pub use sharing::{SharedWith, Visibility};

/// Every kind of item, by name.
#[derive(Clone, Debug, Default)]
pub struct Items(BTreeMap<Box<str>, ItemKind>);

/// One item, as far as a decision needs it.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Who owns it.
    pub owner: Option<&'a str>,
    /// Nothing when it is not one of the four.
    pub visibility: Option<Visibility>,
    /// With whom it is shared. Looked at when it is [`Visibility::Shared`].
    pub shared: SharedWith<'a>,
}

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemAnswer<'a> {
    /// This role may.
    Allow {
        /// The role whose row allows it.
        role: &'a str,
        /// Whether as the owner.
        owned: bool,
    },
    /// The table does not allow it; something else may.
    NoOpinion,
    /// The table does not allow it, and is closed: nothing else may.
    Deny,
}

impl Items {
    /// Starts without kinds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a kind of item, or replaces it.
    pub fn insert(&mut self, name: &str, kind: ItemKind) -> &mut Self {
        self.0.insert(name.into(), kind);
        self
    }

    /// Every kind, by name.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &ItemKind)> {
        self.0.iter().map(|(name, kind)| (&**name, kind))
    }

    /// The kind of this name.
    pub fn kind(&self, name: &str) -> Option<&ItemKind> {
        self.0.get(name)
    }

    /// Decides whether a subject with these roles may do this to the item. It
    /// has no opinion about kinds that it does not know. Allocates nothing.
    pub fn decide<'a>(
        &'a self,
        subject: Subject<'_>,
        action: &str,
        kind: &str,
        item: &Item<'_>,
    ) -> ItemAnswer<'a> {
        self.kind(kind).map_or(ItemAnswer::NoOpinion, |kind| kind.decide(subject, action, item))
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// As owners and shares name it; nothing when nobody is known.
    pub id: Option<&'a str>,
    /// The roles held, inherited ones included.
    pub roles: &'a [Arc<str>],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset() -> ItemKind {
        let mut kind = ItemKind::builder();
        kind.actions(["list", "view", "edit"]).unwrap();
        kind.visibilities([Visibility::Public, Visibility::Shared, Visibility::Private]);
        kind.not_role("locked");
        kind.owned("author", ["list", "view", "edit"]).unwrap();
        kind.other("author", Visibility::Public, ["list", "view"]).unwrap();
        kind.other("author", Visibility::Shared, ["view", "edit"]).unwrap();
        kind.other("guest", Visibility::Public, ["view"]).unwrap();
        kind.other("staff", Visibility::Private, ["list"]).unwrap();
        kind.sees_all("staff");
        kind.build()
    }

    fn item(visibility: Visibility) -> Item<'static> {
        Item {
            owner: Some("ann"),
            visibility: Some(visibility),
            shared: SharedWith::These(&["bob"]),
        }
    }

    #[track_caller]
    fn check(id: &str, roles: &[&str], action: &str, visibility: Visibility, allowed: bool) {
        let roles: Vec<Arc<str>> = roles.iter().copied().map(Arc::from).collect();
        let kind = dataset();
        let subject = Subject { id: Some(id), roles: &roles };
        let answer = kind.decide(subject, action, &item(visibility));
        let got = matches!(answer, ItemAnswer::Allow { .. });
        assert_eq!(got, allowed, "{id} {roles:?} {action} {visibility:?}");
    }

    #[test]
    fn an_owner_does_what_its_role_does_with_its_own() {
        check("ann", &["author"], "edit", Visibility::Private, true);
        check("ann", &["guest"], "view", Visibility::Public, false);
    }

    #[test]
    fn others_do_what_the_visibility_leaves_them() {
        check("eve", &["author"], "view", Visibility::Public, true);
        check("eve", &["author"], "edit", Visibility::Public, false);
        check("eve", &["author"], "view", Visibility::Private, false);
        check("bob", &["author"], "edit", Visibility::Shared, true);
        check("eve", &["author"], "edit", Visibility::Shared, false);
    }

    #[test]
    fn who_sees_all_passes_the_gate_but_not_the_table() {
        check("eve", &["staff"], "list", Visibility::Private, true);
        check("eve", &["staff"], "view", Visibility::Private, false);
    }

    #[test]
    fn a_role_that_is_shut_out_shuts_out_its_holder() {
        check("ann", &["author", "locked"], "edit", Visibility::Private, false);
    }

    #[test]
    fn what_the_kind_does_not_have_is_nothing() {
        check("ann", &["author"], "edit", Visibility::Unlisted, false);
        check("ann", &["author"], "fly", Visibility::Public, false);
    }

    #[test]
    fn a_closed_kind_denies_what_it_does_not_allow() {
        let mut kind = ItemKind::builder();
        kind.actions(["view"]).unwrap().closed();
        let mut items = Items::new();
        items.insert("note", kind.build());
        let nobody = Subject { id: None, roles: &[] };
        let item = item(Visibility::Public);
        assert_eq!(items.decide(nobody, "view", "note", &item), ItemAnswer::Deny);
        assert_eq!(items.decide(nobody, "view", "ship", &item), ItemAnswer::NoOpinion);
    }

    #[test]
    fn nobody_owns_nothing_even_when_nobody_is_the_owner() {
        let orphan = Item { owner: None, ..item(Visibility::Private) };
        let author = [Arc::from("author")];
        let nobody = Subject { id: None, roles: &author };
        assert_eq!(dataset().decide(nobody, "view", &orphan), ItemAnswer::NoOpinion);
    }
}
