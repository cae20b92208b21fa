//! A second factor that a role, or the service, demands.

use axum::routing::get;
use keyward::testing::TestAuth;
use keyward::{MfaMode, User};
use serde_json::json;

use super::{Enrolled, answer, enrolled_in, flow, sign_in};
use crate::pages::html::Page;

async fn kit() -> TestAuth {
    let roles = MfaMode::Roles(vec!["editor".into()]);
    TestAuth::with(|b| b.settings(|s| s.mfa = roles)).await
}

#[tokio::test]
async fn whoever_holds_the_role_reaches_nothing_but_the_enrolment() {
    let t = kit().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages();
    sign_in(&client).await;
    assert_eq!(client.get("/api/v1/me").await.status(), 200, "nothing is demanded yet");
    t.give_role(&ada, "editor").await;
    for path in ["/api/v1/me", "/api/v1/session", "/api/v1/me/sessions", "/api/v1/me/activity"] {
        let reply = client.get(path).await;
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "mfa_not_enrolled"));
    }
    let page = client.page("/account").await;
    assert_eq!(page.headers()["location"], "/account/totp?return_to=%2Faccount");
    assert_eq!(client.page("/account/totp").await.status(), 200);

    client.enrol_totp(&t.clock).await;
    assert_eq!(client.get("/api/v1/me").await.status(), 200, "in the very session that enrolled");
}

#[tokio::test]
async fn a_session_of_one_factor_is_led_to_prove_the_second() {
    let Enrolled { t, ada, home, app, .. } = enrolled_in(kit().await).await;
    let client = t.pages();
    let begun = flow(&client).await;
    let body = json!({ "flow_id": begun, "method": "totp", "code": app.next_code(),
        "trust_device": true });
    client.post("/api/v1/sign-in/mfa", &body).await;
    client.post("/api/v1/sign-out", &json!({})).await;
    sign_in(&client).await;
    t.give_role(&ada, "editor").await;
    assert_eq!(client.get("/api/v1/me").await.code(), "step_up_required", "a trusted device");
    let page = client.page("/account").await;
    assert_eq!(page.headers()["location"], "/account/step-up?return_to=%2Faccount");
    assert_eq!(home.get("/api/v1/me").await.status(), 200, "two factors are enough");
    let body = json!({ "method": "totp", "code": app.next_code() });
    client.post("/api/v1/session/step-up", &body).await;
    assert_eq!(client.get("/api/v1/me").await.status(), 200);
}

#[tokio::test]
async fn the_last_factor_of_whoever_needs_one_is_not_removed() {
    let Enrolled { t, ada, home, .. } = enrolled_in(kit().await).await;
    t.give_role(&ada, "editor").await;
    let reply = home.json(http::Method::DELETE, "/api/v1/me/totp", &json!({})).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (409, "mfa_last_method"));

    let page = Page::of(&home.page("/account/totp").await);
    assert_eq!(page.all("form[action$='/remove']").len(), 0, "nor is it offered");
    assert!(page.text("main").contains("it cannot be turned off"));
    let refused = Page::of(&home.form("/account/totp/remove", &[]).await);
    assert!(refused.text("[role=alert]").contains("this is the last one"));
}

#[tokio::test]
async fn at_the_doors_of_an_app_they_are_nobody_until_they_have_it() {
    let t = TestAuth::with(|b| b.settings(|s| s.mfa = MfaMode::Required)).await;
    t.user("ada@example.com").await;
    let hello = |user: Option<User>| async move { user.map(|u| u.name).is_some().to_string() };
    let app = axum::Router::new()
        .route("/open", get(hello))
        .route("/shut", get(|_: User| async { "in" }));
    let client = t.client(app.merge(t.kw.pages()));
    sign_in(&client).await;
    assert_eq!(client.get("/open").await.text(), "false");
    assert_eq!(client.get("/shut").await.code(), "unauthenticated");
    let login = client.page("/login?return_to=%2Fshut").await;
    assert_eq!(login.headers()["location"], "/account/totp?return_to=%2Fshut", "the way on");
    let (app, _) = client.enrol_totp(&t.clock).await;
    assert_eq!(client.get("/shut").await.text(), "in");

    let other = t.client(axum::Router::new().merge(t.kw.pages()));
    let begun = flow(&other).await;
    assert_eq!(answer(&other, &begun, "totp", &app.next_code()).await.status(), 200);
    assert_eq!(other.get("/api/v1/me").await.status(), 200);
}
