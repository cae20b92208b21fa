//! The policy document: one row.

pub(super) const DOCUMENT: &[&str] = &["CREATE TABLE kw_policy_documents (\
     id {int} NOT NULL PRIMARY KEY, version {int} NOT NULL, body {text} NOT NULL){narrow}"];
