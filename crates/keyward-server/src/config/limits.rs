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
        name: "limits.guesses_long",
        takes: Takes::Rate,
        default: "50 / 100h",
        what: "The same over a longer time: whoever has used this up waits two hours for each further guess.",
    },
    Key {
        name: "limits.failures",
        takes: Takes::Number,
        default: "100",
        what: "Wrong passwords in a row after which a password is right no more, until it is set anew. NIST SP 800-63B-4 allows no more than 100.",
    },
    Key {
        name: "limits.address_guesses",
        takes: Takes::Rate,
        default: "60 / 1h",
        what: "Wrong guesses from one network address, whatever accounts they are for. Devices that an account knows do not count.",
    },
    Key {
        name: "limits.network_guesses",
        takes: Takes::Rate,
        default: "300 / 1h",
        what: "Wrong guesses from one network: IPv4 /24, IPv6 /48.",
    },
    Key {
        name: "limits.network_messages",
        takes: Takes::Rate,
        default: "200 / 1h",
        what: "Messages with a code or a link that one network may cause, to whomever.",
    },
    Key {
        name: "limits.all_texts",
        takes: Takes::Rate,
        default: "500 / 1h",
        what: "Text messages with a code in all. They cost money, and some earn by causing them.",
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
    pub(crate) guesses_long: Rate,
    pub(crate) failures: u32,
    pub(crate) address_guesses: Rate,
    pub(crate) network_guesses: Rate,
    pub(crate) network_messages: Rate,
    pub(crate) all_texts: Rate,
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
            guesses_long: r.rate("limits.guesses_long"),
            failures: r.number("limits.failures", 1, 100),
            address_guesses: r.rate("limits.address_guesses"),
            network_guesses: r.rate("limits.network_guesses"),
            network_messages: r.rate("limits.network_messages"),
            all_texts: r.rate("limits.all_texts"),
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
