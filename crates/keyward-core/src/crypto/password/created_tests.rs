//! What we create is, for the same salt, the text that passlib writes.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet::{BCRYPT, CRYPT, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::vectors::vectors;
use super::*;

/// Randomness that was written down.
struct Given(Vec<u8>);

impl Random for Given {
    fn fill(&mut self, buf: &mut [u8]) {
        buf.copy_from_slice(&self.0);
    }
}

/// By passlib's name of a row: the scheme that creates it.
const CREATED: &[(&str, Scheme)] = &[
    ("argon2id_m8t1p1", Scheme::Argon2id(Policy::CHEAPEST)),
    ("argon2_DEFAULT", Scheme::Argon2id(Policy { memory_kib: 65_536, iterations: 3, lanes: 4 })),
    ("bcrypt_2b_r4", Scheme::Bcrypt { cost: 4 }),
    ("pbkdf2_sha256_r1", Scheme::Pbkdf2Sha256 { rounds: 1 }),
    ("pbkdf2_sha256_r29000_default", Scheme::Pbkdf2Sha256 { rounds: 29_000 }),
    ("sha256_crypt_r1000", Scheme::Sha256Crypt { rounds: 1_000 }),
    ("sha256_crypt_DEFAULT", Scheme::Sha256Crypt { rounds: 535_000 }),
];

/// The randomness that a stored form was made with.
fn salt_of(stored: &str) -> Vec<u8> {
    let parts: Vec<&str> = stored.split('$').collect();
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let read = |alphabet, text: &str| GeneralPurpose::new(alphabet, lenient).decode(text).unwrap();
    match parts[1] {
        "2b" => read(&BCRYPT, &parts[3][..22]),
        // Each character is drawn by itself.
        "5" => parts[3].chars().map(|c| CRYPT.as_str().find(c).unwrap() as u8).collect(),
        "argon2id" => read(&STANDARD, parts[4]),
        _ => read(&STANDARD, &parts[3].replace('.', "+")),
    }
}

#[test]
fn what_is_created_is_what_passlib_wrote_with_the_same_salt() {
    let vectors = vectors();
    let mut agreed = BTreeMap::new();
    for (who, name, stored, ..) in &vectors.rows {
        let Some((who, scheme)) = CREATED.iter().find(|(known, _)| known == who) else { continue };
        let password = Secret::new(vectors.password(name));
        let made = hash(&password, scheme, &mut Given(salt_of(stored)));
        // passlib hashes what is past bcrypt's 72 bytes as if it were not there: we refuse.
        if *scheme == (Scheme::Bcrypt { cost: 4 }) && password.reveal().len() > 72 {
            assert_eq!(made, Err(HashError::Unfit(Format::Bcrypt)), "{who}, {name}");
            continue;
        }
        assert_eq!(made.as_deref(), Ok(stored.as_str()), "{who}, {name}");
        *agreed.entry(*who).or_insert(0) += 1;
    }
    assert_eq!(agreed.len(), CREATED.len(), "every scheme at every cost: {agreed:?}");
    assert!(agreed.values().sum::<i32>() > 25, "{agreed:?}");
}

#[derive(Deserialize)]
struct Row {
    scheme: String,
    password: String,
    stored: String,
}

/// The tests of the Python client give the same rows to passlib, which verifies them.
#[test]
fn what_passlib_verifies_in_python_is_what_is_created_here() {
    let rows = include_str!("../../../../../clients/python/tests/rows/created_hashes.json");
    let rows: Vec<Row> = serde_json::from_str(rows).unwrap();
    assert_eq!(rows.len(), 12, "every scheme, three passwords each");
    for Row { scheme, password, stored } in rows {
        let scheme = match scheme.as_str() {
            "argon2id" => Scheme::Argon2id(Policy::default()),
            "bcrypt" => Scheme::Bcrypt { cost: 10 },
            "pbkdf2_sha256" => Scheme::Pbkdf2Sha256 { rounds: 600_000 },
            _ => Scheme::Sha256Crypt { rounds: 535_000 },
        };
        let made = hash(&Secret::new(password.as_str()), scheme, &mut Given(salt_of(&stored)));
        assert_eq!(made.as_deref(), Ok(stored.as_str()), "{password}");
    }
}
