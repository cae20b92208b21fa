//! The other questions: what may she do, who may do this, and many at once.

use crate::access::Access;
use crate::acl::Acl;
use crate::catalogue::{PermissionId, PermissionSet};
use crate::condition::Cell;
use crate::decide::{Question, Related, Verdict};
use crate::effect::Decision;
use crate::items::Item;
use crate::permission::Permission;
use crate::snapshot::{RoleView, Snapshot};

/// What one of many questions is about.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// What is wanted.
    pub wanted: &'a Permission,
    /// The access control lists from the resource up to the root.
    pub acl: &'a [Option<&'a Acl>],
    /// The item.
    pub item: Option<Item<'a>>,
    /// The object, for relations.
    pub related: Option<Related<'a>>,
    /// Attributes of the resource.
    pub resource: &'a [(&'a str, Cell<'a>)],
}

impl<'a> About<'a> {
    /// Asks for a permission without a resource.
    pub fn new(wanted: &'a Permission) -> Self {
        Self { wanted, acl: &[], item: None, related: None, resource: &[] }
    }
}

impl<'a> Question<'a> {
    /// The same question by the same subject about something else.
    #[must_use]
    pub fn about(mut self, about: About<'a>) -> Self {
        self.wanted = about.wanted;
        (self.acl, self.item, self.related) = (about.acl, about.item, about.related);
        self.facts.resource = about.resource;
        self
    }
}

impl Snapshot {
    /// Decides many questions of one subject. Each is answered as if it were
    /// asked alone.
    pub fn decide_many<'a>(
        &self,
        subject: &Question<'a>,
        about: impl IntoIterator<Item = About<'a>>,
    ) -> Vec<Verdict> {
        about.into_iter().map(|about| self.decide(&subject.about(about))).collect()
    }

    /// The permissions of the catalogue that the question would be allowed with;
    /// what it wants does not matter. Drives menus and buttons.
    pub fn list_permissions(&self, question: &Question<'_>) -> PermissionSet {
        if self.is_bits_only(question) {
            return self.list_bits(question);
        }
        let mut listed = PermissionSet::none(self.catalogue());
        for (id, wanted) in self.catalogue().iter() {
            if self.decide(&Question { wanted, ..*question }).decision.allowed() {
                listed.insert(id);
            }
        }
        listed
    }

    /// The subjects that may do what the question asks, each put in its place.
    /// For one permission and no resource, [`Snapshot::roles_allowing`] leads to
    /// an index of who holds which role instead.
    pub fn list_subjects<'a, T>(
        &self,
        question: &Question<'a>,
        subjects: impl IntoIterator<Item = (T, &'a Access)>,
    ) -> Vec<T> {
        let may =
            |access| self.decide(&Question { access, ..*question }).decision == Decision::Allow;
        let subjects = subjects.into_iter().filter(|(_, access)| may(access));
        subjects.map(|(subject, _)| subject).collect()
    }

    /// The roles that allow a permission by themselves, inherited rules counted.
    pub fn roles_allowing(&self, wanted: PermissionId) -> impl Iterator<Item = RoleView<'_>> {
        let allows = move |role: &RoleView<'_>| {
            self.slot(role.name()).is_some_and(|slot| self.allows_alone(slot, wanted))
        };
        self.roles().filter(allows)
    }

    /// Whether nothing but roles, grants and ceilings has a say.
    fn is_bits_only(&self, question: &Question<'_>) -> bool {
        self.rules().is_empty()
            && question.acl.is_empty()
            && question.item.is_none()
            && question.related.is_none()
            && question.custom.is_empty()
    }

    fn list_bits(&self, question: &Question<'_>) -> PermissionSet {
        let (access, catalogue) = (question.access, self.catalogue());
        let banned = question.banned || question.groups.is_some_and(crate::acl::Groups::are_none);
        let nothing = banned || access.is_locked() || access.dialect() != self.dialect();
        if nothing || (access.has_unread_deny() && !access.is_superuser()) {
            return PermissionSet::none(catalogue);
        }
        let set = match access.is_superuser() {
            true => PermissionSet::all(catalogue),
            false => access.permissions().clone(),
        };
        let ceilings = question.ceilings.iter();
        ceilings.fold(set, |set, ceiling| set.within(&ceiling.set(catalogue)))
    }
}
