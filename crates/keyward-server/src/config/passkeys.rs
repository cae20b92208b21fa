//! `[passkeys]`: how passkeys are asked for and judged.

use keyward::{Attestation, Counter, Passkeys, UserVerification};

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "passkeys.enabled",
        takes: Takes::Flag,
        default: "true",
        what: "Whether there are passkeys. They work under an https URL with a name, and on localhost.",
    },
    Key {
        name: "passkeys.domain",
        takes: Takes::Text,
        default: "",
        what: "The domain that passkeys are made for. Without one, the host of public_url; one above it, such as example.com for auth.example.com, lets its other hosts use them. Never change it: passkeys belong to the domain they were made for.",
    },
    Key {
        name: "passkeys.related_origins",
        takes: Takes::List,
        default: "",
        what: "Other origins that may ask for passkeys, such as https://example.org; told to browsers at /.well-known/webauthn.",
    },
    Key {
        name: "passkeys.user_verification",
        takes: Takes::Choice(&["required", "preferred", "discouraged"]),
        default: "preferred",
        what: "Whether an authenticator must verify its owner by PIN or biometrics. Preferred: a passkey is two factors if it did, and one if it could not.",
    },
    Key {
        name: "passkeys.attestation",
        takes: Takes::Choice(&["none", "indirect"]),
        default: "none",
        what: "Whether the maker of an authenticator is asked about. Not by default: nothing depends on it, and browsers ask people for leave. When it is asked, statements are verified, but nobody's root is: the model is a label.",
    },
    Key {
        name: "passkeys.unknown_attestation",
        takes: Takes::Choice(&["accept", "refuse"]),
        default: "accept",
        what: "What becomes of a passkey whose maker says so in a form that is not verified (tpm, apple, android-key, …), when passkeys.attestation is indirect. Accepted by default, as one that nobody vouches for.",
    },
    Key {
        name: "passkeys.counter",
        takes: Takes::Choice(&["refuse", "report"]),
        default: "refuse",
        what: "What becomes of a passkey whose counter of signatures went back: refused, because somebody may hold a copy, or accepted and noted in the log.",
    },
    Key {
        name: "passkeys.second_factor",
        takes: Takes::Flag,
        default: "false",
        what: "Whether whoever has a passkey needs it after the password, too. Otherwise it is a second factor where another one guards the account.",
    },
];

/// How passkeys are asked for and judged.
pub(super) fn read(r: &mut Reader<'_>) -> Passkeys {
    let usual = Passkeys::default();
    let verification =
        [UserVerification::Required, UserVerification::Preferred, UserVerification::Discouraged]
            .map(|one| (one.as_str(), one));
    let attestation = [Attestation::None, Attestation::Indirect].map(|one| (one.as_str(), one));
    let unknown = [("accept", true), ("refuse", false)];
    let counter = [("refuse", Counter::Refuse), ("report", Counter::Report)];
    Passkeys {
        enabled: r.flag("passkeys.enabled"),
        relying_party: domain(r),
        related_origins: origins(r),
        user_verification: r
            .choice("passkeys.user_verification", &verification)
            .unwrap_or(usual.user_verification),
        attestation: r.choice("passkeys.attestation", &attestation).unwrap_or(usual.attestation),
        accept_unknown_attestation: r
            .choice("passkeys.unknown_attestation", &unknown)
            .unwrap_or(usual.accept_unknown_attestation),
        counter: r.choice("passkeys.counter", &counter).unwrap_or(usual.counter),
        second_factor: r.flag("passkeys.second_factor"),
    }
}

/// A domain that the public URL is a part of, or no passkey would ever work.
fn domain(r: &mut Reader<'_>) -> Option<String> {
    let domain = r.text("passkeys.domain")?;
    let url = r.text("public_url").unwrap_or_else(|| "http://localhost".into());
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split([':', '/']).next().unwrap_or_default();
    let is_part = host == domain || host.strip_suffix(&*domain).is_some_and(|s| s.ends_with('.'));
    if !is_part {
        r.refuse("passkeys.domain", "must be the host of public_url, or a domain above it");
    }
    Some(domain)
}

fn origins(r: &mut Reader<'_>) -> Vec<String> {
    let origins = r.list("passkeys.related_origins");
    let is_origin = |text: &String| {
        let host = text.strip_prefix("https://").unwrap_or_default();
        !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ', '*'])
    };
    if !origins.iter().all(is_origin) {
        r.refuse("passkeys.related_origins", "must be origins, such as \"https://example.org\"");
    }
    origins
}
