//! Class 13: what a service calls somebody is theirs at that service alone, and
//! whoever has their old address later is somebody else.

use keyward::testing::{Issuer, TestAuth};

use crate::providers::{house, onward, refused, round, to, who};

#[tokio::test]
async fn the_same_name_at_two_issuers_is_two_people() {
    let (acme, other) = (Issuer::start().await, Issuer::start().await);
    let t = TestAuth::with(|b| {
        b.sign_in_at(acme.options("acme"))
            .sign_in_at(other.options("other"))
            .ask_providers_by(Issuer::client())
    })
    .await;
    acme.follow(&t.clock);
    other.follow(&t.clock);
    acme.is("1", "ada@example.com", true);
    other.is("1", "bob@example.com", true);
    let (ada, bob) = (t.pages(), t.pages());
    round(&ada, &acme).await;
    let back = other.visit(&onward(&bob.form("/login/with/other", &[]).await)).await;
    assert_eq!(to(&bob.page(&back).await), "/account");
    assert_ne!(who(&ada).await["user"]["id"], who(&bob).await["user"]["id"]);
}

#[tokio::test]
async fn names_that_differ_in_case_are_two_people() {
    let (t, issuer) = house().await;
    let mut seen = std::collections::BTreeSet::new();
    for (n, subject) in ["abc", "ABC", "abc ", "\u{e4}bc", "a\u{308}bc"].iter().enumerate() {
        issuer.is(subject, &format!("person{n}@example.com"), true);
        let client = t.pages();
        assert_eq!(to(&round(&client, &issuer).await), "/account", "{subject}");
        assert!(seen.insert(who(&client).await["user"]["id"].to_string()), "{subject}");
    }
}

#[tokio::test]
async fn whoever_gets_an_old_address_at_the_service_gets_no_account_by_it_without_proof() {
    let (t, issuer) = house().await;
    issuer.is("ada", "ada@example.com", true);
    round(&t.pages(), &issuer).await;
    // The service gave the address to somebody else, and does not vouch for it.
    issuer.is("eve", "ada@example.com", false);
    let eve = t.pages();
    let reply = round(&eve, &issuer).await;
    refused(&eve, &reply, "does not confirm").await;
}

#[tokio::test]
async fn two_spellings_of_an_address_are_one_account() {
    let (t, issuer) = house().await;
    let ada = t.user("ada@example.com").await;
    issuer.is("ada", "ADA@Example.COM", true);
    let client = t.pages();
    round(&client, &issuer).await;
    assert_eq!(who(&client).await["user"]["id"], ada.id.to_string());
    // Two addresses in one are none.
    issuer.is("eve", "eve@evil.example@example.com", true);
    let eve = t.pages();
    let reply = round(&eve, &issuer).await;
    refused(&eve, &reply, "does not confirm").await;
}
