//! What only stores need of limits; the arithmetic is the core's.

use core::ops::RangeInclusive;
use core::time::Duration;

pub(crate) use keyward_core::limit::{horizon, micros, taken, wait};
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub(crate) use keyward_core::limit::{latest, period};
use keyward_core::time::Timestamp;

/// How long an invitation is kept after its end, to be looked up: 90 days.
pub(crate) const KEPT_INVITATIONS: Duration = Duration::from_secs(90 * 24 * 3600);

/// The keys among which full buckets are looked for at this moment: a sixteenth,
/// another one each second. Keys are hashes, so each holds as many; and no index
/// has to be kept up to date with every unit that is taken.
pub(crate) fn some_keys(now: Timestamp) -> RangeInclusive<[u8; 32]> {
    let slice = u8::try_from(now.as_micros().div_euclid(1_000_000).rem_euclid(16)).unwrap_or(0);
    let (mut first, mut last) = ([0; 32], [0xff; 32]);
    first[0] = slice << 4;
    last[0] = first[0] | 0x0f;
    first..=last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_looked_at_once_in_sixteen_seconds() {
        for key in [[0; 32], [0x17; 32], [0x80; 32], [0xff; 32]] {
            let seen = (0..16).filter(|s| some_keys(Timestamp::from_secs(*s)).contains(&key));
            assert_eq!(seen.count(), 1);
        }
    }
}
