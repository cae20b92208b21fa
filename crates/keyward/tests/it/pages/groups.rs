//! Groups and inheritance, by forms alone.

use keyward::RoleChange;
use keyward::authz::Effect;
use keyward::testing::TestAuth;

use super::admin::admin;
use super::html::{Page, location};

async fn role(t: &TestAuth, name: &str, pattern: &str) {
    let add = RoleChange::Add { description: String::new() };
    t.kw.change_role(name, add).await.unwrap().unwrap();
    let rule = RoleChange::Rule { effect: Some(Effect::Allow), pattern: pattern.to_owned() };
    t.kw.change_role(name, rule).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_group_is_made_filled_and_emptied_and_its_roles_count() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    role(&t, "editor", "posts:*").await;
    let ada = t.user("ada@example.com").await;
    let page = Page::of(&admin.page("/admin/groups").await);
    assert!(page.text("main").contains("There are no groups yet."));
    let bad = admin.form("/admin/groups", &[("name", "Not A Name"), ("description", "")]).await;
    assert_eq!(Page::of(&bad).attr("#name", "aria-invalid"), "true");
    let fields = [("name", "staff"), ("description", "Everybody here")];
    let to = location(&admin.form("/admin/groups", &fields).await);
    assert_eq!(to, "/admin/groups/staff?notice=saved");
    Page::of(&admin.page(&to).await);
    let give = [("role", "editor"), ("give", "on")];
    location(&admin.form("/admin/groups/staff/roles", &give).await);
    let join = [("person", "ADA@example.com"), ("not_before", ""), ("expires_at", "")];
    location(&admin.form("/admin/groups/staff/join", &join).await);
    let page = Page::of(&admin.page("/admin/groups/staff").await);
    assert!(page.text("[aria-labelledby=members]").contains("ada@example.com"));
    assert_eq!(page.text("[aria-labelledby=roles] .chips span"), "editor");
    assert!(t.kw.can(ada.id, "posts:edit").await.unwrap());

    let user = page.attr("[name=user]", "value");
    location(&admin.form("/admin/groups/staff/leave", &[("user", &user)]).await);
    assert!(!t.kw.can(ada.id, "posts:edit").await.unwrap());
    location(&admin.form("/admin/groups/staff/roles", &[("role", "editor")]).await);
    let page = Page::of(&admin.page("/admin/groups/staff").await);
    assert!(page.text("[aria-labelledby=roles]").contains("No roles."));
    location(&admin.form("/admin/groups/staff/remove", &[]).await);
    assert_eq!(admin.page("/admin/groups/staff").await.status(), 404);
}

#[tokio::test]
async fn a_place_in_a_group_has_its_time_and_what_is_wrong_is_told_beside_its_field() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    t.user("ada@example.com").await;
    location(&admin.form("/admin/groups", &[("name", "staff"), ("description", "")]).await);
    let join = async |person: &str, from: &str, until: &str| {
        let fields = [("person", person), ("not_before", from), ("expires_at", until)];
        admin.form("/admin/groups/staff/join", &fields).await
    };
    let person = "ada@example.com";
    for (reply, field) in [
        (join("nobody@example.com", "", "").await, "#person"),
        (join(person, "soon", "").await, "#not_before"),
        (join(person, "", "2001-01-01").await, "#expires_at"),
        (join(person, "2999-01-02", "2999-01-01").await, "#expires_at"),
    ] {
        assert_eq!(reply.status(), 422, "{field}");
        assert_eq!(Page::of(&reply).attr(field, "aria-invalid"), "true", "{field}");
    }
    location(&join(person, "2998-01-01", "2999-01-01").await);
    let page = Page::of(&admin.page("/admin/groups/staff").await);
    let members = page.text("[aria-labelledby=members]");
    assert!(members.contains("does not count now") && members.contains("2999-01-01"), "{members}");
}

#[tokio::test]
async fn a_role_inherits_another_and_the_matrix_and_the_review_know_it() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    role(&t, "viewer", "posts:view").await;
    role(&t, "editor", "posts:edit").await;
    let give = [("role", "viewer"), ("give", "on")];
    location(&admin.form("/admin/roles/editor/inherits", &give).await);
    let page = Page::of(&admin.page("/admin/roles/editor").await);
    assert!(page.text("[aria-labelledby=from-1]").contains("posts:view"));
    let page = Page::of(&admin.page("/admin/roles/viewer").await);
    assert!(page.text("[aria-labelledby=place]").contains("editor"), "inherited by");
    let cycle = admin.form("/admin/roles/viewer/inherits", &[("role", "editor"), ("give", "on")]);
    let cycle = cycle.await;
    assert_eq!(cycle.status(), 422);
    assert!(Page::of(&cycle).text("[role=alert]").contains("inherit itself"));
    let page = Page::of(&admin.page("/admin/matrix?q=posts:view&role=editor").await);
    assert!(page.text("td").contains("viewer"), "where it comes from: {}", page.text("td"));

    let ada = t.user("ada@example.com").await;
    let bob = t.user("bob@example.com").await;
    t.kw.assign_role(ada.id, "editor", true).await.unwrap().unwrap();
    location(&admin.form("/admin/groups", &[("name", "staff"), ("description", "")]).await);
    location(&admin.form("/admin/groups/staff/roles", &give).await);
    let join = [("person", "bob@example.com"), ("not_before", ""), ("expires_at", "")];
    location(&admin.form("/admin/groups/staff/join", &join).await);
    let version = t.kw.matrix(&keyward::MatrixQuery::default()).await.unwrap().version;
    let cells = vec![keyward::Cell {
        role: "viewer".into(),
        pattern: "pages:view".into(),
        effect: Some(Effect::Allow),
    }];
    let change = keyward::ChangeMatrix { seen: version, cells, actor: None };
    let review = t.kw.review_matrix(&change).await.unwrap();
    let told: Vec<(&str, usize)> =
        review.roles.iter().map(|role| (role.role.as_str(), role.people)).collect();
    assert_eq!(told, [("editor", 1), ("viewer", 1)], "heirs, and members of a group, are counted");
    assert_eq!(review.people, 2);
    assert!(t.kw.can(bob.id, "posts:view").await.unwrap());
    location(&admin.form("/admin/roles/editor/inherits", &[("role", "viewer")]).await);
    assert!(!t.kw.can(ada.id, "posts:view").await.unwrap());
}
