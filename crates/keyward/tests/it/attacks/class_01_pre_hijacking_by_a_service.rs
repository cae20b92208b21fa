//! Class 01: an account, or an account elsewhere, that carries somebody else's address.

use keyward::testing::{PASSWORD, TestAuth};
use serde_json::{Value, json};

use crate::providers::{ADA, house, refused, round, to, who};

/// The attacker signs up with the victim's address and proves nothing.
async fn squat(t: &TestAuth) -> keyward::testing::Client {
    let eve = t.pages();
    let wish = json!({ "email": ADA, "password": PASSWORD });
    assert_eq!(eve.post("/api/v1/sign-up", &wish).await.status(), 202);
    eve
}

fn sign_in() -> Value {
    json!({ "identifier": ADA, "password": PASSWORD })
}

#[tokio::test]
async fn who_signed_up_first_with_anothers_address_keeps_nothing_once_its_owner_comes() {
    let (t, issuer) = house().await;
    let eve = squat(&t).await;
    let waits = eve.post("/api/v1/sign-in", &sign_in()).await.json();
    assert_eq!(waits["status"], "needs_verification", "{waits}");
    let confirm = format!("/api/v1/verifications/{}/confirm", waits["flow_id"].as_str().unwrap());
    let code = t.code_for(ADA).await;
    let ada = t.pages();
    assert_eq!(to(&round(&ada, &issuer).await), "/account");
    // Neither the password nor what was sent before opens it.
    assert_eq!(eve.post("/api/v1/sign-in", &sign_in()).await.code(), "invalid_credentials");
    let late = eve.post(&confirm, &json!({ "code": code })).await;
    assert_eq!(late.code(), "code_invalid", "{}", late.text());
    assert_eq!(eve.get("/api/v1/session").await.status(), 401);
    assert_eq!(ada.get("/api/v1/me/connections").await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_address_that_the_service_does_not_confirm_takes_over_nothing() {
    let (t, issuer) = house().await;
    let ada = t.user(ADA).await;
    for verified in [json!(false), json!("false"), Value::Null] {
        issuer.is_person(json!({ "sub": "eve", "email": ADA, "email_verified": verified }));
        let eve = t.pages();
        let reply = round(&eve, &issuer).await;
        refused(&eve, &reply, "does not confirm").await;
    }
    let own = t.pages().login_as(&ada).await;
    assert_eq!(own.get("/api/v1/me/connections").await.json()["data"], json!([]));
}

#[tokio::test]
async fn an_account_that_did_not_prove_the_address_is_not_joined_by_it() {
    let (t, issuer) = house().await;
    // Eve proved something of hers, and wrote Ada's address beside it.
    let eve = t.user_with(|new| new.username = Some("eve".into())).await;
    let names = keyward::Names { email: Some(ADA.into()), ..Default::default() };
    let edit = keyward::EditPerson { name: None, properties: None, names, version: None };
    t.kw.edit_person(eve.id, edit).await.unwrap().unwrap();
    let found = t.kw.find_person(ADA).await.unwrap().unwrap();
    let proven: Vec<bool> = found.identifiers.iter().map(|i| i.verified).collect();
    assert!(proven.contains(&true) && proven.contains(&false), "{:?}", found.identifiers);
    let ada = t.pages();
    let reply = round(&ada, &issuer).await;
    refused(&ada, &reply, "Sign in to it first").await;
    let own = t.pages().login_as(&eve).await;
    assert_eq!(own.get("/api/v1/me/connections").await.json()["data"], json!([]));
}

#[tokio::test]
async fn the_same_order_swapped_leads_to_one_account_of_its_owner() {
    let (t, issuer) = house().await;
    let ada = t.pages();
    round(&ada, &issuer).await;
    let id = who(&ada).await["user"]["id"].clone();
    // Whoever signs up now gets the usual answer, and no account.
    squat(&t).await;
    assert_eq!(t.pages().post("/api/v1/sign-in", &sign_in()).await.code(), "invalid_credentials");
    let again = t.pages();
    round(&again, &issuer).await;
    assert_eq!(who(&again).await["user"]["id"], id);
}
