//! The public suffixes: what a domain ends in, from `com` to `web.za`. authnzerver takes
//! no full name that holds one behind a dot, for such a name leads to a page.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::listed::List;
use crate::password::likeness::fold;

/// How it was made stands in `data/README.md`.
pub(crate) static SUFFIXES: List = List::new(include_bytes!("../data/public-suffixes.bin"));

/// What stands before a name with a dot and no space, beside initials.
const TITLES: [&str; 14] =
    ["Dipl", "Dr", "Fr", "Hon", "Mag", "Mr", "Mrs", "Ms", "Mx", "Prof", "Rev", "Sr", "St", "med"];
/// What is written small behind such a dot, in a name: degrees and particles.
const SMALL: [&str; 8] = ["al", "art", "de", "ing", "la", "med", "sc", "vet"];

/// Whether a name holds a public suffix behind a dot, and is none that people have:
/// `St.John` has no suffix, and `J.R.Ford` and `Dr.med.` are initials and a title.
///
/// ```
/// use keyward_core::suffix::names_a_domain;
///
/// assert!(names_a_domain("see example.com now"));
/// assert!(!names_a_domain("J.Ford of St.Ives"));
/// ```
pub fn names_a_domain(name: &str) -> bool {
    let name: String = name.nfkc().collect();
    name.split_whitespace().any(|word| holds_suffix(word) && !is_titled(word))
}

fn holds_suffix(word: &str) -> bool {
    word.match_indices('.').any(|(at, _)| {
        let rest = word.get(at + 1..).unwrap_or_default();
        let first = label(rest);
        let second = rest.get(first.len()..).and_then(|rest| rest.strip_prefix('.')).map(label);
        let both = second.map(|second| fold(&format!("{first}.{second}")));
        SUFFIXES.has(&fold(first)) || both.is_some_and(|both| SUFFIXES.has(&both))
    })
}

/// As much of a text as one part of a domain may be.
fn label(text: &str) -> &str {
    let is_in = |c: char| c.is_alphanumeric() || c == '-' || is_combining_mark(c);
    text.split(|c| !is_in(c)).next().unwrap_or(text)
}

/// Whether a word is initials or titles, and one part of a name behind them.
fn is_titled(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let Some((before, last)) = word.rsplit_once('.') else { return false };
    let is_initial = |part: &str| {
        let mut letters = part.trim_start_matches('-').chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
    };
    let is_name = last.starts_with(char::is_uppercase)
        && last.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'));
    before.split('.').all(|part| is_initial(part) || TITLES.contains(&part))
        && (is_name || SMALL.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_an_ending_of_domains_names_one() {
        for name in [
            "see example.com now",
            "EXAMPLE.COM",
            "ada@example.org",
            "example.co.uk",
            "example.com.bd",
            "shop.web.za",
            "example.museum",
            "(example.de)",
            "example.com\u{200b}",
            "example.com/x",
            "example.com:80",
            "example.com,example",
            "ｅｘａｍｐｌｅ．ｃｏｍ",
            "пример.рф",
            "उदाहरण.भारतम्",
            "சோதனை.இந்தியா",
            "sub.github.io",
            "a .com",
            "x.com",
            "t.me",
            "J.Evil.Com",
            "Dr.evil.com",
            "J.Li@evil.com",
        ] {
            assert!(names_a_domain(name), "{name}");
        }
    }

    #[test]
    fn a_name_that_people_have_names_none() {
        for name in [
            "",
            ".",
            "Ada Lovelace",
            "Dr. Ada Lovelace",
            "St.John",
            "D.Trump",
            "A.B. Lovelace",
            "J.R.R. Tolkien",
            "J.Li",
            "J.R.Ford",
            "J.-P.Li",
            "J.Ford-Li",
            "Dr.Li",
            "Dr.med. Meier",
            "Prof.Dr.med.vet. Meier",
            "M.Sc. Ada Lovelace",
            "J.de Vries",
            "O'Brien",
            "Ada Lovelace Jr.",
            "com",
            "Ada...",
            "Ada.-com",
        ] {
            assert!(!names_a_domain(name), "{name}");
        }
    }
}
