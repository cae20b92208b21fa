//! Who holds this token: from memory where possible.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use keyward_authz::Access;
use keyward_core::Error;
use keyward_core::crypto::{site_token, token};
use keyward_core::id::{SessionId, UserId};
use keyward_core::port::{Batch, Write};
use keyward_core::record::{Held, Session, User};
use keyward_core::time::Timestamp;

use super::Keyward;
use super::api_key::ceiling;
use super::cache::{Entry, Loaded};
use super::demand::MfaDemand;
use super::groups::InGroups;
use super::policy::PolicyState;
use crate::view::SessionView;

/// A session's last use is written at most this often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ended {
    /// It is not a token, or its session does not exist.
    Unknown,
    /// It rested or lasted too long.
    Expired,
    /// It was closed before its time.
    Revoked,
    /// It was open when an administrator locked its account.
    Locked,
}

impl Keyward {
    /// The live session that `token` opens. Unknown, wrong, expired and
    /// revoked tokens are told apart for the owner's sake only.
    pub(crate) async fn session_of(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Result<Arc<Entry>, Ended>, Error> {
        let Some((id, secret)) = site_token::split(token) else { return Ok(Err(Ended::Unknown)) };
        let opens = |session: &Session| token::eq(&token::digest(secret), &session.secret_hash);
        self.session_opened(id, opens, now).await
    }

    /// The same of a session that is in memory, and is nobody's who acts as somebody else.
    /// Nothing of all others: they have to be looked up.
    pub(crate) fn session_in_memory(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Option<Result<Arc<Entry>, Ended>> {
        let (id, secret) = site_token::split(token)?;
        let found = self.0.cache.get(id)?;
        let opens = self.is_current(&found, now)
            && found.session.impersonator.is_none()
            && token::eq(&token::digest(secret), &found.session.secret_hash);
        opens.then(|| {
            self.0.counters.session_found.up();
            self.admit(found, now)
        })
    }

    /// The live session of this id, if `opens` says that it was opened with the right
    /// secret.
    pub(crate) async fn session_opened(
        &self,
        id: SessionId,
        opens: impl FnOnce(&Session) -> bool,
        now: Timestamp,
    ) -> Result<Result<Arc<Entry>, Ended>, Error> {
        let entry = match self.0.cache.get(id).filter(|found| self.is_current(found, now)) {
            Some(entry) => {
                self.0.counters.session_found.up();
                entry
            }
            None => {
                self.0.counters.session_read.up();
                match self.load_session(id).await? {
                    Some(entry) => entry,
                    None => return Ok(Err(Ended::Unknown)),
                }
            }
        };
        if !opens(&entry.session) {
            return Ok(Err(Ended::Unknown));
        }
        if let Some(by) = entry.session.impersonator
            && !self.still_acts(by, entry.user.id).await?
        {
            return Ok(Err(Ended::Revoked));
        }
        Ok(self.admit(entry, now))
    }

    fn admit(&self, entry: Arc<Entry>, now: Timestamp) -> Result<Arc<Entry>, Ended> {
        let seen_at = Timestamp::from_micros(entry.seen_at.load(Ordering::Relaxed));
        let is_alive = entry.session.is_alive_since(seen_at, now);
        if entry.session.epoch != entry.user.session_epoch || !entry.user.is_active() {
            let locked = is_alive && entry.user.locked_at.is_some();
            return Err(if locked { Ended::Locked } else { Ended::Revoked });
        }
        if !is_alive {
            return Err(Ended::Expired);
        }
        if now.since(seen_at) >= TOUCH_EVERY {
            self.touch(&entry, seen_at, now);
        }
        Ok(entry)
    }

    /// Notes the use in memory now, and in the store soon.
    fn touch(&self, entry: &Entry, was: Timestamp, now: Timestamp) {
        let (was, now_micros) = (was.as_micros(), now.as_micros());
        let order = Ordering::Relaxed;
        if entry.seen_at.compare_exchange(was, now_micros, order, order).is_err() {
            return;
        }
        let (auth, id) = (self.clone(), entry.session.id);
        self.0.tasks.spawn(async move {
            let writes = vec![Write::TouchSession { id, seen_at: now }];
            auth.record(Batch { writes, events: vec![] }).await;
        });
    }

    /// Whether the definitions and the timed grants are still those it was compiled from.
    pub(super) fn is_current(&self, entry: &Entry, now: Timestamp) -> bool {
        self.0.policy.is(&entry.policy) && now.as_micros() < entry.access_until
    }

    pub(crate) async fn load_session(&self, id: SessionId) -> Result<Option<Arc<Entry>>, Error> {
        let began = self.0.cache.begin();
        let Some((session, user)) = self.0.store.session(id).await? else { return Ok(None) };
        let loaded = self.loaded(session, user).await?;
        Ok(Some(self.0.cache.fill(began, loaded)))
    }

    pub(super) async fn loaded(&self, session: Session, user: User) -> Result<Loaded, Error> {
        let policy = self.policy();
        let held = self.0.store.access(user.id).await?;
        let subject = self.0.store.subject(user.id).await?;
        let Compiled { access, until, groups } = compile(&policy, user.id, &held, self.now());
        let mfa = MfaDemand::of(&self.0.settings, &session, subject.as_ref(), &access);
        let identifiers = subject.map(|s| s.identifiers).unwrap_or_default();
        let view = SessionView::new(&session, &user, &identifiers, &access, &self.0.settings);
        let scopes = session.family.as_ref().and_then(|family| family.scopes.as_deref());
        let scoped = scopes.map(ceiling).transpose()?.into_iter().collect();
        let json = serde_json::to_vec(&view)
            .map_err(|cause| Error::because("render the session", cause))?;
        Ok(Loaded {
            session,
            user,
            identifiers,
            access: Arc::new(access),
            policy,
            groups: Arc::new(groups),
            access_until: until,
            mfa,
            json: Bytes::from(json),
            key: None,
            claim: None,
            scoped,
        })
    }
}

/// What an account may do at some moment.
pub(crate) struct Compiled {
    pub(crate) access: Access,
    /// Microseconds since the Unix epoch; it must be compiled anew then.
    pub(crate) until: i64,
    pub(crate) groups: InGroups,
}

/// What an account may do at `now` by what it holds and what its groups give.
pub(crate) fn compile(policy: &PolicyState, user: UserId, held: &Held, now: Timestamp) -> Compiled {
    let roles = held.roles_by(&policy.groups).map(|(role, term)| (role, term.to_authz()));
    let grants = held.grants.iter();
    let grants = grants.map(|g| (g.effect, g.pattern.as_str(), g.term().to_authz()));
    let access = Access::compile_at(&policy.snapshot, now.as_micros(), roles, grants);
    // A group may matter without giving a role: access control lists name it.
    let memberships = held.groups.iter().map(|member| member.term().to_authz());
    let changes = memberships.filter_map(|term| term.changes_after(now.as_micros()));
    let until = changes.chain(access.changes_at()).min().unwrap_or(i64::MAX);
    let joined = held.groups.iter().filter(|member| member.term().covers(now));
    let groups = InGroups::of(user, joined.map(|member| member.group.as_str()));
    Compiled { access, until, groups }
}
