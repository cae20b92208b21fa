//! Argon2 against the reference, against itself, and against nonsense.

use super::*;
use crate::crypto::password::{describe, memory_kib, needs_rehash, verify, verify_with};
use crate::secret::Secret;

/// passlib 1.7.4 and argon2-cffi 25.1.
const ROWS: [(&str, &str); 7] = [
    (
        "hello",
        "$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$LM/1H3X/EWmtaTwsxA7JJ5O/DerVqWYqAoVq9J+y/Mo",
    ),
    (
        "hello",
        "$argon2id$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$0JnEJ3Z1qj3RpItnfoVPdOcwb8XvvcqbYK/NxMQ5IJA",
    ),
    (
        "hello",
        "$argon2i$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$1awju4llBebYfSoZd62A15OdiPBS2xZNxAPf66FZVZA",
    ),
    (
        "password",
        "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$uKZLaN6muIyoyIYr5waqw3y+zaDbe9aLSPj6Ln/rbz4",
    ),
    (
        "Pas$word1",
        "$argon2id$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$0edpqmwMskf4/RRCF7jTMfLKin2jW7bi3HYQBBU4aYY",
    ),
    (
        "p\u{e4}ssw\u{f6}rd",
        "$argon2id$v=19$m=65536,t=3,p=4$/////////////////////w$pnTtWxJ0zjZfMIWefosHo0nBoLd9Y7KuhzimEldDfyE",
    ),
    (
        "",
        "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$TqyH821G75Emcxkzf6pGSYW/xL66JR9bC5sPwSgpRJs",
    ),
];

#[test]
fn what_python_hashed_verifies() {
    let mut arena = Arena::default();
    for (password, stored) in ROWS {
        let mut check = |password: String, yes| {
            let found = verify_with(&mut arena, &Secret::new(password), stored);
            assert_eq!(found, Ok(yes), "{stored}");
        };
        check(password.to_owned(), true);
        check(format!("{password}x"), false);
    }
}

#[test]
fn argon2_text_has_one_spelling() {
    for (_, stored) in ROWS {
        assert_eq!(read(stored).unwrap().to_string(), stored);
    }
}

#[test]
fn malformed_text_is_an_error() {
    let malformed = HashError::Malformed(Format::Argon2);
    let check = |stored: &str| {
        assert_eq!(verify(&Secret::new("x"), stored), Err(malformed), "{stored}");
        assert_eq!(super::super::identify(stored), Some(Format::Argon2), "{stored}");
    };
    check("$argon2");
    check("$argon2id");
    check("$argon2id$");
    check("$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw");
    check("$argon2x$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAAA");
    check("$argon2id$v=20$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw");
    check("$argon2id$v=19$m=08,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw");
    check("$argon2id$v=19$m=+8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw");
    check("$argon2id$v=19$m=99999999999,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw");
    check("$argon2id$v=19$t=1,m=8,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw");
    check("$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw==$AAECAwQFBgcICQoLDA0ODw");
    check("$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODx");
    check("$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw$");
    check("$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw\n");
}

#[test]
fn absurd_work_is_refused_before_it_begins() {
    let check = |params: &str| {
        let stored =
            format!("$argon2id$v=19${params}$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw");
        let found = verify(&Secret::new("x"), &stored);
        assert_eq!(found, Err(HashError::Absurd(Format::Argon2)), "{params}");
    };
    check("m=4294967295,t=1,p=1");
    check("m=8,t=4294967295,p=1");
    check("m=1048576,t=64,p=1");
    check("m=8,t=1,p=4294967295");
    check("m=7,t=1,p=1");
    check("m=8,t=0,p=1");
    check("m=8,t=1,p=0");
}

#[test]
fn pointless_salts_and_tags_are_refused() {
    let check = |salt: &str, tag: &str| {
        let stored = format!("$argon2id$v=19$m=8,t=1,p=1${salt}${tag}");
        let found = verify(&Secret::new("x"), &stored);
        assert_eq!(found, Err(HashError::Absurd(Format::Argon2)), "{stored}");
    };
    check("", "AAECAwQFBgcICQoLDA0ODw");
    check("AAECAwQFBg", "AAECAwQFBgcICQoLDA0ODw");
    check("AAECAwQFBgcICQoLDA0ODw", "");
    check("AAECAwQFBgcICQoLDA0ODw", "AAAA");
    check("AAECAwQFBgcICQoLDA0ODw", &"AAAA".repeat(30));
}

#[test]
fn a_rehash_is_due_when_the_policy_writes_something_else() {
    // asyncauth_crypto.json: argon2-cffi's defaults.
    let policy = Policy { memory_kib: 65_536, iterations: 3, lanes: 4 };

    let check = |stored: &str, due| assert_eq!(needs_rehash(stored, &policy), due, "{stored}");
    check(
        "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$uKZLaN6muIyoyIYr5waqw3y+zaDbe9aLSPj6Ln/rbz4",
        false,
    );
    check(
        "$argon2id$v=19$m=65536,t=2,p=4$MDEyMzQ1Njc4OWFiY2RlZg$j/w95wkH1VqPCYTLlFotucguEkIgX8xHB9uGRql5BR4",
        true,
    );
    check(
        "$argon2id$v=19$m=32768,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$3g6+VfILZiQFX4NcUlw5wuPXMvxY7smGJayGZgjm0bU",
        true,
    );
    check(
        "$argon2id$v=19$m=65536,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$2vFngNy3PoYhRil/oXuBuGtIDzPAtn2u8PLHyAnFeXs",
        true,
    );
    check("$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$7YcdiLbqxkz6f3eq2yAPOg", true);
    check(
        "$argon2i$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$1awju4llBebYfSoZd62A15OdiPBS2xZNxAPf66FZVZA",
        true,
    );
    check(
        "$argon2id$v=16$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$uKZLaN6muIyoyIYr5waqw3y+zaDbe9aLSPj6Ln/rbz4",
        true,
    );
}

#[test]
fn a_stored_form_tells_its_cost() {
    let (_, stored) = ROWS[1];
    assert_eq!(describe(stored).unwrap(), "argon2id m=65536 t=3 p=4");
    assert_eq!(memory_kib(stored), Ok(65_536));
}

#[test]
fn a_worker_reuses_its_memory_and_gives_it_back() {
    let policy = Policy { memory_kib: 64, ..Policy::default() };
    let mut arena = Arena::new(&policy);
    assert_eq!(arena.memory_kib(), 0);
    let mut verify = |(password, stored)| {
        assert_eq!(verify_with(&mut arena, &Secret::new(password), stored), Ok(true));
        arena.memory_kib()
    };
    assert_eq!(verify(ROWS[0]), 8);
    assert_eq!(verify(ROWS[1]), 0, "a larger hash of old leaves nothing behind");
    assert_eq!(verify(ROWS[0]), 8);
    arena.release();
    assert_eq!(arena.memory_kib(), 0);
}

/// Both implementations on random passwords, salts and parameters, in arenas
/// that were used for something else before.
#[cfg(feature = "fast-argon2")]
#[test]
fn the_fast_implementation_agrees_with_the_portable_one() {
    compare(1_000, 0x5eed);
}

/// What had to hold before the server took the fast one; minutes, in release.
#[cfg(feature = "fast-argon2")]
#[test]
#[ignore = "takes minutes; run it when either implementation changes"]
fn the_fast_implementation_agrees_with_the_portable_one_a_hundred_thousand_times() {
    compare(100_000, 0xcafe);
}

#[cfg(feature = "fast-argon2")]
fn compare(cases: u32, seed: u64) {
    use crate::crypto::testing::Seeded;
    use crate::port::Random as _;

    let (mut fast, mut portable) = (fast::Memory::default(), portable::Memory::default());
    let mut rng = Seeded(seed);
    let mut draw = |below: u32| {
        let mut bytes = [0; 4];
        rng.fill(&mut bytes);
        u32::from_le_bytes(bytes) % below
    };
    for case in 0..cases {
        let lanes = 1 + draw(4);
        let cost = Policy { memory_kib: 8 * lanes + draw(256), iterations: 1 + draw(3), lanes };
        let phc = Phc {
            variant: [Variant::Id, Variant::I, Variant::D][draw(3) as usize],
            version: [NEWEST, OLDEST][draw(2) as usize],
            cost,
            salt: (0..8 + draw(57)).map(|_| draw(256) as u8).collect(),
            tag: vec![0; 16 + draw(49) as usize],
        };
        let password: Vec<u8> = (0..draw(200)).map(|_| draw(256) as u8).collect();
        let (mut one, mut other) = (phc.tag.clone(), phc.tag.clone());
        assert!(fast.fill(&phc, &password, &mut one).is_some(), "case {case}: {phc:?}");
        portable.fill(&phc, &password, &mut other).unwrap();
        assert_eq!(one, other, "case {case}: {phc:?}");
    }
    assert!(fast.kib() > 0 && portable.kib() > 0);
}
