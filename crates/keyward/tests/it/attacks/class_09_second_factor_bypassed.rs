//! Class 09: no step is reached without the one before, by whatever door.

use http::Method;
use keyward::authn::{Basic, FirstOf, SessionCookie};
use keyward::testing::{Authenticator, Client, PASSWORD, TestAuth};
use keyward::{Act, Refusal, Secret};
use serde_json::{Value, json};

use crate::authenticators::basic_of;
use crate::factors::{Enrolled, answer, enrolled, enrolled_in, flow, sign_in};
use crate::pages::html::location;
use crate::sign_in_link::{CODE, LINK, ask, follow, type_in};

const NEW_PASSWORD: &str = "another long password";

/// Somebody else with an authenticator of their own.
async fn mallory(t: &TestAuth) -> (Client, keyward::testing::Authenticator, Vec<String>) {
    t.user("mallory@example.com").await;
    let client = t.pages();
    let body = json!({ "identifier": "mallory@example.com", "password": PASSWORD });
    client.post("/api/v1/sign-in", &body).await;
    let (app, codes) = client.enrol_totp(&t.clock).await;
    client.post("/api/v1/sign-out", &json!({})).await;
    (client, app, codes)
}

async fn asked(client: &Client, email: &str) -> String {
    let body = json!({ "identifier": email, "password": PASSWORD });
    let reply = client.post("/api/v1/sign-in", &body).await.json();
    reply["flow_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_second_step_without_the_first_is_no_step() {
    let Enrolled { t, home, app, .. } = enrolled().await;
    let client = t.pages();
    let recovery =
        client.post("/api/v1/recovery", &json!({ "identifier": "ada@example.com" })).await.json();
    home.json(Method::DELETE, "/api/v1/me/totp", &json!({})).await;
    let enrolling = home.post("/api/v1/me/totp", &json!({})).await.json();
    app.next_code();
    let made_up = json!("flw_01hf7yat00fzzvyzzzzzzzzzzz");
    for flow in [&recovery["flow_id"], &enrolling["flow_id"], &made_up, &json!(""), &json!("x")] {
        for with in [&client, &home] {
            let reply = answer(with, flow.as_str().unwrap(), "totp", &app.code()).await;
            assert_eq!(reply.code(), "mfa_expired", "{flow}");
        }
    }
}

#[tokio::test]
async fn a_flow_of_another_account_is_not_answered_with_ones_own_factor() {
    let Enrolled { t, app, .. } = enrolled().await;
    let (thief, own, codes) = mallory(&t).await;
    app.next_code();
    let victim = t.pages();
    let flow_of_ada = flow(&victim).await;
    let flow_of_mallory = asked(&thief, "mallory@example.com").await;
    let reply = answer(&thief, &flow_of_ada, "totp", &own.code()).await;
    assert_eq!(reply.code(), "mfa_expired", "it is another browser's");

    // The thief knows the password as well, and has a flow of ada's of their own.
    let theirs = flow(&thief).await;
    for (method, code) in [("totp", own.code()), ("recovery_code", codes[0].clone())] {
        assert_eq!(answer(&thief, &theirs, method, &code).await.code(), "mfa_invalid");
    }
    let reply = answer(&thief, &flow_of_mallory, "totp", &own.code()).await;
    assert_eq!(reply.code(), "mfa_expired", "the cookie is that of the newer flow");
    assert_eq!(thief.cookie("kw_session"), None);
}

#[tokio::test]
async fn what_is_proven_first_opens_no_door_at_all() {
    let Enrolled { t, .. } = enrolled().await;
    let body = json!({
        "identifier": "ada@example.com", "password": PASSWORD, "session": "token" });
    let begun = t.pages().post("/api/v1/sign-in", &body).await.json();
    let (flow_id, token) = (begun["flow_id"].as_str().unwrap(), begun["flow_token"].as_str());
    let token = token.unwrap().to_owned();
    let client = t.pages();
    sign_in(&client).await;
    client.set_cookie("kw_session", &format!("{flow_id}.{token}"));
    let doors = keyward::route_list(false);
    let shut =
        doors.iter().filter(|door| !matches!(&*door.guard, "Anyone" | "FromElsewhere" | "Proxy"));
    let mut tried = 0;
    for door in shut {
        let method = Method::from_bytes(door.method.as_bytes()).unwrap();
        let wanted = match &*door.guard {
            // Those of proxies are shut to whoever is none.
            "Proxy" => 403,
            // Those of frontends are not there without a key.
            "SharedKey" => 404,
            _ => 401,
        };
        let reply = client.json(method.clone(), door.path, &json!({})).await;
        assert_eq!(reply.status(), wanted, "{} {}", door.method, door.path);
        for bearer in [token.clone(), format!("{flow_id}.{token}")] {
            let request = http::Request::builder()
                .method(method.clone())
                .uri(door.path)
                .header("host", "localhost")
                .header("authorization", format!("Bearer {bearer}"))
                .body(axum::body::Body::empty());
            let reply = t.pages().raw(request.unwrap()).await;
            assert_eq!(reply.status(), wanted, "{} {}", door.method, door.path);
        }
        tried += 1;
    }
    assert!(tried > 60, "{tried}");
}

#[tokio::test]
async fn no_other_door_is_open_with_one_factor() {
    let Enrolled { t, ada, .. } = enrolled().await;
    let (stranger, _, _) = mallory(&t).await;
    let thief = t.pages();

    // A device that another account trusts.
    thief.set_cookie("kw_device", &stranger.cookie("kw_device").unwrap());
    assert_eq!(sign_in(&thief).await.json()["status"], "needs_mfa");
    // Recovery, by link and by code.
    thief.post("/api/v1/recovery", &json!({ "identifier": "ada@example.com" })).await;
    let token = t.link_token_for("ada@example.com").await;
    let body = json!({ "token": token, "password": NEW_PASSWORD });
    let reply = thief.post("/api/v1/recovery-link", &body).await;
    assert_eq!(reply.json()["status"], "needs_mfa");
    let begun = thief.post("/api/v1/recovery", &json!({ "identifier": "ada@example.com" })).await;
    let path = format!("/api/v1/recovery/{}/confirm", begun.json()["flow_id"].as_str().unwrap());
    let body = json!({ "code": t.code_for("ada@example.com").await, "password": NEW_PASSWORD });
    assert_eq!(thief.post(&path, &body).await.json()["status"], "needs_mfa");
    // The pages.
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    thief.form("/login", &fields).await;
    assert_eq!(thief.page("/account").await.status(), 303);
    // The library.
    let password = Secret::new(PASSWORD);
    let checked = t.kw.verify_credentials("ada@example.com", &password).await.unwrap();
    assert_eq!(checked.unwrap_err(), Refusal::MfaRequired);
    assert_eq!(thief.cookie("kw_session"), None);
    assert_eq!(t.kw.session_list(ada.id).await.unwrap().len(), 1, "the one that enrolled");
}

const EMAIL: &str = "ada@example.com";
const PHONE: &str = "+4915112345678";

/// Somebody with a second factor, who is reached by mail and by text message.
async fn reachable() -> (TestAuth, keyward::UserView, Authenticator) {
    let t = TestAuth::new().await;
    let ada =
        t.user_with(|new| (new.email, new.phone) = (Some(EMAIL.into()), Some(PHONE.into()))).await;
    let home = t.pages();
    sign_in(&home).await;
    let (app, _) = home.enrol_totp(&t.clock).await;
    (t, ada, app)
}

#[tokio::test]
async fn a_link_or_a_code_that_was_sent_is_one_factor_and_opens_no_session() {
    let (t, ada, app) = reachable().await;
    for (path, to) in [(LINK, EMAIL), (CODE, EMAIL), (CODE, PHONE)] {
        let thief = t.pages();
        let begun = ask(&thief, path, to).await;
        let reply = match path {
            LINK => follow(&thief, &t.link_token_for(to).await).await,
            _ => type_in(&thief, path, &begun, &t.code_for(to).await).await,
        };
        let said = (reply.status().as_u16(), &reply.json()["status"]);
        assert_eq!(said, (202, &json!("needs_mfa")), "{path} {to}: {}", reply.text());
        assert_eq!(thief.cookie("kw_session"), None, "{path} {to}");
        assert_eq!(thief.get("/api/v1/session").await.status(), 401, "{path} {to}");
        assert_eq!(t.kw.session_list(ada.id).await.unwrap().len(), 1, "the one that enrolled");
        // The factor was all that was missing.
        let begun = reply.json()["flow_id"].as_str().unwrap().to_owned();
        let done = answer(&thief, &begun, "totp", &app.next_code()).await;
        assert_eq!(done.json()["status"], "complete", "{path} {to}: {}", done.text());
        thief.post("/api/v1/sign-out", &json!({})).await;
    }
}

#[tokio::test]
async fn a_link_or_a_code_on_the_pages_leads_to_the_second_factor() {
    let (t, ada, _) = reachable().await;
    for (path, to) in [("/login/link", EMAIL), ("/login/code", EMAIL), ("/login/code", PHONE)] {
        let thief = t.pages();
        let sent = location(&thief.form(path, &[("identifier", to)]).await);
        let begun = sent.split("flow=").nth(1).unwrap().to_owned();
        let reply = match path {
            "/login/link" => {
                thief.form(&format!("{path}/{}", t.link_token_for(to).await), &[]).await
            }
            _ => {
                let code = t.code_for(to).await;
                let fields = [("flow", begun.as_str()), ("code", &code)];
                thief.form(&format!("{path}/confirm"), &fields).await
            }
        };
        let next = location(&reply);
        assert!(next.starts_with("/login/mfa?flow=flw_"), "{path} {to}: {next}");
        assert_eq!(thief.page("/account").await.status(), 303, "{path} {to}");
        assert_eq!(thief.cookie("kw_session"), None, "{path} {to}");
    }
    assert_eq!(t.kw.session_list(ada.id).await.unwrap().len(), 1, "the one that enrolled");
}

#[tokio::test]
async fn a_password_in_a_header_is_one_factor_and_opens_no_door() {
    let ways = FirstOf::new().then(SessionCookie).then(Basic::new("Reports"));
    let t = TestAuth::with(|b| b.authenticate_with(ways)).await;
    let Enrolled { t, ada, .. } = enrolled_in(t).await;
    t.user("bob@example.com").await;
    let me = async |name: &str| {
        let request = http::Request::get("/api/v1/me")
            .header("host", "localhost")
            .header("authorization", basic_of(name, PASSWORD));
        t.pages().raw(request.body(axum::body::Body::empty()).unwrap()).await
    };
    assert_eq!(me("bob@example.com").await.status(), 200, "who has no second factor comes in");
    let reply = me(EMAIL).await;
    assert!(reply.status().is_client_error(), "{}", reply.text());
    assert!(!reply.text().contains("usr_"), "nothing is told: {}", reply.text());
    assert!(reply.headers().get("set-cookie").is_none());
    assert_eq!(t.kw.session_list(ada.id).await.unwrap().len(), 1, "the one that enrolled");
}

#[tokio::test]
async fn a_verification_link_opens_no_session_past_the_factor() {
    let Enrolled { t, ada, .. } = enrolled().await;
    let names = keyward::Names { email: Some("new@example.com".into()), ..Default::default() };
    let edit = keyward::EditPerson { names, ..Default::default() };
    t.kw.edit_person(ada.id, edit).await.unwrap().unwrap();
    let thief = t.pages();
    let body = json!({ "identifier": "new@example.com", "password": PASSWORD });
    assert_eq!(thief.post("/api/v1/sign-in", &body).await.json()["status"], "needs_verification");
    let token = t.link_token_for("new@example.com").await;
    let reply = thief.post("/api/v1/verify-link", &json!({ "token": token })).await;
    assert_eq!(reply.json()["status"], "needs_mfa", "{}", reply.text());
    assert_eq!(thief.cookie("kw_session"), None);
}

#[tokio::test]
async fn a_flow_ends_when_it_is_answered_late_locked_or_overtaken() {
    let Enrolled { t, ada, app, .. } = enrolled().await;
    let client = t.pages();
    let late = flow(&client).await;
    t.clock.advance(std::time::Duration::from_secs(600));
    assert_eq!(answer(&client, &late, "totp", &app.code()).await.code(), "mfa_expired");

    let locked = flow(&client).await;
    t.kw.act_on(ada.id, Act::Lock { reason: String::new() }).await.unwrap().unwrap();
    t.kw.act_on(ada.id, Act::Unlock).await.unwrap().unwrap();
    assert_eq!(answer(&client, &locked, "totp", &app.code()).await.code(), "mfa_expired");

    let reset = flow(&client).await;
    t.kw.act_on(ada.id, Act::ResetMfa).await.unwrap().unwrap();
    assert_eq!(answer(&client, &reset, "totp", &app.code()).await.code(), "mfa_expired");
}

#[tokio::test]
async fn an_answered_flow_is_not_answered_again_by_the_back_button() {
    let Enrolled { t, app, codes, .. } = enrolled().await;
    let client = t.pages();
    let begun = flow(&client).await;
    let cookie = client.cookie("kw_flow").unwrap();
    assert_eq!(answer(&client, &begun, "totp", &app.next_code()).await.status(), 200);
    client.set_cookie("kw_flow", &cookie);
    assert_eq!(answer(&client, &begun, "recovery_code", &codes[0]).await.code(), "mfa_expired");
}

#[tokio::test]
async fn an_enrolment_is_finished_by_the_session_that_began_it() {
    let Enrolled { t, home, .. } = enrolled().await;
    home.json(Method::DELETE, "/api/v1/me/totp", &json!({})).await;
    let begun = home.post("/api/v1/me/totp", &json!({})).await.json();
    let app = keyward::testing::Authenticator::new(begun["secret"].as_str().unwrap(), &t.clock);
    let confirm = json!({ "flow_id": begun["flow_id"], "code": app.code() });
    let (thief, _, _) = mallory(&t).await;
    let other = t.pages();
    sign_in(&other).await;
    for client in [&thief, &other] {
        let reply = client.post("/api/v1/me/totp/confirm", &confirm).await;
        assert!(["code_expired", "unauthenticated"].contains(&reply.code().as_str()));
    }
    assert_eq!(home.post("/api/v1/me/totp/confirm", &confirm).await.status(), 200);
}

#[tokio::test]
async fn a_way_that_is_not_enrolled_or_does_not_exist_answers_nothing() {
    let Enrolled { t, .. } = enrolled().await;
    let client = t.pages();
    let begun = flow(&client).await;
    for method in ["password", "trusted_device", "none", "", "TOTP"] {
        assert_eq!(answer(&client, &begun, method, PASSWORD).await.code(), "mfa_invalid");
    }
    let log = t.kw.audit(&keyward::port::EventQuery { limit: 50, ..Default::default() }).await;
    let failed: Vec<Value> =
        log.unwrap().into_iter().filter(|e| e.r#type == "mfa.failed").map(|e| e.data).collect();
    assert!(failed.iter().all(|data| data["method"] != ""), "{failed:?}");
}
