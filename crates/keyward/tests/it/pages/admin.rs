//! The pages for administrators.

use keyward::Secret;
use keyward::testing::{Client, PASSWORD, TestAuth};

use super::html::{Page, location, send_seen};

pub(crate) async fn admin(t: &TestAuth) -> Client {
    let admin = t.kw.add_admin("admin@example.com", Secret::new(PASSWORD)).await.unwrap().unwrap();
    t.pages().login_as(&admin).await
}

#[tokio::test]
async fn people_are_found_locked_and_let_in_again() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    t.user("bob@example.com").await;
    let admin = admin(&t).await;
    let page = Page::of(&admin.page("/admin/people").await);
    assert_eq!(page.all("tbody tr").len(), 3);
    let page = Page::of(&admin.page("/admin/people?q=ADA").await);
    assert_eq!(page.all("tbody tr").len(), 1);
    let url = page.attr("tbody a", "href");
    assert_eq!(url, format!("/admin/people/{}", ada.id));
    Page::of(&admin.page(&url).await);

    let lock = format!("{url}/lock");
    let to = location(&admin.form(&lock, &[("reason", "lost phone")]).await);
    let page = Page::of(&admin.page(&to).await);
    assert_eq!(page.text(".head .tag"), "Locked");
    assert!(page.text("main").contains("lost phone"));
    let enter = [("username", "ada@example.com"), ("password", PASSWORD)];
    let reply = t.pages().form("/login", &enter).await;
    assert_eq!(reply.status(), 422);
    assert!(!reply.text().contains("ocked"), "the person is not told why");
    let page = Page::of(&admin.page(&url).await);
    assert!(page.text("[aria-labelledby=why]").contains("locked"), "the administrator is");

    location(&admin.form(&format!("{url}/unlock"), &[]).await);
    assert_eq!(t.pages().form("/login", &enter).await.status(), 303);
    let locked = Page::of(&admin.page("/admin/people?status=locked").await);
    assert!(locked.text("main").contains("Nobody matches."));
}

#[tokio::test]
async fn a_person_is_added_given_a_role_and_deleted() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    Page::of(&admin.page("/admin/people/add").await);
    let reply = admin.form("/admin/people/add", &[("email", "not an address")]).await;
    assert_eq!(reply.status(), 422);
    assert_eq!(Page::of(&reply).attr("#email", "aria-invalid"), "true");
    let fields = [("email", "eve@example.com"), ("name", ""), ("password", ""), ("verified", "on")];
    let to = location(&admin.form("/admin/people/add", &fields).await);
    let url = to.split('?').next().unwrap().to_owned();

    location(&admin.form("/admin/roles", &[("name", "editor"), ("description", "Edits")]).await);
    let rule = [("permission", "posts:*"), ("effect", "allow")];
    location(&admin.form("/admin/roles/editor/rule", &rule).await);
    let page = Page::of(&admin.page("/admin/roles").await);
    assert!(page.text("table").contains("1 allow"));
    let page = Page::of(&admin.page("/admin/roles/editor").await);
    assert!(page.text("[aria-labelledby=rules]").contains("Allow posts:*"));
    assert!(page.text("[aria-labelledby=holders]").contains("Nobody has it."));
    let bad = [("permission", "not a permission!"), ("effect", "allow")];
    assert_eq!(admin.form("/admin/roles/editor/rule", &bad).await.status(), 422);

    location(&admin.form(&format!("{url}/grant"), &[("role", "editor")]).await);
    assert_eq!(Page::of(&admin.page(&url).await).text(".chips li span"), "editor");
    let page = Page::of(&admin.page("/admin/roles/editor").await);
    assert!(page.text("[aria-labelledby=holders]").contains("eve@example.com"));
    let lift = [("permission", "posts:*"), ("effect", "")];
    location(&admin.form("/admin/roles/editor/rule", &lift).await);
    let page = Page::of(&admin.page("/admin/roles/editor?notice=saved").await);
    assert!(page.text("[aria-labelledby=rules]").contains("It allows nothing yet."));
    assert_eq!(admin.page("/admin/roles/nobody").await.status(), 404);
    let built_in = Page::of(&admin.page("/admin/roles/admin").await);
    assert!(built_in.all("main form").is_empty(), "what is built in is only shown");
    location(&admin.form(&format!("{url}/revoke"), &[("role", "editor")]).await);
    location(&admin.form(&format!("{url}/set-password"), &[("password", PASSWORD)]).await);
    let enter = [("username", "eve@example.com"), ("password", PASSWORD)];
    let eve = t.pages();
    assert_eq!(eve.form("/login", &enter).await.status(), 303);
    let page = Page::of(&admin.page(&url).await);
    let session = page.attr("[name=session]", "value");
    location(&admin.form(&format!("{url}/close"), &[("session", &session)]).await);
    assert_eq!(eve.page("/account").await.status(), 303, "the session was ended");
    location(&admin.form(&format!("{url}/delete"), &[]).await);
    assert_eq!(eve.form("/login", &enter).await.status(), 422);
    location(&admin.form(&format!("{url}/restore"), &[]).await);
    location(&admin.form(&format!("{url}/verify"), &[]).await);
    assert_eq!(eve.form("/login", &enter).await.status(), 303);
    location(&admin.form(&format!("{url}/sign-out"), &[]).await);
    assert_eq!(eve.page("/account").await.status(), 303);
    location(&send_seen(&admin, "/admin/roles/editor", "remove", &[]).await);
}

#[tokio::test]
async fn the_last_administrator_is_told_why_they_stay() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    let id = t.kw.find_person("admin@example.com").await.unwrap().unwrap().id;
    let reply = admin.form(&format!("/admin/people/{id}/lock"), &[("reason", "")]).await;
    assert_eq!(reply.status(), 422);
    assert!(Page::of(&reply).text("[role=alert]").contains("must be able to administer"));
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let t = TestAuth::new().await;
    for n in 0..5 {
        t.user(&format!("p{n}@example.com")).await;
    }
    let admin = admin(&t).await;
    let (mut next, mut seen) = (String::from("/admin/people?limit=2&q=example"), 0);
    let mut rounds = 0;
    while !next.is_empty() {
        let page = Page::of(&admin.page(&next).await);
        seen += page.all("tbody tr").len();
        next = page.attr("a[rel=next]", "href");
        rounds += 1;
    }
    assert_eq!((seen, rounds > 1), (6, true));
    let page = Page::of(&admin.page("/admin/audit?type=user.&limit=3").await);
    assert_eq!(page.all("tbody tr").len(), 3);
    let next = page.attr("a[rel=next]", "href");
    assert!(next.contains("type=user."), "filters stay: {next}");
    Page::of(&admin.page(&next).await);
    assert_eq!(admin.page("/admin/audit?limit=0").await.status(), 422);
    assert_eq!(admin.page("/admin/people?unknown=1").await.status(), 422);
    for path in ["people", "groups", "roles", "matrix", "who", "check", "audit", "messages"] {
        let reply = admin.page(&format!("/admin/{path}?lang=de&notice=saved")).await;
        assert_eq!(reply.status(), 200, "{path} in another language");
        assert_eq!(Page::of(&reply).attr("html", "lang"), "de");
    }
}

#[tokio::test]
async fn the_audit_page_says_whether_the_chain_is_whole_and_the_outbox_is_shown() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let admin = admin(&t).await;
    admin.form("/recover", &[("identifier", "ada@example.com")]).await;
    t.code_for("ada@example.com").await;
    let page = Page::of(&admin.page("/admin/audit/chain").await);
    assert!(page.text("[role=status]").contains("is whole"));
    let page = Page::of(&admin.page("/admin/messages").await);
    assert!(page.text("tbody").contains("New password for Keyward"));
    assert!(!page.text("tbody").contains("recover"), "no name of ours");
}

#[tokio::test]
async fn whoever_may_not_administer_is_told_what_is_missing() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    let doors = [
        ("/admin", "users:view"),
        ("/admin/people", "users:view"),
        ("/admin/roles", "roles:view"),
        ("/admin/audit", "audit:view"),
        ("/admin/messages", "messages:view"),
    ];
    for (path, permission) in doors {
        let reply = client.page(path).await;
        assert_eq!(reply.status(), 403, "{path}");
        assert_eq!(Page::of(&reply).text("main .lead code"), permission, "{path}");
        assert_eq!(t.pages().page(path).await.status(), 303, "strangers sign in first: {path}");
    }
    assert!(!client.page("/account").await.text().contains("/admin"));
    t.kw.grant("ada@example.com", "audit:view").await.unwrap();
    assert_eq!(location(&client.page("/admin").await), "/admin/audit");
    let page = Page::of(&client.page("/admin/audit").await);
    assert_eq!(page.all(".side a").len(), 2, "the menu has what they may open");
    let lock = format!("/admin/people/{}/lock", ada.id);
    assert_eq!(client.form(&lock, &[]).await.status(), 403);
}

#[tokio::test]
async fn people_without_an_address_have_a_name_all_the_same() {
    let t = TestAuth::with(|b| b.settings(|s| s.anonymous = true)).await;
    let admin = admin(&t).await;
    let username = Some("lovelace".to_owned());
    let new = keyward::NewPerson { username, verified: true, ..Default::default() };
    let person = t.kw.add_person(new).await.unwrap().unwrap();
    let guest = t.kw.sign_in_anonymous(&keyward::Client::default()).await.unwrap().unwrap();
    let nobody = guest.user;
    let text = admin.page("/admin/people").await.text().to_owned();
    assert!(text.contains(">lovelace</a>") && text.contains(&format!(">{nobody}</a>")));
    for (id, called) in [(person.id, "lovelace".to_owned()), (nobody, nobody.to_string())] {
        let page = Page::of(&admin.page(&format!("/admin/people/{id}")).await);
        assert_eq!(page.text("h1"), called);
    }
    Page::of(&t.pages().login_as(&person).await.page("/account").await);
}

/// One click must not make an administrator.
#[tokio::test]
async fn no_role_is_given_before_one_is_chosen_and_the_administrators_comes_last() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let admin = admin(&t).await;
    for role in ["baker", "cook"] {
        location(&admin.form("/admin/roles", &[("name", role), ("description", "")]).await);
    }
    location(&admin.form("/admin/groups", &[("name", "staff"), ("description", "")]).await);
    let apart = [("set", "money"), ("first", "baker"), ("second", "cook")];
    location(&admin.form("/admin/exclusive", &apart).await);
    let person = format!("/admin/people/{}", ada.id);
    for (path, field, others) in [
        (person.as_str(), "form[action$='/grant'] select", 2),
        ("/admin/groups/staff", "form[action$='/roles'] select", 2),
        ("/admin/roles/baker", "form[action$='/inherits'] select", 1),
        ("/admin/groups", "select[name=first]", 2),
        ("/admin/groups", "select[name=second]", 2),
        ("/admin/exclusive/money", "form[action$='/roles'] select", 0),
    ] {
        let page = Page::of(&admin.page(path).await);
        assert_eq!(page.attr(&format!("{field}[required] option"), "value"), "", "{path}");
        let options = page.all(&format!("{field} option"));
        let texts: Vec<String> = options.iter().map(|o| o.text().collect()).collect();
        assert_eq!(texts.len(), others + 2, "{path}: {texts:?}");
        assert_eq!((&*texts[0], &*texts[others + 1]), ("Choose a role…", "admin"), "{path}");
        assert!(page.all(&format!("{field} option[selected]")).is_empty(), "{path}");
    }
    let none = admin.form(&format!("{person}/grant"), &[("role", "")]).await;
    assert_eq!(none.status(), 422, "a browser that sends it all the same gives nothing");
    assert!(t.kw.holdings(ada.id).await.unwrap().roles.is_empty());
}

#[tokio::test]
async fn the_audit_page_says_who_did_it_by_name_and_details_in_words() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let admin = admin(&t).await;
    location(&admin.form(&format!("/admin/people/{}/lock", ada.id), &[("reason", "")]).await);
    let page = Page::of(&admin.page("/admin/audit?type=user.locked").await);
    assert_eq!(page.text("td[data-label=By]"), "admin@example.com");
    assert_eq!(page.text("td[data-label=About] a"), "ada@example.com");
    let person = format!("/admin/people/{}", ada.id);
    assert_eq!(page.attr("td[data-label=About] a", "href"), person);
    assert_eq!(page.text("td[data-label=Details]"), "–", "a reason that nobody gave");
    assert_eq!(page.text("tbody th .soft"), "Account locked");
    let shared = serde_json::json!({ "roles": ["admin"] });
    assert_eq!(admin.post("/api/v1/admin/invitations", &shared).await.status(), 201);
    let page = Page::of(&admin.page("/admin/audit?type=invitation.created").await);
    assert!(page.text("td[data-label=Details]").ends_with("roles admin"));
    // Whoever may not see people sees ids.
    t.kw.grant("ada@example.com", "audit:view").await.unwrap();
    t.kw.act_on(ada.id, keyward::Act::Unlock).await.unwrap().unwrap();
    let reader = t.pages().login_as(&ada).await;
    let page = Page::of(&reader.page("/admin/audit?type=user.locked").await);
    assert!(page.text("td[data-label=By]").starts_with("usr_"));
}

#[tokio::test]
async fn whoever_has_not_confirmed_an_address_is_not_called_active() {
    let t = TestAuth::new().await;
    let fields = [("email", "eve@example.com"), ("password", PASSWORD)];
    location(&t.pages().form("/signup", &fields).await);
    let admin = admin(&t).await;
    let page = Page::of(&admin.page("/admin/people?q=eve").await);
    assert_eq!(page.text("td .tag"), "not confirmed");
    let person = page.attr("tbody a", "href");
    let page = Page::of(&admin.page(&person).await);
    assert_eq!(page.text(".head .tag"), "not confirmed");
    let verify = format!("{person}/verify");
    let to = location(&admin.form(&verify, &[]).await);
    let page = Page::of(&admin.page(&to).await);
    assert_eq!(page.text(".head .tag"), "Active");
    assert_eq!(page.text("[role=status]"), "The addresses are confirmed.");
    assert!(page.all("form[action$='/verify']").is_empty(), "nothing is left to confirm");
}

#[tokio::test]
async fn a_letter_to_nobody_is_not_said_to_have_failed() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    location(&t.pages().form("/recover", &[("identifier", "nobody@example.com")]).await);
    let page = Page::of(&admin.page("/admin/messages").await);
    assert_eq!(page.text("td .tag"), "not sent");
    assert_eq!(page.attr("td .tag", "class").trim(), "tag", "it is no fault");
}
