//! Somebody may make an account, once.

use crate::id::{InvitationId, UserId};
use crate::time::Timestamp;

/// An invitation. Only a hash of its secret is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invitation {
    /// Which. Not a secret.
    pub id: InvitationId,
    /// SHA-256 of the secret of its link.
    pub secret_hash: [u8; 32],
    /// Whose it is, as whoever invited typed it; empty for whoever has the link.
    pub email: String,
    /// The same, as it is compared.
    pub normal: String,
    /// Roles that the account will hold.
    pub roles: Vec<String>,
    /// Whether the link went to the address and nowhere else: whoever has it reads
    /// the mail there.
    pub is_mailed: bool,
    /// Who invites; `None` for the command line and the app.
    pub made_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Ends at this moment, exclusive.
    pub expires_at: Timestamp,
    /// Who came by it.
    pub used_by: Option<UserId>,
    /// When.
    pub used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

impl Invitation {
    /// Whether somebody can still come by it.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && now < self.expires_at
    }

    /// `open`, `used`, `revoked` or `expired`.
    pub fn status(&self, now: Timestamp) -> &'static str {
        match (self.used_at, self.revoked_at) {
            (Some(_), _) => "used",
            (None, Some(_)) => "revoked",
            (None, None) if now < self.expires_at => "open",
            (None, None) => "expired",
        }
    }
}
