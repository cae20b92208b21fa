//! Access control lists and stored relations.

/// The entries of a list are JSON texts: their order is part of what they say.
///
/// A check asks of an object's relation the sets, and whether one subject is among
/// the rest: sets have a `subject_relation`, so they lie together, and a group of
/// millions is not read for one of its members. The other index is for whoever
/// asks what a subject has.
pub(super) const LISTS: &[&str] = &[
    "CREATE TABLE kw_acls (name {name} NOT NULL PRIMARY KEY, entries {text} NOT NULL, \
     version {int} NOT NULL){narrow}",
    "CREATE TABLE kw_relations (object_type {word} NOT NULL, object_id {ref} NOT NULL, \
     relation {word} NOT NULL, subject_relation {word} NOT NULL, \
     subject_type {word} NOT NULL, subject_id {ref} NOT NULL, \
     PRIMARY KEY (object_type, object_id, relation, subject_relation, subject_type, \
     subject_id)){narrow}",
    "CREATE INDEX kw_relations_subject ON kw_relations (subject_type, subject_id, \
     object_type, object_id, relation, subject_relation)",
];
