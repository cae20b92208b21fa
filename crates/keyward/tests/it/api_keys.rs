//! API keys: what they open, what they never open, and how they end.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request};
use keyward::port::Clock as _;
use keyward::testing::{Client, Response, TestAuth};
use keyward::{ApiKeyTerms, NewApiKey, UserView};
use serde_json::{Value, json};

async fn ask_by(client: &Client, path: &str, header: &str, value: &str) -> Response {
    let request = Request::get(path).header("host", "localhost").header(header, value);
    client.raw(request.body(Default::default()).unwrap()).await
}

/// Posts with a key.
async fn post_by(client: &Client, key: &str, path: &str, body: &Value) -> Response {
    let request = Request::post(path)
        .header("host", "localhost")
        .header("x-api-key", key)
        .header("content-type", "application/json");
    client.raw(request.body(body.to_string().into()).unwrap()).await
}

async fn by(client: &Client, key: &str, path: &str) -> Response {
    ask_by(client, path, "x-api-key", key).await
}

fn terms(name: &str) -> ApiKeyTerms {
    ApiKeyTerms { name: name.into(), ..ApiKeyTerms::default() }
}

fn only(permissions: &[&str]) -> ApiKeyTerms {
    let permissions = permissions.iter().map(|it| (*it).to_owned()).collect();
    ApiKeyTerms { permissions: Some(permissions), ..terms("bound") }
}

async fn key(t: &TestAuth, of: &UserView, terms: ApiKeyTerms) -> NewApiKey {
    t.kw.create_api_key(of.id, terms).await.unwrap().unwrap()
}

/// Somebody who may look at accounts and change them.
async fn administrator(t: &TestAuth) -> UserView {
    let ada = t.user("ada@example.com").await;
    t.role("office", &["users:*"]).await;
    t.give_role(&ada, "office").await;
    ada
}

const PEOPLE: &str = "/api/v1/admin/users";

#[tokio::test]
async fn a_key_opens_what_its_account_may_wherever_it_is_put() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let made = key(&t, &ada, terms("deploy")).await;
    let (client, text) = (t.pages(), made.text.reveal());
    let basic = format!("Basic {}", STANDARD.encode(format!("{text}:")));
    for (header, value) in [
        ("x-api-key", text.to_owned()),
        ("authorization", format!("Bearer {text}")),
        ("authorization", basic),
    ] {
        let reply = ask_by(&client, PEOPLE, header, &value).await;
        assert_eq!(reply.status().as_u16(), 200, "{header}");
        assert!(reply.headers().get("set-cookie").is_none(), "a key opens no session");
    }
    assert_eq!(client.get(PEOPLE).await.status().as_u16(), 401, "and stays with its request");
    let me = by(&client, text, "/api/v1/me").await.json();
    assert_eq!(me["id"], json!(ada.id.to_string()));
}

#[tokio::test]
async fn a_key_that_is_bound_does_no_more_than_it_may() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let bound = key(&t, &ada, only(&["users:view", "posts:*"])).await;
    let (client, text) = (t.pages(), bound.text.reveal());
    assert_eq!(by(&client, text, PEOPLE).await.status().as_u16(), 200);
    let path = format!("{PEOPLE}/{}/lock", ada.id);
    let refused = post_by(&client, text, &path, &json!({})).await;
    assert_eq!((refused.status().as_u16(), refused.code().as_str()), (403, "outside_ceiling"));
    let can = by(&client, text, "/api/v1/can?permission=users:edit").await.json();
    assert_eq!(can["allowed"], json!(false), "{can}");
    let can = by(&client, text, "/api/v1/can?permission=posts:edit").await.json();
    assert_eq!(can["allowed"], json!(false), "what its account may not, it may not: {can}");
    let held = by(&client, text, "/api/v1/me/permissions").await.json();
    assert_eq!(held["within"], json!(["users:view", "posts:*"]), "{held}");
}

#[tokio::test]
async fn a_key_changes_nothing_about_how_its_account_is_guarded() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let made = key(&t, &ada, terms("all of it")).await;
    let (client, text) = (t.pages(), made.text.reveal());
    for path in ["/api/v1/me/sessions", "/api/v1/session", "/api/v1/me/api-keys"] {
        let refused = by(&client, text, path).await;
        assert_eq!((refused.status().as_u16(), refused.code().as_str()), (403, "session_required"));
    }
    for (path, body) in [
        ("/api/v1/me/recovery-codes".to_owned(), json!({})),
        ("/api/v1/me/api-keys".to_owned(), json!({ "name": "another" })),
        ("/api/v1/me/totp".to_owned(), json!({})),
        // The second door: what an administrator does to accounts, done to one's own.
        (format!("{PEOPLE}/{}/set-password", ada.id), json!({ "password": "a new long password" })),
        (format!("{PEOPLE}/{}/api-keys", ada.id), json!({ "name": "another" })),
    ] {
        let refused = post_by(&client, text, &path, &body).await;
        assert_eq!(refused.status().as_u16(), 403, "{path}: {}", refused.text());
    }
    assert_eq!(t.kw.api_keys(ada.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bound_key_gives_nobody_more_than_it_may_itself() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    t.role("chief", &["*"]).await;
    t.give_role(&ada, "chief").await;
    let eve = t.user("eve@example.com").await;
    let bound = key(&t, &ada, only(&["users:*", "roles:*"])).await;
    let (client, text) = (t.pages(), bound.text.reveal());
    let put = async |path: &str, body: &Value| {
        let request = Request::put(path)
            .header("host", "localhost")
            .header("x-api-key", text)
            .header("content-type", "application/json");
        client.raw(request.body(body.to_string().into()).unwrap()).await
    };
    let wide = json!({ "permission": "*", "effect": "allow" });
    let own = json!({ "permission": "users:view", "effect": "allow" });
    let (role, direct) =
        (format!("{PEOPLE}/{}/roles/chief", eve.id), format!("{PEOPLE}/{}/permissions", eve.id));
    for (path, body) in [(&role, &json!({})), (&direct, &wide)] {
        let refused = put(path, body).await;
        assert_eq!(refused.code(), "outside_ceiling", "{path}: {}", refused.text());
    }
    assert_eq!(put(&direct, &own).await.status().as_u16(), 204, "what it may itself, it may give");
    // Nor does it take over somebody who may do more.
    let path = format!("{PEOPLE}/{}/api-keys", ada.id);
    let refused = post_by(&client, text, &path, &json!({ "name": "mine now" })).await;
    assert_eq!(refused.code(), "outside_ceiling");
}

#[tokio::test]
async fn a_key_begins_ends_and_stays_where_it_belongs() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let (now, client) = (t.clock.now(), t.pages());
    let hour = Duration::from_secs(3600);
    let timed = ApiKeyTerms {
        not_before: Some(now.plus(hour)),
        expires_at: Some(now.plus(2 * hour)),
        ..terms("timed")
    };
    let timed = key(&t, &ada, timed).await;
    let elsewhere = ApiKeyTerms { networks: vec!["192.0.2.0/24".into()], ..terms("there") };
    let elsewhere = key(&t, &ada, elsewhere).await;
    for (hours, status) in [(0, 401), (1, 200), (1, 401)] {
        t.clock.advance(hours * hour);
        let reply = by(&client, timed.text.reveal(), PEOPLE).await;
        assert_eq!(reply.status().as_u16(), status, "{hours}");
    }
    assert_eq!(by(&client, elsewhere.text.reveal(), PEOPLE).await.code(), "unauthenticated");
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_so_is_a_locked_accounts() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let client = t.pages();
    let (one, two) = (key(&t, &ada, terms("one")).await, key(&t, &ada, terms("two")).await);
    for made in [&one, &two] {
        assert_eq!(by(&client, made.text.reveal(), PEOPLE).await.status().as_u16(), 200);
    }
    t.kw.revoke_api_key(ada.id, Some(one.key.id)).await.unwrap().unwrap();
    assert_eq!(by(&client, one.text.reveal(), PEOPLE).await.code(), "unauthenticated");
    assert_eq!(by(&client, two.text.reveal(), PEOPLE).await.status().as_u16(), 200);
    t.kw.act_on(ada.id, keyward::Act::Lock { reason: "away".into() }).await.unwrap().unwrap();
    assert_eq!(by(&client, two.text.reveal(), PEOPLE).await.code(), "unauthenticated");
}

#[tokio::test]
async fn a_rotated_key_goes_on_for_as_long_as_it_is_given() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let client = t.pages();
    let old = key(&t, &ada, only(&["users:view"])).await;
    let hour = Duration::from_secs(3600);
    let new = t.kw.rotate_api_key(ada.id, old.key.id, hour).await.unwrap().unwrap();
    assert_eq!(new.key.permissions, old.key.permissions);
    for made in [&old, &new] {
        assert_eq!(by(&client, made.text.reveal(), PEOPLE).await.status().as_u16(), 200);
    }
    t.clock.advance(hour);
    assert_eq!(by(&client, old.text.reveal(), PEOPLE).await.status().as_u16(), 401);
    assert_eq!(by(&client, new.text.reveal(), PEOPLE).await.status().as_u16(), 200);
    let kinds = t.events().await;
    assert!(kinds.kinds().contains(&"api_key.rotated".to_owned()));
}

#[tokio::test]
async fn a_key_that_is_found_somewhere_is_ended_and_its_owner_told() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let made = key(&t, &ada, terms("leaked")).await;
    let (client, text) = (t.pages(), made.text.reveal());
    let mut guess = text.to_owned();
    guess.replace_range(60..61, if &text[60..61] == "0" { "1" } else { "0" });
    for (found, status) in [("nothing", 204), (guess.as_str(), 204), (text, 204)] {
        assert_eq!(by(&client, text, PEOPLE).await.status().as_u16(), 200, "still, before {found}");
        let body = json!({ "api_key": found, "place": "a public repository" });
        let reply = client.post("/api/v1/api-keys/report", &body).await;
        assert_eq!(reply.status().as_u16(), status);
    }
    assert_eq!(by(&client, text, PEOPLE).await.status().as_u16(), 401);
    let inbox = t.kw.inbox().unwrap();
    let told = || inbox.all().iter().any(|it| it.subject.contains("was found in public"));
    while !told() {
        tokio::time::timeout(Duration::from_secs(20), inbox.arrival()).await.unwrap();
    }
}

#[tokio::test]
async fn requests_with_one_key_are_counted_for_themselves() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let few = ApiKeyTerms { per_minute: Some(3), ..terms("few") };
    let (few, many) = (key(&t, &ada, few).await, key(&t, &ada, terms("many")).await);
    let client = t.pages();
    for status in [200, 200, 200, 429] {
        let reply = by(&client, few.text.reveal(), PEOPLE).await;
        assert_eq!(reply.status().as_u16(), status);
        assert_eq!(reply.headers().contains_key("retry-after"), status == 429);
    }
    assert_eq!(by(&client, many.text.reveal(), PEOPLE).await.status().as_u16(), 200);
    t.clock.advance(Duration::from_secs(20));
    assert_eq!(by(&client, few.text.reveal(), PEOPLE).await.status().as_u16(), 200);
}

#[tokio::test]
async fn its_owner_makes_one_with_a_recent_proof_and_sees_it_once() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let client = t.pages().login_as(&ada).await;
    let body =
        json!({ "name": "laptop", "permissions": ["users:view"], "networks": ["127.0.0.0/8"] });
    let made = client.post("/api/v1/me/api-keys", &body).await;
    assert_eq!(made.status().as_u16(), 201, "{}", made.text());
    let (text, id) = (made.json()["api_key"].clone(), made.json()["id"].clone());
    let listed = client.get("/api/v1/me/api-keys").await;
    assert_eq!(listed.json()["data"][0]["id"], id);
    assert!(
        !listed.text().contains("kwk_") && !listed.text().contains("hash"),
        "{}",
        listed.text()
    );
    assert!(text.as_str().unwrap().starts_with("kwk_"));

    for (body, code) in [
        (json!({ "name": "" }), "name_invalid"),
        (json!({ "name": "x", "permissions": ["a:b*c"] }), "pattern_invalid"),
        (json!({ "name": "x", "networks": ["10.0.0.0/99"] }), "network_invalid"),
        (json!({ "name": "x", "expires_at": "2001-01-01T00:00:00Z" }), "in_the_past"),
        (json!({ "name": "x", "expires_at": "soon" }), "time_invalid"),
        (json!({ "name": "x", "per_minute": 0 }), "too_small"),
    ] {
        let refused = client.post("/api/v1/me/api-keys", &body).await;
        assert_eq!(refused.status().as_u16(), 422, "{body}");
        assert!(refused.text().contains(code), "{body}: {}", refused.text());
    }

    t.clock.advance(Duration::from_secs(3600));
    let late = client.post("/api/v1/me/api-keys", &json!({ "name": "late" })).await;
    assert_eq!(late.code(), "step_up_required");
    let path = format!("/api/v1/me/api-keys/{}", id.as_str().unwrap());
    let ended = client.json(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(ended.status().as_u16(), 204, "ending one needs no proof");
}

#[tokio::test]
async fn an_account_has_fifty_keys_and_those_that_ended_give_way() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let client = t.pages().login_as(&ada).await;
    let hour = Duration::from_secs(3600);
    let until = t.clock.now().plus(hour);
    let brief = ApiKeyTerms { expires_at: Some(until), ..terms("brief") };
    let first = key(&t, &ada, brief).await;
    for n in 1..50 {
        key(&t, &ada, terms(&format!("key {n}"))).await;
    }
    let over = || t.kw.create_api_key(ada.id, terms("one more"));
    let no = keyward::Refusal::invalid("name", "too_many");
    assert_eq!(over().await.unwrap().unwrap_err(), no);
    let reply = client.post("/api/v1/me/api-keys", &json!({ "name": "one more" })).await;
    assert_eq!(reply.json()["errors"][0]["code"], "too_many", "{}", reply.text());
    let fields = [("name", "one more"), ("permissions", ""), ("days", "90")];
    assert_eq!(client.form("/account/api-keys", &fields).await.status(), 422);
    // Another account has its own.
    let bob = t.user("bob@example.com").await;
    key(&t, &bob, terms("first")).await;
    t.clock.advance(hour);
    key(&t, &ada, terms("one more")).await;
    let keys = t.kw.api_keys(ada.id).await.unwrap();
    assert_eq!(keys.len(), 50);
    assert!(keys.iter().all(|key| key.id != first.key.id), "what had ended gave way");
    assert_eq!(over().await.unwrap().unwrap_err(), no);
}

#[tokio::test]
async fn keys_that_are_changed_again_and_again_do_not_become_any_number() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let day = Duration::from_secs(24 * 3600);
    let mut ids = vec![];
    for n in 0..50 {
        ids.push(key(&t, &ada, terms(&format!("key {n}"))).await.key.id);
    }
    let mut newest = ids[0];
    for id in &ids {
        newest = t.kw.rotate_api_key(ada.id, *id, day).await.unwrap().unwrap().key.id;
    }
    let again = t.kw.rotate_api_key(ada.id, newest, day).await.unwrap();
    assert_eq!(again.unwrap_err(), keyward::Refusal::invalid("name", "too_many"));
    // At once, one goes for each that comes.
    newest = t.kw.rotate_api_key(ada.id, newest, Duration::ZERO).await.unwrap().unwrap().key.id;
    assert_eq!(t.kw.api_keys(ada.id).await.unwrap().len(), 100);
    t.clock.advance(day);
    t.kw.rotate_api_key(ada.id, newest, day).await.unwrap().unwrap();
    assert_eq!(t.kw.api_keys(ada.id).await.unwrap().len(), 51);
}

#[tokio::test]
async fn an_old_key_goes_on_for_thirty_days_at_most() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let client = t.pages().login_as(&ada).await;
    let month = Duration::from_secs(30 * 24 * 3600);
    let old = key(&t, &ada, terms("deploy")).await;
    let too_long = month + Duration::from_micros(1);
    let refused = t.kw.rotate_api_key(ada.id, old.key.id, too_long).await.unwrap();
    assert_eq!(refused.unwrap_err(), keyward::Refusal::invalid("overlap", "too_long"));
    let path = format!("/api/v1/me/api-keys/{}/rotate", old.key.id);
    let reply = client.post(&path, &json!({ "overlap": month.as_secs() + 1 })).await;
    assert_eq!(reply.json()["errors"][0]["code"], "too_long", "{}", reply.text());
    assert_eq!(t.kw.api_keys(ada.id).await.unwrap().len(), 1, "nothing was made");
    let reply = client.post(&path, &json!({ "overlap": month.as_secs() })).await;
    assert_eq!(reply.status(), 201, "{}", reply.text());
    t.clock.advance(month - Duration::from_secs(1));
    assert_eq!(by(&t.pages(), old.text.reveal(), PEOPLE).await.status(), 200);
    t.clock.advance(Duration::from_secs(1));
    assert_eq!(by(&t.pages(), old.text.reveal(), PEOPLE).await.status(), 401);
    // A key that would have ended sooner ends no later by being changed.
    let until = t.clock.now().plus(Duration::from_secs(60));
    let brief = ApiKeyTerms { expires_at: Some(until), ..terms("brief") };
    let brief = key(&t, &ada, brief).await;
    t.kw.rotate_api_key(ada.id, brief.key.id, month).await.unwrap().unwrap();
    t.clock.advance(Duration::from_secs(60));
    assert_eq!(by(&t.pages(), brief.text.reveal(), PEOPLE).await.status(), 401);
}

#[tokio::test]
async fn every_address_that_was_proven_is_told_of_a_new_key() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let letters = async || {
        while t.deliver().await > 0 {}
        let all = t.kw.inbox().unwrap().all();
        let told = all.iter().filter(|it| it.subject.contains("API key"));
        told.map(|it| (it.to.clone(), it.text.clone())).collect::<Vec<_>>()
    };
    let made = key(&t, &ada, terms("deploy")).await;
    let told = letters().await;
    assert_eq!(told.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), ["ada@example.com"]);
    assert!(!told[0].1.contains("kwk_"), "the letter holds no key: {}", told[0].1);
    // A changed one is a new one, and a refused one is none.
    let hour = Duration::from_secs(3600);
    t.kw.rotate_api_key(ada.id, made.key.id, hour).await.unwrap().unwrap();
    assert_eq!(letters().await.len(), 2);
    assert!(t.kw.create_api_key(ada.id, terms("")).await.unwrap().is_err());
    assert_eq!(letters().await.len(), 2);
    let nobody = t
        .user_with(|new| {
            new.email = Some("unproven@example.com".into());
            new.verified = false;
        })
        .await;
    key(&t, &nobody, terms("deploy")).await;
    assert_eq!(letters().await.len(), 2, "an address that nobody proved is told nothing");
}

#[tokio::test]
async fn a_key_tells_when_it_was_last_used() {
    let t = TestAuth::new().await;
    let ada = administrator(&t).await;
    let (used, rested) = (key(&t, &ada, terms("used")).await, key(&t, &ada, terms("rested")).await);
    let client = t.pages();
    let told = async |made: &NewApiKey| {
        // It is noted beside the answer.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let keys = t.kw.api_keys(ada.id).await.unwrap();
        keys.into_iter().find(|it| it.id == made.key.id).unwrap().used_at
    };
    assert_eq!(told(&used).await, None);
    t.clock.advance(Duration::from_secs(2));
    assert_eq!(by(&client, used.text.reveal(), PEOPLE).await.status().as_u16(), 200);
    let first = t.clock.now();
    assert_eq!((told(&used).await, told(&rested).await), (Some(first), None));
    t.clock.advance(Duration::from_secs(59));
    by(&client, used.text.reveal(), PEOPLE).await;
    assert_eq!(told(&used).await, Some(first), "to the minute");
    t.clock.advance(Duration::from_secs(1));
    let wrong = format!("{}0", &rested.text.reveal()[..rested.text.reveal().len() - 1]);
    by(&client, &wrong, PEOPLE).await;
    by(&client, used.text.reveal(), PEOPLE).await;
    assert_eq!((told(&used).await, told(&rested).await), (Some(t.clock.now()), None));
    let listed = t.pages().login_as(&ada).await.get("/api/v1/me/api-keys").await;
    assert!(listed.text().contains(&t.clock.now().to_string()), "{}", listed.text());
}

#[tokio::test]
async fn an_account_that_was_added_for_a_program_has_its_key_and_no_other_way_in() {
    let t = TestAuth::new().await;
    let bot = t.user_with(|new| {
        new.username = Some("deploy-bot".into());
        new.password = None;
    });
    let bot = bot.await;
    t.role("deployer", &["deploys:*"]).await;
    t.give_role(&bot, "deployer").await;
    let made = key(&t, &bot, only(&["deploys:*"])).await;
    let client = t.pages();
    let may = by(&client, made.text.reveal(), "/api/v1/me/permissions").await;
    assert_eq!(may.json()["within"], json!(["deploys:*"]), "{}", may.text());

    for password in ["deploy-bot", keyward::testing::PASSWORD, made.text.reveal()] {
        let body = json!({ "identifier": "deploy-bot", "password": password });
        let refused = t.pages().post("/api/v1/sign-in", &body).await;
        assert_eq!(refused.code(), "invalid_credentials", "{}", refused.text());
    }
    let empty = json!({ "identifier": "deploy-bot", "password": "" });
    let refused = t.pages().post("/api/v1/sign-in", &empty).await;
    assert!(refused.status().is_client_error(), "{}", refused.text());
    for path in ["/api/v1/recovery", "/api/v1/sign-in/link", "/api/v1/sign-in/code"] {
        let asked = t.pages().post(path, &json!({ "identifier": "deploy-bot" })).await;
        let cookies = asked.headers().get_all("set-cookie").iter();
        let opened = cookies.filter(|line| line.as_bytes().starts_with(b"kw_session=")).count();
        assert_eq!(opened, 0, "{path}: {}", asked.text());
        assert_eq!(t.deliver().await, 0, "{path}: there is no address to send to");
        assert!(t.kw.inbox().unwrap().all().is_empty(), "{path}");
    }
    for path in ["/api/v1/me/password", "/api/v1/me/passkeys/options"] {
        let refused = post_by(&client, made.text.reveal(), path, &json!({})).await;
        assert!(refused.status().is_client_error(), "{path}: {}", refused.text());
    }
    assert!(t.kw.session_list(bot.id).await.unwrap().is_empty(), "nobody is signed in as it");
}
