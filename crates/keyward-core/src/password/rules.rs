//! NIST SP 800-63B-4 section 3.1.1.2: length and a block list, no composition
//! rules.

use unicode_normalization::UnicodeNormalization as _;

use crate::listed::{self, List};
use crate::secret::Secret;

/// Longest password in bytes that is ever hashed for an account.
pub const MAX_BYTES: usize = 1_024;

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PasswordProblem {
    /// Fewer characters than asked for.
    TooShort,
    /// More than 1,024 bytes.
    TooLong,
    /// Among the most common ones.
    Common,
    /// Contains the account's own name, or the service's.
    ContainsIdentifier,
}

impl PasswordProblem {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password_too_short",
            Self::TooLong => "password_too_long",
            Self::Common => "password_common",
            Self::ContainsIdentifier => "password_contains_identifier",
        }
    }
}

/// The password as it is judged and hashed: in Unicode's composed form, so that
/// it does not depend on the keyboard that typed it (NFC, as in RFC 8265 section
/// 4.2.2). Passwords in plain ASCII are as they were.
///
/// Apply it to new passwords and to those given at sign-in alike; what another
/// system hashed in another form will not match.
pub fn prepare(password: &Secret) -> Secret {
    Secret::new(password.reveal().nfc().collect::<String>())
}

/// Everything that is wrong with `password`: shorter than `min` characters, too
/// long, common, or made of one of `context` (normalised identifiers, the
/// service's name).
///
/// A character is a Unicode code point (NIST SP 800-63B-4 section 3.1.1.2) of the
/// [prepared](prepare) password; there is no rule about kinds of characters.
pub fn check(password: &Secret, min: usize, context: &[&str]) -> Vec<PasswordProblem> {
    if password.reveal().len() > MAX_BYTES {
        return vec![PasswordProblem::TooLong];
    }
    let password = prepare(password);
    let mut problems = vec![];
    if password.reveal().chars().count() < min {
        problems.push(PasswordProblem::TooShort);
    }
    let folded = Secret::new(password.reveal().to_lowercase());
    if is_common(folded.reveal()) {
        problems.push(PasswordProblem::Common);
    }
    if context.iter().any(|name| is_made_of(folded.reveal(), name)) {
        problems.push(PasswordProblem::ContainsIdentifier);
    }
    problems
}

/// One entry of the block list: that of a password in lower case.
pub fn entry(password: &str) -> [u8; 4] {
    listed::entry(&password.to_lowercase())
}

/// Whether little is left of the password without the name: fewer than 8
/// characters. Names under 4 characters are in too many good passwords.
fn is_made_of(folded: &str, name: &str) -> bool {
    let local = name.split('@').next().unwrap_or(name);
    [name, local].into_iter().any(|part| {
        let part = part.to_lowercase();
        part.chars().count() >= 4
            && folded.contains(&part)
            && folded.replace(&part, "").chars().count() < 8
    })
}

/// Whether a password, in lower case, is among the 20,000 most common ones, or
/// is one of them (or up to three characters) over and over:
/// `passwordpassword`, `abcabcabcabcabc`. A good password is refused by mistake
/// once in 100,000.
fn is_common(folded: &str) -> bool {
    let again = |piece: &str| piece.chars().count() <= 3 || is_listed(piece);
    is_listed(folded) || repeated(folded).is_some_and(again)
}

/// The shortest piece that, said at least twice, is `text`; the last time it may
/// be cut short.
fn repeated(text: &str) -> Option<&str> {
    let same = |(one, other): (u8, u8)| one == other;
    text.char_indices()
        .map(|(at, _)| at)
        .filter(|at| (1..=text.len() / 2).contains(at))
        .find(|at| text.bytes().zip(text.bytes().skip(*at)).all(same))
        .and_then(|at| text.get(..at))
}

/// How it was made stands in `data/README.md`.
pub(crate) static COMMON: List = List::new(include_bytes!("../../data/common-passwords.bin"));

fn is_listed(folded: &str) -> bool {
    COMMON.has(folded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PasswordProblem::{Common, ContainsIdentifier, TooLong, TooShort};

    #[test]
    fn passwords_are_judged_by_length_and_lists_only() {
        let check = |password: &str, min, expected: &[PasswordProblem]| {
            let found = check(&Secret::new(password), min, &["ada@example.com", "Keyward"]);
            assert_eq!(found, expected, "{password}");
        };
        check("correct horse battery", 15, &[]);
        check("aaaaaaaaaaaaaaaaaaaaaaa", 15, &[Common]);
        check("abcabcabcabcabcab", 15, &[Common]);
        check("ababcabcabcabcab", 15, &[]);
        check("ПарольДлинный15", 15, &[]);
        check("short", 15, &[TooShort]);
        check("password", 8, &[Common]);
        check("PassWord", 8, &[Common]);
        check("qwertyuiop", 8, &[Common]);
        check("passwordpassword", 15, &[Common]);
        check("Password1Password1", 15, &[Common]);
        check("iloveyou iloveyou", 15, &[]);
        check("ada@example.com", 15, &[ContainsIdentifier]);
        check("keyward1234", 8, &[ContainsIdentifier]);
        check("keyward and a long rest", 15, &[]);
        check(&"x".repeat(1025), 15, &[TooLong]);
        check(&"0123456789abcdef".repeat(64), 15, &[]);
    }

    #[test]
    fn a_character_is_a_composed_code_point() {
        let check = |password: &str, min, expected: &[PasswordProblem]| {
            assert_eq!(check(&Secret::new(password), min, &[]), expected, "{password}");
        };
        check("\u{e9}\u{e9}\u{e9}\u{e9}wxyz", 8, &[]);
        check("e\u{301}e\u{301}e\u{301}e\u{301}xyz", 8, &[TooShort]);
        check(&("\u{1f511}".repeat(4) + "wxyz"), 8, &[]);
    }

    #[test]
    fn keyboards_that_type_the_same_letter_type_the_same_password() {
        let prepared = |password: &str| prepare(&Secret::new(password)).reveal().to_owned();
        assert_eq!(prepared("pa\u{308}ssword"), prepared("p\u{e4}ssword"));
        assert_eq!(prepared("plain \0 ASCII"), "plain \0 ASCII");
        assert_ne!(prepared("\u{b2}"), "2", "nothing is folded away");
    }

    #[test]
    fn a_long_password_is_judged_quickly() {
        assert_eq!(repeated(&"ab".repeat(512)), Some("ab"));
        assert_eq!(repeated(&format!("{}b", "a".repeat(1_023))), None);
        assert_eq!(repeated("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}"), Some("\u{e9}"));
    }

    proptest::proptest! {
        #[test]
        fn any_password_is_judged(password: String, name: String) {
            let prepared = prepare(&Secret::new(password.as_str()));
            proptest::prop_assert!(prepare(&prepared).matches(&prepared));
            let _ = check(&Secret::new(password), 15, &[&name]);
        }
    }
}
