//! Frontends that seal by another cipher: everything that holds for Fernet holds for
//! each.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward::authnzerver::{Authnzerver, Cipher, Frontend};
use keyward::testing::{CHEAP, FakeClock, TestAuth};
use keyward::{Keyward, OsRandom, Timestamp};
use keyward_core::crypto::message::MessageKey;
use serde_json::{Value, json};

use super::{PASSWORD, Site, key_of};

fn begin(site: &Site) -> Value {
    let until = site.now().plus(Duration::from_secs(3600)).to_string();
    json!({ "request": "session-new", "reqid": 7, "body": {
        "ip_address": "192.0.2.7", "user_agent": "x", "user_id": null,
        "expires": until.trim_end_matches('Z'), "extra_info_json": null,
    } })
}

#[tokio::test]
async fn a_frontend_signs_somebody_in_by_each_cipher() {
    for cipher in Cipher::ALL {
        let site = Site::speaking(cipher, |how| how).await;
        let ada = site.person("ada@example.org").await;
        assert!(site.logs_in("ada@example.org", PASSWORD).await, "{cipher:?}");
        assert!(!site.logs_in("ada@example.org", "wrong").await, "{cipher:?}");
        let token = site.session(Some(ada)).await;
        assert!(site.is_open(&token).await, "{cipher:?}");
    }
}

/// Copied off the wire, and sent again: at once, and as long as it would be fresh.
#[tokio::test]
async fn a_message_that_is_sent_again_is_not_opened_by_any_cipher() {
    for cipher in Cipher::ALL {
        let site = Site::speaking(cipher, |how| how).await;
        for request in ["session-new", "session-exists"] {
            let mut message = begin(&site);
            message["request"] = request.into();
            message["body"]["session_token"] = "x".into();
            let sealed = site.sealed(&message, site.now());
            assert_eq!(site.send(&sealed).await.0, 200, "{cipher:?}");
            for later in [0, 1, 59, 60, 600] {
                site.t.clock.advance(Duration::from_secs(later));
                assert_eq!(site.send(&sealed).await.0, 401, "{cipher:?} {request} {later}");
            }
        }
    }
}

/// What changes something is known on every node, and after a restart.
#[tokio::test]
async fn another_node_does_not_do_it_again_by_any_cipher() {
    for cipher in Cipher::ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.db");
        let (key, clock) = (key_of(cipher), FakeClock::default());
        let node = || async {
            let how = Authnzerver::new().frontend(Frontend::new("site", [&key]).unwrap());
            let builder = Keyward::sqlite(&path).clock(Arc::new(clock.clone())).hashing(CHEAP, 1);
            let kw = builder.authnzerver(how).build().await.unwrap();
            let key = MessageKey::parse(&key).unwrap();
            Site { t: TestAuth::around(kw, clock.clone()), key }
        };
        let (one, other) = (node().await, node().await);
        let sealed = one.sealed(&begin(&one), one.now());
        assert_eq!(one.send(&sealed).await.0, 200, "{cipher:?}");
        assert_eq!(other.send(&sealed).await.0, 401, "{cipher:?}");
        one.t.kw.shutdown().await;
        other.t.kw.shutdown().await;
    }
}

#[tokio::test]
async fn a_message_is_opened_within_its_time_by_each_cipher() {
    for cipher in Cipher::ALL {
        let site = Site::speaking(cipher, |how| how).await;
        for (age, status) in [(-61, 401), (-60, 200), (0, 200), (60, 200), (61, 401)] {
            let at = Timestamp::from_secs(site.now().as_secs() - age);
            let sealed = site.sealed(&begin(&site), at);
            assert_eq!(site.send(&sealed).await.0, status, "{cipher:?} {age}");
        }
        let long_ago = site.sealed(&begin(&site), Timestamp::from_secs(0));
        assert_eq!(site.send(&long_ago).await.0, 401, "{cipher:?}");
        let lenient = Site::speaking(cipher, |how| how.accept_repeats()).await;
        let long_ago = lenient.sealed(&begin(&lenient), Timestamp::from_secs(0));
        for _ in 0..2 {
            assert_eq!(lenient.send(&long_ago).await.0, 200, "{cipher:?}, if it is wanted");
        }
    }
}

#[tokio::test]
async fn a_message_that_was_touched_on_its_way_is_not_opened_by_any_cipher() {
    for cipher in Cipher::ALL {
        let site = Site::speaking(cipher, |how| how).await;
        let sealed = site.sealed(&begin(&site), site.now());
        let bytes = STANDARD.decode(&sealed).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            let changed = STANDARD.encode(changed);
            assert!(matches!(site.send(&changed).await.0, 401 | 429), "{cipher:?} {place}");
            let cut = STANDARD.encode(&bytes[..place]);
            assert!(matches!(site.send(&cut).await.0, 401 | 429), "{cipher:?} cut at {place}");
        }
        assert_eq!(site.send(&sealed).await.0, 200, "{cipher:?}, and the whole one is");
    }
}

/// The same 32 bytes, by the cipher that the attacker would rather have.
#[tokio::test]
async fn a_key_is_for_its_own_cipher_in_both_directions() {
    let bytes = Frontend::new_key();
    let texts = Cipher::ALL.map(|cipher| format!("{}:{bytes}", cipher.name()));
    for own in &texts {
        let frontend = Frontend::new("another", [own]).unwrap();
        let mut site = Site::with(|how| how.frontend(frontend)).await;
        for asked in &texts {
            site.key = MessageKey::parse(asked).unwrap();
            let (status, answer) = site.send(&site.sealed(&begin(&site), site.now())).await;
            assert_eq!(status == 200, asked == own, "{asked} {own}");
            // It was opened by the key that asked: the answer is sealed by its cipher.
            assert_eq!(answer["success"] == true, asked == own, "{asked} {own}");
        }
    }
}

/// From Fernet to another cipher, while frontends talk.
#[tokio::test]
async fn a_cipher_is_changed_as_a_key_is() {
    let texts = [key_of(Cipher::XSalsa20Poly1305), key_of(Cipher::Fernet)];
    let both = Frontend::new("both", &texts).unwrap();
    let mut site = Site::with(|how| how.frontend(both)).await;
    for text in &texts {
        site.key = MessageKey::parse(text).unwrap();
        site.session(None).await;
    }
}

/// What is sealed beside the message is looked at as strictly as the message is.
#[tokio::test]
async fn a_message_that_says_something_twice_is_none() {
    for cipher in Cipher::ALL {
        let site = Site::speaking(cipher, |how| how).await;
        let twice =
            r#"{"request": "session-exists", "request": "user-list", "body": {}, "reqid": 1}"#;
        for no_request in [twice, "[]", "1", "\"x\""] {
            let sealed = site.key.seal(no_request.as_bytes(), site.now(), &mut OsRandom).unwrap();
            let (status, _) = site.send(&STANDARD.encode(sealed)).await;
            assert_eq!(status, 400, "{cipher:?} {no_request}");
        }
    }
}

#[test]
fn a_key_of_no_cipher_or_that_nobody_drew_is_refused() {
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for bad in [
        format!("aes:{}", Frontend::new_key()),
        format!("chacha20poly1305:{zeros}"),
        "xsalsa20poly1305:short".to_owned(),
        "chacha20poly1305".to_owned(),
    ] {
        assert!(Frontend::new("x", [&bad]).is_err(), "{bad}");
    }
}
