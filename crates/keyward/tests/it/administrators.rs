//! Somebody must be able to administer.

use std::time::Duration;

use http::Method;
use keyward::authz::Effect;
use keyward::testing::{CHEAP, Client, PASSWORD, TestAuth};
use keyward::{
    Act, ChangePolicy, GroupChange, Keyward, Refusal, RoleChange, Secret, Term, UserView,
};
use keyward_core::flow::admins::UNDO;
use keyward_core::port::Clock as _;
use serde_json::{Value, json};

async fn admin(auth: &Keyward, email: &str) -> UserView {
    auth.add_admin(email, Secret::new(PASSWORD)).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_administrators_who_lock_each_other_leave_one() {
    for round in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let auth = Keyward::sqlite(folder.path().join("app.db")).hashing(CHEAP, 1).build();
        let auth = auth.await.unwrap();
        let one = admin(&auth, "one@example.com").await.id;
        let two = admin(&auth, "two@example.com").await.id;
        let lock = |user| {
            let auth = auth.clone();
            let act = Act::Lock { reason: String::new() };
            tokio::spawn(async move { auth.act_on(user, act).await.unwrap() })
        };
        let (first, second) = tokio::join!(lock(one), lock(two));
        let answers = [first.unwrap(), second.unwrap()];
        let refused = answers.iter().filter(|a| **a == Err(Refusal::LastAdministrator)).count();
        assert_eq!(refused, 1, "round {round}: {answers:?}");
        assert!(auth.has_admin().await.unwrap(), "round {round}");
        auth.shutdown().await;
    }
}

#[tokio::test]
async fn the_last_administrator_cannot_be_taken_away() {
    let t = keyward::testing::TestAuth::new().await;
    let only = admin(&t.kw, "root@example.com").await.id;
    let bob = t.user("bob@example.com").await.id;
    for act in [Act::Lock { reason: String::new() }, Act::Delete] {
        assert_eq!(t.kw.act_on(only, act).await.unwrap(), Err(Refusal::LastAdministrator));
    }
    let taken = t.kw.assign_role(only, "admin", false).await.unwrap();
    assert_eq!(taken, Err(Refusal::LastAdministrator));
    assert_eq!(t.kw.act_on(bob, Act::Delete).await.unwrap(), Ok(()), "others can go");
}

#[test]
fn what_an_administrator_undoes_mistakes_with_is_what_our_doors_ask_for() {
    let own = keyward::own_permissions();
    for permission in UNDO {
        assert!(own.contains(&permission), "{permission}");
    }
}

const NO: Refusal = Refusal::LastAdministrator;

/// Two administrators, and a role that denies what they undo mistakes with.
async fn two(t: &TestAuth) -> (UserView, UserView) {
    let (one, two) = (admin(&t.kw, "one@example.com").await, admin(&t.kw, "two@example.com").await);
    t.role("muted", &[]).await;
    let rule = RoleChange::Rule { effect: Some(Effect::Deny), pattern: "roles:*".into() };
    t.kw.change_role("muted", rule).await.unwrap().unwrap();
    (one, two)
}

#[tokio::test]
async fn whoever_is_denied_what_undoes_mistakes_is_no_administrator_who_stays() {
    let t = TestAuth::new().await;
    let (one, two) = two(&t).await;
    let (one, two) = (one.id, two.id);
    t.kw.assign_role(two, "muted", true).await.unwrap().unwrap();
    assert_eq!(t.kw.assign_role(one, "admin", false).await.unwrap(), Err(NO), "by a role");
    t.kw.assign_role(two, "muted", false).await.unwrap().unwrap();
    t.kw.change_grant(two, Effect::Deny, "roles:edit", true).await.unwrap().unwrap();
    assert_eq!(t.kw.act_on(one, Act::Delete).await.unwrap(), Err(NO), "directly");
    let deny = async |user, pattern: &str| {
        t.kw.change_grant(user, Effect::Deny, pattern, true).await.unwrap()
    };
    assert_eq!(deny(one, "roles:edit").await, Err(NO), "and nobody denies it to the other one");
    assert_eq!(deny(one, "*").await, Err(NO));
    assert_eq!(deny(one, "posts:edit").await, Ok(()), "but what is no matter");
    assert_eq!(t.kw.assign_role(one, "muted", true).await.unwrap(), Err(NO));
    t.kw.change_grant(two, Effect::Deny, "roles:edit", false).await.unwrap().unwrap();
    let document = format!(
        "version = 1\n[[rules]]\nid = \"out\"\nforbid = [\"policy:edit\"]\n\
         when = \"principal.id == '{two}'\"\n"
    );
    let change = ChangePolicy { text: document, seen: None, force: false, actor: None };
    t.kw.change_policy(change).await.unwrap().unwrap();
    assert_eq!(t.kw.assign_role(one, "admin", false).await.unwrap(), Err(NO), "by a document");
    t.kw.assign_role(two, "admin", false).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_denial_that_begins_later_counts_as_one() {
    let t = TestAuth::new().await;
    let (one, two) = two(&t).await;
    let later = t.clock.now().plus(Duration::from_secs(3_600));
    let term = Term { not_before: Some(later), expires_at: None };
    t.kw.assign_role_for(two.id, "muted", term).await.unwrap().unwrap();
    assert_eq!(t.kw.assign_role(one.id, "admin", false).await.unwrap(), Err(NO));
    assert_eq!(t.kw.assign_role_for(one.id, "muted", term).await.unwrap(), Err(NO));
}

/// Everybody who administers does so by the group `owners`, whose role is `owner`.
async fn owners(t: &TestAuth) -> Client {
    t.role("owner", &[]).await;
    let inherits = RoleChange::Inherit { inherits: vec!["admin".into()] };
    t.kw.change_role("owner", inherits).await.unwrap().unwrap();
    let add = GroupChange::Add { description: String::new() };
    t.kw.change_group("owners", add).await.unwrap().unwrap();
    let roles = GroupChange::Roles { roles: vec!["owner".into()] };
    t.kw.change_group("owners", roles).await.unwrap().unwrap();
    let root = t.user("root@example.com").await;
    t.kw.join_group(root.id, "owners", Term::ALWAYS).await.unwrap().unwrap();
    t.role("muted", &[]).await;
    let rule = RoleChange::Rule { effect: Some(Effect::Deny), pattern: "groups:*".into() };
    t.kw.change_role("muted", rule).await.unwrap().unwrap();
    t.pages().login_as(&root).await
}

#[tokio::test]
async fn no_door_takes_the_last_administrator_unless_it_is_forced() {
    let api = "/api/v1/admin";
    let cells = json!([{ "role": "owner", "permission": "policy:*", "effect": "deny" }]);
    let forbids = "version = 1\n[[rules]]\nid = \"x\"\nforbid = [\"policy:*\"]\n";
    let doors: &[(&str, &str, Value)] = &[
        ("PUT", "roles/owner/permissions", json!({ "permission": "roles:*", "effect": "deny" })),
        ("PUT", "roles/owner/inherits", json!({ "inherits": [] })),
        ("PUT", "roles/owner/inherits", json!({ "inherits": ["admin", "muted"] })),
        ("PUT", "groups/owners/roles", json!({ "roles": ["owner", "muted"] })),
        ("PUT", "groups/owners/roles", json!({ "roles": [] })),
        ("PUT", "matrix", json!({ "version": 0, "changes": cells })),
        ("PUT", "policy", json!({ "version": 0, "text": forbids })),
        ("DELETE", "roles/owner", Value::Null),
        ("DELETE", "groups/owners", Value::Null),
    ];
    for (method, path, body) in doors {
        let t = TestAuth::new().await;
        let root = owners(&t).await;
        let mut body = body.clone();
        if *path == "matrix" {
            body["version"] = root.get(&format!("{api}/matrix")).await.json()["version"].clone();
        }
        let method: Method = method.parse().unwrap();
        let send = async |forced: bool| match method {
            Method::DELETE => {
                let query = if forced { "?force=true" } else { "" };
                root.json(method.clone(), &format!("{api}/{path}{query}"), &json!({})).await
            }
            _ => {
                let mut body = body.clone();
                if forced {
                    body["force"] = true.into();
                }
                root.json(method.clone(), &format!("{api}/{path}"), &body).await
            }
        };
        let refused = send(false).await;
        assert_eq!(refused.json()["code"], "last_administrator", "{path} {body}");
        assert_eq!(root.get("/admin/roles").await.status(), 200, "nothing changed");
        let forced = send(true).await;
        assert!(forced.status().is_success(), "{path} {body}: {}", forced.text());
    }
}

#[tokio::test]
async fn no_list_keeps_an_administrator_out() {
    let t = TestAuth::new().await;
    let only = admin(&t.kw, "root@example.com").await;
    let entries = vec!["deny @everyone *".to_owned()];
    t.kw.put_acl("site", entries, None).await.unwrap().unwrap();
    assert!(t.kw.can(only.id, "policy:edit").await.unwrap());
    assert!(t.kw.remove_acl("site", None).await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn attack_a_rule_and_a_role_that_shut_everybody_out_together_are_not_both_taken() {
    for round in 0..10 {
        let t = TestAuth::new().await;
        let only = admin(&t.kw, "root@example.com").await.id;
        t.role("quiet", &[]).await;
        let (one, two) = (t.kw.clone(), t.kw.clone());
        let rule = RoleChange::Rule { effect: Some(Effect::Deny), pattern: "*".into() };
        let first = tokio::spawn(async move { one.change_role("quiet", rule).await });
        let second = tokio::spawn(async move { two.assign_role(only, "quiet", true).await });
        let answers = [first.await.unwrap().unwrap(), second.await.unwrap().unwrap()];
        let refused = answers.iter().filter(|answer| **answer == Err(NO)).count();
        assert_eq!(refused, 1, "round {round}: {answers:?}");
        assert!(t.kw.can(only, "roles:edit").await.unwrap(), "round {round}");
    }
}

#[tokio::test]
async fn whom_a_block_of_the_apps_own_shuts_out_is_no_administrator_who_stays() {
    use keyward::authz::{Opinion, Question};
    for says in [Opinion::Deny, Opinion::MayDeny] {
        let shut_out = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
        let named = shut_out.clone();
        let block = move |question: &Question<'_>| {
            let is_one =
                question.subject.is_some() && question.subject == named.get().map(|id| &**id);
            let is_theirs = question.wanted.as_str() == "roles:grant";
            if is_one && is_theirs { says } else { Opinion::NoOpinion }
        };
        let t = TestAuth::with(|builder| builder.block(block)).await;
        let (one, two) =
            (admin(&t.kw, "one@example.com").await, admin(&t.kw, "two@example.com").await);
        shut_out.set(two.id.to_string()).unwrap();
        assert_eq!(t.kw.assign_role(one.id, "admin", false).await.unwrap(), Err(NO), "{says:?}");
        assert_eq!(t.kw.act_on(one.id, Act::Delete).await.unwrap(), Err(NO), "{says:?}");
        assert_eq!(t.kw.assign_role(two.id, "admin", false).await.unwrap(), Ok(()), "{says:?}");
    }
}
