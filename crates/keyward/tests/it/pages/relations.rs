//! Stored relations, by forms alone.

use keyward::port::TupleQuery;
use keyward::testing::TestAuth;

use super::admin::admin;
use super::html::{Page, location};

const POLICY: &str = r#"version = 1
[permissions]
docs = ["view"]
[relations.group]
member = "[user, group#member]"
[relations.docs]
parent = "[docs]"
viewer = "[user, user:*, group#member] | viewer from parent"
grants."docs:view" = "viewer"
"#;

async fn house() -> TestAuth {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, POLICY).unwrap();
    TestAuth::with(|builder| builder.policy(path)).await
}

fn typed<'a>(object: &'a str, relation: &'a str, subject: &'a str) -> [(&'a str, &'a str); 3] {
    [("object", object), ("relation", relation), ("subject", subject)]
}

async fn stored(t: &TestAuth) -> Vec<String> {
    let query = TupleQuery { limit: 200, ..TupleQuery::default() };
    t.kw.relations(&query).await.unwrap().data.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_relation_is_added_found_from_both_ends_and_removed() {
    let t = house().await;
    let ada = t.user("ada@example.com").await;
    let admin = admin(&t).await;
    let page = Page::of(&admin.page("/admin/relations").await);
    assert!(page.text("main").contains("There are no such relations."));
    assert_eq!(page.text("nav [aria-current=page]"), "Relations");
    let whom = format!("user:{}", ada.id);
    let to = location(&admin.form("/admin/relations", &typed("docs:1", "viewer", &whom)).await);
    assert_eq!(to, "/admin/relations?object=docs%3A1&notice=done");
    assert!(t.kw.can(ada.id, "docs:view").await.is_ok());
    for (object, relation, subject) in
        [("docs:2", "parent", "docs:1"), ("docs:3", "viewer", "group:staff#member")]
    {
        location(&admin.form("/admin/relations", &typed(object, relation, subject)).await);
    }
    let page = Page::of(&admin.page(&to).await);
    assert_eq!(page.all("tbody tr").len(), 1, "those of the object");
    assert_eq!(page.attr("tbody td a", "href"), format!("/admin/people/{}", ada.id));
    for (query, rows) in [
        ("", 3),
        ("?object=docs", 3),
        ("?subject=group%3Astaff", 1),
        ("?subject=docs%3A1", 1),
        ("?relation=viewer", 2),
        ("?object=docs%3A9", 0),
    ] {
        let page = Page::of(&admin.page(&format!("/admin/relations{query}")).await);
        assert_eq!(page.all("tbody tr").len(), rows, "{query}");
    }
    let gone = typed("docs:3", "viewer", "group:staff#member");
    location(&admin.form("/admin/relations/remove", &gone).await);
    let left = stored(&t).await;
    assert_eq!(left, [format!("docs:1#viewer@{whom}"), "docs:2#parent@docs:1".to_owned()]);
}

#[tokio::test]
async fn more_than_a_page_is_turned_over() {
    let t = house().await;
    let admin = admin(&t).await;
    let add = (0..60).map(|nth| keyward::Relation {
        object: format!("docs:{nth:02}"),
        relation: "viewer".to_owned(),
        subject: "user:*".to_owned(),
    });
    t.kw.change_relations(add, []).await.unwrap().unwrap();
    let page = Page::of(&admin.page("/admin/relations?object=docs").await);
    assert_eq!(page.all("tbody tr").len(), 50);
    let page = Page::of(&admin.page(&page.attr("[rel=next]", "href")).await);
    assert_eq!(page.all("tbody tr").len(), 10);
    assert!(page.all("[rel=next]").is_empty());
}

#[tokio::test]
async fn what_does_not_fit_is_told_beside_its_field_and_stays() {
    let t = house().await;
    let admin = admin(&t).await;
    for (object, relation, subject, field) in [
        ("docs", "viewer", "user:*", "object"),
        ("dogs:1", "viewer", "user:*", "object"),
        ("docs:1", "veiwer", "user:*", "relation"),
        ("docs:1", "viewer", "robot:r2", "subject"),
        ("docs:1", "viewer", "nobody", "subject"),
    ] {
        let reply = admin.form("/admin/relations", &typed(object, relation, subject)).await;
        assert_eq!(reply.status(), 422, "{object} {relation} {subject}");
        let page = Page::of(&reply);
        let id = format!("#{field}");
        assert_eq!(page.attr(&id, "aria-invalid"), "true", "{object} {relation} {subject}");
        assert_eq!(page.attr("#object", "value"), object, "what was typed stays");
        assert_eq!(page.all("[aria-invalid]").len(), 1);
    }
    assert!(stored(&t).await.is_empty());
    let reply = admin.page("/admin/relations?object=a%20b").await;
    assert_eq!(reply.status(), 422);
    assert!(Page::of(&reply).all("[aria-invalid]").is_empty(), "the other form is fine");
    let reply = admin.page("/admin/relations?cursor=nonsense").await;
    assert_eq!(reply.status(), 422);
}

#[tokio::test]
async fn who_may_only_look_changes_nothing() {
    let t = house().await;
    t.role("watcher", &["relations:view"]).await;
    let eve = t.user("eve@example.com").await;
    t.give_role(&eve, "watcher").await;
    let eve = t.pages().login_as(&eve).await;
    let page = Page::of(&eve.page("/admin/relations").await);
    assert!(page.all("main form[method=post]").is_empty());
    let reply = eve.form("/admin/relations", &typed("docs:1", "viewer", "user:*")).await;
    assert_eq!(reply.status(), 403);
    let reply = eve.form("/admin/relations/remove", &typed("docs:1", "viewer", "user:*")).await;
    assert_eq!(reply.status(), 403);
    assert_eq!(t.pages().page("/admin/relations").await.status(), 303, "a stranger signs in first");
}
