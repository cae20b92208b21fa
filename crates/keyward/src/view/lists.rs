//! Access control lists and stored relations, as clients see them.

use keyward_authz::acl::Acl;
use keyward_core::record::{AclRow, Tuple};
use schemars::JsonSchema;
use serde::Serialize;

/// An access control list. The first entry that applies decides.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct AclView {
    /// Its name, as resources name it.
    pub name: String,
    /// Its entries in order: `allow staff posts:edit`.
    pub entries: Vec<String>,
    /// For `If-Match`; 0 for a list of the policy file.
    pub version: i64,
    /// Whether it stands where it cannot be changed from here.
    pub read_only: bool,
}

impl AclView {
    pub(crate) fn new(row: &AclRow) -> Self {
        let AclRow { name, entries, version } = row.clone();
        Self { name, entries, version, read_only: false }
    }

    /// A list of the policy file.
    pub(crate) fn fixed(name: &str, acl: &Acl) -> Self {
        let entries = acl.entries().iter().map(ToString::to_string).collect();
        Self { name: name.to_owned(), entries, version: 0, read_only: true }
    }
}

/// Who has which relation with what.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct RelationView {
    /// `document:roof`
    pub object: String,
    /// `viewer`
    pub relation: String,
    /// `user:usr_…`, `user:*` or `group:builders#member`
    pub subject: String,
}

impl From<&Tuple> for RelationView {
    fn from(tuple: &Tuple) -> Self {
        let relation = tuple.relation.clone();
        Self { object: tuple.object(), relation, subject: tuple.subject() }
    }
}
