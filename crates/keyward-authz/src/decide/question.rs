//! What a decision needs to know.

use crate::access::Access;
use crate::acl::{Acl, Groups};
use crate::ceiling::Ceiling;
use crate::condition::Facts;
use crate::items::Item;
use crate::opinion::Opinion;
use crate::permission::Permission;
use crate::relations::Tuples;

/// A question: may this subject do that, to this, now? What is left out has no
/// say.
///
/// ```
/// use keyward_authz::{Access, Effect, Permission, Question, SnapshotBuilder};
///
/// let mut policy = SnapshotBuilder::new();
/// policy.rule("editor", Effect::Allow, "posts:*")?;
/// let snapshot = policy.build();
/// let access = Access::compile(&snapshot, ["editor"], []);
/// let wanted = Permission::parse("posts:edit")?;
///
/// let question = Question { banned: true, ..Question::new(&access, &wanted) };
/// assert!(!snapshot.decide(&question).decision.allowed());
/// # Ok::<(), keyward_authz::BadPermission>(())
/// ```
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// What the subject holds.
    pub access: &'a Access,
    /// What is wanted.
    pub wanted: &'a Permission,
    /// The subject, as owners and shares name it.
    pub subject: Option<&'a str>,
    /// Nothing is allowed.
    pub banned: bool,
    /// All must contain what is wanted.
    pub ceilings: &'a [&'a Ceiling],
    /// The groups of the subject. Access control lists need them.
    pub groups: Option<&'a Groups>,
    /// The access control lists from the resource up to the root.
    pub acl: &'a [Option<&'a Acl>],
    /// The item that it is about; its kind is the first part of the permission,
    /// and the action the second.
    pub item: Option<Item<'a>>,
    /// The object that it is about, for relations.
    pub related: Option<Related<'a>>,
    /// Attributes for conditions.
    pub facts: Facts<'a>,
    /// Blocks of one's own.
    pub custom: &'a [&'a dyn Block],
}

/// An object and a subject, as relations name them.
#[derive(Clone, Copy, Debug)]
pub struct Related<'a> {
    /// Such as `document:roof`.
    pub object: &'a str,
    /// Such as `user:anne`.
    pub subject: &'a str,
    /// The stored relations, and those that come with the question.
    pub tuples: &'a [&'a Tuples],
    /// Whether these are all that matter. By a part of them, nothing is decided.
    pub whole: bool,
}

/// A block of one's own: anything that has an opinion.
pub trait Block {
    /// What it says about the question.
    fn opinion(&self, question: &Question<'_>) -> Opinion;
}

impl<F: Fn(&Question<'_>) -> Opinion> Block for F {
    fn opinion(&self, question: &Question<'_>) -> Opinion {
        self(question)
    }
}

impl<'a> Question<'a> {
    /// Asks what the subject holds, and nothing else.
    pub fn new(access: &'a Access, wanted: &'a Permission) -> Self {
        Self {
            access,
            wanted,
            subject: None,
            banned: false,
            ceilings: &[],
            groups: None,
            acl: &[],
            item: None,
            related: None,
            facts: Facts::default(),
            custom: &[],
        }
    }
}
