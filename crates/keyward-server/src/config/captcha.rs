//! `[captcha]`: who must show that a person asks.

use std::path::PathBuf;

use keyward::{Captcha, CaptchaKind, When};

use super::key::{Key, Takes};
use super::reader::Reader;

const WHEN: &str = "never, always, or after_N_failures such as after_3_failures";

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "captcha.sign_up",
        takes: Takes::Text,
        default: "never",
        what: "When an account is made: never, always, or after_N_failures, which counts accounts that were asked for from one address.",
    },
    Key {
        name: "captcha.sign_in",
        takes: Takes::Text,
        default: "never",
        what: "When somebody signs in with a password: never, always, or after_N_failures on one account, or three times as many from one address.",
    },
    Key {
        name: "captcha.recovery",
        takes: Takes::Text,
        default: "never",
        what: "When a new password is asked for: never, always, or after_N_failures, which counts requests from one address.",
    },
    Key {
        name: "captcha.sign_in_link",
        takes: Takes::Text,
        default: "never",
        what: "When a link or a code to sign in with is asked for: never, always, or after_N_failures, which counts requests from one address.",
    },
    Key {
        name: "captcha.kind",
        takes: Takes::Choice(&["proof_of_work", "digits"]),
        default: "proof_of_work",
        what: "What is asked: a computation that the browser does by itself, or digits in a picture or a recording.",
    },
    Key {
        name: "captcha.font",
        takes: Takes::Path,
        default: "",
        what: "A TrueType font whose digits captchas are drawn with, in place of ours.",
    },
    Key {
        name: "captcha.work",
        takes: Takes::Number,
        default: "200000",
        what: "Numbers that a computation may have to try, half of them on average. A slow phone tries some 100,000 a second.",
    },
    Key {
        name: "captcha.lifetime",
        takes: Takes::Duration,
        default: "30m",
        what: "How long a captcha can be answered. Nobody is hurried: at least two minutes.",
    },
];

/// What captchas are drawn with.
pub(super) fn font(r: &mut Reader<'_>) -> Option<PathBuf> {
    r.path("captcha.font")
}

/// Who must show that a person asks.
pub(super) fn read(r: &mut Reader<'_>) -> Captcha {
    let kinds = [("proof_of_work", CaptchaKind::ProofOfWork), ("digits", CaptchaKind::Digits)];
    Captcha {
        sign_up: when(r, "captcha.sign_up"),
        sign_in: when(r, "captcha.sign_in"),
        recovery: when(r, "captcha.recovery"),
        sign_in_link: when(r, "captcha.sign_in_link"),
        kind: r.choice("captcha.kind", &kinds).unwrap_or(CaptchaKind::ProofOfWork),
        work: r.number("captcha.work", Captcha::LEAST_WORK, Captcha::MOST_WORK),
        lifetime: r.duration("captcha.lifetime", "2m", "1d"),
    }
}

/// What cannot be read is asked each time, until it is mended.
fn when(r: &mut Reader<'_>, name: &'static str) -> When {
    let text = r.text(name).unwrap_or_default();
    let count = |text: &str| {
        let count = text.strip_prefix("after_")?.strip_suffix("_failures")?;
        count.parse().ok().filter(|count| (1..=100).contains(count))
    };
    match text.as_str() {
        "never" => When::Never,
        "always" => When::Always,
        text => match count(text) {
            Some(count) => When::After(count),
            None => {
                r.refuse(name, format!("takes {WHEN}, not `{text}`"));
                When::Always
            }
        },
    }
}
