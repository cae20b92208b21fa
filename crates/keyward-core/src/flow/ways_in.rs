//! What an account can sign in with by itself.

use crate::id::CredentialId;
use crate::record::Subject;

/// Kinds of credential that sign in by themselves.
const WAYS_IN: &[&str] = &["password", "passkey", "oauth"];

/// Whether an account could still sign in without this credential.
pub(super) fn has_another(subject: &Subject, without: CredentialId) -> bool {
    let mut others = subject.credentials.iter().filter(|found| found.id != without);
    others.any(|found| WAYS_IN.contains(&found.kind.as_str()))
}
