//! What programs, proxies and older systems bring, and the keys behind it.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, header};
use keyward::authn::ticket::{Classic, ModAuthTkt, Ticket, TicketDigest, Tickets};
use keyward::authn::{ApiKeys, Basic, BearerSession, FirstOf, SessionCookie, TokenScheme};
use keyward::forward::Site;
use keyward::port::Clock as _;
use keyward::{ApiKeyTerms, Body, OldAsok, Reply, RootKey, Secret, TokenTerms, UserView};
use keyward_core::crypto::jose::SigningKey;
use keyward_core::settings::Signing;

use super::*;

const CLASSIC: &str = "canary-four digs in the mine";
const APACHE: &str = "canary-five digs in the mine";
const ASOK: &str = "canary-six digs in the mine, for as long as Asok's tokens are about";
const SIGNS: &[u8; 64] = b"canary-seven signs in the mine, and the mine is deep and is dark";
const ROOT: [u8; 32] = *b"canary-eight is all keys at once";

/// What was sent, as far as it is secret, and what came back of it.
#[derive(Default)]
struct Told {
    secrets: Vec<String>,
    replies: String,
}

fn ways() -> FirstOf {
    let whose = |_| async { Ok(None) };
    let tickets = Tickets::new(&RootKey::from_bytes(ROOT))
        .also_classic(Classic::new(CLASSIC, TicketDigest::Sha512), whose)
        .also_mod_auth_tkt(ModAuthTkt::new(APACHE, TicketDigest::Md5), whose);
    let by_hand = FirstOf::new().then(ApiKeys).then(BearerSession).then(TokenScheme::new());
    by_hand.then(Basic::new("Reports")).then(tickets).then(SessionCookie)
}

async fn house(folder: &std::path::Path) -> TestAuth {
    let clock = FakeClock::default();
    let until = clock.now().plus(std::time::Duration::from_secs(86_400));
    let kw = Keyward::sqlite(folder.join("app.db"))
        .clock(Arc::new(clock.clone()))
        .hashing(CHEAP, 1)
        .public_url("https://auth.example.com")
        .trusted_proxies(["10.0.0.0/8"])
        .site(Site::new("https://app.example.com").unwrap())
        .authenticate_with(ways())
        .settings(|settings| {
            settings.tokens.asok = Some(OldAsok { key: Secret::new(ASOK), until });
        })
        .with_inbox()
        .build()
        .await
        .unwrap();
    TestAuth::around(kw, clock)
}

impl Told {
    /// Sends it as it is, and with a letter more; whole and wrong, it must not come back.
    async fn bring(&mut self, t: &TestAuth, name: &str, value: &str) {
        for value in [value.to_owned(), format!("{value}x")] {
            for path in ["/api/v1/me", "/api/v1/me/permissions", "/api/v1/session", "/account"] {
                let request = Request::get(path).header("host", "auth.example.com");
                let request = request.header(name, &value).body(Bytes::new()).unwrap();
                self.keep(&t.kw.handle(request, None).await);
            }
            let asked = Request::get("/api/v1/verify")
                .header("x-original-url", "https://app.example.com/posts")
                .header("x-original-method", "GET")
                .header(name, &value);
            self.keep(&t.kw.handle(asked.body(Bytes::new()).unwrap(), proxy()).await);
        }
    }

    /// Whatever names or describes it, but what sets a cookie.
    fn keep(&mut self, reply: &Reply) {
        let mut headers: HeaderMap = reply.headers().clone();
        headers.remove(header::SET_COOKIE);
        self.replies += &format!("{headers:?} {}\n", text(reply.body()));
    }

    fn secret(&mut self, text: &str) {
        assert!(text.len() >= 6, "{text} is found anywhere");
        self.secrets.push(text.to_owned());
    }
}

fn proxy() -> Option<IpAddr> {
    Some(IpAddr::from([10, 0, 0, 1]))
}

fn text(body: &Body) -> String {
    match body {
        Body::Full(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    }
}

fn pair(line: &str) -> &str {
    line.split(';').next().unwrap()
}

/// The letters behind both ids, which are no secret.
fn half_of_key(text: &str) -> &str {
    &text["kwk_".len() + 52..]
}

/// Carries a session to the site: the code, and the site's cookie.
async fn handed_over(t: &TestAuth, session: &str) -> (String, String) {
    let go = async |host: &str, path: &str, cookie: &str| {
        let request = Request::get(path)
            .header("host", host)
            .header("accept", "text/html,*/*")
            .header("sec-fetch-site", "cross-site")
            .header("cookie", cookie);
        let reply = t.kw.handle(request.body(Bytes::new()).unwrap(), proxy()).await;
        let line = reply.headers().get("set-cookie").map(|line| line.to_str().unwrap().to_owned());
        let to = reply.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (to.unwrap_or_default(), line.map(|line| pair(&line).to_owned()).unwrap_or_default())
    };
    let (way, state) = go("app.example.com", "/.keyward/start?to=%2F", "").await;
    let path = way.strip_prefix("https://auth.example.com").unwrap().to_owned();
    let (enter, _) = go("auth.example.com", &path, session).await;
    let path = enter.strip_prefix("https://app.example.com").unwrap().to_owned();
    let code = path.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let request = Request::get(&path)
        .header("host", "app.example.com")
        .header("accept", "text/html,*/*")
        .header("cookie", &state);
    let reply = t.kw.handle(request.body(Bytes::new()).unwrap(), proxy()).await;
    let mut lines = reply.headers().get_all("set-cookie").iter();
    let site = lines.find(|line| line.as_bytes().starts_with(b"__Host-kw_site="));
    (code, pair(site.expect("a site's cookie").to_str().unwrap()).to_owned())
}

/// Keys and tokens of every kind, brought to every door.
async fn everything(t: &TestAuth, ada: &UserView, told: &mut Told) -> String {
    let terms = ApiKeyTerms {
        name: "deploy".into(),
        expires_at: Some(t.clock.now().plus(std::time::Duration::from_secs(3_600))),
        refresh_until: Some(t.clock.now().plus(std::time::Duration::from_secs(7_200))),
        ..ApiKeyTerms::default()
    };
    let key = t.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    let again = key.refresh.as_ref().unwrap();
    let tokens = t.kw.issue_tokens(ada.id, TokenTerms::default()).await.unwrap().unwrap();
    let opened = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let ticket = t.kw.remember(&ada.id, "app", None).await.unwrap().unwrap();
    let basic = STANDARD.encode(format!("ada@example.com:{PASSWORD}"));
    let (code, site) = handed_over(t, pair(opened.set_cookie())).await;
    let old =
        Classic::new(CLASSIC, TicketDigest::Sha512).write(&Ticket::new("ada", u32::MAX), None);
    for (name, value) in [
        ("x-api-key", key.text.reveal().to_owned()),
        ("authorization", format!("Bearer {}", key.text.reveal())),
        ("authorization", format!("Basic {}", STANDARD.encode(format!("{}:", key.text.reveal())))),
        ("authorization", format!("Token {}", key.text.reveal())),
        ("x-api-key", again.reveal().to_owned()),
        ("authorization", format!("Bearer {}", tokens.access.reveal())),
        ("authorization", format!("Bearer {}", tokens.refresh.reveal())),
        ("authorization", format!("Basic {basic}")),
        ("cookie", pair(ticket.reveal()).to_owned()),
        ("cookie", format!("__Host-kw_ticket={old}")),
        ("cookie", site.clone()),
        ("authorization", format!("Bearer {}", site.split_once('=').unwrap().1)),
    ] {
        told.bring(t, name, &value).await;
    }
    for secret in [half_of_key(key.text.reveal()), half_of_key(again.reveal()), &basic, &code] {
        told.secret(secret);
    }
    told.secret(tokens.access.reveal().rsplit('.').next().unwrap());
    told.secret(tokens.refresh.reveal());
    told.secret(ticket.reveal().split('.').nth(2).unwrap());
    told.secret(&old[..128]);
    told.secret(site.split_once('.').unwrap().1);
    format!("{key:?} {again:?} {tokens:?} {opened:?} {ticket:?}")
}

#[tokio::test]
async fn no_secret_of_a_machine_is_stored_logged_or_printed() {
    let (log, _guard) = logged();
    let folder = tempfile::tempdir().unwrap();
    let t = house(folder.path()).await;
    let ada = t.user_with(|new| {
        new.email = Some("ada@example.com".into());
        new.password = Some(Secret::new(PASSWORD));
    });
    let (ada, mut told) = (ada.await, Told::default());
    let mut printed = everything(&t, &ada, &mut told).await;
    let root = RootKey::from_bytes(ROOT);
    let signs = SigningKey::read("k", Signing::Hs256, SIGNS).unwrap();
    printed += &format!("{root:?} {signs:?} {:?} {:?} ", ways(), t.kw);
    printed += &format!("{:?}", Classic::new(CLASSIC, TicketDigest::Md5));
    printed += &format!("{:?}", ModAuthTkt::new(APACHE, TicketDigest::Md5));
    printed += &format!("{:?}", OldAsok { key: Secret::new(ASOK), until: t.clock.now() });
    let keys = Request::get("/.well-known/jwks.json").header("host", "auth.example.com");
    let keys = t.kw.handle(keys.body(Bytes::new()).unwrap(), None).await;
    assert!(["\"d\"", "\"k\"", "\"p\""].iter().all(|half| !text(keys.body()).contains(half)));
    let events = t.kw.audit(&EventQuery { limit: 500, ..EventQuery::default() }).await.unwrap();
    printed += &format!("{events:?}");
    t.kw.shutdown().await;
    // What a store that is gone makes of them is logged as an error.
    let other = STANDARD.encode(format!("bob@example.com:{PASSWORD}"));
    told.bring(&t, "authorization", &format!("Basic {other}")).await;
    told.secret(&other);

    for fixed in [PASSWORD, CLASSIC, APACHE, ASOK, "canary-seven", "canary-eight"] {
        told.secret(fixed);
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("a request failed") && told.replies.len() > 10_000, "it is read");
    let stored = files(folder.path());
    for secret in &told.secrets {
        assert!(!logged.contains(secret), "{secret} is logged");
        assert!(!printed.contains(secret), "{secret} is printed");
        assert!(!told.replies.contains(secret), "{secret} is told");
        let found = stored.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} is stored");
    }
    for prefix in ["kwk_", "kwf_", "kwr_", "kt1."] {
        let found = stored.windows(prefix.len()).any(|part| part == prefix.as_bytes());
        assert!(!found, "{prefix} is stored");
    }
}
