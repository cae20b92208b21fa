//! Class 06: a device is trusted no longer than what it was trusted for.

use http::Method;
use keyward::testing::{Client, PASSWORD, TestAuth};
use keyward::{Act, Secret};
use serde_json::json;

use crate::factors::{Enrolled, answer, enrolled, flow, sign_in};
use crate::pages::html::{Page, location};

/// A browser that ada trusts, signed out.
async fn trusted(t: &TestAuth, code: &str) -> Client {
    let client = t.pages();
    let begun = flow(&client).await;
    let body = json!({ "flow_id": begun, "method": "totp", "code": code, "trust_device": true });
    assert_eq!(client.post("/api/v1/sign-in/mfa", &body).await.status(), 200);
    client.post("/api/v1/sign-out", &json!({})).await;
    client
}

#[tokio::test]
async fn trust_ends_with_the_factor_that_it_spared() {
    let Enrolled { t, ada, home, app, .. } = enrolled().await;
    let browser = trusted(&t, &app.next_code()).await;
    home.json(Method::DELETE, "/api/v1/me/totp", &json!({})).await;
    home.enrol_totp(&t.clock).await;
    assert_eq!(sign_in(&browser).await.json()["status"], "needs_mfa");
    t.kw.act_on(ada.id, Act::ResetMfa).await.unwrap().unwrap();
    assert_eq!(sign_in(&browser).await.json()["status"], "complete", "nothing is asked for now");
}

#[tokio::test]
async fn a_device_that_is_spared_the_factor_changes_no_password_without_it() {
    let Enrolled { t, app, .. } = enrolled().await;
    let browser = trusted(&t, &app.next_code()).await;
    assert_eq!(sign_in(&browser).await.json()["status"], "complete");
    let new = json!({ "current_password": PASSWORD, "new_password": "another long password" });
    let change = async || browser.json(Method::PUT, "/api/v1/me/password", &new).await;
    assert_eq!(change().await.code(), "step_up_required");
    let page = Page::of(&browser.page("/account/password").await);
    let csrf = page.attr("form[action='/account/password'] [name=csrf]", "value");
    let fields = [
        ("csrf", csrf.as_str()),
        ("current_password", PASSWORD),
        ("new_password", "another long password"),
    ];
    let to = location(&browser.form("/account/password", &fields).await);
    assert!(to.starts_with("/account/step-up?"), "{to}");
    let proof = json!({ "method": "totp", "code": app.next_code() });
    assert_eq!(browser.post("/api/v1/session/step-up", &proof).await.status(), 200);
    assert_eq!(change().await.status(), 200);
}

#[tokio::test]
async fn trust_that_is_ended_on_the_page_is_none_on_the_page() {
    let Enrolled { t, home, app, .. } = enrolled().await;
    let browser = trusted(&t, &app.next_code()).await;
    let login = async || {
        let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
        location(&browser.form("/login", &fields).await)
    };
    assert_eq!(login().await, "/account", "it is trusted so far");
    browser.post("/api/v1/sign-out", &json!({})).await;
    let page = Page::of(&home.page("/account/sessions").await);
    let device = page.attr("form[action='/account/devices/forget'] [name=device]", "value");
    let csrf = page.attr("form[action='/account/devices/forget'] [name=csrf]", "value");
    let fields = [("csrf", csrf.as_str()), ("device", &device)];
    location(&home.form("/account/devices/forget", &fields).await);
    assert!(login().await.starts_with("/login/mfa?flow="), "the factor is asked for again");
}

#[tokio::test]
async fn trust_ends_when_an_administrator_sets_the_password() {
    let Enrolled { t, ada, app, .. } = enrolled().await;
    let browser = trusted(&t, &app.next_code()).await;
    let password = Secret::new(PASSWORD);
    let act = Act::SetPassword { password, temporary: false };
    t.kw.act_on(ada.id, act).await.unwrap().unwrap();
    assert_eq!(sign_in(&browser).await.json()["status"], "needs_mfa");
}

#[tokio::test]
async fn a_changed_cookie_is_no_trusted_device() {
    let Enrolled { t, app, .. } = enrolled().await;
    let browser = trusted(&t, &app.next_code()).await;
    let cookie = browser.cookie("kw_device").unwrap();
    let mut parts: Vec<String> = cookie.split('.').map(str::to_owned).collect();
    parts[1] = "0".repeat(32);
    for planted in [parts.join("."), cookie[..cookie.len() - 2].to_owned(), String::from("x")] {
        let other = t.pages();
        other.set_cookie("kw_device", &planted);
        assert_eq!(sign_in(&other).await.json()["status"], "needs_mfa", "{planted}");
    }
    assert_eq!(sign_in(&browser).await.json()["status"], "complete");
}

#[tokio::test]
async fn at_most_ten_devices_are_trusted_and_the_oldest_gives_way() {
    let Enrolled { t, app, .. } = enrolled().await;
    let first = trusted(&t, &app.next_code()).await;
    let second = trusted(&t, &app.next_code()).await;
    for _ in 0..9 {
        trusted(&t, &app.next_code()).await;
    }
    assert_eq!(sign_in(&first).await.json()["status"], "needs_mfa");
    assert_eq!(sign_in(&second).await.json()["status"], "complete");
}

#[tokio::test]
async fn the_attackers_browser_gains_nothing_when_the_victim_answers() {
    let Enrolled { t, app, .. } = enrolled().await;
    let (thief, victim) = (t.pages(), t.pages());
    let begun = flow(&thief).await;
    // Class 05 as well: the victim is led to the page of the thief's flow.
    let reply = answer(&victim, &begun, "totp", &app.next_code()).await;
    assert_eq!(reply.code(), "mfa_expired");
    assert_eq!(thief.get("/api/v1/session").await.status(), 401);
}
