//! Ticket cookies: each word of the policy, through the door.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use keyward::authn::FirstOf;
use keyward::authn::SessionCookie;
use keyward::authn::ticket::{
    Classic, ModAuthTkt, Renewal, SameSite, Ticket, TicketDigest, Tickets,
};
use keyward::id::UserId;
use keyward::port::Clock as _;
use keyward::testing::{Client, Response, TestAuth};
use keyward::{Keyward, RootKey, UserView};

use super::{app, ask, asking};

const KEY: [u8; 32] = [7; 32];

fn tickets() -> Tickets {
    Tickets::new(&RootKey::from_bytes(KEY))
}

fn lasting(max_age: u32, after: Option<u32>, lifetime: Option<u32>) -> Tickets {
    tickets().lasting(Renewal { max_age, after, lifetime })
}

/// The app, with doors that say something of the ticket themselves.
fn doors(t: &TestAuth) -> Router<Keyward> {
    let leave = {
        let kw = t.kw.clone();
        move || async move { ([(header::SET_COOKIE, kw.forget().unwrap())], "left").into_response() }
    };
    let switch = {
        let kw = t.kw.clone();
        move |other: String| async move {
            let user = UserId::parse(&other).unwrap();
            let line = kw.remember(&user, "app", None).await.unwrap().unwrap();
            ([(header::SET_COOKIE, line.reveal().to_owned())], "switched").into_response()
        }
    };
    app(t)
        .route("/leave", get(leave))
        .route("/switch", post(switch))
        .route("/away", get(|| async { Redirect::to("/who") }))
        .route("/broken", get(|| async { axum::http::StatusCode::INTERNAL_SERVER_ERROR }))
}

async fn with(tickets: Tickets) -> (TestAuth, Client, UserView) {
    let ways = FirstOf::new().then(tickets).then(SessionCookie);
    let t = TestAuth::with(|builder| builder.authenticate_with(ways)).await;
    let ada = t.user("ada@example.com").await;
    let client = t.client(doors(&t));
    (t, client, ada)
}

async fn remembered(t: &TestAuth, who: &UserView) -> String {
    pair(t.kw.remember(&who.id, "app", None).await.unwrap().unwrap().reveal())
}

fn pair(line: &str) -> String {
    line.split(';').next().unwrap().to_owned()
}

async fn by(client: &Client, cookie: &str, path: &str) -> Response {
    ask(client, path, &[("cookie", cookie)]).await
}

/// What a reply sets the ticket to, if it does.
fn set(reply: &Response) -> Vec<String> {
    let lines = reply.headers().get_all("set-cookie").iter();
    let lines = lines.map(|line| line.to_str().unwrap().to_owned());
    lines.filter(|line| line.starts_with("kw_ticket=")).collect()
}

#[tokio::test]
async fn whoever_is_remembered_is_known_until_it_ends() {
    let (t, client, ada) = with(lasting(60, None, None)).await;
    let cookie = remembered(&t, &ada).await;
    assert_eq!(by(&client, &cookie, "/who").await.text(), "ada@example.com");
    assert_eq!(by(&client, &cookie, "/by").await.text(), "ticket");
    assert_eq!(by(&client, &cookie, "/api/v1/me").await.json()["email"], "ada@example.com");
    assert_eq!(by(&client, &cookie, "/api/v1/session").await.code(), "session_required");
    t.clock.advance(Duration::from_secs(59));
    assert_eq!(by(&client, &cookie, "/who").await.text(), "ada@example.com");
    t.clock.advance(Duration::from_secs(1));
    assert_eq!(by(&client, &cookie, "/who").await.text(), "nobody");
    assert_eq!(by(&client, &cookie, "/me").await.code(), "unauthenticated");
    t.events().await.assert(["sign_in.succeeded"]);
}

#[tokio::test]
async fn a_ticket_that_is_no_good_is_not_passed_over_for_a_good_credential_behind_it() {
    let (t, client, ada) = with(lasting(60, None, None)).await;
    let (ticket, session) =
        (remembered(&t, &ada).await, t.kw.sign_in_user(&ada.id).await.unwrap().unwrap());
    let session = pair(session.set_cookie());
    let forged = ticket.replacen("kt1.", "kt1.0", 1);
    t.clock.advance(Duration::from_secs(60));
    assert_eq!(by(&client, &session, "/who").await.text(), "ada@example.com", "it is good");
    for bad in [&*ticket, &forged, "kw_ticket=nonsense"] {
        let both = format!("{bad}; {session}");
        assert_eq!(by(&client, &both, "/who").await.text(), "nobody", "{bad}");
        assert_eq!(by(&client, &both, "/me").await.code(), "unauthenticated", "{bad}");
    }
}

#[tokio::test]
async fn the_cookie_has_every_flag() {
    let (t, _, ada) = with(tickets()).await;
    let line = t.kw.remember(&ada.id, "app", None).await.unwrap().unwrap();
    let (_, flags) = line.reveal().split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; HttpOnly; SameSite=Lax; Max-Age=3600");
    let ways = tickets().same_site(SameSite::Strict);
    let t =
        TestAuth::with(|b| b.authenticate_with(ways).public_url("https://id.example.com")).await;
    let ada = t.user("ada@example.com").await;
    let line = t.kw.remember(&ada.id, "app", None).await.unwrap().unwrap();
    assert!(line.reveal().starts_with("__Host-kw_ticket=kt1."), "{}", line.reveal());
    assert!(line.reveal().contains("; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age="));
    let gone = t.kw.forget().unwrap();
    assert!(gone.starts_with("__Host-kw_ticket=; ") && gone.ends_with("; Max-Age=0"), "{gone}");
}

#[tokio::test]
async fn a_ticket_is_renewed_beside_a_success_and_nothing_else() {
    let (t, client, ada) = with(lasting(60, Some(30), None)).await;
    let cookie = remembered(&t, &ada).await;
    t.clock.advance(Duration::from_secs(29));
    assert!(set(&by(&client, &cookie, "/who").await).is_empty(), "too early");
    t.clock.advance(Duration::from_secs(1));
    for path in ["/away", "/broken", "/edit", "/nowhere", "/api/v1/session"] {
        let reply = by(&client, &cookie, path).await;
        assert!(!reply.status().is_success() && set(&reply).is_empty(), "{path}");
    }
    for path in ["/who", "/api/v1/me"] {
        let lines = set(&by(&client, &cookie, path).await);
        assert_eq!(lines.len(), 1, "{path}");
        assert!(lines[0].ends_with("; Max-Age=60"), "{path}: {lines:?}");
    }
    let renewed = pair(&set(&by(&client, &cookie, "/who").await)[0]);
    t.clock.advance(Duration::from_secs(59));
    assert_eq!(by(&client, &cookie, "/who").await.text(), "nobody");
    assert_eq!(by(&client, &renewed, "/who").await.text(), "ada@example.com");
}

/// What aiohttp_auth_autz 0.2.2 does, B-21 to B-27 of the reference: age, whether there
/// is a renewed one, and its end counted from the first.
#[tokio::test]
async fn the_rules_of_renewal_are_those_of_the_library_that_is_moved_from() {
    for (max_age, after, rows) in [
        (15, None, &[(0, true, None), (14, true, None), (15, false, None)][..]),
        (
            15,
            Some(0),
            &[(0, true, Some(15)), (1, true, Some(16)), (14, true, Some(29)), (15, false, None)],
        ),
        (
            15,
            Some(2),
            &[(1, true, None), (2, true, Some(17)), (14, true, Some(29)), (15, false, None)],
        ),
        (
            60,
            Some(30),
            &[(29, true, None), (30, true, Some(90)), (59, true, Some(119)), (60, false, None)],
        ),
        (15, Some(15), &[(14, true, None)]),
        (15, Some(16), &[(14, true, None)]),
        (60, Some(59), &[(58, true, None), (59, true, Some(119))]),
        (60, Some(1), &[(0, true, None), (1, true, Some(61))]),
    ] {
        let (t, client, ada) = with(lasting(max_age, after, None)).await;
        let (cookie, mut age) = (remembered(&t, &ada).await, 0);
        for (at, is_known, until) in rows {
            t.clock.advance(Duration::from_secs(at - age));
            age = *at;
            let reply = by(&client, &cookie, "/who").await;
            let who = if *is_known { "ada@example.com" } else { "nobody" };
            assert_eq!(reply.text(), who, "{max_age} {after:?} at {at}");
            let ends = set(&reply)
                .first()
                .map(|line| line.rsplit('=').next().unwrap().parse::<u64>().unwrap() + at);
            assert_eq!(ends, *until, "{max_age} {after:?} at {at}");
        }
    }
}

#[tokio::test]
async fn a_sign_out_or_another_person_is_not_undone_by_renewal() {
    let (t, client, ada) = with(lasting(60, Some(0), None)).await;
    let bob = t.user("bob@example.com").await;
    let cookie = remembered(&t, &ada).await;
    assert_eq!(set(&by(&client, &cookie, "/who").await).len(), 1, "it is due each time");
    let left = set(&by(&client, &cookie, "/leave").await);
    assert_eq!(left, [t.kw.forget().unwrap()]);
    let request = http::Request::post("/switch")
        .header("host", "localhost")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", &cookie);
    let switched = client.raw(request.body(bob.id.to_string().into()).unwrap()).await;
    let lines = set(&switched);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(by(&client, &pair(&lines[0]), "/who").await.text(), "bob@example.com");
    let request = http::Request::post("/api/v1/sign-out")
        .header("host", "localhost")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", &cookie);
    let out = client.raw(request.body(Default::default()).unwrap()).await;
    assert_eq!((out.status().as_u16(), set(&out)), (204, vec![t.kw.forget().unwrap()]));
}

#[tokio::test]
async fn renewing_ends_with_the_lifetime_of_the_sign_in() {
    let (t, client, ada) = with(lasting(60, Some(30), Some(100))).await;
    let mut cookie = remembered(&t, &ada).await;
    for (seconds, left) in [(30, 60), (30, 40), (30, 0)] {
        t.clock.advance(Duration::from_secs(seconds));
        let reply = by(&client, &cookie, "/who").await;
        assert_eq!(reply.text(), "ada@example.com");
        let lines = set(&reply);
        match left {
            0 => assert!(lines.is_empty(), "nothing to gain: {lines:?}"),
            _ => {
                assert!(lines[0].ends_with(&format!("; Max-Age={left}")), "{lines:?}");
                cookie = pair(&lines[0]);
            }
        }
    }
    t.clock.advance(Duration::from_secs(10));
    assert_eq!(by(&client, &cookie, "/who").await.text(), "nobody");
    // Nor does a longer life that is chosen later bring it back.
    assert_eq!(by(&client, &cookie, "/me").await.code(), "unauthenticated");
}

#[tokio::test]
async fn keys_change_without_anyone_being_signed_out() {
    let (old, new) = (RootKey::from_bytes([1; 32]), RootKey::from_bytes([2; 32]));
    let written = |key: &RootKey, kw: &UserView| {
        let ticket = Ticket {
            data: "0".into(),
            since: Some(1_700_000_000),
            ..Ticket::new(kw.id.to_string(), u32::MAX)
        };
        let text = keyward::authn::ticket::Modern::new(key).write(&ticket, None);
        format!("kw_ticket={text}")
    };
    let renewal = Renewal { max_age: 60, after: Some(0), lifetime: None };
    let both = Tickets::new(&new).still(&old).lasting(renewal);
    let (t, client, ada) = with(both).await;
    let epoch = t.kw.session_epoch(ada.id).await.unwrap();
    assert_eq!(epoch, Some(0));
    let by_old = written(&old, &ada);
    let reply = by(&client, &by_old, "/who").await;
    assert_eq!(reply.text(), "ada@example.com");
    let (t, client, ada) = with(Tickets::new(&new).lasting(renewal)).await;
    assert!(t.clock.now() > keyward::Timestamp::from_secs(0));
    assert_eq!(by(&client, &written(&old, &ada), "/who").await.text(), "nobody", "retired");
    assert_eq!(by(&client, &written(&new, &ada), "/who").await.text(), "ada@example.com");
}

#[tokio::test]
async fn a_ticket_ends_with_its_account_and_with_all_its_sessions() {
    let (t, client, ada) = with(tickets()).await;
    let cookie = remembered(&t, &ada).await;
    assert_eq!(by(&client, &cookie, "/who").await.text(), "ada@example.com");
    t.kw.close_sessions(ada.id).await.unwrap().unwrap();
    assert_eq!(by(&client, &cookie, "/who").await.text(), "nobody", "at once");
    let cookie = remembered(&t, &ada).await;
    assert_eq!(by(&client, &cookie, "/who").await.text(), "ada@example.com");
    t.kw.act_on(ada.id, keyward::Act::Lock { reason: String::new() }).await.unwrap().unwrap();
    assert_eq!(by(&client, &cookie, "/who").await.text(), "nobody");
    let locked = t.kw.remember(&ada.id, "app", None).await.unwrap();
    assert_eq!(locked.unwrap_err(), keyward::Refusal::InvalidCredentials);
}

#[tokio::test]
async fn a_ticket_that_is_changed_at_any_place_is_nobodys() {
    let (t, client, ada) = with(tickets()).await;
    let cookie = remembered(&t, &ada).await;
    let (name, value) = cookie.split_once('=').unwrap();
    for place in 0..value.len() {
        let mut changed = value.as_bytes().to_vec();
        changed[place] = if changed[place] == b'a' { b'b' } else { b'a' };
        let changed = String::from_utf8(changed).unwrap();
        for text in [changed.as_str(), &value[..place], &format!("{value}{}", &value[place..])] {
            let reply = by(&client, &format!("{name}={text}"), "/who").await;
            assert_eq!(reply.text(), "nobody", "{text}");
        }
    }
    let twice = by(&client, &format!("{cookie}; {cookie}"), "/who").await;
    assert_eq!(twice.code(), "bad_request");
    let long = by(&client, &format!("{name}={}", "a".repeat(5000)), "/who").await;
    assert_eq!(long.code(), "bad_request");
}

#[tokio::test]
async fn a_bound_ticket_is_good_from_its_address_alone() {
    let ways = tickets().bound_to_address();
    let t = TestAuth::with(|b| b.authenticate_with(ways).trusted_proxies(["127.0.0.0/8"])).await;
    let ada = t.user("ada@example.com").await;
    let there: std::net::IpAddr = "192.0.2.7".parse().unwrap();
    let line = t.kw.remember(&ada.id, "app", Some(there)).await.unwrap().unwrap();
    let kw = t.kw.clone();
    let me = async |from: &str| {
        let request = http::Request::get("/api/v1/me").header("host", "localhost");
        let request = request.header("cookie", pair(line.reveal()));
        let from = Some(from.parse().unwrap());
        kw.handle(request.body(Default::default()).unwrap(), from).await.status().as_u16()
    };
    assert_eq!(me("192.0.2.7").await, 200);
    assert_eq!(me("::ffff:192.0.2.7").await, 200, "the same, inside IPv6");
    assert_eq!(me("192.0.2.8").await, 401);
}

#[tokio::test]
async fn what_changes_something_comes_from_a_page_of_ours() {
    let (t, client, ada) = with(tickets()).await;
    t.kw.grant("ada@example.com", "posts:edit").await.unwrap();
    let cookie = remembered(&t, &ada).await;
    for (site, code) in
        [(Some("cross-site"), "csrf_failed"), (None, "csrf_failed"), (Some("same-origin"), "")]
    {
        let mut headers = vec![("cookie", cookie.as_str())];
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        let reply = client.raw(asking("POST", "/edit", &headers)).await;
        assert_eq!(reply.code(), code, "{site:?}: {}", reply.text());
    }
}

#[tokio::test]
async fn tickets_of_the_library_that_is_moved_from_are_read_and_renewed_in_ours() {
    let secret = || Classic::new(*b"01234567890abcdef", TicketDigest::Sha512);
    let whose = std::sync::Arc::new(std::sync::OnceLock::<UserId>::new());
    let known = whose.clone();
    let ways =
        lasting(60, Some(0), Some(300)).cookie("AUTH_TKT").also_classic(secret(), move |name| {
            let found = (name == "some_user").then(|| *known.get().unwrap());
            async move { Ok(found) }
        });
    let (t, client, ada) = with(ways).await;
    whose.set(ada.id).unwrap();
    let now = u32::try_from(t.clock.now().as_secs()).unwrap();
    let text = |user: &str| secret().write(&Ticket::new(user, now + 60), None);
    let reply = by(&client, &format!("AUTH_TKT={}", text("some_user")), "/who").await;
    assert_eq!(reply.text(), "ada@example.com");
    let line = reply.headers()["set-cookie"].to_str().unwrap();
    assert!(line.starts_with("AUTH_TKT=kt1."), "{line}");
    let next = by(&client, &pair(line), "/who").await;
    assert_eq!(next.text(), "ada@example.com");
    assert_eq!(by(&client, &format!("AUTH_TKT={}", text("other")), "/who").await.text(), "nobody");
    assert_eq!(by(&client, &format!("AUTH_TKT={}", text("")), "/who").await.text(), "nobody");
    let quoted = format!("AUTH_TKT=\"{}\"", text("some_user"));
    assert_eq!(by(&client, &quoted, "/who").await.text(), "ada@example.com");
    // B-12 to B-14: what made the library fail with an error of its own.
    for bad in
        ["", "\"\"", &"0".repeat(136), &format!("{}-0000001some_user!!", "0".repeat(128)), "%ff"]
    {
        let reply = by(&client, &format!("AUTH_TKT={bad}"), "/who").await;
        assert_eq!((reply.status().as_u16(), reply.text()), (200, "nobody"), "{bad}");
    }
}

/// Made by the documented algorithm of mod_auth_tkt, in Python, at the second at which
/// every test begins.
const OF_APACHE: &str = "00b9e3b9845580aa5f6005eb5cba1cab6955b900some_user!staff!x";
const OF_APACHE_IN_BASE64: &str =
    "MDBiOWUzYjk4NDU1ODBhYTVmNjAwNWViNWNiYTFjYWI2OTU1YjkwMHNvbWVfdXNlciFzdGFmZiF4";
const OF_ANOTHER: &str = "MWUwOWIxZjQ5ODg5Y2ZkM2JlMzlkMDljZjFhMThmNzM2OTU1YjkwMG90aGVyIXN0YWZmIXg=";

#[tokio::test]
async fn tickets_of_apaches_mod_auth_tkt_are_read_beside_others_and_renewed_in_ours() {
    let whose = std::sync::Arc::new(std::sync::OnceLock::<UserId>::new());
    let known = whose.clone();
    let named = move |name: String| {
        let found = (name == "some_user").then(|| *known.get().unwrap());
        async move { Ok(found) }
    };
    let secret = "b8fb7b98-b738-4b0a-a2d8-3f3e28d4a0a2";
    let ways = lasting(60, Some(0), Some(300))
        .cookie("auth_tkt")
        .also_classic(Classic::new(*b"another", TicketDigest::Md5), |_| async { Ok(None) })
        .also_mod_auth_tkt(ModAuthTkt::new(secret, TicketDigest::Md5).timeout(59), named);
    let (t, client, ada) = with(ways).await;
    whose.set(ada.id).unwrap();
    for text in [OF_APACHE, OF_APACHE_IN_BASE64] {
        let reply = by(&client, &format!("auth_tkt={text}"), "/who").await;
        assert_eq!(reply.text(), "ada@example.com", "{text}");
        let line = reply.headers()["set-cookie"].to_str().unwrap();
        assert!(line.starts_with("auth_tkt=kt1."), "{line}");
        assert_eq!(by(&client, &pair(line), "/who").await.text(), "ada@example.com");
    }
    assert_eq!(by(&client, &format!("auth_tkt={OF_ANOTHER}"), "/who").await.text(), "nobody");
    let forged = OF_APACHE.replace("some_user", "some_usar");
    assert_eq!(by(&client, &format!("auth_tkt={forged}"), "/who").await.text(), "nobody");
    t.clock.advance(Duration::from_secs(60));
    let late = by(&client, &format!("auth_tkt={OF_APACHE}"), "/who").await;
    assert_eq!(late.text(), "nobody", "it has ended, as it would have there");
}

#[tokio::test]
async fn choices_that_cannot_be_are_refused_at_the_start() {
    for bad in [
        lasting(0, None, None),
        lasting(u32::MAX, None, None),
        lasting(60, None, Some(0)),
        tickets().cookie(""),
        tickets().cookie("a b"),
        tickets().cookie("a=b"),
    ] {
        assert!(Keyward::memory().authenticate_with(bad).build().await.is_err());
    }
    let headers = HeaderMap::new();
    assert!(headers.is_empty() && TestAuth::new().await.kw.forget().is_none());
}
