//! Messages that were seen before.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Messages remembered, at most, in each of two spans of time: 35,000 a second for two
/// minutes. They take 9 to 18 bytes each.
const MOST: usize = 1 << 22;
/// Sets that they are spread over, so that none is long in growing, and few wait for it.
const SHARDS: usize = 64;

/// The codes of messages of this span and of the one before. A message is forgotten
/// once it would be too old anyway.
#[derive(Debug)]
pub(super) struct Repeats(Box<[Mutex<Spans>]>);

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
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }

    /// Notes a message. A span is as long as a message may be accepted.
    pub(super) fn note(&self, tag: &[u8; 32], now: i64, span: i64) -> Known {
        let [a, b, c, d, e, f, g, h, shard, ..] = *tag;
        let tag = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let Some(shard) = self.0.get(usize::from(shard) % SHARDS) else { return Known::Full };
        let mut spans = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(spans.began) > span {
            let old = std::mem::take(&mut spans.now);
            let is_next = now.saturating_sub(spans.began) <= span.saturating_mul(2);
            spans.before = if is_next { old } else { HashSet::new() };
            spans.began = now;
        }
        if spans.before.contains(&tag) || spans.now.contains(&tag) {
            return Known::Seen;
        }
        if spans.now.len() >= MOST / SHARDS {
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
        // Of the same set.
        let mut other = tag;
        other[0] = 8;
        assert_eq!(repeats.note(&tag, 1_000, 120), Known::New);
        for later in [0, 1, 119, 120] {
            assert_eq!(repeats.note(&tag, 1_000 + later, 120), Known::Seen, "{later}");
        }
        assert_eq!(repeats.note(&other, 1_121, 120), Known::New);
        assert_eq!(repeats.note(&tag, 1_122, 120), Known::Seen, "the span before counts");
        assert_eq!(repeats.note(&tag, 2_000, 120), Known::New, "long forgotten");
    }
    #[test]
    fn what_there_is_no_room_to_remember_is_not_answered() {
        let (repeats, mut tag) = (Repeats::new(), [7; 32]);
        let mut room = 0_u32;
        while repeats.note(&tag, 1_000, 120) == Known::New {
            room += 1;
            tag[..4].copy_from_slice(&room.to_be_bytes());
        }
        assert_eq!(usize::try_from(room).unwrap(), MOST / SHARDS);
        assert_eq!(repeats.note(&tag, 1_000, 120), Known::Full);
        assert_eq!(repeats.note(&[7; 32], 1_000, 120), Known::Seen, "and those before are known");
        assert_eq!(repeats.note(&tag, 1_121, 120), Known::New, "there is room again");
    }
}
