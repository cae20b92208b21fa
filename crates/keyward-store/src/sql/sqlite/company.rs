//! Whether a batch should wait for others to share its commit: a commit costs as
//! much for eight as for one, but whoever writes alone should not wait at all.

use core::time::Duration;
use std::time::Instant;

/// A batch that comes this soon after a commit may be one of many.
pub(super) const SOON: Duration = Duration::from_millis(3);

/// How long a group waits for others, in all.
const PATIENCE: Duration = Duration::from_millis(15);

/// A group of this size waits for nobody.
pub(super) const ENOUGH: usize = 8;

/// Waits in vain after which it is not tried for a while, as a power of two.
const DOUBT: u32 = 5;

/// When a group that begins now ends.
#[expect(clippy::disallowed_methods, reason = "the wait of one thread, not a time that is kept")]
pub(super) fn deadline() -> Instant {
    Instant::now() + PATIENCE
}

/// How long until then.
#[expect(clippy::disallowed_methods, reason = "the wait of one thread, not a time that is kept")]
pub(super) fn until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// What waiting has brought so far.
#[derive(Debug, Default)]
pub(super) struct Company {
    /// Times in a row that nobody came.
    in_vain: u32,
    /// Groups that do not wait.
    skip: u32,
}

impl Company {
    /// Whether to wait this time.
    pub(super) fn is_likely(&mut self) -> bool {
        let likely = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        likely
    }

    /// Learns whether somebody came.
    pub(super) fn learn(&mut self, came: bool) {
        self.in_vain = if came { 0 } else { (self.in_vain + 1).min(DOUBT) };
        self.skip = (1 << self.in_vain) - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_writes_alone_waits_ever_more_rarely() {
        let mut company = Company::default();
        let mut waits = 0;
        for _ in 0..200 {
            if company.is_likely() {
                waits += 1;
                company.learn(false);
            }
        }
        assert_eq!(waits, 10);
    }

    #[test]
    fn company_is_waited_for_as_long_as_it_comes() {
        let mut company = Company::default();
        company.learn(false);
        assert!(!company.is_likely());
        assert!(company.is_likely());
        company.learn(true);
        assert!((0..5).all(|_| company.is_likely()));
    }
}
