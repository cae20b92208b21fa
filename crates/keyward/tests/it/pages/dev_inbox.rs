//! The inbox of development.

use keyward::testing::{PASSWORD, TestAuth};

use super::html::{Page, location};

#[tokio::test]
async fn messages_are_read_scanned_and_cleared() {
    let t = TestAuth::with(|b| b.dev()).await;
    let ada = t.pages();
    let page = Page::of(&ada.page("/dev/inbox").await);
    assert!(page.text("main").contains("No messages yet."));
    ada.form("/signup", &[("email", "ada@example.com"), ("password", PASSWORD)]).await;
    let code = t.code_for("ada@example.com").await;
    let page = Page::of(&ada.page("/dev/inbox").await);
    assert_eq!(page.text(".code-shown"), code);
    let link = page.attr("article a.button", "href");
    let frame = page.attr("iframe", "src");
    assert_eq!(page.all("iframe[sandbox]").len(), 1);
    let mail = ada.get(&frame).await;
    let policy = mail.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("sandbox"), "{policy}");
    assert!(mail.text().contains(&code));

    let id = page.attr("[name=id]", "value");
    let page = Page::of(&ada.form("/dev/inbox/scan", &[("id", &id)]).await);
    let told = page.text("article [role=status]");
    assert!(told.contains("HEAD → 200") && told.contains("GET → 200"), "{told}");
    assert!(told.contains("still works"), "{told}");
    let path = link.trim_start_matches("http://localhost");
    assert_eq!(location(&ada.form(path, &[]).await), "/account", "it does");
    let page = Page::of(&ada.form("/dev/inbox/scan", &[("id", &id)]).await);
    assert!(page.text("article [role=status]").contains("had been spent"));

    assert_eq!(location(&ada.form("/dev/inbox/clear", &[]).await), "/dev/inbox");
    assert!(Page::of(&ada.page("/dev/inbox").await).text("main").contains("No messages yet."));
}

#[tokio::test]
async fn production_has_no_inbox() {
    let t = TestAuth::new().await;
    for path in ["/dev/inbox", "/dev/inbox.json", "/dev/inbox/html?id=x"] {
        assert_eq!(t.pages().get(path).await.status(), 404, "{path}");
    }
}
