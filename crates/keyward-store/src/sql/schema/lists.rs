//! Access control lists.

/// The entries are a JSON list of texts: their order is part of what they say.
pub(super) const LISTS: &[&str] =
    &["CREATE TABLE kw_acls (name {name} NOT NULL PRIMARY KEY, entries {text} NOT NULL, \
     version {int} NOT NULL){narrow}"];
