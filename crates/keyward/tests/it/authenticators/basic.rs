//! HTTP Basic: what it reads, what it costs, and what it never opens.

use std::time::Duration;

use keyward::ApiKeyTerms;
use keyward::authn::{ApiKeys, Basic, FirstOf, SessionCookie};
use keyward::testing::{Client, PASSWORD, Response, TestAuth};

use super::{app, ask, asking, basic_of, with};

fn chain() -> FirstOf {
    FirstOf::new().then(SessionCookie).then(Basic::new("Reports"))
}

async fn by(client: &Client, name: &str, password: &str) -> Response {
    ask(client, "/who", &[("authorization", &basic_of(name, password))]).await
}

#[tokio::test]
async fn a_name_and_a_password_open_what_the_account_may() {
    let (t, client) = with(chain()).await;
    let password = "with:colons and straße";
    t.user_with(|new| {
        new.email = Some("ada@example.com".into());
        new.password = Some(keyward::Secret::new(password));
    })
    .await;
    t.kw.grant("ada@example.com", "posts:edit").await.unwrap();
    let given = basic_of("ada@example.com", password);
    for (path, said) in
        [("/who", "ada@example.com"), ("/by", "password"), ("/may", "true"), ("/principal", "true")]
    {
        let reply = ask(&client, path, &[("authorization", &given)]).await;
        assert_eq!(reply.text(), said, "{path}");
        assert!(reply.headers().get("set-cookie").is_none(), "it opens no session");
    }
    let me = ask(&client, "/api/v1/me", &[("authorization", &given)]).await;
    assert_eq!(me.json()["email"], "ada@example.com", "at doors of ours too");
    let session = ask(&client, "/api/v1/session", &[("authorization", &given)]).await;
    assert_eq!(session.code(), "session_required");
}

#[tokio::test]
async fn unknown_and_wrong_look_alike_and_are_told_how_to_ask() {
    let (t, client) = with(chain()).await;
    t.user("ada@example.com").await;
    let wrong = by(&client, "ada@example.com", "a guess").await;
    let unknown = by(&client, "eve@example.com", "a guess").await;
    for reply in [&wrong, &unknown] {
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (401, "invalid_credentials"));
        let told: Vec<_> = reply.headers().get_all("www-authenticate").iter().collect();
        assert_eq!(
            told,
            ["Bearer realm=\"keyward\"", "Basic realm=\"Reports\", charset=\"UTF-8\""]
        );
    }
    let strip = |reply: &Response| {
        let mut body = reply.json();
        body["instance"].take();
        body
    };
    assert_eq!(strip(&wrong), strip(&unknown));
    let nothing = ask(&client, "/me", &[]).await;
    assert!(
        nothing
            .headers()
            .get_all("www-authenticate")
            .iter()
            .any(|it| it == "Basic realm=\"Reports\", charset=\"UTF-8\"")
    );
    let script = ask(&client, "/api/v1/me", &[("sec-fetch-mode", "cors")]).await;
    assert_eq!(script.headers().get_all("www-authenticate").iter().count(), 1, "no dialogue");
}

#[tokio::test]
async fn it_is_off_unless_it_is_asked_for() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.client(app(&t));
    assert_eq!(by(&client, "ada@example.com", PASSWORD).await.text(), "nobody");
    let given = basic_of("ada@example.com", PASSWORD);
    let me = ask(&client, "/api/v1/me", &[("authorization", &given)]).await;
    assert_eq!(me.code(), "unauthenticated");
    assert_eq!(me.headers()["www-authenticate"], "Bearer realm=\"keyward\"");
}

#[tokio::test]
async fn what_is_malformed_is_refused_before_any_work() {
    let (t, client) = with(chain()).await;
    t.user("ada@example.com").await;
    t.events().await;
    for given in [
        "Basic",
        "Basic !!!!",
        "Basic dTpw=",
        "Basic dTp=",
        "Basic dTpw, Basic dTpw",
        &basic_of("us\0er", "p"),
        &basic_of(&"u".repeat(400), "p"),
        &basic_of("u", &"p".repeat(1100)),
    ] {
        let reply = ask(&client, "/who", &[("authorization", given)]).await;
        assert_eq!(reply.code(), "invalid_credentials", "{given}");
    }
    let twice = basic_of("ada@example.com", PASSWORD);
    let reply = ask(&client, "/who", &[("authorization", &twice), ("authorization", &twice)]).await;
    assert_eq!(reply.status().as_u16(), 400);
    t.events().await.assert_none();
}

#[tokio::test]
async fn a_refused_password_is_not_passed_over_and_a_session_goes_first() {
    let (t, client) = with(chain()).await;
    let ada = t.user("ada@example.com").await;
    t.user("bob@example.com").await;
    let client = client.login_as(&ada).await;
    let cookie = format!("kw_session={}", client.cookie("kw_session").unwrap());
    let bob = basic_of("bob@example.com", PASSWORD);
    let both = [("cookie", cookie.as_str()), ("authorization", bob.as_str())];
    assert_eq!(ask(&client, "/who", &both).await.text(), "ada@example.com");
    let (t, client) = with(FirstOf::new().then(Basic::new("Reports")).then(SessionCookie)).await;
    let ada = t.user("ada@example.com").await;
    let client = client.login_as(&ada).await;
    let cookie = format!("kw_session={}", client.cookie("kw_session").unwrap());
    let bad = basic_of("ada@example.com", "a guess");
    let both = [("cookie", cookie.as_str()), ("authorization", bad.as_str())];
    assert_eq!(ask(&client, "/who", &both).await.code(), "invalid_credentials");
}

#[tokio::test]
async fn what_was_right_is_not_hashed_again_until_something_changes() {
    let (t, client) = with(chain()).await;
    let ada = t.user("ada@example.com").await;
    t.events().await;
    for _ in 0..5 {
        assert_eq!(by(&client, "ada@example.com", PASSWORD).await.text(), "ada@example.com");
    }
    t.events().await.assert(["sign_in.succeeded"]);
    t.clock.advance(Duration::from_secs(60));
    assert_eq!(by(&client, "ada@example.com", PASSWORD).await.text(), "ada@example.com");
    t.events().await.assert(["sign_in.succeeded"]);
    let password = keyward::Secret::new("another long password");
    t.kw.act_on(ada.id, keyward::Act::SetPassword { password, temporary: false })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(by(&client, "ada@example.com", PASSWORD).await.code(), "invalid_credentials");
    assert_eq!(
        by(&client, "ada@example.com", "another long password").await.text(),
        "ada@example.com"
    );
    t.kw.act_on(ada.id, keyward::Act::Lock { reason: String::new() }).await.unwrap().unwrap();
    let locked = by(&client, "ada@example.com", "another long password").await;
    assert_eq!(locked.code(), "invalid_credentials");
}

#[tokio::test]
async fn guesses_are_limited_as_at_a_sign_in() {
    let (t, client) = with(chain()).await;
    t.user("ada@example.com").await;
    let mut codes = vec![];
    for guess in 0..30 {
        codes.push(by(&client, "ada@example.com", &format!("guess {guess}")).await.code());
    }
    assert_eq!(codes.last().unwrap(), "rate_limited", "{codes:?}");
    let right = by(&client, "ada@example.com", PASSWORD).await;
    assert_eq!(right.code(), "rate_limited", "the limit is not spared the right one");
    assert!(right.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn what_it_grants_is_all_that_the_request_may_do() {
    let basic = Basic::new("Reports").within(["posts:view"]);
    let (t, client) = with(basic).await;
    t.user("ada@example.com").await;
    t.kw.grant("ada@example.com", "posts:*").await.unwrap();
    let given = basic_of("ada@example.com", PASSWORD);
    let header = [("authorization", given.as_str())];
    assert_eq!(ask(&client, "/may", &header).await.text(), "false");
    let edit = client.raw(asking("POST", "/edit", &header)).await;
    assert_eq!(edit.code(), "outside_ceiling");
    let cross = [header[0], ("sec-fetch-site", "cross-site")];
    let edit = client.raw(asking("POST", "/edit", &cross)).await;
    assert_eq!(edit.code(), "csrf_failed", "browsers send it by themselves");
}

#[tokio::test]
async fn a_key_in_place_of_the_name_is_left_to_whoever_reads_keys() {
    let (t, client) = with(FirstOf::new().then(Basic::new("Reports")).then(ApiKeys)).await;
    let ada = t.user("ada@example.com").await;
    let terms = ApiKeyTerms { name: "k".into(), ..Default::default() };
    let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    assert_eq!(by(&client, key.text.reveal(), "").await.text(), "ada@example.com");
}

#[tokio::test]
async fn a_realm_that_would_break_the_header_is_refused_at_the_start() {
    for realm in ["", "say \"hello\"", "a\r\nSet-Cookie: x", "straße", &"r".repeat(101)] {
        let built = keyward::Keyward::memory().authenticate_with(Basic::new(realm)).build().await;
        assert!(built.is_err(), "{realm:?}");
    }
}
