//! Groups and inheritance, by forms alone.

use keyward::RoleChange;
use keyward::authz::Effect;
use keyward::testing::TestAuth;

use super::admin::admin;
use super::html::{Page, location, send_seen};

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
    location(&send_seen(&admin, "/admin/groups/staff", "roles", &give).await);
    let join = [("person", "ADA@example.com"), ("not_before", ""), ("expires_at", "")];
    location(&admin.form("/admin/groups/staff/join", &join).await);
    let page = Page::of(&admin.page("/admin/groups/staff").await);
    assert!(page.text("[aria-labelledby=members]").contains("ada@example.com"));
    assert_eq!(page.text("[aria-labelledby=roles] .chips span"), "editor");
    assert!(t.kw.can(ada.id, "posts:edit").await.unwrap());

    let user = page.attr("[name=user]", "value");
    location(&admin.form("/admin/groups/staff/leave", &[("user", &user)]).await);
    assert!(!t.kw.can(ada.id, "posts:edit").await.unwrap());
    let take = [("role", "editor")];
    location(&send_seen(&admin, "/admin/groups/staff", "roles", &take).await);
    let page = Page::of(&admin.page("/admin/groups/staff").await);
    assert!(page.text("[aria-labelledby=roles]").contains("No roles."));
    location(&send_seen(&admin, "/admin/groups/staff", "remove", &[]).await);
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
    location(&send_seen(&admin, "/admin/roles/editor", "inherits", &give).await);
    let page = Page::of(&admin.page("/admin/roles/editor").await);
    assert!(page.text("[aria-labelledby=from-1]").contains("posts:view"));
    let page = Page::of(&admin.page("/admin/roles/viewer").await);
    assert!(page.text("[aria-labelledby=place]").contains("editor"), "inherited by");
    let back = [("role", "editor"), ("give", "on")];
    let cycle = send_seen(&admin, "/admin/roles/viewer", "inherits", &back).await;
    assert_eq!(cycle.status(), 422);
    assert!(Page::of(&cycle).text("[role=alert]").contains("inherit itself"));
    let page = Page::of(&admin.page("/admin/matrix?q=posts:view&role=editor").await);
    assert!(page.text("td").contains("viewer"), "where it comes from: {}", page.text("td"));

    let ada = t.user("ada@example.com").await;
    let bob = t.user("bob@example.com").await;
    t.kw.assign_role(ada.id, "editor", true).await.unwrap().unwrap();
    location(&admin.form("/admin/groups", &[("name", "staff"), ("description", "")]).await);
    location(&send_seen(&admin, "/admin/groups/staff", "roles", &give).await);
    let join = [("person", "bob@example.com"), ("not_before", ""), ("expires_at", "")];
    location(&admin.form("/admin/groups/staff/join", &join).await);
    let version = t.kw.matrix(&keyward::MatrixQuery::default()).await.unwrap().version;
    let cells = vec![keyward::Cell {
        role: "viewer".into(),
        pattern: "pages:view".into(),
        effect: Some(Effect::Allow),
    }];
    let change = keyward::ChangeMatrix { seen: version, cells, force: false, actor: None };
    let review = t.kw.review_matrix(&change).await.unwrap();
    let told: Vec<(&str, usize)> =
        review.roles.iter().map(|role| (role.role.as_str(), role.people)).collect();
    assert_eq!(told, [("editor", 1), ("viewer", 1)], "heirs, and members of a group, are counted");
    assert_eq!(review.people, 2);
    assert!(t.kw.can(bob.id, "posts:view").await.unwrap());
    let take = [("role", "viewer")];
    location(&send_seen(&admin, "/admin/roles/editor", "inherits", &take).await);
    assert!(!t.kw.can(ada.id, "posts:view").await.unwrap());
}

#[tokio::test]
async fn what_another_changed_meanwhile_is_not_undone_by_a_form() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    for name in ["viewer", "editor", "author"] {
        role(&t, name, "posts:view").await;
    }
    location(&admin.form("/admin/groups", &[("name", "staff"), ("description", "")]).await);
    let seen = |page: &keyward::testing::Response| Page::of(page).attr("[name=version]", "value");
    let group = seen(&admin.page("/admin/groups/staff").await);
    let heir = seen(&admin.page("/admin/roles/editor").await);
    let give = |version: &str| {
        [("role", "viewer"), ("give", "on"), ("version", version)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let change = keyward::GroupChange::Roles { roles: vec!["author".into()] };
    t.kw.change_group("staff", change).await.unwrap().unwrap();
    let change = RoleChange::Inherit { inherits: vec!["author".into()] };
    t.kw.change_role("editor", change).await.unwrap().unwrap();
    for (path, act, version) in [
        ("/admin/groups/staff", "roles", &group),
        ("/admin/groups/staff", "remove", &group),
        ("/admin/roles/editor", "inherits", &heir),
        ("/admin/roles/editor", "remove", &heir),
    ] {
        let fields = give(version);
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let fields = if act == "remove" { &fields[2..] } else { &fields[..] };
        let stale = admin.form(&format!("{path}/{act}"), fields).await;
        assert_eq!(stale.status(), 422, "{path}/{act}");
        let page = Page::of(&stale);
        assert!(page.text("[role=alert]").contains("changed"), "{path}/{act}");
        assert_ne!(page.attr("[name=version]", "value"), *version, "and shows what is there now");
    }
    let roles = t.kw.group("staff").await.unwrap().unwrap().roles;
    assert_eq!(roles, ["author"]);
}

#[tokio::test]
async fn a_set_of_exclusive_roles_is_made_changed_and_removed() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    for name in ["payer", "approver", "chief"] {
        role(&t, name, "money:see").await;
    }
    let form = async |set: &str, first: &str, second: &str| {
        let fields = [("set", set), ("first", first), ("second", second)];
        admin.form("/admin/exclusive", &fields).await
    };
    for (set, first, second) in [("No Name", "payer", "chief"), ("money", "payer", "payer")] {
        let reply = form(set, first, second).await;
        assert_eq!(reply.status(), 422);
        Page::of(&reply);
    }
    let to = location(&form("money", "payer", "approver").await);
    assert_eq!(to, "/admin/exclusive/money?notice=saved");
    let page = Page::of(&admin.page(&to).await);
    assert!(page.all(".chip").is_empty(), "of two, none can be taken");
    assert_eq!(form("money", "payer", "chief").await.status(), 422, "there is one of this name");
    let add = [("role", "chief"), ("give", "on")];
    location(&send_seen(&admin, "/admin/exclusive/money", "roles", &add).await);
    let sets = async || t.kw.exclusive_list().await.unwrap();
    assert_eq!(sets().await[0].roles, ["approver", "chief", "payer"]);
    let take = [("role", "payer")];
    location(&send_seen(&admin, "/admin/exclusive/money", "roles", &take).await);
    assert_eq!(sets().await[0].roles, ["approver", "chief"]);
    location(&send_seen(&admin, "/admin/exclusive/money", "remove", &[]).await);
    assert!(sets().await.is_empty());
    assert_eq!(admin.page("/admin/exclusive/money").await.status(), 404);
}

#[tokio::test]
async fn roles_come_in_pages() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    for nth in 0..60 {
        let add = RoleChange::Add { description: String::new() };
        t.kw.change_role(&format!("r{nth:02}"), add).await.unwrap().unwrap();
    }
    let names = |page: &Page| -> Vec<String> {
        page.all("tbody th").iter().map(|it| it.text().collect()).collect()
    };
    let page = Page::of(&admin.page("/admin/roles").await);
    let first = names(&page);
    assert_eq!((first.len(), first[0].as_str(), first[49].as_str()), (50, "admin", "r48"));
    let page = Page::of(&admin.page(&page.attr("[rel=next]", "href")).await);
    let second = names(&page);
    assert_eq!((second.len(), second[0].as_str()), (11, "r49"));
    assert!(page.all("[rel=next]").is_empty());
    let page = Page::of(&admin.page("/admin/roles?q=r5").await);
    assert_eq!(names(&page).len(), 10);
    let page = admin.get("/api/v1/admin/roles?limit=2&cursor=r57&q=r").await.json();
    assert_eq!(page["data"][1]["name"], "r59");
    assert_eq!(page["next_cursor"], serde_json::Value::Null);
    assert_eq!(admin.get("/api/v1/admin/roles?limit=0").await.status(), 422);
}

#[tokio::test]
async fn a_stale_version_is_told_by_the_api_as_well() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    for name in ["payer", "approver", "chief"] {
        role(&t, name, "money:see").await;
    }
    let add = keyward::GroupChange::Add { description: String::new() };
    t.kw.change_group("staff", add).await.unwrap().unwrap();
    let set = Some(vec!["approver".to_owned(), "payer".to_owned()]);
    t.kw.change_exclusive("money", set).await.unwrap().unwrap();
    for (path, part, body) in [
        ("groups/staff", "/roles", r#"{"roles":["chief"]}"#),
        ("roles/chief", "/inherits", r#"{"inherits":["payer"]}"#),
        ("exclusive-roles/money", "", r#"{"roles":["payer","chief","approver"]}"#),
    ] {
        let path = format!("/api/v1/admin/{path}");
        let shown = admin.get(&path).await;
        let tag = shown.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!(tag, format!("\"{}\"", shown.json()["version"]));
        let put = async |tag: &str| {
            let request = http::Request::put(format!("{path}{part}"))
                .header("host", "localhost")
                .header("if-match", tag)
                .header("content-type", "application/json")
                .header("sec-fetch-site", "same-origin")
                .header("cookie", format!("kw_session={}", admin.cookie("kw_session").unwrap()));
            admin.raw(request.body(body.to_owned().into()).unwrap()).await.status().as_u16()
        };
        assert_eq!(put("\"1\"").await, 412, "{path}");
        let done = put(&tag).await;
        assert!([204, 409].contains(&done), "{path}: {done}");
        assert_eq!(put("\"*\"").await, 412, "{path}");
    }
}
