//! How long the start took: the one file of the binary that reads a clock.

use std::time::{Duration, Instant};

/// A moment to count from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    /// Counts from now.
    #[expect(clippy::disallowed_methods, reason = "tells the operator, decides nothing")]
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// Since then.
    pub(super) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
