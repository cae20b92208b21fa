//! Access control lists that are stored.

/// An access control list. The first entry that applies decides.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AclRow {
    /// Its name; unique.
    pub name: String,
    /// Its entries in order, as text: `allow staff posts:view,posts:edit`.
    pub entries: Vec<String>,
    /// Tells its states apart: the policy version that it was stored with.
    pub version: i64,
}
