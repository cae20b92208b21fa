//! Messages that were seen before.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Messages remembered, at most, in each of two spans of time.
const MOST: usize = 1 << 20;

/// The codes of messages of this span and of the one before. A message is forgotten
/// once it would be too old anyway.
#[derive(Debug)]
pub(super) struct Repeats(Mutex<Spans>);

#[derive(Debug, Default)]
struct Spans {
    now: HashSet<u64>,
    before: HashSet<u64>,
    /// When the span began, in seconds.
    began: i64,
}

/// What is known of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Known {
    /// It comes for the first time.
    New,
    /// It came before.
    Seen,
    /// There is no room to remember it: it must not be answered.
    Full,
}

impl Repeats {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Spans::default()))
    }

    /// Notes a message. A span is as long as a message may be accepted.
    pub(super) fn note(&self, tag: &[u8; 32], now: i64, span: i64) -> Known {
        let [a, b, c, d, e, f, g, h, ..] = *tag;
        let tag = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(spans.began) > span {
            let old = std::mem::take(&mut spans.now);
            let is_next = now.saturating_sub(spans.began) <= span.saturating_mul(2);
            spans.before = if is_next { old } else { HashSet::new() };
            spans.began = now;
        }
        if spans.before.contains(&tag) || spans.now.contains(&tag) {
            return Known::Seen;
        }
        if spans.now.len() >= MOST {
            return Known::Full;
        }
        spans.now.insert(tag);
        Known::New
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_again_for_as_long_as_it_would_be_accepted() {
        let (repeats, tag) = (Repeats::new(), [7; 32]);
        assert_eq!(repeats.note(&tag, 1_000, 120), Known::New);
        for later in [0, 1, 119, 120] {
            assert_eq!(repeats.note(&tag, 1_000 + later, 120), Known::Seen, "{later}");
        }
        assert_eq!(repeats.note(&[8; 32], 1_121, 120), Known::New);
        assert_eq!(repeats.note(&tag, 1_122, 120), Known::Seen, "the span before counts");
        assert_eq!(repeats.note(&tag, 2_000, 120), Known::New, "long forgotten");
    }
}
