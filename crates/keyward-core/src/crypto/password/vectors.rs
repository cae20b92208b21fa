//! Rows that passlib, Django, Werkzeug and Asok really wrote.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::*;
use crate::crypto::testing::Seeded;

#[derive(Deserialize)]
pub(super) struct Vectors {
    passwords: HashMap<String, String>,
    /// Who wrote it, which password, the text, whether the password verifies,
    /// and whether one with a character appended does.
    pub(super) rows: Vec<(String, String, String, bool, Option<bool>)>,
    /// The text, and those of four passlib hashers that claim it.
    identify: Vec<(String, Vec<String>)>,
    malformed: Vec<(String, Vec<String>)>,
}

pub(super) fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/rows.json")).unwrap()
}

impl Vectors {
    pub(super) fn password(&self, name: &str) -> String {
        String::from_utf8(STANDARD.decode(&self.passwords[name]).unwrap()).unwrap()
    }
}

#[test]
fn what_other_systems_hashed_verifies() {
    let vectors = vectors();
    let mut arena = Arena::default();
    for (who, name, stored, right, wrong) in &vectors.rows {
        let mut check = |password: String, yes: bool| {
            let found = verify_with(&mut arena, &Secret::new(password), stored);
            assert_eq!(found, Ok(yes), "{who}, password {name}: {stored}");
        };
        check(vectors.password(name), *right);
        if let Some(wrong) = wrong {
            check(format!("{}x", vectors.password(name)), *wrong);
        }
    }
    assert!(vectors.rows.len() > 150);
}

/// Who wrote it, the password, the text.
#[derive(Deserialize)]
struct ImportOnly {
    rows: Vec<(String, String, String)>,
}

fn import_only() -> Vec<(String, String, String)> {
    let read: ImportOnly = serde_json::from_str(include_str!("vectors/import_only.json")).unwrap();
    // Of Firebase's own documentation, in Supabase Auth's text.
    let firebase = "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,\
        sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==\
        $42xEC+ixf3L2lw==\
        $lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
    let of_firebase = ("firebase".into(), "user1password".into(), firebase.into());
    [read.rows, vec![of_firebase]].concat()
}

#[test]
fn what_is_only_imported_verifies_and_is_due_for_a_rehash() {
    let mut arena = Arena::default();
    for (who, password, stored) in import_only() {
        for (password, yes) in [(password.clone(), true), (format!("{password}x"), false)] {
            let found = verify_with(&mut arena, &Secret::new(&*password), &stored);
            assert_eq!(found, Ok(yes), "{who}, {password:?}: {stored}");
        }
        assert!(needs_rehash(&stored, Policy::default()), "{who}: {stored}");
        assert!(describe(&stored).is_ok() && identify(&stored).is_some(), "{who}: {stored}");
    }
}

/// Every form there is goes under Argon2id, and keeps nothing that tells of its tag.
#[test]
fn an_old_hash_is_wrapped_without_its_password() {
    let (vectors, mut arena) = (vectors(), Arena::default());
    let known = vectors.rows.iter().filter(|(.., right, _)| *right);
    let known =
        known.map(|(who, name, stored, ..)| (who.clone(), vectors.password(name), stored.clone()));
    let mut wrapped = std::collections::HashSet::new();
    for (who, password, stored) in known.chain(import_only()) {
        if describe(&stored).unwrap().contains("argon2") && !who.starts_with("django")
            || !wrapped.insert(who.clone())
        {
            continue;
        }
        let over = wrap(&mut arena, &stored, &Policy::CHEAPEST, &mut Seeded(1)).unwrap();
        for (password, yes) in [(password.clone(), true), (format!("?{password}"), false)] {
            let found = verify_with(&mut arena, &Secret::new(password), &over);
            assert_eq!(found, Ok(yes), "{who}: {over}");
        }
        assert!(needs_rehash(&over, Policy::CHEAPEST), "{who}");
        assert!(describe(&over).unwrap().starts_with("argon2id m=8 t=1 p=1 over "), "{who}");
        // What is left of the old text says nothing of its tag: from its own it is the same.
        let (_, old) = over.split_once("$of$").unwrap();
        let again = wrap(&mut arena, old, &Policy::CHEAPEST, &mut Seeded(1)).unwrap();
        assert_eq!(again.split_once("$of$").unwrap().1, old, "{who}");
        assert_ne!(read(old).unwrap().tag(), read(&stored).unwrap().tag(), "{who}: {old}");
        assert_eq!(
            wrap(&mut arena, &over, &Policy::CHEAPEST, &mut Seeded(1)),
            Err(HashError::Unfit(Format::Wrapped))
        );
    }
    assert!(wrapped.len() > 30, "{wrapped:?}");
}

#[test]
fn what_is_only_imported_is_read_strictly() {
    for stored in [
        "$1$ninechars$Gf11nkwfwyjN7g8N8zRay.",
        "$1$ab$Gf11nkwfwyjN7g8N8zRay",
        "$1$ab$Gf11nkwfwyjN7g8N8zRay!",
        "$apr1$ab$",
        "$P$",
        "$P$BIQRaTwmf",
        "$P$\u{e9}IQRaTwmfav3wvwgymk4zl8Ql2ynXL1",
        "{SSHA}",
        "{SSHA}fCIvspJ9goryL1khNOiTJIBjfA0=",
        "{SSHA}fCIvspJ9goryL1khNOiTJIBjfA0xMjM0NTY3OA",
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=,sk=$$",
    ] {
        let found = verify(&Secret::new("x"), stored);
        assert!(matches!(found, Err(HashError::Malformed(_))), "{stored}: {found:?}");
    }
    // phpass of 2^30 rounds, of 2^2; scrypt of 2^30.
    for stored in [
        "$P$SIQRaTwmfav3wvwgymk4zl8Ql2ynXL1",
        "$P$0IQRaTwmfav3wvwgymk4zl8Ql2ynXL1",
        "$fbscrypt$v=1,n=30,r=8,p=1,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$AA==$AAAAAAAAAAAAAAAAAAAAAA==",
    ] {
        let found = verify(&Secret::new("x"), stored);
        assert!(matches!(found, Err(HashError::Absurd(_))), "{stored}: {found:?}");
    }
}

#[test]
fn formats_are_told_apart_as_passlib_does() {
    let vectors = vectors();
    for (stored, claimed_by) in vectors.identify.iter().chain(&vectors.malformed) {
        let found = identify(stored).map(Format::as_str);
        for hasher in ["pbkdf2_sha256", "bcrypt", "argon2", "sha256_crypt"] {
            let claimed = claimed_by.iter().any(|by| by == hasher);
            assert_eq!(found == Some(hasher), claimed, "{hasher} for {stored}");
        }
    }
}

#[test]
fn malformed_hashes_are_errors() {
    for (stored, _) in vectors().malformed {
        assert!(verify(&Secret::new("x"), &stored).is_err(), "{stored}");
    }
}

#[test]
fn every_foreign_form_is_due_for_a_rehash() {
    for (who, _, stored, ..) in vectors().rows {
        assert!(needs_rehash(&stored, Policy::default()), "{who}: {stored}");
        assert!(describe(&stored).is_ok(), "{who}: {stored}");
    }
}

/// Cuts every stored form anywhere, and changes every character: never a panic,
/// and never a yes except where the change means nothing.
#[test]
fn a_damaged_form_never_panics() {
    let rows = vectors().rows.into_iter().map(|(who, _, stored, ..)| (who, stored));
    let imported = import_only().into_iter().map(|(who, _, stored)| (who, stored));
    let mut seen = std::collections::HashSet::new();
    for (who, stored) in rows.chain(imported) {
        if !seen.insert(who) {
            continue;
        }
        for (at, _) in stored.char_indices() {
            let _ = read(&stored[..at]);
            for replacement in ["", "$", "9", "999999999999", "=", "\u{e9}", "\0"] {
                let _ = read(&format!("{}{replacement}{}", &stored[..at], &stored[at + 1..]));
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        prefix in "(\\$argon2id\\$v=19\\$|\\$2b\\$04\\$|\\$scrypt\\$|\\$5\\$|\\$pbkdf2\\$|scrypt:|md5\\$|\\$1\\$|\\$P\\$|\\{SSHA\\}|)",
        rest in "[ -~\u{e9}]{0,80}",
    ) {
        let stored = format!("{prefix}{rest}");
        let _ = (read(&stored).is_ok(), identify(&stored), needs_rehash(&stored, Policy::default()));
    }
}
