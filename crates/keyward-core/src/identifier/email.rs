//! E-mail addresses: RFC 5321 without quoting, comments and address literals.

use super::text::{fold, has_stacked_marks, is_hidden, is_one_script};

/// Longest address and longest local part in bytes (RFC 5321 section 4.5.3.1).
const MAX_BYTES: usize = 254;
const MAX_LOCAL: usize = 64;

/// The address that is compared: folded local part, domain in ASCII.
pub(super) fn normalise(raw: &str) -> Option<String> {
    let raw = raw.trim();
    // Exactly one `@` before folding, and none that only looks like one.
    if raw.len() > 4 * MAX_BYTES || raw.matches('@').count() != 1 {
        return None;
    }
    let (local, domain) = raw.split_once('@')?;
    let (local, domain) = (local_part(local)?, domain_part(domain)?);
    let whole = format!("{local}@{domain}");
    (whole.len() <= MAX_BYTES).then_some(whole)
}

fn local_part(raw: &str) -> Option<String> {
    let local = fold(raw);
    let sane = !local.is_empty()
        && local.len() <= MAX_LOCAL
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(is_local_char)
        && !has_stacked_marks(&local)
        && is_one_script(&local);
    sane.then_some(local)
}

fn is_local_char(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
    } else {
        !is_hidden(c) && c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
    }
}

fn domain_part(raw: &str) -> Option<String> {
    if raw.chars().any(is_hidden) {
        return None;
    }
    let domain = idna::domain_to_ascii_strict(raw).ok()?;
    let labels: Vec<&str> = domain.split('.').collect();
    let top = labels.last()?;
    let sane = labels.len() >= 2
        && labels.iter().all(|label| is_label(label))
        && !top.bytes().all(|b| b.is_ascii_digit());
    sane.then_some(domain)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
