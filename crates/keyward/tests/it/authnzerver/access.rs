//! May somebody, and how often.

use serde_json::{Value, json};

use super::Site;

fn wish(who: (i64, &str), action: &str, owner: i64, visibility: &str, shared: &str) -> Value {
    json!({
        "user_id": who.0, "user_role": who.1, "action": action, "target_name": "dataset",
        "target_owner": owner, "target_visibility": visibility, "target_sharedwith": shared,
    })
}

#[tokio::test]
async fn access_is_decided_by_the_model_of_whoever_is_there() {
    let site = Site::new().await;
    let (ada, bob) = (site.person("ada@example.org").await, site.person("bob@example.org").await);
    let locked = site.person("eve@example.org").await;
    site.done("internal-user-lock", json!({ "target_userid": locked, "action": "lock" })).await;
    let her = (ada, "authenticated");
    for (wish, yes) in [
        (wish(her, "edit", ada, "private", ""), true),
        (wish(her, "change_owner", ada, "private", ""), false),
        (wish(her, "view", bob, "public", ""), true),
        (wish(her, "view", bob, "private", ""), false),
        (wish(her, "edit", bob, "shared", &ada.to_string()), true),
        (wish(her, "edit", bob, "shared", "2"), true),
        (wish(her, "edit", bob, "shared", &bob.to_string()), false),
        (wish((2, "anonymous"), "list", bob, "public", ""), true),
        (wish((2, "anonymous"), "edit", bob, "public", ""), false),
        (wish((ada, "superuser"), "view", bob, "private", ""), false),
        (wish((99, "authenticated"), "view", bob, "public", ""), false),
        (wish((locked, "locked"), "view", bob, "public", ""), false),
        (wish(her, "view", 99, "public", ""), false),
        (wish(her, "edit", bob, "shared", &format!("{ada},99")), false),
        (wish(her, "edit", bob, "shared", &format!("{ada},{locked}")), false),
        (wish(her, "edit", bob, "shared", "one"), false),
        (wish(her, "fly", ada, "public", ""), false),
    ] {
        let answer = site.ask("user-check-access", wish.clone()).await;
        assert_eq!(answer["success"], yes, "{wish}: {answer}");
    }
    let none = wish(her, "view", 99, "public", "");
    let reason = site.refused("user-check-access", none).await;
    assert_eq!(reason, "users specified as owner or shared-with not found");
}

#[tokio::test]
async fn limits_are_those_of_the_role() {
    let site = Site::new().await;
    let ada = site.person("ada@example.org").await;
    let check = |role: &str, name: &str, value: Value| json!({ "user_id": ada, "user_role": role, "limit_name": name, "value_to_check": value });
    for (body, yes) in [
        (check("authenticated", "max_requests_per_minute", json!(5999)), true),
        (check("authenticated", "max_requests_per_minute", json!(6000)), false),
        (check("authenticated", "max_requests_per_minute", json!("abc")), false),
        (check("authenticated", "no_such_limit", json!(1)), true),
        (check("staff", "max_requests_per_minute", json!(1)), false),
    ] {
        let answer = site.ask("user-check-limit", body.clone()).await;
        assert_eq!(answer["success"], yes, "{body}");
    }
}

#[tokio::test]
async fn a_frontend_may_ask_what_it_was_given() {
    let text = keyward::authnzerver::Frontend::new_key();
    let few = keyward::authnzerver::Frontend::new("few", [&text]).unwrap();
    let few = few.only(["session-*", "user-list"]).unwrap();
    let mut site = Site::with(|how| how.frontend(few)).await;
    site.key = keyward_core::crypto::message::MessageKey::parse(&text).unwrap();
    let token = site.session(None).await;
    assert!(site.is_open(&token).await);
    let body = json!({ "target_userid": 4, "action": "lock" });
    assert_eq!(site.refused("internal-user-lock", body).await, "request not permitted");
    let unknown = keyward::authnzerver::Frontend::new("x", [&text]).unwrap();
    assert!(unknown.only(["sessions-*"]).is_err());
    let nothing = keyward::authnzerver::Frontend::new("none", [&text]).unwrap().only([]).unwrap();
    let mut site = Site::with(|how| how.frontend(nothing)).await;
    site.key = keyward_core::crypto::message::MessageKey::parse(&text).unwrap();
    assert_eq!(site.refused("session-exists", json!({})).await, "request not permitted");
}
