//! Who services elsewhere say that somebody is.

/// Compared byte by byte: to an issuer, two subjects that differ in case are two.
pub(super) const IDENTITIES: &[&str] = &[
    "CREATE TABLE kw_identities (tenant_id {id} NOT NULL, issuer {ref} NOT NULL, \
     subject {ref} NOT NULL, user_id {id} NOT NULL, credential_id {id} NOT NULL, \
     created_at {int} NOT NULL, PRIMARY KEY (tenant_id, issuer, subject)){narrow}",
    "CREATE UNIQUE INDEX kw_identities_credential ON kw_identities (credential_id)",
];
