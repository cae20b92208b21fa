//! Access tokens as we write them, and as forgers do.
#![expect(clippy::unwrap_used, reason = "a test that fails should say so and stop")]

use serde_json::{Value, json};

use super::*;
use crate::crypto::mac::hmac_sha256;
use crate::settings::Signing;
use crate::time::Timestamp;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://auth.example.com";
const WANTED: Wanted<'static> =
    Wanted { issuer: ISSUER, audience: "https://api.example.com", now: Timestamp::from_secs(NOW) };

fn key(id: &str, how: Signing) -> SigningKey {
    SigningKey::read(id, how, &generate(how).unwrap()).unwrap()
}

fn good() -> AccessClaims {
    AccessClaims {
        iss: ISSUER.into(),
        sub: "usr_01hf7yat00fzzvyzzzzzzzzzzz".into(),
        aud: WANTED.audience.into(),
        client_id: "app".into(),
        iat: NOW - 5,
        exp: NOW + 295,
        jti: "00".into(),
        auth_time: NOW - 5,
        acr: "aal1".into(),
        amr: vec!["password".into()],
        sid: "ses_01hf7yat00fzzvyzzzzzzzzzzz".into(),
        epoch: 1,
        scope: None,
    }
}

fn verified(token: &str, keys: &[&SigningKey]) -> Result<AccessClaims, Fault> {
    verify_access(token, keys.iter().copied(), &WANTED)
}

/// Whatever head and body, with the key's signature over them.
fn signed(key: &SigningKey, head: &str, body: &str) -> String {
    let text = [head, body].map(|part| encode(part.as_bytes())).join(".");
    let signature = key.signature(text.as_bytes()).unwrap();
    format!("{text}.{}", encode(&signature))
}

fn head_of(key: &SigningKey) -> String {
    String::from_utf8(decode(key.head()).unwrap()).unwrap()
}

fn body() -> String {
    serde_json::to_string(&good()).unwrap()
}

#[test]
fn every_algorithm_signs_and_only_its_own_key_verifies() {
    for how in Signing::ALL {
        let (one, other) = (key("a", how), key("a", how));
        let token = one.sign(&good()).unwrap();
        assert_eq!(verified(token.reveal(), &[&one]), Ok(good()), "{how:?}");
        assert_eq!(verified(token.reveal(), &[&other]), Err(Fault::WrongSignature), "{how:?}");
        let head: Value = serde_json::from_str(&head_of(&one)).unwrap();
        assert_eq!(head, json!({ "typ": "at+jwt", "alg": how.as_str(), "kid": "a" }));
        assert_eq!(one.jwk().is_none(), how == Signing::Hs256, "a shared key is not published");
    }
}

#[test]
fn what_is_published_verifies_as_others_do_it() {
    for how in [Signing::EdDsa, Signing::Es256, Signing::Rs256] {
        let key = key("a", how);
        let set = json!({ "keys": [key.jwk().unwrap()] }).to_string();
        let set = Jwks::parse(set.as_bytes()).unwrap();
        let token = key.sign(&good()).unwrap();
        let (text, signature) = token.reveal().rsplit_once('.').unwrap();
        let algorithm = Algorithm::parse(how.as_str()).unwrap();
        let [public] = set.candidates(Some("a"), algorithm)[..] else { panic!("{how:?}") };
        let signature = decode(signature).unwrap();
        assert!(public.verify_sig(text.as_bytes(), &signature).is_ok(), "{how:?}");
    }
}

#[test]
fn a_public_key_is_no_secret_to_sign_with() {
    for how in [Signing::EdDsa, Signing::Es256, Signing::Rs256] {
        let key = key("a", how);
        let jwk = key.jwk().unwrap();
        for secret in [jwk["x"].as_str(), jwk["n"].as_str()].into_iter().flatten() {
            for secret in [secret.as_bytes().to_vec(), decode(secret).unwrap(), vec![]] {
                for head in [head_of(&key), r#"{"typ":"at+jwt","alg":"HS256","kid":"a"}"#.into()] {
                    let text = [head, body()].map(|part| encode(part.as_bytes())).join(".");
                    let tag = encode(&hmac_sha256(&secret, text.as_bytes()));
                    let token = format!("{text}.{tag}");
                    assert!(verified(&token, &[&key]).is_err(), "{how:?} {token}");
                }
            }
        }
    }
}

#[test]
fn no_head_but_ours_is_looked_at() {
    let (ours, theirs) = (key("a", Signing::EdDsa), key("a", Signing::EdDsa));
    let jwk = theirs.jwk().unwrap();
    let far = "https://evil.example.com/keys";
    for head in [
        json!({ "typ": "at+jwt", "alg": "none" }),
        json!({ "typ": "at+jwt", "alg": "none", "kid": "a" }),
        json!({ "typ": "at+jwt", "alg": "None", "kid": "a" }),
        json!({ "typ": "at+jwt", "alg": "", "kid": "a" }),
        json!({ "typ": "at+jwt", "alg": "HS256", "kid": "a" }),
        json!({ "typ": "at+jwt", "alg": "ES256", "kid": "a" }),
        json!({ "typ": "at+jwt", "alg": "eddsa", "kid": "a" }),
        json!({ "typ": "at+jwt", "alg": ["EdDSA"], "kid": "a" }),
        json!({ "typ": "at+jwt", "alg": "EdDSA" }),
        json!({ "typ": "JWT", "alg": "EdDSA", "kid": "a" }),
        json!({ "alg": "EdDSA", "kid": "a" }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "../../../dev/null" }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "a' OR '1'='1" }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": null }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "a", "jwk": jwk }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "a", "jku": far }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "a", "x5u": far }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "a", "x5c": ["AA"] }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "a", "crit": ["exp"] }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "a", "b64": false }),
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "a", "zip": "DEF" }),
        json!({ "typ": "at+jwt", "alg": "dir", "enc": "A256GCM", "kid": "a" }),
        json!(["EdDSA"]),
        json!(null),
    ] {
        for key in [&ours, &theirs] {
            let token = signed(key, &head.to_string(), &body());
            assert_eq!(verified(&token, &[&ours]), Err(Fault::UnknownKey), "{head}");
        }
    }
    // The same head in other words, and one of its names twice.
    let own = head_of(&ours);
    for head in [
        own.replace(':', ": "),
        own.replace("\"kid\"", "\"alg\":\"none\",\"kid\""),
        format!("{own} "),
        own.replace("kid", "\\u006bid"),
    ] {
        assert!(verified(&signed(&ours, &head, &body()), &[&ours]).is_err(), "{head}");
    }
    assert!(verified(&signed(&ours, &own, &body()), &[&ours]).is_ok());
}

#[test]
fn no_claim_is_twice_unknown_missing_or_of_another_kind() {
    let key = key("a", Signing::EdDsa);
    let check = |body: &str| verified(&signed(&key, &head_of(&key), body), &[&key]);
    let twice = |claim: &str| body().replacen('{', &format!("{{{claim},"), 1);
    for claim in ["\"sub\":\"usr_x\"", "\"exp\":9999999999", "\"aud\":\"x\"", "\"epoch\":2"] {
        assert_eq!(check(&twice(claim)), Err(Fault::Malformed), "{claim}");
    }
    for unknown in ["\"admin\":true", "\"nbf\":1", "\"\":0"] {
        assert_eq!(check(&twice(unknown)), Err(Fault::Malformed), "{unknown}");
    }
    let all: Value = serde_json::from_str(&body()).unwrap();
    let with = |name: &str, value: Option<Value>| {
        let mut all = all.clone();
        let object = all.as_object_mut().unwrap();
        match value {
            Some(value) => object.insert(name.into(), value),
            None => object.remove(name),
        };
        all.to_string()
    };
    for name in all.as_object().unwrap().keys() {
        assert_eq!(check(&with(name, None)), Err(Fault::Malformed), "without {name}");
        for odd in [json!(null), json!([]), json!({}), json!(true), json!(1.5), json!([1])] {
            // A list of nothing is a list, and `amr` is one.
            let is_of_its_kind = name == "amr" && odd == json!([]);
            let found = check(&with(name, Some(odd.clone())));
            assert_eq!(found.err() == Some(Fault::Malformed), !is_of_its_kind, "{name} {odd}");
        }
    }
    // jsonwebtoken, CVE-2026-25537: a time as a text is not a missing time.
    for name in ["exp", "iat", "epoch", "auth_time"] {
        let text = with(name, Some(json!("1800000300")));
        assert_eq!(check(&text), Err(Fault::Malformed), "{name}");
    }
    for huge in ["1e400", "1e18", "-1e400", "9223372036854775808", "1.8e9", "NaN", "0x7fffffff"] {
        let text = body().replace(&(NOW + 295).to_string(), huge);
        assert_eq!(check(&text), Err(Fault::Malformed), "{huge}");
    }
    let far = body().replace(&(NOW - 5).to_string(), &i64::MAX.to_string());
    assert_eq!(check(&far), Err(Fault::Expired));
    for bad in ["", "{}", "[]", "null", "{", "\u{feff}{}", &"[".repeat(4_000)] {
        assert_eq!(check(bad), Err(Fault::Malformed), "{bad}");
    }
}

#[test]
fn the_times_and_the_parties_must_be_right() {
    let key = key("a", Signing::Es256);
    let check = |change: &dyn Fn(&mut AccessClaims)| {
        let mut claims = good();
        change(&mut claims);
        verified(key.sign(&claims).unwrap().reveal(), &[&key]).err()
    };
    assert_eq!(check(&|_| {}), None);
    assert_eq!(check(&|c| c.exp = NOW + 1), None);
    assert_eq!(check(&|c| c.exp = NOW), Some(Fault::Expired), "no second longer");
    assert_eq!(check(&|c| c.exp = i64::MIN), Some(Fault::Expired));
    assert_eq!(check(&|c| c.iat = NOW + 61), Some(Fault::Expired), "from the future");
    assert_eq!(check(&|c| c.iss.push('/')), Some(Fault::WrongIssuer));
    assert_eq!(check(&|c| c.iss.clear()), Some(Fault::WrongIssuer));
    assert_eq!(check(&|c| c.aud = ISSUER.into()), Some(Fault::WrongAudience));
    assert_eq!(check(&|c| c.aud.clear()), Some(Fault::WrongAudience));
    assert_eq!(check(&|c| c.sub = "1".into()), Some(Fault::NoSubject));
    assert_eq!(check(&|c| c.sid = c.sub.clone()), Some(Fault::NoSubject));
}

#[test]
fn no_letter_can_be_changed_none_left_out_and_none_added() {
    for how in [Signing::EdDsa, Signing::Es256, Signing::Hs256] {
        let key = key("a", how);
        let token = key.sign(&good()).unwrap();
        let token = token.reveal();
        for at in 0..token.len() {
            let mut letters = token.as_bytes().to_vec();
            letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(letters).unwrap();
            assert!(verified(&changed, &[&key]).is_err(), "{how:?} letter {at}");
            assert!(verified(&token[..at], &[&key]).is_err(), "{how:?} cut at {at}");
        }
        for odd in [
            format!("{token}."),
            format!("{token}.x"),
            format!("{token}="),
            format!("{token}A"),
            format!("{token}\n"),
            format!(" {token}"),
            format!(".{token}"),
            token.replacen('.', "..", 1),
            token.replace('-', "+").replace('_', "/") + "==",
        ] {
            assert!(verified(&odd, &[&key]).is_err(), "{odd}");
        }
        for empty in ["", ".", "..", "...", "eyJ", "eyJ.eyJ.", &"e".repeat(1 << 20)] {
            assert!(verified(empty, &[&key]).is_err());
        }
        let (text, _) = token.rsplit_once('.').unwrap();
        assert!(verified(&format!("{text}."), &[&key]).is_err(), "no signature");
        let zeros = encode(&[0; 64]);
        assert!(verified(&format!("{text}.{zeros}"), &[&key]).is_err(), "of zeros");
    }
}

#[test]
fn a_shared_key_is_never_empty_or_short() {
    for length in [0, 1, 31, 32, 63, 65] {
        assert!(SigningKey::read("a", Signing::Hs256, &vec![7; length]).is_err(), "{length}");
    }
    for how in [Signing::EdDsa, Signing::Es256, Signing::Rs256] {
        assert!(SigningKey::read("a", how, &[]).is_err(), "{how:?}");
        let other = generate(Signing::Hs256).unwrap();
        assert!(SigningKey::read("a", how, &other).is_err(), "{how:?}");
    }
}

#[test]
fn a_token_is_taken_for_ours_by_its_head_alone() {
    let (ours, theirs) = (key("a", Signing::EdDsa), key("b", Signing::EdDsa));
    let mine = |token: &str| is_ours(token, [&ours].into_iter());
    assert!(mine(ours.sign(&good()).unwrap().reveal()));
    assert!(!mine(theirs.sign(&good()).unwrap().reveal()), "the app may have its own");
    assert!(!mine("") && !mine("eyJ"));
}
