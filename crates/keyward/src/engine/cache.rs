//! Verified sessions in memory: bounded, and never staler than the last
//! invalidation of their account.
//!
//! Every invalidation moves one global tick and stamps the account's shard
//! with it. An entry carries the tick at which its read *began*; it is valid
//! while its shard has no later stamp. A read that was overtaken by a change
//! therefore fills an entry that is already dead.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use bytes::Bytes;
use keyward_authz::Access;
use keyward_core::id::{SessionId, UserId};
use keyward_core::record::{Identifier, Session, User};
use quick_cache::sync::Cache;

/// A session, its account and its access, as they were read together.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) session: Session,
    pub(crate) user: User,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) access: Arc<Access>,
    pub(crate) policy_version: i64,
    /// Roles and grants are timed; access must be compiled anew after this.
    pub(crate) access_until: i64,
    /// The body of `GET /session`, rendered once.
    pub(crate) json: Bytes,
    /// When it was last used, in microseconds; moves without a lock.
    pub(crate) seen_at: AtomicI64,
    began: u64,
}

/// Everything an [`Entry`] is made of except its age.
pub(crate) struct Loaded {
    pub(crate) session: Session,
    pub(crate) user: User,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) access: Arc<Access>,
    pub(crate) policy_version: i64,
    pub(crate) access_until: i64,
    pub(crate) json: Bytes,
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
        let Loaded { session, user, identifiers, access, policy_version, access_until, json } =
            loaded;
        let entry = Arc::new(Entry {
            session,
            user,
            identifiers,
            access,
            policy_version,
            access_until,
            json,
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

    fn is_fresh(&self, entry: &Entry) -> bool {
        let stamp = self.stamps.get(shard(entry.user.id));
        stamp.is_some_and(|stamp| stamp.load(Ordering::SeqCst) <= entry.began)
    }
}

fn shard(user: UserId) -> usize {
    let [.., high, low] = user.to_bytes();
    usize::from(u16::from_be_bytes([high, low])) % SHARDS
}
