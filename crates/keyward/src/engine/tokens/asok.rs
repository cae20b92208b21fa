//! Tokens that Asok gave out, until a date: they name an account by its old number, and
//! are worth what an API key without bounds is.

use std::sync::Arc;
use std::time::Duration;

use keyward_core::Error;
use keyward_core::crypto::asok;
use keyward_core::flow::tokens::OldSystem;
use keyward_core::id::SessionId;
use keyward_core::record::{Family, Identity, Session, SessionKind, User};
use keyward_core::time::Timestamp;

use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::engine::session::Ended;

impl Keyward {
    /// Whether a bearer token has the form of one of Asok's, and those are accepted.
    pub(crate) fn is_asok_token(&self, text: &str) -> bool {
        self.0.settings.tokens.asok.is_some() && asok::has_form(text)
    }

    /// What one of Asok's tokens opens. Changed, ended and unknown ones are one answer,
    /// and so are those of locked accounts and all of them after the date.
    pub(crate) async fn asok_of(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Result<Arc<Entry>, Ended>, Error> {
        let old = self.0.settings.tokens.asok.as_ref().filter(|old| now < old.until);
        let name = old.and_then(|old| asok::bearer(old.key.reveal().as_bytes(), text, now));
        let Some(name) = name else { return Ok(Err(Ended::Unknown)) };
        let found = self.0.store.identity(OldSystem::Asok.issuer(), name).await?;
        let Some(found) = found else { return Ok(Err(Ended::Unknown)) };
        let entry = self.asok_entry(&found, now).await?;
        Ok(entry.filter(|entry| entry.user.is_active()).ok_or(Ended::Unknown))
    }

    async fn asok_entry(
        &self,
        found: &Identity,
        now: Timestamp,
    ) -> Result<Option<Arc<Entry>>, Error> {
        // No session has the id of a credential: both are drawn at random.
        let id = SessionId::from_bytes(&found.credential.to_bytes());
        let Some(id) = id else { return Ok(None) };
        if let Some(entry) = self.0.cache.get(id).filter(|known| self.is_current(known, now)) {
            return Ok(Some(entry));
        }
        let began = self.0.cache.begin();
        let Some(user) = self.0.store.user(found.user).await? else { return Ok(None) };
        let loaded = self.loaded(standing(id, found, &user), user).await?;
        Ok(Some(self.0.cache.fill(began, loaded)))
    }
}

/// What such a token says of whoever brings it, as a session would. It is not stored:
/// flows that look for it find nobody.
fn standing(id: SessionId, found: &Identity, user: &User) -> Session {
    const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    let family = Family {
        client_id: OldSystem::Asok.as_str().into(),
        scopes: None,
        generation: 0,
        rotation: None,
    };
    Session {
        id,
        user: user.id,
        secret_hash: [0; 32],
        kind: SessionKind::Token,
        epoch: user.session_epoch,
        aal: 1,
        methods: vec![OldSystem::Asok.as_str().into()],
        auth_time: found.created_at,
        created_at: found.created_at,
        seen_at: found.created_at,
        idle: FOR_EVER,
        expires_at: found.created_at.plus(FOR_EVER),
        remember: false,
        client: String::new(),
        address: String::new(),
        data: "{}".into(),
        impersonator: None,
        family: Some(family),
    }
}
