//! A policy file in an app: in force from the start, read again when it
//! changes, and no way around it.

use std::error::Error as _;
use std::path::PathBuf;

use http::Method;
use keyward::authz::Effect;
use keyward::testing::{CHEAP, Client, FakeClock, TestAuth};
use keyward::{
    Cell, ChangeMatrix, GroupChange, Keyward, MatrixQuery, NewPerson, Refusal, RoleChange, Secret,
    UserView,
};
use serde_json::json;

const POLICY: &str = r#"version = 1
[permissions]
posts = ["view", "edit", "delete"]

[roles]
reader = { allow = ["posts:view"] }
writer = { inherits = ["reader"], allow = ["posts:edit"] }
root = { superuser = true }
careful = {}
roomy = {}

[[rules]]
id = "careful-deletes"
allow = ["posts:delete"]
roles = ["careful"]
when = "context has sure && context.sure"

[constraints]
exclusive_roles = [["writer", "careful"]]

[limits.roomy]
"posts.daily" = 100

[acl.wall]
entries = ["allow board posts:delete"]
"#;

struct House {
    folder: tempfile::TempDir,
    auth: Keyward,
}

impl House {
    async fn with(policy: &str) -> keyward::Result<Self> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
        let path = folder.path().join("policy.toml");
        let auth = Keyward::memory().policy(path).hashing(CHEAP, 1).with_inbox().build().await?;
        Ok(Self { folder, auth })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("policy.toml")
    }

    async fn person(&self, email: &str) -> UserView {
        let new = NewPerson {
            email: Some(email.into()),
            password: Some(Secret::new("correct horse battery")),
            verified: true,
            ..NewPerson::default()
        };
        self.auth.add_person(new).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn roles_of_the_file_are_given_and_decide_with_what_they_inherit() {
    let house = House::with(POLICY).await.unwrap();
    let ada = house.person("ada@example.com").await;
    house.auth.assign_role(ada.id, "writer", true).await.unwrap().unwrap();
    for (permission, yes) in
        [("posts:view", true), ("posts:edit", true), ("posts:delete", false), ("users:view", false)]
    {
        assert_eq!(house.auth.can(ada.id, permission).await.unwrap(), yes, "{permission}");
    }
    house.auth.assign_role(ada.id, "admin", true).await.unwrap().unwrap();
    assert!(house.auth.can(ada.id, "users:view").await.unwrap(), "our own doors stay open");
    let nobody = house.auth.assign_role(ada.id, "ghost", true).await.unwrap();
    assert_eq!(nobody, Err(Refusal::NotFound));
}

#[tokio::test]
async fn what_the_file_defines_is_changed_there_alone() {
    let house = House::with(POLICY).await.unwrap();
    let add = RoleChange::Add { description: String::new() };
    let refused = house.auth.change_role("reader", add).await.unwrap();
    assert_eq!(refused, Err(Refusal::Conflict));
    let rule = RoleChange::Rule { effect: Some(Effect::Allow), pattern: "posts:delete".into() };
    for change in [rule, RoleChange::Remove] {
        let refused = house.auth.change_role("reader", change).await.unwrap();
        assert_eq!(refused, Err(Refusal::invalid("role", "in_policy_file")));
    }
    let seen = house.auth.matrix(&MatrixQuery::default()).await.unwrap().version;
    let (role, pattern) = ("reader".to_owned(), "posts:delete".to_owned());
    let cells = vec![Cell { role, pattern, effect: Some(Effect::Allow) }];
    let refused =
        house.auth.change_matrix(ChangeMatrix { seen, cells, force: false, actor: None }).await;
    assert_eq!(refused.unwrap(), Err(Refusal::invalid("role", "in_policy_file")));
}

/// Somebody who may see posts, and give, define and edit whatever is not more.
async fn helper(policy: &str) -> (TestAuth, Client, UserView) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, policy).unwrap();
    let auth = TestAuth::with(|builder| builder.policy(path)).await;
    let (helper, friend) =
        (auth.user("helper@example.com").await, auth.user("ada@example.com").await);
    for permission in ["posts:view", "roles:*", "groups:*", "users:*"] {
        let given = auth.kw.change_grant(helper.id, Effect::Allow, permission, true).await;
        given.unwrap().unwrap();
    }
    let helper = auth.pages().login_as(&helper).await;
    (auth, helper, friend)
}

const FILE_ROLES: [(&str, u16); 5] =
    [("reader", 204), ("writer", 403), ("root", 403), ("careful", 403), ("roomy", 403)];

// Attack: a helper who may give roles gives a role of the file that may more.
#[tokio::test]
async fn nobody_gives_a_role_of_the_file_that_may_more() {
    let (_auth, helper, friend) = helper(POLICY).await;
    for (role, status) in FILE_ROLES {
        let path = format!("/api/v1/admin/users/{}/roles/{role}", friend.id);
        let given = helper.json(Method::PUT, &path, &json!({})).await;
        assert_eq!(given.status(), status, "{role}: {}", given.text());
    }
}

// Attack: the same by a group that gives it.
#[tokio::test]
async fn nobody_lets_a_group_give_a_role_of_the_file_that_may_more() {
    let (auth, helper, friend) = helper(POLICY).await;
    let add = GroupChange::Add { description: String::new() };
    auth.kw.change_group("staff", add).await.unwrap().unwrap();
    for (role, status) in FILE_ROLES {
        let roles = json!({ "roles": [role] });
        let given = helper.json(Method::PUT, "/api/v1/admin/groups/staff/roles", &roles).await;
        assert_eq!(given.status(), status, "{role}: {}", given.text());
    }
    let path = format!("/api/v1/admin/groups/staff/members/{}", friend.id);
    for (role, status) in FILE_ROLES {
        let roles = GroupChange::Roles { roles: vec![role.into()] };
        auth.kw.change_group("staff", roles).await.unwrap().unwrap();
        let joined = helper.json(Method::PUT, &path, &json!({})).await;
        assert_eq!(joined.status(), status, "{role}: {}", joined.text());
    }
}

// Attack: the same by a stored role that inherits it.
#[tokio::test]
async fn no_role_inherits_a_role_of_the_file_that_may_more() {
    let (auth, helper, friend) = helper(POLICY).await;
    auth.role("own", &[]).await;
    for (role, status) in FILE_ROLES {
        let inherits = json!({ "inherits": [role] });
        let path = "/api/v1/admin/roles/own/inherits";
        let given = helper.json(Method::PUT, path, &inherits).await;
        assert_eq!(given.status(), status, "{role}: {}", given.text());
    }
    let path = format!("/api/v1/admin/users/{}/roles/own", friend.id);
    for (role, status) in FILE_ROLES {
        let inherits = RoleChange::Inherit { inherits: vec![role.into()] };
        auth.kw.change_role("own", inherits).await.unwrap().unwrap();
        let given = helper.json(Method::PUT, &path, &json!({})).await;
        assert_eq!(given.status(), status, "{role}: {}", given.text());
    }
}

// Attack: a helper puts themselves, or a friend, into a group that a list names.
#[tokio::test]
async fn a_group_that_the_file_reads_is_joined_by_leave_of_who_has_as_much() {
    let reading = POLICY.replace("context has sure && context.sure", "'crew' in principal.groups");
    for (policy, group, status) in
        [(POLICY, "board", 403), (POLICY, "crew", 204), (&reading, "crew", 403)]
    {
        let (auth, helper, friend) = helper(policy).await;
        let add = GroupChange::Add { description: String::new() };
        auth.kw.change_group(group, add).await.unwrap().unwrap();
        let path = format!("/api/v1/admin/groups/{group}/members/{}", friend.id);
        let joined = helper.json(Method::PUT, &path, &json!({})).await;
        assert_eq!(joined.status(), status, "{group}: {}", joined.text());
        auth.kw.assign_role(friend.id, "admin", true).await.unwrap().unwrap();
        let admin = auth.pages().login_as(&friend).await;
        let joined = admin.json(Method::PUT, &path, &json!({})).await;
        assert_eq!(joined.status(), 204, "an administrator may: {}", joined.text());
    }
}

// Attack: a helper takes over an account whose role of the file may more.
#[tokio::test]
async fn who_has_more_by_the_file_is_not_taken_over() {
    for (role, status) in FILE_ROLES {
        let (auth, helper, friend) = helper(POLICY).await;
        auth.kw.assign_role(friend.id, role, true).await.unwrap().unwrap();
        let path = format!("/api/v1/admin/users/{}/set-password", friend.id);
        let body = json!({ "password": "a new horse battery" });
        let taken = helper.json(Method::POST, &path, &body).await;
        assert_eq!(taken.status(), status, "{role}: {}", taken.text());
    }
}

#[tokio::test]
async fn roles_that_the_file_keeps_apart_are_not_given_together() {
    let house = House::with(POLICY).await.unwrap();
    let ada = house.person("ada@example.com").await;
    house.auth.assign_role(ada.id, "writer", true).await.unwrap().unwrap();
    let refused = house.auth.assign_role(ada.id, "careful", true).await.unwrap();
    assert_eq!(refused, Err(Refusal::ExclusiveRoles));
    let removed = house.auth.change_exclusive("policy file 0", None).await.unwrap();
    assert_eq!(removed, Err(Refusal::invalid("set", "set_invalid")));
}

// Attack: a session that was loaded before keeps what the file has taken away.
#[tokio::test]
async fn a_signed_in_session_loses_what_the_changed_file_takes() {
    let house = House::with(POLICY).await.unwrap();
    let auth = TestAuth::around(house.auth.clone(), FakeClock::default());
    let ada = house.person("ada@example.com").await;
    house.auth.assign_role(ada.id, "reader", true).await.unwrap().unwrap();
    let client = auth.pages().login_as(&ada).await;
    let may = async |yes: bool| {
        let reply = client.get("/api/v1/can?permission=posts:view").await;
        assert_eq!(reply.json()["allowed"], json!(yes), "{}", reply.text());
    };
    may(true).await;
    let less = POLICY.replace("reader = { allow = [\"posts:view\"] }", "reader = {}");
    std::fs::write(house.path(), less).unwrap();
    house.auth.reload_policy_file().await.unwrap();
    may(false).await;
}

#[tokio::test]
async fn a_file_with_mistakes_is_refused_with_its_places() {
    for (policy, told) in [
        (
            "version = 1\n[permissions]\nposts = [\"view\"]\n[roles]\na = { allow = [\"posts:veiw\"] }",
            "policy.toml:5:17  unknown permission `posts:veiw`, did you mean `posts:view`?",
        ),
        (
            "version = 1\n[roles]\nadmin = { allow = [\"*\"] }",
            "policy.toml:3  role `admin` is stored in the database as well",
        ),
        ("version = 1\ndialect = \"shiro\"\n", "it is in the dialect `shiro`"),
    ] {
        let error = House::with(policy).await.err().expect(policy);
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains(told), "{cause}");
    }
}

#[tokio::test]
async fn a_changed_file_counts_at_once_and_a_bad_one_never() {
    let house = House::with(POLICY).await.unwrap();
    let ada = house.person("ada@example.com").await;
    house.auth.assign_role(ada.id, "reader", true).await.unwrap().unwrap();
    std::fs::write(house.path(), POLICY.replace("[\"posts:view\"]", "[\"posts:*\"]")).unwrap();
    house.auth.reload_policy_file().await.unwrap();
    assert!(house.auth.can(ada.id, "posts:delete").await.unwrap());
    std::fs::write(house.path(), POLICY.replace("posts:view\"]", "posts:fly\"]")).unwrap();
    house.auth.reload_policy_file().await.unwrap_err();
    assert!(house.auth.can(ada.id, "posts:delete").await.unwrap(), "the former policy stays");
    let status = house.auth.policy_file().unwrap();
    assert_eq!(status.refused, 1);
    assert!(status.mistakes.unwrap().contains("posts:fly"));
    std::fs::write(house.path(), POLICY).unwrap();
    house.auth.reload_policy_file().await.unwrap();
    assert!(!house.auth.can(ada.id, "posts:delete").await.unwrap());
    assert_eq!(house.auth.policy_file().unwrap().mistakes, None);
}

#[tokio::test]
async fn the_list_of_roles_has_those_of_the_file_which_cannot_be_changed() {
    let house = House::with(POLICY).await.unwrap();
    let roles = house.auth.role_list().await.unwrap();
    let writer = roles.iter().find(|role| role.name == "writer").unwrap();
    assert!(writer.read_only);
    assert_eq!(writer.allow, ["posts:edit"]);
    assert_eq!(writer.inherits, ["reader"]);
    assert!(roles.iter().any(|role| role.name == "admin" && !role.read_only));
}

#[tokio::test]
async fn a_changed_file_that_shuts_every_administrator_out_is_not_put_in_force() {
    let house = House::with("version = 1\n").await.unwrap();
    let ada = house.person("ada@example.com").await;
    house.auth.assign_role(ada.id, "admin", true).await.unwrap().unwrap();
    let out = "version = 1\n[[rules]]\nid = \"out\"\nforbid = [\"roles:*\"]\n";
    std::fs::write(house.path(), out).unwrap();
    house.auth.reload_policy_file().await.unwrap_err();
    assert!(house.auth.can(ada.id, "roles:edit").await.unwrap(), "the former one stays");
    let status = house.auth.policy_file().unwrap();
    assert!(status.mistakes.unwrap().contains("nobody could administer"));
    let unless = format!("unless = \"principal.id == '{}'\"\n", ada.id);
    std::fs::write(house.path(), format!("{out}{unless}")).unwrap();
    house.auth.reload_policy_file().await.unwrap();
    assert!(house.auth.can(ada.id, "roles:edit").await.unwrap());
    let bob = house.person("bob@example.com").await;
    house.auth.assign_role(bob.id, "admin", true).await.unwrap().unwrap();
    let refused = house.auth.assign_role(ada.id, "admin", false).await.unwrap();
    assert_eq!(refused, Err(Refusal::LastAdministrator), "whom the file denies does not count");
}
