//! Class 12: a token that is cut, extended or changed, or that is of another kind, opens
//! nothing, at any door that reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use keyward::ApiKeyTerms;
use keyward::authn::{ApiKeys, BearerSession, FirstOf, SessionCookie, TokenScheme};
use keyward::testing::TestAuth;

async fn me(t: &TestAuth, header: &str, value: &str) -> u16 {
    let request = Request::get("/api/v1/me").header("host", "localhost").header(header, value);
    let request = request.body(Default::default()).unwrap();
    t.kw.handle(request, None).await.status().as_u16()
}

/// Every door that a token can be brought to, with a place for it.
fn doors(token: &str) -> Vec<(&'static str, String)> {
    vec![
        ("authorization", format!("Bearer {token}")),
        ("authorization", format!("Token {token}")),
        ("authorization", format!("Basic {}", STANDARD.encode(format!("{token}:")))),
        ("x-api-key", token.to_owned()),
        ("cookie", format!("kw_session={token}")),
    ]
}

#[tokio::test]
async fn a_token_that_is_changed_at_any_place_opens_nothing() {
    let ways = FirstOf::new()
        .then(ApiKeys)
        .then(BearerSession)
        .then(TokenScheme::new())
        .then(SessionCookie);
    let t = TestAuth::with(|builder| builder.authenticate_with(ways)).await;
    let ada = t.user("ada@example.com").await;
    let terms = ApiKeyTerms { name: "k".into(), ..Default::default() };
    let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    let session = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    for token in [key.text.reveal(), session.token().reveal()] {
        let mut opens = 0;
        for (header, value) in doors(token) {
            opens += usize::from(me(&t, header, &value).await == 200);
        }
        // A key has no cookie; a session is neither in `X-Api-Key` nor a user of Basic;
        // its own cookie opens what a key opens.
        assert!((3..=4).contains(&opens), "{token} opens {opens}");
        for place in 0..token.len() {
            let mut changed = token.as_bytes().to_vec();
            changed[place] = if changed[place] == b'2' { b'3' } else { b'2' };
            let changed = String::from_utf8(changed).unwrap();
            for text in [changed.as_str(), &token[..place], &format!("{token}2")] {
                for (header, value) in doors(text) {
                    let status = me(&t, header, &value).await;
                    assert!([400, 401].contains(&status), "{header}: {value}: {status}");
                }
            }
        }
    }
}

#[tokio::test]
async fn nothing_that_only_looks_like_a_token_is_taken_for_one() {
    let ways = FirstOf::new().then(ApiKeys).then(BearerSession).then(TokenScheme::new());
    let t = TestAuth::with(|builder| builder.authenticate_with(ways)).await;
    t.user("ada@example.com").await;
    for text in [
        "",
        ".",
        "..",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.",
        "ses_",
        "ses_.",
        "ses_00000000000000000000000000.",
        "kwk_",
        "usr_00000000000000000000000000",
        "null",
        "undefined",
        "0",
        "[]",
    ] {
        for (header, value) in doors(text) {
            let status = me(&t, header, &value).await;
            assert!([400, 401].contains(&status), "{header}: {value:?}: {status}");
        }
    }
    let dots = ".".repeat(10_000);
    assert_eq!(me(&t, "authorization", &format!("Bearer {dots}")).await, 401);
    assert_eq!(me(&t, "authorization", &format!("Token {dots}")).await, 401);
}

#[cfg(feature = "tickets")]
#[tokio::test]
async fn a_ticket_is_no_session_and_no_bearer_token_and_neither_is_one() {
    use keyward::RootKey;
    use keyward::authn::ticket::Tickets;

    let tickets = Tickets::new(&RootKey::from_bytes([7; 32]));
    let ways = FirstOf::new().then(ApiKeys).then(BearerSession).then(SessionCookie).then(tickets);
    let t = TestAuth::with(|builder| builder.authenticate_with(ways)).await;
    let ada = t.user("ada@example.com").await;
    let line = t.kw.remember(&ada.id, "app", None).await.unwrap().unwrap();
    let (_, ticket) = line.reveal().split(';').next().unwrap().split_once('=').unwrap();
    assert_eq!(me(&t, "cookie", &format!("kw_ticket={ticket}")).await, 200);
    for (header, value) in doors(ticket) {
        assert_ne!(me(&t, header, &value).await, 200, "{header}: {value}");
    }
    let session = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let value = format!("kw_ticket={}", session.token().reveal());
    assert_eq!(me(&t, "cookie", &value).await, 401);
}
