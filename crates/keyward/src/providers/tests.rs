//! Rows of the table, asked over a client that writes down what is asked and answers
//! as the services do.
#![allow(clippy::unwrap_used, reason = "a test that fails should say so and stop")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ::http::{Request, Response};
use bytes::Bytes;
use keyward_core::Secret;
use keyward_core::crypto::jose::Algorithm;
use keyward_core::crypto::jose::signer::Signer;
use keyward_core::port::Fut;
use keyward_core::time::Timestamp;
use serde_json::{Value, json};

use super::oauth::OAuth;
use super::options::{EmailTrust, ProviderOptions};
use super::presets::PRESETS;
use super::{Authorize, Exchanged, Grant, Provider, ProviderError};
use crate::outbound::{HttpClient, OutboundError};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
/// With a query of its own: all of it must be escaped.
const BACK: &str = "https://a.b/cb?x=1&y=2";

/// One request: method, URL, `Authorization`, body.
type Asked = (String, String, String, String);

/// Answers by the URL.
#[derive(Clone, Debug, Default)]
struct World {
    answers: Arc<Mutex<HashMap<String, Value>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl World {
    fn answers(&self, url: &str, with: Value) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(url.to_owned(), with);
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl HttpClient for World {
    fn send(&self, request: Request<Bytes>) -> Fut<'_, Result<Response<Bytes>, OutboundError>> {
        let (url, headers) = (request.uri().to_string(), request.headers());
        let header = headers.get("authorization").map(|v| v.to_str().unwrap().to_owned());
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        assert_eq!(headers["accept"], "application/json", "GitHub answers a form otherwise");
        let asked = (request.method().to_string(), url.clone(), header.unwrap_or_default(), body);
        self.asked.lock().unwrap().push(asked);
        let found = self.answers.lock().unwrap().get(&url).cloned();
        Box::pin(async move {
            let Some(found) = found else {
                return Err(OutboundError::TooSlow { host: url });
            };
            Ok(Response::new(Bytes::from(found.to_string())))
        })
    }
}

fn preset(name: &str) -> ProviderOptions {
    ProviderOptions::preset(name, "CID", "SECRET")
}

fn asked() -> Authorize {
    Authorize {
        redirect_uri: BACK.into(),
        state: Secret::new("ST"),
        nonce: "NO".into(),
        challenge: "CH".into(),
        again: false,
        now: NOW,
    }
}

fn grant() -> Grant {
    Grant {
        code: Secret::new("CODE"),
        redirect_uri: BACK.into(),
        nonce: "NO".into(),
        verifier: Secret::new("VE"),
        iss: None,
        user: None,
        now: NOW,
    }
}

async fn url(options: ProviderOptions) -> String {
    let provider = OAuth::new(options).unwrap();
    provider.authorize_url(&World::default(), &asked()).await.unwrap()
}

async fn exchange(world: &World, options: ProviderOptions) -> Result<Exchanged, ProviderError> {
    OAuth::new(options).unwrap().exchange(world, &grant()).await
}

/// A key, and a world in which it is published at `url`.
fn signed(world: &World, keys: &str, token: &str, claims: Value) -> Signer {
    let key = Signer::generate(Algorithm::Es256, "k").unwrap();
    let mut all = json!({
        "aud": "CID", "nonce": "NO", "iat": NOW.as_secs(), "exp": NOW.as_secs() + 60,
    });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    world.answers(keys, json!({ "keys": [key.jwk()] }));
    world.answers(token, json!({ "access_token": "AT", "id_token": key.token(&all).unwrap() }));
    key
}

#[tokio::test]
async fn the_pages_of_google_github_and_x_are_asked_exactly_so() {
    assert_eq!(
        url(preset("google")).await,
        "https://accounts.google.com/o/oauth2/v2/auth?client_id=CID\
         &redirect_uri=https%3A%2F%2Fa.b%2Fcb%3Fx%3D1%26y%3D2&response_type=code\
         &scope=openid+email+profile&state=ST&code_challenge=CH&code_challenge_method=S256\
         &nonce=NO"
    );
    assert_eq!(
        url(preset("github")).await,
        "https://github.com/login/oauth/authorize?client_id=CID\
         &redirect_uri=https%3A%2F%2Fa.b%2Fcb%3Fx%3D1%26y%3D2&response_type=code\
         &scope=user%3Aemail&state=ST&code_challenge=CH&code_challenge_method=S256"
    );
    assert_eq!(
        url(preset("twitter")).await,
        "https://x.com/i/oauth2/authorize?client_id=CID\
         &redirect_uri=https%3A%2F%2Fa.b%2Fcb%3Fx%3D1%26y%3D2&response_type=code\
         &scope=tweet.read+users.read+users.email&state=ST&code_challenge=CH\
         &code_challenge_method=S256"
    );
}

#[tokio::test]
async fn whoever_shall_prove_it_again_is_asked_again() {
    for (name, asks) in [("google", true), ("github", false)] {
        let provider = OAuth::new(preset(name)).unwrap();
        let asked = Authorize { again: true, ..asked() };
        let url = provider.authorize_url(&World::default(), &asked).await.unwrap();
        assert_eq!(url.ends_with("&prompt=login"), asks, "{url}");
    }
}

#[tokio::test]
async fn every_other_row_has_its_page() {
    for (name, page, also) in [
        (
            "microsoft",
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?",
            "nonce=NO",
        ),
        ("gitlab", "https://gitlab.com/oauth/authorize?", "nonce=NO"),
        ("discord", "https://discord.com/oauth2/authorize?", "scope=identify+email"),
        ("facebook", "https://www.facebook.com/v23.0/dialog/oauth?", "scope=email+public_profile"),
        ("linkedin", "https://www.linkedin.com/oauth/v2/authorization?", "state=ST"),
        ("slack", "https://slack.com/openid/connect/authorize?", "nonce=NO"),
    ] {
        let url = url(preset(name)).await;
        assert!(url.starts_with(page) && url.contains(also), "{url}");
        assert_eq!(url.contains("code_challenge=CH"), name != "linkedin", "{url}");
    }
    let scopes = Some(vec!["openid".into(), "a b".into()]);
    let own = url(ProviderOptions { scopes, ..preset("google") }).await;
    assert!(own.contains("scope=openid+a+b&"), "{own}");
    let tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
    let options = ProviderOptions { tenant: Some(tenant.into()), ..preset("microsoft") };
    let own = url(options).await;
    assert!(
        own.starts_with(&format!("https://login.microsoftonline.com/{tenant}/oauth2")),
        "{own}"
    );
}

#[tokio::test]
async fn every_door_of_every_row_is_https() {
    for preset in PRESETS.iter().filter(|preset| preset.name != "oidc") {
        let doors = [preset.issuer, preset.authorize, preset.token];
        assert!(doors.iter().all(|door| door.starts_with("https://")), "{}", preset.name);
    }
}

#[tokio::test]
async fn google_is_asked_for_the_token_and_says_who_it_is() {
    let world = World::default();
    let claims = json!({
        "iss": "https://accounts.google.com", "sub": "123", "email": "a@b.example",
        "email_verified": true, "name": "N", "picture": "https://p.example/P",
    });
    let token = "https://oauth2.googleapis.com/token";
    signed(&world, "https://www.googleapis.com/oauth2/v3/certs", token, claims);
    let user = exchange(&world, preset("google")).await.unwrap().user;
    assert_eq!((user.provider_id.as_str(), user.email.as_deref()), ("123", Some("a@b.example")));
    assert!(user.email_verified);
    let (method, url, header, body) = world.asked()[0].clone();
    assert_eq!((method.as_str(), url.as_str(), header.as_str()), ("POST", token, ""));
    assert_eq!(
        body,
        "grant_type=authorization_code&code=CODE\
         &redirect_uri=https%3A%2F%2Fa.b%2Fcb%3Fx%3D1%26y%3D2&code_verifier=VE\
         &client_id=CID&client_secret=SECRET"
    );
}

/// What GitHub answers, with these addresses.
fn github(world: &World, user: Value, emails: Value) {
    world.answers("https://github.com/login/oauth/access_token", json!({ "access_token": "AT" }));
    world.answers("https://api.github.com/user", user);
    world.answers("https://api.github.com/user/emails", emails);
}

#[tokio::test]
async fn github_tells_the_proven_address_and_not_the_shown_one() {
    let world = World::default();
    let user = json!({ "id": 5, "login": "l", "avatar_url": "https://a.example/A", "email": "shown@b.example" });
    let email = |email: &str, primary: bool, verified: bool| json!({ "email": email, "primary": primary, "verified": verified, "visibility": null });
    github(
        &world,
        user.clone(),
        json!([email("old@b.example", false, true), email("main@b.example", true, true),]),
    );
    let found = exchange(&world, preset("github")).await.unwrap().user;
    assert_eq!(found.provider_id, "5");
    assert_eq!((found.email.as_deref(), found.email_verified), (Some("main@b.example"), true));
    assert_eq!(found.name.as_deref(), Some("l"));
    assert_eq!(found.picture.as_deref(), Some("https://a.example/A"));
    let asked = world.asked();
    assert_eq!(
        asked[0].3,
        "grant_type=authorization_code&code=CODE\
         &redirect_uri=https%3A%2F%2Fa.b%2Fcb%3Fx%3D1%26y%3D2&code_verifier=VE\
         &client_id=CID&client_secret=SECRET"
    );
    assert_eq!(asked[1].1, "https://api.github.com/user");
    assert!(asked[1..].iter().all(|asked| asked.2 == "Bearer AT"));
    github(&world, user, json!([email("main@b.example", true, false)]));
    let found = exchange(&world, preset("github")).await.unwrap().user;
    assert_eq!((found.email.as_deref(), found.email_verified), (Some("shown@b.example"), false));
    for nobody in [json!({ "id": 0, "login": "l" }), json!({ "login": "l" }), json!({ "id": null })]
    {
        github(&world, nobody.clone(), json!([]));
        assert!(exchange(&world, preset("github")).await.is_err(), "{nobody}");
    }
}

#[tokio::test]
async fn x_is_shown_the_secret_in_the_header_and_tells_a_confirmed_address() {
    let world = World::default();
    let user = "https://api.x.com/2/users/me?user.fields=confirmed_email,profile_image_url";
    world.answers("https://api.x.com/2/oauth2/token", json!({ "access_token": "AT" }));
    world.answers(
        user,
        json!({ "data": {
            "id": "12", "name": "N", "username": "n", "confirmed_email": "a@b.example",
            "profile_image_url": "https://p.example/P",
        }}),
    );
    let found = exchange(&world, preset("twitter")).await.unwrap().user;
    assert_eq!(found.provider_id, "12");
    assert_eq!((found.email.as_deref(), found.email_verified), (Some("a@b.example"), true));
    let (method, url, header, body) = world.asked()[0].clone();
    assert_eq!((method.as_str(), url.as_str()), ("POST", "https://api.x.com/2/oauth2/token"));
    assert_eq!(header, "Basic Q0lEOlNFQ1JFVA==");
    assert_eq!(
        body,
        "grant_type=authorization_code&code=CODE\
         &redirect_uri=https%3A%2F%2Fa.b%2Fcb%3Fx%3D1%26y%3D2&code_verifier=VE"
    );
    assert_eq!((world.asked()[1].1.as_str(), world.asked()[1].2.as_str()), (user, "Bearer AT"));
    let public = ProviderOptions { client_secret: None, ..preset("twitter") };
    exchange(&world, public).await.unwrap();
    assert!(
        world.asked()[2].3.ends_with("&code_verifier=VE&client_id=CID"),
        "{:?}",
        world.asked()[2]
    );
}

#[tokio::test]
async fn microsoft_speaks_for_a_tenant_and_its_addresses_are_not_proven() {
    let tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
    let keys = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
    let token = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
    let claims = |tid: &str, more: Value| {
        let mut claims = json!({
            "iss": format!("https://login.microsoftonline.com/{tenant}/v2.0"), "tid": tid,
            "sub": "s", "email": "ceo@victim.example", "email_verified": true,
        });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims
    };
    let world = World::default();
    signed(&world, keys, token, claims(tenant, json!({})));
    let user = exchange(&world, preset("microsoft")).await.unwrap().user;
    assert_eq!(user.issuer, format!("https://login.microsoftonline.com/{tenant}/v2.0"));
    assert!(!user.email_verified, "an administrator of a tenant writes what they like");
    signed(&world, keys, token, claims(tenant, json!({ "xms_edov": true })));
    assert!(exchange(&world, preset("microsoft")).await.unwrap().user.email_verified);
    signed(&world, keys, token, claims("11111111-6c67-4c5b-b112-36a304b66dad", json!({})));
    assert!(exchange(&world, preset("microsoft")).await.is_err(), "of another tenant");
}

#[tokio::test]
async fn apple_is_shown_a_signed_secret_and_tells_a_name_once() {
    let key = Signer::generate(Algorithm::Es256, "KEY").unwrap();
    let options = ProviderOptions {
        client_secret: Some(key.pem().unwrap()),
        key_id: Some("KEY".into()),
        team_id: Some("TEAM".into()),
        ..preset("apple")
    };
    let page = url(options.clone()).await;
    assert!(page.starts_with("https://appleid.apple.com/auth/authorize?"), "{page}");
    assert!(page.contains("scope=name+email") && page.ends_with("&response_mode=form_post"));
    let (world, provider) = (World::default(), OAuth::new(options).unwrap());
    let claims = json!({
        "iss": "https://appleid.apple.com", "sub": "001.a", "email": "a@b.example",
        "email_verified": "true",
    });
    let token = "https://appleid.apple.com/auth/token";
    signed(&world, "https://appleid.apple.com/auth/keys", token, claims);
    let told = r#"{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"evil@b.example"}"#;
    let first = Grant { user: Some(told.into()), ..grant() };
    let user = provider.exchange(&world, &first).await.unwrap().user;
    assert_eq!(user.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(user.email.as_deref(), Some("a@b.example"), "what is not signed names no address");
    assert!(user.email_verified);
    let body = world.asked()[0].3.clone();
    let secret = body.rsplit_once("client_secret=").unwrap().1;
    assert_eq!(secret.split('.').count(), 3, "{secret}");
    for odd in ["", "{}", "[", r#"{"name":7}"#] {
        let grant = Grant { user: Some(odd.into()), ..grant() };
        assert_eq!(provider.exchange(&world, &grant).await.unwrap().user.name, None, "{odd}");
    }
}

#[tokio::test]
async fn others_say_who_somebody_is_in_their_own_words() {
    let facebook = "https://graph.facebook.com/v23.0/me?fields=id,name,email,picture";
    for (name, token, user, told, id, verified) in [
        (
            "discord",
            "https://discord.com/api/oauth2/token",
            "https://discord.com/api/users/@me",
            json!({ "id": "80", "username": "n", "avatar": "f", "email": "a@b.example", "verified": true }),
            "80",
            true,
        ),
        (
            "discord",
            "https://discord.com/api/oauth2/token",
            "https://discord.com/api/users/@me",
            json!({ "id": "80", "username": "n", "email": "a@b.example", "verified": false }),
            "80",
            false,
        ),
        (
            "facebook",
            "https://graph.facebook.com/v23.0/oauth/access_token",
            facebook,
            json!({ "id": "9", "name": "N", "email": "a@b.example", "email_verified": true }),
            "9",
            false,
        ),
        (
            "linkedin",
            "https://www.linkedin.com/oauth/v2/accessToken",
            "https://api.linkedin.com/v2/userinfo",
            json!({ "sub": "li", "name": "N", "email": "a@b.example", "email_verified": true }),
            "li",
            true,
        ),
    ] {
        let world = World::default();
        world.answers(token, json!({ "access_token": "AT" }));
        world.answers(user, told);
        let found = exchange(&world, preset(name)).await.unwrap().user;
        assert_eq!((found.provider_id.as_str(), found.email_verified), (id, verified), "{name}");
        assert_eq!(found.email.as_deref(), Some("a@b.example"), "{name}");
        let sent = &world.asked()[0].3;
        assert_eq!(sent.contains("code_verifier=VE"), name != "linkedin", "{name}");
    }
}

#[tokio::test]
async fn an_operator_says_whether_addresses_count() {
    let world = World::default();
    world.answers("https://discord.com/api/oauth2/token", json!({ "access_token": "AT" }));
    let user = json!({ "id": "80", "username": "n", "email": "a@b.example", "verified": true });
    world.answers("https://discord.com/api/users/@me", user);
    for (email, verified) in
        [(EmailTrust::AsTold, true), (EmailTrust::Never, false), (EmailTrust::Always, true)]
    {
        let options = ProviderOptions { email, ..preset("discord") };
        let found = exchange(&world, options).await.unwrap().user;
        assert_eq!(found.email_verified, verified, "{email:?}");
    }
    let nameless = json!({ "id": "80", "username": "n" });
    world.answers("https://discord.com/api/users/@me", nameless);
    let options = ProviderOptions { email: EmailTrust::Always, ..preset("discord") };
    assert!(
        !exchange(&world, options).await.unwrap().user.email_verified,
        "no address, none proven"
    );
}
