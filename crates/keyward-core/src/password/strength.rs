//! How hard a password is to guess, by zxcvbn: advice while typing, never a rule.
//!
//! It takes about a third of a millisecond; [`rules::check`](super::rules::check)
//! is what decides.

use zxcvbn::feedback::{Suggestion, Warning};

use crate::secret::Secret;

/// What zxcvbn thinks of a password.
#[derive(Clone, Debug, PartialEq)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (very hard to guess).
    pub score: u8,
    /// Guesses an attacker needs, as a power of ten.
    pub guesses_log10: f64,
    /// What is wrong with it, as a stable code: `common_password`.
    pub warning: Option<&'static str>,
    /// What would help, as stable codes: `add_another_word`.
    pub suggestions: Vec<&'static str>,
}

/// Judges the first 100 characters of `password`, knowing `context`: identifiers
/// of the account, the service's name.
pub fn strength(password: &Secret, context: &[&str]) -> Strength {
    let end = password.reveal().char_indices().nth(MAX_CHARS).map(|(at, _)| at);
    let start = password.reveal().get(..end.unwrap_or(usize::MAX));
    let found = zxcvbn::zxcvbn(start.unwrap_or(password.reveal()), context);
    let feedback = found.feedback();
    Strength {
        score: u8::from(found.score()),
        guesses_log10: found.guesses_log10().max(0.0),
        warning: feedback.and_then(|feedback| feedback.warning()).map(warning),
        suggestions: feedback
            .map(|feedback| feedback.suggestions().iter().copied().map(suggestion).collect())
            .unwrap_or_default(),
    }
}

fn warning(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess => "row_of_keys",
        Warning::ShortKeyboardPatternsAreEasyToGuess => "keyboard_pattern",
        Warning::RepeatsLikeAaaAreEasyToGuess => "repeated_character",
        Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "repeated_pattern",
        Warning::ThisIsATop10Password => "top_10_password",
        Warning::ThisIsATop100Password => "top_100_password",
        Warning::ThisIsACommonPassword => "common_password",
        Warning::ThisIsSimilarToACommonlyUsedPassword => "similar_to_common_password",
        Warning::SequencesLikeAbcAreEasyToGuess => "sequence",
        Warning::RecentYearsAreEasyToGuess => "recent_year",
        Warning::AWordByItselfIsEasyToGuess => "single_word",
        Warning::DatesAreOftenEasyToGuess => "date",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess => "single_name",
        Warning::CommonNamesAndSurnamesAreEasyToGuess => "common_name",
    }
}

fn suggestion(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases => "use_a_few_words",
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => "no_need_for_symbols",
        Suggestion::AddAnotherWordOrTwo => "add_another_word",
        Suggestion::CapitalizationDoesntHelpVeryMuch => "capitals_help_little",
        Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => "all_capitals_help_little",
        Suggestion::ReversedWordsArentMuchHarderToGuess => "reversal_helps_little",
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => "substitutions_help_little",
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => "use_a_longer_pattern",
        Suggestion::AvoidRepeatedWordsAndCharacters => "avoid_repetition",
        Suggestion::AvoidSequences => "avoid_sequences",
        Suggestion::AvoidRecentYears => "avoid_recent_years",
        Suggestion::AvoidYearsThatAreAssociatedWithYou => "avoid_your_years",
        Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => "avoid_your_dates",
    }
}

/// zxcvbn's work grows faster than the password.
const MAX_CHARS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_passwords_score_higher() {
        let check = |password: &str, scores: core::ops::RangeInclusive<u8>| {
            let found = strength(&Secret::new(password), &["ada@example.com", "Keyward"]);
            assert!(scores.contains(&found.score), "{password}: {found:?}");
        };
        check("", 0..=0);
        check("password", 0..=0);
        check("keyward", 0..=1);
        check("correct horse battery staple", 3..=4);
        check("vK9.pQ2xw!7rTz", 4..=4);
    }

    #[test]
    fn weak_passwords_come_with_advice() {
        let found = strength(&Secret::new("password"), &[]);
        assert_eq!(found.warning, Some("top_10_password"));
        assert_eq!(found.suggestions, ["add_another_word"]);
    }

    #[test]
    fn a_novel_is_not_read_to_the_end() {
        let long = strength(&Secret::new("\u{e9}x7".repeat(300_000)), &[]);
        let start = strength(&Secret::new("\u{e9}x7".repeat(33) + "\u{e9}"), &[]);
        assert_eq!(long, start);
    }
}
