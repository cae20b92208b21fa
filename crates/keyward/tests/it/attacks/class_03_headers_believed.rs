//! Class 03: a client's word for who or where it is. No header of a request's names
//! anybody, unless an authenticator was chosen that reads it; and what forwards an
//! address counts from trusted proxies alone, so that limits and bound tickets cannot be
//! walked around by another one each time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use keyward::authn::{ApiKeys, Basic, BearerSession, FirstOf, SessionCookie};
use keyward::testing::{PASSWORD, TestAuth};

/// What other systems took for who, or where, somebody is.
const FORGED: &[(&str, &str)] = &[
    ("x-forwarded-for", "192.0.2.7"),
    ("forwarded", "for=192.0.2.7"),
    ("x-real-ip", "192.0.2.7"),
    ("true-client-ip", "192.0.2.7"),
    ("x-forwarded-user", "ada@example.com"),
    ("x-auth-user", "ada@example.com"),
    ("x_auth_user", "ada@example.com"),
    ("remote-user", "ada@example.com"),
    ("x-user", "ada@example.com"),
    ("x-webauth-user", "ada@example.com"),
    ("x-original-url", "/api/v1/me"),
    ("x-forwarded-uri", "/healthz"),
    ("user-agent", "GoogleHC/1.0"),
];

fn chain() -> FirstOf {
    let ours = FirstOf::new().then(ApiKeys).then(BearerSession).then(SessionCookie);
    ours.then(Basic::new("Reports"))
}

async fn auth() -> TestAuth {
    let t = TestAuth::with(|builder| builder.authenticate_with(chain())).await;
    t.user("ada@example.com").await;
    t
}

async fn from(t: &TestAuth, peer: &str, headers: &[(&str, &str)]) -> u16 {
    let request = Request::get("/api/v1/me").header("host", "localhost");
    let request = headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
    let request = request.body(Default::default()).unwrap();
    t.kw.handle(request, Some(peer.parse().unwrap())).await.status().as_u16()
}

#[tokio::test]
async fn no_header_makes_a_stranger_somebody() {
    let t = auth().await;
    for header in FORGED {
        assert_eq!(from(&t, "127.0.0.1", &[*header]).await, 401, "{header:?}");
    }
    assert_eq!(from(&t, "127.0.0.1", FORGED).await, 401);
}

#[tokio::test]
async fn guesses_are_counted_where_they_come_from_whatever_they_say() {
    let t = auth().await;
    let mut last = 0;
    for guess in 0..40 {
        let basic = STANDARD.encode(format!("ada@example.com:guess {guess}"));
        let (basic, address) = (format!("Basic {basic}"), format!("198.51.100.{guess}"));
        let odd = if guess % 2 == 0 { address.as_str() } else { "a" };
        let headers = [
            ("authorization", basic.as_str()),
            ("x-forwarded-for", odd),
            ("x-real-ip", odd),
            ("forwarded", odd),
        ];
        last = from(&t, "192.0.2.1", &headers).await;
    }
    assert_eq!(last, 429);
    let right = format!("Basic {}", STANDARD.encode(format!("ada@example.com:{PASSWORD}")));
    let headers = [("authorization", right.as_str()), ("x-forwarded-for", "203.0.113.9")];
    assert_eq!(from(&t, "192.0.2.1", &headers).await, 429, "not even the right one");
}

#[cfg(feature = "tickets")]
#[tokio::test]
async fn a_bound_ticket_is_not_carried_away_by_a_forged_address() {
    use keyward::RootKey;
    use keyward::authn::ticket::Tickets;

    let tickets = Tickets::new(&RootKey::from_bytes([7; 32])).bound_to_address();
    let t = TestAuth::with(|builder| {
        builder.authenticate_with(tickets).trusted_proxies(["10.0.0.0/8"])
    })
    .await;
    let ada = t.user("ada@example.com").await;
    let home = Some("192.0.2.7".parse().unwrap());
    let line = t.kw.remember(&ada.id, "app", home).await.unwrap().unwrap();
    let cookie = line.reveal().split(';').next().unwrap();
    let carried = ("cookie", cookie);
    assert_eq!(from(&t, "192.0.2.7", &[carried]).await, 200);
    assert_eq!(from(&t, "10.0.0.1", &[carried, ("x-forwarded-for", "192.0.2.7")]).await, 200);
    for thief in [
        &[carried, ("x-forwarded-for", "192.0.2.7")][..],
        &[carried, ("forwarded", "for=192.0.2.7"), ("x-real-ip", "192.0.2.7")],
    ] {
        assert_eq!(from(&t, "203.0.113.9", thief).await, 401, "{thief:?}");
    }
    // The right-most that no proxy of ours added is where it came from.
    let behind = [carried, ("x-forwarded-for", "192.0.2.7, 203.0.113.9")];
    assert_eq!(from(&t, "10.0.0.1", &behind).await, 401);
}
