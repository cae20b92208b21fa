//! The whole decision: ceilings, superusers, and then every block together.
//!
//! 1. A banned subject is denied.
//! 2. Every ceiling must contain the permission, or it is denied. A role that
//!    locks its holder out is a ceiling that contains nothing.
//! 3. A superuser is allowed, unless an `absolute` rule denies.
//! 4. Each block has an opinion, by its own inner algorithm: roles and rules by
//!    deny-overrides (rules in order when so set), access control lists by the
//!    first match, items by table, relations by the least fixpoint.
//! 5. Any denial decides; else a failure that might have been one leaves it
//!    open; else any yes decides; else any failure leaves it open; else denied.

mod beside;
mod explain;
mod question;
mod refusal;
mod would;

pub use question::{Block, Question, Related};
pub use refusal::Told;

use crate::acl::{Acl, AclHit, Groups};
use crate::catalogue::PermissionId;
use crate::ceiling::Ceiling;
use crate::effect::Decision;
use crate::items::{ItemAnswer, Subject};
use crate::opinion::{Opinion, Sum};
use crate::permission::Permission;
use crate::snapshot::{RelationGrant, Snapshot};

/// The answer to a question, and what decided. Costs nothing to make; ask
/// [`Snapshot::explain`] for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a verdict that nobody looks at protects nothing"]
pub struct Verdict {
    /// The answer.
    pub decision: Decision,
    /// What decided.
    pub by: By,
}

/// What decided. Places count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// The subject is banned.
    Banned,
    /// The catalogue does not have the permission: a mistake in the program.
    UnknownPermission,
    /// A role held locks its holder out, whatever else it holds.
    Locked,
    /// The ceiling at this place does not contain the permission.
    Ceiling(usize),
    /// A role held may do everything. Belongs in the audit log, always.
    Superuser,
    /// A rule of a role, or a direct grant.
    Roles,
    /// The conditional rule at this place.
    Rule(usize),
    /// An entry of an access control list.
    Acl(AclHit),
    /// The table of items.
    Items,
    /// A relation with the object.
    Relations,
    /// The custom block at this place.
    Custom(usize),
    /// Nothing: no block has an opinion.
    NoMatch,
}

impl Verdict {
    /// Whether this must be written to the audit log whatever else is: somebody
    /// used the power to do everything.
    pub fn must_audit(self) -> bool {
        self.by == By::Superuser
    }

    /// The code of the answer, from the one registry of error codes; `allowed`
    /// where there is no error.
    pub fn code(self) -> &'static str {
        match (self.decision, self.by) {
            (Decision::Allow, _) => "allowed",
            (Decision::Indeterminate, _) => "decision_unavailable",
            (Decision::Deny, By::UnknownPermission) => "unknown_permission",
            (Decision::Deny, By::Ceiling(_) | By::Locked) => "outside_ceiling",
            (Decision::Deny, By::NoMatch) => "missing_permission",
            (Decision::Deny, _) => "denied_by_rule",
        }
    }
}

impl Snapshot {
    /// Decides a question. Allocates nothing, except for relations.
    pub fn decide(&self, question: &Question<'_>) -> Verdict {
        if question.banned || question.groups.is_some_and(Groups::are_none) {
            return Verdict { decision: Decision::Deny, by: By::Banned };
        }
        if question.wanted.dialect() != self.dialect() {
            return Verdict { decision: Decision::Indeterminate, by: By::Roles };
        }
        if !self.catalogue().knows(question.wanted) {
            return Verdict { decision: Decision::Deny, by: By::UnknownPermission };
        }
        if question.access.is_locked() {
            return Verdict { decision: Decision::Deny, by: By::Locked };
        }
        let outside = |ceiling: &&Ceiling| !ceiling.contains(question.wanted);
        if let Some(place) = question.ceilings.iter().position(outside) {
            return Verdict { decision: Decision::Deny, by: By::Ceiling(place) };
        }
        if question.access.is_superuser() {
            return self.decide_superuser(question);
        }
        let sum = self.blocks(question);
        Verdict { decision: sum.opinion.into(), by: sum.by.unwrap_or(By::NoMatch) }
    }

    fn decide_superuser(&self, question: &Question<'_>) -> Verdict {
        let roles = question.access.all_roles();
        let absolute =
            self.rules().decide_absolute(self.numbered(question), roles, &question.facts);
        let sum = Sum::NOTHING.and(Opinion::Allow, By::Superuser);
        let sum = sum.and(absolute.opinion, absolute.by.map_or(By::NoMatch, By::Rule));
        Verdict { decision: sum.opinion.into(), by: sum.by.unwrap_or(By::NoMatch) }
    }

    fn blocks(&self, question: &Question<'_>) -> Sum<By> {
        let (access, wanted) = (question.access, question.wanted);
        let rules =
            self.rules().decide(self.numbered(question), access.all_roles(), &question.facts);
        let mut sum = Sum::NOTHING
            .and(access.opinion(wanted), By::Roles)
            .and(rules.opinion, rules.by.map_or(By::NoMatch, By::Rule));
        if let Some(hit) = acl(question) {
            sum = sum.and(hit.effect.into(), By::Acl(hit));
        }
        sum = sum.and(self.item(question), By::Items);
        for (place, block) in question.custom.iter().enumerate() {
            sum = sum.and(block.opinion(question), By::Custom(place));
        }
        // Relations never deny, so they are asked last and only when they count.
        match sum.opinion {
            Opinion::NoOpinion | Opinion::Failed => sum.and(self.related(question), By::Relations),
            _ => sum,
        }
    }

    /// What is wanted, with its number in the catalogue.
    fn numbered<'q>(&self, question: &Question<'q>) -> (&'q Permission, Option<PermissionId>) {
        let wanted = question.wanted;
        let asked = !self.rules().is_empty();
        (wanted, asked.then(|| self.permission_id(wanted.as_str())).flatten())
    }

    fn item(&self, question: &Question<'_>) -> Opinion {
        match self.item_answer(question) {
            Some(ItemAnswer::Allow { .. }) => Opinion::Allow,
            Some(ItemAnswer::Deny) => Opinion::Deny,
            Some(ItemAnswer::NoOpinion) | None => Opinion::NoOpinion,
        }
    }

    fn item_answer(&self, question: &Question<'_>) -> Option<ItemAnswer<'_>> {
        let item = question.item.as_ref()?;
        let (kind, action) = question.wanted.type_and_verb()?;
        let subject = Subject { id: question.subject, roles: question.access.all_roles() };
        Some(self.items().decide(subject, action, kind, item))
    }

    fn related(&self, question: &Question<'_>) -> Opinion {
        let opinions = self.related_each(question).map(|(opinion, _)| opinion);
        opinions.max().unwrap_or(Opinion::NoOpinion)
    }

    /// What each relation says that gives the permission.
    fn related_each<'a>(
        &'a self,
        question: &'a Question<'_>,
    ) -> impl Iterator<Item = (Opinion, &'a RelationGrant)> {
        let asked = question.related.into_iter().flat_map(move |related| {
            let kind = related.object.split_once(':').map_or(related.object, |(kind, _)| kind);
            let grants = self.relation_grants().iter().filter(move |it| *it.kind == *kind);
            grants.map(move |grant| (related, grant))
        });
        let asked = asked.filter(|(_, grant)| grant.pattern.matches(question.wanted));
        asked.map(|(Related { object, subject, tuples, whole }, grant)| {
            let check = || self.model().check(tuples, object, &grant.relation, subject);
            let opinion = match whole.then(check) {
                Some(Ok(true)) => Opinion::Allow,
                Some(Ok(false)) => Opinion::NoOpinion,
                Some(Err(_)) | None => Opinion::Failed,
            };
            (opinion, grant)
        })
    }
}

fn acl(question: &Question<'_>) -> Option<AclHit> {
    let groups = question.groups?;
    Acl::decide_chain(question.acl.iter().copied(), groups, question.wanted.as_str())
}

#[cfg(test)]
mod tests;
