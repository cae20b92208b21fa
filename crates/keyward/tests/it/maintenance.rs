//! The doors are closed for a while: whatever the door, nobody new comes in but whoever
//! may administer, and sessions that are open go on.

use std::collections::BTreeSet;

use keyward::methods::{Method, Whose};
use keyward::port::Fut;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Error, NewSignUp, Refusal, Secret, VerifyMode};
use serde_json::{Value, json};

use crate::factors::{self, Enrolled};
use crate::pages::html::{Page, location};

const ADA: &str = "ada@example.com";
const ADMIN: &str = "admin@example.com";
const NEW: &str = "another long password";

/// What was answered at a door.
type Knocked = Vec<(&'static str, Response)>;

/// A method of the app's own that believes everybody.
#[derive(Debug)]
struct Trusting;

impl Method for Trusting {
    fn name(&self) -> &'static str {
        "trusting"
    }

    fn label(&self, _: &str) -> String {
        "Trust".into()
    }

    fn prove<'a>(&'a self, name: &'a str, _: &'a Secret) -> Fut<'a, Result<Option<Whose>, Error>> {
        Box::pin(async move { Ok(Some(Whose::Named(name.to_owned()))) })
    }
}

async fn kit() -> TestAuth {
    let t = TestAuth::with(|b| {
        let b = b.method(Trusting).settings(|s| s.anonymous = true);
        #[cfg(feature = "oauth")]
        let b = b.provider(crate::nodes::Everybody);
        b
    });
    let t = t.await;
    t.user(ADA).await;
    t
}

/// Told that it is closed, in the form of the door.
fn assert_closed(door: &str, reply: &Response) {
    assert_eq!(reply.status(), 503, "{door}: {}", reply.text());
    let wait: u64 = reply.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((300..=301).contains(&wait), "{door}: {wait}");
    match reply.text().starts_with('{') {
        true => assert_eq!(reply.code(), "maintenance", "{door}"),
        false => assert!(Page::of(reply).text("main").contains("paused for maintenance"), "{door}"),
    }
    assert!(reply.headers().get("set-cookie").is_none(), "{door} opens nothing");
}

/// By what somebody knows, or says.
async fn known(t: &TestAuth) -> Knocked {
    t.kw.set_maintenance(true);
    let to = t.pages();
    let password = json!({ "identifier": ADA, "password": PASSWORD });
    let grant = json!({ "grant_type": "password", "username": ADA, "password": PASSWORD });
    let trusted = json!({ "identifier": ADA, "answer": "x" });
    let fields = [("identifier", ADA), ("answer", "x")];
    let new = [("name", ""), ("email", "new@example.com"), ("password", PASSWORD)];
    let sign_up = json!({ "email": "new@example.com", "password": PASSWORD });
    vec![
        ("/api/v1/sign-in", to.post("/api/v1/sign-in", &password).await),
        ("/login", to.form("/login", &[("username", ADA), ("password", PASSWORD)]).await),
        ("/api/v1/token", to.post("/api/v1/token", &grant).await),
        ("/api/v1/sign-in/by/{method}", to.post("/api/v1/sign-in/by/trusting", &trusted).await),
        ("/login/by/{method}", to.form("/login/by/trusting", &fields).await),
        ("/api/v1/sign-up", to.post("/api/v1/sign-up", &sign_up).await),
        ("/signup", to.form("/signup", &new).await),
        ("/api/v1/sign-in/anonymous", to.post("/api/v1/sign-in/anonymous", &json!({})).await),
        ("/login/anonymous", to.form("/login/anonymous", &[]).await),
    ]
}

/// What was sent before: `begin` is asked with the name, and says which flow waits.
async fn sent(t: &TestAuth, client: &Client, begin: &str, body: &Value) -> Sent {
    t.kw.set_maintenance(false);
    // Each flow kills those of its kind, and messages are some time apart.
    t.clock.advance(std::time::Duration::from_secs(600));
    let reply = client.post(begin, body).await;
    let flow = reply.json()["flow_id"].as_str().unwrap_or_default().to_owned();
    let to = body["identifier"].as_str().or(body["email"].as_str()).unwrap();
    let (code, inbox) = (t.code_for(to).await, t.kw.inbox().unwrap());
    let link = inbox.last_to(to).unwrap().link.unwrap_or_default();
    let token = link.rsplit('/').next().unwrap_or_default().to_owned();
    t.kw.set_maintenance(true);
    Sent { flow, code, token }
}

struct Sent {
    flow: String,
    code: String,
    token: String,
}

/// By a code or a link that signs in.
async fn by_message(t: &TestAuth) -> Knocked {
    let to = t.pages();
    let ada = json!({ "identifier": ADA });
    let Sent { flow, code, .. } = sent(t, &to, "/api/v1/sign-in/code", &ada).await;
    let answer = json!({ "flow_id": flow, "code": code });
    let fields = [("flow", flow.as_str()), ("code", &code)];
    let mut all = vec![
        ("/api/v1/sign-in/code/confirm", to.post("/api/v1/sign-in/code/confirm", &answer).await),
        ("/login/code/confirm", to.form("/login/code/confirm", &fields).await),
    ];
    let Sent { flow, code, token } = sent(t, &to, "/api/v1/sign-in/link", &ada).await;
    let fields = [("flow", flow.as_str()), ("code", &code)];
    let by_token = json!({ "token": token });
    all.extend([
        ("/api/v1/sign-in/link/confirm", to.post("/api/v1/sign-in/link/confirm", &by_token).await),
        ("/login/link/confirm", to.form("/login/link/confirm", &fields).await),
        ("/login/link/{token}", to.form(&format!("/login/link/{token}"), &[]).await),
    ]);
    all
}

/// By a recovery, and by the proof of an address.
async fn by_recovery(t: &TestAuth) -> Knocked {
    let to = t.pages();
    let ada = json!({ "identifier": ADA });
    let Sent { flow, code, token } = sent(t, &to, "/api/v1/recovery", &ada).await;
    let path = format!("/api/v1/recovery/{flow}/confirm");
    let fields = [("flow", flow.as_str()), ("code", &code), ("password", NEW)];
    let by_token = json!({ "token": token, "password": NEW });
    let by_code = json!({ "code": code, "password": NEW });
    let page = format!("/recover/{token}");
    let mut all = vec![
        ("/api/v1/recovery/{id}/confirm", to.post(&path, &by_code).await),
        ("/api/v1/recovery-link", to.post("/api/v1/recovery-link", &by_token).await),
        ("/recover/code", to.form("/recover/code", &fields).await),
        ("/recover/{token}", to.form(&page, &[("password", NEW)]).await),
    ];
    let bob = json!({ "email": "bob@example.com", "password": PASSWORD });
    let Sent { flow, code, token } = sent(t, &to, "/api/v1/sign-up", &bob).await;
    let path = format!("/api/v1/verifications/{flow}/confirm");
    let fields = [("flow", flow.as_str()), ("code", &code)];
    let by_token = json!({ "token": token });
    all.extend([
        ("/api/v1/verifications/{id}/confirm", to.post(&path, &json!({ "code": code })).await),
        ("/api/v1/verify-link", to.post("/api/v1/verify-link", &by_token).await),
        ("/verify", to.form("/verify", &fields).await),
        ("/verify/{token}", to.form(&format!("/verify/{token}"), &[]).await),
    ]);
    all
}

/// By the second factor, once the first was proven.
async fn by_second_factor() -> Knocked {
    let Enrolled { t, app, .. } = factors::enrolled().await;
    let to = t.pages();
    let mut all = vec![];
    let flow = factors::flow(&to).await;
    t.kw.set_maintenance(true);
    all.push(("/api/v1/sign-in/mfa", factors::answer(&to, &flow, "totp", &app.next_code()).await));
    let code = app.next_code();
    let fields = [("flow", flow.as_str()), ("method", "totp"), ("code", &code)];
    all.push(("/login/mfa", to.form("/login/mfa", &fields).await));
    all
}

#[cfg(feature = "passkeys")]
async fn by_passkey() -> Knocked {
    let t = TestAuth::new().await;
    let (_, mut device) = crate::passkeys::with_passkey(&t).await;
    t.kw.set_maintenance(true);
    let to = t.pages();
    let answer = crate::passkeys::answer(&to, &mut device).await;
    let by_api = to.post("/api/v1/webauthn/sign-in", &answer).await;
    let answer = crate::passkeys::answer(&to, &mut device).await;
    let (flow, credential) =
        (answer["flow_id"].as_str().unwrap(), answer["credential"].to_string());
    let fields = [("flow", flow), ("credential", &credential)];
    let by_page = to.form("/login/passkey", &fields).await;
    vec![("/api/v1/webauthn/sign-in", by_api), ("/login/passkey", by_page)]
}

/// Whoever comes back from a service would get an account by it.
#[cfg(feature = "oauth")]
async fn by_service(t: &TestAuth) -> Knocked {
    t.kw.set_maintenance(true);
    let to = t.pages();
    let out = async || {
        let begun = to.post("/api/v1/sign-in/provider", &json!({ "provider": "everybody" })).await;
        let url = begun.json()["authorize_url"].as_str().unwrap().to_owned();
        url.split_once('?').unwrap().1.to_owned()
    };
    let back = json!({ "provider": "everybody", "code": "c", "state": out().await });
    let by_api = to.post("/api/v1/sign-in/provider/callback", &back).await;
    let path = format!("/login/with/everybody/callback?code=c&state={}", out().await);
    let by_page = to.page(&path).await;
    assert_eq!(by_page.status(), 503, "{}", by_page.text());
    assert!(Page::of(&by_page).text("main").contains("paused for maintenance"));
    assert!(t.kw.find_person("one@example.com").await.unwrap().is_none(), "nobody is made");
    vec![("/api/v1/sign-in/provider/callback", by_api)]
}

/// Doors for anybody that let nobody in, and the one that makes the first administrator.
const OTHER_DOORS: &[&str] = &[
    // Ask for what is answered at another door.
    "/api/v1/recovery",
    "/api/v1/sign-in/code",
    "/api/v1/sign-in/code/resend",
    "/api/v1/sign-in/link",
    "/api/v1/sign-in/link/resend",
    "/api/v1/sign-in/provider",
    "/api/v1/verifications/{id}/resend",
    "/api/v1/webauthn/sign-in/options",
    "/login/code",
    "/login/code/resend",
    "/login/link",
    "/login/link/resend",
    "/login/with/{provider}",
    "/recover",
    "/verify/resend",
    // Take back, end and ask.
    "/api/v1/api-keys/refresh",
    "/api/v1/api-keys/report",
    "/api/v1/captcha",
    "/api/v1/captcha/spend",
    "/api/v1/password/check",
    "/api/v1/recovery-stop",
    "/api/v1/restore-link",
    "/api/v1/sign-out",
    "/api/v1/token/revoke",
    "/api/v1/undo-link",
    "/logout",
    "/recover/stop/{token}",
    "/restore/{token}",
    "/undo/{token}",
    // Whoever sets up may administer.
    "/api/v1/setup",
    "/setup",
];

#[cfg(all(feature = "policy-file", feature = "passkeys", feature = "oauth"))]
#[tokio::test]
async fn nobody_comes_in_by_any_door() {
    let t = kit().await;
    let mut all = known(&t).await;
    all.extend(by_message(&t).await);
    all.extend(by_recovery(&t).await);
    all.extend(by_second_factor().await);
    all.extend(by_passkey().await);
    all.extend(by_service(&t).await);
    for (door, reply) in &all {
        assert_closed(door, reply);
    }
    assert!(t.kw.find_person("new@example.com").await.unwrap().is_none(), "nobody is made");
    let knocked: BTreeSet<&str> = all.iter().map(|(door, _)| *door).collect();
    let table = keyward::route_table(false);
    let mut doors = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with("POST")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[2] == "Anyone" {
            doors.insert(words[1]);
        }
    }
    let known = knocked.into_iter().chain(OTHER_DOORS.iter().copied()).collect();
    assert_eq!(doors, known, "every door is knocked at, or lets nobody in");
}

#[tokio::test]
async fn nobody_comes_in_by_the_library_either() {
    let t = kit().await;
    let ada = t.kw.find_person(ADA).await.unwrap().unwrap();
    t.kw.set_maintenance(true);
    let (client, password) = (keyward::Client::default(), Secret::new(PASSWORD));
    let refused = [
        t.kw.sign_in(ADA, &password, false, &client).await.unwrap().err(),
        t.kw.sign_up(NewSignUp::default(), &client).await.unwrap().err(),
        t.kw.sign_in_anonymous(&client).await.unwrap().err(),
        t.kw.sign_in_user(&ada.id).await.unwrap().err(),
        t.kw.verify_credentials(ADA, &password).await.unwrap().err(),
    ];
    assert!(refused.iter().all(|no| *no == Some(Refusal::Maintenance)), "{refused:?}");
    assert!(t.kw.session_list(ada.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn administrators_come_in_and_nobody_learns_who_they_are_without_a_proof() {
    let t = kit().await;
    t.kw.add_admin(ADMIN, Secret::new(PASSWORD)).await.unwrap().unwrap();
    let for_a_while = t.user("stand-in@example.com").await;
    let end = json!({ "expires_at": "2999-01-01T00:00:00Z" });
    let admin = t.pages();
    admin.form("/login", &[("username", ADMIN), ("password", PASSWORD)]).await;
    let path = format!("/api/v1/admin/users/{}/roles/admin", for_a_while.id);
    let given = admin.json(::http::Method::PUT, &path, &end).await;
    assert!(given.status().is_success(), "{}", given.text());
    t.kw.set_maintenance(true);
    let body = |name: &str, password: &str| json!({ "identifier": name, "password": password });
    for name in [ADMIN, "stand-in@example.com"] {
        let reply = t.pages().post("/api/v1/sign-in", &body(name, PASSWORD)).await;
        assert_eq!(reply.json()["status"], "complete", "{name}: {}", reply.text());
    }
    let strip = |reply: Response| {
        let mut body = reply.json();
        body["instance"].take();
        (reply.status(), body)
    };
    let wrong = async |name| strip(t.pages().post("/api/v1/sign-in", &body(name, "wrong")).await);
    assert_eq!(wrong(ADMIN).await, wrong(ADA).await);
    assert_eq!(wrong(ADMIN).await, wrong("nobody@example.com").await);
    // Whoever asks for a message is told the same as well.
    let asked = async |name: &str| {
        let reply = t.pages().post("/api/v1/recovery", &json!({ "identifier": name })).await;
        (reply.status(), reply.json()["status"].clone())
    };
    assert_eq!(asked(ADMIN).await, asked(ADA).await);
}

#[tokio::test]
async fn a_sign_up_is_refused_alike_for_free_and_taken_addresses() {
    let t = kit().await;
    t.kw.set_maintenance(true);
    let sign_up = async |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD });
        let reply = t.pages().post("/api/v1/sign-up", &body).await;
        (reply.status(), reply.code())
    };
    assert_eq!(sign_up(ADA).await, sign_up("new@example.com").await);
    assert_eq!(sign_up(ADA).await.1, "maintenance");
}

#[tokio::test]
async fn an_open_session_goes_on() {
    let t = kit().await;
    let ada = t.pages();
    let password = json!({ "identifier": ADA, "password": PASSWORD });
    ada.post("/api/v1/sign-in", &password).await;
    t.kw.set_maintenance(true);
    assert_eq!(ada.get("/api/v1/session").await.status(), 200);
    let step = json!({ "method": "password", "code": PASSWORD });
    let stepped = ada.post("/api/v1/session/step-up", &step).await;
    assert!(stepped.status().is_success(), "{}", stepped.text());
    let new = json!({ "current_password": PASSWORD, "new_password": NEW });
    let changed = ada.json(::http::Method::PUT, "/api/v1/me/password", &new).await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
    assert_eq!(ada.page("/account").await.status(), 200);
    #[cfg(feature = "tokens")]
    {
        let pair = ada.post("/api/v1/token", &json!({})).await.json();
        let renew = json!({
            "grant_type": "refresh_token", "refresh_token": pair["refresh_token"],
        });
        assert_eq!(ada.post("/api/v1/token", &renew).await.status(), 200);
    }
    ada.form("/logout", &[]).await;
    let back = json!({ "identifier": ADA, "password": NEW });
    assert_eq!(ada.post("/api/v1/sign-in", &back).await.code(), "maintenance", "once out, out");
}

#[tokio::test]
async fn what_was_refused_is_spent_by_nobody_and_works_when_the_doors_open() {
    let t = kit().await;
    let to = t.pages();
    let Sent { flow, code, .. } =
        sent(&t, &to, "/api/v1/recovery", &json!({ "identifier": ADA })).await;
    let path = format!("/api/v1/recovery/{flow}/confirm");
    let answer = json!({ "code": code, "password": NEW });
    t.events().await;
    assert_eq!(to.post(&path, &answer).await.code(), "maintenance");
    assert_eq!(to.post(&path, &answer).await.code(), "maintenance", "and the code is right still");
    for _ in 0..20 {
        let password = json!({ "identifier": ADA, "password": PASSWORD });
        assert_eq!(t.pages().post("/api/v1/sign-in", &password).await.code(), "maintenance");
    }
    let query = keyward::port::EventQuery {
        kind: Some("sign_in.failed".into()),
        limit: 3,
        ..Default::default()
    };
    let log = t.kw.audit(&query).await.unwrap();
    assert!(log.iter().all(|event| event.data["reason"] == "maintenance"), "{log:?}");
    t.kw.set_maintenance(false);
    assert_eq!(to.post(&path, &answer).await.json()["status"], "complete");
}

#[tokio::test]
async fn the_pages_and_the_configuration_for_clients_say_so() {
    let t = kit().await;
    let client = t.pages();
    for path in ["/login", "/login/code", "/login/link", "/recover"] {
        assert!(Page::of(&client.page(path).await).all("[role=status]").is_empty(), "{path}");
        t.kw.set_maintenance(true);
        let reply = client.page(path).await;
        assert_eq!(reply.status(), 200, "administrators use it: {path}");
        let said = Page::of(&reply).text("[role=status]");
        assert!(said.contains("paused for maintenance"), "{path}: {said}");
        t.kw.set_maintenance(false);
    }
    assert_eq!(client.get("/api/v1/config").await.json()["maintenance"], false);
    t.kw.set_maintenance(true);
    assert_eq!(client.get("/api/v1/config").await.json()["maintenance"], true);
    assert_eq!(client.page("/signup").await.status(), 503);
    for probe in ["/healthz", "/readyz"] {
        assert_eq!(client.get(probe).await.status(), 200, "{probe}: the server is well");
    }
}

#[tokio::test]
async fn the_first_administrator_is_made_behind_closed_doors() {
    let t = TestAuth::with(|b| b.maintenance(true)).await;
    assert!(t.kw.is_in_maintenance(), "from the start");
    let secret = t.kw.begin_setup().await.unwrap();
    let fields =
        [("token", secret.reveal()), ("email", ADMIN), ("name", ""), ("password", PASSWORD)];
    let client = t.pages();
    location(&client.form("/setup", &fields).await);
    assert_eq!(client.page("/account").await.status(), 200);
}

/// Where nothing has to be proven, signing up opens a session at once.
#[tokio::test]
async fn nobody_signs_up_where_nothing_has_to_be_proven() {
    let t = TestAuth::with(|b| b.settings(|s| s.verify = VerifyMode::None)).await;
    t.kw.set_maintenance(true);
    let body = json!({ "email": ADA, "password": PASSWORD });
    let reply = t.pages().post("/api/v1/sign-up", &body).await;
    assert_closed("/api/v1/sign-up", &reply);
    assert!(t.kw.find_person(ADA).await.unwrap().is_none());
}
