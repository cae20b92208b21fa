//! One-time passwords: HOTP (RFC 4226) and TOTP (RFC 6238), as pure functions.
//!
//! What makes a code one-time is the caller's: keep the step that
//! [`Totp::verify`] returns, and pass it as `after` next time.

mod base32;

use core::fmt;

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::token;
use crate::port::Random;
use crate::secret::Secret;
use crate::time::Timestamp;

/// A secret shared with an authenticator app.
#[derive(Clone)]
pub struct OtpSecret(Zeroizing<Vec<u8>>);

impl OtpSecret {
    /// A new one, of 160 bits as RFC 4226 section 4 recommends.
    pub fn mint(rng: &mut dyn Random) -> Self {
        let mut bytes = Zeroizing::new(vec![0; 20]);
        rng.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads base32 in either case; spaces, hyphens and padding are dropped, as
    /// people type it.
    ///
    /// # Errors
    /// Other characters, fewer than 112 bits, or more than 1,024.
    pub fn parse(text: &str) -> Result<Self, BadOtp> {
        Self::read(text, MIN_BYTES)
    }

    /// Same, down to the 80 bits that some systems still hand out: only to move
    /// accounts from them.
    ///
    /// # Errors
    /// Other characters, fewer than 80 bits, or more than 1,024.
    pub fn import(text: &str) -> Result<Self, BadOtp> {
        Self::read(text, MIN_IMPORTED_BYTES)
    }

    /// The stored bytes, to be sealed.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// Reads the stored bytes back.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Base32 without padding, to be shown once.
    pub fn text(&self) -> Secret {
        Secret::new(base32::encode(&self.0))
    }

    fn read(text: &str, min: usize) -> Result<Self, BadOtp> {
        if text.len() > 4 * MAX_BYTES {
            return Err(BadOtp::Secret);
        }
        let plain: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect());
        let bytes = base32::decode(plain.trim_end_matches('=')).ok_or(BadOtp::Secret)?;
        let bytes = Zeroizing::new(bytes);
        if (min..=MAX_BYTES).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(BadOtp::Secret) }
    }
}

impl fmt::Debug for OtpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtpSecret(..)")
    }
}

/// The hash under the HMAC. Many apps know the first only.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Algorithm {
    /// What every app knows.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// Its name in an `otpauth` URI.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

/// The code of `secret` at `counter` (RFC 4226 section 5.3).
///
/// # Errors
/// `digits` is not 6 to 10.
pub fn hotp(
    secret: &OtpSecret,
    counter: u64,
    algorithm: Algorithm,
    digits: u32,
) -> Result<Secret, BadOtp> {
    if !DIGITS.contains(&digits) {
        return Err(BadOtp::Digits);
    }
    let tag = match algorithm {
        Algorithm::Sha1 => mac::<Hmac<Sha1>>(secret, counter),
        Algorithm::Sha256 => mac::<Hmac<Sha256>>(secret, counter),
        Algorithm::Sha512 => mac::<Hmac<Sha512>>(secret, counter),
    };
    let code = u64::from(truncated(&tag)) % 10u64.pow(digits);
    Ok(Secret::new(format!("{code:0width$}", width = digits as usize)))
}

/// Time-based codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Totp {
    /// The hash.
    pub algorithm: Algorithm,
    /// Digits of a code, 6 to 10.
    pub digits: u32,
    /// Seconds for which a code lasts, 1 to 3,600.
    pub period: u32,
}

/// SHA-1, six digits, 30 seconds: the only setting that every app honours.
impl Default for Totp {
    fn default() -> Self {
        Self { algorithm: Algorithm::Sha1, digits: 6, period: 30 }
    }
}

impl Totp {
    /// The time step at `now` (RFC 6238 section 4.2).
    ///
    /// # Errors
    /// `now` is before 1970, or the period is absurd.
    pub fn step(&self, now: Timestamp) -> Result<u64, BadOtp> {
        if !PERIODS.contains(&self.period) {
            return Err(BadOtp::Period);
        }
        let secs = u64::try_from(now.as_secs()).map_err(|_| BadOtp::Time)?;
        Ok(secs / u64::from(self.period))
    }

    /// The code at `now`.
    ///
    /// # Errors
    /// The settings are absurd, or `now` is before 1970.
    pub fn code(&self, secret: &OtpSecret, now: Timestamp) -> Result<Secret, BadOtp> {
        hotp(secret, self.step(now)?, self.algorithm, self.digits)
    }

    /// The step whose code was `typed`, up to `window` steps around `now`; only
    /// steps later than `after` count. Every step of the window is tried.
    ///
    /// ```
    /// # use keyward_core::crypto::otp::{OtpSecret, Totp};
    /// # use keyward_core::time::Timestamp;
    /// let secret = OtpSecret::parse("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?;
    /// let now = Timestamp::from_secs(59);
    /// // RFC 6238 section 5.2: never a step already used.
    /// let used = Totp::default().verify(&secret, "503 347", now, 1, None)?;
    /// assert_eq!(used, Some(1));
    /// assert_eq!(Totp::default().verify(&secret, "503 347", now, 1, used)?, None);
    /// # Ok::<(), keyward_core::crypto::otp::BadOtp>(())
    /// ```
    ///
    /// # Errors
    /// The settings are absurd, or `now` is before 1970. A wrong code is no
    /// error, whatever it looks like.
    pub fn verify(
        &self,
        secret: &OtpSecret,
        typed: &str,
        now: Timestamp,
        window: u32,
        after: Option<u64>,
    ) -> Result<Option<u64>, BadOtp> {
        let typed = typed_code(typed);
        let middle = self.step(now)?;
        let window = u64::from(window.min(MAX_WINDOW));
        let mut found = None;
        for step in middle.saturating_sub(window)..=middle.saturating_add(window) {
            let code = hotp(secret, step, self.algorithm, self.digits)?;
            let fresh = after.is_none_or(|after| step > after);
            if token::eq(code.reveal().as_bytes(), typed.as_bytes()) && fresh && found.is_none() {
                found = Some(step);
            }
        }
        Ok(found)
    }

    /// What a QR code for an authenticator app says. It holds the secret.
    pub fn uri(&self, secret: &OtpSecret, issuer: &str, account: &str) -> Secret {
        let (issuer, account) = (escape(issuer), escape(account));
        let label = if issuer.is_empty() { account } else { format!("{issuer}:{account}") };
        let mut uri = format!("otpauth://totp/{label}?secret={}", secret.text().reveal());
        let usual = Self::default();
        for (name, value, unusual) in [
            ("issuer", issuer.clone(), !issuer.is_empty()),
            ("algorithm", self.algorithm.as_str().into(), self.algorithm != usual.algorithm),
            ("digits", self.digits.to_string(), self.digits != usual.digits),
            ("period", self.period.to_string(), self.period != usual.period),
        ] {
            if unusual {
                uri.push_str(&format!("&{name}={value}"));
            }
        }
        Secret::new(uri)
    }
}

/// The digits of what was typed or pasted: `123 456`, `123-456`.
pub fn typed_code(typed: &str) -> Zeroizing<String> {
    Zeroizing::new(typed.chars().filter(char::is_ascii_digit).take(MAX_TYPED).collect())
}

/// Why there is no code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BadOtp {
    /// The secret is not base32, too short or too long.
    Secret,
    /// Not 6 to 10 digits.
    Digits,
    /// Not 1 to 3,600 seconds.
    Period,
    /// Before 1970.
    Time,
}

impl fmt::Display for BadOtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "the secret is not base32 of 112 to 1,024 bits",
            Self::Digits => "a code has 6 to 10 digits",
            Self::Period => "a code lasts 1 to 3,600 seconds",
            Self::Time => "there are no codes before 1970",
        })
    }
}

impl std::error::Error for BadOtp {}

fn mac<M: Mac + KeyInit>(secret: &OtpSecret, counter: u64) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mac) = <M as KeyInit>::new_from_slice(&secret.0) else { return vec![] };
    mac.chain_update(counter.to_be_bytes()).finalize().into_bytes().to_vec()
}

/// Four bytes from where the last one points, without the sign.
fn truncated(tag: &[u8]) -> u32 {
    let at = tag.last().map_or(0, |last| usize::from(last & 15));
    let four = tag.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    u32::from_be_bytes(four) & 0x7fff_ffff
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

const DIGITS: core::ops::RangeInclusive<u32> = 6..=10;
const PERIODS: core::ops::RangeInclusive<u32> = 1..=3_600;
/// RFC 6238 section 5.2 recommends one step; ten is for very bad clocks.
const MAX_WINDOW: u32 = 10;
/// One more than the longest code, so that a longer one cannot match.
const MAX_TYPED: usize = 11;
/// 112 bits, the least that NIST SP 800-131A allows; RFC 4226 asks for 128.
const MIN_BYTES: usize = 14;
/// 80 bits: what Google Authenticator and Asok used.
const MIN_IMPORTED_BYTES: usize = 10;
const MAX_BYTES: usize = 128;

#[cfg(test)]
mod tests;
