//! Cuts a condition into words and signs.

use super::BadCondition;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) word: Word<'t>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word<'t> {
    Name(&'t str),
    Int(i64),
    Text(String),
    Sign(&'static str),
    End,
}

pub(super) fn lex(text: &str) -> Result<Vec<Token<'_>>, BadCondition> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).map(str::trim_start).filter(|rest| !rest.is_empty()) {
        at = text.len() - rest.len();
        let (word, len) = next(rest, at)?;
        tokens.push(Token { at, end: at + len, word });
        at += len;
    }
    tokens.push(Token { at: text.len(), end: text.len(), word: Word::End });
    Ok(tokens)
}

fn next(rest: &str, at: usize) -> Result<(Word<'_>, usize), BadCondition> {
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        return quoted(rest, quote, at);
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return Ok((Word::Sign(sign), sign.len()));
    }
    let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let word = rest.get(..len).unwrap_or_default();
    match word.bytes().next() {
        Some(b'0'..=b'9') => match word.parse() {
            Ok(number) => Ok((Word::Int(number), len)),
            Err(_) => Err(BadCondition::new(at, "has a number that cannot be read")),
        },
        Some(_) => Ok((Word::Name(word), len)),
        None => Err(BadCondition::new(at, "has a character that means nothing")),
    }
}

/// A backslash keeps the quote and itself from meaning anything; before other
/// characters it stays, for `like`.
fn quoted(rest: &str, quote: char, at: usize) -> Result<(Word<'_>, usize), BadCondition> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((place, c)) = chars.next() {
        let escaped = chars.peek().map(|(_, c)| *c).filter(|c| *c == quote || *c == '\\');
        match (c, escaped) {
            ('\\', Some(escaped)) => {
                text.push(escaped);
                chars.next();
            }
            (c, _) if c == quote => return Ok((Word::Text(text), place + 1)),
            (c, _) => text.push(c),
        }
    }
    Err(BadCondition::new(at, "has a text that does not end"))
}

/// Longer ones first.
const SIGNS: [&str; 18] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ",", ".", "-", "@", "?",
];
