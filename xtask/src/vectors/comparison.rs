//! Counting rows that agree and rows that do not.

use std::fmt;

/// How the rows of a file compared.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    rows: usize,
    differences: Vec<String>,
    left_out: Vec<String>,
}

impl Comparison {
    /// One row: what Keyward answers beside what was recorded.
    pub(super) fn row<T: PartialEq + fmt::Debug>(
        &mut self,
        id: impl fmt::Display,
        ours: T,
        theirs: T,
    ) {
        self.rows += 1;
        if ours != theirs {
            self.differences.push(format!("{id}: {ours:?}, recorded {theirs:?}"));
        }
    }

    /// Rows that are out of scope, and why.
    pub(super) fn leave_out(&mut self, id: impl fmt::Display, rows: usize, why: impl fmt::Display) {
        self.left_out.push(format!("{id}: {rows} out of scope, {why}"));
    }

    /// Whether there were rows, and all agreed.
    pub(super) fn agrees(&self) -> bool {
        self.rows > 0 && self.differences.is_empty()
    }

    /// Prints what is out of scope, and each row that differs.
    pub(super) fn print_details(&self, file: &str) {
        let details = self.left_out.iter().chain(&self.differences);
        details.for_each(|detail| println!("  {file} {detail}"));
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rows {} disagreements {}", self.rows, self.differences.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_counted_and_named() {
        let mut comparison = Comparison::default();
        comparison.row("cases[0]", true, true);
        assert!(comparison.agrees());
        comparison.row("cases[1]", true, false);
        assert!(!comparison.agrees());
        assert_eq!(comparison.to_string(), "rows 2 disagreements 1");
        assert_eq!(comparison.differences, ["cases[1]: true, recorded false"]);
    }

    #[test]
    fn nothing_compared_is_no_agreement() {
        let mut comparison = Comparison::default();
        assert!(!comparison.agrees());
        comparison.leave_out("cases[0]", 8, "line 3: `x` is not supported");
        assert!(!comparison.agrees());
        assert_eq!(comparison.left_out, ["cases[0]: 8 out of scope, line 3: `x` is not supported"]);
    }
}
