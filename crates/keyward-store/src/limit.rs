//! The arithmetic of limits: GCRA over one stored time.
//!
//! A bucket is kept as the moment at which it will be full again (its *tat*,
//! theoretical arrival time). Taking a unit moves that moment one period later;
//! it must not move further ahead than a whole bucket's worth of periods.

use core::ops::RangeInclusive;
use core::time::Duration;

use keyward_core::port::Take;
use keyward_core::time::Timestamp;

/// How long an invitation is kept after its end, to be looked up: 90 days.
pub(crate) const KEPT_INVITATIONS: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long one period is, in microseconds; at least one.
pub(crate) fn period(take: &Take) -> i64 {
    micros(take.period).max(1)
}

/// Saturating microseconds.
pub(crate) fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// The furthest moment a bucket can be full at: now and a whole bucket.
pub(crate) fn horizon(take: &Take) -> i64 {
    let bucket = period(take).saturating_mul(i64::from(take.burst.max(1)));
    take.now.as_micros().saturating_add(bucket)
}

/// The latest stored moment at which one more unit can be taken.
pub(crate) fn latest(take: &Take) -> i64 {
    horizon(take).saturating_sub(period(take))
}

/// What to store after taking a unit from a bucket that is full at `tat`;
/// `None` when there is no unit.
pub(crate) fn taken(tat: i64, take: &Take) -> Option<i64> {
    (tat <= latest(take)).then(|| tat.max(take.now.as_micros()).saturating_add(period(take)))
}

/// How long until a bucket that is full at `tat` has a unit. A moment further
/// ahead than a full bucket comes from a clock that was wrong: it is disbelieved.
pub(crate) fn wait(tat: i64, take: &Take) -> Duration {
    let believed = tat.min(horizon(take));
    Timestamp::from_micros(believed).since(Timestamp::from_micros(latest(take)))
}

/// The keys among which full buckets are looked for at this moment: a sixteenth,
/// another one each second. Keys are hashes, so each holds as many; and no index
/// has to be kept up to date with every unit that is taken.
pub(crate) fn some_keys(now: Timestamp) -> RangeInclusive<[u8; 32]> {
    let slice = u8::try_from(now.as_micros().div_euclid(1_000_000).rem_euclid(16)).unwrap_or(0);
    let (mut first, mut last) = ([0; 32], [0xff; 32]);
    first[0] = slice << 4;
    last[0] = first[0] | 0x0f;
    first..=last
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
    fn each_key_is_looked_at_once_in_sixteen_seconds() {
        for key in [[0; 32], [0x17; 32], [0x80; 32], [0xff; 32]] {
            let seen = (0..16).filter(|s| some_keys(Timestamp::from_secs(*s)).contains(&key));
            assert_eq!(seen.count(), 1);
        }
    }

    #[test]
    fn odd_sizes_do_not_overflow() {
        let odd = Take { period: Duration::MAX, burst: u32::MAX, ..take(i64::MAX, 0, 0) };
        assert!(taken(0, &odd).is_some());
        assert!(taken(i64::MIN, &take(0, 0, 0)).is_some());
    }
}
