//! `[sign_in]`: who may come in, and by which name.

use std::time::Duration;

use keyward::{Ask, Asks, Kind, SignUpMode, VerifyMode};

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
        takes: Takes::Choice(&["open", "domain", "invite", "closed"]),
        default: "open",
        what: "Who may make an account: anyone, whoever has an address in sign_in.domains, whoever was invited, or nobody. Invitations count with all but the last.",
    },
    Key {
        name: "sign_in.domains",
        takes: Takes::List,
        default: "",
        what: "Domains of e-mail addresses that may sign up when sign_in.sign_up is domain.",
    },
    Key {
        name: "sign_in.verify",
        takes: Takes::Choice(&["none", "any", "email", "phone", "both"]),
        default: "any",
        what: "What must be proven before the first sign-in: nothing; one address, whichever was given; an e-mail address; a phone number; or both. One by default: an account must not be made in somebody else's name.",
    },
    Key {
        name: "sign_in.email",
        takes: Takes::Choice(&["never", "optional", "required"]),
        default: "optional",
        what: "Whether an e-mail address is given to make an account.",
    },
    Key {
        name: "sign_in.username",
        takes: Takes::Choice(&["never", "optional", "required"]),
        default: "optional",
        what: "Whether a username is given to make an account.",
    },
    Key {
        name: "sign_in.phone",
        takes: Takes::Choice(&["never", "optional", "required"]),
        default: "optional",
        what: "Whether a phone number is given to make an account.",
    },
    Key {
        name: "sign_in.password",
        takes: Takes::Choice(&["never", "optional", "required"]),
        default: "required",
        what: "Whether a password is given to make an account. Without one, people sign in by links and codes.",
    },
    Key {
        name: "sign_in.anonymous",
        takes: Takes::Flag,
        default: "false",
        what: "Whether anybody gets an account without a name, which keeps its id and its data when it is given one.",
    },
    Key {
        name: "sign_in.recovery",
        takes: Takes::Flag,
        default: "true",
        what: "Whether people set a new password themselves who have forgotten theirs. Where they do not, administrators set one.",
    },
    Key {
        name: "sign_in.invitation_lifetime",
        takes: Takes::Duration,
        default: "7d",
        what: "How long an invitation can be used.",
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
    pub(crate) asks: Asks,
    pub(crate) invitation_lifetime: Duration,
    pub(crate) anonymous: bool,
    pub(crate) recovery: bool,
    pub(crate) code_lifetime: Duration,
    pub(crate) code_attempts: u32,
    pub(crate) resend_wait: Duration,
}

const VERIFY: &[(&str, VerifyMode)] = &[
    ("none", VerifyMode::None),
    ("any", VerifyMode::Any),
    ("email", VerifyMode::Email),
    ("phone", VerifyMode::Phone),
    ("both", VerifyMode::Both),
];

const ASK: &[(&str, Ask)] =
    &[("never", Ask::Never), ("optional", Ask::Maybe), ("required", Ask::Always)];

const KINDS: &[(&str, Kind)] =
    &[("email", Kind::Email), ("username", Kind::Username), ("phone", Kind::Phone)];

impl SignIn {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        Self {
            identifiers: identifiers(r),
            sign_up: sign_up(r),
            verify: r.choice("sign_in.verify", VERIFY).unwrap_or(VerifyMode::Any),
            asks: asks(r),
            invitation_lifetime: r.duration("sign_in.invitation_lifetime", "1h", "90d"),
            anonymous: r.flag("sign_in.anonymous"),
            recovery: r.flag("sign_in.recovery"),
            code_lifetime: r.duration("sign_in.code_lifetime", "1m", "7d"),
            code_attempts: r.number("sign_in.code_attempts", 1, 20),
            resend_wait: r.duration("sign_in.resend_wait", "1s", "1h"),
        }
    }
}

fn asks(r: &mut Reader<'_>) -> Asks {
    let mut ask = |name: &'static str, default| r.choice(name, ASK).unwrap_or(default);
    Asks {
        email: ask("sign_in.email", Ask::Maybe),
        username: ask("sign_in.username", Ask::Maybe),
        phone: ask("sign_in.phone", Ask::Maybe),
        password: ask("sign_in.password", Ask::Always),
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
        ("invite", SignUpMode::Invited),
        ("closed", SignUpMode::Closed),
    ];
    let mode = r.choice("sign_in.sign_up", &choices).unwrap_or(SignUpMode::Closed);
    match (&mode, domains.is_empty()) {
        (SignUpMode::Domains(_), true) => {
            r.refuse("sign_in.sign_up", "is domain, so sign_in.domains must name some")
        }
        (SignUpMode::Open | SignUpMode::Invited | SignUpMode::Closed, false) => {
            r.refuse("sign_in.domains", "counts only when sign_in.sign_up is domain");
        }
        _ => {}
    }
    mode
}
