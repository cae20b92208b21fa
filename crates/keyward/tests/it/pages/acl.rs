//! Access control lists, by forms alone.

use keyward::testing::TestAuth;

use super::admin::admin;
use super::html::{Page, location};

fn typed<'a>(name: &'a str, entries: &'a str, version: &'a str) -> [(&'a str, &'a str); 3] {
    [("name", name), ("entries", entries), ("version", version)]
}

#[tokio::test]
async fn a_list_is_made_changed_in_its_order_and_removed() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    let page = Page::of(&admin.page("/admin/acl").await);
    assert!(page.text("main").contains("There are no lists yet."));
    let entries = "allow staff posts:view\r\n\r\n  deny @everyone *\r\n";
    let to = location(&admin.form("/admin/acl", &typed("wall", entries, "0")).await);
    assert_eq!(to, "/admin/acl/wall?notice=saved");
    let page = Page::of(&admin.page("/admin/acl/wall").await);
    let shown: Vec<String> = page.all("ol code").iter().map(|it| it.text().collect()).collect();
    assert_eq!(shown, ["allow staff posts:view", "deny @everyone *"]);
    assert!(Page::of(&admin.page("/admin/acl").await).text("tbody").contains("wall"));

    let version = page.attr("[name=version]", "value");
    let turned = "deny @everyone *\nallow staff posts:view";
    location(&admin.form("/admin/acl/wall", &typed("wall", turned, &version)).await);
    let stored = t.kw.acl("wall").await.unwrap().unwrap();
    assert_eq!(stored.entries, ["deny @everyone *", "allow staff posts:view"]);
    let stale = admin.form("/admin/acl/wall", &typed("wall", "", &version)).await;
    assert_eq!(stale.status(), 422);
    assert!(Page::of(&stale).text("[role=alert]").contains("changed"));
    let again = admin.form("/admin/acl", &typed("wall", entries, "0")).await;
    assert_eq!(again.status(), 422, "a new one takes no other's place");
    let version = stored.version.to_string();
    location(&admin.form("/admin/acl/wall/remove", &[("version", &version)]).await);
    assert_eq!(admin.page("/admin/acl/wall").await.status(), 404);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_by_its_line_and_what_was_typed_stays() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    let entries = "allow staff posts:view\n\nalow staff posts:view\nallow @everyon *";
    let reply = admin.form("/admin/acl", &typed("wall", entries, "0")).await;
    assert_eq!(reply.status(), 422);
    let page = Page::of(&reply);
    let flaws = page.text("#entries-flaws");
    assert!(flaws.contains("Line 3") && flaws.contains("Line 4"), "{flaws}");
    assert!(flaws.contains("did you mean `@everyone`"), "what was meant: {flaws}");
    assert!(page.text("#entries").contains("alow staff"), "what was typed stays");
    assert_eq!(page.attr("#entries", "aria-invalid"), "true");
    let reply = admin.form("/admin/acl", &typed("not a name", "deny @everyone *", "0")).await;
    assert_eq!(Page::of(&reply).attr("#name", "aria-invalid"), "true");
    assert!(t.kw.acl_list().await.unwrap().is_empty());
}

#[cfg(feature = "policy-file")]
#[tokio::test]
async fn a_list_of_the_policy_is_shown_and_not_changed() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    let text = "version = 1\n[acl.site]\nentries = [\"allow @everyone posts:view\"]\n".to_owned();
    let change = keyward::ChangePolicy { text, seen: None, force: false, actor: None };
    t.kw.change_policy(change).await.unwrap().unwrap();
    let page = Page::of(&admin.page("/admin/acl/site").await);
    assert!(page.text("ol").contains("posts:view") && page.all("textarea").is_empty());
    let reply = admin.form("/admin/acl/site", &typed("site", "", "0")).await;
    assert_eq!(reply.status(), 422);
    let reply = admin.form("/admin/acl/site/remove", &[("version", "0")]).await;
    assert_eq!(reply.status(), 422);
}
