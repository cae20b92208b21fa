//! Inherited roles, groups, what is held for a time, and roles that exclude each other.

use std::time::Duration;

use http::Method;
use keyward::authz::Effect;
use keyward::testing::{Client, TestAuth};
use keyward::{Act, GroupChange, Keyward, Refusal, RoleChange, Term, UserView};
use keyward_core::port::Clock as _;
use serde_json::{Value, json};

async fn define(auth: &Keyward, role: &str, allow: &str) {
    let add = RoleChange::Add { description: String::new() };
    auth.change_role(role, add).await.unwrap().unwrap();
    let rule = RoleChange::Rule { effect: Some(Effect::Allow), pattern: allow.to_owned() };
    auth.change_role(role, rule).await.unwrap().unwrap();
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn inherit(auth: &Keyward, role: &str, from: &[&str]) -> Result<(), Refusal> {
    auth.change_role(role, RoleChange::Inherit { inherits: names(from) }).await.unwrap()
}

async fn group(auth: &Keyward, group: &str, roles: &[&str]) -> Result<(), Refusal> {
    let add = GroupChange::Add { description: "who belongs".into() };
    auth.change_group(group, add).await.unwrap().ok();
    auth.change_group(group, GroupChange::Roles { roles: names(roles) }).await.unwrap()
}

async fn can(auth: &Keyward, user: &UserView, permission: &str) -> bool {
    auth.can(user.id, permission).await.unwrap()
}

async fn may(client: &Client, permission: &str) -> bool {
    let reply = client.get(&format!("/api/v1/can?permission={permission}")).await;
    reply.json()["allowed"] == json!(true)
}

fn until(t: &TestAuth, seconds: u64) -> Term {
    Term { not_before: None, expires_at: Some(t.clock.now().plus(Duration::from_secs(seconds))) }
}

#[tokio::test]
async fn what_a_group_gives_counts_on_the_next_request() {
    let t = TestAuth::new().await;
    define(&t.kw, "viewer", "posts:view").await;
    define(&t.kw, "editor", "posts:edit").await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    group(&t.kw, "staff", &[]).await.unwrap();
    t.kw.join_group(ada.id, "staff", Term::ALWAYS).await.unwrap().unwrap();
    assert!(!may(&client, "posts:edit").await);
    group(&t.kw, "staff", &["editor"]).await.unwrap();
    assert!(may(&client, "posts:edit").await, "the group gives a role");
    assert!(!may(&client, "posts:view").await);
    inherit(&t.kw, "editor", &["viewer"]).await.unwrap();
    assert!(may(&client, "posts:view").await, "the role inherits another");
    group(&t.kw, "staff", &["viewer"]).await.unwrap();
    assert!(!may(&client, "posts:edit").await, "the group gives less");
    t.kw.leave_group(ada.id, "staff").await.unwrap().unwrap();
    assert!(!may(&client, "posts:view").await, "she left");
}

#[tokio::test]
async fn what_is_held_for_a_time_ends_by_itself() {
    let t = TestAuth::new().await;
    define(&t.kw, "editor", "posts:edit").await;
    group(&t.kw, "staff", &["editor"]).await.unwrap();
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    t.kw.assign_role_for(ada.id, "editor", until(&t, 60)).await.unwrap().unwrap();
    let term = Term {
        not_before: Some(t.clock.now().plus(Duration::from_secs(120))),
        expires_at: Some(t.clock.now().plus(Duration::from_secs(180))),
    };
    t.kw.join_group(ada.id, "staff", term).await.unwrap().unwrap();
    t.kw.grant_for(
        ada.id,
        Effect::Deny,
        "posts:edit",
        Term { not_before: Some(t.clock.now().plus(Duration::from_secs(150))), expires_at: None },
    )
    .await
    .unwrap()
    .unwrap();
    let mut passed = 0;
    for (seconds, allowed, why) in [
        (59, true, "the role counts"),
        (60, false, "and ends with its term"),
        (119, false, "the group has not begun"),
        (120, true, "and begins"),
        (150, false, "the denial begins"),
    ] {
        t.clock.advance(Duration::from_secs(seconds - passed));
        passed = seconds;
        assert_eq!(may(&client, "posts:edit").await, allowed, "{why}");
    }
    let over = Term { not_before: None, expires_at: Some(t.clock.now()) };
    let refused = t.kw.assign_role_for(ada.id, "editor", over).await.unwrap();
    assert_eq!(refused, Err(Refusal::invalid("expires_at", "in_the_past")));
}

#[tokio::test]
async fn a_role_cannot_inherit_itself() {
    let t = TestAuth::new().await;
    for role in ["a", "b", "c"] {
        define(&t.kw, role, "x:y").await;
    }
    inherit(&t.kw, "a", &["b"]).await.unwrap();
    inherit(&t.kw, "b", &["c"]).await.unwrap();
    let cycle = Err(Refusal::invalid("inherits", "role_cycle"));
    for (role, from) in [("a", "a"), ("c", "a"), ("b", "a")] {
        assert_eq!(inherit(&t.kw, role, &[from]).await, cycle, "{role} from {from}");
    }
    let unknown = Err(Refusal::invalid("inherits", "role_unknown"));
    assert_eq!(inherit(&t.kw, "c", &["nobody"]).await, unknown);
    assert_eq!(inherit(&t.kw, "admin", &["a"]).await, Err(Refusal::invalid("role", "built_in")));
}

#[tokio::test]
async fn exclusive_roles_do_not_come_together_whichever_way() {
    let t = TestAuth::new().await;
    for role in ["payer", "approver", "chief"] {
        define(&t.kw, role, "money:see").await;
    }
    inherit(&t.kw, "chief", &["approver"]).await.unwrap();
    group(&t.kw, "approvers", &["chief"]).await.unwrap();
    let set = Some(names(&["payer", "approver"]));
    t.kw.change_exclusive("money", set).await.unwrap().unwrap();
    let ada = t.user("ada@example.com").await;
    t.kw.assign_role_for(ada.id, "payer", Term::ALWAYS).await.unwrap().unwrap();
    let no = Err(Refusal::ExclusiveRoles);
    assert_eq!(t.kw.assign_role(ada.id, "approver", true).await.unwrap(), no);
    assert_eq!(t.kw.assign_role(ada.id, "chief", true).await.unwrap(), no, "inherited");
    assert_eq!(t.kw.join_group(ada.id, "approvers", Term::ALWAYS).await.unwrap(), no, "by a group");
    assert_eq!(inherit(&t.kw, "chief", &["approver", "payer"]).await, no, "in one role");
    assert_eq!(group(&t.kw, "approvers", &["chief", "payer"]).await, no, "in one group");
    t.kw.assign_role(ada.id, "payer", false).await.unwrap().unwrap();
    t.kw.assign_role(ada.id, "chief", true).await.unwrap().unwrap();
    t.kw.change_exclusive("money", None).await.unwrap().unwrap();
    t.kw.assign_role(ada.id, "payer", true).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_exclusive_roles_given_at_once_are_not_both_given() {
    let t = TestAuth::new().await;
    for role in ["payer", "approver"] {
        define(&t.kw, role, "money:see").await;
    }
    group(&t.kw, "approvers", &["approver"]).await.unwrap();
    let set = Some(names(&["payer", "approver"]));
    t.kw.change_exclusive("money", set).await.unwrap().unwrap();
    for round in 0..10 {
        let ada = t.user(&format!("ada{round}@example.com")).await.id;
        let (one, two) = (t.kw.clone(), t.kw.clone());
        let first = tokio::spawn(async move { one.assign_role(ada, "payer", true).await });
        let second =
            tokio::spawn(async move { two.join_group(ada, "approvers", Term::ALWAYS).await });
        let answers = [first.await.unwrap().unwrap(), second.await.unwrap().unwrap()];
        let refused = answers.iter().filter(|a| **a == Err(Refusal::ExclusiveRoles)).count();
        assert_eq!(refused, 1, "round {round}: {answers:?}");
    }
}

/// Root holds `admin` by the group `owners`, whose role inherits it.
async fn owners(t: &TestAuth) -> UserView {
    define(&t.kw, "owner", "house:own").await;
    inherit(&t.kw, "owner", &["admin"]).await.unwrap();
    group(&t.kw, "owners", &["owner"]).await.unwrap();
    let root = t.user("root@example.com").await;
    t.kw.join_group(root.id, "owners", Term::ALWAYS).await.unwrap().unwrap();
    root
}

#[tokio::test]
async fn the_last_administrator_stays_whichever_way_they_are_one() {
    let t = TestAuth::new().await;
    let root = owners(&t).await;
    assert!(t.kw.has_admin().await.unwrap() && can(&t.kw, &root, "anything:at:all").await);
    let no = Err(Refusal::LastAdministrator);
    assert_eq!(t.kw.leave_group(root.id, "owners").await.unwrap(), no);
    assert_eq!(t.kw.change_group("owners", GroupChange::Remove).await.unwrap(), no);
    assert_eq!(group(&t.kw, "owners", &[]).await, no);
    assert_eq!(inherit(&t.kw, "owner", &[]).await, no);
    assert_eq!(t.kw.change_role("owner", RoleChange::Remove).await.unwrap(), no);
    assert_eq!(t.kw.join_group(root.id, "owners", until(&t, 60)).await.unwrap(), no, "for a time");
    assert_eq!(t.kw.act_on(root.id, Act::Delete).await.unwrap(), no);
    let eve = t.user("eve@example.com").await;
    t.kw.assign_role_for(eve.id, "admin", until(&t, 60)).await.unwrap().unwrap();
    assert_eq!(t.kw.leave_group(root.id, "owners").await.unwrap(), no, "one for a while is none");
    t.kw.assign_role(eve.id, "admin", true).await.unwrap().unwrap();
    t.kw.leave_group(root.id, "owners").await.unwrap().unwrap();
    assert!(!can(&t.kw, &root, "anything:at:all").await);
}

/// Somebody who may edit roles and groups, and posts; nothing else.
async fn manager(t: &TestAuth) -> Client {
    for (role, allow) in [("manager", "roles,groups:*"), ("editor", "posts:*"), ("root", "*")] {
        define(&t.kw, role, allow).await;
    }
    group(&t.kw, "managers", &["manager", "editor"]).await.unwrap();
    let bob = t.user("bob@example.com").await;
    t.kw.join_group(bob.id, "managers", Term::ALWAYS).await.unwrap().unwrap();
    t.pages().login_as(&bob).await
}

async fn code(client: &Client, method: Method, path: &str, body: Value) -> Value {
    let reply = client.json(method, path, &body).await;
    match reply.status().is_success() {
        true => Value::Null,
        false => reply.json()["code"].clone(),
    }
}

#[tokio::test]
async fn nobody_gives_more_than_they_hold_by_groups_or_inheritance() {
    let t = TestAuth::new().await;
    let bob = manager(&t).await;
    let ada = t.user("ada@example.com").await.id;
    group(&t.kw, "rich", &["root"]).await.unwrap();
    let admin = "/api/v1/admin";
    let member = |group: &str| format!("{admin}/groups/{group}/members/{ada}");
    let (put, delete) = (Method::PUT, Method::DELETE);
    let no = json!("outside_ceiling");
    let yes = Value::Null;
    for (method, path, body, told) in [
        (&put, format!("{admin}/roles/editor/inherits"), json!({ "inherits": ["root"] }), &no),
        (&put, format!("{admin}/roles/root/inherits"), json!({ "inherits": ["editor"] }), &yes),
        (&put, format!("{admin}/groups/managers/roles"), json!({ "roles": ["root"] }), &no),
        (&put, member("rich"), json!({}), &no),
        (&put, member("managers"), json!({ "expires_at": "2999-01-01" }), &yes),
        (&delete, format!("{admin}/groups/rich"), json!({}), &no),
        (&put, format!("{admin}/exclusive-roles/x"), json!({ "roles": ["root", "editor"] }), &no),
        (
            &put,
            format!("{admin}/exclusive-roles/x"),
            json!({ "roles": ["editor"] }),
            &json!("validation_failed"),
        ),
        (
            &put,
            format!("{admin}/exclusive-roles/x"),
            json!({ "roles": ["editor", "manager"] }),
            &json!("exclusive_roles"),
        ),
        (&delete, member("managers"), json!({}), &yes),
        (&delete, member("managers"), json!({}), &json!("not_found")),
    ] {
        assert_eq!(&code(&bob, method.clone(), &path, body.clone()).await, told, "{path} {body}");
    }
}

#[tokio::test]
async fn attack_what_is_held_for_a_time_is_not_made_to_last() {
    let t = TestAuth::new().await;
    t.role("granter", &["roles:grant", "users:edit"]).await;
    t.role("editor", &["posts:edit"]).await;
    group(&t.kw, "editors", &["editor"]).await.unwrap();
    let (bob, eve) = (t.user("bob@example.com").await, t.user("eve@example.com").await);
    t.kw.assign_role(bob.id, "granter", true).await.unwrap().unwrap();
    t.kw.join_group(bob.id, "editors", until(&t, 3_600)).await.unwrap().unwrap();
    let client = t.pages().login_as(&bob).await;
    let no = json!("outside_ceiling");
    let end = |seconds| json!({ "expires_at": until(&t, seconds).expires_at.unwrap().to_string() });
    for (user, body, told) in [
        (&bob, json!({}), &no),
        (&eve, json!({}), &no),
        (&eve, end(3_601), &no),
        (&eve, end(3_600), &Value::Null),
    ] {
        let path = format!("/api/v1/admin/users/{}/roles/editor", user.id);
        assert_eq!(&code(&client, Method::PUT, &path, body.clone()).await, told, "{body}");
    }
}

#[tokio::test]
async fn attack_an_account_that_will_be_an_administrator_is_not_taken_over_before() {
    let t = TestAuth::new().await;
    t.role("helper", &["users:edit"]).await;
    let (bob, eve) = (t.user("bob@example.com").await, t.user("eve@example.com").await);
    t.kw.assign_role(bob.id, "helper", true).await.unwrap().unwrap();
    let client = t.pages().login_as(&bob).await;
    let path = format!("/api/v1/admin/users/{}/set-password", eve.id);
    let body = json!({ "password": "an entirely new password" });
    assert_eq!(code(&client, Method::POST, &path, body.clone()).await, Value::Null);
    let tomorrow = t.clock.now().plus(Duration::from_secs(86_400));
    let term = Term { not_before: Some(tomorrow), expires_at: None };
    t.kw.assign_role_for(eve.id, "admin", term).await.unwrap().unwrap();
    assert_eq!(code(&client, Method::POST, &path, body).await, json!("outside_ceiling"));
}

#[tokio::test]
async fn members_are_read_page_by_page() {
    let t = TestAuth::new().await;
    let bob = manager(&t).await;
    for nth in 0..4 {
        let one = t.user(&format!("p{nth}@example.com")).await.id;
        t.kw.join_group(one, "managers", until(&t, 60)).await.unwrap().unwrap();
    }
    let (mut cursor, mut seen) = (String::new(), 0);
    loop {
        let path = format!("/api/v1/admin/groups/managers/members?limit=2&cursor={cursor}");
        let page = bob.get(&path).await.json();
        seen += page["data"].as_array().unwrap().len();
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, 5, "the four and the manager");
    for (path, status) in
        [("nobody/members", 404), ("managers/members?limit=0", 422), ("nobody", 404)]
    {
        let reply = bob.get(&format!("/api/v1/admin/groups/{path}")).await;
        assert_eq!(reply.status(), status, "{path}");
    }
    let named = json!({ "name": "usr_00000000000000000000000000" });
    let told = code(&bob, Method::POST, "/api/v1/admin/groups", named).await;
    assert_eq!(told, json!("validation_failed"), "nobody is called like an account");
}

/// Payers, approvers, and somebody who holds both: one of them by a group.
async fn both(t: &TestAuth) -> UserView {
    for role in ["payer", "approver", "chief"] {
        define(&t.kw, role, "money:see").await;
    }
    group(&t.kw, "approvers", &["approver"]).await.unwrap();
    let ada = t.user("ada@example.com").await;
    t.kw.assign_role(ada.id, "payer", true).await.unwrap().unwrap();
    t.kw.join_group(ada.id, "approvers", until(t, 3_600)).await.unwrap().unwrap();
    ada
}

async fn apart(auth: &Keyward, roles: &[&str]) -> Result<(), Refusal> {
    auth.change_exclusive("money", Some(names(roles))).await.unwrap()
}

/// Who is told to hold roles together, and which.
fn told(answer: Result<(), Refusal>) -> Vec<(keyward::id::UserId, Vec<String>)> {
    let Err(Refusal::ExclusiveHolders { clashes, more }) = answer else { panic!("{answer:?}") };
    assert!(!more, "{clashes:?}");
    clashes.into_iter().map(|clash| (clash.user, clash.roles)).collect()
}

#[tokio::test]
async fn a_set_is_not_made_that_somebody_breaks_already() {
    let t = TestAuth::new().await;
    let ada = both(&t).await;
    let two = vec![(ada.id, names(&["approver", "payer"]))];
    assert_eq!(told(apart(&t.kw, &["payer", "approver"]).await), two);
    assert_eq!(told(apart(&t.kw, &["chief", "payer", "approver"]).await), two);
    apart(&t.kw, &["payer", "chief"]).await.unwrap();
    assert_eq!(told(apart(&t.kw, &["payer", "chief", "approver"]).await), two, "nor made larger");
    t.clock.advance(Duration::from_secs(3_600));
    apart(&t.kw, &["payer", "chief", "approver"]).await.unwrap();
}

#[tokio::test]
async fn a_group_or_a_role_gains_nothing_that_lets_a_holder_break_a_set() {
    let t = TestAuth::new().await;
    for role in ["payer", "approver", "clerk", "boss"] {
        define(&t.kw, role, "money:see").await;
    }
    group(&t.kw, "staff", &["clerk"]).await.unwrap();
    apart(&t.kw, &["payer", "approver"]).await.unwrap();
    let (ada, bob) = (t.user("ada@example.com").await, t.user("bob@example.com").await);
    t.kw.assign_role(ada.id, "payer", true).await.unwrap().unwrap();
    t.kw.join_group(ada.id, "staff", Term::ALWAYS).await.unwrap().unwrap();
    let later = Term { not_before: until(&t, 60).expires_at, expires_at: None };
    t.kw.assign_role_for(bob.id, "boss", later).await.unwrap().unwrap();
    t.kw.assign_role_for(bob.id, "approver", later).await.unwrap().unwrap();
    let two = names(&["approver", "payer"]);
    let of = |user: &UserView| vec![(user.id, two.clone())];
    assert_eq!(told(group(&t.kw, "staff", &["clerk", "approver"]).await), of(&ada), "by a group");
    assert_eq!(
        told(inherit(&t.kw, "clerk", &["approver"]).await),
        of(&ada),
        "by an inherited role"
    );
    assert_eq!(told(inherit(&t.kw, "boss", &["payer"]).await), of(&bob), "and before it begins");
    group(&t.kw, "staff", &["clerk", "payer"]).await.unwrap();
    let document = "version = 1\n[constraints]\nexclusive_roles = [[\"payer\", \"clerk\"]]\n";
    let change =
        keyward::ChangePolicy { text: document.into(), seen: None, force: false, actor: None };
    let refused = t.kw.change_policy(change).await.unwrap();
    assert!(matches!(refused, Err(Refusal::ExclusiveRoles | Refusal::PolicyInvalid(_))));
}

#[tokio::test]
async fn who_breaks_a_set_is_told_by_every_door_and_not_without_end() {
    let t = TestAuth::new().await;
    both(&t).await;
    let admin = t.user("root@example.com").await;
    t.give_role(&admin, "admin").await;
    let client = t.pages().login_as(&admin).await;
    for nth in 0..20 {
        let one = t.user(&format!("p{nth}@example.com")).await;
        t.kw.assign_role(one.id, "payer", true).await.unwrap().unwrap();
        t.kw.assign_role(one.id, "approver", true).await.unwrap().unwrap();
    }
    let body = json!({ "roles": ["payer", "approver"] });
    let reply = client.json(Method::PUT, "/api/v1/admin/exclusive-roles/money", &body).await;
    assert_eq!(reply.status(), 409);
    let problem = reply.json();
    assert_eq!(problem["code"], "exclusive_roles");
    assert_eq!(problem["holders"].as_array().unwrap().len(), 20);
    assert_eq!(problem["more"], true);
    assert_eq!(problem["holders"][0]["roles"], json!(["approver", "payer"]));
    let fields = [("set", "money"), ("first", "payer"), ("second", "approver")];
    let page = client.form("/admin/exclusive", &fields).await;
    assert_eq!(page.status(), 422);
    assert!(page.text().contains("and perhaps more"), "{}", page.text());
}
