//! Counting rows that agree, rows that do not, and rows whose flaw is mended.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::mended;
use crate::Result;

/// How the rows of a file compared.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    file: &'static str,
    rows: usize,
    differences: Vec<String>,
    mended: Vec<String>,
    left_out: Vec<String>,
}

impl Comparison {
    /// Of this file, so far without rows.
    pub(super) fn of(file: &'static str) -> Self {
        Self { file, ..Self::default() }
    }

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

    /// Same, of a section in which Keyward may differ on purpose: where a rule of
    /// [`mended`] is about the row, Keyward must answer as the rule says, and what was
    /// recorded would be a difference.
    pub(super) fn row_in(
        &mut self,
        section: &str,
        row: &Value,
        ours: impl Serialize,
        theirs: impl Serialize,
    ) -> Result<()> {
        let (ours, theirs) = (serde_json::to_value(ours)?, serde_json::to_value(theirs)?);
        let (wanted, reasons) = mended::wanted(self.file, section, row, &theirs);
        self.rows += 1;
        let said = format!("{section} {row}: {ours}, recorded {theirs}");
        match ours == wanted {
            false if reasons.is_empty() => self.differences.push(said),
            false => self.differences.push(format!("{said}, mended would be {wanted}")),
            true if ours == theirs => {}
            true => self.mended.push(format!("{said}, mended: {}", reasons.join("; "))),
        }
        Ok(())
    }

    /// Rows that are out of scope, and why.
    pub(super) fn leave_out(&mut self, id: impl fmt::Display, rows: usize, why: impl fmt::Display) {
        self.left_out.push(format!("{id}: {rows} out of scope, {why}"));
    }

    /// Whether there were rows, and all agreed or are mended.
    pub(super) fn agrees(&self) -> bool {
        self.rows > 0 && self.differences.is_empty()
    }

    /// Prints what is out of scope, what is mended, and each row that differs.
    pub(super) fn print_details(&self) {
        let details = self.left_out.iter().chain(&self.mended).chain(&self.differences);
        details.for_each(|detail| println!("  {} {detail}", self.file));
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rows {} disagreements {}", self.rows, self.differences.len())?;
        match self.mended.len() {
            0 => Ok(()),
            mended => write!(f, " mended {mended}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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

    #[test]
    fn a_row_without_a_rule_is_compared_as_it_is() {
        let mut comparison = Comparison::of("asok.json");
        comparison.row_in("totp_verify", &json!("0"), true, true).unwrap();
        assert!(comparison.agrees());
        comparison.row_in("totp_verify", &json!("0"), true, false).unwrap();
        assert_eq!(comparison.to_string(), "rows 2 disagreements 1");
    }

    #[test]
    fn a_mended_row_is_counted_and_gives_its_reason() {
        let mut comparison = Comparison::of("asok.json");
        let row = json!("same_code_twice");
        comparison.row_in("totp_verify", &row, [true, false], [true, true]).unwrap();
        assert!(comparison.agrees());
        assert_eq!(comparison.to_string(), "rows 1 disagreements 0 mended 1");
        assert!(comparison.mended[0].contains("RFC 6238"), "{:?}", comparison.mended);
    }

    #[test]
    fn a_flaw_that_came_back_is_no_agreement_though_it_was_recorded() {
        let mut comparison = Comparison::of("asok.json");
        let row = json!("same_code_twice");
        comparison.row_in("totp_verify", &row, [true, true], [true, true]).unwrap();
        assert!(!comparison.agrees());
        assert_eq!(comparison.to_string(), "rows 1 disagreements 1");
    }
}
