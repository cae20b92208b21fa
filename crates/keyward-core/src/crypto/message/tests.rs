//! Messages by each cipher. The rows of the two that stamp were sealed by authnzerver's
//! own code and PyNaCl, with the bytes 0 to 31 as a key and zeros in place of random bytes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::*;
use crate::crypto::testing::Seeded;

const BYTES: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const INNER: &str = r#"{"a": 1}"#;
/// Half a second after a full one.
const SEALED_AT: i64 = 1_700_000_000_500_000;

const ROWS: [(Cipher, &str); 2] = [
    (
        Cipher::ChaCha20Poly1305,
        "AAAAAAAAAAAAAAAAY5ovVN6Vx7Z2Q2ZB1GEvBcKRwojNjXk1jYzeKAoEQmxCODhd4d4Mc6iteAYSa3IeoYDHI1IPV039vJ73Fs0rofFZCFk=",
    ),
    (
        Cipher::XSalsa20Poly1305,
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAtOLPVUoDzKMfIjTHvkaslTEsnSTr2d5UOXZIL15k3/DeFEWNa8YKJQp3abcc+OgC5TTjPaZYnza3TsExH7ygHffC0eQ=",
    ),
];

struct Zeros;
impl Random for Zeros {
    fn fill(&mut self, buf: &mut [u8]) {
        buf.fill(0);
    }
}

fn key(cipher: Cipher) -> MessageKey {
    MessageKey::parse(&format!("{}:{BYTES}", cipher.name())).unwrap()
}

fn at(secs: i64) -> Option<Fresh> {
    Some(Fresh { now: Timestamp::from_secs(SEALED_AT / 1_000_000 + secs), within: 60 })
}

/// One of each cipher, of now.
fn each() -> impl Iterator<Item = (Cipher, Vec<u8>)> {
    Cipher::ALL.into_iter().map(|cipher| {
        let now = Timestamp::from_micros(SEALED_AT);
        (cipher, key(cipher).seal(INNER.as_bytes(), now, &mut Seeded(1)).unwrap())
    })
}

#[test]
fn what_authnzerver_sealed_is_opened_and_sealed_alike() {
    for (cipher, wire) in ROWS {
        let sealed = STANDARD.decode(wire).unwrap();
        let opened = key(cipher).open(&sealed, at(1)).unwrap();
        assert_eq!(opened.plain.as_slice(), INNER.as_bytes(), "{cipher:?}");
        assert_eq!(opened.sealed_at.as_secs(), SEALED_AT / 1_000_000, "{cipher:?}");
        let now = Timestamp::from_micros(SEALED_AT);
        let ours = key(cipher).seal(INNER.as_bytes(), now, &mut Zeros).unwrap();
        assert_eq!(STANDARD.encode(ours), wire, "{cipher:?}");
    }
}

/// Of `tests/secretbox.c` in NaCl, which has a key of its own.
#[test]
fn the_example_of_nacl_is_opened() {
    let unhex = |text: &str| crate::crypto::hex::unhex(text).unwrap();
    let bytes = unhex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
    let nonce = unhex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
    let text = unhex(
        "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c5\
         31a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8a\
         b932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622\
         a43d14a6599b1f654cb45a74e355a5",
    );
    let key = secret_box::Key::new(bytes.as_slice().try_into().unwrap());
    let plain = key.open(&[nonce, text].concat()).unwrap();
    assert_eq!((plain.len(), &plain[..4]), (131, unhex("be075fc5").as_slice()));
}

#[test]
fn a_message_is_opened_within_its_time_and_a_little_before() {
    for (cipher, sealed) in each() {
        for (now, opens) in [(0, true), (60, true), (61, false), (-60, true), (-61, false)] {
            let opened = key(cipher).open(&sealed, at(now));
            assert_eq!(opened.is_some(), opens, "{cipher:?} {now}");
        }
        assert!(key(cipher).open(&sealed, None).is_some(), "{cipher:?}, whatever its age");
    }
}

#[test]
fn a_message_with_one_bit_changed_or_one_byte_less_is_not_opened() {
    for (cipher, sealed) in each() {
        for place in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[place] ^= 1 << bit;
                let opened = key(cipher).open(&changed, None);
                assert!(opened.is_none(), "{cipher:?} bit {bit} of {place}");
            }
            assert!(key(cipher).open(&sealed[..place], None).is_none(), "{cipher:?} to {place}");
            assert!(key(cipher).open(&sealed[place + 1..], None).is_none(), "{cipher:?} {place}");
        }
        let longer = [&sealed[..], b"\0"].concat();
        assert!(key(cipher).open(&longer, None).is_none(), "{cipher:?}");
    }
}

/// The same bytes as a key of another cipher, which an attacker would like to choose.
#[test]
fn a_message_is_opened_by_its_own_cipher_and_key_alone() {
    for (sealed_by, sealed) in each() {
        for cipher in Cipher::ALL {
            let opened = key(cipher).open(&sealed, None);
            assert_eq!(opened.is_some(), cipher == sealed_by, "{cipher:?} {sealed_by:?}");
        }
        let other = format!("{}:{}", sealed_by.name(), URL_SAFE.encode([9; 32]));
        assert!(MessageKey::parse(&other).unwrap().open(&sealed, None).is_none());
    }
}

#[test]
fn the_same_message_is_known_again_and_no_other_is_taken_for_it() {
    let mut seen = std::collections::BTreeSet::new();
    for cipher in Cipher::ALL {
        let now = Timestamp::from_micros(SEALED_AT);
        for _ in 0..2 {
            let sealed = key(cipher).seal(INNER.as_bytes(), now, &mut Seeded(1)).unwrap();
            seen.insert(key(cipher).open(&sealed, None).unwrap().tag);
        }
        let other = key(cipher).seal(INNER.as_bytes(), now, &mut Seeded(2)).unwrap();
        seen.insert(key(cipher).open(&other, None).unwrap().tag);
    }
    assert_eq!(seen.len(), 6);
}

#[test]
fn a_message_without_bounds_is_not_looked_at() {
    for cipher in Cipher::ALL {
        let json = format!("\"{}\"", "a".repeat(MAX_SEALED));
        let now = Timestamp::from_micros(SEALED_AT);
        let sealed = key(cipher).seal(json.as_bytes(), now, &mut Zeros).unwrap();
        assert!(key(cipher).open(&sealed, None).is_none(), "{cipher:?}");
    }
}

#[test]
fn a_key_says_its_cipher_and_is_32_bytes_in_base64() {
    use BadMessageKey::{NoCipher, NoKey};
    for (text, wanted) in [
        (BYTES.to_owned(), Ok(Cipher::Fernet)),
        (format!(" {BYTES}\n"), Ok(Cipher::Fernet)),
        (format!("fernet:{BYTES}"), Ok(Cipher::Fernet)),
        (format!("chacha20poly1305:{BYTES}"), Ok(Cipher::ChaCha20Poly1305)),
        (format!("xsalsa20poly1305:{BYTES}"), Ok(Cipher::XSalsa20Poly1305)),
        (format!("XSALSA20POLY1305:{BYTES}"), Err(NoCipher)),
        (format!("aes:{BYTES}"), Err(NoCipher)),
        (format!(":{BYTES}"), Err(NoCipher)),
        ("chacha20poly1305:".into(), Err(NoKey)),
        ("chacha20poly1305:short".into(), Err(NoKey)),
        (format!("xsalsa20poly1305:{BYTES}{BYTES}"), Err(NoKey)),
        (format!("xsalsa20poly1305:chacha20poly1305:{BYTES}"), Err(NoKey)),
        (String::new(), Err(NoKey)),
    ] {
        let read = MessageKey::parse(&text).map(|key| key.cipher());
        assert_eq!(read, wanted, "{text:?}");
    }
    assert_eq!(format!("{:?}", key(Cipher::Fernet)), "MessageKey(fernet, ..)");
}

#[test]
fn while_a_key_is_changed_each_opens_its_own() {
    let keys: Vec<MessageKey> = Cipher::ALL.into_iter().map(key).collect();
    for (place, (_, sealed)) in each().enumerate() {
        assert_eq!(open_with(&keys, &sealed, None).map(|(which, _)| which), Some(place));
    }
    assert!(open_with(&keys, b"nobody sealed this", None).is_none());
    assert!(open_with(&[], b"", None).is_none());
}
