//! Invitations: made, listed, taken back. The API, the pages and the command line call
//! what an app may call.

use std::time::Duration;

use keyward_core::flow::Client;
use keyward_core::flow::invite::{Invite, Invited, RevokeInvitation, SeeInvitation};
use keyward_core::id::{InvitationId, UserId};
use keyward_core::port::Page;
use keyward_core::record::Invitation;
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};
use schemars::JsonSchema;
use serde::Serialize;

use crate::engine::Keyward;
use crate::people::Answer;

/// An invitation to make.
#[derive(Clone, Debug, Default)]
pub struct NewInvitation {
    /// Whose address it is for: the link is mailed there and nobody else sees it.
    /// `None` for whoever is given the link.
    pub email: Option<String>,
    /// Roles that the account will hold.
    pub roles: Vec<String>,
    /// How long it can be used: an hour to 90 days; `None` for as long as the settings
    /// say.
    pub lifetime: Option<Duration>,
}

/// An invitation as it is seen.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct InvitationView {
    /// `inv_…`
    #[schemars(with = "String")]
    pub id: InvitationId,
    /// Whose address it is for; absent for whoever has the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Roles that the account will hold.
    pub roles: Vec<String>,
    /// `open`, `used`, `revoked` or `expired`.
    pub status: &'static str,
    /// Who invites; absent for the command line and the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub made_by: Option<UserId>,
    /// When it was made.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// Ends at this moment, exclusive.
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
    /// Who came by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub used_by: Option<UserId>,
}

impl InvitationView {
    pub(crate) fn new(found: &Invitation, now: Timestamp) -> Self {
        Self {
            id: found.id,
            email: Some(found.email.clone()).filter(|email| !email.is_empty()),
            roles: found.roles.clone(),
            status: found.status(now),
            made_by: found.made_by,
            created_at: found.created_at,
            expires_at: found.expires_at,
            used_by: found.used_by,
        }
    }
}

/// An invitation that was made.
#[derive(Clone, Debug)]
pub struct MadeInvitation {
    /// As it is seen.
    pub invitation: InvitationView,
    /// The link, where nobody was mailed it: shown once.
    pub link: Option<Secret>,
}

/// Invitations on one page of a list.
const PAGE: u32 = 50;

impl Keyward {
    /// Invites somebody to make an account.
    pub async fn invite(&self, new: NewInvitation) -> Answer<MadeInvitation> {
        self.invite_for(None, new, &Client::default()).await
    }

    /// Invitations, newest first, 50 at a time, older than `after`.
    pub async fn invitations(
        &self,
        after: Option<InvitationId>,
    ) -> Result<Page<InvitationView, InvitationId>, Error> {
        let mut found = self.0.store.invitations(after, PAGE + 1).await?;
        let more = found.len() > PAGE as usize;
        found.truncate(PAGE as usize);
        let next = found.last().filter(|_| more).map(|last| last.id);
        let now = self.now();
        Ok(Page { data: found.iter().map(|row| InvitationView::new(row, now)).collect(), next })
    }

    /// Takes an invitation back.
    pub async fn revoke_invitation(&self, invitation: InvitationId) -> Answer<()> {
        self.revoke_invitation_for(None, invitation, &Client::default()).await
    }

    pub(crate) async fn invite_for(
        &self,
        actor: Option<UserId>,
        new: NewInvitation,
        client: &Client,
    ) -> Answer<MadeInvitation> {
        let NewInvitation { email, roles, lifetime } = new;
        let invited = self.run(&Invite { email, roles, lifetime, actor }, client).await?;
        Ok(invited.map(|invited| self.made(&invited)))
    }

    fn made(&self, invited: &Invited) -> MadeInvitation {
        let link = invited.link.as_ref().map(|link| self.link("/invite/", link.reveal()));
        let invitation = InvitationView::new(&invited.invitation, self.now());
        MadeInvitation { invitation, link: link.map(Secret::new) }
    }

    pub(crate) async fn see_invitation_for(&self, link: Secret, client: &Client) -> Answer<()> {
        self.run(&SeeInvitation { link }, client).await
    }

    pub(crate) async fn revoke_invitation_for(
        &self,
        actor: Option<UserId>,
        invitation: InvitationId,
        client: &Client,
    ) -> Answer<()> {
        self.run(&RevokeInvitation { invitation, actor }, client).await
    }
}
