//! Class 12: tokens that others accepted, sent to every door that takes one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyward::testing::{Response, TestAuth};
use keyward::{Secret, Signing, UserView};
use serde_json::{Value, json};

use crate::tokens::{claims, get, issue, refreshed};

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

async fn stage() -> (TestAuth, UserView, String) {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let access = issue(&t, &ada).await.access.reveal().to_owned();
    (t, ada, access)
}

/// No door opens, no answer is the server's fault, and the app is told no.
async fn opens_nothing(t: &TestAuth, token: &str) {
    let client = t.pages().from_site(None);
    let shown: String = token.chars().take(200).collect();
    for path in ["/api/v1/me", "/api/v1/session", "/api/v1/admin/users"] {
        let reply: Response = get(&client, path, token).await;
        assert_eq!(reply.status(), 401, "{path} {shown}");
    }
    assert!(t.kw.verify_access_token(token).await.unwrap().is_none(), "{shown}");
    let told = t.kw.introspect_token(token).await.unwrap();
    assert!(told.token_type != Some("access_token"), "{shown}");
    // As a cookie neither.
    let browser = t.pages();
    browser.set_cookie("kw_session", token);
    let status = browser.get("/api/v1/session").await.status().as_u16();
    assert!([400, 401].contains(&status), "{status} {shown}");
}

#[tokio::test]
async fn a_token_that_nobody_signed_opens_nothing() {
    let (t, _, access) = stage().await;
    let said = claims(&access);
    let (head, rest) = access.split_once('.').unwrap();
    let body = rest.split('.').next().unwrap();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let head = encode(&json!({ "typ": "at+jwt", "alg": alg }));
        for signature in ["", "AA", "e30"] {
            opens_nothing(&t, &format!("{head}.{}.{signature}", encode(&said))).await;
        }
    }
    for odd in [format!("{head}.{body}."), format!("{head}.{body}"), format!("{head}.{body}.e30")] {
        opens_nothing(&t, &odd).await;
    }
}

#[tokio::test]
async fn a_key_that_comes_along_is_not_used_and_no_address_is_asked() {
    let (t, _, access) = stage().await;
    // Whoever signs by a key of their own, and says where to find it.
    let theirs = TestAuth::new().await;
    let eve = theirs.user("eve@example.com").await;
    let forged = issue(&theirs, &eve).await.access.reveal().to_owned();
    opens_nothing(&t, &forged).await;
    let signature = forged.rsplit_once('.').unwrap().1;
    let jwk = theirs.kw.jwks().await.unwrap()["keys"][0].clone();
    let kid = t.kw.token_keys().await.unwrap()[0].id.clone();
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.example.com/keys")),
        ("x5u", json!("https://evil.example.com/cert")),
        ("x5c", json!(["AAAA"])),
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("/proc/self/environ")),
        ("kid", json!("x' UNION SELECT 'secret")),
        ("kid", json!("https://evil.example.com/")),
        ("crit", json!(["exp"])),
    ] {
        let mut head = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": kid });
        head[name] = value;
        opens_nothing(&t, &format!("{}.{}.{signature}", encode(&head), encode(&claims(&access))))
            .await;
    }
}

#[tokio::test]
async fn no_letter_of_a_token_can_be_changed_and_none_left_out() {
    let (t, _, access) = stage().await;
    assert!(t.kw.verify_access_token(&access).await.unwrap().is_some(), "it is kept as verified");
    for at in 0..access.len() {
        let mut letters = access.clone().into_bytes();
        letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(letters).unwrap();
        for odd in [changed.as_str(), &access[..at]] {
            assert!(t.kw.verify_access_token(odd).await.unwrap().is_none(), "{at}");
        }
    }
    for at in (0..access.len()).step_by(37) {
        opens_nothing(&t, access.get(..at).unwrap_or_default()).await;
    }
    for more in ["A", "=", ".", "."] {
        opens_nothing(&t, &format!("{access}{more}")).await;
    }
}

#[tokio::test]
async fn claims_that_were_changed_are_not_believed_after_the_true_ones_were() {
    let (t, _, access) = stage().await;
    let eve = t.user("eve@example.com").await;
    assert!(t.kw.verify_access_token(&access).await.unwrap().is_some());
    let (head, rest) = access.split_once('.').unwrap();
    let signature = rest.split_once('.').unwrap().1;
    for (name, value) in [
        ("sub", json!(eve.id.to_string())),
        ("exp", json!(99_999_999_999_i64)),
        ("exp", json!(1e300)),
        ("exp", json!("never")),
        ("scope", json!("*")),
        ("acr", json!("aal2")),
        ("epoch", json!(i64::MAX)),
        ("aud", json!(["http://localhost", "x"])),
    ] {
        let mut said = claims(&access);
        said[name] = value;
        opens_nothing(&t, &format!("{head}.{}.{signature}", encode(&said))).await;
    }
    let twice =
        serde_json::to_string(&claims(&access)).unwrap().replacen('{', "{\"sub\":\"x\",", 1);
    opens_nothing(&t, &format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(twice))).await;
}

#[tokio::test]
async fn what_is_made_for_one_purpose_is_nothing_for_another() {
    let (t, ada, access) = stage().await;
    let refresh = issue(&t, &ada).await.refresh.reveal().to_owned();
    let session = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let id = refresh_session(&t, &refresh).await;
    // The secret of a refresh token is no session's, in any form.
    for odd in [refresh.clone(), format!("{id}.{refresh}"), format!("{id}.{}", &refresh[4..])] {
        opens_nothing(&t, &odd).await;
    }
    for odd in [access.as_str(), session.token().reveal(), "kwk_0", ""] {
        assert_eq!(refreshed(&t, odd).await.status(), 400, "{odd}");
    }
    // An access token in the cookie of a session.
    let browser = t.pages();
    browser.set_cookie("kw_session", &access);
    assert!(browser.get("/api/v1/session").await.status().is_client_error());
}

/// The family of a refresh token: anybody may know its id.
async fn refresh_session(t: &TestAuth, refresh: &str) -> String {
    let told = t.kw.introspect_token(refresh).await.unwrap();
    told.sid.unwrap()
}

#[tokio::test]
async fn no_letter_of_a_refresh_token_can_be_changed_and_trying_ends_nothing() {
    let (t, ada, _) = stage().await;
    let pair = issue(&t, &ada).await;
    let refresh = pair.refresh.reveal();
    for at in 0..refresh.len() {
        let mut letters = refresh.as_bytes().to_vec();
        letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(letters).unwrap();
        for odd in [changed.as_str(), &refresh[..at]] {
            let refused = t.kw.refresh_tokens(&Secret::new(odd), "", &Default::default()).await;
            assert_eq!(refused.unwrap().unwrap_err(), keyward::Refusal::TokenInvalid, "{at}");
        }
    }
    assert_eq!(refreshed(&t, refresh).await.status(), 200, "whoever guesses does no harm");
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    let t = TestAuth::with(|b| b.settings(|s| s.tokens.signing = Signing::Rs256)).await;
    let ada = t.user("ada@example.com").await;
    let access = issue(&t, &ada).await.access.reveal().to_owned();
    let key = t.kw.jwks().await.unwrap()["keys"][0].clone();
    let n = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    for secret in
        [n.as_slice(), key["n"].as_str().unwrap().as_bytes(), key.to_string().as_bytes(), b""]
    {
        for alg in ["HS256", "RS256"] {
            let head = encode(&json!({ "typ": "at+jwt", "alg": alg, "kid": key["kid"] }));
            let text = format!("{head}.{}", encode(&claims(&access)));
            let tag = hmac(secret, text.as_bytes());
            opens_nothing(&t, &format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))).await;
        }
    }
}

/// HMAC-SHA-256, as a forger computes it.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    keyward_core::crypto::mac::hmac_sha256(key, message)
}

#[tokio::test]
async fn huge_and_odd_tokens_are_refused_without_a_fault() {
    let (t, _, access) = stage().await;
    let long = "A".repeat(30_000);
    for odd in [
        format!("eyJ{long}.{long}.{long}"),
        format!("eyJ{}", ".".repeat(8_000)),
        format!("{access}{long}"),
        "eyJ..".into(),
        "eyJ".into(),
        "eyJ.e30.e30.e30.e30".into(),
        format!("{}.{}.{}", encode(&json!({"alg":"dir","enc":"A128GCM"})), "AA", "AA"),
    ] {
        opens_nothing(&t, &odd).await;
    }
}
