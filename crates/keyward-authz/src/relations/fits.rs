//! Why a tuple does not fit a model, for whoever writes it.

use std::fmt;

use super::model::{Model, Rewrite, TypeRef};
use super::tuples::{Tuple, type_of};
use crate::nearest::nearest;

/// Why a tuple does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TupleFlaw {
    /// The model has no such type of objects.
    UnknownType {
        /// What was given.
        name: String,
        /// The one that was meant, perhaps.
        meant: Option<String>,
    },
    /// The type has no such relation.
    UnknownRelation {
        /// The type and what was given: `document#veiwer`.
        name: String,
        /// The one that was meant, perhaps.
        meant: Option<String>,
    },
    /// The relation does not take such a subject.
    Subject {
        /// What was given.
        subject: String,
        /// What it takes; nothing where it follows from others alone.
        admitted: String,
    },
}

impl Model {
    /// Looks whether a tuple fits; one that does not would be ignored.
    ///
    /// # Errors
    /// When its type or its relation is unknown, or it takes no such subject.
    pub fn look_at(&self, tuple: &Tuple) -> Result<(), TupleFlaw> {
        let (kind, relation) = (type_of(tuple.object()), tuple.relation());
        if !self.knows_type(kind) {
            let meant = nearest(kind, self.types()).map(str::to_owned);
            return Err(TupleFlaw::UnknownType { name: kind.to_owned(), meant });
        }
        let Some(rewrite) = self.find(kind, relation) else {
            let meant = nearest(relation, self.relations(kind)).map(str::to_owned);
            return Err(TupleFlaw::UnknownRelation { name: format!("{kind}#{relation}"), meant });
        };
        if rewrite.admits(tuple.subject()) {
            return Ok(());
        }
        let admitted: Vec<String> = rewrite.types().into_iter().map(TypeRef::to_string).collect();
        let (subject, admitted) = (tuple.subject().to_owned(), admitted.join(", "));
        Err(TupleFlaw::Subject { subject, admitted })
    }
}

impl Rewrite {
    /// The subjects that tuples of this relation may have.
    pub(super) fn types(&self) -> Vec<&TypeRef> {
        match self {
            Rewrite::Direct(types) => types.iter().collect(),
            Rewrite::Computed(_) | Rewrite::From { .. } => Vec::new(),
            Rewrite::Union(all) | Rewrite::Intersection(all) => {
                all.iter().flat_map(Rewrite::types).collect()
            }
            Rewrite::Exclusion(both) => both.iter().flat_map(Rewrite::types).collect(),
        }
    }
}

impl TupleFlaw {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownType { .. } => "type_unknown",
            Self::UnknownRelation { .. } => "relation_unknown",
            Self::Subject { .. } => "subject_invalid",
        }
    }

    /// Which part is wrong: `object`, `relation` or `subject`.
    pub fn part(&self) -> &'static str {
        match self {
            Self::UnknownType { .. } => "object",
            Self::UnknownRelation { .. } => "relation",
            Self::Subject { .. } => "subject",
        }
    }
}

impl fmt::Display for TupleFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, name, meant) = match self {
            Self::UnknownType { name, meant } => ("type", name, meant),
            Self::UnknownRelation { name, meant } => ("relation", name, meant),
            Self::Subject { admitted, .. } if admitted.is_empty() => {
                return f.write_str("this relation follows from others, and is not written");
            }
            Self::Subject { subject, admitted } => {
                let subject = subject.escape_debug();
                return write!(f, "subject `{subject}` is not one of `{admitted}`");
            }
        };
        write!(f, "unknown {what} `{}`", name.escape_debug())?;
        meant.as_ref().map_or(Ok(()), |meant| write!(f, ", did you mean `{meant}`?"))
    }
}

impl std::error::Error for TupleFlaw {}

impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(kind) => f.write_str(kind),
            Self::Everybody(kind) => write!(f, "{kind}:*"),
            Self::Set(kind, relation) => write!(f, "{kind}#{relation}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaw_names_what_was_meant() {
        let mut model = Model::new();
        model.object_type("user");
        model.relation("group", "member", "[user]").unwrap();
        model.relation("document", "viewer", "[user, group#member, user:*] | editor").unwrap();
        model.relation("document", "editor", "viewer").unwrap();
        for (object, relation, subject, words) in [
            ("document:a", "viewer", "user:ann", None),
            ("document:a", "viewer", "group:g#member", None),
            (
                "documnt:a",
                "viewer",
                "user:ann",
                Some("unknown type `documnt`, did you mean `document`?"),
            ),
            (
                "document:a",
                "veiwer",
                "user:ann",
                Some("unknown relation `document#veiwer`, did you mean `viewer`?"),
            ),
            (
                "document:a",
                "viewer",
                "group:g",
                Some("subject `group:g` is not one of `user, group#member, user:*`"),
            ),
            (
                "document:a",
                "editor",
                "user:ann",
                Some("this relation follows from others, and is not written"),
            ),
            ("ship:a", "viewer", "user:ann", Some("unknown type `ship`")),
        ] {
            let flaw = model.look_at(&Tuple::new(object, relation, subject)).err();
            assert_eq!(flaw.map(|flaw| flaw.to_string()).as_deref(), words, "{object} {relation}");
        }
    }
}
