//! Class 20: what cannot be known is not a yes, and secrets are not told. An
//! authenticator or a store that fails lets nobody in; a key that was typed is none; and
//! nothing that holds a secret prints it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward::authn::{Answer, Authenticator, Basic, Claim, FirstOf, Incoming, SessionCookie};
use keyward::port::Fut;
use keyward::testing::{PASSWORD, TestAuth};
use keyward::{Error, Keyward};

/// Fails, whatever is brought.
struct Broken;

impl Authenticator for Broken {
    fn authenticate<'a>(&'a self, _: &'a Incoming<'a>) -> Fut<'a, Result<Answer, Error>> {
        Box::pin(async { Err(Error::new("ask the directory")) })
    }
}

#[tokio::test]
async fn an_authenticator_that_fails_lets_nobody_in_and_nobody_go_on_without() {
    // Before the one that would know, it is not passed over either.
    let ways = FirstOf::new().then(Broken).then(SessionCookie);
    let t = TestAuth::with(|builder| builder.authenticate_with(ways)).await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    for path in ["/api/v1/me", "/api/v1/session", "/account"] {
        assert_eq!(client.get(path).await.status().as_u16(), 503, "{path}");
    }
}

#[tokio::test]
async fn a_store_that_is_gone_is_not_a_yes() {
    let ways = FirstOf::new().then(SessionCookie).then(Basic::new("Reports"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let kw = Keyward::sqlite(&path)
        .hashing(keyward::testing::CHEAP, 1)
        .authenticate_with(ways)
        .build()
        .await
        .unwrap();
    let new = keyward::NewPerson {
        email: Some("ada@example.com".into()),
        password: Some(keyward::Secret::new(PASSWORD)),
        verified: true,
        ..Default::default()
    };
    kw.add_person(new).await.unwrap().unwrap();
    let basic = STANDARD.encode(format!("ada@example.com:{PASSWORD}"));
    let ask = async |kw: &Keyward| {
        let request = http::Request::get("/api/v1/me")
            .header("host", "localhost")
            .header("authorization", format!("Basic {basic}"));
        let request = request.body(Default::default()).unwrap();
        kw.handle(request, None).await.status().as_u16()
    };
    kw.shutdown().await;
    assert_eq!(ask(&kw).await, 503);
}

#[tokio::test]
async fn nothing_that_holds_a_secret_prints_it() {
    let given = keyward_debug();
    for secret in ["s3kr3t-canary", "canary-of-a-token"] {
        assert!(!given.contains(secret), "{given}");
    }
}

/// Everything of the authenticators that can be printed.
fn keyward_debug() -> String {
    use keyward::authn::{NameAndPassword, TokenScheme};

    let name =
        NameAndPassword { user: "ada".into(), password: keyward::Secret::new("s3kr3t-canary") };
    let scheme = TokenScheme::new().or_by(|_| async { Ok(None) });
    let ways = FirstOf::new().then(Basic::new("Reports")).then(scheme).then(Broken);
    let user = keyward::StoredUser {
        id: "7".into(),
        name: "Ada".into(),
        password: keyward::Secret::new("canary-of-a-token"),
    };
    format!("{name:?} {ways:?} {user:?} {:?}", std::any::type_name::<Claim>())
}

#[test]
fn a_key_that_somebody_typed_is_none() {
    for text in [
        "",
        "secret",
        "changeme",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ] {
        assert!(keyward::RootKey::parse(text).is_err(), "{text:?}");
    }
}
