//! Requests from one address, counted in memory: may be lost at any moment
//! without anyone gaining access, because guesses are counted in the store.

use std::sync::Mutex;
use std::time::Duration;

use keyward_core::settings::Rate;
use keyward_core::time::Timestamp;
use quick_cache::sync::Cache;

/// Addresses remembered.
const CAPACITY: usize = 100_000;

/// A bucket for each name and address.
#[derive(Debug)]
pub(crate) struct Limiter(Cache<(&'static str, String), std::sync::Arc<Mutex<i64>>>);

impl Limiter {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Takes one unit (GCRA), or says how long to wait.
    pub(crate) fn take(
        &self,
        name: &'static str,
        address: &str,
        rate: Rate,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let key = (name, address.to_owned());
        let fresh = || Ok::<_, std::convert::Infallible>(std::sync::Arc::new(Mutex::new(0)));
        let Ok(bucket) = self.0.get_or_insert_with(&key, fresh);
        let mut full_at = match bucket.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        };
        let period = i64::try_from(rate.period.as_micros()).unwrap_or(i64::MAX);
        let most = period.saturating_mul(i64::from(rate.burst));
        let now = now.as_micros();
        let start = (*full_at).clamp(now, now.saturating_add(most));
        let next = start.saturating_add(period);
        if next - now > most {
            let wait = u64::try_from(next - now - most).unwrap_or(0);
            return Err(Duration::from_micros(wait));
        }
        *full_at = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_empties_and_refills() {
        let limiter = Limiter::new();
        let rate = Rate::new(3, Duration::from_secs(3));
        let now = Timestamp::from_secs(1_700_000_000);
        for _ in 0..3 {
            assert_eq!(limiter.take("t", "a", rate, now), Ok(()));
        }
        assert_eq!(limiter.take("t", "a", rate, now), Err(Duration::from_secs(1)));
        assert_eq!(limiter.take("t", "b", rate, now), Ok(()), "others are not affected");
        assert_eq!(limiter.take("t", "a", rate, now.plus(Duration::from_secs(1))), Ok(()));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_lock_for_years() {
        let limiter = Limiter::new();
        let rate = Rate::new(1, Duration::from_secs(1));
        assert_eq!(limiter.take("t", "a", rate, Timestamp::from_secs(2_000_000_000)), Ok(()));
        let back = Timestamp::from_secs(1_000_000_000);
        assert_eq!(limiter.take("t", "a", rate, back), Err(Duration::from_secs(1)));
    }
}
