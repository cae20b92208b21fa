//! Invitations.

use keyward_core::record::Invitation;

use super::{S, Step, one};
use crate::sql::value::params;

pub(super) fn add(i: &Invitation) -> Step {
    let roles = serde_json::to_string(&i.roles).unwrap_or_default();
    let params = params![
        i.id,
        i.secret_hash,
        &i.email,
        &i.normal,
        roles,
        i.is_mailed,
        i.made_by,
        i.created_at,
        i.expires_at,
        i.used_by,
        i.used_at,
        i.revoked_at,
    ];
    one(S::AddInvitation, params)
}
