//! `[sign_in]`: who may come in, and by which name.

use std::time::Duration;

use keyward::{Kind, SignUpMode, VerifyMode};

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "sign_in.identifiers",
        takes: Takes::List,
        default: "email, username, phone",
        what: "Names that a person may sign in with: email, username, phone. All by default: each is as safe as the password behind it.",
    },
    Key {
        name: "sign_in.sign_up",
        takes: Takes::Choice(&["open", "domain", "closed"]),
        default: "open",
        what: "Who may make an account: anyone, whoever has an address in sign_in.domains, or nobody.",
    },
    Key {
        name: "sign_in.domains",
        takes: Takes::List,
        default: "",
        what: "Domains of e-mail addresses that may sign up when sign_in.sign_up is domain.",
    },
    Key {
        name: "sign_in.verify",
        takes: Takes::Choice(&["none", "any"]),
        default: "any",
        what: "What must be proven before the first sign-in: nothing, or one address, whichever was given. One by default: an account must not be made in somebody else's name.",
    },
    Key {
        name: "sign_in.code_lifetime",
        takes: Takes::Duration,
        default: "1h",
        what: "How long a code or a link in a message works. An hour, because mail may be slow.",
    },
    Key {
        name: "sign_in.code_attempts",
        takes: Takes::Number,
        default: "5",
        what: "Wrong codes before a new one must be asked for. Five of a million leave a guesser nothing.",
    },
    Key {
        name: "sign_in.resend_wait",
        takes: Takes::Duration,
        default: "30s",
        what: "Time between two messages to the same person.",
    },
];

/// Who may come in, and by which name.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    pub(crate) identifiers: Vec<Kind>,
    pub(crate) sign_up: SignUpMode,
    pub(crate) verify: VerifyMode,
    pub(crate) code_lifetime: Duration,
    pub(crate) code_attempts: u32,
    pub(crate) resend_wait: Duration,
}

const KINDS: &[(&str, Kind)] =
    &[("email", Kind::Email), ("username", Kind::Username), ("phone", Kind::Phone)];

impl SignIn {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        Self {
            identifiers: identifiers(r),
            sign_up: sign_up(r),
            verify: r
                .choice("sign_in.verify", &[("none", VerifyMode::None), ("any", VerifyMode::Any)])
                .unwrap_or(VerifyMode::Any),
            code_lifetime: r.duration("sign_in.code_lifetime", "1m", "7d"),
            code_attempts: r.number("sign_in.code_attempts", 1, 20),
            resend_wait: r.duration("sign_in.resend_wait", "1s", "1h"),
        }
    }
}

fn identifiers(r: &mut Reader<'_>) -> Vec<Kind> {
    const NAME: &str = "sign_in.identifiers";
    let mut kinds = vec![];
    for word in r.list(NAME) {
        match KINDS.iter().find(|(name, _)| *name == word) {
            Some((_, kind)) => kinds.push(*kind),
            None => r.refuse(NAME, format!("takes email, username and phone, not `{word}`")),
        }
    }
    if kinds.is_empty() {
        r.refuse(NAME, "must name at least one");
    }
    kinds
}

fn sign_up(r: &mut Reader<'_>) -> SignUpMode {
    let domains = r.list("sign_in.domains");
    let choices = [
        ("open", SignUpMode::Open),
        ("domain", SignUpMode::Domains(domains.clone())),
        ("closed", SignUpMode::Closed),
    ];
    let mode = r.choice("sign_in.sign_up", &choices).unwrap_or(SignUpMode::Closed);
    match (&mode, domains.is_empty()) {
        (SignUpMode::Domains(_), true) => {
            r.refuse("sign_in.sign_up", "is domain, so sign_in.domains must name some")
        }
        (SignUpMode::Open | SignUpMode::Closed, false) => {
            r.refuse("sign_in.domains", "counts only when sign_in.sign_up is domain");
        }
        _ => {}
    }
    mode
}
