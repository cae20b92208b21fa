//! Who a service elsewhere says that somebody is.

use crate::id::{CredentialId, TenantId, UserId};
use crate::time::Timestamp;

/// What a credential is found by when nobody says whose it is: the name that an
/// issuer gave to somebody. Unique by tenant, issuer and subject, compared byte by
/// byte; it is gone when its credential is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// Which population.
    pub tenant: TenantId,
    /// Who says so: `https://accounts.google.com`; at most [`MAX`](Self::MAX) bytes.
    pub issuer: String,
    /// What it calls them, for ever; at most [`MAX`](Self::MAX) bytes.
    pub subject: String,
    /// Whose account it is here.
    pub user: UserId,
    /// Where the rest is kept.
    pub credential: CredentialId,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Identity {
    /// Bytes of an issuer or a subject, at most; OpenID Connect Core section 2
    /// allows a subject 255.
    pub const MAX: usize = 255;
}
