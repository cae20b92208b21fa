//! `[admin]`: the first administrator, for installations without a person at hand.

use keyward::Secret;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "admin.email",
        takes: Takes::Text,
        default: "",
        what: "Address of the first administrator, made at start while there is none.",
    },
    Key {
        name: "admin.password",
        takes: Takes::Secret,
        default: "",
        what: "Password of the first administrator. It is not changed once the account is there.",
    },
];

/// The first administrator.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    pub(crate) email: String,
    pub(crate) password: Secret,
}

impl Admin {
    /// `None` when it is to be made by a person.
    pub(super) fn read(r: &mut Reader<'_>) -> Option<Self> {
        match (r.text("admin.email"), r.secret("admin.password")) {
            (Some(email), Some(password)) => Some(Self { email, password }),
            (None, None) => None,
            (Some(_), None) => {
                r.refuse("admin.email", "needs admin.password as well");
                None
            }
            (None, Some(_)) => {
                r.refuse("admin.password", "needs admin.email as well");
                None
            }
        }
    }
}
