//! Whole ceremonies, as the software authenticator holds them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::attestation::{Attestation, Conveyance};
use super::authenticator::{Authenticator, Behaviour, Refused};
use super::key::{Algorithm, PublicKey};
use super::*;

const ORIGIN: &str = "https://example.com";
const CHALLENGE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn bytes(answer: &Json, name: &str) -> Vec<u8> {
    let text = answer["response"][name].as_str().unwrap();
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn creation() -> Json {
    json!({
        "rp": { "id": "example.com" },
        "user": { "id": "AAAAAAAAAAAAAAAAAAAAAA" },
        "challenge": CHALLENGE,
        "excludeCredentials": [],
    })
}

fn judged<T>(expect: impl FnOnce(&Expected<'_>) -> T) -> T {
    let origins = [ORIGIN.to_owned()];
    expect(&Expected {
        rp_id: "example.com",
        origins: &origins,
        challenge: CHALLENGE,
        user_verified: true,
    })
}

fn registered(
    behaviour: &Behaviour,
    how: Conveyance,
) -> (Authenticator, Result<Registered, Fault>) {
    let mut device = Authenticator::new(behaviour.clone());
    let answer = device.create(ORIGIN, &creation()).unwrap();
    let (data, object) = (bytes(&answer, "clientDataJSON"), bytes(&answer, "attestationObject"));
    (device, judged(|expected| register(expected, how, &data, &object)))
}

fn signed_in(device: &mut Authenticator, key: &PublicKey) -> Result<Asserted, Fault> {
    let options = json!({ "rpId": "example.com", "challenge": CHALLENGE, "allowCredentials": [] });
    let answer = device.get(ORIGIN, &options).unwrap();
    let names = ["clientDataJSON", "authenticatorData", "signature"];
    let [client_data, data, signature] = names.map(|name| bytes(&answer, name));
    let given =
        Assertion { client_data: &client_data, authenticator_data: &data, signature: &signature };
    judged(|expected| assert(expected, key, &given))
}

#[test]
fn a_passkey_of_every_kind_registers_and_signs_in() {
    for algorithm in Algorithm::ALL {
        for attests_itself in [false, true] {
            let behaviour =
                Behaviour { algorithm, attests_itself, counts: true, ..Behaviour::default() };
            let (mut device, new) = registered(&behaviour, Conveyance::None);
            let new = new.unwrap();
            let wanted = if attests_itself { Attestation::Itself } else { Attestation::None };
            assert_eq!((new.key.algorithm(), new.attestation), (algorithm, wanted));
            assert_eq!(new.id, device.passkeys()[0].id);
            let key = PublicKey::parse(new.key.as_bytes()).unwrap();
            for times in 1..3 {
                let found = signed_in(&mut device, &key).unwrap();
                assert_eq!((found.counter, found.flags.user_verified), (times, true));
            }
        }
    }
}

#[test]
fn a_device_that_lies_does_not_register() {
    let check = |change: fn(&mut Behaviour), fault: Fault| {
        let mut behaviour = Behaviour::default();
        change(&mut behaviour);
        assert_eq!(registered(&behaviour, Conveyance::None).1.unwrap_err(), fault);
    };
    check(|b| b.origin = Some("https://badexample.com".into()), Fault::WrongOrigin);
    check(|b| b.cross_origin = true, Fault::WrongOrigin);
    check(|b| b.rp_id = Some("badexample.com".into()), Fault::WrongRelyingParty);
    check(|b| b.user_present = false, Fault::NotPresent);
    check(|b| b.user_verified = false, Fault::NotVerified);
    check(|b| b.backup_eligible = false, Fault::WrongBackup);
    check(|b| (b.attests_itself, b.damages) = (true, true), Fault::WrongAttestation);
}

#[test]
fn a_device_that_lies_does_not_sign_in() {
    let check = |change: fn(&mut Behaviour), fault: Fault| {
        let (mut device, new) = registered(&Behaviour::default(), Conveyance::None);
        change(&mut device.behaviour);
        assert_eq!(signed_in(&mut device, &new.unwrap().key).unwrap_err(), fault);
    };
    check(|b| b.origin = Some("https://example.com.evil.example".into()), Fault::WrongOrigin);
    check(|b| b.cross_origin = true, Fault::WrongOrigin);
    check(|b| b.rp_id = Some("com".into()), Fault::WrongRelyingParty);
    check(|b| b.user_present = false, Fault::NotPresent);
    check(|b| b.user_verified = false, Fault::NotVerified);
    check(|b| b.backup_eligible = false, Fault::WrongBackup);
    check(|b| b.damages = true, Fault::WrongSignature);
}

#[test]
fn a_signature_is_by_one_key_only() {
    let (mut device, _) = registered(&Behaviour::default(), Conveyance::None);
    let (_, other) = registered(&Behaviour::default(), Conveyance::None);
    let judged = signed_in(&mut device, &other.unwrap().key);
    assert_eq!(judged.unwrap_err(), Fault::WrongSignature);
}

#[test]
fn no_byte_of_what_was_signed_can_be_changed() {
    let (mut device, new) = registered(&Behaviour::default(), Conveyance::None);
    let key = new.unwrap().key;
    let options = json!({ "rpId": "example.com", "challenge": CHALLENGE });
    let answer = device.get(ORIGIN, &options).unwrap();
    let names = ["clientDataJSON", "authenticatorData", "signature"];
    let parts = names.map(|name| bytes(&answer, name));
    for part in 0..3 {
        for at in 0..parts[part].len() {
            let mut changed = parts.clone();
            changed[part][at] ^= 1;
            let [client_data, data, signature] = &changed;
            let given = Assertion { client_data, authenticator_data: data, signature };
            let judged = judged(|expected| assert(expected, &key, &given));
            assert!(judged.is_err(), "byte {at} of {}", names[part]);
        }
    }
}

#[test]
fn no_byte_of_a_self_attested_key_can_be_changed() {
    let behaviour = Behaviour { attests_itself: true, ..Behaviour::default() };
    let mut device = Authenticator::new(behaviour);
    let answer = device.create(ORIGIN, &creation()).unwrap();
    let (data, object) = (bytes(&answer, "clientDataJSON"), bytes(&answer, "attestationObject"));
    let judge = |object: &[u8]| {
        judged(|expected| {
            register(expected, Conveyance::None, &data, object).map(|new| new.attestation)
        })
    };
    assert_eq!(judge(&object), Ok(Attestation::Itself));
    for at in 0..object.len() {
        let mut changed = object.clone();
        changed[at] ^= 1;
        // A statement of a format that we do not look at is none.
        assert!(judge(&changed) != Ok(Attestation::Itself), "byte {at}");
    }
}

#[test]
fn a_key_is_of_a_kind_that_was_asked_for_and_whole() {
    let (_, new) = registered(&Behaviour::default(), Conveyance::None);
    let cose = new.unwrap().key.as_bytes().to_vec();
    assert!(PublicKey::parse(&cose).is_ok());
    let refused = |cose: &[u8], why: &str| {
        assert_eq!(PublicKey::parse(cose).unwrap_err(), Fault::WrongKey, "{why}");
    };
    // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    assert_eq!(&cose[..8], [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21]);
    let with = |at: usize, byte: u8| {
        let mut changed = cose.clone();
        changed[at] = byte;
        changed
    };
    refused(&with(2, 1), "another key type");
    refused(&with(4, 0x27), "another algorithm");
    refused(&with(4, 0x25), "an algorithm that nobody has");
    refused(&with(6, 2), "another curve");
    let mut more = with(0, 0xa6);
    more.extend([0x04, 0x01]);
    refused(&more, "a parameter that it does not have");
    let mut off = cose.clone();
    *off.last_mut().unwrap() ^= 1;
    refused(&off, "a point off the curve");
}

#[test]
fn an_authenticator_makes_no_second_passkey_of_one_account() {
    let (mut device, new) = registered(&Behaviour::default(), Conveyance::None);
    let id = URL_SAFE_NO_PAD.encode(new.unwrap().id);
    let mut options = creation();
    options["excludeCredentials"] = json!([{ "type": "public-key", "id": id }]);
    assert_eq!(device.create(ORIGIN, &options), Err(Refused::Excluded));
    let other = json!({ "rpId": "other.example", "challenge": CHALLENGE });
    assert_eq!(device.get("https://other.example", &other), Err(Refused::NoPasskey));
}

/// Vectors of the specification, section 16: registrations and sign-ins that
/// another implementation wrote.
#[test]
fn the_vectors_of_the_specification_are_right() {
    let rows: Vec<Json> = serde_json::from_str(include_str!("vectors.json")).unwrap();
    for row in &rows {
        let part = |path: &str| unhex(row.pointer(path).unwrap().as_str().unwrap());
        let origins = ["https://example.org".to_owned()];
        let expect = |challenge: &str, how: &mut dyn FnMut(&Expected<'_>)| {
            let challenge = &URL_SAFE_NO_PAD.encode(part(challenge));
            let rp_id = "example.org";
            how(&Expected { rp_id, origins: &origins, challenge, user_verified: false });
        };
        let mut key = None;
        expect("/create/challenge", &mut |expected| {
            let (data, object) = (part("/create/client_data"), part("/create/object"));
            let new = register(expected, Conveyance::Indirect, &data, &object).unwrap();
            assert_eq!(new.attestation.as_str(), row["attestation"], "{}", row["name"]);
            assert_eq!((new.id, new.aaguid.to_vec()), (part("/id"), part("/aaguid")));
            key = Some(new.key);
        });
        if row.get("get").is_some() {
            expect("/get/challenge", &mut |expected| {
                let names = ["/get/client_data", "/get/data", "/get/signature"];
                let [client_data, data, signature] = names.map(part);
                let given = Assertion {
                    client_data: &client_data,
                    authenticator_data: &data,
                    signature: &signature,
                };
                let found = assert(expected, key.as_ref().unwrap(), &given);
                assert_eq!(found.unwrap().counter, 0, "{}", row["name"]);
            });
        }
    }
    assert_eq!(rows.len(), 3);
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}
