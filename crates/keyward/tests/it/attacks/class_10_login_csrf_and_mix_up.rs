//! Class 10: somebody ends in another's account, or another's account elsewhere is
//! connected to theirs.

use std::time::Duration;

use keyward::testing::{Issuer, TestAuth};
use serde_json::json;

use crate::providers::{ADA, house, leave, onward, refused, round, to, who};

const NOT_HERE: &str = "was not begun in this browser";

/// Two issuers, known as `acme` and as `other`.
async fn two() -> (TestAuth, Issuer, Issuer) {
    let (acme, other) = (Issuer::start().await, Issuer::start().await);
    let t = TestAuth::with(|b| {
        b.sign_in_at(acme.options("acme"))
            .sign_in_at(other.options("other"))
            .ask_providers_by(Issuer::client())
    })
    .await;
    acme.follow(&t.clock);
    other.follow(&t.clock);
    (t, acme, other)
}

#[tokio::test]
async fn the_attackers_way_back_opens_nothing_in_the_victims_browser() {
    let (t, issuer) = house().await;
    let eve = t.pages();
    issuer.is("eve", "eve@example.com", true);
    let planted = issuer.visit(&leave(&eve, "acme").await).await;
    // A browser that never set out, and one that did for itself.
    let victim = t.pages();
    let reply = victim.page(&planted).await;
    refused(&victim, &reply, NOT_HERE).await;
    leave(&victim, "acme").await;
    let reply = victim.page(&planted).await;
    refused(&victim, &reply, NOT_HERE).await;
    for odd in ["", "?code=x", "?code=x&state=", "?code=x&state=flw_x.y", "?state=x&state=y"] {
        let reply = victim.page(&format!("/login/with/acme/callback{odd}")).await;
        refused(&victim, &reply, NOT_HERE).await;
    }
    // It was not spent by others, so that nobody can be kept from coming in.
    assert_eq!(to(&eve.page(&planted).await), "/account");
}

#[tokio::test]
async fn what_came_back_once_does_not_come_back_again() {
    let (t, issuer) = house().await;
    let client = t.pages();
    let url = leave(&client, "acme").await;
    let cookie = client.cookie("kw_provider").unwrap();
    let back = issuer.visit(&url).await;
    assert_eq!(to(&client.page(&back).await), "/account");
    client.forget();
    client.set_cookie("kw_provider", &cookie);
    let reply = client.page(&back).await;
    refused(&client, &reply, NOT_HERE).await;
    // Not even with a fresh code.
    client.set_cookie("kw_provider", &cookie);
    let fresh = issuer.visit(&url).await;
    let reply = client.page(&fresh).await;
    refused(&client, &reply, NOT_HERE).await;
}

#[tokio::test]
async fn after_ten_minutes_it_is_over() {
    for (wait, in_time) in [(599, true), (600, false), (100_000, false)] {
        let (t, issuer) = house().await;
        let client = t.pages();
        let back = issuer.visit(&leave(&client, "acme").await).await;
        t.clock.advance(Duration::from_secs(wait));
        let reply = client.page(&back).await;
        match in_time {
            // The tokens of the issuer go by the same clock.
            true => assert_eq!(to(&reply), "/account"),
            false => refused(&client, &reply, "took too long").await,
        }
    }
}

#[tokio::test]
async fn of_two_tabs_the_later_one_comes_back() {
    let (t, issuer) = house().await;
    let client = t.pages();
    let (first, second) = (leave(&client, "acme").await, leave(&client, "acme").await);
    let (first, second) = (issuer.visit(&first).await, issuer.visit(&second).await);
    let cookie = client.cookie("kw_provider").unwrap();
    let reply = client.page(&first).await;
    refused(&client, &reply, NOT_HERE).await;
    client.set_cookie("kw_provider", &cookie);
    assert_eq!(to(&client.page(&second).await), "/account");
}

#[tokio::test]
async fn what_one_service_gave_is_not_taken_at_the_door_of_another() {
    let (t, acme, other) = two().await;
    let client = t.pages();
    let back = acme.visit(&leave(&client, "acme").await).await;
    let reply = client.page(&back.replace("/with/acme/", "/with/other/")).await;
    refused(&client, &reply, NOT_HERE).await;
    assert_eq!(other.asked("/token").len(), 0, "its code was not shown to the other");
    assert_eq!(acme.asked("/token").len(), 0);
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_or_none_is_not_taken() {
    for says in ["https://evil.example.com", ""] {
        let (t, acme, other) = two().await;
        let says = if says.is_empty() { String::new() } else { other.url() };
        acme.behave(|quirks| quirks.says_iss = Some(says));
        let client = t.pages();
        let reply = round(&client, &acme).await;
        refused(&client, &reply, "did not answer as it should").await;
        assert_eq!(acme.asked("/token").len(), 0, "no code is shown to anybody");
    }
}

#[tokio::test]
async fn an_attackers_account_elsewhere_is_not_connected_to_the_victims() {
    let (t, issuer) = house().await;
    let (eve, ada) = (t.user("eve@example.com").await, t.user(ADA).await);
    let (eve, ada) = (t.pages().login_as(&eve).await, t.pages().login_as(&ada).await);
    issuer.is("eve", "eve@example.net", true);
    let reply = eve.form("/account/connections", &[("provider", "acme")]).await;
    let cookie = eve.cookie("kw_provider").unwrap();
    let planted = issuer.visit(&onward(&reply)).await;
    for plant_cookie in [false, true] {
        if plant_cookie {
            ada.set_cookie("kw_provider", &cookie);
        }
        let reply = ada.page(&planted).await;
        assert!(reply.status().is_client_error(), "{}", reply.text());
        let own = ada.get("/api/v1/me/connections").await.json();
        assert_eq!(own["data"], json!([]), "with its cookie planted: {plant_cookie}");
    }
}

#[tokio::test]
async fn no_page_elsewhere_sets_out_for_somebody() {
    let (t, _issuer) = house().await;
    let ada = t.user(ADA).await;
    let elsewhere = t.pages().login_as(&ada).await.from_site(Some("cross-site"));
    for (path, fields) in [
        ("/login/with/acme", &[][..]),
        ("/account/connections", &[("provider", "acme")][..]),
        ("/account/connections/remove", &[("connection", "crd_x")][..]),
    ] {
        let reply = elsewhere.form(path, fields).await;
        assert_eq!(reply.status(), 403, "{path}");
    }
    let begin = json!({ "provider": "acme" });
    for path in ["/api/v1/sign-in/provider", "/api/v1/me/connections"] {
        assert_eq!(elsewhere.post(path, &begin).await.code(), "csrf_failed", "{path}");
    }
    assert_eq!(elsewhere.page("/login/with/acme").await.status(), 405, "nor by a link");
}

#[tokio::test]
async fn what_is_posted_back_is_handed_on_and_nothing_else() {
    let (t, issuer) = house().await;
    let client = t.pages();
    let back = issuer.visit(&leave(&client, "acme").await).await;
    let (path, query) = back.split_once('?').unwrap();
    let form = "application/x-www-form-urlencoded";
    let elsewhere = t.pages().from_site(Some("cross-site"));
    let reply = elsewhere.send(http::Method::POST, path, Some(form), query).await;
    assert_eq!(reply.status(), 303, "{}", reply.text());
    assert!(reply.headers().get("set-cookie").is_none());
    let on = to(&reply);
    assert!(on.starts_with("/login/with/acme/callback?code="), "{on}");
    let planted = elsewhere.page(&on).await;
    refused(&elsewhere, &planted, NOT_HERE).await;
    assert_eq!(to(&client.page(&on).await), "/account");
    for (kind, body, status) in [
        ("application/json", "{}", 415),
        (form, "code=a&code=b&state=c", 422),
        (form, &format!("code={}", "x".repeat(9000)), 400),
    ] {
        let reply = elsewhere.send(http::Method::POST, path, Some(kind), body).await;
        assert_eq!(reply.status(), status, "{body:.40}");
    }
}

#[tokio::test]
async fn of_many_at_once_everybody_gets_their_own() {
    let (t, issuer) = house().await;
    let mut waiting = vec![];
    for n in 0..50 {
        let client = t.pages();
        issuer.is(&format!("person-{n}"), &format!("person{n}@example.com"), true);
        let back = issuer.visit(&leave(&client, "acme").await).await;
        waiting.push((n, client, back));
    }
    let tasks = waiting.into_iter().map(|(n, client, back)| {
        tokio::spawn(async move {
            let reply = client.page(&back).await;
            assert_eq!(to(&reply), "/account", "{}", reply.text());
            let names = who(&client).await["user"]["identifiers"].clone();
            assert_eq!(names[0]["value"], format!("person{n}@example.com"));
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}
