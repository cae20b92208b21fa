//! `[captcha]`: who must show that a person asks.

use std::path::PathBuf;

use keyward::captcha::{CaptchaVendor, SiteVerifyOptions};
use keyward::{Captcha, CaptchaKind, Secret, When};

use super::key::{Key, Takes};
use super::reader::Reader;

const WHEN: &str = "never, always, or after_N_failures such as after_3_failures";

const KIND: &str = "captcha.kind";

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
        name: KIND,
        takes: Takes::Choice(&["proof_of_work", "digits", "turnstile", "hcaptcha", "recaptcha"]),
        default: "proof_of_work",
        what: "What is asked: a computation that the browser does by itself, digits in a picture or a recording, or what one of three services asks (captcha.site_key, captcha.secret). Pages load the service's script only where its captcha stands.",
    },
    Key {
        name: "captcha.site_key",
        takes: Takes::Text,
        default: "",
        what: "The public key of the site at the service.",
    },
    Key {
        name: "captcha.secret",
        takes: Takes::Secret,
        default: "",
        what: "The secret that belongs to it.",
    },
    Key {
        name: "captcha.hostnames",
        takes: Takes::List,
        default: "",
        what: "Hosts whose answers count; that of public_url if none is named.",
    },
    Key {
        name: "captcha.least_score",
        takes: Takes::Number,
        default: "50",
        what: "Least score of reCAPTCHA's that is a person's, in hundredths; for keys that give one.",
    },
    Key {
        name: "captcha.failing",
        takes: Takes::Choice(&["open", "closed"]),
        default: "closed",
        what: "While the service does not answer, everybody is let pass, or nobody (503). The log says why.",
    },
    Key {
        name: "captcha.timeout",
        takes: Takes::Duration,
        default: "5s",
        what: "How long the service may take.",
    },
    Key {
        name: "captcha.verify_url",
        takes: Takes::Url,
        default: "",
        what: "Where the service is asked, in place of its own address: through a gateway, say.",
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
    let kinds = [
        ("proof_of_work", CaptchaKind::ProofOfWork),
        ("digits", CaptchaKind::Digits),
        ("turnstile", CaptchaKind::Service),
        ("hcaptcha", CaptchaKind::Service),
        ("recaptcha", CaptchaKind::Service),
    ];
    Captcha {
        sign_up: when(r, "captcha.sign_up"),
        sign_in: when(r, "captcha.sign_in"),
        recovery: when(r, "captcha.recovery"),
        sign_in_link: when(r, "captcha.sign_in_link"),
        kind: r.choice(KIND, &kinds).unwrap_or(CaptchaKind::ProofOfWork),
        work: r.number("captcha.work", Captcha::LEAST_WORK, Captcha::MOST_WORK),
        lifetime: r.duration("captcha.lifetime", "2m", "1d"),
    }
}

/// The service that asks, if one does. Without its keys there is none, and no start.
pub(super) fn service(r: &mut Reader<'_>) -> Option<SiteVerifyOptions> {
    const VENDORS: [CaptchaVendor; 3] =
        [CaptchaVendor::Turnstile, CaptchaVendor::HCaptcha, CaptchaVendor::Recaptcha];
    let named = r.text(KIND);
    let vendor = VENDORS.into_iter().find(|it| Some(it.as_str()) == named.as_deref());
    let given: Vec<_> = ["captcha.site_key", "captcha.secret"]
        .into_iter()
        .filter(|name| r.is_given(name))
        .collect();
    let Some(vendor) = vendor else {
        for name in given {
            r.refuse(name, "is of no use: captcha.kind names no service");
        }
        return None;
    };
    let site_key = r.text("captcha.site_key").filter(|_| r.is_given("captcha.site_key"));
    let secret = r.secret("captcha.secret");
    for name in ["captcha.site_key", "captcha.secret"] {
        if !r.is_given(name) {
            r.refuse(name, format!("is needed, since captcha.kind is {}", vendor.as_str()));
        }
    }
    let url = r.is_given("captcha.verify_url").then(|| r.text("captcha.verify_url")).flatten();
    let secret = secret.unwrap_or_else(|| Secret::new(""));
    let failing = [("open", true), ("closed", false)];
    Some(SiteVerifyOptions {
        hostnames: r.list("captcha.hostnames"),
        least_score: r.number("captcha.least_score", 0, 100),
        fail_open: r.choice("captcha.failing", &failing).unwrap_or(false),
        timeout: r.duration("captcha.timeout", "500ms", "30s"),
        url,
        ..SiteVerifyOptions::new(vendor, site_key.unwrap_or_default(), secret)
    })
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
