//! A second factor of the app's own: it judges an answer, and everything else is as for
//! an authenticator app.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyward::id::UserId;
use keyward::port::Fut;
use keyward::second_factors::{Begun, Factor};
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Act, Entered, Error, Keyward, MfaMode, Rate, Refusal, Secret, store};
use serde_json::{Value, json};

use crate::factors::{answer, flow, sign_in};
use crate::nodes::node;
use crate::pages::html::{Page, location};

const DOOR: &str = "/api/v1/me/factors/fob";

/// A fob that shows `SERIAL-1`, `SERIAL-2`, … and counts how often it is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fob {
    asked: Arc<AtomicUsize>,
}

impl Factor for Fob {
    fn name(&self) -> &'static str {
        "fob"
    }

    fn label(&self, language: &str) -> String {
        if language == "de" { "Anhänger <GmbH>" } else { "Fob <Ltd>" }.into()
    }

    fn begin(&self, user: UserId) -> Fut<'_, Result<Begun, Error>> {
        Box::pin(async move {
            let serial: String = user.to_string().chars().rev().take(8).collect();
            let shown = format!("Your fob <b> is {serial}");
            Ok(Begun { kept: Secret::new(format!("{serial} 0")), shown })
        })
    }

    fn prove<'a>(
        &'a self,
        _: UserId,
        kept: &'a Secret,
        answer: &'a Secret,
    ) -> Fut<'a, Result<Option<Secret>, Error>> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let (serial, used) = kept.reveal().split_once(' ').unwrap();
            let used: u64 = used.parse().unwrap();
            match answer.reveal() {
                "broken" => Err(Error::new("ask the fob")),
                "much" => Ok(Some(Secret::new("x".repeat(4097)))),
                "slow" => {
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                    Ok(Some(kept.clone()))
                }
                shown => {
                    let number = shown.strip_prefix(serial).and_then(|it| it.strip_prefix('-'));
                    let number = number.and_then(|it| it.parse().ok()).filter(|it| *it > used);
                    Ok(number.map(|number: u64| Secret::new(format!("{serial} {number}"))))
                }
            }
        })
    }
}

/// Somebody with a fob, where they enrolled it.
struct Owner {
    t: TestAuth,
    fob: Fob,
    home: Client,
    serial: String,
    codes: Vec<String>,
}

impl Owner {
    async fn new(change: impl FnOnce(keyward::Builder) -> keyward::Builder) -> Self {
        let fob = Fob::default();
        let given = fob.clone();
        let t = TestAuth::with(|b| change(b.second_factor(given))).await;
        t.user("ada@example.com").await;
        let home = t.pages();
        assert_eq!(sign_in(&home).await.json()["status"], "complete");
        let (serial, codes) = enrol(&home).await;
        Self { t, fob, home, serial, codes }
    }

    fn shows(&self, number: u64) -> String {
        format!("{}-{number}", self.serial)
    }

    fn asked(&self) -> usize {
        self.fob.asked.load(Ordering::SeqCst)
    }

    /// Answers a new sign-in.
    async fn enters(&self, with: &str) -> Response {
        let client = self.t.pages();
        let begun = flow(&client).await;
        answer(&client, &begun, "fob", with).await
    }
}

/// Enrols a fob; what its numbers begin with, and the recovery codes.
pub(crate) async fn enrol(home: &Client) -> (String, Vec<String>) {
    let begun = home.post(DOOR, &json!({})).await.json();
    let serial = begun["shown"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    let reply = confirm(home, &begun["flow_id"], &format!("{serial}-1")).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let codes = reply.json()["recovery_codes"].as_array().unwrap().clone();
    (serial, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn confirm(home: &Client, flow: &Value, code: &str) -> Response {
    home.post(&format!("{DOOR}/confirm"), &json!({ "flow_id": flow, "code": code })).await
}

fn told(reply: &Response) -> (u16, String) {
    (reply.status().as_u16(), reply.code())
}

#[tokio::test]
async fn it_is_enrolled_with_a_right_answer_and_asked_for_at_the_next_sign_in() {
    let owner = Owner::new(|b| b).await;
    assert_eq!(owner.codes.len(), 10, "recovery codes come with it");
    let session = owner.home.get("/api/v1/session").await.json();
    assert_eq!((&session["aal"], &session["methods"]), (&json!(2), &json!(["password", "fob"])));
    let listed = owner.home.get("/api/v1/me/factors").await.json();
    let wanted = json!([{ "name": "fob", "label": "Fob <Ltd>", "enrolled": true }]);
    assert_eq!(listed["factors"], wanted);

    let client = owner.t.pages();
    let reply = sign_in(&client).await;
    assert_eq!(reply.json()["methods"], json!(["fob", "recovery_code"]));
    let begun = reply.json()["flow_id"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/api/v1/session").await.status(), 401);
    assert_eq!(answer(&client, &begun, "fob", &owner.shows(1)).await.code(), "mfa_invalid");
    let reply = answer(&client, &begun, "fob", &owner.shows(2)).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
    assert_eq!(client.get("/api/v1/session").await.json()["aal"], 2);
    let told = ["mfa.failed", "sign_in.succeeded", "session.created"];
    owner.t.events().await.assert(told);
}

#[tokio::test]
async fn nothing_is_enrolled_by_a_wrong_answer_too_many_or_another_session() {
    let owner = Owner::new(|b| b).await;
    let eve = owner.t.user("eve@example.com").await;
    let (home, other) =
        (owner.t.pages().login_as(&eve).await, owner.t.pages().login_as(&eve).await);
    let begun = home.post(DOOR, &json!({})).await.json();
    let serial = begun["shown"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    let right = format!("{serial}-1");
    let stranger = confirm(&other, &begun["flow_id"], &right).await;
    assert_eq!(told(&stranger), (410, "code_expired".into()), "of the same account");
    let stranger = confirm(&owner.home, &begun["flow_id"], &right).await;
    assert_eq!(told(&stranger), (410, "code_expired".into()), "of another account");
    for _ in 0..5 {
        assert_eq!(confirm(&home, &begun["flow_id"], "wrong").await.code(), "code_invalid");
    }
    let asked = owner.asked();
    let late = confirm(&home, &begun["flow_id"], &right).await;
    assert_eq!(late.code(), "code_attempts_exceeded");
    assert_eq!(owner.asked(), asked, "the factor is not asked any more");
    assert!(owner.t.kw.second_factors(eve.id).await.unwrap().methods.is_empty());
    assert_eq!(
        told(&owner.home.post(DOOR, &json!({})).await).1,
        "validation_failed",
        "one is enough"
    );
}

#[tokio::test]
async fn what_it_keeps_is_sealed_and_nobody_reads_it_in_an_export() {
    let memory = Arc::new(store::MemoryStore::new());
    let t = node(Keyward::with_store(memory.clone()).second_factor(Fob::default())).await;
    let ada = t.user("ada@example.com").await;
    let home = t.pages().login_as(&ada).await;
    let (serial, _) = enrol(&home).await;
    let subject = store::Store::subject(&*memory, ada.id).await.unwrap().unwrap();
    let kept = subject.credential("app:fob").unwrap();
    assert!(!String::from_utf8_lossy(&kept.data).contains(&serial));
    let exported = home.get("/api/v1/me/export").await;
    assert_eq!(exported.status(), 200);
    assert!(!exported.text().contains(&serial), "{}", exported.text());
}

#[tokio::test]
async fn a_wrong_answer_costs_as_much_as_for_an_authenticator_app() {
    let owner = Owner::new(|b| b).await;
    let before = owner.asked();
    for _ in 0..10 {
        assert_eq!(owner.enters("wrong").await.code(), "mfa_invalid");
    }
    assert_eq!(owner.asked(), before + 10);
    assert_eq!(told(&owner.enters(&owner.shows(9)).await), (429, "rate_limited".into()));
    assert_eq!(owner.asked(), before + 10, "who has used up the guesses does not reach it");
    assert_eq!(told(&owner.enters(&owner.codes[0]).await).0, 429, "one budget for all");
}

#[tokio::test]
async fn after_a_hundred_wrong_answers_in_a_row_it_is_right_no_more() {
    let plenty = Rate::new(10_000, Duration::from_secs(60));
    let free = |b: keyward::Builder| {
        b.settings(|s| (s.guesses, s.guesses_long, s.address_guesses) = (plenty, plenty, plenty))
            .settings(|s| s.network_guesses = plenty)
    };
    let owner = Owner::new(free).await;
    for guess in 0..99 {
        assert_eq!(owner.enters("wrong").await.code(), "mfa_invalid", "{guess}");
    }
    assert_eq!(owner.enters(&owner.shows(2)).await.status(), 200, "the count begins anew");
    for guess in 0..100 {
        assert_eq!(owner.enters("wrong").await.code(), "mfa_invalid", "{guess}");
    }
    let asked = owner.asked();
    assert_eq!(owner.enters(&owner.shows(3)).await.code(), "mfa_invalid", "dead");
    assert_eq!(owner.asked(), asked);
    let client = owner.t.pages();
    let begun = flow(&client).await;
    let reply = answer(&client, &begun, "recovery_code", &owner.codes[0]).await;
    assert_eq!(reply.status(), 200, "the way back is open");
}

#[tokio::test]
async fn a_factor_that_fails_dawdles_or_keeps_too_much_lets_nobody_in() {
    let owner = Owner::new(|b| b).await;
    let client = owner.t.pages();
    let begun = flow(&client).await;
    assert_eq!(answer(&client, &begun, "fob", "broken").await.status(), 503);
    assert_eq!(answer(&client, &begun, "fob", "much").await.status(), 503);
    let fields = [("flow", begun.as_str()), ("method", "fob"), ("code", "broken")];
    assert_eq!(client.form("/login/mfa", &fields).await.status(), 503);
    tokio::time::pause();
    assert_eq!(answer(&client, &begun, "fob", "slow").await.status(), 503);
    assert!(client.cookie("kw_session").is_none());
}

#[tokio::test]
async fn only_who_has_it_is_judged_by_it() {
    let owner = Owner::new(|b| b).await;
    owner.t.user("eve@example.com").await;
    let eve = owner.t.pages();
    let body = json!({ "identifier": "eve@example.com", "password": keyward::testing::PASSWORD });
    assert_eq!(eve.post("/api/v1/sign-in", &body).await.json()["status"], "complete");
    let (app, _) = eve.enrol_totp(&owner.t.clock).await;
    let before = owner.asked();
    let begun = eve.post("/api/v1/sign-in", &body).await.json();
    let begun = begun["flow_id"].as_str().unwrap();
    assert_eq!(answer(&eve, begun, "fob", &owner.shows(5)).await.code(), "mfa_invalid");
    let stranger = owner.t.pages();
    let reply = answer(&stranger, &flow(&owner.t.pages()).await, "fob", &owner.shows(5)).await;
    assert_eq!(reply.code(), "mfa_expired", "another browser");
    assert_eq!(owner.asked(), before);
    assert_eq!(answer(&eve, begun, "totp", &app.next_code()).await.status(), 200);
}

#[tokio::test]
async fn it_steps_up_and_is_removed_only_with_a_recent_proof_of_both() {
    let owner = Owner::new(|b| b).await;
    owner.t.clock.advance(Duration::from_secs(3600));
    let gone = async || owner.home.json(http::Method::DELETE, DOOR, &Value::Null).await;
    assert_eq!(told(&gone().await), (401, "step_up_required".into()));
    let step = async |method: &str, code: &str| {
        let body = json!({ "method": method, "code": code });
        owner.home.post("/api/v1/session/step-up", &body).await
    };
    let password = step("password", keyward::testing::PASSWORD).await;
    assert_eq!(password.code(), "mfa_invalid", "the password alone is one factor");
    assert_eq!(step("fob", &owner.shows(1)).await.code(), "mfa_invalid", "it was used");
    assert_eq!(step("fob", &owner.shows(2)).await.status(), 200);
    assert_eq!(gone().await.status(), 204);
    assert_eq!(told(&gone().await), (404, "not_found".into()));
    let reply = sign_in(&owner.t.pages()).await;
    assert_eq!(reply.json()["status"], "complete", "one factor is enough again");
    owner.t.events().await.assert(["mfa.removed", "sign_in.succeeded", "session.created"]);
}

#[tokio::test]
async fn it_meets_what_a_role_demands_and_an_administrator_takes_it_away() {
    let roles = MfaMode::Roles(vec!["editor".into()]);
    let owner = Owner::new(|b| b.settings(|s| s.mfa = roles)).await;
    let ada = owner.t.kw.find_person("ada@example.com").await.unwrap().unwrap();
    owner.t.give_role(&ada, "editor").await;
    assert_eq!(owner.home.get("/api/v1/me").await.status(), 200);
    let last = owner.home.json(http::Method::DELETE, DOOR, &Value::Null).await;
    assert_eq!(told(&last), (409, "mfa_last_method".into()));
    owner.t.kw.act_on(ada.id, Act::ResetMfa).await.unwrap().unwrap();
    assert!(owner.t.kw.second_factors(ada.id).await.unwrap().methods.is_empty());
    let client = owner.t.pages();
    assert_eq!(sign_in(&client).await.json()["status"], "complete");
    assert_eq!(client.get("/api/v1/me").await.code(), "mfa_not_enrolled");
}

/// A node that does not know the factor fails closed: what was enrolled still guards.
#[tokio::test]
async fn an_account_keeps_its_guard_where_the_app_lost_the_factor() {
    let memory = Arc::new(store::MemoryStore::new());
    let with = node(Keyward::with_store(memory.clone()).second_factor(Fob::default())).await;
    let ada = with.user("ada@example.com").await;
    let (serial, codes) = enrol(&with.pages().login_as(&ada).await).await;

    let without = node(Keyward::with_store(memory)).await;
    let client = without.pages();
    let reply = sign_in(&client).await;
    assert_eq!(reply.json()["methods"], json!(["recovery_code"]), "{}", reply.text());
    let begun = reply.json()["flow_id"].as_str().unwrap().to_owned();
    assert_eq!(answer(&client, &begun, "fob", &format!("{serial}-2")).await.code(), "mfa_invalid");
    assert_eq!(answer(&client, &begun, "recovery_code", &codes[0]).await.status(), 200);

    for code in &codes[1..] {
        let client = without.pages();
        let begun = flow(&client).await;
        assert_eq!(answer(&client, &begun, "recovery_code", code).await.status(), 200);
    }
    let client = without.pages();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    let asked = client.form("/login", &fields).await;
    let page = Page::of(&client.page(asked.headers()["location"].to_str().unwrap()).await);
    assert_eq!(page.text("[role=status]"), "Nothing of what you set up can be used here.");
    assert_eq!(page.all("form[action$='/login/mfa']").len(), 0, "there is nothing to fill in");
    assert_eq!(page.all("main a[href='/recover']").len(), 1);
    without.kw.act_on(ada.id, Act::ResetMfa).await.unwrap().unwrap();
    assert_eq!(sign_in(&without.pages()).await.json()["status"], "complete");
}

#[tokio::test]
async fn its_page_sets_it_up_and_shows_its_secret_once() {
    let t = TestAuth::with(|b| b.second_factor(Fob::default())).await;
    t.user("ada@example.com").await;
    let client = t.pages();
    sign_in(&client).await;
    let list = Page::of(&client.page("/account/totp").await);
    let to = list.attr("a[href^='/account/factors/']", "href");
    assert_eq!(to, "/account/factors/fob");
    let german = Page::of(&client.page(&format!("{to}?lang=de")).await);
    assert_eq!(german.text("h1"), "Anhänger <GmbH>");
    let start = Page::of(&client.page(&format!("{to}?lang=en")).await);
    assert_eq!(start.text("h1"), "Fob <Ltd>");
    let shown = Page::of(&client.form(&to, &[("csrf", &csrf(&start))]).await);
    let told = shown.text(".shown");
    assert!(told.starts_with("Your fob <b> is "), "{told}");
    let serial = told.rsplit(' ').next().unwrap().to_owned();
    let begun = shown.attr("input[name=flow]", "value");
    let give = async |code: &str, page: &Page| {
        let fields = [("csrf", csrf(page)), ("flow", begun.clone()), ("code", code.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        client.form(&format!("{to}/confirm"), &fields).await
    };
    let wrong = give("wrong", &shown).await;
    assert_eq!((wrong.status().as_u16(), wrong.text().contains(&serial)), (422, false));
    let codes = give(&format!("{serial}-1"), &Page::of(&wrong)).await;
    assert_eq!(codes.text().matches("<li><code>").count(), 10);
}

fn csrf(page: &Page) -> String {
    page.attr("form input[name=csrf]", "value")
}

#[tokio::test]
async fn pages_ask_for_it_and_remove_it_after_it_was_proven_again() {
    let Owner { t, serial, .. } = Owner::new(|b| b).await;
    let (other, to) = (t.pages(), "/account/factors/fob");
    let fields = [
        ("username", "ada@example.com"),
        ("password", keyward::testing::PASSWORD),
        ("return_to", "/app"),
    ];
    let asked = location(&other.form("/login", &fields).await);
    let page = Page::of(&other.page(&asked).await);
    assert_eq!(page.text("label[for=code]"), "Fob <Ltd>");
    let begun = page.attr("input[name=flow]", "value");
    let fields =
        [("flow", begun.as_str()), ("method", "fob"), ("code", "no"), ("return_to", "/app")];
    assert_eq!(other.form("/login/mfa", &fields).await.status(), 422);
    let code = format!("{serial}-2");
    let fields =
        [("flow", begun.as_str()), ("method", "fob"), ("code", &code), ("return_to", "/app")];
    assert_eq!(location(&other.form("/login/mfa", &fields).await), "/app");

    t.clock.advance(Duration::from_secs(3600));
    let page = Page::of(&other.page(to).await);
    let gone =
        async |page: &Page| other.form(&format!("{to}/remove"), &[("csrf", &csrf(page))]).await;
    let step = location(&gone(&page).await);
    assert_eq!(step, "/account/step-up?return_to=%2Faccount%2Ffactors%2Ffob");
    let page = Page::of(&other.page(&step).await);
    assert_eq!(page.text("label[for=code]"), "Fob <Ltd>");
    let code = format!("{serial}-3");
    let token = csrf(&page);
    let fields = [("csrf", token.as_str()), ("method", "fob"), ("code", &code), ("return_to", to)];
    assert_eq!(location(&other.form("/account/step-up", &fields).await), to);
    let page = Page::of(&other.page(to).await);
    assert_eq!(location(&gone(&page).await), "/account/totp?notice=done");
}

#[tokio::test]
async fn the_library_enrols_and_removes_it() {
    let t = TestAuth::with(|b| b.second_factor(Fob::default())).await;
    t.user("ada@example.com").await;
    let enter = async || {
        let password = Secret::new(keyward::testing::PASSWORD);
        let by = &keyward::Client::default();
        t.kw.sign_in("ada@example.com", &password, false, by).await.unwrap().unwrap()
    };
    let Entered::Session(session) = enter().await else { panic!("one factor is enough") };
    let begun = t.kw.begin_second_factor(session.id, "fob").await.unwrap().unwrap();
    let serial = begun.shown.rsplit(' ').next().unwrap();
    let number = Secret::new(format!("{serial}-1"));
    let done = t.kw.confirm_second_factor(session.id, "fob", begun.flow, &number).await.unwrap();
    let session = done.unwrap().session;
    assert!(matches!(enter().await, Entered::NeedsMfa { methods, .. } if methods.contains(&"fob")));
    t.kw.remove_second_factor(session.id, "fob").await.unwrap().unwrap();
    assert!(matches!(enter().await, Entered::Session(_)));
    let none = t.kw.begin_second_factor(session.id, "ring").await.unwrap();
    assert_eq!(none.unwrap_err(), Refusal::NotFound);
}

#[tokio::test]
async fn a_factor_whose_word_is_taken_or_ours_is_refused_at_the_start() {
    #[derive(Debug)]
    struct Named(&'static str);
    impl Factor for Named {
        fn name(&self) -> &'static str {
            self.0
        }
        fn begin(&self, _: UserId) -> Fut<'_, Result<Begun, Error>> {
            Box::pin(async { Err(Error::new("begin")) })
        }
        fn prove<'a>(
            &'a self,
            _: UserId,
            _: &'a Secret,
            _: &'a Secret,
        ) -> Fut<'a, Result<Option<Secret>, Error>> {
            Box::pin(async { Ok(None) })
        }
    }
    for name in ["totp", "password", "passkey", "recovery_code", "", "Fob", "a b", &"x".repeat(33)]
    {
        let name: &'static str = name.to_owned().leak();
        assert!(Keyward::memory().second_factor(Named(name)).build().await.is_err(), "{name}");
    }
    let twice = Keyward::memory().second_factor(Named("fob")).second_factor(Named("fob"));
    assert!(twice.build().await.is_err());
    assert!(Keyward::memory().second_factor(Named("fob")).build().await.is_ok());
}
