//! Class 13: a name that looks like ours is not ours.

use keyward::testing::TestAuth;

use crate::passkeys::{sign_in, with_passkey};

/// A suffix match took badexample.com for example.com elsewhere.
#[tokio::test]
async fn a_passkey_for_an_origin_that_ends_like_ours_opens_nothing() {
    let t = TestAuth::with(|b| b.public_url("http://localhost")).await;
    let (_, mut device) = with_passkey(&t).await;
    for origin in [
        "http://badlocalhost",
        "http://evil.localhost",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://localhost:80",
        "http://localhost:8080",
        "http://localhost/",
        "http://LOCALHOST",
        "https://localhost",
        "null",
        "",
    ] {
        device.behaviour.origin = Some(origin.into());
        let reply = sign_in(&t.pages(), &mut device).await;
        assert_eq!(reply.code(), "webauthn_origin_mismatch", "{origin}");
    }
    device.behaviour.origin = None;
    for rp_id in ["badlocalhost", "evil.localhost", "host", "LOCALHOST", ""] {
        device.behaviour.rp_id = Some(rp_id.into());
        let reply = sign_in(&t.pages(), &mut device).await;
        assert_eq!(reply.code(), "webauthn_origin_mismatch", "{rp_id}");
    }
    device.behaviour.rp_id = None;
    assert_eq!(sign_in(&t.pages(), &mut device).await.status(), 200);
}
