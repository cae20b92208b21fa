//! Folding, and characters that have no place in a name.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// NFKC, full case folding, NFKC again (Unicode section 3.13, toNFKC_Casefold
/// without removal of ignorables, which are refused instead).
pub(super) fn fold(raw: &str) -> String {
    let folded = caseless::default_case_fold_str(&raw.nfkc().collect::<String>());
    folded.nfkc().collect()
}

/// Control, formatting, bidirectional and invisible characters.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{10ffff}')
}

/// Whether every character is one that UTS #39 allows in names, and all are of
/// one script, or of a combination that its readers are used to (section 5.2,
/// highly restrictive).
pub(super) fn is_one_script(text: &str) -> bool {
    use unicode_security::RestrictionLevel::{ASCIIOnly, HighlyRestrictive, SingleScript};
    use unicode_security::RestrictionLevelDetection as _;
    let letters: String = text.chars().filter(|c| !c.is_ascii_punctuation()).collect();
    let level = letters.as_str().detect_restriction_level();
    matches!(level, ASCIIOnly | SingleScript | HighlyRestrictive)
}

/// More marks on one letter than any language needs, or one mark twice (UTS #39
/// section 5.4): they run over what stands around the name.
pub(super) fn has_stacked_marks(text: &str) -> bool {
    let (mut marks, mut last) = (0, None);
    text.chars().any(|c| {
        let is_mark = is_combining_mark(c);
        marks = if is_mark { marks + 1 } else { 0 };
        let twice = is_mark && last == Some(c);
        last = Some(c);
        twice || marks > MAX_MARKS
    })
}

/// UTS #39 section 5.4 names four.
const MAX_MARKS: u32 = 4;
