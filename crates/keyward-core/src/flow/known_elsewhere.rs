//! Accounts that another system had a name for.

use super::Decide;
use crate::id::{CredentialId, TenantId, UserId};
use crate::port::Write;
use crate::record::{Credential, Identity};

/// What was known of an account elsewhere.
pub(super) struct Elsewhere<'a> {
    /// The kind of the credential that keeps it.
    pub(super) kind: &'a str,
    /// What is kept.
    pub(super) data: String,
    /// Whose name it is.
    pub(super) issuer: &'a str,
    /// The name.
    pub(super) subject: &'a str,
}

impl Elsewhere<'_> {
    /// Notes it, so that the account is found by it, and by nobody else's.
    pub(super) fn noted(self, user: UserId, cx: &mut Decide<'_>) -> Vec<Write> {
        let (credential, created_at) = (CredentialId::mint(cx.now, cx.rng), cx.now);
        let (kind, data) = (self.kind.to_owned(), self.data.into_bytes());
        let (issuer, subject) = (self.issuer.to_owned(), self.subject.to_owned());
        let tenant = TenantId::MAIN;
        vec![
            Write::AddCredential(Credential { id: credential, user, kind, data, created_at }),
            Write::AddIdentity(Identity { tenant, issuer, subject, user, credential, created_at }),
        ]
    }
}
