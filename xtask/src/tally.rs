//! Counting what test programs print.

use std::fmt;
use std::ops::AddAssign;

/// How many passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    /// One thing that passed or failed as a whole.
    pub(crate) fn one(passed: bool) -> Self {
        Self { passed: passed.into(), failed: (!passed).into(), skipped: 0 }
    }

    /// Things that could not run here.
    pub(crate) fn skipped(count: usize) -> Self {
        Self { skipped: count, ..Self::default() }
    }

    /// Reads one line of output: that of `cargo test`
    /// (`test result: ok. 3 passed; 0 failed; …`) or of our own suites
    /// (`3 passed, 0 failed`). Any other line counts nothing. Ignored tests are
    /// no part of the suite: each says why, which clippy sees to.
    pub(crate) fn of_line(line: &str) -> Self {
        let Some(result) = line.strip_prefix("test result: ") else {
            return Self::of_parts(line.split(',')).unwrap_or_default();
        };
        let counts = result.split_once(". ").map_or("", |(_, counts)| counts);
        // What follows `finished in` is no count.
        let parts = counts.split(';').filter(|part| !part.contains("finished in"));
        Self::of_parts(parts).unwrap_or_default()
    }

    /// Parts such as `3 passed`; none if a part does not begin with a count.
    fn of_parts<'p>(parts: impl Iterator<Item = &'p str>) -> Option<Self> {
        let mut tally = Self::default();
        for part in parts {
            let (count, what) = part.trim().split_once(' ')?;
            let count = count.parse().ok()?;
            match what {
                "passed" => tally.passed = count,
                "failed" => tally.failed = count,
                "skipped" => tally.skipped = count,
                _ => {}
            }
        }
        Some(tally)
    }

    /// The same, once the program has ended: one that stopped without counting
    /// a failure failed, and so did one that counted nothing.
    pub(crate) fn ended(mut self, succeeded: bool) -> Self {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        if self == Self::default() {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_what_they_say() {
        for (line, passed, failed, skipped) in [
            ("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out", 3, 0, 0),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; finished in 0.01s", 3, 2, 0),
            ("3 passed, they say", 0, 0, 0),
            ("7 passed, 1 failed", 7, 1, 0),
            ("7 passed, 1 failed, 2 skipped", 7, 1, 2),
            ("test a_code_works_once ... ok", 0, 0, 0),
            ("running 3 tests", 0, 0, 0),
            ("3 of 4 passed", 0, 0, 0),
        ] {
            assert_eq!(Tally::of_line(line), Tally { passed, failed, skipped }, "{line}");
        }
    }

    #[test]
    fn a_program_that_dies_without_counting_failed() {
        assert_eq!(Tally::default().ended(false).failed, 1);
        assert_eq!(Tally::default().ended(true).failed, 1);
        assert_eq!(Tally::one(true).ended(false), Tally { passed: 1, failed: 1, skipped: 0 });
        assert_eq!(Tally::one(true).ended(true), Tally::one(true));
    }
}
