//! Two nodes of one service, on one database, beside an app's own tables.

#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;
mod secrets;

use std::sync::Arc;
use std::time::Duration;

use keyward::testing::{CHEAP, FakeClock, PASSWORD, TestAuth};
use keyward::{Act, Builder, Context, Inbox, Keyward, NewPerson, Rate, Resource};
use serde_json::json;

use crate::second_factors::{self, Fob};

pub(crate) const KEY: &str = "c45a0e9b7d1f3862a58e94c6017b3df2e68d5a904cf71b23890e6d4fb1a7c352";

/// A service that always says that the same person came.
#[cfg(feature = "oauth")]
#[derive(Debug)]
pub(crate) struct Everybody;

#[cfg(feature = "oauth")]
impl keyward::providers::Provider for Everybody {
    fn name(&self) -> &str {
        "everybody"
    }

    fn title(&self) -> &str {
        "Everybody"
    }

    fn authorize_url<'a>(
        &'a self,
        _: &'a dyn keyward::outbound::HttpClient,
        asked: &'a keyward::providers::Authorize,
    ) -> keyward::port::Fut<'a, Result<String, keyward::providers::ProviderError>> {
        let url = format!("https://everybody.example.com/?{}", asked.state.reveal());
        Box::pin(async { Ok(url) })
    }

    fn exchange<'a>(
        &'a self,
        _: &'a dyn keyward::outbound::HttpClient,
        _: &'a keyward::providers::Grant,
    ) -> keyward::port::Fut<
        'a,
        Result<keyward::providers::Exchanged, keyward::providers::ProviderError>,
    > {
        let user = keyward::providers::ProviderUser {
            provider: "everybody".into(),
            issuer: "https://everybody.example.com".into(),
            provider_id: "1".into(),
            email: Some("one@example.com".into()),
            email_verified: true,
            name: None,
            picture: None,
            raw: json!({}),
        };
        Box::pin(async { Ok(keyward::providers::Exchanged { user, tokens: None }) })
    }
}

/// What a service gave back is taken on one of two nodes; and whoever comes for the
/// first time on both at once gets one account.
#[cfg(feature = "oauth")]
async fn a_service_is_come_back_from_once(here: &TestAuth, there: &TestAuth) {
    let begin = json!({ "provider": "everybody" });
    let out = async || {
        let client = here.pages();
        let out = client.post("/api/v1/sign-in/provider", &begin).await.json();
        let url = out["authorize_url"].as_str().unwrap().to_owned();
        let state = url.split_once('?').unwrap().1.to_owned();
        (json!({ "provider": "everybody", "code": "c", "state": state }), client)
    };
    let (back, first) = out().await;
    let mut tasks = tokio::task::JoinSet::new();
    for node in [here, there].into_iter().cycle().take(8) {
        let (client, back) = (node.pages(), back.clone());
        client.set_cookie("kw_provider", &first.cookie("kw_provider").unwrap());
        tasks.spawn(async move {
            client.post("/api/v1/sign-in/provider/callback", &back).await.status().as_u16()
        });
    }
    let mut seen = tasks.join_all().await;
    seen.sort_unstable();
    assert_eq!(seen, [200, 422, 422, 422, 422, 422, 422, 422]);
    let mut ids = std::collections::BTreeSet::new();
    let mut tasks = tokio::task::JoinSet::new();
    for node in [here, there].into_iter().cycle().take(6) {
        let ((back, first), client) = (out().await, node.pages());
        client.set_cookie("kw_provider", &first.cookie("kw_provider").unwrap());
        tasks.spawn(async move {
            let reply = client.post("/api/v1/sign-in/provider/callback", &back).await;
            reply.json()["user"]["id"].to_string()
        });
    }
    ids.extend(tasks.join_all().await);
    assert_eq!(ids.len(), 1, "{ids:?}");
}

/// A node with a key of its own, as tests build it.
pub(crate) async fn node(builder: Builder) -> TestAuth {
    node_with(builder, Inbox::default()).await
}

/// Two nodes with one inbox: either sends what the other wrote.
pub(crate) async fn two(here: Builder, there: Builder) -> [TestAuth; 2] {
    let inbox = Inbox::default();
    let [here, there] = [here, there].map(|node| node.second_factor(Fob::default()));
    [node_with(here, inbox.clone()).await, node_with(there, inbox).await]
}

async fn node_with(builder: Builder, inbox: Inbox) -> TestAuth {
    let clock = FakeClock::default();
    let builder = builder
        .root_key(KEY)
        .clock(Arc::new(clock.clone()))
        .hashing(CHEAP, 1)
        .public_url("http://localhost")
        .rate_limits(10_000, 1_000_000)
        // Fifty at once try what works once.
        .settings(|settings| settings.guesses = Rate::new(1000, Duration::from_secs(1)))
        .inbox(inbox);
    #[cfg(feature = "oauth")]
    let builder = builder.provider(Everybody);
    TestAuth::around(builder.build().await.unwrap(), clock)
}

/// What one node does, the other knows soon: the feed is read five times a
/// second. How soon on a loaded machine is not what is tested.
const SOON: Duration = Duration::from_secs(10);

async fn soon(what: &str, is_true: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_true().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.unwrap_or_else(|_| panic!("{what}"));
}

/// Sign-in here, there and back: sessions and permissions are the same, and end
/// on both nodes.
async fn what_one_node_does_the_other_knows([here, there]: [TestAuth; 2]) {
    #[cfg(feature = "oauth")]
    a_service_is_come_back_from_once(&here, &there).await;
    let new =
        NewPerson { email: Some("ada@example.com".into()), verified: true, ..NewPerson::default() };
    let ada = here.kw.add_person(new).await.unwrap().unwrap().id;
    let opened = here.kw.sign_in_user(&ada).await.unwrap().unwrap();
    let browser = there.pages();
    browser.set_cookie("kw_session", opened.token().reveal());
    let session = async || browser.get("/api/v1/session").await;
    assert_eq!(session().await.status(), 200, "opened there, known here");
    assert_eq!(session().await.status(), 200, "and now from memory");

    here.kw.grant("ada@example.com", "printer:print").await.unwrap();
    let held = async || browser.get("/api/v1/me/permissions").await.text().to_owned();
    soon("the permission arrives", async || held().await.contains("printer:print")).await;

    let entries = vec!["allow @authenticated posts:edit".to_owned()];
    here.kw.put_acl("wall", entries, None).await.unwrap().unwrap();
    let post = Resource::new("posts", 1).acl("wall");
    let may = async || {
        let ruling = there.kw.ask(ada, "posts:edit", Some(&post), &Context::new()).await;
        ruling.is_ok_and(|ruling| ruling.allowed().unwrap())
    };
    soon("the list counts", may).await;

    #[cfg(feature = "policy-file")]
    {
        let text = "version = 1\n[roles]\nbinder = { allow = [\"printer:bind\"] }\n".into();
        let change = keyward::ChangePolicy { text, seen: None, force: false, actor: None };
        here.kw.change_policy(change).await.unwrap().unwrap();
        here.kw.assign_role(ada, "binder", true).await.unwrap().unwrap();
        soon("the document arrives", async || held().await.contains("printer:bind")).await;
    }

    #[cfg(feature = "policy-file")]
    a_relation_counts_on_the_other_node(&here, &there, ada).await;

    a_set_and_a_second_role_do_not_come_in_one_moment(&here, &there, ada).await;

    let lock = Act::Lock { reason: "lost laptop".into() };
    here.kw.act_on(ada, lock).await.unwrap().unwrap();
    soon("the session ends", async || session().await.status() == 401).await;
    here.kw.act_on(ada, Act::Unlock).await.unwrap().unwrap();
    assert_eq!(session().await.status(), 401, "and stays so");

    secrets::are_spent_once(&here, &there).await;
    a_second_factor_is_spent_on_one_node_alone(&here, &there).await;
    let report = there.kw.verify_audit().await.unwrap();
    assert_eq!(report.faults, [""; 0]);
    here.kw.shutdown().await;
    there.kw.shutdown().await;
}

const RELATIONS: &str = r#"version = 1
[relations.group]
member = "[user, group#member]"
[relations.docs]
parent = "[docs]"
viewer = "[user, user:*, group#member] | viewer from parent"
grants."docs:view" = "viewer"
"#;

/// Nothing of a stored relation is cached: the next question on any node sees it,
/// through a set, a group in a group, and the folder above; and that it is gone.
#[cfg(feature = "policy-file")]
async fn a_relation_counts_on_the_other_node(
    here: &TestAuth,
    there: &TestAuth,
    ada: keyward::id::UserId,
) {
    use keyward::Relation;
    let change =
        keyward::ChangePolicy { text: RELATIONS.into(), seen: None, force: false, actor: None };
    here.kw.change_policy(change).await.unwrap().unwrap();
    let ask = async |node: &TestAuth| {
        let page = Resource::new("docs", "42");
        let ruling = node.kw.ask(ada, "docs:view", Some(&page), &Context::new()).await;
        ruling.unwrap().allowed().unwrap_or(false)
    };
    let relation = |object: &str, relation: &str, subject: &str| Relation {
        object: object.into(),
        relation: relation.into(),
        subject: subject.into(),
    };
    let chain = [
        relation("docs:42", "parent", "docs:home"),
        relation("docs:home", "viewer", "group:builders#member"),
        relation("group:builders", "member", "group:roofers#member"),
        relation("group:roofers", "member", &format!("user:{ada}")),
    ];
    here.kw.change_relations(chain.clone(), []).await.unwrap().unwrap();
    // The document that says what they give is what has to arrive.
    soon("the relation counts", async || ask(there).await).await;
    assert!(ask(here).await);
    let [.., last] = chain;
    there.kw.change_relations([], [last.clone()]).await.unwrap().unwrap();
    assert!(!ask(here).await && !ask(there).await, "it is gone at once on both");
    here.kw.change_relations([last], []).await.unwrap().unwrap();
    assert!(ask(there).await, "and back at once");
}

/// Both nodes are given the same code at once: one of them lets somebody in.
async fn a_second_factor_is_spent_on_one_node_alone(here: &TestAuth, there: &TestAuth) {
    let given = |email| json!({ "identifier": email, "password": PASSWORD });
    let enter = async |email| {
        let home = here.user(email).await;
        let home = here.pages().login_as(&home).await;
        (home, given(email))
    };
    let (home, eve) = enter("eve@example.com").await;
    let (app, codes) = home.enrol_totp(&here.clock).await;
    there.clock.advance(Duration::from_secs(30));
    let (home, fay) = enter("fay@example.com").await;
    let (serial, _) = second_factors::enrol(&home).await;
    for (body, method, code) in [
        (&eve, "totp", app.next_code()),
        (&eve, "recovery_code", codes[0].clone()),
        (&fay, "fob", format!("{serial}-2")),
    ] {
        let mut tasks = tokio::task::JoinSet::new();
        for node in [here, there].into_iter().cycle().take(50) {
            let client = node.pages();
            let begun = client.post("/api/v1/sign-in", body).await.json();
            let flow = begun["flow_id"].clone();
            let given = json!({ "flow_id": flow, "method": method, "code": code });
            tasks.spawn(async move { client.post("/api/v1/sign-in/mfa", &given).await });
        }
        let replies = tasks.join_all().await;
        let let_in = replies.iter().filter(|reply| reply.status().is_success()).count();
        assert_eq!(let_in, 1, "{method}: {replies:?}");
    }
}

/// The first start of a service with several nodes: nobody is turned away.
async fn many_start_at_once(url: &str) {
    let starting = (0..4).map(|_| {
        let builder = Keyward::connect(url);
        tokio::spawn(async move { node(builder).await })
    });
    let starting: Vec<_> = starting.collect();
    for started in starting {
        let node = started.await.unwrap();
        node.kw.ready().await.unwrap();
        node.kw.shutdown().await;
    }
}

/// A set of exclusive roles is made on one node while the other gives a second of them.
async fn a_set_and_a_second_role_do_not_come_in_one_moment(
    here: &TestAuth,
    there: &TestAuth,
    ada: keyward::id::UserId,
) {
    here.role("payer", &["bills:pay"]).await;
    here.role("approver", &["bills:approve"]).await;
    here.kw.assign_role(ada, "payer", true).await.unwrap().unwrap();
    let mut outcomes = std::collections::BTreeSet::new();
    for round in 0..12 {
        let (maker, giver) = (here.kw.clone(), there.kw.clone());
        let roles = Some(vec!["payer".to_owned(), "approver".to_owned()]);
        let made = tokio::spawn(async move { maker.change_exclusive("bills", roles).await });
        let given = tokio::spawn(async move { giver.assign_role(ada, "approver", true).await });
        let (made, given) = (made.await.unwrap().unwrap(), given.await.unwrap().unwrap());
        let is_made = here.kw.exclusive_list().await.unwrap().iter().any(|it| it.name == "bills");
        let held = here.kw.holdings(ada).await.unwrap();
        let is_given = held.roles.iter().any(|it| it == "approver");
        assert_eq!((made.is_ok(), given.is_ok()), (is_made, is_given), "round {round}");
        assert!(!(is_made && is_given), "round {round}: {made:?} {given:?}");
        outcomes.insert((is_made, is_given));
        if is_made {
            here.kw.change_exclusive("bills", None).await.unwrap().unwrap();
        }
        if is_given {
            here.kw.assign_role(ada, "approver", false).await.unwrap().unwrap();
        }
    }
    assert!(outcomes != [(false, false)].into(), "one of them comes through");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_nodes_start_at_once_on_a_file() {
    let dir = tempfile::tempdir().unwrap();
    many_start_at_once(&format!("sqlite://{}", dir.path().join("app.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_a_memory() {
    let store = Arc::new(keyward::store::MemoryStore::new());
    let nodes = two(Keyward::with_store(store.clone()), Keyward::with_store(store)).await;
    what_one_node_does_the_other_knows(nodes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("app.db").display());
    let nodes = two(Keyward::connect(&url), Keyward::connect(&url)).await;
    what_one_node_does_the_other_knows(nodes).await;
}

/// A variable of the environment.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn variable(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "how xtask tells us where the services are")]
    let found = std::env::var(name);
    found.unwrap_or_else(|_| {
        panic!("{name} is not set; start the services: cargo xtask services -- cargo test …")
    })
}

/// The same server, another database.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}
