//! One journey, over real connections, through every framework: they serve the
//! same route table, so they answer alike.

mod around;
mod asyncauth;
mod browser;

use std::net::{SocketAddr, TcpListener};

use axum::routing::{get, post};
use axum::{Json, Router};
use browser::Browser;
use keyward::id::UserId;
use keyward::testing::{PASSWORD, TestAuth};
use keyward::{Keyward, Permit, Principal, Protected, Resource, Session, User, Verified, all, any};
use serde_json::json;

async fn journey(t: &TestAuth, address: SocketAddr) {
    let mut ada = Browser::at(address);
    assert_eq!(ada.get("/").await.body, "Hello, guest");
    assert_eq!(ada.get("/me").await.code(), "unauthenticated");
    assert_eq!(ada.get("/reports").await.code(), "unauthenticated");

    let body = json!({ "email": "ada@example.com", "name": "Ada", "password": PASSWORD });
    let reply = ada.post("/api/v1/sign-up", &body).await;
    assert_eq!(reply.status, 202, "{}", reply.body);
    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
    let code = t.code_for("ada@example.com").await;
    let confirm = format!("/api/v1/verifications/{flow}/confirm");
    let reply = ada.post(&confirm, &json!({ "code": code })).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.body);

    assert_eq!(ada.get("/").await.body, "Hello, Ada");
    assert_eq!(ada.get("/me").await.json()["email"], "ada@example.com");
    let session = ada.get("/api/v1/session").await.json();
    assert_eq!(ada.get("/session").await.body, session["id"].as_str().unwrap());
    assert_eq!(ada.get("/who").await.body, "Ada");

    let refused = ada.get("/reports").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "missing_permission"));
    t.kw.grant("ada@example.com", "reports:view").await.unwrap();
    assert_eq!(ada.get("/reports").await.body, "secret numbers");

    guards(t, &mut ada).await;
    #[cfg(feature = "tokens")]
    access_tokens(t, address).await;
    #[cfg(feature = "captcha")]
    captchas(t, &mut ada).await;
    codes(t, &mut ada).await;
    boundaries(&mut ada).await;
    let cookie = ada.cookie("kw_session").unwrap();
    assert_eq!(ada.post("/api/v1/sign-out", &json!({})).await.status, 204);
    assert_eq!(ada.get("/me").await.status, 401);
    ada.set_cookie("kw_session", &cookie);
    assert_eq!(ada.get("/me").await.status, 401, "the old cookie is dead");
    assert_eq!(ada.get("/who").await.body, "nobody");
}

/// A program with an access token is whoever it was issued for, and nobody with another.
#[cfg(feature = "tokens")]
async fn access_tokens(t: &TestAuth, address: SocketAddr) {
    let ada = t.kw.find_person("ada@example.com").await.unwrap().unwrap();
    let pair = t.kw.issue_tokens(ada.id, keyward::TokenTerms::default()).await.unwrap().unwrap();
    let mut program = Browser::at(address);
    program.more = format!("Authorization: Bearer {}", pair.access.reveal());
    assert_eq!(program.get("/me").await.json()["email"], "ada@example.com");
    assert_eq!(program.get("/reports").await.body, "secret numbers");
    program.more.push('x');
    let refused = program.get("/me").await;
    assert_eq!((refused.status, &*refused.code()), (401, "unauthenticated"));
    let open = program.get("/").await;
    assert_eq!(open.status, 401, "not passed over where nobody need be known: {}", open.body);
}

/// Lists, roles, proofs and resources.
async fn guards(t: &TestAuth, ada: &mut Browser) {
    for (path, code) in [
        ("/both", "missing_permission"),
        ("/either", ""),
        ("/none", "missing_permission"),
        ("/staff", "missing_role"),
        ("/erase", "missing_permission"),
        ("/mistake", "database_unavailable"),
    ] {
        let reply = ada.get(path).await;
        assert_eq!(reply.code(), code, "{path}: {}", reply.body);
    }
    t.kw.grant("ada@example.com", "reports:erase").await.unwrap();
    let person = t.kw.find_person("ada@example.com").await.unwrap().unwrap();
    t.give_role(&person, "staff").await;
    assert_eq!(ada.get("/both").await.body, "go on");
    assert_eq!(ada.get("/staff").await.body, "go on");
    assert_eq!(ada.get("/erase").await.body, "Ada erases");
    assert_eq!(ada.get("/erase-mine").await.body, "true false");
}

/// A captcha at the app's own doors: asked for, spent, and bound to them.
#[cfg(feature = "captcha")]
async fn captchas(t: &TestAuth, ada: &mut Browser) {
    for path in ["/solved", "/solving"] {
        let refused = ada.get(path).await;
        assert_eq!((refused.status, refused.code().as_str()), (403, "captcha_required"), "{path}");
        for (purpose, body) in
            [("sign_in", "captcha_invalid"), ("app", "solved"), ("app", "solved")]
        {
            let asked = ada.post("/api/v1/captcha", &json!({ "purpose": purpose })).await.json();
            let token = asked["token"].as_str().unwrap();
            ada.more = format!("Keyward-Captcha: {token} {}", t.captcha_answer(token));
            let reply = ada.get(path).await;
            assert!(reply.body == body || reply.code() == body, "{path}: {}", reply.body);
            assert_eq!(ada.get(path).await.code(), "captcha_invalid", "{path}: once");
            ada.more.clear();
        }
    }
}

struct Launch;

impl keyward::NamedPurpose for Launch {
    const NAME: &'static str = "launch";
}

/// A code at the app's own doors: for its purpose, its owner, and once.
async fn codes(t: &TestAuth, ada: &mut Browser) {
    let email = "ada@example.com";
    let person = t.kw.find_person(email).await.unwrap().unwrap();
    let other = t.user("grace@example.com").await;
    for path in ["/launch", "/launching"] {
        let refused = ada.get(path).await;
        assert_eq!(refused.code(), "verification_required", "{path}: {}", refused.body);
        assert_eq!(refused.json()["purpose"], "launch");
        for (user, purpose, to, code) in [
            (&other.id, "launch", "grace@example.com", "code_invalid"),
            (&person.id, "land", email, "code_invalid"),
            (&person.id, "launch", email, ""),
        ] {
            t.clock.advance(std::time::Duration::from_secs(1_200));
            let flow = t.kw.send_verification(user, purpose).await.unwrap().unwrap();
            let sent = t.code_for(to).await;
            ada.more = format!("Keyward-Verification: {flow} {sent}");
            let reply = ada.get(path).await;
            assert_eq!(reply.code(), code, "{path} {purpose}: {}", reply.body);
            assert_eq!(ada.get(path).await.code(), "code_invalid", "{path}: once");
            ada.more = format!("Keyward-Verification: {flow}");
            assert_eq!(ada.get(path).await.code(), "code_invalid");
            ada.more.clear();
        }
    }
    ada.more = "Keyward-Verification: flw_01k00000000000000000000000 123456".into();
    let stranger = &mut Browser::at(ada.address());
    stranger.more.clone_from(&ada.more);
    assert_eq!(stranger.get("/launch").await.code(), "unauthenticated");
    ada.more.clear();
}

keyward::permission!(EraseReports = "reports:erase");

struct Report {
    author: UserId,
}

impl Protected for Report {
    fn resource(&self) -> Resource {
        Resource::new("reports", 7).owned_by(self.author).acl("others")
    }
}

/// Cannot be called without proof.
fn erase(by: Permit<EraseReports>) -> String {
    format!("{} erases", by.user().name)
}

async fn erase_mine(user: User) -> String {
    let mine = Report { author: user.id };
    let plain = Resource::new("reports", 7);
    let may = user.can_on("reports:erase", &plain).await.unwrap();
    // A list that nobody defined is a failure to know.
    format!("{may} {}", user.permit_on::<EraseReports>(&mine).await.is_ok())
}

/// The app's own doors stand behind the same walls.
async fn boundaries(ada: &mut Browser) {
    assert_eq!(ada.post("/note", &json!({})).await.body, "noted");
    ada.site = "cross-site";
    assert_eq!(ada.post("/note", &json!({})).await.code(), "csrf_failed");
    assert_eq!(ada.post("/api/v1/sign-out", &json!({})).await.code(), "csrf_failed");
    ada.site = "same-origin";
    let wrong = ada.send("DELETE", "/api/v1/session", "").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("GET, HEAD, PATCH")));
    let large = ada.post("/api/v1/can", &json!({ "permission": "x".repeat(70_000) })).await;
    assert_eq!(large.code(), "payload_too_large");
    let head = ada.send("HEAD", "/api/v1/session", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for path in ["/", "/me", "/api/v1/config"] {
        let reply = ada.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(reply.header("keyward-request-id").is_some_and(|id| id.starts_with("req_")));
    }
}

fn hello(user: Option<User>) -> String {
    user.map_or("Hello, guest".into(), |user| format!("Hello, {}", user.name))
}

fn name(principal: Principal) -> String {
    match principal {
        Principal::User(user) => user.name,
        Principal::Anonymous => "nobody".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_through_axum() {
    let t = TestAuth::new().await;
    let reports = get(|| async { "secret numbers" }).layer(t.kw.require("reports:view"));
    let go = || get(|| async { "go on" });
    let app = Router::new()
        .route("/both", go().layer(t.kw.require(["reports:view", "reports:erase"])))
        .route("/either", go().layer(t.kw.require(any(["reports:erase", "reports:view"]))))
        .route("/none", go().layer(t.kw.require(any::<String>([]))))
        .route("/staff", go().layer(t.kw.require_role(all(["staff"]))))
        .route("/mistake", go().layer(t.kw.require("reports:*")))
        .route("/erase", get(|by: Permit<EraseReports>| async { erase(by) }))
        .route("/erase-mine", get(erase_mine))
        .route("/", get(|user: Option<User>| async { hello(user) }))
        .route("/me", get(|user: User| async { Json(user) }))
        .route("/session", get(|session: Session| async move { session.id.to_string() }))
        .route("/who", get(|principal: Principal| async { name(principal) }))
        .route("/note", post(|| async { "noted" }))
        .route("/launch", go().layer(t.kw.require_verification("launch")))
        .route("/launching", get(|_: Verified<Launch>| async { "go on" }))
        .route("/reports", reports)
        .merge(t.kw.pages());
    #[cfg(feature = "captcha")]
    let app = app
        .route("/solved", get(|| async { "solved" }).layer(t.kw.require_captcha()))
        .route("/solving", get(|_: keyward::SolvedCaptcha| async { "solved" }));
    let serving = serve_axum(&t, app).await;
    journey(&t, serving.address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_through_actix_web() {
    let t = TestAuth::new().await;
    let serving = serve_actix(t.kw.clone(), actix);
    journey(&t, serving.address).await;
    serving.stop().await;
}

/// An app that is served until this is dropped or stopped.
struct Serving {
    address: SocketAddr,
    task: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    actix: Option<(actix_web::dev::ServerHandle, std::thread::JoinHandle<std::io::Result<()>>)>,
}

impl Serving {
    /// Ends one of actix-web, which has a thread of its own.
    async fn stop(mut self) {
        if let Some((handle, thread)) = self.actix.take() {
            handle.stop(false).await;
            thread.join().unwrap().unwrap();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn serve_axum(t: &TestAuth, app: Router<Keyward>) -> Serving {
    let app = app.layer(t.kw.layer()).with_state(t.kw.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move { axum::serve(listener, app).await });
    Serving { address, task: Some(task), actix: None }
}

/// Serves what `routes` adds to an app that has Keyward around it.
fn serve_actix(auth: Keyward, routes: fn(Keyward, &mut actix_web::web::ServiceConfig)) -> Serving {
    use actix_web::{App, HttpServer, web};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let make = move || {
        let own = auth.clone();
        App::new()
            .app_data(web::Data::new(auth.clone()))
            .wrap(keyward::actix::layer(&auth))
            .configure(|config| routes(own, config))
    };
    let (ready, handle) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(make).workers(1).disable_signals();
            let server = server.listen(listener).unwrap().run();
            ready.send(server.handle()).unwrap();
            server.await
        })
    });
    let handle = handle.recv().unwrap();
    Serving { address, task: None, actix: Some((handle, thread)) }
}

/// Authenticators that were chosen, on actix-web: the same answers as on axum.
#[cfg(feature = "tickets")]
#[tokio::test(flavor = "multi_thread")]
async fn chosen_authenticators_through_actix_web() {
    use keyward::RootKey;
    use keyward::authn::ticket::{Renewal, Tickets};
    use keyward::authn::{Basic, FirstOf};

    let renewal = Renewal { max_age: 60, after: Some(0), lifetime: None };
    let tickets = Tickets::new(&RootKey::from_bytes([7; 32])).lasting(renewal);
    let ways = FirstOf::new().then(tickets).then(Basic::new("Reports").within(["reports:view"]));
    let t = TestAuth::with(|builder| builder.authenticate_with(ways)).await;
    let ada = t.user("ada@example.com").await;
    t.kw.grant("ada@example.com", "reports:*").await.unwrap();
    let serving = serve_actix(t.kw.clone(), actix);
    let address = serving.address;

    let mut by_basic = Browser::at(address);
    let basic = |password: &str| {
        use base64::Engine as _;
        let text = format!("ada@example.com:{password}");
        let text = base64::engine::general_purpose::STANDARD.encode(text);
        format!("Authorization: Basic {text}")
    };
    by_basic.more = basic(PASSWORD);
    assert_eq!(by_basic.get("/me").await.json()["email"], "ada@example.com");
    assert_eq!(by_basic.get("/reports").await.body, "secret numbers");
    assert_eq!(by_basic.get("/both").await.code(), "outside_ceiling", "no more than its within");
    by_basic.more = basic("a guess");
    let refused = by_basic.get("/me").await;
    assert_eq!((refused.status, refused.code().as_str()), (401, "invalid_credentials"));

    let line = t.kw.remember(&ada.id, "app", None).await.unwrap().unwrap();
    let (_, ticket) = line.reveal().split(';').next().unwrap().split_once('=').unwrap();
    let mut by_ticket = Browser::at(address);
    by_ticket.set_cookie("kw_ticket", ticket);
    t.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(by_ticket.get("/missing").await.status, 404);
    assert_eq!(by_ticket.cookie("kw_ticket").as_deref(), Some(ticket), "no success");
    assert_eq!(by_ticket.get("/me").await.json()["email"], "ada@example.com");
    assert_ne!(by_ticket.cookie("kw_ticket").as_deref(), Some(ticket), "renewed");
    assert_eq!(by_ticket.post("/api/v1/sign-out", &json!({})).await.status, 204);
    assert!(by_ticket.cookie("kw_ticket").is_none_or(|value| value.is_empty()));
    serving.stop().await;
}

fn actix(auth: Keyward, config: &mut actix_web::web::ServiceConfig) {
    use actix_web::web;
    use keyward::actix::{pages, require, require_role, require_verification};
    let reports = web::resource("/reports").wrap(require(&auth, "reports:view"));
    let go = |path: &str, gate| web::resource(path).wrap(gate).to(|| async { "go on" });
    let session = |session: Session| async move { session.id.to_string() };
    #[cfg(feature = "captcha")]
    config
        .service(
            web::resource("/solved")
                .wrap(keyward::actix::require_captcha(&auth))
                .to(|| async { "solved" }),
        )
        .route("/solving", web::get().to(|_: keyward::SolvedCaptcha| async { "solved" }));
    config
        .route("/", web::get().to(|user: Option<User>| async { hello(user) }))
        .route("/me", web::get().to(|user: User| async { web::Json(user) }))
        .route("/session", web::get().to(session))
        .route("/who", web::get().to(|principal: Principal| async { name(principal) }))
        .route("/note", web::post().to(|| async { "noted" }))
        .service(go("/launch", require_verification(&auth, "launch")))
        .route("/launching", web::get().to(|_: Verified<Launch>| async { "go on" }))
        .service(go("/both", require(&auth, ["reports:view", "reports:erase"])))
        .service(go("/either", require(&auth, any(["reports:erase", "reports:view"]))))
        .service(go("/none", require(&auth, any::<String>([]))))
        .service(go("/staff", require_role(&auth, all(["staff"]))))
        .service(go("/mistake", require(&auth, "reports:*")))
        .route("/erase", web::get().to(|by: Permit<EraseReports>| async { erase(by) }))
        .route("/erase-mine", web::get().to(erase_mine))
        .service(reports.to(|| async { "secret numbers" }))
        .service(pages(&auth));
}
