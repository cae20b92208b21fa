//! Who has which relation with what, as stored.

use std::collections::{BTreeMap, BTreeSet};

/// One stored relation: `document:roof`, `viewer`, `group:builders#member`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tuple {
    object: Box<str>,
    relation: Box<str>,
    subject: Box<str>,
}

impl Tuple {
    /// Names the object, its relation and the subject. The subject is an object,
    /// all objects of a type (`user:*`) or a set (`group:builders#member`).
    pub fn new(object: &str, relation: &str, subject: &str) -> Self {
        Self { object: object.into(), relation: relation.into(), subject: subject.into() }
    }

    /// The object.
    pub fn object(&self) -> &str {
        &self.object
    }

    /// The relation.
    pub fn relation(&self) -> &str {
        &self.relation
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// Stored relations, by object and relation.
#[derive(Clone, Debug, Default)]
pub struct Tuples(BTreeMap<Box<str>, BTreeMap<Box<str>, Subjects>>);

type Subjects = BTreeSet<Box<str>>;

impl Tuples {
    /// Starts without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one. True when it is new.
    pub fn insert(&mut self, tuple: Tuple) -> bool {
        let relations = self.0.entry(tuple.object).or_default();
        relations.entry(tuple.relation).or_default().insert(tuple.subject)
    }

    /// Takes one away. True when it was there.
    pub fn remove(&mut self, tuple: &Tuple) -> bool {
        let Some(relations) = self.0.get_mut(tuple.object()) else { return false };
        let subjects = relations.get_mut(tuple.relation());
        subjects.is_some_and(|subjects| subjects.remove(tuple.subject()))
    }

    /// All of them, sorted.
    pub fn iter(&self) -> impl Iterator<Item = Tuple> {
        self.0.iter().flat_map(|(object, relations)| {
            relations.iter().flat_map(move |(relation, subjects)| {
                subjects.iter().map(move |subject| Tuple::new(object, relation, subject))
            })
        })
    }

    /// The objects of a type, sorted.
    pub(crate) fn objects<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(|object| &**object).filter(move |object| type_of(object) == kind)
    }

    pub(super) fn contain(&self, object: &str, relation: &str, subject: &str) -> bool {
        self.of(object, relation).is_some_and(|subjects| subjects.contains(subject))
    }

    /// The subjects of one relation with one object.
    pub(super) fn subjects(&self, object: &str, relation: &str) -> impl Iterator<Item = &str> {
        self.of(object, relation).into_iter().flatten().map(|subject| &**subject)
    }

    fn of(&self, object: &str, relation: &str) -> Option<&Subjects> {
        self.0.get(object)?.get(relation)
    }
}

impl Extend<Tuple> for Tuples {
    fn extend<I: IntoIterator<Item = Tuple>>(&mut self, all: I) {
        for tuple in all {
            self.insert(tuple);
        }
    }
}

impl FromIterator<Tuple> for Tuples {
    fn from_iter<I: IntoIterator<Item = Tuple>>(all: I) -> Self {
        let mut tuples = Self::new();
        tuples.extend(all);
        tuples
    }
}

/// `document` of `document:roof`.
pub(crate) fn type_of(object: &str) -> &str {
    object.split_once(':').map_or(object, |(kind, _)| kind)
}
