//! Usernames: folded, of one script, and unlike every other one to the eye.

use super::text::{fold, has_stacked_marks, is_hidden, is_one_script};

/// The text that is compared, and its skeleton (UTS #39 section 4).
pub(super) fn normalise(raw: &str) -> Option<(String, String)> {
    let raw = raw.trim();
    if raw.len() > 1024 {
        return None;
    }
    let name = fold(raw);
    let sane = (2..=64).contains(&name.chars().count())
        && name.chars().all(is_name_char)
        && name.chars().next().is_some_and(char::is_alphanumeric)
        && !is_id(&name)
        && !has_stacked_marks(&name)
        && is_one_script(&name);
    if !sane {
        return None;
    }
    // Digits and letters may be confused with each other, so fold once more.
    let skeleton = fold(&unicode_security::skeleton(&name).collect::<String>());
    Some((name, skeleton))
}

fn is_name_char(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
    } else {
        !is_hidden(c) && (c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c))
    }
}

/// A name must not be mistaken for an id such as `usr_01jd…`.
fn is_id(name: &str) -> bool {
    name.len() == 30 && name.as_bytes().get(3) == Some(&b'_')
}
