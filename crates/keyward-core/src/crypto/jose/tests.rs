//! Tokens as an issuer makes them, and as forgers do.

use serde_json::{Value, json};

use super::*;

#[cfg(feature = "testing")]
mod with_keys {
    use super::super::signer::{Signer, unsigned};
    use super::*;
    use crate::secret::Secret;
    use crate::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const ISSUER: &str = "https://issuer.example.com";

    fn good() -> Value {
        json!({
            "iss": ISSUER, "sub": "7", "aud": "us", "nonce": "n",
            "iat": 1_800_000_000 - 5, "exp": 1_800_000_000 + 300,
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = good();
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.into(), value),
        };
        claims
    }

    fn keys(signers: &[&Signer]) -> Jwks {
        let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
        Jwks::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    fn expected() -> Expected<'static> {
        let issuer = Issuer::Exactly(ISSUER);
        Expected { issuer, audience: "us", nonce: Some("n"), now: NOW }
    }

    #[test]
    fn every_algorithm_of_the_list_is_verified_and_no_other() {
        for how in Algorithm::ALL {
            let (one, two) =
                (Signer::generate(how, "a").unwrap(), Signer::generate(how, "a").unwrap());
            let token = one.token(&good()).unwrap();
            let found = verify(&token, &keys(&[&one]), &expected()).unwrap();
            assert_eq!((found.issuer.as_str(), found.subject.as_str()), (ISSUER, "7"), "{how:?}");
            let wrong = verify(&token, &keys(&[&two]), &expected()).unwrap_err();
            assert_eq!(wrong, Fault::WrongSignature, "{how:?}");
            let forged = one.forged(&good());
            let wrong = verify(&forged, &keys(&[&one]), &expected()).unwrap_err();
            assert_eq!(wrong, Fault::WrongAlgorithm, "{how:?}");
        }
        let one = Signer::generate(Algorithm::Es256, "a").unwrap();
        for name in ["none", "None", "NONE", "HS256", "HS512", "es256", "ES384", "RS1", ""] {
            let token = one.token_with(&json!({ "alg": name, "kid": "a" }), &good()).unwrap();
            let wrong = verify(&token, &keys(&[&one]), &expected()).unwrap_err();
            assert_eq!(wrong, Fault::WrongAlgorithm, "{name}");
        }
        let wrong = verify(&unsigned(&good()), &keys(&[&one]), &expected()).unwrap_err();
        assert_eq!(wrong, Fault::WrongAlgorithm);
    }

    #[test]
    fn an_algorithm_that_is_not_the_keys_is_refused() {
        let rsa = Signer::generate(Algorithm::Rs256, "a").unwrap();
        let token = rsa.token_with(&json!({ "alg": "PS256", "kid": "a" }), &good()).unwrap();
        assert!(verify(&token, &keys(&[&rsa]), &expected()).is_err());
        let token = rsa.token_with(&json!({ "alg": "ES256", "kid": "a" }), &good()).unwrap();
        assert!(verify(&token, &keys(&[&rsa]), &expected()).is_err());
    }

    #[test]
    fn keys_and_addresses_in_the_head_are_not_looked_at() {
        let (ours, theirs) = (
            Signer::generate(Algorithm::Es256, "a").unwrap(),
            Signer::generate(Algorithm::Es256, "a").unwrap(),
        );
        for extra in ["jwk", "jku", "x5u", "x5c"] {
            let mut head = json!({ "alg": "ES256", "kid": "a" });
            let given = if extra == "jwk" { theirs.jwk() } else { json!("https://evil.example") };
            head.as_object_mut().unwrap().insert(extra.into(), given);
            let token = theirs.token_with(&head, &good()).unwrap();
            let wrong = verify(&token, &keys(&[&ours]), &expected()).unwrap_err();
            assert_eq!(wrong, Fault::WrongSignature, "{extra}");
        }
        for extra in ["crit", "b64"] {
            let mut head = json!({ "alg": "ES256", "kid": "a" });
            head.as_object_mut().unwrap().insert(extra.into(), json!(["exp"]));
            let token = ours.token_with(&head, &good()).unwrap();
            let wrong = verify(&token, &keys(&[&ours]), &expected()).unwrap_err();
            assert_eq!(wrong, Fault::Malformed, "{extra}");
        }
    }

    #[test]
    fn a_key_is_found_by_its_id_or_is_the_only_one() {
        let (a, b) = (
            Signer::generate(Algorithm::Es256, "a").unwrap(),
            Signer::generate(Algorithm::Es256, "b").unwrap(),
        );
        let both = keys(&[&a, &b]);
        assert!(verify(&b.token(&good()).unwrap(), &both, &expected()).is_ok());
        let unknown = b.token_with(&json!({ "alg": "ES256", "kid": "c" }), &good()).unwrap();
        assert_eq!(verify(&unknown, &both, &expected()).unwrap_err(), Fault::UnknownKey);
        let nameless = b.token_with(&json!({ "alg": "ES256" }), &good()).unwrap();
        assert!(verify(&nameless, &keys(&[&b]), &expected()).is_ok());
        assert_eq!(verify(&nameless, &both, &expected()).unwrap_err(), Fault::UnknownKey);
        let mut encrypts = b.jwk();
        encrypts["use"] = json!("enc");
        let set = Jwks::parse(json!({ "keys": [encrypts] }).to_string().as_bytes()).unwrap();
        assert!(verify(&b.token(&good()).unwrap(), &set, &expected()).is_err());
    }

    #[test]
    fn every_claim_must_be_right() {
        let key = Signer::generate(Algorithm::Es256, "a").unwrap();
        let set = keys(&[&key]);
        let check = |claims: Value, fault: Option<Fault>| {
            let found = verify(&key.token(&claims).unwrap(), &set, &expected());
            assert_eq!(found.err(), fault, "{claims}");
        };
        let now = 1_800_000_000;
        check(good(), None);
        check(with("aud", json!(["us"])), None);
        check(with("azp", json!("us")), None);
        let mut late = with("exp", json!(now - 119));
        late["iat"] = json!(now - 300);
        check(late, None);
        for (name, value, fault) in [
            ("iss", json!("https://issuer.example.com/"), Fault::WrongIssuer),
            ("iss", json!("https://evil.example.com"), Fault::WrongIssuer),
            ("iss", json!(null), Fault::Malformed),
            ("aud", json!("them"), Fault::WrongAudience),
            ("aud", json!(["them"]), Fault::WrongAudience),
            ("aud", json!([]), Fault::WrongAudience),
            ("aud", json!(["us", "them"]), Fault::WrongAudience),
            ("aud", json!(null), Fault::Malformed),
            ("aud", json!({ "us": true }), Fault::Malformed),
            ("azp", json!("them"), Fault::WrongAudience),
            ("exp", json!(now - 121), Fault::Expired),
            ("exp", json!("1900000000"), Fault::Malformed),
            ("exp", json!(null), Fault::Malformed),
            ("iat", json!(now + 121), Fault::Expired),
            ("iat", json!(null), Fault::Malformed),
            ("nbf", json!(now + 121), Fault::Expired),
            ("nbf", json!("soon"), Fault::Malformed),
            ("nonce", json!("m"), Fault::WrongNonce),
            ("nonce", json!(null), Fault::WrongNonce),
            ("nonce", json!(7), Fault::Malformed),
            ("sub", json!(""), Fault::NoSubject),
            ("sub", json!("a\nb"), Fault::NoSubject),
            ("sub", json!("s".repeat(256)), Fault::NoSubject),
            ("sub", json!(7), Fault::Malformed),
            ("sub", json!(null), Fault::Malformed),
        ] {
            check(with(name, value), Some(fault));
        }
    }

    #[test]
    fn a_tenant_is_a_uuid_and_the_issuers() {
        let key = Signer::generate(Algorithm::Es256, "a").unwrap();
        let tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
        let pattern = "https://login.example.com/{tenantid}/v2.0";
        let expected = Expected { issuer: Issuer::OfTenant(pattern), ..expected() };
        let check = |iss: &str, tid: Value, right: bool| {
            let mut claims = with("iss", json!(iss));
            claims["tid"] = tid;
            let found = verify(&key.token(&claims).unwrap(), &keys(&[&key]), &expected);
            assert_eq!(found.is_ok(), right, "{claims}");
        };
        let own = format!("https://login.example.com/{tenant}/v2.0");
        check(&own, json!(tenant), true);
        check(&own, json!("11111111-6c67-4c5b-b112-36a304b66dad"), false);
        check("https://login.example.com/evil/v2.0", json!("evil"), false);
        check(pattern, json!("{tenantid}"), false);
        check(&own, Value::Null, false);
    }

    #[test]
    fn no_letter_can_be_changed_and_none_left_out() {
        let key = Signer::generate(Algorithm::EdDsa, "a").unwrap();
        let (token, set) = (key.token(&good()).unwrap(), keys(&[&key]));
        for at in 0..token.len() {
            let mut letters = token.clone().into_bytes();
            letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(letters).unwrap();
            assert!(verify(&changed, &set, &expected()).is_err(), "letter {at}");
            assert!(verify(&token[..at], &set, &expected()).is_err(), "cut at {at}");
        }
        for more in [".", ".x", "=", "A"] {
            assert!(verify(&format!("{token}{more}"), &set, &expected()).is_err(), "{more}");
        }
        let dots = ".".repeat(10_000);
        assert_eq!(verify(&dots, &set, &expected()).unwrap_err(), Fault::Malformed);
        let long = "A".repeat(1 << 20);
        assert_eq!(verify(&long, &set, &expected()).unwrap_err(), Fault::Malformed);
    }

    #[test]
    fn what_a_client_signs_is_verified_by_its_key() {
        let key = Signer::generate(Algorithm::Es256, "k").unwrap();
        let signs = ClientSecret::new(&key.pem().unwrap(), "k", "team").unwrap();
        let secret = signs.sign("client", "https://apple.example", NOW).unwrap();
        // It is no ID token, but signed like one.
        let expected = Expected {
            issuer: Issuer::Exactly("team"),
            audience: "https://apple.example",
            nonce: None,
            now: NOW,
        };
        let found = verify(secret.reveal(), &keys(&[&key]), &expected).unwrap();
        assert_eq!(found.subject, "client");
        assert_eq!(found.claims["exp"], 1_800_000_300);
        assert!(!format!("{signs:?}").contains("PRIVATE"));
        for bad in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
            assert!(ClientSecret::new(&Secret::new(bad), "k", "t").is_err(), "{bad}");
        }
    }
}

#[test]
fn sets_of_keys_are_bounded_and_may_hold_what_we_do_not_know() {
    let many = vec![json!({ "kty": "oct", "k": "AA" }); MAX_KEYS + 1];
    let parse = |set: Value| Jwks::parse(set.to_string().as_bytes());
    assert_eq!(parse(json!({ "keys": many })).unwrap_err(), BadKeys::TooMany);
    let odd = json!({ "keys": [1, "x", {}, { "kty": "oct", "k": "AA" }, { "kty": "RSA" },
        { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }] });
    assert!(!parse(odd).unwrap().knows("a"));
    for bad in [json!({}), json!([]), json!({ "keys": {} })] {
        assert_eq!(parse(bad).unwrap_err(), BadKeys::Unreadable);
    }
    assert_eq!(Jwks::parse(b"<html>").unwrap_err(), BadKeys::Unreadable);
}
