//! Verified sessions in memory: bounded, and never staler than the last
//! invalidation of their account.
//!
//! Every invalidation moves one global tick and stamps the account's shard
//! with it. An entry carries the tick at which its read *began*; it is valid
//! while its shard has no later stamp. A read that was overtaken by a change
//! therefore fills an entry that is already dead.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use keyward_authz::{Access, Ceiling};
use keyward_core::flow::api_key::ApiKey;
use keyward_core::id::{SessionId, UserId};
use keyward_core::record::{Identifier, Session, SessionKind, User};
use quick_cache::sync::Cache;

use super::demand::MfaDemand;
use super::groups::InGroups;
use super::policy::PolicyState;
use crate::authn::Claim;

/// A session, its account and its access, as they were read together.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) session: Session,
    pub(crate) user: User,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) access: Arc<Access>,
    /// What it was compiled from, and is asked of.
    pub(crate) policy: Arc<PolicyState>,
    /// The groups that are stored.
    pub(crate) groups: Arc<InGroups>,
    /// Roles and grants are timed; access must be compiled anew after this.
    pub(crate) access_until: i64,
    /// Whether it lacks a second factor that is demanded.
    pub(crate) mfa: MfaDemand,
    /// The body of `GET /session`, rendered once.
    pub(crate) json: Bytes,
    /// What else is told of it, rendered when it is first asked for.
    pub(crate) rendered: Rendered,
    /// The API key that stands in place of a session, if one does.
    pub(crate) key: Option<KeyInUse>,
    /// What an authenticator claimed, in place of a session, if one did.
    pub(crate) claim: Option<ClaimInUse>,
    /// What the tokens of a family may at most do; none is no limit.
    pub(crate) scoped: Vec<Ceiling>,
    /// When it was last used, in microseconds; moves without a lock.
    pub(crate) seen_at: AtomicI64,
    began: u64,
}

/// What is told of an [`Entry`] again and again.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// The body of `GET /me`.
    pub(crate) me: OnceLock<Bytes>,
    /// The headers of a yes to a proxy, with who it is.
    #[cfg(feature = "forward-auth")]
    pub(crate) identity: OnceLock<::http::HeaderMap>,
}

/// An API key that was read, with what it may at most do. Its session is none that
/// is stored: it says what was proven, and flows that look for it find nobody.
#[derive(Debug)]
pub(crate) struct KeyInUse {
    pub(crate) key: ApiKey,
    /// The hash of its secret.
    pub(crate) hash: [u8; 32],
    /// What it is bound to, by permissions and by scopes; none where it may do all that
    /// its account may.
    pub(crate) ceilings: Vec<Ceiling>,
}

/// A claim that an authenticator made, with what it may at most do.
#[derive(Debug)]
pub(crate) struct ClaimInUse {
    pub(crate) claim: Claim,
    /// None where it may do all that its account may; else one.
    pub(crate) ceilings: Vec<Ceiling>,
}

/// Everything an [`Entry`] is made of except its age.
pub(crate) struct Loaded {
    pub(crate) session: Session,
    pub(crate) user: User,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) access: Arc<Access>,
    pub(crate) policy: Arc<PolicyState>,
    pub(crate) groups: Arc<InGroups>,
    pub(crate) access_until: i64,
    pub(crate) mfa: MfaDemand,
    pub(crate) json: Bytes,
    pub(crate) key: Option<KeyInUse>,
    pub(crate) claim: Option<ClaimInUse>,
    pub(crate) scoped: Vec<Ceiling>,
}

impl Entry {
    /// What it may at most do, beside what its account may; none is no limit.
    pub(crate) fn ceilings(&self) -> &[Ceiling] {
        match (&self.key, &self.claim) {
            (Some(key), _) => &key.ceilings,
            (None, Some(claim)) => &claim.ceilings,
            (None, None) => &self.scoped,
        }
    }

    /// Whether there is a session behind it, and not a key, a claim or a token of
    /// another system.
    pub(crate) fn is_session(&self) -> bool {
        let is_own = self.session.family.is_none() || self.session.kind == SessionKind::Family;
        self.key.is_none() && self.claim.is_none() && is_own
    }

    /// Whose power is narrowed to what, if there is no session behind it, or tokens that
    /// are bound.
    pub(crate) fn narrowed(&self) -> Option<(UserId, Vec<Vec<String>>)> {
        let ceilings = self.ceilings();
        if self.is_session() && ceilings.is_empty() {
            return None;
        }
        let texts = |ceiling: &Ceiling| ceiling.patterns().map(ToString::to_string).collect();
        Some((self.user.id, ceilings.iter().map(texts).collect()))
    }

    /// Whether the account holds a role, and this may use it: what is bound to some
    /// permissions has no roles.
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.ceilings().is_empty() && self.access.has_role(role)
    }
}

const SHARDS: usize = 4096;

/// The cache of one node.
#[derive(Debug)]
pub(crate) struct SessionCache {
    entries: Cache<SessionId, Arc<Entry>>,
    tick: AtomicU64,
    stamps: Box<[AtomicU64]>,
}

impl SessionCache {
    /// Keeps at most `capacity` sessions.
    pub(crate) fn new(capacity: usize) -> Self {
        let stamps = (0..SHARDS).map(|_| AtomicU64::new(0)).collect();
        Self { entries: Cache::new(capacity), tick: AtomicU64::new(1), stamps }
    }

    /// Call before reading what will be [`filled`](Self::fill).
    pub(crate) fn begin(&self) -> u64 {
        self.tick.load(Ordering::SeqCst)
    }

    /// Remembers what was read since [`begin`](Self::begin).
    pub(crate) fn fill(&self, began: u64, loaded: Loaded) -> Arc<Entry> {
        let seen_at = AtomicI64::new(loaded.session.seen_at.as_micros());
        let Loaded {
            session,
            user,
            identifiers,
            access,
            policy,
            groups,
            access_until,
            mfa,
            json,
            key,
            claim,
            scoped,
        } = loaded;
        let entry = Arc::new(Entry {
            session,
            user,
            identifiers,
            access,
            policy,
            groups,
            access_until,
            mfa,
            json,
            rendered: Rendered::default(),
            key,
            claim,
            scoped,
            seen_at,
            began,
        });
        if self.is_fresh(&entry) {
            self.entries.insert(entry.session.id, Arc::clone(&entry));
        }
        entry
    }

    /// A session that nothing has invalidated since it was read.
    pub(crate) fn get(&self, id: SessionId) -> Option<Arc<Entry>> {
        self.entries.get(&id).filter(|entry| self.is_fresh(entry))
    }

    /// Forgets everything about an account.
    pub(crate) fn invalidate(&self, user: UserId) {
        let tick = self.tick.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(stamp) = self.stamps.get(shard(user)) {
            stamp.fetch_max(tick, Ordering::SeqCst);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        let tick = self.tick.fetch_add(1, Ordering::SeqCst) + 1;
        for stamp in &self.stamps {
            stamp.fetch_max(tick, Ordering::SeqCst);
        }
        self.entries.clear();
    }

    /// Whether what was read of an account since [`begin`](Self::begin) is true still.
    #[cfg(feature = "authnzerver")]
    pub(crate) fn is_fresh_since(&self, user: UserId, began: u64) -> bool {
        let stamp = self.stamps.get(shard(user));
        stamp.is_some_and(|stamp| stamp.load(Ordering::SeqCst) <= began)
    }

    fn is_fresh(&self, entry: &Entry) -> bool {
        let stamp = self.stamps.get(shard(entry.user.id));
        stamp.is_some_and(|stamp| stamp.load(Ordering::SeqCst) <= entry.began)
    }
}

fn shard(user: UserId) -> usize {
    let [.., high, low] = user.to_bytes();
    usize::from(u16::from_be_bytes([high, low])) % SHARDS
}

#[cfg(test)]
mod tests {
    use keyward_core::id::TenantId;
    use keyward_core::testing::{SeededRandom, epoch};

    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (cache, read) = (SessionCache::new(10), loaded(1));
        let (id, user) = (read.session.id, read.user.id);
        let began = cache.begin();
        cache.invalidate(user);
        cache.fill(began, read);
        assert!(cache.get(id).is_none());
    }

    #[test]
    fn what_was_read_after_a_change_is_kept_until_the_next() {
        let (cache, read) = (SessionCache::new(10), loaded(1));
        let (id, user) = (read.session.id, read.user.id);
        cache.invalidate(user);
        cache.fill(cache.begin(), read);
        assert!(cache.get(id).is_some());
        cache.invalidate(user);
        assert!(cache.get(id).is_none());
    }

    #[test]
    fn a_change_of_one_account_leaves_another_alone() {
        let (cache, one, other) = (SessionCache::new(10), loaded(1), loaded(2));
        let (id, changed) = (one.session.id, other.user.id);
        cache.fill(cache.begin(), one);
        cache.invalidate(changed);
        assert!(cache.get(id).is_some());
    }

    #[test]
    fn nothing_survives_when_what_changed_is_unknown() {
        let (cache, read) = (SessionCache::new(10), loaded(1));
        let (id, began) = (read.session.id, cache.begin());
        cache.clear();
        cache.fill(began, read);
        assert!(cache.get(id).is_none());
    }

    /// Reads and changes in parallel: whoever looks after a change was answered
    /// never sees what was true before it.
    #[test]
    fn a_look_after_a_change_never_sees_what_was_before() {
        let (cache, truth) = (SessionCache::new(10), AtomicI64::new(0));
        let (id, user) = (loaded(1).session.id, loaded(1).user.id);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        let began = cache.begin();
                        let mut read = loaded(1);
                        read.access_until = truth.load(Ordering::SeqCst);
                        cache.fill(began, read);
                    }
                });
            }
            for answered in 1..=20_000 {
                truth.store(answered, Ordering::SeqCst);
                cache.invalidate(user);
                let seen = cache.get(id).map(|entry| entry.access_until);
                assert!(seen.is_none_or(|seen| seen == answered), "{seen:?} after {answered}");
            }
        });
    }

    fn loaded(seed: u64) -> Loaded {
        let (now, mut rng) = (epoch(), SeededRandom::new(seed));
        let user = User {
            id: UserId::mint(now, &mut rng),
            tenant: TenantId::MAIN,
            name: String::new(),
            properties: "{}".into(),
            created_at: now,
            updated_at: now,
            locked_at: None,
            lock_reason: String::new(),
            deleted_at: None,
            deleted_by: None,
            must_change_password: false,
            session_epoch: 1,
            access_version: 1,
            version: 1,
        };
        let session = Session {
            id: SessionId::mint(now, &mut rng),
            user: user.id,
            secret_hash: [0; 32],
            kind: SessionKind::Browser,
            epoch: 1,
            aal: 1,
            methods: vec![],
            auth_time: now,
            created_at: now,
            seen_at: now,
            idle: std::time::Duration::from_secs(60),
            expires_at: now.plus(std::time::Duration::from_secs(60)),
            remember: false,
            client: String::new(),
            address: String::new(),
            data: "{}".into(),
            impersonator: None,
            family: None,
        };
        let policy = PolicyState::build(&Default::default(), Default::default()).unwrap();
        let held = keyward_core::record::Held::default();
        let compiled = crate::engine::session::compile(&policy, user.id, &held, now);
        Loaded {
            session,
            user,
            identifiers: vec![],
            access: Arc::new(compiled.access),
            policy: Arc::new(policy),
            groups: Arc::new(compiled.groups),
            access_until: compiled.until,
            mfa: MfaDemand::default(),
            json: Bytes::new(),
            key: None,
            claim: None,
            scoped: vec![],
        }
    }
}
