//! Requests from one address, counted in memory: may be lost at any moment
//! without anyone gaining access, because guesses are counted in the store.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use keyward_core::id::CredentialId;
use keyward_core::limit::{self, Allowance};
use keyward_core::port::Take;
use keyward_core::settings::Rate;
use keyward_core::time::Timestamp;
use quick_cache::sync::Cache;

use crate::http::Limit;

/// Addresses remembered.
const CAPACITY: usize = 100_000;

/// A bucket for each limit and network: the moment at which it will be full
/// again, in microseconds.
#[derive(Debug)]
pub(crate) struct Limiter(Cache<(Counted, u64), Arc<AtomicI64>>);

/// What a bucket counts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Counted {
    /// Requests of one kind from one network.
    Address(Limit),
    /// Requests with one API key.
    Key,
    /// Requests of one kind from one client of a frontend, by its place in the roster.
    #[cfg(feature = "authnzerver")]
    Frontend(usize),
}

impl Limiter {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Takes one unit (GCRA), or says how long to wait.
    pub(crate) fn take(
        &self,
        limit: Limit,
        address: Option<IpAddr>,
        rate: Rate,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let bucket = self.bucket((Counted::Address(limit), network(address)));
        take(&bucket, rate, now)
    }

    /// Takes one unit of what an API key may.
    pub(crate) fn take_for_key(&self, key: CredentialId, rate: Rate, now: Timestamp) -> Allowance {
        let [.., a, b, c, d, e, f, g, h] = key.to_bytes();
        let bucket = self.bucket((Counted::Key, u64::from_be_bytes([a, b, c, d, e, f, g, h])));
        let take = Take { key: [0; 32], now, period: rate.period, burst: rate.burst };
        let taken = take_from(&bucket, &take);
        let (Ok(full_at) | Err(full_at)) = taken;
        Allowance::of(full_at, &take, taken.is_ok())
    }

    /// Takes one unit of what a client of a frontend may ask of one kind.
    #[cfg(feature = "authnzerver")]
    pub(crate) fn take_for_frontend(
        &self,
        kind: usize,
        address: Option<IpAddr>,
        rate: Rate,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let bucket = self.bucket((Counted::Frontend(kind), network(address)));
        take(&bucket, rate, now)
    }

    fn bucket(&self, key: (Counted, u64)) -> Arc<AtomicI64> {
        let fresh = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(bucket) = self.0.get_or_insert_with(&key, fresh);
        bucket
    }
}

fn take(bucket: &AtomicI64, rate: Rate, now: Timestamp) -> Result<(), Duration> {
    let take = Take { key: [0; 32], now, period: rate.period, burst: rate.burst };
    take_from(bucket, &take).map(drop).map_err(|full_at| limit::wait(full_at, &take))
}

/// Takes one unit: when the bucket will be full after it, or is full if there is none.
pub(crate) fn take_from(bucket: &AtomicI64, take: &Take) -> Result<i64, i64> {
    let order = Ordering::Relaxed;
    let mut full_at = bucket.load(order);
    loop {
        // A moment beyond a full bucket comes from a clock that was wrong: it is not
        // believed, and not kept.
        let believed = full_at.min(limit::horizon(take));
        let next = limit::taken(believed, take);
        match bucket.compare_exchange_weak(full_at, next.unwrap_or(believed), order, order) {
            Ok(_) => return next.ok_or(believed),
            Err(moved) => full_at = moved,
        }
    }
}

/// An IPv4 address, or the half of an IPv6 address that a provider hands out:
/// whoever has one address of a /64 has them all.
fn network(address: Option<IpAddr>) -> u64 {
    match address {
        None => 0,
        Some(IpAddr::V4(address)) => u64::from(address.to_bits()),
        Some(IpAddr::V6(address)) => (address.to_bits() >> 64) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_full_bucket_empties_and_refills() {
        let limiter = Limiter::new();
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let rate = Rate::new(3, Duration::from_secs(3));
        let now = Timestamp::from_secs(1_700_000_000);
        for _ in 0..3 {
            assert_eq!(limiter.take(Limit::Attempt, one, rate, now), Ok(()));
        }
        assert_eq!(limiter.take(Limit::Attempt, one, rate, now), Err(Duration::from_secs(1)));
        assert_eq!(
            limiter.take(Limit::Attempt, other, rate, now),
            Ok(()),
            "others are not affected"
        );
        assert_eq!(
            limiter.take(Limit::Attempt, one, rate, now.plus(Duration::from_secs(1))),
            Ok(())
        );
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_lock_for_years() {
        let (limiter, one) = (Limiter::new(), address("192.0.2.1"));
        let rate = Rate::new(1, Duration::from_secs(1));
        assert_eq!(
            limiter.take(Limit::Attempt, one, rate, Timestamp::from_secs(2_000_000_000)),
            Ok(())
        );
        let back = Timestamp::from_secs(1_000_000_000);
        assert_eq!(limiter.take(Limit::Attempt, one, rate, back), Err(Duration::from_secs(1)));
        let later = back.plus(Duration::from_secs(1));
        assert_eq!(limiter.take(Limit::Attempt, one, rate, later), Ok(()));
    }

    #[test]
    fn many_addresses_of_one_ipv6_network_share_a_bucket() {
        let limiter = Limiter::new();
        let (rate, now) = (Rate::new(1, Duration::from_secs(1)), Timestamp::from_secs(1));
        let take = |text: &str| limiter.take(Limit::Attempt, address(text), rate, now).is_ok();
        assert!(take("2001:db8::1"));
        assert!(!take("2001:db8::ffff:1"));
        assert!(take("2001:db8:0:1::1"));
    }

    #[test]
    fn parallel_requests_share_no_unit() {
        let (limiter, now) = (Limiter::new(), Timestamp::from_secs(1));
        let rate = Rate::new(100, Duration::from_secs(100));
        let take = || limiter.take(Limit::Request, None, rate, now).is_ok();
        let taken: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..50).filter(|_| take()).count())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 100);
    }
}
