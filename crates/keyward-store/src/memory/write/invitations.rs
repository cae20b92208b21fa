//! Invitations.

use keyward_core::id::InvitationId;
use keyward_core::record::Invitation;

use super::{Done, Run, expect};

impl Run<'_> {
    /// Ends an invitation that nobody came by and that was not taken back.
    pub(super) fn end_invitation(
        &mut self,
        id: InvitationId,
        end: impl FnOnce(&mut Invitation),
    ) -> Done {
        expect(self.change(
            |s| &mut s.invitations,
            id,
            |row| {
                let is_open = row.used_at.is_none() && row.revoked_at.is_none();
                end(row);
                is_open
            },
        ))
    }
}
