//! Who an authenticator claims somebody is: from memory where possible.

use std::sync::Arc;
use std::time::Duration;

use keyward_authz::Ceiling;
use keyward_core::Error;
use keyward_core::id::{SessionId, UserId};
use keyward_core::record::{Session, SessionKind, User};
use keyward_core::time::Timestamp;

use super::Keyward;
use super::api_key::ceiling;
use super::cache::{ClaimInUse, Entry};
use super::session::Ended;
use crate::authn::Claim;

/// What a claim opens in memory, in place of a session: longer than any process lives.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

impl Keyward {
    /// How often all sessions of an account were ended at once: what is made outside a
    /// session says so, and ends with the next time. `None` if there is no such account.
    pub async fn session_epoch(&self, user: UserId) -> Result<Option<i64>, Error> {
        Ok(self.0.store.user(user).await?.map(|user| user.session_epoch))
    }

    /// What a claim opens.
    pub(crate) async fn claim_of(
        &self,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Result<Arc<Entry>, Ended>, Error> {
        let Some(id) = claim.id() else { return Ok(Err(Ended::Unknown)) };
        match self.claimed(id, now).filter(|found| is_of(found, claim)) {
            Some(entry) => Ok(Ok(entry)),
            None => self.entry_claimed(id, claim, now).await,
        }
    }

    /// What is in memory under this name, if it still stands.
    pub(crate) fn claimed(&self, id: SessionId, now: Timestamp) -> Option<Arc<Entry>> {
        let entry = self.0.cache.get(id).filter(|found| self.is_current(found, now))?;
        let claim = &entry.claim.as_ref()?.claim;
        stands(claim, &entry.user, now).ok()?;
        Some(entry)
    }

    /// Reads what a claim opens, and keeps it under this name.
    pub(crate) async fn entry_claimed(
        &self,
        id: SessionId,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Result<Arc<Entry>, Ended>, Error> {
        let began = self.0.cache.begin();
        let Some(user) = self.0.store.user(claim.user).await? else {
            return Ok(Err(Ended::Unknown));
        };
        if let Err(ended) = stands(claim, &user, now) {
            return Ok(Err(ended));
        }
        let ceilings: Option<Ceiling> = claim.permissions.as_deref().map(ceiling).transpose()?;
        let mut loaded = self.loaded(standing(id, claim, &user), user).await?;
        let (claim, ceilings) = (claim.clone(), ceilings.into_iter().collect());
        loaded.claim = Some(ClaimInUse { claim, ceilings });
        Ok(Ok(self.0.cache.fill(began, loaded)))
    }
}

fn is_of(entry: &Entry, claim: &Claim) -> bool {
    entry.claim.as_ref().is_some_and(|found| found.claim == *claim)
}

fn stands(claim: &Claim, user: &User, now: Timestamp) -> Result<(), Ended> {
    if !user.is_active() || claim.epoch.is_some_and(|epoch| epoch != user.session_epoch) {
        return Err(Ended::Revoked);
    }
    match claim.until {
        Some(until) if now >= until => Err(Ended::Expired),
        _ => Ok(()),
    }
}

/// What a claim says of whoever brings it, as a session would. It is not stored: flows
/// that look for it find nobody.
fn standing(id: SessionId, claim: &Claim, user: &User) -> Session {
    let begun = claim.since.unwrap_or(user.created_at);
    Session {
        id,
        user: user.id,
        secret_hash: [0; 32],
        kind: SessionKind::Token,
        epoch: user.session_epoch,
        aal: claim.aal,
        methods: vec![claim.method.clone()],
        auth_time: begun,
        created_at: begun,
        seen_at: begun,
        idle: FOR_EVER,
        expires_at: claim.until.unwrap_or_else(|| begun.plus(FOR_EVER)),
        remember: false,
        client: String::new(),
        address: String::new(),
        data: "{}".into(),
        impersonator: None,
        family: None,
    }
}
