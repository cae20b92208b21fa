//! Doors of an application that asks over HTTP.

use keyward::testing::{Client, TestAuth};
use serde_json::{Value, json};

async fn asked(client: &Client, path: &str, body: &Value) -> (u16, String) {
    let reply = client.post(path, body).await;
    (reply.status().as_u16(), reply.code())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[cfg(feature = "captcha")]
#[tokio::test]
async fn a_captcha_of_the_apps_counts_once_and_no_other_counts() {
    let t = TestAuth::new().await;
    let client = t.pages();
    let spend = "/api/v1/captcha/spend";
    for (purpose, wrong, first) in [
        ("app", false, is(204, "")),
        ("app", true, is(422, "captcha_invalid")),
        ("sign_in", false, is(422, "captcha_invalid")),
    ] {
        let reply = client.post("/api/v1/captcha", &json!({ "purpose": purpose })).await;
        let token = reply.json()["token"].as_str().unwrap().to_owned();
        let answer = t.captcha_answer(&token);
        let given = if wrong { "-1".to_owned() } else { answer.clone() };
        let body = json!({ "captcha_token": token, "captcha": given });
        assert_eq!(asked(&client, spend, &body).await, first, "{purpose} {wrong}");
        let again = json!({ "captcha_token": token, "captcha": answer });
        assert_eq!(asked(&client, spend, &again).await, is(422, "captcha_invalid"), "once");
    }
    let body = json!({ "captcha_token": "app", "captcha": "1" });
    assert_eq!(asked(&client, spend, &body).await, is(422, "captcha_invalid"));
    assert_eq!(asked(&client, spend, &json!({ "captcha": "1" })).await.0, 422);
}

#[tokio::test]
async fn a_code_of_the_apps_is_for_its_owner_its_purpose_and_once() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let grace = t.user("grace@example.com").await;
    let ada = t.pages().login_as(&ada).await;
    let grace = t.pages().login_as(&grace).await;
    let reply = ada.post("/api/v1/me/codes", &json!({ "purpose": "launch" })).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
    let code = t.code_for("ada@example.com").await;
    let spend = format!("/api/v1/me/codes/{flow}/spend");
    let for_ = |purpose: &str| json!({ "purpose": purpose, "code": code });
    assert_eq!(asked(&grace, &spend, &for_("launch")).await, is(422, "code_invalid"));
    assert_eq!(asked(&ada, &spend, &for_("land")).await, is(422, "code_invalid"));
    assert_eq!(asked(&t.pages(), &spend, &for_("launch")).await, is(401, "unauthenticated"));
    assert_eq!(asked(&ada, &spend, &for_("launch")).await, is(204, ""));
    assert_eq!(asked(&ada, &spend, &for_("launch")).await, is(422, "code_invalid"));
    let nowhere = "/api/v1/me/codes/flw_x/spend";
    assert_eq!(asked(&ada, nowhere, &for_("launch")).await, is(422, "code_invalid"));
    let told = asked(&ada, "/api/v1/me/codes", &json!({ "purpose": "to the moon" })).await;
    assert_eq!(told, is(422, "validation_failed"));
}
