//! The vectors of the RFCs, of pyotp and of Asok.

use super::*;

const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

fn secret(text: &str) -> OtpSecret {
    OtpSecret::import(text).unwrap()
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

#[test]
fn hotp_is_that_of_rfc_4226_appendix_d() {
    let secret = OtpSecret::from_bytes(b"12345678901234567890");
    for (counter, code) in HOTP {
        let found = hotp(&secret, counter, Algorithm::Sha1, 6).unwrap();
        assert_eq!(found.reveal(), code, "counter {counter}");
    }
}

const HOTP: [(u64, &str); 10] = [
    (0, "755224"),
    (1, "287082"),
    (2, "359152"),
    (3, "969429"),
    (4, "338314"),
    (5, "254676"),
    (6, "287922"),
    (7, "162583"),
    (8, "399871"),
    (9, "520489"),
];

#[test]
fn totp_is_that_of_rfc_6238_appendix_b() {
    for (algorithm, secs, code) in TOTP {
        let bytes = match algorithm {
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 => 64,
        };
        let secret: Vec<u8> = b"1234567890".iter().copied().cycle().take(bytes).collect();
        let totp = Totp { algorithm, digits: 8, period: 30 };
        let found = totp.code(&OtpSecret::from_bytes(&secret), at(secs)).unwrap();
        assert_eq!(found.reveal(), code, "{algorithm:?} at {secs}");
    }
}

use Algorithm::{Sha1, Sha256, Sha512};
const TOTP: [(Algorithm, i64, &str); 18] = [
    (Sha1, 59, "94287082"),
    (Sha1, 1111111109, "07081804"),
    (Sha1, 1111111111, "14050471"),
    (Sha1, 1234567890, "89005924"),
    (Sha1, 2000000000, "69279037"),
    (Sha1, 20000000000, "65353130"),
    (Sha256, 59, "46119246"),
    (Sha256, 1111111109, "68084774"),
    (Sha256, 1111111111, "67062674"),
    (Sha256, 1234567890, "91819424"),
    (Sha256, 2000000000, "90698825"),
    (Sha256, 20000000000, "77737706"),
    (Sha512, 59, "90693936"),
    (Sha512, 1111111109, "25091201"),
    (Sha512, 1111111111, "99943326"),
    (Sha512, 1234567890, "93441116"),
    (Sha512, 2000000000, "38618901"),
    (Sha512, 20000000000, "47863826"),
];

#[test]
fn digits_and_periods_are_those_of_pyotp() {
    for (digits, period, secs, code) in PYOTP {
        let totp = Totp { algorithm: Algorithm::Sha1, digits, period };
        assert_eq!(totp.code(&secret(SECRET), at(secs)).unwrap().reveal(), code);
    }
}

const PYOTP: [(u32, u32, i64, &str); 12] = [
    (6, 30, 0, "702218"),
    (6, 30, 59, "503347"),
    (6, 60, 0, "702218"),
    (6, 60, 59, "702218"),
    (7, 30, 0, "3702218"),
    (7, 30, 59, "5503347"),
    (7, 60, 0, "3702218"),
    (7, 60, 59, "3702218"),
    (8, 30, 0, "83702218"),
    (8, 30, 59, "65503347"),
    (8, 60, 0, "83702218"),
    (8, 60, 59, "83702218"),
];

#[test]
fn a_code_works_in_its_own_step_only() {
    let totp = Totp::default();
    let code = totp.code(&secret(SECRET), at(1_700_000_010)).unwrap();
    for (secs, yes) in WINDOW {
        let found = totp.verify(&secret(SECRET), code.reveal(), at(secs), 0, None).unwrap();
        assert_eq!(found.is_some(), yes, "at {secs}");
    }
}

const WINDOW: [(i64, bool); 18] = [
    (1699999949, false),
    (1699999950, false),
    (1699999965, false),
    (1699999980, false),
    (1700000009, false),
    (1700000010, true),
    (1700000011, true),
    (1700000029, true),
    (1700000030, true),
    (1700000039, true),
    (1700000040, false),
    (1700000041, false),
    (1700000055, false),
    (1700000070, false),
    (1700000071, false),
    (1700000099, false),
    (1700000100, false),
    (1700000101, false),
];

#[test]
fn a_window_forgives_a_slow_clock_and_no_more() {
    // asok.json: the codes around 1700000010.
    let old = secret("JBSWY3DPEHPK3PXP");
    for (typed, step) in [
        ("822542", None),
        ("324550", Some(56_666_666)),
        ("367665", Some(56_666_667)),
        ("870960", Some(56_666_668)),
        ("656781", None),
    ] {
        let found = Totp::default().verify(&old, typed, at(1_700_000_010), 1, None);
        assert_eq!(found, Ok(step), "{typed}");
    }
}

#[test]
fn a_code_may_be_typed_with_spaces_and_nothing_else_may_be_missing() {
    let old = secret("JBSWY3DPEHPK3PXP");
    for (typed, yes) in [
        ("367 665", true),
        ("367-665", true),
        (" 367665\n", true),
        ("3676650", false),
        ("0367665", false),
        ("36766", false),
        ("", false),
        ("\u{ff13}\u{ff16}\u{ff17}\u{ff16}\u{ff16}\u{ff15}", false),
    ] {
        let found = Totp::default().verify(&old, typed, at(1_700_000_010), 1, None).unwrap();
        assert_eq!(found.is_some(), yes, "{typed:?}");
    }
}

#[test]
fn a_code_cannot_be_replayed() {
    let (totp, secret) = (Totp::default(), secret(SECRET));
    let code = totp.code(&secret, at(59)).unwrap();
    let verify = |after| totp.verify(&secret, code.reveal(), at(59), 1, after).unwrap();
    assert_eq!(verify(None), Some(1));
    assert_eq!(verify(Some(0)), Some(1));
    assert_eq!(verify(Some(1)), None);
    assert_eq!(verify(Some(2)), None, "an older one neither");
}

#[test]
fn the_first_step_of_all_has_a_window_too() {
    let totp = Totp::default();
    let code = totp.code(&secret(SECRET), at(30)).unwrap();
    assert_eq!(totp.verify(&secret(SECRET), code.reveal(), at(0), 1, None), Ok(Some(1)));
}

#[test]
fn absurd_settings_are_refused() {
    let check = |digits, period, secs, expected| {
        let totp = Totp { algorithm: Algorithm::Sha1, digits, period };
        assert_eq!(totp.code(&secret(SECRET), at(secs)).map(|_| ()), expected);
        assert_eq!(totp.verify(&secret(SECRET), "1", at(secs), 1, None).map(|_| ()), expected);
    };
    check(6, 30, 0, Ok(()));
    check(10, 3_600, i64::MAX / 1_000_000, Ok(()));
    check(5, 30, 0, Err(BadOtp::Digits));
    check(11, 30, 0, Err(BadOtp::Digits));
    check(6, 0, 0, Err(BadOtp::Period));
    check(6, 3_601, 0, Err(BadOtp::Period));
    check(6, 30, -1, Err(BadOtp::Time));
}

#[test]
fn a_secret_is_read_as_people_type_it() {
    let check = |text: &str, yes| {
        let found = OtpSecret::parse(text).map(|secret| secret.text().reveal().to_owned());
        assert_eq!(found.is_ok_and(|found| SECRET.starts_with(&found)), yes, "{text}");
    };
    check(SECRET, true);
    check(&SECRET.to_lowercase(), true);
    check("JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP", true);
    check("JBSWY3DP-EHPK3PXPJBSWY3DPEHPK3PXP", true);
    check("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP====", true);
    check("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX1", false);
    check("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX8", false);
    check("JBSWY3DPEHPK3PXP", false);
    check("", false);
    check(&"A".repeat(1_000_000), false);
}

#[test]
fn a_cut_secret_gives_what_pyotp_gives() {
    // otp.json, at 1700000000.
    let cut = OtpSecret::parse("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX").unwrap();
    let found = Totp::default().code(&cut, at(1_700_000_000)).unwrap();
    let whole = Totp::default().code(&secret(SECRET), at(1_700_000_000)).unwrap();
    assert_eq!((found.reveal(), whole.reveal()), ("417087", "406058"));
}

#[test]
fn secrets_of_80_bits_can_be_moved_here() {
    let old = OtpSecret::import("JBSWY3DPEHPK3PXP").unwrap();
    for (secs, code) in [(0, "282760"), (59, "996554"), (1_700_000_000, "324550")] {
        assert_eq!(Totp::default().code(&old, at(secs)).unwrap().reveal(), code);
    }
    assert_eq!(OtpSecret::import("JBSWY3DPEHPK3PX").err(), Some(BadOtp::Secret));
}

#[test]
fn an_app_reads_the_uri() {
    let check = |totp: Totp, issuer: &str, account: &str, expected: &str| {
        let found = totp.uri(&secret(SECRET), issuer, account);
        let expected = expected.replace("SECRET", SECRET);
        assert_eq!(found.reveal(), format!("otpauth://totp/{expected}"));
    };
    let usual = Totp::default();
    check(
        usual,
        "Example",
        "alice@google.com",
        "Example:alice%40google.com?secret=SECRET&issuer=Example",
    );
    check(usual, "", "alice@google.com", "alice%40google.com?secret=SECRET");
    check(
        usual,
        "Acme Co: \u{dc}&Co",
        "a b:c/\u{fc}@x.org",
        "Acme%20Co%3A%20%C3%9C%26Co:a%20b%3Ac%2F%C3%BC%40x.org?secret=SECRET&issuer=Acme%20Co%3A%20%C3%9C%26Co",
    );
    check(
        Totp { digits: 8, period: 60, ..usual },
        "X",
        "alice",
        "X:alice?secret=SECRET&issuer=X&digits=8&period=60",
    );
    check(
        Totp { algorithm: Algorithm::Sha256, ..usual },
        "X",
        "alice",
        "X:alice?secret=SECRET&issuer=X&algorithm=SHA256",
    );
}

#[test]
fn a_minted_secret_reads_back_and_does_not_print_itself() {
    let minted = OtpSecret::mint(&mut crate::crypto::testing::Seeded(1));
    assert_eq!(minted.reveal().len(), 20);
    assert_eq!(OtpSecret::parse(minted.text().reveal()).unwrap().reveal(), minted.reveal());
    assert_eq!(format!("{minted:?}"), "OtpSecret(..)");
}
