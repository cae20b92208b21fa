//! The policy document for administrators, without a script: write, check, save.

use keyward::authz::Effect;
use keyward::testing::TestAuth;
use keyward::{ChangePolicy, RoleChange};

use super::admin::admin;
use super::html::{Page, location};

const POLICY: &str = "version = 1\n[roles]\nwriter = { allow = [\"posts:edit\"] }\n\n\
                      [[test]]\nas = { roles = [\"writer\"] }\nallow = [\"posts:edit\"]\n";

const PATH: &str = "/admin/policy";
const CHECK: &str = "/admin/policy/check";
const SAVE: &str = "form[action='/admin/policy']";

fn shown(page: &Page) -> String {
    page.all("textarea#text")[0].text().collect()
}

#[tokio::test]
async fn a_text_is_written_checked_and_saved_as_it_was_seen() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    let empty = Page::of(&admin.page(PATH).await);
    assert_eq!(empty.text(".head .tag"), "None yet");
    assert!(empty.all(SAVE).is_empty(), "nothing is saved unseen");

    // As browsers send lines.
    let typed = POLICY.replace('\n', "\r\n");
    let reply = admin.form(CHECK, &[("text", typed.as_str()), ("version", "0")]).await;
    let page = Page::of(&reply);
    assert_eq!(page.text("#verdict"), "It may be saved");
    assert_eq!(page.text("[aria-labelledby=tests] .good"), "1 passed");
    assert_eq!(page.text("[aria-labelledby=effect] h3"), "writer 0 people");
    assert_eq!(page.text("[aria-labelledby=effect] .gains"), "Gains posts:edit");
    assert_eq!(shown(&page).trim_start_matches('\n'), POLICY, "what was typed stays");
    let hidden = |name: &str| page.attr(&format!("{SAVE} input[name={name}]"), "value");
    let (text, version) = (hidden("text"), hidden("version"));
    assert_eq!((text.as_str(), version.as_str()), (POLICY, "0"));
    let saved = admin.form(PATH, &[("text", text.as_str()), ("version", version.as_str())]).await;
    let page = Page::of(&admin.page(&location(&saved)).await);
    assert_eq!(page.text("[role=status]"), "Saved.");
    assert_eq!(page.text(".head .tag"), "Version 1");
    assert_eq!(t.kw.policy_document().await.unwrap().text, POLICY);
}

#[tokio::test]
async fn a_mistake_is_shown_with_its_line_and_nothing_can_be_saved() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    let slip = POLICY.replace("allow = [\"posts:edit\"] }", "alow = [] }");
    let page = Page::of(&admin.form(CHECK, &[("text", slip.as_str()), ("version", "0")]).await);
    assert_eq!(page.text("#verdict"), "It may not be saved like this");
    let told = page.text("[aria-labelledby=mistakes] li");
    assert!(
        told.starts_with("Line 3, column 12: Unknown key `alow`. Did you mean `allow`?"),
        "{told}"
    );
    assert_eq!(page.text("[aria-labelledby=mistakes] pre"), "writer = { alow = [] }");
    assert!(page.all(SAVE).is_empty());

    let failing = POLICY.replace("allow = [\"posts:edit\"]\n", "deny = [\"posts:edit\"]\n");
    let page = Page::of(&admin.form(CHECK, &[("text", failing.as_str()), ("version", "0")]).await);
    assert_eq!(page.text("[aria-labelledby=tests] .bad"), "1 failed");
    assert!(page.text("[aria-labelledby=tests] li").starts_with("Line 7:"));
    assert!(page.all(SAVE).is_empty());
    let forced = [("text", failing.as_str()), ("version", "0"), ("force", "on")];
    let reply = admin.form(PATH, &forced).await;
    assert_eq!(reply.status(), 422, "not by another way either");
    assert_eq!(Page::of(&reply).text("[role=alert]"), "Tests in the policy fail.");
}

#[tokio::test]
async fn a_text_that_was_saved_meanwhile_is_shown_beside_ones_own() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    let text = "version = 1\n# theirs\n".to_owned();
    let theirs = ChangePolicy { text, seen: None, force: false, actor: None };
    t.kw.change_policy(theirs).await.unwrap().unwrap();
    for path in [CHECK, PATH] {
        let reply = admin.form(path, &[("text", POLICY), ("version", "0")]).await;
        let page = Page::of(&reply);
        assert!(page.text("main").contains("Somebody saved another text meanwhile"), "{path}");
        assert_eq!(page.text("main details pre"), "version = 1 # theirs");
        assert_eq!(shown(&page).trim_start_matches('\n'), POLICY, "ours is not lost");
    }
    assert_eq!(t.kw.policy_document().await.unwrap().version, 1, "nor is theirs");
}

#[tokio::test]
async fn what_locks_everybody_out_must_be_meant() {
    let t = TestAuth::new().await;
    let admin = admin(&t).await;
    let locks = "version = 1\n[[rules]]\nid = \"closed\"\nforbid = [\"policy:*\"]\n";
    let page = Page::of(&admin.form(CHECK, &[("text", locks), ("version", "0")]).await);
    assert!(page.text(".verdict").contains("Somebody must be able to administer"));
    assert!(page.attr(&format!("{SAVE} input[name=force]"), "required").is_empty());
    assert_eq!(page.all(&format!("{SAVE} input[name=force][required]")).len(), 1);
    assert_eq!(admin.form(PATH, &[("text", locks), ("version", "0")]).await.status(), 422);
    let meant = [("text", locks), ("version", "0"), ("force", "on")];
    location(&admin.form(PATH, &meant).await);
}

#[tokio::test]
async fn whoever_may_only_look_gets_no_buttons() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    t.role("looker", &["policy:view"]).await;
    let rule = RoleChange::Rule { effect: Some(Effect::Deny), pattern: "policy:edit".into() };
    t.kw.change_role("looker", rule).await.unwrap().unwrap();
    t.kw.assign_role(ada.id, "looker", true).await.unwrap().unwrap();
    let looker = t.pages().login_as(&ada).await;
    let page = Page::of(&looker.page(PATH).await);
    assert_eq!(page.all("textarea[readonly]").len(), 1);
    assert!(page.all("main button").is_empty());
    for path in [CHECK, PATH] {
        let refused = looker.form(path, &[("text", ""), ("version", "0")]).await;
        assert_eq!(refused.status(), 403, "{path}");
    }
}
