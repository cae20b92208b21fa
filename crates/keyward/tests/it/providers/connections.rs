//! The connected ones: list, connect, disconnect.

use std::time::Duration;

use http::Method;
use keyward::testing::{Client, Issuer, PASSWORD};
use serde_json::json;

use super::{ADA, body, house, onward, refused, round, to, who};
use crate::pages::html::Page;

const OWN: &str = "/api/v1/me/connections";

/// Connects the issuer to the account that is signed in, by the page.
pub(crate) async fn connect(client: &Client, issuer: &Issuer) {
    let reply = client.form("/account/connections", &[("provider", "acme")]).await;
    let back = issuer.visit(&onward(&reply)).await;
    let reply = client.page(&back).await;
    assert_eq!(to(&reply), "/account/connections?notice=done", "{}", reply.text());
}

#[tokio::test]
async fn a_service_is_connected_by_whoever_is_signed_in_and_taken_away_again() {
    let (t, issuer) = house().await;
    let ada = t.user(ADA).await;
    let client = t.pages().login_as(&ada).await;
    issuer.is("7", "private@example.net", false);
    connect(&client, &issuer).await;
    let page = Page::of(&client.page("/account/connections").await);
    assert!(page.text("main").contains("private@example.net"));
    let other = t.pages();
    assert_eq!(to(&round(&other, &issuer).await), "/account");
    assert_eq!(who(&other).await["user"]["id"], ada.id.to_string());

    let listed = client.get(OWN).await.json();
    let id = listed["data"][0]["id"].as_str().unwrap().to_owned();
    let reply = client.form("/account/connections/remove", &[("connection", &id)]).await;
    assert_eq!(to(&reply), "/account/connections?notice=done");
    assert_eq!(client.get(OWN).await.json()["data"], json!([]));
    let gone = client.json(Method::DELETE, &format!("{OWN}/{id}"), &json!({})).await;
    assert_eq!(gone.status(), 404);
    let again = t.pages();
    let reply = round(&again, &issuer).await;
    refused(&again, &reply, "does not confirm").await;
    let events = t.events().await;
    events.assert(["connection.added", "connection.removed"]);
}

#[tokio::test]
async fn the_api_connects_as_the_page_does() {
    let (t, issuer) = house().await;
    let client = t.pages().login_as(&t.user(ADA).await).await;
    let out = client.post(OWN, &json!({ "provider": "acme" })).await.json();
    let back = issuer.visit(out["authorize_url"].as_str().unwrap()).await;
    let reply = client.post("/api/v1/sign-in/provider/callback", &body(&back)).await;
    assert_eq!((reply.status().as_u16(), &reply.json()["status"]), (200, &json!("connected")));
    let id = client.get(OWN).await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let reply = client.json(Method::DELETE, &format!("{OWN}/{id}"), &json!({})).await;
    assert_eq!(reply.status(), 204);
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays() {
    let (t, issuer) = house().await;
    let client = t.pages();
    round(&client, &issuer).await;
    let id = client.get(OWN).await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let reply = client.json(Method::DELETE, &format!("{OWN}/{id}"), &json!({})).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (409, "last_way_in"));
    let reply = client.form("/account/connections/remove", &[("connection", &id)]).await;
    assert!(reply.text().contains("last way"), "{}", reply.text());
    // With another one beside it, either may go.
    issuer.is("second", "second@example.com", true);
    connect(&client, &issuer).await;
    let reply = client.json(Method::DELETE, &format!("{OWN}/{id}"), &json!({})).await;
    assert_eq!(reply.status(), 204);
}

#[tokio::test]
async fn connecting_and_disconnecting_need_a_recent_proof() {
    let (t, issuer) = house().await;
    t.user(ADA).await;
    let client = t.pages();
    let sign_in = json!({ "identifier": ADA, "password": PASSWORD });
    client.post("/api/v1/sign-in", &sign_in).await;
    connect(&client, &issuer).await;
    let id = client.get(OWN).await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let reply = client.form("/account/connections", &[("provider", "acme")]).await;
    let begun = issuer.visit(&onward(&reply)).await;
    t.clock.advance(Duration::from_secs(599));
    let reply = client.form("/account/connections", &[("provider", "acme")]).await;
    let in_time = issuer.visit(&onward(&reply)).await;
    t.clock.advance(Duration::from_secs(2));
    for reply in [
        client.post(OWN, &json!({ "provider": "acme" })).await,
        client.json(Method::DELETE, &format!("{OWN}/{id}"), &json!({})).await,
    ] {
        assert_eq!((reply.status().as_u16(), reply.code().as_str()), (401, "step_up_required"));
    }
    let step_up = "/account/step-up?return_to=%2Faccount%2Fconnections";
    for reply in [
        client.form("/account/connections", &[("provider", "acme")]).await,
        client.form("/account/connections/remove", &[("connection", &id)]).await,
        client.page(&in_time).await,
    ] {
        assert_eq!(to(&reply), step_up);
    }
    let late = client.page(&begun).await;
    assert!(late.status().is_client_error(), "its browser's secret was replaced");
}

#[tokio::test]
async fn whoever_has_nothing_else_proves_it_by_signing_in_there_again() {
    let (t, issuer) = house().await;
    let client = t.pages();
    round(&client, &issuer).await;
    t.clock.advance(Duration::from_secs(601));
    let step_up = to(&client.form("/account/connections", &[("provider", "acme")]).await);
    let page = Page::of(&client.page(&step_up).await);
    let (action, back) = (page.attr("main form", "action"), "/account/connections");
    assert_eq!(page.attr("main form [name=return_to]", "value"), back);
    let old = client.cookie("kw_session").unwrap();
    let fields = [("again", "on"), ("return_to", back)];
    let url = onward(&client.form(&action, &fields).await);
    assert!(url.contains("&prompt=login"), "the service asks as well: {url}");
    assert_eq!(to(&client.page(&issuer.visit(&url).await).await), back);
    assert_ne!(client.cookie("kw_session").unwrap(), old);
    issuer.is("second", "second@example.com", true);
    connect(&client, &issuer).await;
    let thief = t.pages();
    thief.set_cookie("kw_session", &old);
    assert_eq!(thief.get("/api/v1/session").await.status(), 401, "the old session ended");
}

#[tokio::test]
async fn what_is_another_accounts_is_not_connected_twice() {
    let (t, issuer) = house().await;
    round(&t.pages(), &issuer).await;
    let bob = t.user("bob@example.com").await;
    let client = t.pages().login_as(&bob).await;
    let out = client.post(OWN, &json!({ "provider": "acme" })).await.json();
    let back = issuer.visit(out["authorize_url"].as_str().unwrap()).await;
    let reply = client.post("/api/v1/sign-in/provider/callback", &body(&back)).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (409, "oauth_taken"));
    // Nor does it end the session, or show whose it is.
    assert_eq!(who(&client).await["user"]["id"], bob.id.to_string());
    assert!(!reply.text().contains(ADA));
}

#[tokio::test]
async fn nobody_takes_away_what_is_another_accounts() {
    let (t, issuer) = house().await;
    let ada = t.pages();
    round(&ada, &issuer).await;
    let id = ada.get(OWN).await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let bob = t.pages().login_as(&t.user("bob@example.com").await).await;
    let reply = bob.json(Method::DELETE, &format!("{OWN}/{id}"), &json!({})).await;
    assert_eq!(reply.status(), 404);
    assert_eq!(ada.get(OWN).await.json()["data"][0]["id"], id);
}

#[tokio::test]
async fn what_the_service_gave_is_kept_sealed_and_renewed() {
    let issuer = Issuer::start().await;
    let mut options = issuer.options("acme");
    options.store_tokens = true;
    let t = keyward::testing::TestAuth::with(|b| {
        b.sign_in_at(options).ask_providers_by(Issuer::client())
    })
    .await;
    issuer.follow(&t.clock);
    let client = t.pages();
    round(&client, &issuer).await;
    let user = who(&client).await["user"]["id"].as_str().unwrap().to_owned();
    let user = keyward::id::UserId::parse(&user).unwrap();
    let listed = t.kw.connections(user).await.unwrap();
    let tokens = async || t.kw.provider_tokens(user, listed[0].id).await.unwrap().unwrap().unwrap();
    assert_eq!(tokens().await.access.reveal(), "access-0");
    assert!(!format!("{:?}", tokens().await).contains("access-0"), "not even printed");
    t.clock.advance(Duration::from_secs(3600));
    let (one, two) = tokio::join!(tokens(), tokens());
    assert_eq!((one.access.reveal(), two.access.reveal()), ("access-1", "access-1"), "once");
    t.clock.advance(Duration::from_secs(3600));
    assert_eq!(tokens().await.access.reveal(), "access-2");
    // Neither the API nor the page shows them.
    for path in [OWN, "/account/connections", "/api/v1/session"] {
        assert!(!client.get(path).await.text().contains("access-"), "{path}");
    }
}
