//! `[account]`: what people do to their own account, and administrators in it.

use std::time::Duration;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "account.undo",
        takes: Takes::Duration,
        default: "7d",
        what: "How long whoever reads an old address can take a change of address back. A week, because nobody reads mail every day.",
    },
    Key {
        name: "account.deletion_grace",
        takes: Takes::Duration,
        default: "14d",
        what: "How long a deleted account can be restored before it is erased, with what is personal about it in the audit log.",
    },
    Key {
        name: "account.anonymous_lifetime",
        takes: Takes::Duration,
        default: "30d",
        what: "How old an account without a name (sign_in.anonymous) must be, once its session has ended and nothing else leads to it, to be deleted by itself; and erased after account.deletion_grace.",
    },
    Key {
        name: "account.impersonation",
        takes: Takes::Duration,
        default: "30m",
        what: "How long an administrator with the permission users:impersonate may act as somebody else at once.",
    },
];

/// What people do to their own account, and administrators in it.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) undo: Duration,
    pub(crate) deletion_grace: Duration,
    pub(crate) anonymous_lifetime: Duration,
    pub(crate) impersonation: Duration,
}

impl Account {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        Self {
            undo: r.duration("account.undo", "1h", "90d"),
            deletion_grace: r.duration("account.deletion_grace", "1h", "365d"),
            anonymous_lifetime: r.duration("account.anonymous_lifetime", "1h", "3650d"),
            impersonation: r.duration("account.impersonation", "1m", "8h"),
        }
    }
}
