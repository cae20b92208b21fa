//! Sign-in at other services, against an issuer on this machine.

mod connections;
mod issuers;
mod sign_in;

use keyward::testing::{Client, Issuer, Response, TestAuth};
use keyward::{Builder, providers::Callback};
use serde_json::{Value, json};

use crate::pages::html::{Page, location};

pub(crate) const ADA: &str = "ada@example.com";

/// A whole Keyward that knows one issuer as `acme`, with choices of one's own.
pub(crate) async fn house_with(change: impl FnOnce(Builder) -> Builder) -> (TestAuth, Issuer) {
    let issuer = Issuer::start().await;
    let options = issuer.options("acme");
    let t =
        TestAuth::with(|b| change(b.sign_in_at(options).ask_providers_by(Issuer::client()))).await;
    issuer.follow(&t.clock);
    (t, issuer)
}

pub(crate) async fn house() -> (TestAuth, Issuer) {
    house_with(|b| b).await
}

/// Where the page leads that stands between ours and the service's.
pub(crate) fn onward(reply: &Response) -> String {
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let page = Page::of(reply);
    let refresh = page.attr("meta[http-equiv=refresh]", "content");
    let url = refresh.strip_prefix("0; url=").unwrap().to_owned();
    assert_eq!(page.attr("p a.button", "href"), url, "and for whoever has it switched off");
    url
}

/// Uses the button of a service; to where it leads.
pub(crate) async fn leave(client: &Client, provider: &str) -> String {
    onward(&client.form(&format!("/login/with/{provider}"), &[]).await)
}

/// Leaves for the service, signs in there, and comes back.
pub(crate) async fn round(client: &Client, issuer: &Issuer) -> Response {
    let back = issuer.visit(&leave(client, "acme").await).await;
    client.page(&back).await
}

/// Who is signed in.
pub(crate) async fn who(client: &Client) -> Value {
    client.get("/api/v1/session").await.json()
}

/// Nobody is signed in, and the page says this.
pub(crate) async fn refused(client: &Client, reply: &Response, text: &str) {
    assert!(reply.status().is_client_error(), "{} {}", reply.status(), reply.text());
    assert!(reply.text().contains(text), "{text}: {}", reply.text());
    assert_eq!(client.get("/api/v1/session").await.status(), 401);
}

/// The parameters of the way back.
pub(crate) fn read(back: &str) -> Callback {
    let (_, query) = back.split_once('?').unwrap();
    let mut given = Callback::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "code" => given.code = Some(keyward::Secret::new(value)),
            "state" => given.state = Some(keyward::Secret::new(value)),
            "iss" => given.iss = Some(value.into_owned()),
            "error" => given.error = Some(value.into_owned()),
            other => panic!("{other}"),
        }
    }
    given
}

/// The same as a body for the API.
pub(crate) fn body(back: &str) -> Value {
    let (_, query) = back.split_once('?').unwrap();
    let mut body = json!({ "provider": "acme" });
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "error_description" {
            body[&*name] = json!(value);
        }
    }
    body
}

/// A page that leads on.
pub(crate) fn to(reply: &Response) -> String {
    location(reply)
}
