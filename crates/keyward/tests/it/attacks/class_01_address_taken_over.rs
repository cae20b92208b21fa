//! Class 01: nobody gets at an account by an address that was never proven to be theirs.

use keyward::testing::{PASSWORD, TestAuth};
use serde_json::{Value, json};

use crate::addresses::{Ada, ada, ask, confirm, sign_in};

#[tokio::test]
async fn of_two_changes_at_once_confirming_ones_own_never_sets_the_other() {
    let Ada { t, ada, home } = ada().await;
    let mine = ask(&home, "email", "mine@example.com").await.json();
    let victims = ask(&home, "email", "victim@example.com").await.json();
    let code = t.code_for("mine@example.com").await;
    // The code of one flow, at the door of the other.
    assert_eq!(confirm(&home, &victims, &code).await.code(), "code_invalid");
    assert_eq!(confirm(&home, &mine, &code).await.status(), 200);
    let now = t.kw.person(ada.id).await.unwrap().unwrap();
    let names: Vec<_> = now.identifiers.iter().map(|i| i.value.as_str()).collect();
    assert_eq!(names, ["mine@example.com"]);
    let late = t.code_for("victim@example.com").await;
    assert_eq!(confirm(&home, &victims, &late).await.code(), "code_invalid", "killed with it");
}

#[tokio::test]
async fn whoever_is_sent_a_strangers_link_gives_them_nothing_by_opening_it() {
    let Ada { t, ada, home } = ada().await;
    let victim = t.user_with(|new| new.username = Some("victim".into())).await;
    ask(&home, "email", "victim@example.com").await;
    let token = t.link_token_for("victim@example.com").await;
    let body = json!({ "token": token });
    let other = t.pages().login_as(&victim).await;
    for client in [&t.pages(), &other] {
        let reply = client.post("/api/v1/me/address-link", &body).await;
        assert!(!reply.status().is_success(), "{}", reply.text());
    }
    let now = t.kw.person(ada.id).await.unwrap().unwrap();
    assert_eq!(now.email.as_deref(), Some("ada@example.com"));
}

#[tokio::test]
async fn a_claim_that_was_never_proven_gives_way_to_one_that_is() {
    let Ada { t, home, .. } = ada().await;
    let squatter = t.pages();
    let body = json!({ "email": "new@example.com", "password": PASSWORD });
    squatter.post("/api/v1/sign-up", &body).await;
    let squatted = t.code_for("new@example.com").await;
    t.clock.advance(std::time::Duration::from_secs(60));
    let begun = ask(&home, "email", "new@example.com").await.json();
    let code = t.code_for("new@example.com").await;
    assert_ne!(code, squatted);
    assert_eq!(confirm(&home, &begun, &code).await.status(), 200);
    assert_eq!(sign_in(&t.pages(), "new@example.com").await.json()["status"], "complete");
    let me = home.get("/api/v1/me").await.json();
    assert_eq!(me["email"], "new@example.com", "it is hers, and hers alone");
}

#[tokio::test]
async fn a_proven_address_of_somebody_else_is_not_taken_and_they_are_told() {
    let Ada { t, home, .. } = ada().await;
    let bob = t.user("bob@example.com").await;
    let begun = ask(&home, "email", "bob@example.com").await;
    assert_eq!(begun.status(), 202, "it tells nothing");
    let inbox = t.kw.inbox().unwrap();
    while inbox.all().is_empty() {
        inbox.arrival().await;
    }
    let letter = inbox.all().remove(0);
    assert_eq!((letter.to.as_str(), letter.code, letter.link), ("bob@example.com", None, None));
    assert_eq!(confirm(&home, &begun.json(), "123456").await.code(), "code_invalid");
    assert_eq!(
        t.kw.person(bob.id).await.unwrap().unwrap().email.as_deref(),
        Some("bob@example.com")
    );
}

#[tokio::test]
async fn no_field_says_that_an_address_is_proven() {
    let t = TestAuth::new().await;
    for extra in ["email_verified", "verified", "role", "roles", "is_admin", "id", "user_id"] {
        let mut body = json!({ "email": "ada@example.com", "password": PASSWORD });
        body[extra] = Value::Bool(true);
        let reply = t.pages().post("/api/v1/sign-up", &body).await;
        assert_eq!(reply.code(), "unknown_field", "{extra}");
    }
}
