//! Which relations the objects of a type have, and where these come from.

use std::collections::BTreeMap;

use super::parse::{self, BadRelation};
use super::tuples::{Tuple, type_of};

/// The types of objects and their relations.
#[derive(Clone, Debug, Default)]
pub struct Model(BTreeMap<Box<str>, BTreeMap<Box<str>, Rewrite>>);

/// Where a relation comes from: one of the five forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// `[user, group#member, user:*]`: from tuples with such subjects.
    Direct(Box<[TypeRef]>),
    /// `editor`: whoever has that relation with the same object.
    Computed(Box<str>),
    /// `viewer from parent`: whoever has the first relation with an object that
    /// has the second with this one.
    From {
        /// The relation with the other object.
        relation: Box<str>,
        /// The relation of the other object with this one.
        via: Box<str>,
    },
    /// `a | b`
    Union(Box<[Rewrite]>),
    /// `a & b`
    Intersection(Box<[Rewrite]>),
    /// `a but not b`
    Exclusion(Box<[Rewrite; 2]>),
}

/// Subjects that a tuple may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeRef {
    /// `user`: one of them.
    One(Box<str>),
    /// `user:*`: all of them.
    Everybody(Box<str>),
    /// `group#member`: whoever has that relation with one.
    Set(Box<str>, Box<str>),
}

impl Model {
    /// Starts without types.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a type, perhaps without relations.
    pub fn object_type(&mut self, name: &str) -> &mut Self {
        self.0.entry(name.into()).or_default();
        self
    }

    /// Whether there is a type of this name.
    pub fn has_type(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Adds a relation, written as in a policy file, or replaces it.
    ///
    /// # Errors
    /// When the expression is not well formed.
    pub fn relation(
        &mut self,
        object_type: &str,
        name: &str,
        expression: &str,
    ) -> Result<&mut Self, BadRelation> {
        Ok(self.define(object_type, name, parse::parse(expression)?))
    }

    /// Adds a relation, or replaces it.
    pub fn define(&mut self, object_type: &str, name: &str, rewrite: Rewrite) -> &mut Self {
        self.0.entry(object_type.into()).or_default().insert(name.into(), rewrite);
        self
    }

    /// Whether a tuple fits the model. One that does not is ignored by checks.
    pub fn admits(&self, tuple: &Tuple) -> bool {
        let relation = self.find(tuple.object(), tuple.relation());
        relation.is_some_and(|rewrite| rewrite.admits(tuple.subject()))
    }

    /// Names what the relations speak of and the model lacks: types, and
    /// relations of the own type. Check it before putting a model to use.
    pub fn missing(&self) -> Vec<String> {
        let relations = self
            .0
            .iter()
            .flat_map(|(kind, relations)| relations.values().map(move |rewrite| (kind, rewrite)));
        let mut missing = Vec::new();
        for (kind, rewrite) in relations {
            self.miss(kind, rewrite, &mut missing);
        }
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    fn miss(&self, kind: &str, rewrite: &Rewrite, missing: &mut Vec<String>) {
        let relation = |kind: &str, name: &str| {
            let known = self.find(kind, name).is_some();
            (!known).then(|| format!("{kind}#{name}"))
        };
        match rewrite {
            Rewrite::Direct(types) => {
                missing.extend(types.iter().filter_map(|known| match known {
                    TypeRef::One(kind) | TypeRef::Everybody(kind) => {
                        (!self.knows_type(kind)).then(|| kind.to_string())
                    }
                    TypeRef::Set(kind, name) => relation(kind, name),
                }))
            }
            Rewrite::Computed(name) => missing.extend(relation(kind, name)),
            Rewrite::From { via, .. } => missing.extend(relation(kind, via)),
            Rewrite::Union(all) | Rewrite::Intersection(all) => {
                all.iter().for_each(|part| self.miss(kind, part, missing));
            }
            Rewrite::Exclusion(both) => {
                both.iter().for_each(|part| self.miss(kind, part, missing));
            }
        }
    }

    /// The types, sorted.
    pub(super) fn types(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// The relations of a type, sorted.
    pub(super) fn relations(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.0.get(kind).into_iter().flat_map(|all| all.keys()).map(|name| &**name)
    }

    /// Where all relations come from.
    pub(super) fn rewrites(&self) -> impl Iterator<Item = &Rewrite> {
        self.0.values().flat_map(|relations| relations.values())
    }

    pub(super) fn knows_type(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The relation of this name of the object's type.
    pub(super) fn find(&self, object: &str, relation: &str) -> Option<&Rewrite> {
        self.0.get(type_of(object))?.get(relation)
    }
}

impl Rewrite {
    /// Whether something in it is taken away.
    pub(super) fn takes_away(&self) -> bool {
        match self {
            Rewrite::Direct(_) | Rewrite::Computed(_) | Rewrite::From { .. } => false,
            Rewrite::Union(all) | Rewrite::Intersection(all) => all.iter().any(Rewrite::takes_away),
            Rewrite::Exclusion(_) => true,
        }
    }

    /// Whether a tuple of this relation may have this subject.
    pub(super) fn admits(&self, subject: &str) -> bool {
        match self {
            Rewrite::Direct(types) => types.iter().any(|known| known.admits(subject)),
            Rewrite::Computed(_) | Rewrite::From { .. } => false,
            Rewrite::Union(all) | Rewrite::Intersection(all) => {
                all.iter().any(|part| part.admits(subject))
            }
            Rewrite::Exclusion(both) => both.iter().any(|part| part.admits(subject)),
        }
    }
}

impl TypeRef {
    /// Whether this is such a subject.
    pub(super) fn admits(&self, subject: &str) -> bool {
        let (object, relation) = match subject.split_once('#') {
            Some((object, relation)) => (object, Some(relation)),
            None => (subject, None),
        };
        let Some((kind, id)) = object.split_once(':') else { return false };
        match self {
            TypeRef::One(name) => **name == *kind && relation.is_none() && id != "*",
            TypeRef::Everybody(name) => **name == *kind && relation.is_none() && id == "*",
            TypeRef::Set(name, own) => **name == *kind && relation == Some(own) && id != "*",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spoken_of_but_missing_is_named() {
        let mut model = Model::new();
        model
            .relation("doc", "viewer", "[user, group#member] | (editor & boss from parent)")
            .unwrap();
        assert_eq!(model.missing(), ["doc#editor", "doc#parent", "group#member", "user"]);
        model.object_type("user").relation("group", "member", "[user:*]").unwrap();
        model
            .relation("doc", "editor", "[user]")
            .unwrap()
            .relation("doc", "parent", "[doc]")
            .unwrap();
        assert!(model.missing().is_empty());
    }

    #[test]
    fn a_subject_must_be_of_an_admitted_form() {
        let mut model = Model::new();
        model.relation("doc", "viewer", "[user, group#member, robot:*]").unwrap();
        for (subject, admitted) in [
            ("user:ann", true),
            ("user:*", false),
            ("robot:*", true),
            ("robot:r2", false),
            ("group:g#member", true),
            ("group:g", false),
            ("group:*#member", false),
            ("ann", false),
        ] {
            let tuple = Tuple::new("doc:a", "viewer", subject);
            assert_eq!(model.admits(&tuple), admitted, "{subject}");
        }
    }
}
