//! Second factors: enrolled, asked for, spared, removed.

mod demanded;
mod pages;
mod recovery;

use std::time::Duration;

use keyward::testing::{Authenticator, Client, PASSWORD, Response, TestAuth};
use keyward::{Act, Refusal, Secret, UserView};
use serde_json::{Value, json};

use crate::pages::html::Page;

/// Somebody with an authenticator app, where they enrolled it.
pub(crate) struct Enrolled {
    pub(crate) t: TestAuth,
    pub(crate) ada: UserView,
    pub(crate) home: Client,
    pub(crate) app: Authenticator,
    pub(crate) codes: Vec<String>,
}

pub(crate) async fn enrolled() -> Enrolled {
    enrolled_in(TestAuth::new().await).await
}

pub(crate) async fn enrolled_in(t: TestAuth) -> Enrolled {
    let ada = t.user("ada@example.com").await;
    let home = t.pages();
    assert_eq!(sign_in(&home).await.json()["status"], "complete");
    let (app, codes) = home.enrol_totp(&t.clock).await;
    Enrolled { t, ada, home, app, codes }
}

pub(crate) async fn sign_in(client: &Client) -> Response {
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    client.post("/api/v1/sign-in", &body).await
}

/// The flow that awaits the second factor.
pub(crate) async fn flow(client: &Client) -> String {
    let reply = sign_in(client).await;
    assert_eq!((reply.status().as_u16(), &reply.json()["status"]), (202, &json!("needs_mfa")));
    reply.json()["flow_id"].as_str().unwrap().to_owned()
}

pub(crate) async fn answer(client: &Client, flow: &str, method: &str, code: &str) -> Response {
    let body = json!({ "flow_id": flow, "method": method, "code": code });
    client.post("/api/v1/sign-in/mfa", &body).await
}

async fn session(client: &Client) -> Value {
    client.get("/api/v1/session").await.json()
}

#[tokio::test]
async fn enrolling_shows_a_secret_once_and_needs_a_code_of_it() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    sign_in(&client).await;
    let begun = client.post("/api/v1/me/totp", &json!({})).await.json();
    let (secret, uri) = (begun["secret"].as_str().unwrap(), begun["uri"].as_str().unwrap());
    assert_eq!(secret.len(), 32, "160 bits");
    let wanted = format!("otpauth://totp/Keyward:ada%40example.com?secret={secret}&issuer=Keyward");
    assert_eq!(uri, wanted);
    assert!(begun["qr"].as_str().unwrap().starts_with("<svg "));
    assert_eq!(
        t.kw.second_factors(t.kw.find_person("ada@example.com").await.unwrap().unwrap().id)
            .await
            .unwrap()
            .methods
            .len(),
        0,
        "nothing is enrolled yet"
    );

    let app = Authenticator::new(secret, &t.clock);
    let wrong = if app.code() == "000000" { "000001" } else { "000000" };
    let confirm = |code: &str| json!({ "flow_id": begun["flow_id"], "code": code });
    let reply = client.post("/api/v1/me/totp/confirm", &confirm(wrong)).await;
    assert_eq!(reply.code(), "code_invalid");
    let before = client.cookie("kw_session").unwrap();
    let reply = client.post("/api/v1/me/totp/confirm", &confirm(&app.code())).await;
    assert_eq!(reply.json()["recovery_codes"].as_array().unwrap().len(), 10);
    assert_ne!(client.cookie("kw_session").unwrap(), before, "the session is rotated");
    let now = session(&client).await;
    assert_eq!((&now["aal"], &now["methods"]), (&json!(2), &json!(["password", "totp"])));
    t.events().await.assert(["mfa.enrolled", "mfa.enrolled", "session.created"]);
    let again = client.post("/api/v1/me/totp/confirm", &confirm(&app.next_code())).await;
    assert_eq!(again.code(), "code_expired", "a flow enrols once");
}

#[tokio::test]
async fn a_password_alone_opens_nothing_once_a_factor_is_enrolled() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let reply = sign_in(&client).await;
    assert_eq!(reply.json()["methods"], json!(["totp", "recovery_code"]));
    assert_eq!(client.cookie("kw_session"), None);
    assert_eq!(client.get("/api/v1/session").await.status(), 401);

    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
    let done = answer(&client, &flow, "totp", &app.next_code()).await;
    assert_eq!(done.json()["status"], "complete", "{}", done.text());
    let now = session(&client).await;
    assert_eq!((&now["aal"], &now["methods"]), (&json!(2), &json!(["password", "totp"])));
    t.events().await.assert(["mfa.required", "sign_in.succeeded", "session.created"]);
}

#[tokio::test]
async fn an_app_without_cookies_answers_with_the_token_of_its_flow() {
    let Enrolled { t, app, .. } = enrolled().await;
    let body = json!({
        "identifier": "ada@example.com", "password": PASSWORD, "session": "token" });
    let begun = t.pages().post("/api/v1/sign-in", &body).await.json();
    assert!(begun["token"].is_null(), "there is no session to hold yet");
    let given = |token: &Value| {
        json!({ "flow_id": begun["flow_id"], "method": "totp", "code": app.code(),
            "flow_token": token })
    };
    app.next_code();
    let client = t.pages();
    let reply = client.post("/api/v1/sign-in/mfa", &given(&json!("guessed"))).await;
    assert_eq!(reply.code(), "mfa_expired");
    let reply = client.post("/api/v1/sign-in/mfa", &given(&begun["flow_token"])).await;
    assert!(reply.json()["token"].as_str().unwrap().starts_with("ses_"), "{}", reply.text());
    assert_eq!(client.cookie("kw_session"), None);
}

#[tokio::test]
async fn clocks_may_differ_by_one_step_and_no_more() {
    let Enrolled { t, app, .. } = enrolled().await;
    t.clock.advance(std::time::Duration::from_secs(300));
    let old = app.code();
    let client = t.pages();
    t.clock.advance(std::time::Duration::from_secs(60));
    let first = flow(&client).await;
    assert_eq!(answer(&client, &first, "totp", &old).await.code(), "mfa_invalid");
    let slow = app.code();
    t.clock.advance(std::time::Duration::from_secs(30));
    assert_eq!(answer(&client, &first, "totp", &slow).await.json()["status"], "complete");
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed() {
    let Enrolled { t, ada, codes, .. } = enrolled().await;
    let client = t.pages();
    let first = flow(&client).await;
    let typed = format!(" {} ", codes[3].to_uppercase().replace('-', " "));
    let done = answer(&client, &first, "recovery_code", &typed).await;
    assert_eq!(done.json()["status"], "complete", "{}", done.text());
    assert_eq!(session(&client).await["methods"], json!(["password", "recovery_code"]));
    let left = client.get("/api/v1/me/recovery-codes").await.json();
    assert_eq!(left, json!({ "left": 9, "of": 10 }));
    t.events().await.assert(["mfa.recovery_code_used"]);

    let other = t.pages();
    let second = flow(&other).await;
    let again = answer(&other, &second, "recovery_code", &codes[3]).await;
    assert_eq!(again.code(), "mfa_invalid");
    assert_eq!(t.kw.second_factors(ada.id).await.unwrap().recovery_codes_left, 9);
}

#[tokio::test]
async fn new_recovery_codes_replace_the_old_ones() {
    let Enrolled { t, home, codes, .. } = enrolled().await;
    let made = home.post("/api/v1/me/recovery-codes", &json!({})).await.json();
    let made = made["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(made.len(), 10);
    let client = t.pages();
    let first = flow(&client).await;
    assert_eq!(answer(&client, &first, "recovery_code", &codes[0]).await.code(), "mfa_invalid");
    let new = made[0].as_str().unwrap();
    assert_eq!(answer(&client, &first, "recovery_code", new).await.json()["status"], "complete");
}

#[tokio::test]
async fn a_trusted_device_is_spared_the_question_until_the_password_changes() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let begun = flow(&client).await;
    let body = json!({ "flow_id": begun, "method": "totp", "code": app.next_code(),
        "trust_device": true });
    client.post("/api/v1/sign-in/mfa", &body).await;
    client.post("/api/v1/sign-out", &json!({})).await;
    assert_eq!(sign_in(&client).await.json()["status"], "complete");
    let now = session(&client).await;
    assert_eq!(
        (&now["aal"], &now["methods"]),
        (&json!(1), &json!(["password", "trusted_device"])),
        "it is spared the question, and worth no more for it"
    );
    assert_eq!(sign_in(&t.pages()).await.json()["status"], "needs_mfa", "others are not");

    let proof = json!({ "method": "totp", "code": app.next_code() });
    assert_eq!(client.post("/api/v1/session/step-up", &proof).await.status(), 200);
    let change = json!({ "current_password": PASSWORD, "new_password": "another long password",
        "keep_other_sessions": true });
    let changed = client.json(http::Method::PUT, "/api/v1/me/password", &change).await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
    client.post("/api/v1/sign-out", &json!({})).await;
    let body = json!({ "identifier": "ada@example.com", "password": "another long password" });
    let reply = client.post("/api/v1/sign-in", &body).await;
    assert_eq!(reply.json()["status"], "needs_mfa");
}

#[tokio::test]
async fn trust_ends_after_thirty_days() {
    let Enrolled { t, app, .. } = enrolled().await;
    let client = t.pages();
    let begun = flow(&client).await;
    let body = json!({ "flow_id": begun, "method": "totp", "code": app.next_code(),
        "trust_device": true });
    client.post("/api/v1/sign-in/mfa", &body).await;
    t.clock.advance(std::time::Duration::from_secs(30 * 24 * 3600 - 1));
    assert_eq!(sign_in(&client).await.json()["status"], "complete");
    t.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(sign_in(&client).await.json()["status"], "needs_mfa");
}

#[tokio::test]
async fn a_changed_password_keeps_the_level_of_the_session() {
    let Enrolled { home, .. } = enrolled().await;
    let change = json!({ "current_password": PASSWORD, "new_password": "another long password" });
    home.json(http::Method::PUT, "/api/v1/me/password", &change).await;
    let now = session(&home).await;
    assert_eq!((&now["aal"], &now["methods"]), (&json!(2), &json!(["totp", "password"])));
}

#[tokio::test]
async fn removing_a_factor_needs_a_recent_proof_of_it() {
    let Enrolled { t, ada, home, app, codes } = enrolled().await;
    t.clock.advance(std::time::Duration::from_secs(601));
    let remove = async || home.json(http::Method::DELETE, "/api/v1/me/totp", &json!({})).await;
    let reply = remove().await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (401, "step_up_required"));
    assert_eq!((&reply.json()["aal"], &reply.json()["max_age"]), (&json!(2), &json!(600)));
    let made = home.post("/api/v1/me/recovery-codes", &json!({})).await;
    assert_eq!(made.code(), "step_up_required");

    let step_up = |method: &str, code: &str| json!({ "method": method, "code": code });
    let by_password = home.post("/api/v1/session/step-up", &step_up("password", PASSWORD)).await;
    assert_eq!(by_password.code(), "mfa_invalid", "a password does not vouch for a factor");
    let before = home.cookie("kw_session").unwrap();
    let reply = home.post("/api/v1/session/step-up", &step_up("totp", &app.next_code())).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
    assert_ne!(home.cookie("kw_session").unwrap(), before);
    let old = t.pages();
    old.set_cookie("kw_session", &before);
    assert_eq!(old.get("/api/v1/session").await.status(), 401, "the old token is dead");

    assert_eq!(remove().await.status(), 204);
    let found = t.kw.second_factors(ada.id).await.unwrap();
    assert_eq!((found.methods.len(), found.recovery_codes_left), (0, 0), "codes go with the last");
    assert_eq!(sign_in(&t.pages()).await.json()["status"], "complete");
    drop(codes);
    t.events().await.assert(["mfa.failed", "session.stepped_up", "mfa.removed"]);
}

#[tokio::test]
async fn a_stale_session_enrols_nothing() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    sign_in(&client).await;
    t.clock.advance(std::time::Duration::from_secs(601));
    let reply = client.post("/api/v1/me/totp", &json!({})).await;
    assert_eq!((reply.code().as_str(), &reply.json()["aal"]), ("step_up_required", &json!(1)));
    let wrong = json!({ "method": "password", "code": "an incorrect password" });
    assert_eq!(client.post("/api/v1/session/step-up", &wrong).await.code(), "mfa_invalid");
    let right = json!({ "method": "password", "code": PASSWORD });
    assert_eq!(client.post("/api/v1/session/step-up", &right).await.status(), 200);
    assert_eq!(session(&client).await["aal"], 1, "a password again is still one factor");
    client.enrol_totp(&t.clock).await;
}

#[tokio::test]
async fn stepping_up_keeps_what_the_app_noted_on_the_session() {
    let Enrolled { home, app, .. } = enrolled().await;
    let patch = json!({ "data": { "cart": 3 } });
    home.json(http::Method::PATCH, "/api/v1/session", &patch).await;
    let body = json!({ "method": "totp", "code": app.next_code() });
    home.post("/api/v1/session/step-up", &body).await;
    assert_eq!(session(&home).await["data"], json!({ "cart": 3 }));
}

#[tokio::test]
async fn an_administrator_resets_what_somebody_lost_and_nobody_their_own() {
    let Enrolled { t, ada, .. } = enrolled().await;
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let admin = t.pages().login_as(&root).await;
    let reset = |id| format!("/api/v1/admin/users/{id}/reset-mfa");
    assert_eq!(admin.post(&reset(root.id), &json!({})).await.code(), "outside_ceiling");
    assert_eq!(admin.post(&reset(ada.id), &json!({})).await.status(), 200);
    assert_eq!(sign_in(&t.pages()).await.json()["status"], "complete");
    t.events().await.assert(["mfa.removed"]);
    let sent = admin.get("/api/v1/admin/messages").await;
    let letters = sent.text().matches("account_changed").count();
    assert_eq!(letters, 2, "one for the enrolment, one for the reset");
}

#[tokio::test]
async fn the_library_enrols_checks_and_resets_as_the_api_does() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let session = t.kw.sign_in_user(&ada.id).await.unwrap().unwrap();
    let begun = t.kw.begin_totp(session.id).await.unwrap().unwrap();
    let app = Authenticator::new(begun.secret.reveal(), &t.clock);
    let code = Secret::new(app.code());
    let enrolled = t.kw.confirm_totp(session.id, begun.flow, &code).await.unwrap().unwrap();
    assert_eq!(enrolled.recovery_codes.len(), 10);
    let held = enrolled.session.id;
    assert!(matches!(t.kw.begin_totp(session.id).await.unwrap(), Err(Refusal::Unauthenticated)));

    let password = Secret::new(PASSWORD);
    let checked = t.kw.verify_credentials("ada@example.com", &password).await.unwrap();
    assert_eq!(checked.unwrap_err(), Refusal::MfaRequired, "Basic is one factor");
    let stepped = t.kw.step_up(held, "totp", &Secret::new(app.next_code())).await.unwrap().unwrap();
    assert_eq!(t.kw.renew_recovery_codes(stepped.id).await.unwrap().unwrap().len(), 10);
    t.kw.remove_totp(stepped.id).await.unwrap().unwrap();
    assert!(t.kw.verify_credentials("ada@example.com", &password).await.unwrap().is_ok());
    t.kw.act_on(ada.id, Act::ResetMfa).await.unwrap().unwrap();
}

/// Reads a picture of ours as a phone does: by its dark squares.
fn read_back(svg: &str) -> String {
    const SCALE: usize = 4;
    let side = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap();
    let side: usize = side.parse().unwrap();
    let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
    let squares = path.split('M').filter_map(|square| {
        let (x, y) = square.strip_suffix("h1v1h-1z")?.split_once(' ')?;
        Some((x.parse::<usize>().ok()?, y.parse::<usize>().ok()?))
    });
    let dark: std::collections::BTreeSet<_> = squares.collect();
    let shade = |x: usize, y: usize| if dark.contains(&(x / SCALE, y / SCALE)) { 0 } else { 255 };
    let (width, height) = (side * SCALE, side * SCALE);
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
    let found = seen.detect_grids();
    assert_eq!(found.len(), 1, "one code");
    found[0].decode().expect("it can be read").1
}

#[tokio::test]
async fn the_picture_says_what_the_app_needs_to_know() {
    for text in [
        "otpauth://totp/A?secret=ABCDEFGHABCDEFGH",
        "x",
        &"https://example.com/".repeat(20),
        "Grüße, 世界",
    ] {
        assert_eq!(read_back(&keyward::totp::qr_svg(text).unwrap()), text);
    }
    let t = TestAuth::with(|b| b.settings(|s| s.brand = "Söhne & Co: Ltd".into())).await;
    t.user("ada@example.com").await;
    let home = t.pages();
    sign_in(&home).await;
    let begun = home.post("/api/v1/me/totp", &json!({})).await.json();
    let text = read_back(begun["qr"].as_str().unwrap_or_else(|| panic!("{begun}")));
    assert_eq!(text, begun["uri"].as_str().unwrap());
    assert!(text.contains(&format!("secret={}", begun["secret"].as_str().unwrap())), "{text}");
    let page = home.form("/account/totp", &[]).await;
    let page = crate::pages::html::Page::of(&page);
    let svg = page.all(".qr svg").first().map(|svg| svg.html()).unwrap();
    assert!(read_back(&svg).starts_with("otpauth://totp/"), "the page's own");
}

/// Else whoever helps is told of a right password, and not why it let nobody in.
#[tokio::test]
async fn attempts_that_stopped_at_the_second_factor_are_told_to_whoever_helps() {
    let Enrolled { t, ada, .. } = enrolled().await;
    let client = t.pages();
    t.clock.advance(Duration::from_secs(1));
    let flow = flow(&client).await;
    t.clock.advance(Duration::from_secs(1));
    assert_eq!(answer(&client, &flow, "totp", "none").await.code(), "mfa_invalid");
    let told = t.kw.sign_in_attempts(ada.id).await.unwrap();
    let kinds: Vec<&str> = told.iter().map(|event| event.r#type.as_str()).collect();
    assert_eq!(kinds, ["mfa.failed", "mfa.required", "sign_in.succeeded"], "newest first");
    assert_eq!(told[0].data["reason"], "wrong_secret");
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let admin = t.pages().login_as(&root).await;
    let why = admin.get(&format!("/api/v1/admin/users/{}/why", ada.id)).await.json();
    assert_eq!(why["data"][0]["type"], "mfa.failed");
    let page = Page::of(&admin.page(&format!("/admin/people/{}", ada.id)).await);
    let first = page.text("[aria-labelledby=why] li");
    assert!(first.starts_with("Second factor refused wrong password or code"), "{first}");
    let factors = page.text("[aria-labelledby=who] dl");
    for told in ["Authenticator app", "Recovery codes: 10"] {
        assert!(factors.contains(told), "{factors}");
    }
}

#[tokio::test]
async fn an_account_is_told_once_that_a_second_factor_was_set_up() {
    let Enrolled { home, .. } = enrolled().await;
    for path in ["/account", "/account/activity"] {
        let text = home.page(path).await.text().to_owned();
        assert_eq!(text.matches("Second factor set up").count(), 1, "{path}");
        assert_eq!(text.matches("Recovery codes made").count(), 1, "{path}");
    }
}
