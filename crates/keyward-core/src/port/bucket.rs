//! What a limit says before anything is taken from it.
//!
//! A bucket is kept as the moment at which it will be full again. Whoever takes
//! from it asks the store, inside a transaction; this is for whoever only looks.

use core::time::Duration;

use crate::port::Take;
use crate::time::Timestamp;

impl Take {
    /// Units that are gone from a bucket that will be full again at `full_at`;
    /// `None` is a full one. Never more than it holds: a moment further ahead comes
    /// from a clock that was wrong.
    pub fn used(&self, full_at: Option<Timestamp>) -> u32 {
        let missing = full_at.map_or(0, |at| at.since(self.now).as_micros());
        let used = missing.div_ceil(self.period.as_micros().max(1));
        u32::try_from(used).unwrap_or(u32::MAX).min(self.burst.max(1))
    }

    /// How long until one more unit can be taken; `None` if it can be now.
    pub fn wait(&self, full_at: Option<Timestamp>) -> Option<Duration> {
        let most = self.period.saturating_mul(self.burst.max(1));
        let missing = full_at?.since(self.now).min(most);
        let wait = (missing + self.period).checked_sub(most)?;
        (!wait.is_zero()).then_some(wait)
    }

    /// Whether one more unit can be taken.
    pub fn is_left(&self, full_at: Option<Timestamp>) -> bool {
        self.used(full_at) < self.burst.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_looked_at_as_it_is_taken_from() {
        let now = Timestamp::from_secs(1_000);
        let take = Take { key: [0; 32], now, period: Duration::from_secs(10), burst: 3 };
        let check = |secs: i64, used: u32| {
            let at = Some(Timestamp::from_secs(1_000 + secs));
            assert_eq!((take.used(at), take.is_left(at)), (used, used < 3), "{secs}");
            assert_eq!(take.wait(at).is_none(), take.is_left(at), "{secs}");
        };
        let wait = |secs: i64| take.wait(Some(Timestamp::from_secs(1_000 + secs)));
        assert_eq!(wait(21), Some(Duration::from_secs(1)));
        assert_eq!(wait(30), Some(Duration::from_secs(10)));
        assert_eq!(wait(1_000_000), Some(Duration::from_secs(10)));
        assert_eq!((take.used(None), take.is_left(None)), (0, true));
        check(-5, 0);
        check(0, 0);
        check(1, 1);
        check(10, 1);
        check(11, 2);
        check(20, 2);
        check(21, 3);
        check(1_000_000, 3);
    }
}
