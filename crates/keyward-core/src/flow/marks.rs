//! Credentials that say who an account is, and open nothing by themselves.

use crate::port::ANONYMOUS;
use crate::record::Credential;

/// Kinds of them: begun without a name, a person of the app's own table, and what an
/// account is known as elsewhere.
const MARKS: &[&str] =
    &[ANONYMOUS, super::own_user::KIND, "known_as", "authnzerver", "authnzerver_system"];

/// What precedes the name of a system that people came from.
const BROUGHT: &str = "import:";

/// Whether this one is such a mark. Whatever is not opens something, or answers a question.
pub(super) fn is_mark(found: &Credential) -> bool {
    MARKS.contains(&found.kind.as_str()) || found.kind.starts_with(BROUGHT)
}
