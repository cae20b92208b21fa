//! What is written, and what is left to write.

use super::Fault;
use super::source::Source;

/// Marks of unfinished work, written so that they are not found here.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
];

/// Every file begins by saying what it is.
pub(super) fn module_docs(source: &Source) -> Vec<Fault> {
    let first = source.text.lines().find(|line| !line.trim().is_empty());
    let has = first.is_some_and(|line| line.starts_with("//!"));
    let fault = || source.fault(Some(1), "begins without module docs (`//!`)".to_owned());
    (!has).then(fault).into_iter().collect()
}

/// Nothing is left for later in the code.
pub(super) fn unfinished(source: &Source) -> Vec<Fault> {
    let marked = |line: &str| UNFINISHED.into_iter().find(|mark| has_word(line, mark));
    let lines = source.text.lines().zip(1..);
    lines
        .filter_map(|(line, number)| {
            let mark = marked(line)?;
            Some(source.fault(Some(number), format!("`{mark}` leaves something undone")))
        })
        .collect()
}

/// Whether `word` stands in `line` and is not part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(letter) && !after.is_some_and(letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is() {
        assert_eq!(module_docs(&Source::new("a.rs", "//! Names.\n\nfn a() {}")), []);
        assert_eq!(module_docs(&Source::new("a.rs", "\nfn a() {}\n//! Late.")).len(), 1);
        assert_eq!(module_docs(&Source::new("a.rs", "")).len(), 1);
    }

    #[test]
    fn every_mark_of_unfinished_work_is_found() {
        for mark in UNFINISHED {
            let code = format!("fn a() {{\n    // {mark}: later\n}}");
            let [fault] = &unfinished(&Source::new("a.rs", &code))[..] else { panic!("{mark}") };
            assert_eq!(fault.line, Some(2), "{mark}");
        }
        let code = format!("let {}_LIST = 1; // {}S", UNFINISHED[0], UNFINISHED[2]);
        assert_eq!(unfinished(&Source::new("a.rs", &code)), []);
    }
}
