//! Access and refresh tokens: a session is their family.

pub(super) const TOKENS: &[&str] = &["ALTER TABLE kw_sessions ADD COLUMN family {blob}"];
