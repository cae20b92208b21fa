//! The matrix for administrators, without a script: choose, review, save.

use keyward::RoleChange;
use keyward::authz::Effect;
use keyward::testing::{Client, TestAuth};
use scraper::ElementRef;

use super::admin::admin;
use super::html::{Page, location};

async fn house() -> (TestAuth, Client) {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    for (role, effect, pattern) in
        [("editor", Effect::Allow, "posts:*"), ("guest", Effect::Deny, "posts:delete")]
    {
        let add = RoleChange::Add { description: String::new() };
        t.kw.change_role(role, add).await.unwrap().unwrap();
        let rule = RoleChange::Rule { effect: Some(effect), pattern: pattern.to_owned() };
        t.kw.change_role(role, rule).await.unwrap().unwrap();
    }
    let ada = t.user("ada@example.com").await;
    t.kw.assign_role(ada.id, "editor", true).await.unwrap().unwrap();
    (t, admin)
}

/// The fields of a form as a browser would send them.
fn fields(page: &Page, action: &str) -> Vec<(String, String)> {
    let form = format!("form[action='{action}']");
    let value = |e: &ElementRef<'_>| e.attr("value").unwrap_or_default().to_owned();
    let name = |e: &ElementRef<'_>| e.attr("name").unwrap_or_default().to_owned();
    let hidden = page.all(&format!("{form} input[type=hidden]"));
    let chosen = page.all(&format!("{form} select option[selected]"));
    let select = |e: &ElementRef<'_>| {
        let parents = e.ancestors().filter_map(ElementRef::wrap);
        parents.into_iter().find(|e| e.value().name() == "select").map(|e| name(&e))
    };
    let hidden = hidden.iter().map(|e| (name(e), value(e)));
    hidden.chain(chosen.iter().map(|e| (select(e).unwrap(), value(e)))).collect()
}

/// Chooses in the select whose label is this.
fn choose(page: &Page, fields: &mut [(String, String)], label: &str, effect: &str) {
    let label = page.all("td label").into_iter().find(|e| {
        let aside = e.children().filter_map(ElementRef::wrap).next().unwrap();
        aside.text().collect::<String>() == label
    });
    let selects = label.unwrap().children().filter_map(ElementRef::wrap);
    let name = selects.into_iter().find_map(|e| e.attr("name")).unwrap();
    fields.iter_mut().find(|(known, _)| known == name).unwrap().1 = effect.to_owned();
}

async fn send(
    client: &Client,
    path: &str,
    fields: &[(String, String)],
) -> keyward::testing::Response {
    let fields = fields.iter().filter(|(name, _)| name != "csrf");
    let fields: Vec<(&str, &str)> = fields.map(|(n, v)| (n.as_str(), v.as_str())).collect();
    client.form(path, &fields).await
}

const MATRIX: &str = "/admin/matrix";
const REVIEW: &str = "/admin/matrix/review";

#[tokio::test]
async fn cells_are_chosen_reviewed_and_saved_without_a_script() {
    let (t, admin) = house().await;
    let page = Page::of(&admin.page("/admin/matrix?q=posts").await);
    let mut chosen = fields(&page, REVIEW);
    let same = send(&admin, REVIEW, &chosen).await;
    assert_eq!(location(&same), "/admin/matrix?q=posts&notice=unchanged");
    choose(&page, &mut chosen, "posts:delete, editor", "deny");
    choose(&page, &mut chosen, "posts:delete, guest", "");
    let review = Page::of(&send(&admin, REVIEW, &chosen).await);
    assert!(review.text(".lead").contains("concerns one person"), "{}", review.text(".lead"));
    assert_eq!(review.all("tbody tr").len(), 2);
    assert!(review.text("[aria-labelledby=effect]").contains("editor 1 person"));
    assert!(review.text(".gains").contains("Loses posts:delete"));
    let ada = t.kw.find_person("ada@example.com").await.unwrap().unwrap().id;
    assert!(t.kw.can(ada, "posts:delete").await.unwrap(), "nothing is saved yet");

    let saved = send(&admin, MATRIX, &fields(&review, MATRIX)).await;
    assert_eq!(location(&saved), "/admin/matrix?q=posts&notice=saved");
    let page = Page::of(&admin.page(&location(&saved)).await);
    assert_eq!(page.text("[role=status]"), "Saved.");
    assert!(!t.kw.can(ada, "posts:delete").await.unwrap());
    let roles = t.kw.role_list().await.unwrap();
    assert!(roles.iter().all(|role| role.name != "guest" || role.deny.is_empty()));
}

#[tokio::test]
async fn what_changed_meanwhile_is_reviewed_again_and_not_overwritten() {
    let (t, admin) = house().await;
    let page = Page::of(&admin.page(MATRIX).await);
    let mut chosen = fields(&page, REVIEW);
    choose(&page, &mut chosen, "posts:*, guest", "allow");
    let review = Page::of(&send(&admin, REVIEW, &chosen).await);
    let rule = RoleChange::Rule { effect: Some(Effect::Allow), pattern: "pages:view".into() };
    t.kw.change_role("editor", rule).await.unwrap().unwrap();
    let late = send(&admin, MATRIX, &fields(&review, MATRIX)).await;
    assert_eq!(late.status(), 422);
    let again = Page::of(&late);
    assert!(again.text("[role=alert]").contains("changed a moment ago"));
    assert!(again.text("main").contains("what your changes would do now"));
    assert_eq!(again.all("tbody tr").len(), 1, "only what was chosen");
    location(&send(&admin, MATRIX, &fields(&again, MATRIX)).await);
    let roles = t.kw.role_list().await.unwrap();
    let allow = |name: &str| roles.iter().find(|role| role.name == name).unwrap().allow.clone();
    assert_eq!((allow("editor").len(), allow("guest").len()), (2, 1));
}

#[tokio::test]
async fn a_broken_form_is_refused_and_a_new_row_is_shown() {
    let (_t, admin) = house().await;
    for (path, form) in [
        (REVIEW, vec![("version", "x"), ("cell.0.0.", "allow")]),
        (REVIEW, vec![("version", "1"), ("cell.0.0.", "maybe")]),
        (MATRIX, vec![("version", "1"), ("change.0", "allow editor")]),
        (MATRIX, vec![("version", "1")]),
    ] {
        let reply = admin.form(path, &form).await;
        assert!(reply.status().is_client_error(), "{form:?}: {}", reply.status());
    }
    let page = Page::of(&admin.page("/admin/matrix?also=pages:archive").await);
    assert!(page.text("table").contains("pages:archive"));
    let refused = admin.page("/admin/matrix?also=not%20one!").await;
    assert_eq!(refused.status(), 422);
    assert_eq!(Page::of(&refused).attr("#also", "aria-invalid"), "true");
    let none = Page::of(&admin.page("/admin/matrix?q=zzz").await);
    assert!(none.text("main").contains("Nothing matches."));
}

#[tokio::test]
async fn who_may_see_but_not_edit_gets_no_form() {
    let (t, _) = house().await;
    let add = RoleChange::Add { description: String::new() };
    t.kw.change_role("auditor", add).await.unwrap().unwrap();
    let rule = RoleChange::Rule { effect: Some(Effect::Allow), pattern: "roles:view".into() };
    t.kw.change_role("auditor", rule).await.unwrap().unwrap();
    let eve = t.user("eve@example.com").await;
    t.kw.assign_role(eve.id, "auditor", true).await.unwrap().unwrap();
    let eve = t.pages().login_as(&eve).await;
    let page = Page::of(&eve.page(MATRIX).await);
    assert!(page.all("select").is_empty());
    assert!(page.text("table").contains("Allow"));
    assert_eq!(eve.form(REVIEW, &[("version", "1")]).await.status(), 403);
    assert_eq!(eve.page("/admin/who?permission=posts:edit").await.status(), 403);
}

#[tokio::test]
async fn who_has_a_permission_is_told_with_the_reason() {
    let (_t, admin) = house().await;
    Page::of(&admin.page("/admin/who").await);
    let page = Page::of(&admin.page("/admin/who?permission=posts:edit").await);
    let people = page.text("[aria-labelledby=people]");
    assert!(people.contains("ada@example.com") && people.contains("roles.editor.allow[0]"));
    assert!(page.text("[aria-labelledby=roles]").contains("posts:*"));
    let refused = admin.page("/admin/who?permission=posts:*").await;
    assert_eq!(refused.status(), 422);
    Page::of(&refused);
}
