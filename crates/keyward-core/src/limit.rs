//! The arithmetic of limits: GCRA over one stored time.
//!
//! A bucket is kept as the moment at which it will be full again (its *tat*,
//! theoretical arrival time). Taking a unit moves that moment one period later;
//! it must not move further ahead than a whole bucket's worth of periods.

use core::time::Duration;

use crate::port::Take;
use crate::time::Timestamp;

/// How long one period is, in microseconds; at least one.
#[inline]
pub fn period(take: &Take) -> i64 {
    micros(take.period).max(1)
}

/// Saturating microseconds.
#[inline]
pub fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// The furthest moment a bucket can be full at: now and a whole bucket.
#[inline]
pub fn horizon(take: &Take) -> i64 {
    let bucket = period(take).saturating_mul(i64::from(take.burst.max(1)));
    take.now.as_micros().saturating_add(bucket)
}

/// The latest stored moment at which one more unit can be taken.
#[inline]
pub fn latest(take: &Take) -> i64 {
    horizon(take).saturating_sub(period(take))
}

/// What to store after taking a unit from a bucket that is full at `tat`;
/// `None` when there is no unit.
#[inline]
pub fn taken(tat: i64, take: &Take) -> Option<i64> {
    (tat <= latest(take)).then(|| tat.max(take.now.as_micros()).saturating_add(period(take)))
}

/// How long until a bucket that is full at `tat` has a unit. A moment further
/// ahead than a full bucket comes from a clock that was wrong: it is disbelieved.
pub fn wait(tat: i64, take: &Take) -> Duration {
    let believed = tat.min(horizon(take));
    Timestamp::from_micros(believed).since(Timestamp::from_micros(latest(take)))
}

/// What is left of a limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Allowance {
    /// Units in a full bucket.
    pub limit: u32,
    /// Units that are there now.
    pub remaining: u32,
    /// How long until the bucket is full.
    pub reset: Duration,
    /// How long until there is a unit, if none was there to take.
    pub retry_after: Option<Duration>,
}

impl Allowance {
    /// Of a bucket that is full at `tat`, after a unit was taken or refused.
    pub fn of(tat: i64, take: &Take, is_taken: bool) -> Self {
        let tat = tat.min(horizon(take));
        let reset = Timestamp::from_micros(tat).since(take.now);
        let room = horizon(take).saturating_sub(tat.max(take.now.as_micros()));
        let remaining = u32::try_from(room / period(take)).unwrap_or(u32::MAX);
        Self {
            limit: take.burst.max(1),
            remaining: remaining.min(take.burst.max(1)),
            reset,
            retry_after: (!is_taken).then(|| wait(tat, take)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(now: i64, period: u64, burst: u32) -> Take {
        let now = Timestamp::from_micros(now);
        Take { key: [0; 32], now, period: Duration::from_micros(period), burst }
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_one_unit_each_period() {
        let mut tat = 0;
        for _ in 0..3 {
            tat = taken(tat, &take(1_000, 100, 3)).unwrap();
        }
        assert_eq!(taken(tat, &take(1_000, 100, 3)), None);
        assert_eq!(wait(tat, &take(1_000, 100, 3)), Duration::from_micros(100));
        assert_eq!(taken(tat, &take(1_099, 100, 3)), None);
        assert_eq!(taken(tat, &take(1_100, 100, 3)), Some(1_400));
    }

    #[test]
    fn a_moment_beyond_a_full_bucket_is_disbelieved() {
        assert_eq!(wait(i64::MAX, &take(1_000, 100, 3)), Duration::from_micros(100));
    }

    #[test]
    fn what_is_left_is_told() {
        let mut tat = 0;
        for left in [2, 1, 0] {
            tat = taken(tat, &take(1_000, 100, 3)).unwrap();
            assert_eq!(Allowance::of(tat, &take(1_000, 100, 3), true).remaining, left);
        }
        let none = Allowance::of(tat, &take(1_050, 100, 3), false);
        assert_eq!((none.remaining, none.reset), (0, Duration::from_micros(250)));
        assert_eq!(none.retry_after, Some(Duration::from_micros(50)));
    }

    #[test]
    fn odd_sizes_do_not_overflow() {
        let odd = Take { period: Duration::MAX, burst: u32::MAX, ..take(i64::MAX, 0, 0) };
        assert!(taken(0, &odd).is_some());
        assert!(taken(i64::MIN, &take(0, 0, 0)).is_some());
    }
}
