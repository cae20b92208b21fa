//! The one file that asks the operating system for time and randomness.

use std::time::Instant;

use keyward_core::port::{Clock, Random};
use keyward_core::time::Timestamp;

/// Wall-clock time of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock everyone else asks")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX));
        Timestamp::from_micros(micros)
    }
}

/// Monotonic time, for waits and measurements only.
#[expect(clippy::disallowed_methods, reason = "this is the clock everyone else asks")]
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    #[expect(clippy::expect_used, reason = "without randomness nothing may go on")]
    fn fill(&mut self, buf: &mut [u8]) {
        getrandom::fill(buf).expect("the operating system has randomness");
    }
}
