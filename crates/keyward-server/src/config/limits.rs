//! `[limits]`: how much anyone may ask for.

use std::time::Duration;

use keyward::Rate;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "limits.guesses",
        takes: Takes::Rate,
        default: "10 / 100m",
        what: "Passwords that may be tried on one account, from wherever. NIST SP 800-63B-4 allows 100 in all; ten suffice for people.",
    },
    Key {
        name: "limits.messages",
        takes: Takes::Rate,
        default: "5 / 50m",
        what: "Messages that strangers may cause to one address, so that nobody can be flooded through us.",
    },
    Key {
        name: "limits.attempts",
        takes: Takes::Rate,
        default: "30 / 1m",
        what: "Attempts to sign in, sign up, verify or recover from one network address. An office may share one.",
    },
    Key {
        name: "limits.requests",
        takes: Takes::Rate,
        default: "6000 / 1m",
        what: "All other requests from one network address.",
    },
];

/// How much anyone may ask for.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) guesses: Rate,
    pub(crate) messages: Rate,
    /// From one address each minute.
    pub(crate) attempts: u32,
    /// From one address each minute.
    pub(crate) requests: u32,
}

impl Limits {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        Self {
            guesses: r.rate("limits.guesses"),
            messages: r.rate("limits.messages"),
            attempts: per_minute(r.rate("limits.attempts")),
            requests: per_minute(r.rate("limits.requests")),
        }
    }
}

/// How many units of a rate come back in a minute; at least one.
fn per_minute(rate: Rate) -> u32 {
    let minute = Duration::from_secs(60).as_nanos();
    let units = minute.checked_div(rate.period.as_nanos()).unwrap_or(minute);
    u32::try_from(units).unwrap_or(u32::MAX).max(1)
}
