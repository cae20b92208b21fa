//! What decided, with what people need to know about it.

use std::fmt;
use std::sync::Arc;

use super::RuleRef;
use crate::effect::Effect;
use crate::origin::Origin;

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// This role may do everything.
    Superuser(Arc<str>),
    /// This rule.
    Rule(RuleRef),
    /// No rule covers the permission.
    NoMatch,
    /// Something allows it, but these denials could not be read.
    Unreadable(Vec<String>),
    /// The permission is written in another dialect than the policy.
    OtherDialect,
    /// The subject is banned.
    Banned,
    /// This role locks its holder out.
    Locked(Arc<str>),
    /// The catalogue does not have the permission.
    UnknownPermission,
    /// The ceiling of this name does not contain the permission.
    Ceiling(String),
    /// A rule with conditions.
    Conditional {
        /// Its name.
        id: String,
        /// What it does.
        effect: Effect,
        /// What it tells people.
        reason: Option<String>,
        /// Its condition could not be evaluated.
        failed: bool,
        /// Where it stands.
        origin: Option<Origin>,
    },
    /// An entry of an access control list.
    Acl {
        /// The list in the chain, from 0 at the resource.
        level: usize,
        /// The place of the entry, from 0.
        place: usize,
        /// The entry, as written.
        entry: String,
        /// The name of the list.
        name: Option<String>,
        /// Where the entry stands.
        origin: Option<Origin>,
    },
    /// The table of items.
    Items {
        /// The row, such as `items.dataset.roles.author.owned`.
        rule: String,
        /// Whether as the owner.
        owned: bool,
        /// Where the row stands.
        origin: Option<Origin>,
    },
    /// A relation with the object.
    Relations {
        /// The relation, such as `relations.document.viewer`.
        rule: String,
        /// It could not be evaluated.
        failed: bool,
        /// Where it is written that the relation gives this.
        origin: Option<Origin>,
    },
    /// A block of one's own.
    Custom {
        /// Its place, from 0.
        place: usize,
        /// It could not be evaluated.
        failed: bool,
    },
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Superuser(role) => write!(f, "role {role} may do everything"),
            Because::Rule(rule) => rule.fmt(f),
            Because::NoMatch => f.write_str("no rule covers it"),
            Because::Unreadable(flaws) => write!(f, "denials not read: {}", flaws.join("; ")),
            Because::OtherDialect => f.write_str("the policy is written in another dialect"),
            Because::UnknownPermission => f.write_str("the catalogue does not have it"),
            Because::Locked(role) => write!(f, "role {role} locks its holder out"),
            Because::Banned => f.write_str("the subject is banned"),
            Because::Ceiling(name) => write!(f, "ceiling `{name}` does not contain it"),
            Because::Conditional { id, effect, reason, failed, .. } => {
                write!(f, "rule {id} ({effect}){}", failure(*failed))?;
                reason.iter().try_for_each(|reason| write!(f, ": {reason}"))
            }
            Because::Acl { level, place, entry, .. } => {
                write!(f, "acl entry {place} at level {level} ({entry})")
            }
            Because::Items { owned: true, .. } => f.write_str("the table of items, as the owner"),
            Because::Items { owned: false, .. } => f.write_str("the table of items"),
            Because::Relations { failed, .. } => {
                write!(f, "a relation with the object{}", failure(*failed))
            }
            Because::Custom { place, failed } => write!(f, "block {place}{}", failure(*failed)),
        }
    }
}

fn failure(failed: bool) -> &'static str {
    if failed { " could not be evaluated" } else { "" }
}
