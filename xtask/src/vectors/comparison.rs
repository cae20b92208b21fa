//! Counting rows that agree and rows that do not.

use std::fmt;

/// How the rows of a file compared.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    rows: usize,
    differences: Vec<String>,
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

    /// Whether there were rows, and all agreed.
    pub(super) fn agrees(&self) -> bool {
        self.rows > 0 && self.differences.is_empty()
    }

    /// Prints each row that differs.
    pub(super) fn print_differences(&self, file: &str) {
        self.differences.iter().for_each(|difference| println!("  {file} {difference}"));
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
        assert!(!Comparison::default().agrees());
    }
}
