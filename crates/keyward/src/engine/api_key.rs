//! Who holds this API key: from memory where possible.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use keyward_authz::Ceiling;
use keyward_core::Error;
use keyward_core::crypto::api_key::{self, ApiKeyText};
use keyward_core::crypto::token;
use keyward_core::flow::api_key::ApiKey;
use keyward_core::id::SessionId;
use keyward_core::port::Batch;
use keyward_core::record::{Session, SessionKind, User};
use keyward_core::time::Timestamp;

use super::Keyward;
use super::cache::{Entry, KeyInUse};
use crate::http::{Code, Fault};

/// A key's last use is written at most this often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);
/// What one key opens in memory, in place of a session: longer than any process lives.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

impl Keyward {
    /// What an API key opens, from this address. Unknown, changed, ended, early and
    /// misplaced keys are one answer; a locked account's as well.
    pub(crate) async fn key_of(
        &self,
        text: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Arc<Entry>, Fault> {
        let read = api_key::read(text).ok_or(Code::Unauthenticated)?;
        let entry = self.entry_of(&read, now).await?.ok_or(Code::Unauthenticated)?;
        self.used(entry, &read, address, now).ok_or_else(|| Code::Unauthenticated.into())
    }

    /// The same of a key that is in memory. Nothing of all others: they have to be looked
    /// up.
    pub(crate) fn key_in_memory(
        &self,
        text: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Option<Arc<Entry>> {
        let read = api_key::read(text)?;
        self.used(self.kept(standing_id(&read)?, now)?, &read, address, now)
    }

    /// What a key opens, if it does now and from this address; its use is noted.
    fn used(
        &self,
        entry: Arc<Entry>,
        read: &ApiKeyText,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Option<Arc<Entry>> {
        let KeyInUse { key, hash, .. } = entry.key.as_ref()?;
        let opens = token::eq(hash, &read.hash)
            && key.is_alive(now)
            && key.may_come_from(address)
            && entry.user.is_active();
        if !opens {
            return None;
        }
        self.touch_key(&entry, key, now);
        Some(entry)
    }

    fn kept(&self, id: SessionId, now: Timestamp) -> Option<Arc<Entry>> {
        self.0.cache.get(id).filter(|found| self.is_current(found, now))
    }

    async fn entry_of(
        &self,
        read: &ApiKeyText,
        now: Timestamp,
    ) -> Result<Option<Arc<Entry>>, Error> {
        let Some(id) = standing_id(read) else { return Ok(None) };
        if let Some(entry) = self.kept(id, now) {
            return Ok(Some(entry));
        }
        let began = self.0.cache.begin();
        let Some(subject) = self.0.store.subject(read.user).await? else { return Ok(None) };
        let key = ApiKey::of(&subject).into_iter().find(|key| key.id == read.id);
        let Some(key) = key else { return Ok(None) };
        let bound = key.permissions().map(ceiling).transpose()?;
        let session = standing(id, &key, &subject.user);
        let mut loaded = self.loaded(session, subject.user).await?;
        let names = |scopes: &[String]| {
            loaded.policy.snapshot.scope_ceiling(scopes.iter().map(String::as_str))
        };
        let scoped = key.scopes().map(names);
        let Some(hash) = key.hash() else { return Ok(None) };
        let ceilings = bound.into_iter().chain(scoped).collect();
        loaded.key = Some(KeyInUse { key, hash, ceilings });
        Ok(Some(self.0.cache.fill(began, loaded)))
    }

    /// Notes the use in memory now, and in the store soon.
    fn touch_key(&self, entry: &Entry, key: &ApiKey, now: Timestamp) {
        let order = Ordering::Relaxed;
        let was = entry.seen_at.load(order);
        let rested = now.since(Timestamp::from_micros(was));
        let is_due = rested >= TOUCH_EVERY
            && entry.seen_at.compare_exchange(was, now.as_micros(), order, order).is_ok();
        if !is_due {
            return;
        }
        let (auth, user, id) = (self.clone(), key.user, key.id);
        self.0.tasks.spawn(async move {
            // Read again: what is in memory may be older than the last use.
            let Ok(Some(subject)) = auth.0.store.subject(user).await else { return };
            let keys = ApiKey::of(&subject).into_iter().filter(|key| key.id == id);
            let writes: Vec<_> = keys.map(|key| key.used(now)).collect();
            auth.record(Batch { writes, events: vec![] }).await;
        });
    }
}

/// What a key is kept by. No session has the id of a credential: both are drawn at random.
fn standing_id(read: &ApiKeyText) -> Option<SessionId> {
    SessionId::from_bytes(&read.id.to_bytes())
}

/// What permissions bind a key or tokens to.
pub(super) fn ceiling(permissions: &[String]) -> Result<Ceiling, Error> {
    Ceiling::parse("api key", permissions.iter().map(String::as_str))
        .map_err(|bad| Error::because("read what an API key may do", bad))
}

/// What a key says of whoever brings it, as a session would. It is not stored:
/// flows that look for it find nobody.
fn standing(id: SessionId, key: &ApiKey, user: &User) -> Session {
    Session {
        id,
        user: user.id,
        secret_hash: [0; 32],
        kind: SessionKind::Token,
        epoch: user.session_epoch,
        aal: key.aal(),
        methods: vec!["api_key".into()],
        auth_time: key.created_at,
        created_at: key.created_at,
        // The first use is noted at once, however new the key is.
        seen_at: key.used_at().unwrap_or_else(|| key.created_at.minus(TOUCH_EVERY)),
        idle: FOR_EVER,
        expires_at: key.expires_at().unwrap_or_else(|| key.created_at.plus(FOR_EVER)),
        remember: false,
        client: String::new(),
        address: String::new(),
        data: "{}".into(),
        impersonator: None,
        family: None,
    }
}
