//! `[session]`: how long a sign-in lasts.

use std::time::Duration;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "session.idle",
        takes: Takes::Duration,
        default: "14d",
        what: "How long a session may rest before it ends.",
    },
    Key {
        name: "session.absolute",
        takes: Takes::Duration,
        default: "30d",
        what: "How long a session lasts at most. NIST SP 800-63B-4 asks for a new sign-in after 30 days.",
    },
    Key {
        name: "session.brief_idle",
        takes: Takes::Duration,
        default: "12h",
        what: "How long a session without \"remember me\" may rest: a working day, so that a shared computer is not signed in tomorrow.",
    },
    Key {
        name: "session.cookie_domain",
        takes: Takes::Text,
        default: "",
        what: "A domain, such as example.com, whose hosts all see the session's cookie. Without, it is for this host alone (__Host-), and sites behind a proxy get one of their own.",
    },
];

/// How long a sign-in lasts.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) idle: Duration,
    pub(crate) absolute: Duration,
    pub(crate) brief_idle: Duration,
    pub(crate) cookie_domain: Option<String>,
}

impl Session {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let read = Self {
            idle: r.duration("session.idle", "1m", "365d"),
            absolute: r.duration("session.absolute", "1m", "365d"),
            brief_idle: r.duration("session.brief_idle", "1m", "365d"),
            cookie_domain: r.text("session.cookie_domain"),
        };
        if read.idle > read.absolute {
            r.refuse("session.idle", "must not be longer than session.absolute");
        }
        read
    }
}
