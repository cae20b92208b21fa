//! Tokens signed with a secret that both sides know (HS256), as PyJWT wrote them for the
//! sessions of asyncauth and sanic-security: read by an app that moves from them, for as
//! long as what they gave out is still about. Nothing is written so here.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Fault, decode};
use crate::crypto::mac::hmac_sha256;
use crate::crypto::token;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Bytes of a token, at most.
const MAX: usize = 4 * 1024;

/// The only algorithm: what a token says of it is compared, not believed.
const ALGORITHM: &str = "HS256";

/// A name that occurs twice fails to parse.
#[derive(Deserialize)]
struct Head {
    alg: String,
    typ: Option<String>,
    crit: Option<Value>,
    b64: Option<Value>,
}

/// What a token says that is signed with `secret`. Where it has `exp` or `nbf`, they are
/// kept; times that a system wrote in words of its own (`date_created`,
/// `expiration_date`) are the caller's, and so is whether the session is still there.
///
/// # Errors
/// Whatever is wrong with it; an empty secret signs nothing.
pub fn verify_shared(
    token: &str,
    secret: &Secret,
    now: Timestamp,
) -> Result<Map<String, Value>, Fault> {
    let parts: Vec<&str> = token.split('.').collect();
    let ([head, body, signature], true) = (parts.as_slice(), token.len() <= MAX) else {
        return Err(Fault::Malformed);
    };
    let read: Head = json(head)?;
    if read.alg != ALGORITHM {
        return Err(Fault::WrongAlgorithm);
    }
    let is_plain = read.typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    // What we do not understand must not be passed over (RFC 7515 section 4.1.11).
    if read.crit.is_some() || read.b64.is_some() || !is_plain {
        return Err(Fault::Malformed);
    }
    let given = decode(signature).ok_or(Fault::Malformed)?;
    let own = hmac_sha256(secret.reveal().as_bytes(), format!("{head}.{body}").as_bytes());
    if secret.reveal().is_empty() || !token::eq(&own, &given) {
        return Err(Fault::WrongSignature);
    }
    let claims: Map<String, Value> = json(body)?;
    if is_now(&claims, now) { Ok(claims) } else { Err(Fault::Expired) }
}

fn is_now(claims: &Map<String, Value>, now: Timestamp) -> bool {
    let now = now.as_secs() as f64;
    let holds = |name: &str, holds: fn(f64, f64) -> bool| {
        // What is there and no number is no time.
        claims.get(name).is_none_or(|at| at.as_f64().is_some_and(|at| holds(at, now)))
    };
    holds("exp", |end, now| now < end) && holds("nbf", |begin, now| begin <= now)
}

fn json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Fault> {
    let bytes = decode(part).ok_or(Fault::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Fault::Malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::encode;
    use super::*;

    // What PyJWT 2.15 and 2.0.1 wrote for asyncauth, and sanic-security's own.
    const ASYNCAUTH: &str = "05jF8cSMAdjlXcXeS2ZJUHg7Tbyu";
    const NEWER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJkYXRlX2NyZWF0ZWQiOiIyMDIxLTA0LTA0IDEyOjAwOjAwLjEyMzQ1NiswMDowMCIsInVpZCI6ImMwYmMwYjE0LWU2MmYtMTFmMS04MDNjLTAyZmMwMDAwMDAwMSIsImlwIjoiMTI3LjAuMC4xIn0.lV4XdbF-guIswGxPo2gch0POI5a0SilogOG32TyR4pk";
    const OLDER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJkYXRlX2NyZWF0ZWQiOiIyMDIxLTA0LTA0IDEyOjAwOjAwLjEyMzQ1NiswMDowMCIsInVpZCI6ImMwYmMwYjE0LWU2MmYtMTFmMS04MDNjLTAyZmMwMDAwMDAwMSIsImlwIjoiMTI3LjAuMC4xIn0._QJMgjaVCom1M4WjVHQjvEBfGUedTHqK79We7wDy_4U";
    const SANIC: &str = "This is a big secret. Shhhhh";
    const SESSION: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6IjYwZDUxZWE4LTZmNzItNGVlNy1iOGM1LTliNmEyNjY2MzQwOSIsImRhdGVfY3JlYXRlZCI6IjIwMjYtMTEtMjIgMDQ6MzI6MjIuMTQ1ODAzKzAwOjAwIiwiZXhwaXJhdGlvbl9kYXRlIjoiMjAyNi0xMS0yMyAwNDozMjoyMi4xNDUzMzErMDA6MDAiLCJiZWFyZXIiOm51bGwsImlwIjoiMTI3LjAuMC4xIn0.NV6XYtUtbbaJtCYaEh3nmuCpm1o0UsD42NQxmXQTFoY";

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn verify(token: &str, secret: &str) -> Result<Map<String, Value>, Fault> {
        verify_shared(token, &Secret::new(secret), NOW)
    }

    fn signed(head: &str, body: &str, secret: &str) -> String {
        let text = [head, body].map(|part| encode(part.as_bytes())).join(".");
        format!("{text}.{}", encode(&hmac_sha256(secret.as_bytes(), text.as_bytes())))
    }

    #[test]
    fn what_the_other_systems_wrote_is_read_by_its_secret_alone() {
        for token in [NEWER, OLDER] {
            let claims = verify(token, ASYNCAUTH).unwrap();
            assert_eq!(claims["uid"], "c0bc0b14-e62f-11f1-803c-02fc00000001");
            assert_eq!(claims["ip"], "127.0.0.1");
        }
        let claims = verify(SESSION, SANIC).unwrap();
        assert_eq!(claims["id"], "60d51ea8-6f72-4ee7-b8c5-9b6a26663409");
        assert_eq!(claims["bearer"], Value::Null);
        for (token, secret) in [(NEWER, SANIC), (SESSION, ASYNCAUTH), (SESSION, "")] {
            assert_eq!(verify(token, secret), Err(Fault::WrongSignature));
        }
        let empty = signed(r#"{"alg":"HS256"}"#, "{}", "");
        assert_eq!(verify(&empty, ""), Err(Fault::WrongSignature), "no secret is none");
    }

    #[test]
    fn a_changed_or_cut_token_says_nothing() {
        for place in 0..SESSION.len() {
            let mut changed = SESSION.as_bytes().to_vec();
            changed[place] = if changed[place] == b'A' { b'Q' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(verify(&changed, SANIC).is_err(), "at {place}");
            assert!(verify(&SESSION[..place], SANIC).is_err(), "cut at {place}");
        }
    }

    #[test]
    fn a_token_does_not_choose_how_it_is_judged() {
        for (head, fault) in [
            (r#"{"alg":"none"}"#, Fault::WrongAlgorithm),
            (r#"{"alg":"hs256"}"#, Fault::WrongAlgorithm),
            (r#"{"alg":"HS512"}"#, Fault::WrongAlgorithm),
            (r#"{"alg":"ES256"}"#, Fault::WrongAlgorithm),
            (r#"{"alg":"HS256","crit":["x"],"x":1}"#, Fault::Malformed),
            (r#"{"alg":"HS256","b64":false}"#, Fault::Malformed),
            (r#"{"alg":"HS256","alg":"HS256"}"#, Fault::Malformed),
            (r#"{"alg":"HS256","typ":"at+jwt"}"#, Fault::Malformed),
            (r#"{"typ":"JWT"}"#, Fault::Malformed),
            ("", Fault::Malformed),
        ] {
            assert_eq!(verify(&signed(head, "{}", SANIC), SANIC), Err(fault), "{head}");
        }
        let body = signed(r#"{"alg":"HS256"}"#, "[]", SANIC);
        assert_eq!(verify(&body, SANIC), Err(Fault::Malformed));
        assert_eq!(verify(&"a.".repeat(3000), SANIC), Err(Fault::Malformed));
    }

    #[test]
    fn times_that_are_there_are_kept() {
        let now = NOW.as_secs();
        for (claims, reads) in [
            (json!({}), true),
            (json!({ "exp": now + 1 }), true),
            (json!({ "exp": now }), false),
            (json!({ "exp": "soon" }), false),
            (json!({ "exp": null }), false),
            (json!({ "nbf": now }), true),
            (json!({ "nbf": now + 1 }), false),
        ] {
            let token = signed(r#"{"alg":"HS256"}"#, &claims.to_string(), SANIC);
            assert_eq!(verify(&token, SANIC).is_ok(), reads, "{claims}");
        }
    }
}
