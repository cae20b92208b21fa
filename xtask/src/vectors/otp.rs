//! One-time codes: RFC 4226, RFC 6238 and pyotp.

use keyward_core::crypto::otp::{Algorithm, BadOtp, OtpSecret, Totp, hotp};
use keyward_core::time::Timestamp;
use serde::Deserialize;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Vectors {
    rfc4226_hotp: Vec<Counted>,
    rfc6238_totp: Vec<Timed>,
    totp_window: Vec<Window>,
    totp_codes: Vec<Timed>,
    #[serde(default)]
    secret_normalisation: Vec<Spelling>,
}

#[derive(Deserialize)]
struct Counted {
    secret_b32: String,
    counter: u64,
    digits: u32,
    code: String,
}

#[derive(Deserialize)]
struct Timed {
    #[serde(default = "sha1")]
    alg: String,
    secret_b32: String,
    digits: u32,
    period: u32,
    time: i64,
    code: String,
}

#[derive(Deserialize)]
struct Window {
    secret_b32: String,
    code_at: i64,
    verify_time: i64,
    valid_window: u32,
    expect: bool,
}

#[derive(Deserialize)]
struct Spelling {
    secret: String,
    pyotp_code: String,
}

/// When the codes of `secret_normalisation` were made.
const SPELLED_AT: i64 = 1_700_000_000;

/// Compares what RFCs and pyotp give; `ERR …` is a refusal.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    let vectors: Vectors = serde_json::from_str(text)?;
    for (place, row) in vectors.rfc4226_hotp.iter().enumerate() {
        let code = OtpSecret::parse(&row.secret_b32)
            .and_then(|secret| hotp(&secret, row.counter, Algorithm::Sha1, row.digits));
        let ours = code.ok().map(|code| code.reveal().to_owned());
        comparison.row(format!("rfc4226_hotp[{place}]"), ours, recorded(&row.code));
    }
    for (section, rows) in
        [("rfc6238_totp", &vectors.rfc6238_totp), ("totp_codes", &vectors.totp_codes)]
    {
        for (place, row) in rows.iter().enumerate() {
            comparison.row(format!("{section}[{place}]"), row.ours(), recorded(&row.code));
        }
    }
    for (place, row) in vectors.totp_window.iter().enumerate() {
        comparison.row(format!("totp_window[{place}]"), row.ours().unwrap_or(false), row.expect);
    }
    for (place, row) in vectors.secret_normalisation.iter().enumerate() {
        let id = format!("secret_normalisation[{place}]");
        if row.is_counted() {
            let ours = plain(&row.secret, SPELLED_AT);
            comparison.row(id, ours, recorded(&row.pyotp_code));
        } else {
            comparison.leave_out(
                id,
                1,
                "spaces, hyphens and padding are dropped, as people type them",
            );
        }
    }
    Ok(())
}

impl Timed {
    fn ours(&self) -> Option<String> {
        let algorithm = match self.alg.as_str() {
            "SHA1" => Algorithm::Sha1,
            "SHA256" => Algorithm::Sha256,
            "SHA512" => Algorithm::Sha512,
            _ => return None,
        };
        let totp = Totp { algorithm, digits: self.digits, period: self.period };
        code(totp, &self.secret_b32, self.time)
    }
}

impl Window {
    fn ours(&self) -> std::result::Result<bool, BadOtp> {
        let (secret, totp) = (OtpSecret::parse(&self.secret_b32)?, Totp::default());
        let typed = totp.code(&secret, Timestamp::from_secs(self.code_at))?;
        let now = Timestamp::from_secs(self.verify_time);
        Ok(totp.verify(&secret, typed.reveal(), now, self.valid_window, None)?.is_some())
    }
}

impl Spelling {
    /// Keyward drops spaces, hyphens and padding, where pyotp refuses; what Python takes
    /// for the capitals of other letters is not counted either.
    fn is_counted(&self) -> bool {
        self.secret.is_ascii()
            && !self.secret.contains(['-', '='])
            && !self.secret.contains(char::is_whitespace)
    }
}

fn plain(secret: &str, time: i64) -> Option<String> {
    code(Totp::default(), secret, time)
}

fn code(totp: Totp, secret: &str, time: i64) -> Option<String> {
    let secret = OtpSecret::parse(secret).ok()?;
    let code = totp.code(&secret, Timestamp::from_secs(time)).ok()?;
    Some(code.reveal().to_owned())
}

/// A recorded code, or nothing for a refusal.
fn recorded(code: &str) -> Option<String> {
    (!code.starts_with("ERR")).then(|| code.to_owned())
}

fn sha1() -> String {
    "SHA1".to_owned()
}
