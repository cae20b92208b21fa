//! One-time passwords as pure functions: secret, address, picture, check.
//!
//! For applications that keep their own second factor; accounts of Keyward's
//! have theirs at `/account/totp`. What makes a code one-time is the caller's:
//! keep the step that [`Totp::verify`] returns, and pass it as `after` next time.
//!
//! ```
//! use keyward::totp::{OtpSecret, Totp, qr_svg};
//! use keyward::{OsRandom, Timestamp};
//!
//! let secret = OtpSecret::mint(&mut OsRandom);
//! let uri = Totp::default().uri(&secret, "Example", "ada@example.com");
//! assert!(qr_svg(uri.reveal()).is_some_and(|svg| svg.starts_with("<svg")));
//!
//! let now = Timestamp::from_secs(1_800_000_000);
//! let code = Totp::default().code(&secret, now)?;
//! let step = Totp::default().verify(&secret, code.reveal(), now, 1, None)?;
//! assert!(step.is_some());
//! assert_eq!(Totp::default().verify(&secret, code.reveal(), now, 1, step)?, None);
//! # Ok::<(), keyward::totp::BadOtp>(())
//! ```

use fast_qr::{ECL, QRBuilder};

pub use keyward_core::crypto::otp::{Algorithm, BadOtp, OtpSecret, Totp, hotp};

/// Modules of white around a QR code (ISO/IEC 18004 section 5.3.8).
const QUIET: usize = 4;

/// A text as a QR code: an SVG element without a style of its own, black on
/// white in every theme, because readers expect it so. `None` if the text is too
/// long, which starts at 2,331 bytes.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let size = code.size;
    let mut dark = String::new();
    for y in 0..size {
        let row = code.data.get(y * size..(y + 1) * size)?;
        for (x, module) in row.iter().enumerate().filter(|(_, module)| module.value()) {
            let _ = module;
            dark.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    let side = size + 2 * QUIET;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path d=\"{dark}\"/></svg>"
    ))
}

/// A secret in groups of four, as people type it: `ABCD EFGH …`.
pub(crate) fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_quiet_zone_and_the_three_corners() {
        let svg = qr_svg("otpauth://totp/A?secret=ABCDEFGHABCDEFGH").unwrap();
        let side: usize =
            svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let is_dark = |x: usize, y: usize| svg.contains(&format!("M{x} {y}h1v1h-1z"));
        let far = side - QUIET - 7;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            assert!((0..7).all(|at| is_dark(x + at, y)), "the edge of a corner");
            assert!((1..6).all(|at| !is_dark(x + at, y + 1)), "and the ring within");
            assert!((2..5).all(|at| is_dark(x + at, y + 2)), "and its heart");
        }
        for at in 0..side {
            assert!((0..QUIET).all(|edge| !is_dark(at, edge) && !is_dark(edge, at)), "{at}");
        }
    }

    #[test]
    fn what_is_too_long_for_a_picture_is_none() {
        assert_eq!(qr_svg(&"a".repeat(4000)), None);
    }

    #[test]
    fn a_secret_is_shown_in_fours() {
        assert_eq!(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
