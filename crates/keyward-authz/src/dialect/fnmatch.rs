//! Shell globs as Python's `fnmatch` reads them on POSIX: `*` and `?` cross
//! dividers, `[a-c]` and `[!a-c]` are sets, an unclosed `[` is itself. Source:
//! `fnmatch.translate` of CPython 3.12.

use super::measure;
use crate::dialect::keyward::MAX_BYTES;
use crate::error::BadPermission;

/// A glob, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Glob(Box<[Token]>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// `*`
    Any,
    /// `?`
    One,
    Char(char),
    Set {
        negated: bool,
        /// Both ends included.
        ranges: Box<[(char, char)]>,
    },
}

impl Glob {
    /// Reads a glob; anything is one.
    pub(crate) fn parse(text: &str) -> Result<Self, BadPermission> {
        measure(text, MAX_BYTES)?;
        let chars: Vec<char> = text.chars().collect();
        let mut rest = chars.as_slice();
        let mut tokens = Vec::new();
        while let Some((token, after)) = next(rest) {
            if token != Token::Any || tokens.last() != Some(&Token::Any) {
                tokens.push(token);
            }
            rest = after;
        }
        Ok(Self(tokens.into()))
    }

    /// Whether the glob covers the whole text. Steps are at most the product of
    /// both lengths.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let (mut tokens, mut chars) = (self.0.iter(), text.chars());
        let mut retry = None;
        loop {
            match (tokens.as_slice().first(), chars.clone().next()) {
                (None, None) => return true,
                (Some(Token::Any), _) => {
                    tokens.next();
                    retry = Some((tokens.clone(), chars.clone()));
                }
                (Some(token), Some(c)) if token.takes(c) => {
                    tokens.next();
                    chars.next();
                }
                // Let the last `*` take one character more.
                _ => {
                    let Some((after_star, taken)) = &mut retry else { return false };
                    if taken.next().is_none() {
                        return false;
                    }
                    (tokens, chars) = (after_star.clone(), taken.clone());
                }
            }
        }
    }
}

impl Token {
    fn takes(&self, c: char) -> bool {
        match self {
            Token::Any | Token::One => true,
            Token::Char(own) => *own == c,
            Token::Set { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

fn next(text: &[char]) -> Option<(Token, &[char])> {
    let (first, rest) = text.split_first()?;
    Some(match first {
        '*' => (Token::Any, rest),
        '?' => (Token::One, rest),
        '[' => set(rest).unwrap_or((Token::Char('['), rest)),
        c => (Token::Char(*c), rest),
    })
}

/// Reads a set behind its `[`; nothing when it is never closed.
fn set(text: &[char]) -> Option<(Token, &[char])> {
    let negated = text.first() == Some(&'!');
    let body = text.get(usize::from(negated)..)?;
    // A `]` in the first place is one of the set.
    let close = 1 + body.iter().skip(1).position(|c| *c == ']')?;
    let ranges = ranges(body.get(..close)?).into();
    Some((Token::Set { negated, ranges }, body.get(close + 1..)?))
}

fn ranges(body: &[char]) -> Vec<(char, char)> {
    let chunks = chunks(body);
    let mut ranges = Vec::new();
    for (nth, chunk) in chunks.iter().enumerate() {
        let from = usize::from(nth > 0);
        let to = chunk.len() - usize::from(nth + 1 < chunks.len());
        ranges.extend(chunk.get(from..to).unwrap_or_default().iter().map(|c| (*c, *c)));
    }
    ranges.extend(chunks.windows(2).filter_map(|pair| match pair {
        [before, after] => Some((*before.last()?, *after.first()?)),
        _ => None,
    }));
    ranges
}

/// Cuts a set at the hyphens that make ranges, and drops empty ranges with both
/// their ends.
fn chunks(body: &[char]) -> Vec<Vec<char>> {
    let mut chunks: Vec<Vec<char>> = Vec::new();
    let (mut start, mut search) = (0, 1);
    while let Some(found) = body.iter().skip(search).position(|c| *c == '-') {
        let hyphen = search + found;
        chunks.push(body.get(start..hyphen).unwrap_or_default().to_vec());
        start = hyphen + 1;
        search = hyphen + 3;
    }
    match (body.get(start..), chunks.last_mut()) {
        (Some([]) | None, Some(last)) => last.push('-'),
        (tail, _) => chunks.push(tail.unwrap_or_default().to_vec()),
    }
    for nth in (1..chunks.len()).rev() {
        join_if_empty(&mut chunks, nth);
    }
    chunks
}

fn join_if_empty(chunks: &mut Vec<Vec<char>>, nth: usize) {
    let Some([before, after]) = chunks.get_mut(nth - 1..=nth) else { return };
    if before.last() > after.first() {
        before.pop();
        before.extend(after.iter().skip(1));
        chunks.remove(nth);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Glob;

    #[track_caller]
    fn check(glob: &str, yes: &[&str], no: &[&str]) {
        let parsed = Glob::parse(glob).unwrap();
        for text in yes {
            assert!(parsed.matches(text), "{glob} covers {text}");
        }
        for text in no {
            assert!(!parsed.matches(text), "{glob} does not cover {text}");
        }
    }

    // Expected values are CPython 3.12's.
    #[test]
    fn globs_read_as_python_reads_them() {
        check("admin:*", &["admin:add", "admin:", "admin:a:b"], &["admin", "Admin:add"]);
        check("*", &["", "a", "a:b"], &[]);
        check("a*b*c", &["abc", "axbxc", "abcbc"], &["ab", "abcd"]);
        check("a?c", &["abc", "aéc"], &["ac", "abbc"]);
        check("[ab]dd", &["add", "bdd"], &["cdd", "abdd"]);
        check("[!ab]dd", &["cdd"], &["add", "dd"]);
        check("[a-c]", &["a", "b", "c"], &["d", "-"]);
        check("[]a]", &["]", "a"], &["b"]);
        check("[!]a]", &["b"], &["]", "a"]);
        check("[a", &["[a"], &["a"]);
        check("[", &["["], &[]);
        check("[a-]", &["a", "-"], &["b"]);
        check("[-a]", &["a", "-"], &["b"]);
        check("[a-c-e]", &["b", "-", "e"], &["d"]);
        check("[b-a]", &[], &["a", "b", "-", ""]);
        check("[!b-a]", &["a", "x"], &[""]);
        check("[b-ax-z]", &["x", "y", "z"], &["a", "b"]);
        check("[^a]", &["^", "a"], &["b"]);
        check("a\\*", &["a\\", "a\\b"], &["a*"]);
    }

    proptest! {
        #[test]
        fn nothing_makes_a_glob_panic(glob in "[\\[\\]!*?a-c-]{0,40}", text in "[a-c\\[-]{0,40}") {
            Glob::parse(&glob).unwrap().matches(&text);
        }

        #[test]
        fn plain_text_covers_itself_only(a in "[a-c:]{0,6}", b in "[a-c:]{0,6}") {
            prop_assert_eq!(Glob::parse(&a).unwrap().matches(&b), a == b);
        }
    }
}
