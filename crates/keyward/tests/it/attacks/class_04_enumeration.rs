//! Class 04: whoever asks does not learn who is there: by answer, by status, by header,
//! or by the work that is done, counted in slow hashes, reads and writes.

use std::collections::BTreeMap;

use ::http::Method;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Act, Ask, Kind, NewPerson, Secret, UserView, VerifyMode};
use serde_json::{Value, json};

/// A door, how it is asked, and what with for an address.
type Asked = (&'static str, Method, fn(&str) -> Value);

use crate::counting::{Counting, counted};

const KNOWN: &str = "known@example.com";
const UNKNOWN: &str = "knock@example.com";

/// Whoever may be behind [`KNOWN`].
const KINDS: &[&str] = &[
    "usual",
    "no password",
    "locked",
    "deleted",
    "weak hash",
    #[cfg(feature = "legacy-hashes")]
    "old hash",
];

/// Whoever is not there, and then all who may be.
fn everybody() -> impl Iterator<Item = (&'static str, &'static str)> {
    [("usual", UNKNOWN)].into_iter().chain(KINDS.iter().map(|kind| (*kind, KNOWN)))
}

/// All that an answer tells, without what differs each time.
pub(super) type Told = (u16, BTreeMap<String, String>, Value);

pub(super) fn told(reply: &Response) -> Told {
    let mut body = reply.json();
    body.as_object_mut()
        .map(|body| ["flow_id", "instance"].map(|name| body.insert(name.into(), Value::Null)));
    (reply.status().as_u16(), headers(reply), body)
}

fn headers(reply: &Response) -> BTreeMap<String, String> {
    let varies = ["keyward-request-id", "set-cookie", "date"];
    let headers = reply.headers().iter().filter(|(name, _)| !varies.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), masked(value.to_str().unwrap())));
    // What is set, without what it is set to.
    let cookies = reply.headers().get_all("set-cookie").iter();
    let cookies = cookies.map(|line| {
        let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
        let attributes = rest.split_once(';').map_or("", |(_, rest)| rest);
        (format!("set-cookie {name}"), attributes.to_owned())
    });
    headers.chain(cookies).collect()
}

/// A text without the address it is about and the flow that it began.
fn masked(text: &str) -> String {
    let mut text = text.replace(KNOWN, "ADDRESS").replace(UNKNOWN, "ADDRESS");
    for name in [KNOWN, UNKNOWN] {
        text = text.replace(&name.replace('@', "%40"), "ADDRESS");
    }
    let mut parts = text.split("flw_");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "FLOW" + part.get(26..).unwrap_or_default())
}

/// All that a page tells.
fn told_by_page(reply: &Response) -> Told {
    let text = masked(reply.text());
    let lines = text.lines().filter(|line| !line.contains("keyward-request-id"));
    (reply.status().as_u16(), headers(reply), lines.collect::<Vec<_>>().into())
}

async fn add(t: &TestAuth, kind: &str) {
    let moved = |stored: &str| NewPerson {
        email: Some(KNOWN.into()),
        password_hash: Some(stored.into()),
        verified: true,
        ..NewPerson::default()
    };
    match kind {
        "no password" => drop(
            t.user_with(|new| {
                new.email = Some(KNOWN.into());
                new.password = None;
            })
            .await,
        ),
        "old hash" => {
            // What an LDAP directory stored of the password.
            const LDAP: &str = "{SSHA}9LaU+1VlmTV23Wj88hte8uWRwZAxMjM0NTY3OA==";
            t.kw.add_person(moved(LDAP)).await.unwrap().unwrap();
        }
        "weak hash" => {
            let weak = keyward::HashPolicy { memory_kib: 16, iterations: 1, lanes: 2 };
            let hashers = keyward::password::Hashers::new(weak);
            let stored = hashers.hash_blocking(&Secret::new(PASSWORD)).unwrap();
            t.kw.add_person(moved(&stored)).await.unwrap().unwrap();
        }
        _ => {
            let user = t.user(KNOWN).await;
            let act = match kind {
                "locked" => Act::Lock { reason: "x".into() },
                "deleted" => Act::Delete,
                _ => return,
            };
            t.kw.act_on(user.id, act).await.unwrap().unwrap();
        }
    }
}

async fn house(store: &Counting, t: &TestAuth, kind: &str) -> (Client, UserView) {
    add(t, kind).await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages();
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    assert_eq!(client.post("/api/v1/sign-in", &body).await.json()["status"], "complete");
    client.get("/api/v1/me").await;
    store.taken();
    (client, ada)
}

/// What somebody learns, and what it costs: slow hashes, reads, writes, events and commits.
#[derive(Debug, PartialEq)]
struct Seen {
    told: Told,
    hashes: (u64, u64),
    reads: usize,
    writes: Vec<String>,
}

/// A house that counts; what was counted before somebody came.
struct House {
    t: TestAuth,
    store: std::sync::Arc<Counting>,
    home: Client,
    before: (u64, u64),
}

impl House {
    async fn with(kind: &str) -> Self {
        let (t, store) = counted(|_| ()).await;
        let (home, _) = house(&store, &t, kind).await;
        let before = t.hashes();
        Self { t, store, home, before }
    }

    fn seen(&self, told: Told) -> Seen {
        let (reads, mut writes) = self.store.taken();
        writes.sort();
        let after = self.t.hashes();
        let hashes = (after.0 - self.before.0, after.1 - self.before.1);
        Seen { told, hashes, reads, writes }
    }
}

const REQUESTS: [Asked; 6] = [
    ("/api/v1/sign-up", Method::POST, |to| json!({ "email": to, "password": PASSWORD })),
    ("/api/v1/recovery", Method::POST, |to| json!({ "identifier": to })),
    (
        "/api/v1/sign-in",
        Method::POST,
        |to| json!({ "identifier": to, "password": "wrong wrong wrong" }),
    ),
    ("/api/v1/sign-in/link", Method::POST, |to| json!({ "identifier": to })),
    ("/api/v1/sign-in/code", Method::POST, |to| json!({ "identifier": to })),
    ("/api/v1/me/email", Method::PUT, |to| json!({ "email": to })),
];

#[tokio::test]
async fn known_and_unknown_addresses_answer_alike_and_cost_alike() {
    for (path, method, body) in REQUESTS {
        let mut all = vec![];
        for (kind, to) in everybody() {
            let house = House::with(kind).await;
            let stranger = house.t.pages();
            let client = if path.contains("/me/") { &house.home } else { &stranger };
            let reply = client.json(method.clone(), path, &body(to)).await;
            all.push((kind, house.seen(told(&reply))));
        }
        let (_, unknown) = &all[0];
        for (kind, known) in &all[1..] {
            assert_eq!(known, unknown, "{path}: {kind}");
        }
        let slow = unknown.hashes.0 + unknown.hashes.1;
        let expected = u64::from(path.ends_with("/sign-in") || path.ends_with("/sign-up"));
        assert_eq!(slow, expected, "{path}: the count counts");
    }
}

/// A page, and its form for an address.
type Form = (&'static str, fn(&str) -> Vec<(&'static str, &str)>);

const FORMS: [Form; 5] = [
    ("/signup", |to| vec![("email", to), ("password", PASSWORD)]),
    ("/recover", |to| vec![("identifier", to)]),
    ("/login", |to| vec![("username", to), ("password", "wrong wrong wrong")]),
    ("/login/link", |to| vec![("identifier", to)]),
    ("/login/code", |to| vec![("identifier", to)]),
];

#[tokio::test]
async fn pages_tell_no_more_and_cost_no_more() {
    for (path, fields) in FORMS {
        let mut all = vec![];
        for (kind, to) in everybody() {
            let house = House::with(kind).await;
            let client = house.t.pages();
            let reply = client.form(path, &fields(to)).await;
            assert!(matches!(reply.status().as_u16(), 303 | 422), "{path}: {}", reply.text());
            all.push((kind, house.seen(told_by_page(&reply))));
            // Where it leads looks alike, too.
            if let Some(next) = reply.headers().get("location") {
                let next = client.page(next.to_str().unwrap()).await;
                all.push((kind, house.seen(told_by_page(&next))));
            }
        }
        let pages = all.len() / (1 + KINDS.len());
        for (at, (kind, known)) in all.iter().enumerate().skip(pages) {
            assert_eq!(known, &all[at % pages].1, "{path}: {kind}");
        }
    }
}

/// Codes and links are asked for by one request and answered by another: that is a door
/// as well, and the one where a new password is hashed.
#[tokio::test]
async fn wrong_answers_to_what_was_sent_or_not_are_judged_alike() {
    for (begin, answer) in [
        ("/api/v1/recovery", "/api/v1/recovery/{}/confirm"),
        ("/api/v1/sign-in/code", "/api/v1/sign-in/code/confirm"),
        ("/api/v1/sign-in/link", "/api/v1/sign-in/link/confirm"),
        ("/api/v1/sign-up", "/api/v1/verifications/{}/confirm"),
    ] {
        let mut all = vec![];
        for (kind, to) in [("usual", UNKNOWN), ("usual", KNOWN), ("no password", KNOWN)] {
            let house = House::with(kind).await;
            let client = house.t.pages();
            let body = match begin.ends_with("sign-up") {
                true => json!({ "email": to, "password": PASSWORD }),
                false => json!({ "identifier": to }),
            };
            let reply = client.post(begin, &body).await;
            let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
            // What follows a letter follows it for nobody to see.
            while house.t.deliver().await > 0 {}
            let before = house.seen(told(&reply)).hashes;
            let mut body = json!({ "code": "000000" });
            if !answer.contains("{}") {
                body["flow_id"] = flow.as_str().into();
            }
            if begin.ends_with("recovery") {
                body["password"] = "another long passphrase".into();
            }
            let reply = client.post(&answer.replace("{}", &flow), &body).await;
            assert_ne!(reply.code(), "not_found", "{answer}");
            assert_ne!(reply.code(), "bad_request", "{answer}: {}", reply.text());
            let mut seen = house.seen(told(&reply));
            seen.hashes = (seen.hashes.0 - before.0, seen.hashes.1 - before.1);
            all.push((kind, seen));
        }
        for (kind, known) in &all[1..] {
            assert_eq!(known, &all[0].1, "{answer}: {kind}");
        }
    }
}

/// What somebody types who signs up, for an address.
const FILLED_IN: &[fn(&str) -> Value] = &[
    |to| json!({ "email": to, "password": PASSWORD }),
    |to| json!({ "email": to, "password": PASSWORD, "name": "Zoë" }),
    |to| json!({ "email": to, "password": PASSWORD, "username": "newcomer" }),
    |to| json!({ "email": to, "password": PASSWORD, "phone": "+4915112345678" }),
    |to| json!({ "email": to }),
];

async fn signing_up(mode: VerifyMode, to: &str, body: fn(&str) -> Value) -> Seen {
    let (t, store) = counted(|s| {
        s.verify = mode;
        s.identifiers = Kind::ALL.into();
        s.sign_up_asks.username = Ask::Maybe;
        s.sign_up_asks.phone = Ask::Maybe;
        s.sign_up_asks.password = Ask::Maybe;
    })
    .await;
    add(&t, "usual").await;
    store.taken();
    let (home, before) = (t.pages(), t.hashes());
    let house = House { t, store, home, before };
    let reply = house.home.post("/api/v1/sign-up", &body(to)).await;
    assert!(reply.status() == 202 || mode == VerifyMode::None, "{}", reply.text());
    house.seen(told(&reply))
}

#[tokio::test]
async fn sign_up_tells_nothing_whatever_must_be_proven() {
    let with_phone = &FILLED_IN[3..4];
    for (mode, bodies) in [
        (VerifyMode::Any, FILLED_IN),
        (VerifyMode::Email, FILLED_IN),
        (VerifyMode::Phone, with_phone),
        (VerifyMode::Both, with_phone),
    ] {
        for body in bodies {
            let known = signing_up(mode, KNOWN, *body).await;
            let unknown = signing_up(mode, UNKNOWN, *body).await;
            assert_eq!(known, unknown, "{mode:?}");
            let rows = |name: &str| known.writes.iter().filter(|write| *write == name).count();
            assert_eq!((rows("AddUser"), rows("commit")), (1, 1), "the count counts");
        }
    }
}

/// Where nothing is proven, an account is there at once or it is not: who is signed in
/// knows that the address was free. There, and nowhere else, it is said.
#[tokio::test]
async fn a_taken_address_is_told_only_where_nothing_is_proven() {
    for mode in
        [VerifyMode::None, VerifyMode::Any, VerifyMode::Email, VerifyMode::Phone, VerifyMode::Both]
    {
        let reply = signing_up(mode, KNOWN, FILLED_IN[3]).await;
        let says = reply.told.2.to_string().contains("email_taken");
        assert_eq!(says, mode == VerifyMode::None, "{mode:?}: {:?}", reply.told);
        assert_eq!(reply.told.0 == 422, says, "{mode:?}");
    }
}

/// What was done for a taken address is nobody's, and is gone when it is swept.
#[tokio::test]
async fn signing_up_with_a_taken_address_leaves_no_account() {
    let (t, _) = counted(|_| ()).await;
    let known = t.user(KNOWN).await;
    t.events().await;
    let body = json!({ "email": KNOWN, "password": PASSWORD, "name": "Mallory" });
    t.pages().post("/api/v1/sign-up", &body).await;
    let all = keyward::port::PeopleQuery { limit: 10, ..Default::default() };
    let people = t.kw.people(&all).await.unwrap().data;
    assert_eq!(people.iter().map(|view| view.id).collect::<Vec<_>>(), [known.id]);
    assert_ne!(people[0].name, "Mallory");
    // Its owner sees in their account that somebody tried.
    t.events().await.assert(["sign_up.repeated", "verification.sent"]);
}

/// The decoy is hashed, not only talked of: what the rest of this file counts on.
#[tokio::test]
async fn the_count_of_hashes_counts() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let before = t.hashes();
    for (name, password) in
        [("ada@example.com", PASSWORD), ("ada@example.com", "wrong"), ("nobody@example.com", "x")]
    {
        let body = json!({ "identifier": name, "password": password });
        t.pages().post("/api/v1/sign-in", &body).await;
    }
    assert_eq!(t.hashes(), (before.0 + 3, before.1));
    let body = json!({ "email": "new@example.com", "password": PASSWORD });
    t.pages().post("/api/v1/sign-up", &body).await;
    assert_eq!(t.hashes(), (before.0 + 3, before.1 + 1));
}
