//! The password rules of authnzerver: what a frontend's people were promised.
//!
//! They stand beside ours, which hold as well. Nothing is asked of another service.

use crate::secret::Secret;

/// How good a password must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikenessRules {
    /// Characters, at least, where space is squeezed.
    pub min_length: usize,
    /// How like a name it may be, in percent: less than this.
    pub max_similarity: f64,
    /// Which part of it one character may be, at most.
    pub max_frequency: f64,
}

impl Default for LikenessRules {
    fn default() -> Self {
        Self { min_length: 12, max_similarity: 50.0, max_frequency: 0.3 }
    }
}

/// Characters that are looked at.
const MAX_CHARS: usize = 256;

/// What is wrong with a password, in the words that its frontends know.
pub fn flaws(password: &Secret, names: &[&str], rules: LikenessRules) -> Vec<String> {
    let seen: String = password.reveal().chars().take(MAX_CHARS).collect();
    let squeezed = Secret::new(seen.split_whitespace().collect::<Vec<_>>().join(" "));
    let folded = Secret::new(fold(squeezed.reveal()));
    let length = squeezed.reveal().chars().count();
    let mut said = vec![];
    if length < rules.min_length {
        let least = rules.min_length;
        said.push(format!("Your password is too short. It must have at least {least} characters."));
    }
    let like = |name: &&str| similarity(folded.reveal(), &fold(name)) >= rules.max_similarity;
    if names.iter().any(like) {
        said.push(TOO_LIKE.to_owned());
    }
    if most_frequent(squeezed.reveal()) > rules.max_frequency {
        said.push(TOO_FREQUENT.to_owned());
    }
    if length > 0 && squeezed.reveal().chars().all(char::is_numeric) {
        said.push("Your password cannot be all numbers.".to_owned());
    }
    said
}

const TOO_LIKE: &str = "Your password is too similar to either the domain name of this server \
                        or your own name or email address.";
const TOO_FREQUENT: &str = "Your password is not complex enough. \
                            One or more characters appear appear too frequently.";

pub(crate) fn fold(text: &str) -> String {
    caseless::default_case_fold_str(text)
}

/// A text as authnzerver compares it: NFKC and case folded.
pub fn normalise(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    fold(&text.nfkc().collect::<String>())
}

/// The part of a text that its most frequent character is.
#[expect(clippy::cast_precision_loss, reason = "at most 256 characters")]
fn most_frequent(text: &str) -> f64 {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    let most = chars.chunk_by(|one, other| one == other).map(<[char]>::len).max().unwrap_or(0);
    most as f64 / chars.len().max(1) as f64
}

/// How like two texts are, in percent, after Ratcliff and Obershelp: twice the characters
/// of the longest common piece, and of those before and behind it, over all characters.
#[expect(clippy::cast_precision_loss, reason = "names are short")]
pub fn similarity(one: &str, other: &str) -> f64 {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let all = one.len() + other.len();
    if all == 0 {
        return 100.0;
    }
    200.0 * matching(&one, &other) as f64 / all as f64
}

fn matching(one: &[char], other: &[char]) -> usize {
    let mut open = vec![(one, other)];
    let mut found = 0;
    while let Some((one, other)) = open.pop() {
        let (at, there, length) = longest(one, other);
        if length == 0 {
            continue;
        }
        found += length;
        open.extend(one.get(..at).zip(other.get(..there)));
        open.extend(one.get(at + length..).zip(other.get(there + length..)));
    }
    found
}

/// Where the longest common piece begins in both, and its length: the first in the one,
/// and of those the first in the other.
fn longest(one: &[char], other: &[char]) -> (usize, usize, usize) {
    let (mut best, mut before) = ((0, 0, 0), vec![0; other.len() + 1]);
    for (at, left) in one.iter().enumerate() {
        let mut now = vec![0; other.len() + 1];
        for (there, right) in other.iter().enumerate() {
            if left != right {
                continue;
            }
            let length = before.get(there).copied().unwrap_or(0) + 1;
            if let Some(place) = now.get_mut(there + 1) {
                *place = length;
            }
            if length > best.2 {
                best = (at + 1 - length, there + 1 - length, length);
            }
        }
        before = now;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_that_of_difflib() {
        // password, name, 100 * difflib.SequenceMatcher(None, password, name).ratio()
        for (password, name, expected) in [
            ("arowqin9l8nntptemlxd", "auth.example.org", 11.11),
            ("arowqin9l8nntptemlxd", "testuser@test.org", 10.81),
            ("arowqin9l8nntptemlxd", "test user", 13.79),
            ("eleven11chr", "auth.example.org", 29.63),
            ("eleven11chr", "testuser@test.org", 28.57),
            ("a b c d e f g h", "auth.example.org", 19.35),
            ("test user test", "auth.example.org", 26.67),
            ("test user test", "testuser@test.org", 77.42),
            ("auth-example-org1", "auth.example.org", 84.85),
            ("auth-example-org1", "test user", 23.08),
            ("", "test user", 0.0),
        ] {
            let found = (similarity(password, name) * 100.0).round() / 100.0;
            assert!((found - expected).abs() < 1e-9, "{password} {name}: {found}");
        }
    }

    #[test]
    fn flaws_are_said_in_order_and_in_words() {
        let names = ["auth.example.org", "testuser@test.org", "Test User"];
        let rules = LikenessRules::default();
        for (password, beginnings) in [
            ("aROwQin9L8nNtPTEMLXd", vec![]),
            ("", vec!["Your password is too short"]),
            ("239420349823904802398402375025", vec!["Your password cannot be all numbers"]),
            ("Test User Test", vec!["Your password is too similar"]),
            ("a b c d e f g h", vec!["Your password is not complex enough"]),
        ] {
            let said = flaws(&Secret::new(password), &names, rules);
            assert_eq!(said.len(), beginnings.len(), "{password}: {said:?}");
            assert!(said.iter().zip(beginnings).all(|(said, begins)| said.starts_with(begins)));
        }
    }

    #[test]
    fn a_text_is_compared_in_one_form() {
        for (text, normal) in [
            ("Alice@Example.ORG", "alice@example.org"),
            ("straße@x.org", "strasse@x.org"),
            ("ﬁ@x.org", "fi@x.org"),
        ] {
            assert_eq!(normalise(text), normal);
        }
    }
}
