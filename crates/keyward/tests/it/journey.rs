//! The main job, end to end.

use keyward::testing::{PASSWORD, TestAuth};
use serde_json::json;

#[tokio::test]
async fn a_person_signs_up_verifies_signs_out_and_in_again() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    let body = json!({ "email": "Ada@example.com", "password": PASSWORD, "name": "Ada" });
    let reply = ada.post("/api/v1/sign-up", &body).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();

    assert_eq!(ada.get("/api/v1/session").await.status(), 401, "nothing is open yet");
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    // Messages asked for at one moment have no order.
    t.clock.advance(std::time::Duration::from_secs(1));
    let early = ada.post("/api/v1/sign-in", &body).await;
    assert_eq!(early.json()["status"], "needs_verification");
    let flow_again = early.json()["flow_id"].as_str().unwrap().to_owned();

    let code = t.code_for("Ada@example.com").await;
    let confirm = |flow: &str| format!("/api/v1/verifications/{flow}/confirm");
    let old = ada.post(&confirm(&flow), &json!({ "code": code })).await;
    assert_eq!(old.code(), "code_invalid", "a new request kills the old one");
    let reply = ada.post(&confirm(&flow_again), &json!({ "code": code })).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());

    let me = ada.get("/api/v1/session").await;
    assert_eq!(me.json()["user"]["name"], "Ada");
    assert_eq!(me.json()["user"]["identifiers"][0]["verified"], true);

    let cookie = ada.cookie("kw_session").unwrap();
    assert_eq!(ada.post("/api/v1/sign-out", &json!({})).await.status(), 204);
    ada.set_cookie("kw_session", &cookie);
    assert_eq!(ada.get("/api/v1/session").await.status(), 401, "the old cookie is dead");

    ada.forget();
    let wrong = json!({ "identifier": "ada@example.com", "password": "incorrect horse battery" });
    assert_eq!(ada.post("/api/v1/sign-in", &wrong).await.code(), "invalid_credentials");
    let reply = ada.post("/api/v1/sign-in", &body).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
}

#[tokio::test]
async fn only_people_with_the_permission_see_reports() {
    use axum::{Router, routing::get};
    let t = TestAuth::new().await;
    let guarded = get(|| async { "secret numbers" }).layer(t.kw.require("reports:view"));
    let app = Router::new().route("/reports", guarded);
    let ada = t.user("ada@example.com").await;
    let client = t.client(app).login_as(&ada).await;
    assert_eq!(client.get("/reports").await.status(), 403);
    t.kw.grant("ada@example.com", "reports:view").await.unwrap();
    assert_eq!(client.get("/reports").await.status(), 200);
    t.clock.advance(std::time::Duration::from_secs(15 * 24 * 3600));
    assert_eq!(client.get("/reports").await.status(), 401);
}
