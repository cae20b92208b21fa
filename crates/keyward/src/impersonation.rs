//! Act as somebody else, and stop. The API and the pages call what an app may call.

use std::sync::Arc;
use std::time::Duration;

use keyward_core::flow::Client;
use keyward_core::flow::impersonate::{Impersonate, PERMISSION, StopImpersonating};
use keyward_core::flow::open::Opened;
use keyward_core::id::{SessionId, UserId};
use keyward_core::port::Fut;
use keyward_core::record::{Impersonator, SessionKind};
use keyward_core::refusal::Refusal;
use keyward_core::{Error, Secret};

use crate::context::Context;
use crate::engine::Keyward;
use crate::engine::builder::Builder;
use crate::engine::cache::Entry;
use crate::engine::policy::parse;
use crate::people::Answer;

/// A session in which somebody acts as somebody else.
#[derive(Clone, Debug)]
pub struct ImpersonatedSession {
    /// `ses_…`
    pub id: SessionId,
    /// As whom.
    pub user: UserId,
    /// Who acts.
    pub impersonator: UserId,
    token: Secret,
}

impl ImpersonatedSession {
    /// For `Authorization: Bearer`.
    pub fn token(&self) -> &Secret {
        &self.token
    }
}

impl Builder {
    /// How long an administrator may act as somebody else at once; 30 minutes at
    /// first.
    #[must_use]
    pub fn impersonation(self, time: Duration) -> Self {
        self.settings(|settings| settings.impersonation_lifetime = time)
    }
}

impl Keyward {
    /// Lets whoever holds this session act as `user` for a while, if they hold the
    /// permission `users:impersonate`, proved lately who they are, and may do all
    /// that `user` may. The reason stands in the log, and with it who did what. It
    /// ends with their own session, and when they lose the permission.
    pub async fn impersonate(
        &self,
        session: SessionId,
        user: UserId,
        reason: &str,
    ) -> Answer<ImpersonatedSession> {
        let Some(entry) = self.load_session(session).await? else {
            return Ok(Err(Refusal::Unauthenticated));
        };
        if !self.may_impersonate(Arc::clone(&entry)).await? {
            return Ok(Err(Refusal::OutsideCeiling));
        }
        let (kind, client) = (SessionKind::Token, Client::default());
        let opened = self.impersonate_for(&entry, user, reason.to_owned(), kind, &client).await?;
        Ok(opened.map(|opened| ImpersonatedSession {
            id: opened.session.id,
            user,
            impersonator: entry.user.id,
            token: opened.token.clone(),
        }))
    }

    /// Ends a session in which somebody acts as somebody else; says as whom.
    pub async fn stop_impersonating(&self, session: SessionId) -> Answer<UserId> {
        self.stop_impersonating_for(session, &Client::default()).await
    }

    pub(crate) async fn impersonate_for(
        &self,
        entry: &Entry,
        user: UserId,
        reason: String,
        kind: SessionKind,
        client: &Client,
    ) -> Answer<Box<Opened>> {
        let (actor, session) = (entry.user.id, entry.session.id);
        self.run(&Impersonate { actor, session, user, reason, kind }, client).await
    }

    pub(crate) async fn stop_impersonating_for(
        &self,
        session: SessionId,
        client: &Client,
    ) -> Answer<UserId> {
        self.run(&StopImpersonating { session }, client).await
    }

    /// Whether whoever acts as `user` still may: their own session lives, they still hold
    /// the permission, and still all that the other may. Asked at every use: it is rare.
    pub(crate) fn still_acts(
        &self,
        by: Impersonator,
        user: UserId,
    ) -> Fut<'_, Result<bool, Error>> {
        Box::pin(async move {
            let Some(own) = self.load_session(by.session).await? else { return Ok(false) };
            let own: Arc<Entry> = own;
            let lives = own.user.id == by.user
                && own.user.is_active()
                && own.session.impersonator.is_none()
                && own.session.epoch == own.user.session_epoch
                && self.now() < own.session.expires_at;
            let may = lives && self.may_impersonate(own).await?;
            Ok(may && self.still_covers(by.user, user).await?)
        })
    }

    /// Whether whoever holds this session may act as somebody, by whatever decides.
    async fn may_impersonate(&self, own: Arc<Entry>) -> Result<bool, Error> {
        let (wanted, known) = (parse(PERMISSION)?, self.known(own, None).await?);
        let ruling = self.rule(known.asker(), &wanted, None, &Context::new()).await?;
        ruling.allowed()
    }
}
