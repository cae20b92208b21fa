//! Forms of other systems: made for them, moved from them, and refused.

use super::*;
use crate::crypto::hex::unhex;
use crate::crypto::testing::Seeded;

const CHEAP: [Scheme; 4] = [
    Scheme::Argon2id(Policy::CHEAPEST),
    Scheme::Bcrypt { cost: 4 },
    Scheme::Pbkdf2Sha256 { rounds: 1 },
    Scheme::Sha256Crypt { rounds: 1_000 },
];

#[test]
fn whatever_is_made_verifies_and_is_current() {
    for scheme in CHEAP {
        let stored = hash(&Secret::new("correct horse"), &scheme, &mut Seeded(1)).unwrap();
        assert_eq!(verify(&Secret::new("correct horse"), &stored), Ok(true), "{stored}");
        assert_eq!(verify(&Secret::new("correct hors"), &stored), Ok(false), "{stored}");
        assert!(!needs_rehash(&stored, &scheme), "{stored}");
        for other in CHEAP.iter().filter(|other| **other != scheme) {
            assert!(needs_rehash(&stored, other), "{stored} under {other:?}");
        }
    }
}

#[test]
fn weak_cost_is_seen() {
    let costlier = [
        Scheme::Argon2id(Policy::default()),
        Scheme::Bcrypt { cost: 5 },
        Scheme::Pbkdf2Sha256 { rounds: 2 },
        Scheme::Sha256Crypt { rounds: 1_001 },
    ];
    for (cheap, dear) in CHEAP.iter().zip(&costlier) {
        let stored = hash(&Secret::new("x"), cheap, &mut Seeded(1)).unwrap();
        assert!(needs_rehash(&stored, dear), "{stored}");
    }
}

#[test]
fn every_scheme_has_a_decoy_of_its_own_cost() {
    for scheme in CHEAP {
        let real = hash(&Secret::new("x"), &scheme, &mut Seeded(1)).unwrap();
        let decoy = decoy(&scheme);
        assert_eq!(describe(&decoy), describe(&real));
        assert_eq!(decoy.len(), real.len(), "{decoy}");
        assert_eq!(verify(&Secret::new("x"), &decoy), Ok(false), "{decoy}");
    }
}

#[test]
fn absurd_costs_make_nothing() {
    let check = |scheme: Scheme, format| {
        let found = hash(&Secret::new("x"), &scheme, &mut Seeded(1));
        assert_eq!(found, Err(HashError::Absurd(format)), "{scheme:?}");
    };
    check(Scheme::Bcrypt { cost: 3 }, Format::Bcrypt);
    check(Scheme::Bcrypt { cost: 31 }, Format::Bcrypt);
    check(Scheme::Pbkdf2Sha256 { rounds: 0 }, Format::Pbkdf2Sha256);
    check(Scheme::Pbkdf2Sha256 { rounds: u32::MAX }, Format::Pbkdf2Sha256);
    check(Scheme::Sha256Crypt { rounds: 999 }, Format::Sha256Crypt);
    check(Scheme::Sha256Crypt { rounds: 999_999_999 }, Format::Sha256Crypt);
}

#[test]
fn bcrypt_makes_nothing_that_it_would_cut() {
    let check = |password: &str, fine| {
        let found = hash(&Secret::new(password), Scheme::Bcrypt { cost: 4 }, &mut Seeded(1));
        assert_eq!(found.is_ok(), fine, "{password:?}");
    };
    check(&"x".repeat(72), true);
    check(&"x".repeat(73), false);
    check("a\0b", false);
}

#[test]
fn a_password_that_was_cut_at_a_nul_does_not_match() {
    for scheme in [Scheme::Bcrypt { cost: 4 }, Scheme::Sha256Crypt { rounds: 1_000 }] {
        let stored = hash(&Secret::new("abc"), &scheme, &mut Seeded(1)).unwrap();
        assert_eq!(verify(&Secret::new("abc\0def"), &stored), Ok(false), "{stored}");
    }
}

#[test]
fn stored_forms_that_ask_for_absurd_work_are_refused_before_it_begins() {
    let check = |stored: &str| {
        let found = verify(&Secret::new("x"), stored);
        assert!(matches!(found, Err(HashError::Absurd(_))), "{stored}: {found:?}");
    };
    let (tag, hex) = ("A".repeat(43), "00".repeat(32));
    check("$2b$31$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm");
    check("$2b$17$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm");
    check("$bcrypt-sha256$v=2,t=2b,r=31$abcdefghijklmnopqrstuu$6eeTxYH54oiZ0Z7.zjNaUH4ORExX7RG");
    check(&format!("$pbkdf2-sha256$4294967295$AAEC${tag}"));
    check(&format!("$pbkdf2-sha256$0$AAEC${tag}"));
    check(&format!("$scrypt$ln=63,r=8,p=1$AAEC${tag}"));
    check(&format!("$scrypt$ln=20,r=32,p=1$AAEC${tag}"));
    check(&format!("$scrypt$ln=10,r=4294967295,p=4294967295$AAEC${tag}"));
    check(&format!("$5$rounds=999999999$salt${tag}"));
    check(&format!("pbkdf2_sha256$4294967295$salt${tag}="));
    check(&format!("scrypt$4294967295$salt$8$1${tag}="));
    check(&format!("scrypt:1000:8:1$salt${hex}"));
    check(&format!("pbkdf2:sha256:4294967295$salt${hex}"));
}

#[test]
fn a_stored_form_longer_than_any_is_malformed() {
    let stored = format!("pbkdf2:sha256:1${}${}", "x".repeat(2_000), "00".repeat(32));
    assert_eq!(verify(&Secret::new("x"), &stored), Err(HashError::Malformed(Format::Werkzeug)));
}

#[test]
fn what_asyncauth_hashed_verifies() {
    // asyncauth_crypto.json
    let check = |secret: &str, password: &str, hash: &str| {
        let stored = from_asyncauth(&Secret::new(secret), &unhex(hash).unwrap()).unwrap();
        assert_eq!(identify(&stored), Some(Format::Pbkdf2Sha512));
        assert_eq!(verify(&Secret::new(password), &stored), Ok(true), "{password}");
        assert_eq!(verify(&Secret::new("wrong"), &stored), Ok(false), "{password}");
    };
    check(
        "05jF8cSMAdjlXcXeS2ZJUHg7Tbyu",
        "testpass",
        "9876874594d884626c18e1594f7229ffb318dcb6e5a52108f45fa272d5765646325d222e147a0fe8bc1f6a3b8f3707754a55b30eb6edd8fcf6ca360c70f20545",
    );
    check(
        "05jF8cSMAdjlXcXeS2ZJUHg7Tbyu",
        "",
        "4a30e22fae131b12c78004d102bfe3ff1e5a1779a5db18040e116d7b518689a882889ab972c03a9f84472aa341afcf570c3607813a405b25dbe0e3c3ae06158e",
    );
    check(
        "05jF8cSMAdjlXcXeS2ZJUHg7Tbyu",
        "p\u{e4}ssw\u{f6}rd",
        "457d6ad7d6fbd9209a415dae605fd7bed7d1ce95add02ae55d63930e474a2281b25b2203e760b0308629bd76a79c4707f90728d7a5fe946236479659099dd025",
    );
    check(
        "other-secret",
        "testpass",
        "bb1621f1654e0c975dcaf3708b906b370401323bc5920750add2890ee1275a63485a666d3f77445716fec97a4331d6a8137c6f2f7ef281ff042032defd65c383",
    );
}

#[test]
fn what_asyncauth_never_wrote_is_not_moved() {
    let check = |secret: &str, bytes: usize| {
        assert!(from_asyncauth(&Secret::new(secret), &vec![0; bytes]).is_err(), "{secret} {bytes}");
    };
    check("secret", 63);
    check("secret", 0);
    check("", 64);
    check(&"x".repeat(513), 64);
}
