//! Limits of an app's own doors.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ::http::HeaderMap;
use keyward_authz::limits::Limit;
use keyward_core::Error;
use keyward_core::limit::Allowance;
use keyward_core::port::Take;
use keyward_core::settings::Rate;

use super::{Counters, InMemory, Told, tell};
use crate::engine::Keyward;
use crate::engine::ask::limits;
use crate::engine::groups::Known;

/// For whom a limit counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Per {
    /// Each address: of IPv6, each /64, which is what one subscriber has. Those that are
    /// not known count as one.
    Address,
    /// Each account; each address for strangers.
    Account,
    /// Each session or API key; each address for strangers.
    Session,
    /// Each API key; each account for whoever is signed in without, and each address
    /// for strangers.
    Key,
    /// Everyone together.
    Route,
}

/// A limit of an app's own doors.
#[derive(Clone)]
pub struct RateLimit {
    name: String,
    count: u32,
    window: Duration,
    per: Per,
    by_policy: Option<String>,
    counted: Counted,
}

/// Where it is counted.
#[derive(Clone)]
enum Counted {
    Here(Arc<dyn Counters>),
    InDatabase,
}

impl std::fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, count, window, per, .. } = self;
        write!(f, "RateLimit({name}: {count} in {window:?} per {per:?})")
    }
}

impl RateLimit {
    /// `count` requests in `window`, all of which may come at once; for each address, and
    /// counted in this process. Limits of one name that are counted in one place are one.
    pub fn new(name: &str, count: u32, window: Duration) -> Self {
        let counted = Counted::Here(Arc::new(InMemory::new()));
        let (per, by_policy) = (Per::Address, None);
        Self { name: name.to_owned(), count, window, per, by_policy, counted }
    }

    /// For whom it counts.
    #[must_use]
    pub fn per(mut self, per: Per) -> Self {
        self.per = per;
        self
    }

    /// Takes the count from the policy: the numeric limit of this name of the roles that
    /// whoever asks holds, the widest of them (`below = 100` is at most 99). Whoever has
    /// none has the count that was given to [`new`](Self::new).
    #[must_use]
    pub fn by_policy(mut self, limit: &str) -> Self {
        self.by_policy = Some(limit.to_owned());
        self
    }

    /// Counts in the database, for every process that uses it: one small transaction for
    /// each request.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.counted = Counted::InDatabase;
        self
    }

    /// Counts in a place of the app's choice: [`InRedis`](super::InRedis), or one of its own.
    #[must_use]
    pub fn counted_in(mut self, counters: impl Counters + 'static) -> Self {
        self.counted = Counted::Here(Arc::new(counters));
        self
    }

    /// The key of what is counted; nothing personal is readable in it.
    fn key(&self, known: Option<&Known>, address: Option<IpAddr>) -> [u8; 32] {
        let entry = known.map(|known| &known.entry);
        let account = || entry.map(|entry| ("account", entry.user.id.to_string()));
        let session = || entry.map(|entry| ("session", entry.session.id.to_string()));
        let keyed = || session().filter(|_| entry.is_some_and(|entry| entry.key.is_some()));
        let from = || ("address", network(address));
        let (kind, who) = match self.per {
            Per::Route => ("route", String::new()),
            Per::Address => from(),
            Per::Account => account().unwrap_or_else(from),
            Per::Session => session().unwrap_or_else(from),
            Per::Key => keyed().or_else(account).unwrap_or_else(from),
        };
        // Framed: no name and no one looks like another pair.
        let framed = format!("app {} {} {kind} {who}", self.name.len(), self.name);
        keyward_core::crypto::token::digest(&framed)
    }

    /// How many there are; `None` where the policy allows none.
    fn rate(&self, known: Option<&Known>) -> Option<Rate> {
        let wanted = self.by_policy.as_ref();
        let found =
            wanted.zip(known).and_then(|(name, known)| match limits(known.asker()).get(name)? {
                Limit::Below(count) => Some(u32::try_from(count.saturating_sub(1)).unwrap_or(0)),
                Limit::Above(_) => None,
            });
        (found != Some(0)).then(|| Rate::new(found.unwrap_or(self.count), self.window))
    }
}

/// An address, or of IPv6 the /64 around it.
fn network(address: Option<IpAddr>) -> String {
    match address {
        None => "unknown".into(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => format!("{:x}/64", address.to_bits() >> 64),
    }
}

impl Keyward {
    /// Takes one unit of a limit for a request of an account, or of a stranger from an
    /// address.
    ///
    /// # Errors
    /// Whoever counts cannot be asked: nobody should go on.
    pub(crate) async fn take_unit(
        &self,
        limit: &RateLimit,
        known: Option<&Known>,
        address: Option<IpAddr>,
    ) -> Result<Allowance, Error> {
        let Some(Rate { burst, period }) = limit.rate(known) else {
            let (reset, retry_after) = (limit.window, Some(limit.window));
            return Ok(Allowance { limit: 0, remaining: 0, reset, retry_after });
        };
        let key = limit.key(known, address);
        let take = Take { key, now: self.now(), period, burst };
        match &limit.counted {
            Counted::Here(counters) => counters.take(&take).await,
            Counted::InDatabase => self.counters().take(&take).await,
        }
    }
}

impl RateLimit {
    /// Says in an answer what is left of it.
    pub(crate) fn tell(&self, left: &Allowance, headers: &mut HeaderMap) {
        tell(&[Told { name: &self.name, window: self.window, left: *left }], headers);
    }
}
