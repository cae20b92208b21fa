//! *Check access*: the decision, its reasons, and what would change it.

use keyward::RoleChange;
use keyward::authz::Effect;
use keyward::testing::{Client, TestAuth};

use super::admin::admin;
use super::html::Page;

async fn house() -> (TestAuth, Client) {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    for (role, effect, pattern) in [
        ("editor", Effect::Allow, "posts:*"),
        ("contractor", Effect::Deny, "posts:publish"),
        ("printer", Effect::Allow, "pages:print:*"),
    ] {
        let add = RoleChange::Add { description: String::new() };
        t.kw.change_role(role, add).await.unwrap().unwrap();
        let rule = RoleChange::Rule { effect: Some(effect), pattern: pattern.to_owned() };
        t.kw.change_role(role, rule).await.unwrap().unwrap();
    }
    let ada = t.user("ada@example.com").await;
    for role in ["editor", "contractor"] {
        t.kw.assign_role(ada.id, role, true).await.unwrap().unwrap();
    }
    (t, admin)
}

async fn asked(client: &Client, permission: &str) -> Page {
    let path = format!("/admin/check?subject=ADA%40example.com&permission={permission}");
    let reply = client.page(&path).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    Page::of(&reply)
}

#[tokio::test]
async fn an_answer_names_the_rule_the_way_to_it_and_what_would_change_it() {
    let (_t, admin) = house().await;
    let page = asked(&admin, "posts:edit").await;
    assert_eq!(page.text("#verdict"), "Allowed");
    assert_eq!(page.text(".way"), "ada@example.com editor posts:* posts:edit");
    assert!(page.all("#fix").is_empty(), "a yes needs no mending");

    let page = asked(&admin, "posts:publish").await;
    assert_eq!(page.text("#verdict"), "Not allowed");
    assert!(page.text(".verdict").contains("roles.contractor.deny[0]"));
    assert_eq!(
        page.text(".fixes li"),
        "Take the role contractor away, or its rule roles.contractor.deny[0]."
    );
    assert_eq!(page.text("[aria-labelledby=fix] .chips"), "roles.editor.allow[0]");

    let page = asked(&admin, "pages:print:1").await;
    assert_eq!(page.text(".fixes li"), "Give the role printer (roles.printer.allow[0]).");
    assert!(page.text("details pre").starts_with("pages:print:1: deny"));
    let one = "posts:edit&resource=posts:1&owner=me&attributes=%7B%22draft%22:true%7D";
    let page = asked(&admin, one).await;
    assert_eq!(page.text("#verdict"), "Allowed");
    assert_eq!(page.attr("#resource", "value"), "posts:1", "the question stays");
    let german =
        format!("{}&lang=de", "/admin/check?subject=ada%40example.com&permission=posts:fly");
    let page = Page::of(&admin.page(&german).await);
    assert_eq!(page.text("#verdict"), "Erlaubt");
}

#[tokio::test]
async fn what_is_wrong_with_a_question_is_told_beside_its_field() {
    let (_t, admin) = house().await;
    let page = Page::of(&admin.page("/admin/check").await);
    assert!(page.all("#verdict").is_empty());
    let page = Page::of(&admin.page("/admin/check?subject=ada%40example.com").await);
    assert_eq!(page.attr("#subject", "value"), "ada@example.com");
    assert!(page.all("#verdict, [role=alert]").is_empty(), "nothing is asked yet");
    for (query, field) in [
        ("subject=nobody%40example.com&permission=posts:edit", "#subject"),
        ("subject=ada%40example.com&permission=posts:*", "#permission"),
        ("permission=posts:edit", "#subject"),
        ("subject=ada%40example.com&permission=posts:edit&resource=posts", "#resource"),
        ("subject=ada%40example.com&permission=posts:edit&owner=me", "#resource"),
        (
            "subject=ada%40example.com&permission=posts:edit&resource=posts:1&attributes=%5B%5D",
            "#attributes",
        ),
    ] {
        let reply = admin.page(&format!("/admin/check?{query}")).await;
        assert_eq!(reply.status(), 422, "{query}");
        assert_eq!(Page::of(&reply).attr(field, "aria-invalid"), "true", "{query}");
    }
    assert_eq!(admin.page("/admin/check?unknown=1").await.status(), 422);
}

#[tokio::test]
async fn only_who_may_see_people_and_rules_may_ask() {
    let (t, _) = house().await;
    let path = "/admin/check?subject=ada%40example.com&permission=posts:edit";
    let person = t.kw.find_person("ada@example.com").await.unwrap().unwrap();
    let ada = t.pages().login_as(&person).await;
    for (permission, told) in [("users:view", "access:explain"), ("access:explain", "an answer")] {
        let reply = ada.page(path).await;
        assert_ne!(reply.status(), 200, "before {permission}: {told}");
        t.kw.grant("ada@example.com", permission).await.unwrap();
    }
    let eve = t.user("eve@example.com").await;
    t.kw.grant("eve@example.com", "access:explain").await.unwrap();
    let eve = t.pages().login_as(&eve).await;
    let reply = eve.page(path).await;
    assert!(reply.text().contains("users:view"), "told what is missing: {}", reply.text());
    assert!(!reply.text().contains("roles.editor"));
    assert_eq!(ada.page(path).await.status(), 200, "with both");
}
