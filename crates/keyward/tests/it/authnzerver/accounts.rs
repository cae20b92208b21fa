//! Signing up, passwords, lists, changes and locks.

use serde_json::{Value, json};

use super::{PASSWORD, Site};

const OTHER: &str = "another zeppelin landed 99";

#[tokio::test]
async fn a_password_that_is_no_good_is_refused_with_every_reason() {
    let site = Site::with(|how| how.domain("auth.example.org")).await;
    let new = |password: &str| json!({ "full_name": "Test User", "email": "testuser@example.org", "password": password });
    let answer = site.ask("user-new", new("testuser")).await;
    assert_eq!(answer["failure_reason"], "invalid password");
    assert_eq!(answer["messages"].as_array().unwrap().len(), 2, "{answer}");
    let check = |password: &str| {
        let mut body = new(password);
        body["min_pass_length"] = 3.into();
        body
    };
    site.done("user-validatepass", check("aROwQin9L8nNtPTEMLXd")).await;
    let reason = site.refused("user-validatepass", check("239420349823904802398402375025")).await;
    assert_eq!(reason, "password is insecure or invalid");
    site.refused("user-validatepass", check("short")).await;
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let site = Site::new().await;
    let new = |name: &str, email: &str| json!({ "full_name": name, "email": email, "password": PASSWORD });
    for name in ["bIt.Ly/x", "HttPs://example.org"] {
        let reason = site.refused("user-new", new(name, "ada@example.org")).await;
        assert_eq!(reason, "invalid full name");
    }
    assert_eq!(site.refused("user-new", new("Ada", "root@example.org")).await, "invalid email");
    site.done("user-new", new("Miles O'Brien", "o'brien@example.org")).await;
    let found = site.done("user-lookup-email", json!({ "email": "o'brien@example.org" })).await;
    assert_eq!(found["user_info"]["full_name"], "Miles O'Brien", "as it was typed");
}

#[tokio::test]
async fn an_address_that_is_taken_is_answered_in_the_same_words() {
    let site = Site::new().await;
    let mut new = json!({
        "full_name": "Ada", "email": "ada@example.org", "password": PASSWORD,
        "system_id": "s-1", "extra_info": { "plan": "gold" },
    });
    let first = site.ask("user-new", new.clone()).await;
    assert_eq!(first["response"]["system_id"], "s-1");
    new["email"] = "ADA@example.org".into();
    let second = site.ask("user-new", new).await;
    assert_eq!(second["success"], false);
    assert_eq!(second["messages"], first["messages"]);
    assert_eq!(second["response"]["user_id"], first["response"]["user_id"]);
    assert_eq!(second["response"]["send_verification"], false);
}

#[tokio::test]
async fn people_are_listed_and_found() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let bob = site.person_as("bob@example.org", "staff").await;
    let all = site.done("user-list", json!({ "user_id": null })).await;
    let numbers: Vec<_> =
        all["user_info"].as_array().unwrap().iter().map(|it| it["user_id"].as_i64()).collect();
    assert_eq!(numbers, [Some(2), Some(3), Some(ada), Some(bob)]);
    let one = site.done("user-list", json!({ "user_id": bob })).await;
    assert_eq!(one["user_info"][0]["user_role"], "staff");
    assert_eq!(site.done("user-list", json!({ "user_id": 99 })).await["user_info"], json!([]));
    for (by, wanted, found) in [
        ("email", json!("bob@example.org"), vec![bob]),
        ("user_id", json!(ada), vec![ada]),
        ("user_role", json!("staff"), vec![bob]),
        ("full_name", json!("Ada Byron"), vec![ada, bob]),
        ("full_name", json!("Ada"), vec![]),
        ("system_id", one["user_info"][0]["system_id"].clone(), vec![bob]),
        ("extra_info", json!({ "no": 1 }), vec![]),
    ] {
        let answer = site.done("user-lookup-match", json!({ "by": by, "match": wanted })).await;
        let numbers: Vec<_> = answer["user_info"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["user_id"].as_i64().unwrap())
            .collect();
        assert_eq!(numbers, found, "{by} {wanted}");
    }
    for by in ["password", "session_token", ""] {
        let body = json!({ "by": by, "match": "x" });
        assert_eq!(site.refused("user-lookup-match", body).await, "invalid lookup", "{by}");
    }
    let none = json!({ "email": "nobody@example.org" });
    assert_eq!(site.refused("user-lookup-email", none).await, "user email not found in DB");
}

#[tokio::test]
async fn when_somebody_came_in_last_is_known() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    for password in [PASSWORD, "wrong", "wrong"] {
        site.t.clock.advance(std::time::Duration::from_secs(1));
        site.logs_in("ada@example.org", password).await;
    }
    let info = site.done("user-list", json!({ "user_id": ada })).await["user_info"][0].clone();
    assert_eq!(info["failed_login_tries"], 2);
    assert!(info["last_login_success"].is_string() && info["last_login_try"].is_string());
}

fn change(number: i64, token: &str, current: &str, new: &str) -> Value {
    json!({
        "user_id": number, "session_token": token, "full_name": "Ada Byron",
        "email": "ada@example.org", "current_password": current, "new_password": new,
    })
}

#[tokio::test]
async fn a_password_is_changed_and_every_other_session_ends() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let bob = site.person("bob@example.org").await;
    let (one, other) = (site.session(Some(ada)).await, site.session(Some(ada)).await);
    let bobs = site.session(Some(bob)).await;
    for (body, reason) in [
        (change(ada, &one, "wrong", OTHER), "user password does not match"),
        (change(ada, &one, PASSWORD, PASSWORD), "password did not change"),
        (change(ada, &one, PASSWORD, "short"), "new password is insecure"),
        (change(ada, &bobs, PASSWORD, OTHER), "user does not exist"),
        (change(bob, &one, PASSWORD, OTHER), "user does not exist"),
        (change(ada, "none", PASSWORD, OTHER), "session does not exist or expired"),
    ] {
        assert_eq!(site.refused("user-changepass", body).await, reason);
    }
    assert!(site.is_open(&other).await);
    site.done("user-changepass", change(ada, &one, PASSWORD, OTHER)).await;
    assert!(site.is_open(&one).await && !site.is_open(&other).await);
    assert!(site.logs_in("ada@example.org", OTHER).await);
    assert!(!site.logs_in("ada@example.org", PASSWORD).await);
    let mut body = change(ada, "", OTHER, PASSWORD);
    body.as_object_mut().unwrap().remove("session_token");
    site.done("user-changepass-nosession", body).await;
    assert!(site.logs_in("ada@example.org", PASSWORD).await);
}

#[tokio::test]
async fn a_password_is_set_anew_with_and_without_a_session() {
    let site = Site::new().await;
    site.person("ada@example.org").await;
    let token = site.session(None).await;
    let reset = |email: &str| json!({ "email_address": email, "new_password": OTHER, "session_token": token });
    site.done("user-resetpass", reset("Ada@example.org")).await;
    assert!(site.logs_in("ada@example.org", OTHER).await);
    assert_eq!(
        site.refused("user-resetpass", reset("bob@example.org")).await,
        "user does not exist"
    );
    let without = |active: bool| json!({ "email_address": "ada@example.org", "new_password": PASSWORD, "required_active": active });
    site.refused("user-resetpass-nosession", without(false)).await;
    site.done("user-resetpass-nosession", without(true)).await;
    assert!(site.logs_in("ada@example.org", PASSWORD).await);
}

#[tokio::test]
async fn somebody_deletes_their_account() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let root = site.person_as("root1@example.org", "superuser").await;
    let token = site.session(Some(ada)).await;
    let delete = |email: &str, number: i64, password: &str| json!({ "email": email, "user_id": number, "password": password });
    for (body, reason) in [
        (delete("ada@example.org", root, PASSWORD), "invalid email"),
        (delete("ada@example.org", ada, "wrong"), "invalid password"),
        (delete("root1@example.org", root, PASSWORD), "can't delete superusers"),
    ] {
        assert_eq!(site.refused("user-delete", body).await, reason);
    }
    site.done("user-delete", delete("ada@example.org", ada, PASSWORD)).await;
    assert!(!site.is_open(&token).await && !site.logs_in("ada@example.org", PASSWORD).await);
    assert_eq!(site.done("user-list", json!({ "user_id": ada })).await["user_info"], json!([]));
    site.done("internal-user-delete", json!({ "target_userid": root })).await;
    for number in [root, 2, 3, 99] {
        site.refused("internal-user-delete", json!({ "target_userid": number })).await;
    }
}

fn edit(who: (i64, &str, &str), target: i64, update: Value) -> Value {
    let (number, role, token) = who;
    json!({
        "user_id": number, "user_role": role, "session_token": token,
        "target_userid": target, "update_dict": update,
    })
}

#[tokio::test]
async fn people_change_themselves_and_superusers_change_others() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let bob = site.person("bob@example.org").await;
    let root = site.person_as("root1@example.org", "superuser").await;
    let (adas, roots) = (site.session(Some(ada)).await, site.session(Some(root)).await);
    let her = (ada, "authenticated", adas.as_str());
    let name = json!({ "full_name": "Countess" });
    let info = site.done("user-edit", edit(her, ada, name.clone())).await;
    assert_eq!(info["user_info"]["full_name"], "Countess");
    for (who, target, update) in [
        (her, bob, name.clone()),
        (her, ada, json!({ "user_role": "staff" })),
        (her, ada, json!({ "password": "x" })),
        (her, ada, json!({})),
        ((ada, "superuser", adas.as_str()), bob, name.clone()),
        ((root, "superuser", adas.as_str()), bob, name.clone()),
        ((root, "superuser", roots.as_str()), 2, name.clone()),
        ((root, "superuser", roots.as_str()), bob, json!({ "user_role": "emperor" })),
        ((root, "superuser", roots.as_str()), bob, json!({ "extra_info": {} })),
    ] {
        site.refused("user-edit", edit(who, target, update)).await;
    }
    let his = (root, "superuser", roots.as_str());
    let update = json!({ "user_role": "staff", "full_name": "Bob" });
    let info = site.done("user-edit", edit(his, bob, update)).await;
    assert_eq!(info["user_info"]["user_role"], "staff");
    let update = json!({ "extra_info": { "plan": "gold", "old": "__delete__" } });
    let body = json!({ "target_userid": bob, "update_dict": update });
    let info = site.done("internal-user-edit", body).await;
    assert_eq!(info["user_info"]["extra_info"], json!({ "plan": "gold" }));
    for bad in [json!({ "password": "x" }), json!({ "user_id": 9 }), json!({ "is_active": 1 })] {
        let body = json!({ "target_userid": bob, "update_dict": bad });
        site.refused("internal-user-edit", body).await;
    }
}

#[tokio::test]
async fn a_lock_ends_sessions_and_what_somebody_was_comes_back() {
    let site = Site::new().await;
    let bob = site.person_as("bob@example.org", "staff").await;
    let root = site.person_as("root1@example.org", "superuser").await;
    let (bobs, roots) = (site.session(Some(bob)).await, site.session(Some(root)).await);
    let lock = |target: i64, action: &str| {
        json!({
            "user_id": root, "user_role": "superuser", "session_token": roots,
            "target_userid": target, "action": action,
        })
    };
    let info = site.done("user-lock", lock(bob, "lock")).await;
    assert_eq!(info["user_info"]["user_role"], "locked");
    assert_eq!(info["user_info"]["is_active"], false);
    assert!(!site.is_open(&bobs).await && !site.logs_in("bob@example.org", PASSWORD).await);
    site.done("user-lock", lock(bob, "lock")).await;
    let info = site.done("user-lock", lock(bob, "unlock")).await;
    assert_eq!(info["user_info"]["user_role"], "staff", "as before");
    assert!(site.logs_in("bob@example.org", PASSWORD).await);
    for target in [root, 2, 3, 99] {
        site.refused("user-lock", lock(target, "lock")).await;
    }
    site.refused("user-lock", lock(bob, "eat")).await;
    site.done("internal-user-lock", json!({ "target_userid": bob, "action": "lock" })).await;
    assert!(!site.logs_in("bob@example.org", PASSWORD).await);
    site.done("internal-user-lock", json!({ "target_userid": bob, "action": "unlock" })).await;
    assert!(site.logs_in("bob@example.org", PASSWORD).await);
}

#[tokio::test]
async fn a_change_of_which_a_part_is_refused_changes_nothing() {
    let site = Site::new().await;
    let bob = site.person("bob@example.org").await;
    let root = site.person_as("root1@example.org", "superuser").await;
    let roots = site.session(Some(root)).await;
    let his = (root, "superuser", roots.as_str());
    // It may do more here than whoever asks.
    site.t.role("staff", &["users:*"]).await;
    let update = json!({
        "full_name": "Robert", "email": "rob@example.org", "is_active": false, "user_role": "staff",
    });
    site.refused("user-edit", edit(his, bob, update)).await;
    let found = site.t.kw.find_person("bob@example.org").await.unwrap().unwrap();
    assert_eq!(found.name, "Ada Byron");
    assert!(site.t.kw.find_person("rob@example.org").await.unwrap().is_none());
    assert!(site.logs_in("bob@example.org", PASSWORD).await, "and is not locked");
    let update = json!({ "full_name": "Robert", "user_role": "authenticated" });
    let info = site.done("user-edit", edit(his, bob, update)).await;
    assert_eq!(info["user_info"]["full_name"], "Robert");
}

#[tokio::test]
async fn nobody_vouches_for_the_address_of_somebody_who_may_do_more() {
    let site = Site::new().await;
    let root = site.person_as("root1@example.org", "superuser").await;
    let roots = site.session(Some(root)).await;
    let his = (root, "superuser", roots.as_str());
    let new = json!({ "full_name": "Ada", "email": "ada@example.org", "password": PASSWORD });
    let number = site.done("user-new", new).await["user_id"].as_i64().unwrap();
    let proven = async || {
        let found = site.t.kw.find_person("ada@example.org").await.unwrap().unwrap();
        found.identifiers[0].verified
    };
    let ada = site.t.kw.find_person("ada@example.org").await.unwrap().unwrap();
    site.t.role("boss", &["users:*"]).await;
    site.t.give_role(&ada, "boss").await;
    site.refused("user-edit", edit(his, number, json!({ "email_verified": true }))).await;
    assert!(!proven().await);
    site.t.kw.assign_role(ada.id, "boss", false).await.unwrap().unwrap();
    site.done("user-edit", edit(his, number, json!({ "email_verified": true }))).await;
    assert!(proven().await);
}

/// Knows one password that others lost.
#[derive(Debug)]
struct Lost;

impl keyward::breached::BreachCheck for Lost {
    fn is_breached(&self, sha1: [u8; 20]) -> keyward::port::Fut<'_, Result<bool, keyward::Error>> {
        let lost = keyward_core::crypto::token::sha1(PASSWORD);
        Box::pin(async move { Ok(sha1 == lost) })
    }
}

#[tokio::test]
async fn a_password_that_others_lost_is_not_secure() {
    let text = keyward::authnzerver::Frontend::new_key();
    let how = keyward::authnzerver::Authnzerver::new()
        .frontend(keyward::authnzerver::Frontend::new("site", [&text]).unwrap());
    let t = keyward::testing::TestAuth::with(|b| b.authnzerver(how).breached(Lost)).await;
    let site = Site { t, key: keyward_core::crypto::message::MessageKey::parse(&text).unwrap() };
    let body = |password| json!({ "password": password, "email": "a@b.org", "full_name": "Ada" });
    let why = site.refused("user-validatepass", body(PASSWORD)).await;
    assert_eq!(why, "password is insecure or invalid");
    site.done("user-validatepass", body("another zeppelin landed 99")).await;
}
