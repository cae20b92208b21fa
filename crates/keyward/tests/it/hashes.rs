//! Stored hashes: moved in, put under Argon2id, seasoned and renewed.

use keyward::testing::{PASSWORD, TestAuth};
use keyward::{NewPerson, Refusal, Secret};
use serde_json::json;

/// What an LDAP directory and Django stored of [`PASSWORD`]; made with passlib 1.7.4.
#[cfg(feature = "legacy-hashes")]
const OLD: [&str; 2] = [
    "{SSHA}9LaU+1VlmTV23Wj88hte8uWRwZAxMjM0NTY3OA==",
    "pbkdf2_sha256$10$NaClSalt1234$l5BzZCAsb7v+/ZahY0d6RKZ8VazzIW8R5Zj9wjzJY7c=",
];

async fn moved_in(t: &TestAuth, email: &str, stored: &str) {
    let new = NewPerson {
        email: Some(email.into()),
        password_hash: Some(stored.into()),
        verified: true,
        ..NewPerson::default()
    };
    t.kw.add_person(new).await.unwrap().unwrap();
}

async fn signs_in(t: &TestAuth, email: &str, password: &str) -> bool {
    let body = json!({ "identifier": email, "password": password });
    t.pages().post("/api/v1/sign-in", &body).await.status() == 200
}

async fn forms(t: &TestAuth) -> Vec<String> {
    t.kw.hash_report().await.unwrap().into_keys().collect()
}

#[cfg(feature = "legacy-hashes")]
#[tokio::test]
async fn who_moves_in_with_an_old_hash_signs_in_and_it_is_renewed() {
    for stored in OLD {
        let t = TestAuth::new().await;
        moved_in(&t, "ada@example.com", stored).await;
        assert!(!signs_in(&t, "ada@example.com", "an incorrect password").await, "{stored}");
        assert!(!forms(&t).await[0].starts_with("argon2id"), "a wrong password renews nothing");
        assert!(signs_in(&t, "ada@example.com", PASSWORD).await, "{stored}");
        assert!(forms(&t).await[0].starts_with("argon2id"), "{stored}");
        assert!(signs_in(&t, "ada@example.com", PASSWORD).await, "{stored}");
    }
}

#[cfg(feature = "legacy-hashes")]
#[tokio::test]
async fn old_hashes_are_wrapped_at_once_and_renewed_at_sign_in() {
    let t = TestAuth::new().await;
    let own = t.user("own@example.com").await;
    for (at, stored) in OLD.iter().enumerate() {
        moved_in(&t, &format!("p{at}@example.com"), stored).await;
    }
    assert_eq!(t.kw.wrap_hashes().await.unwrap(), 2);
    assert!(forms(&t).await.iter().all(|form| form.starts_with("argon2id")), "{own:?}");
    assert!(!signs_in(&t, "p0@example.com", "an incorrect password").await);
    for at in 0..2 {
        assert!(signs_in(&t, &format!("p{at}@example.com"), PASSWORD).await);
    }
    assert!(forms(&t).await.iter().all(|form| !form.contains("over")));
    assert_eq!(t.kw.wrap_hashes().await.unwrap(), 0, "nothing is left to wrap");
}

#[tokio::test]
async fn a_hash_that_nobody_can_read_moves_nobody_in() {
    let t = TestAuth::new().await;
    for stored in ["", "plaintext", "$9$x$y", "$argon2id$v=19$m=99999999,t=9,p=1$AAAA$AAAA"] {
        let new = NewPerson {
            email: Some("ada@example.com".into()),
            password_hash: Some(stored.into()),
            ..NewPerson::default()
        };
        let refusal = t.kw.add_person(new).await.unwrap().unwrap_err();
        let Refusal::Invalid(problems) = refusal else { panic!("{refusal:?}") };
        assert_eq!(problems[0].code, "password_hash_unknown", "{stored}");
    }
}

#[tokio::test]
async fn a_pepper_seasons_every_password_and_the_old_ones_at_sign_in() {
    let t = TestAuth::with(keyward::Builder::pepper).await;
    let plain = keyward::password::Hashers::new(keyward::HashPolicy::CHEAPEST);
    let stored = plain.hash(&Secret::new(PASSWORD)).await.unwrap();
    moved_in(&t, "old@example.com", &stored).await;
    t.user("new@example.com").await;
    assert_eq!(forms(&t).await.iter().filter(|form| form.ends_with("peppered")).count(), 1);
    for email in ["old@example.com", "new@example.com"] {
        assert!(!signs_in(&t, email, "an incorrect password").await);
        assert!(signs_in(&t, email, PASSWORD).await, "{email}");
    }
    assert!(forms(&t).await.iter().all(|form| form.ends_with("peppered")));
    assert!(!signs_in(&t, "nobody@example.com", PASSWORD).await);
}
