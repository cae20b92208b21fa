//! What an account can sign in with by itself.

use crate::record::Subject;

/// Kinds of credential that sign in by themselves.
const WAYS_IN: &[&str] = &["password", "passkey", "oauth"];

/// Whether anything is left to sign in by without an address: nothing can be sent.
pub(super) fn has_one(subject: &Subject) -> bool {
    let kinds = WAYS_IN.iter().copied().chain([super::own_user::KIND]);
    kinds.into_iter().any(|kind| subject.credential(kind).is_some())
}

/// Whether an account could still sign in without this credential.
#[cfg(any(feature = "oauth", feature = "passkeys"))]
pub(super) fn has_another(subject: &Subject, without: crate::id::CredentialId) -> bool {
    let mut others = subject.credentials.iter().filter(|found| found.id != without);
    others.any(|found| WAYS_IN.contains(&found.kind.as_str()))
}
