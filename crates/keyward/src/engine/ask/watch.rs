//! What must not pass unseen: the power to do everything, and questions that a
//! program asks wrongly.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use keyward_authz::Permission;
use keyward_core::Error;
use keyward_core::id::UserId;
use keyward_core::port::Batch;
use keyward_core::record::What;
use keyward_core::time::Timestamp;
use quick_cache::sync::Cache;

use super::Asked;
use crate::engine::Keyward;
use crate::engine::policy::PolicyState;
use crate::resource::Resource;

/// The same power, used for the same, is written down once in this time.
const NOTE_EVERY: Duration = Duration::from_secs(60);
/// Uses remembered.
const CAPACITY: usize = 10_000;

/// What was noted, and when.
#[derive(Debug)]
pub(crate) struct Watch {
    noted: Cache<(UserId, String), Arc<AtomicI64>>,
    unknown: AtomicU64,
    warned_at: AtomicI64,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self {
            noted: Cache::new(CAPACITY),
            unknown: AtomicU64::new(0),
            warned_at: AtomicI64::new(NEVER),
        }
    }

    /// Whether this is to be written down now. Of many at once one is.
    fn is_due(&self, key: (UserId, String), now: Timestamp) -> bool {
        let never = || Ok::<_, std::convert::Infallible>(Arc::new(AtomicI64::new(NEVER)));
        let Ok(noted) = self.noted.get_or_insert_with(&key, never);
        is_due(&noted, now)
    }
}

/// Whether the last time is long enough ago, and nobody else was quicker.
fn is_due(last: &AtomicI64, now: Timestamp) -> bool {
    let (was, order) = (last.load(Ordering::Relaxed), Ordering::Relaxed);
    let due = was == NEVER || now.since(Timestamp::from_micros(was)) >= NOTE_EVERY;
    due && last.compare_exchange(was, now.as_micros(), order, order).is_ok()
}

const NEVER: i64 = i64::MIN;

impl Keyward {
    /// Writes to the audit log that somebody did something by the power to do
    /// everything: the first time at once, and then once a minute for the same
    /// permission on the same resource. The check does not wait for it.
    pub(super) fn note_superuser(
        &self,
        user: Option<UserId>,
        acting: Option<UserId>,
        asked: &Asked<'_>,
    ) {
        let resource = asked.resource.map(Resource::object).unwrap_or_default();
        let permission = asked.wanted.to_string();
        // Strangers hold no role.
        let Some(user) = user else { return };
        if !self.0.watch.is_due((user, format!("{permission} {resource}")), self.now()) {
            return;
        }
        let mut event = self.own_event(What::SuperuserUsed { permission, resource });
        (event.actor, event.subject) = (acting.or(Some(user)), Some(user));
        let auth = self.clone();
        self.0.tasks.spawn(async move {
            auth.record(Batch { writes: vec![], events: vec![event] }).await;
        });
    }

    /// Counts a question for a permission that the catalogue lacks: a mistake in
    /// the program. In development it is an error at once.
    pub(super) fn note_unknown(
        &self,
        policy: &PolicyState,
        wanted: &Permission,
    ) -> Result<(), Error> {
        let count = self.0.watch.unknown.fetch_add(1, Ordering::Relaxed) + 1;
        // Whoever may ask could otherwise fill the log.
        if is_due(&self.0.watch.warned_at, self.now()) {
            let known = policy.snapshot.catalogue().len();
            tracing::warn!(%wanted, count, known, "the catalogue has no such permission");
        }
        match self.0.web.dev {
            true => Err(Error::because(
                "ask for a permission",
                format!("the catalogue has no `{wanted}`"),
            )),
            false => Ok(()),
        }
    }

    /// How often this node was asked for a permission that the catalogue lacks,
    /// since it started. In production such a question is answered with a no and
    /// the code `unknown_permission`; in development it is an error.
    pub fn unknown_permissions(&self) -> u64 {
        self.0.watch.unknown.load(Ordering::Relaxed)
    }
}
