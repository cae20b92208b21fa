//! Access tokens as another service verifies them: by the keys that the issuer publishes
//! (RFC 9068 section 4).

use serde::Deserialize;

use super::access::{AccessClaims, Parts, Wanted};
use super::signing::TYPE;
use super::{Algorithm, Fault, Jwks, decode};

/// Verifies a token as another service does, by the keys that its issuer publishes. The
/// algorithm is the key's: a token that names another has no key.
///
/// # Errors
/// Whatever is wrong with it. [`Fault::UnknownKey`] may be mended by newer keys.
pub fn verify_published(
    token: &str,
    keys: &Jwks,
    wanted: &Wanted<'_>,
) -> Result<AccessClaims, Fault> {
    let parts = Parts::of(token)?;
    let head = decode(parts.head).ok_or(Fault::Malformed)?;
    let head: Head = serde_json::from_slice(&head).map_err(|_| Fault::Malformed)?;
    if head.typ != TYPE {
        return Err(Fault::Malformed);
    }
    let algorithm = Algorithm::parse(&head.alg).ok_or(Fault::WrongAlgorithm)?;
    let candidates = keys.candidates(Some(&head.kid), algorithm);
    if candidates.is_empty() {
        let is_known = keys.knows(&head.kid);
        return Err(if is_known { Fault::WrongAlgorithm } else { Fault::UnknownKey });
    }
    let signature = decode(parts.signature).ok_or(Fault::Malformed)?;
    if !candidates.iter().any(|key| key.verify_sig(parts.signed.as_bytes(), &signature).is_ok()) {
        return Err(Fault::WrongSignature);
    }
    let body = decode(parts.body).ok_or(Fault::Malformed)?;
    let mut reader = serde_json::Deserializer::from_slice(&body);
    let claims = Newer::deserialize(&mut reader).map_err(|_| Fault::Malformed)?;
    reader.end().map_err(|_| Fault::Malformed)?;
    claims.check(wanted)?;
    Ok(claims)
}

/// [`AccessClaims`] of an issuer that may be newer than whoever reads them: what is not
/// known is passed over. None may be there twice all the same.
#[derive(Deserialize)]
#[serde(remote = "AccessClaims")]
struct Newer {
    iss: String,
    sub: String,
    aud: String,
    client_id: String,
    iat: i64,
    exp: i64,
    jti: String,
    auth_time: i64,
    acr: String,
    amr: Vec<String>,
    sid: String,
    epoch: i64,
    #[serde(default)]
    scope: Option<String>,
}

/// The head of a token. Whatever else a head could say
/// (other keys, addresses of keys, extensions) is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    typ: String,
    alg: String,
    kid: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{SigningKey, encode, generate};
    use super::*;
    use crate::settings::Signing;
    use crate::time::Timestamp;

    const NOW: i64 = 1_800_000_000;
    const WANTED: Wanted<'static> =
        Wanted { issuer: "https://a.example", audience: "api", now: Timestamp::from_secs(NOW) };

    fn key(id: &str, how: Signing) -> SigningKey {
        SigningKey::read(id, how, &generate(how).unwrap()).unwrap()
    }

    fn set(keys: &[&SigningKey]) -> Jwks {
        let keys: Vec<Value> = keys.iter().filter_map(|key| key.jwk()).collect();
        Jwks::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    fn good() -> Value {
        json!({
            "iss": "https://a.example", "aud": "api", "client_id": "", "epoch": 1,
            "sub": "usr_01hf7yat00fzzvyzzzzzzzzzzz", "sid": "ses_01hf7yat00fzzvyzzzzzzzzzzz",
            "iat": NOW - 5, "exp": NOW + 295, "auth_time": NOW - 5, "jti": "00",
            "acr": "aal1", "amr": ["password"],
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut all = good();
        all[name] = value;
        all
    }

    /// Whatever head and body, signed by a key.
    fn signed(key: &SigningKey, head: &str, body: &str) -> String {
        let text = [head, body].map(|part| encode(part.as_bytes())).join(".");
        let signature = key.signature(text.as_bytes()).unwrap();
        format!("{text}.{}", encode(&signature))
    }

    fn found(key: &SigningKey, head: &str, body: &str) -> Result<AccessClaims, Fault> {
        verify_published(&signed(key, head, body), &set(&[key]), &WANTED)
    }

    #[test]
    fn what_we_sign_is_verified_by_what_we_publish() {
        for how in [Signing::EdDsa, Signing::Es256, Signing::Rs256] {
            let (one, other, third) = (key("a", how), key("a", how), key("b", how));
            let token = one.sign(&good()).unwrap();
            let check =
                |keys: &[&SigningKey]| verify_published(token.reveal(), &set(keys), &WANTED);
            assert_eq!(check(&[&third, &one]).unwrap().sub, good()["sub"], "{how:?}");
            assert_eq!(check(&[&other]), Err(Fault::WrongSignature), "{how:?}");
            assert_eq!(check(&[&third]), Err(Fault::UnknownKey), "{how:?}");
            assert_eq!(check(&[]), Err(Fault::UnknownKey), "{how:?}");
        }
    }

    #[test]
    fn a_head_says_type_algorithm_and_key_and_nothing_else() {
        let key = key("a", Signing::EdDsa);
        let body = good().to_string();
        for (head, wanted) in [
            (r#"{"kid":"a","alg":"EdDSA","typ":"at+jwt"}"#, None),
            (r#"{"kid":"a","alg":"none","typ":"at+jwt"}"#, Some(Fault::WrongAlgorithm)),
            (r#"{"kid":"a","alg":"HS256","typ":"at+jwt"}"#, Some(Fault::WrongAlgorithm)),
            (r#"{"kid":"a","alg":"ES256","typ":"at+jwt"}"#, Some(Fault::WrongAlgorithm)),
            (r#"{"kid":"b","alg":"EdDSA","typ":"at+jwt"}"#, Some(Fault::UnknownKey)),
            (r#"{"kid":"a","alg":"EdDSA","typ":"JWT"}"#, Some(Fault::Malformed)),
            (r#"{"kid":"a","alg":"EdDSA"}"#, Some(Fault::Malformed)),
            (r#"{"alg":"EdDSA","typ":"at+jwt"}"#, Some(Fault::Malformed)),
            (r#"{"kid":"a","kid":"a","alg":"EdDSA","typ":"at+jwt"}"#, Some(Fault::Malformed)),
            (r#"{"kid":"a","alg":"EdDSA","typ":"at+jwt","jku":"x"}"#, Some(Fault::Malformed)),
            (r#"{"kid":"a","alg":"EdDSA","typ":"at+jwt","crit":[]}"#, Some(Fault::Malformed)),
            ("", Some(Fault::Malformed)),
        ] {
            assert_eq!(found(&key, head, &body).err(), wanted, "{head}");
        }
    }

    #[test]
    fn a_newer_issuer_may_say_more_and_nothing_twice() {
        let key = key("a", Signing::EdDsa);
        let head = r#"{"alg":"EdDSA","kid":"a","typ":"at+jwt"}"#;
        let twice = |claim: &str| good().to_string().replacen('{', &format!("{{{claim},"), 1);
        for (body, wanted) in [
            (with("tenant", json!("main")).to_string(), None),
            (with("iss", json!("https://b.example")).to_string(), Some(Fault::WrongIssuer)),
            (with("aud", json!("other")).to_string(), Some(Fault::WrongAudience)),
            (with("aud", json!(["api"])).to_string(), Some(Fault::Malformed)),
            (with("exp", json!(NOW)).to_string(), Some(Fault::Expired)),
            (with("exp", json!((NOW + 9).to_string())).to_string(), Some(Fault::Malformed)),
            (with("iat", json!(NOW + 61)).to_string(), Some(Fault::Expired)),
            (with("sub", json!("1")).to_string(), Some(Fault::NoSubject)),
            (twice("\"sub\":\"usr_x\""), Some(Fault::Malformed)),
            (good().to_string() + "{}", Some(Fault::Malformed)),
            ("{}".to_owned(), Some(Fault::Malformed)),
        ] {
            assert_eq!(found(&key, head, &body).err(), wanted, "{body}");
        }
    }

    #[test]
    fn no_letter_of_a_token_can_be_changed() {
        let key = key("a", Signing::EdDsa);
        let token = key.sign(&good()).unwrap();
        let token = token.reveal();
        for at in 0..token.len() {
            let mut letters = token.as_bytes().to_vec();
            letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(letters).unwrap();
            assert!(verify_published(&changed, &set(&[&key]), &WANTED).is_err(), "letter {at}");
        }
    }
}
