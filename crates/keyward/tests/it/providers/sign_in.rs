//! Out to the service and back in.

use keyward::testing::PASSWORD;
use keyward::{SignUpMode, VerifyMode};
use serde_json::json;

use super::{ADA, body, house, house_with, leave, read, refused, round, to, who};
use crate::pages::html::Page;

#[tokio::test]
async fn a_button_leads_to_the_service_and_back_into_a_new_account() {
    let (t, issuer) = house().await;
    let ada = t.pages();
    let page = Page::of(&ada.page("/login").await);
    assert!(page.text("main").contains("Continue with OpenID Connect"));
    let reply = round(&ada, &issuer).await;
    assert_eq!(to(&reply), "/account");
    let session = who(&ada).await;
    assert_eq!(session["methods"], json!(["oauth"]));
    assert_eq!(session["user"]["name"], "Ada Lovelace");
    assert_eq!(
        session["user"]["identifiers"],
        json!([{ "kind": "email", "value": ADA, "verified": true }])
    );
    t.events().await.assert([
        "user.created",
        "user.verified",
        "connection.added",
        "sign_in.succeeded",
    ]);
    // And the second time it is found, even if the address is another by then.
    issuer.is("ada", "other@example.com", true);
    let again = t.pages();
    round(&again, &issuer).await;
    assert_eq!(who(&again).await["user"]["id"], session["user"]["id"]);
}

#[tokio::test]
async fn the_service_is_asked_with_state_pkce_and_nonce() {
    let (t, issuer) = house().await;
    let (one, two) = (t.pages(), t.pages());
    round(&one, &issuer).await;
    round(&two, &issuer).await;
    let asked = issuer.asked("/authorize");
    let (first, second) = (&asked[0].pairs, &asked[1].pairs);
    assert_eq!(first["redirect_uri"], "http://localhost/login/with/acme/callback");
    assert_eq!((&*first["response_type"], &*first["client_id"]), ("code", "keyward"));
    assert_eq!(
        (&*first["scope"], &*first["code_challenge_method"]),
        ("openid email profile", "S256")
    );
    for name in ["state", "nonce", "code_challenge"] {
        assert!(first[name].len() >= 43, "{name} has 256 bits: {}", first[name]);
        assert_ne!(first[name], second[name], "{name} is fresh");
    }
    let token = &issuer.asked("/token")[0];
    assert!(!token.pairs.contains_key("client_secret"), "it stands in the header");
    assert_eq!(token.pairs["code_verifier"].len(), 43);
    assert_ne!(token.pairs["code_verifier"], first["code_challenge"]);
}

#[tokio::test]
async fn the_api_leads_there_and_back_with_a_cookie_or_a_token() {
    let (t, issuer) = house().await;
    let ada = t.pages();
    let listed = ada.get("/api/v1/providers").await.json();
    assert_eq!(listed["data"], json!([{ "name": "acme", "title": "OpenID Connect" }]));
    let begin = "/api/v1/sign-in/provider";
    let out = ada.post(begin, &json!({ "provider": "acme" })).await.json();
    let back = issuer.visit(out["authorize_url"].as_str().unwrap()).await;
    let reply = ada.post(&format!("{begin}/callback"), &body(&back)).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    assert_eq!(reply.json()["status"], "complete");
    assert_eq!(who(&ada).await["methods"], json!(["oauth"]));

    let app = t.pages().from_site(None);
    let out = app.post(begin, &json!({ "provider": "acme", "session": "token" })).await.json();
    let back = issuer.visit(out["authorize_url"].as_str().unwrap()).await;
    let mut given = body(&back);
    given["session"] = json!("token");
    let reply = app.post(&format!("{begin}/callback"), &given).await;
    assert_eq!(reply.code(), "oauth_state_mismatch", "not without what it was given");
    given["flow_token"] = out["flow_token"].clone();
    let reply = app.post(&format!("{begin}/callback"), &given).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    assert!(reply.json()["token"].as_str().unwrap().starts_with("ses_"));
    let unknown = ada.post(begin, &json!({ "provider": "nowhere" })).await;
    assert_eq!((unknown.status().as_u16(), unknown.code().as_str()), (404, "provider_unknown"));
}

#[tokio::test]
async fn an_app_with_pages_of_its_own_is_told_who_came() {
    let (t, issuer) = house().await;
    let client = Default::default();
    let out = t.kw.authorize_url("acme", "/app", &client).await.unwrap().unwrap();
    let back = issuer.visit(&out.url).await;
    let came = t.kw.callback("acme", read(&back), Some(out.browser), &client).await;
    let came = came.unwrap().unwrap();
    assert_eq!((came.user.provider.as_str(), came.user.provider_id.as_str()), ("acme", "ada"));
    assert_eq!((came.user.email.as_deref(), came.user.email_verified), (Some(ADA), true));
    assert_eq!(came.user.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(came.user.picture.as_deref(), Some("https://issuer.example.com/ada.png"));
    assert_eq!(came.user.raw["sub"], "ada");
    assert_eq!(came.return_to, "/app");
    assert!(t.kw.find_person(ADA).await.unwrap().is_none(), "nobody was signed in by that");
}

#[tokio::test]
async fn whoever_proved_the_same_address_here_and_there_is_one() {
    let (t, issuer) = house().await;
    let ada = t.user("Ada@Example.com").await;
    let client = t.pages();
    round(&client, &issuer).await;
    assert_eq!(who(&client).await["user"]["id"], ada.id.to_string());
    let connections = client.get("/api/v1/me/connections").await.json();
    assert_eq!(connections["data"][0]["provider"], "acme");
    t.events().await.assert(["connection.added", "sign_in.succeeded"]);
    // She is told, so that a stranger who holds the address is noticed.
    let inbox = t.kw.inbox().unwrap();
    let told = loop {
        match inbox.last_to("Ada@Example.com") {
            Some(told) => break told,
            None => tokio::task::yield_now().await,
        }
    };
    assert!(told.subject.contains("was changed"), "{}", told.subject);
}

#[tokio::test]
async fn a_second_factor_guards_the_way_in_by_a_service() {
    let (t, issuer) = house().await;
    t.user(ADA).await;
    let owner = t.pages();
    owner.post("/api/v1/sign-in", &json!({ "identifier": ADA, "password": PASSWORD })).await;
    let (app, _) = owner.enrol_totp(&t.clock).await;
    for is_connected in [false, true] {
        let client = t.pages();
        let reply = round(&client, &issuer).await;
        assert!(to(&reply).starts_with("/login/mfa?flow="), "{}", to(&reply));
        assert_eq!(client.get("/api/v1/session").await.status(), 401, "nothing is open");
        if !is_connected {
            let none = owner.get("/api/v1/me/connections").await.json();
            assert_eq!(none["data"], json!([]), "nothing is connected by one factor of two");
        }
        let flow = to(&reply).split_once("flow=").unwrap().1.to_owned();
        let code = app.next_code();
        let fields = [("flow", flow.as_str()), ("method", "totp"), ("code", &code)];
        let reply = client.form("/login/mfa", &fields).await;
        assert_eq!(to(&reply), "/account");
        assert_eq!(who(&client).await["methods"], json!(["oauth", "totp"]));
        assert_eq!(who(&client).await["aal"], 2);
        if !is_connected {
            super::connections::connect(&client, &issuer).await;
        }
    }
}

#[tokio::test]
async fn where_sign_up_does_not_allow_it_no_account_is_made() {
    let domains = SignUpMode::Domains(vec!["example.org".into()]);
    for (mode, makes, text) in [
        (SignUpMode::Closed, true, "closed"),
        (SignUpMode::Open, false, "closed"),
        (domains, true, "domain"),
    ] {
        let (t, issuer) =
            house_with(|b| b.settings(|s| (s.sign_up, s.sign_in_makes_accounts) = (mode, makes)))
                .await;
        let client = t.pages();
        let reply = round(&client, &issuer).await;
        refused(&client, &reply, text).await;
        assert!(t.kw.find_person(ADA).await.unwrap().is_none());
        // Whoever is there already comes in.
        t.user(ADA).await;
        assert_eq!(to(&round(&client, &issuer).await), "/account");
    }
}

#[tokio::test]
async fn an_address_that_the_service_does_not_confirm_counts_for_nothing() {
    for known in [false, true] {
        let (t, issuer) = house().await;
        if known {
            t.user(ADA).await;
        }
        for claims in [
            json!({ "sub": "x", "email": ADA, "email_verified": false }),
            json!({ "sub": "x", "email": ADA, "email_verified": "yes" }),
            json!({ "sub": "x", "email": ADA, "email_verified": 1 }),
            json!({ "sub": "x", "email": ADA }),
            json!({ "sub": "x" }),
            json!({ "sub": "x", "email": "no address", "email_verified": true }),
        ] {
            issuer.is_person(claims);
            let client = t.pages();
            let reply = round(&client, &issuer).await;
            refused(&client, &reply, "does not confirm").await;
        }
    }
    // Where nothing need be proven, the account is made without it.
    let (t, issuer) = house_with(|b| b.settings(|s| s.verify = VerifyMode::None)).await;
    t.user(ADA).await;
    issuer.is("x", ADA, false);
    let client = t.pages();
    assert_eq!(to(&round(&client, &issuer).await), "/account");
    assert_eq!(who(&client).await["user"]["identifiers"], json!([]));
}

#[tokio::test]
async fn afterwards_the_browser_goes_where_it_wanted_on_this_host_alone() {
    let (t, issuer) = house().await;
    let client = t.pages();
    for (wish, expected) in [
        ("/app?tab=1", "/app?tab=1"),
        ("//evil.example.com", "/account"),
        ("https://evil.example.com", "/account"),
        ("/\\evil.example.com", "/account"),
        ("javascript:alert(1)", "/account"),
    ] {
        let reply = client.form("/login/with/acme", &[("return_to", wish)]).await;
        let back = issuer.visit(&super::onward(&reply)).await;
        assert_eq!(to(&client.page(&back).await), expected, "{wish}");
        let begin = json!({ "provider": "acme", "return_to": wish });
        let reply = client.post("/api/v1/sign-in/provider", &begin).await;
        assert_eq!(reply.status() == 200, wish == expected, "{wish}");
    }
}

#[tokio::test]
async fn a_locked_account_stays_locked() {
    let (t, issuer) = house().await;
    let client = t.pages();
    round(&client, &issuer).await;
    let id =
        keyward::id::UserId::parse(who(&client).await["user"]["id"].as_str().unwrap()).unwrap();
    t.kw.act_on(id, keyward::Act::Lock { reason: String::new() }).await.unwrap().unwrap();
    let again = t.pages();
    let reply = round(&again, &issuer).await;
    assert!(reply.status().is_client_error());
    assert_eq!(again.get("/api/v1/session").await.status(), 401);
}

#[tokio::test]
async fn a_look_spends_nothing_and_a_page_in_between_keeps_its_secret() {
    let (t, issuer) = house().await;
    let client = t.pages();
    let url = leave(&client, "acme").await;
    let back = issuer.visit(&url).await;
    let head = client.send(http::Method::HEAD, &back, None, "").await;
    assert_eq!(head.status(), 204);
    assert_eq!(to(&client.page(&back).await), "/account");
    assert!(client.cookie("kw_provider").is_none(), "it is forgotten");
}

/// What is configured wrongly does not start.
#[tokio::test]
async fn what_would_cross_a_network_in_the_clear_refuses_to_start() {
    use keyward::Keyward;
    use keyward::providers::ProviderOptions;
    let google = || ProviderOptions::preset("google", "id", "S3CRET");
    let start = async |url: &str, options: ProviderOptions| {
        let built = Keyward::memory().public_url(url).sign_in_at(options).build().await;
        built.map(|_| ()).map_err(|error| format!("{error:?}"))
    };
    for (url, good) in [
        ("https://auth.example.com", true),
        ("http://localhost:8080", true),
        ("http://127.0.0.1:8080", true),
        ("http://auth.example.com", false),
        ("http://10.0.0.1", false),
    ] {
        assert_eq!(start(url, google()).await.is_ok(), good, "{url}");
    }
    let https = "https://auth.example.com";
    let redirect = |uri: &str| ProviderOptions { redirect_uri: Some(uri.into()), ..google() };
    assert!(start(https, redirect("https://app.example.com/back")).await.is_ok());
    assert!(start(https, redirect("http://app.example.com/back")).await.is_err());
    let issuer = |issuer: &str| ProviderOptions::oidc("own", issuer, "id", "secret");
    assert!(start(https, issuer("https://issuer.example.com")).await.is_ok());
    assert!(start(https, issuer("http://issuer.example.com")).await.is_err());
    for wrong in [
        ProviderOptions { preset: "gogle".into(), ..google() },
        ProviderOptions { name: "Google".into(), ..google() },
        ProviderOptions { name: String::new(), ..google() },
        ProviderOptions { client_id: " ".into(), ..google() },
        ProviderOptions { client_secret: None, ..google() },
        ProviderOptions { issuer: None, ..issuer("") },
        ProviderOptions { preset: "apple".into(), ..google() },
        ProviderOptions { preset: "microsoft".into(), tenant: Some("a/b".into()), ..google() },
    ] {
        let why = start(https, wrong.clone()).await.unwrap_err();
        assert!(why.contains("use the provider") && !why.contains("S3CRET"), "{why}");
    }
    let twice = Keyward::memory().public_url(https).sign_in_at(google()).sign_in_at(google());
    assert!(twice.build().await.is_err());
}
