//! `[mfa]`: who needs a second factor, and when it is asked for.

use std::time::Duration;

use keyward::MfaMode;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "mfa.required",
        takes: Takes::Choice(&["nobody", "roles", "everybody"]),
        default: "nobody",
        what: "Who must have a second factor: nobody, whoever holds a role of mfa.roles, or everybody. Others may. Whoever lacks it is let in to set it up and to nothing else.",
    },
    Key {
        name: "mfa.roles",
        takes: Takes::List,
        default: "",
        what: "Roles whose holders, by assignment, group or inheritance, need a second factor when mfa.required is roles.",
    },
    Key {
        name: "mfa.lifetime",
        takes: Takes::Duration,
        default: "10m",
        what: "How long the second factor may take once the first is proven. Ten minutes: NIST SP 800-63B-4 section 3.1.3.2 allows no more for a code that was sent.",
    },
    Key {
        name: "mfa.step_up_age",
        takes: Takes::Duration,
        default: "10m",
        what: "How long ago somebody may have proven who they are to change how their account is guarded, or to do as an administrator what is dangerous; later they are asked again.",
    },
    Key {
        name: "mfa.trust",
        takes: Takes::Duration,
        default: "30d",
        what: "How long a device that its owner trusts is spared the second factor. Its sessions are worth one factor.",
    },
];

/// Who needs a second factor, and when it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Mfa {
    pub(crate) required: MfaMode,
    pub(crate) lifetime: Duration,
    pub(crate) step_up_age: Duration,
    pub(crate) trust: Duration,
}

impl Mfa {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        Self {
            required: required(r),
            lifetime: r.duration("mfa.lifetime", "1m", "1h"),
            step_up_age: r.duration("mfa.step_up_age", "1m", "1d"),
            trust: r.duration("mfa.trust", "1d", "365d"),
        }
    }
}

fn required(r: &mut Reader<'_>) -> MfaMode {
    let roles = r.list("mfa.roles");
    let choices = [
        ("nobody", MfaMode::Optional),
        ("roles", MfaMode::Roles(roles.clone())),
        ("everybody", MfaMode::Required),
    ];
    let mode = r.choice("mfa.required", &choices).unwrap_or(MfaMode::Required);
    match (&mode, roles.is_empty()) {
        (MfaMode::Roles(_), true) => {
            r.refuse("mfa.required", "is roles, so mfa.roles must name some");
        }
        (MfaMode::Optional | MfaMode::Required, false) => {
            r.refuse("mfa.roles", "counts only when mfa.required is roles");
        }
        _ => {}
    }
    mode
}
