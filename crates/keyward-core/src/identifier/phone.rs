//! Telephone numbers: E.164, with the country code.

/// `+` and 7 to 15 digits, the first of which is not zero. Spaces, dots,
/// hyphens, slashes and brackets between them are dropped.
pub(super) fn normalise(raw: &str) -> Option<String> {
    let rest = raw.trim().strip_prefix('+')?;
    if rest.len() > 40 {
        return None;
    }
    let mut digits = String::from("+");
    for c in rest.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '.' | '-' | '/' | '(' | ')' => {}
            _ => return None,
        }
    }
    let sane = (8..=16).contains(&digits.len()) && !digits.starts_with("+0");
    sane.then_some(digits)
}
