//! The pages of second factors.

use keyward::testing::{Authenticator, PASSWORD, TestAuth};

use super::{Enrolled, enrolled, sign_in};
use crate::pages::html::{Page, location};

/// The value of a hidden field.
fn hidden(html: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let (_, rest) = html.split_once(&field).unwrap_or_else(|| panic!("no {name}: {html}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_sets_up_an_app_keeps_the_codes_and_signs_in_with_both() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let client = t.pages();
    sign_in(&client).await;
    let csrf = |html: &str| hidden(html, "csrf");
    let start = client.page("/account/totp").await;
    Page::of(&start);
    let shown = client.form("/account/totp", &[("csrf", &csrf(start.text()))]).await;
    Page::of(&shown);
    assert!(shown.text().contains("<svg "), "a picture without a script");
    let secret = shown.text().split("class=\"secret\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap();
    assert_eq!(secret.split(' ').map(str::len).collect::<Vec<_>>(), [4; 8]);
    assert_eq!(shown.headers()["cache-control"], "no-store");

    let app = Authenticator::new(secret, &t.clock);
    let flow = hidden(shown.text(), "flow");
    let confirm = |code: &str, csrf: &str| {
        [("csrf", csrf.to_owned()), ("flow", flow.clone()), ("code", code.to_owned())]
    };
    let wrong = confirm("12345", &csrf(shown.text()));
    let wrong: Vec<(&str, &str)> = wrong.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let again = client.form("/account/totp/confirm", &wrong).await;
    assert_eq!(again.status(), 422);
    assert!(!again.text().contains(secret), "the secret is shown once");
    let right = confirm(&app.code(), &csrf(again.text()));
    let right: Vec<(&str, &str)> = right.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let codes = client.form("/account/totp/confirm", &right).await;
    Page::of(&codes);
    assert_eq!(codes.text().matches("<li><code>").count(), 10);
    assert!(codes.text().contains("download=\"recovery-codes.txt\""));

    let other = t.pages();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD), ("return_to", "/app")];
    let to = location(&other.form("/login", &fields).await);
    assert!(to.starts_with("/login/mfa?flow=flw_"), "{to}");
    let asked = other.page(&to).await;
    Page::of(&asked);
    let flow = hidden(asked.text(), "flow");
    let fields =
        [("flow", flow.as_str()), ("method", "totp"), ("code", "000000"), ("return_to", "/app")];
    assert_eq!(other.form("/login/mfa", &fields).await.status(), 422);
    let code = app.next_code();
    let fields =
        [("flow", flow.as_str()), ("method", "totp"), ("code", &code), ("return_to", "/app")];
    assert_eq!(location(&other.form("/login/mfa", &fields).await), "/app");
    assert_eq!(other.page("/account").await.status(), 200);
}

#[tokio::test]
async fn the_page_offers_every_method_and_ends_with_its_flow() {
    let Enrolled { t, codes, .. } = enrolled().await;
    let client = t.pages();
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    let to = location(&client.form("/login", &fields).await);
    let asked = client.page(&format!("{to}&method=recovery_code")).await;
    Page::of(&asked);
    assert_eq!(hidden(asked.text(), "method"), "recovery_code");
    let flow = hidden(asked.text(), "flow");
    let stranger = t.pages().page(&to).await;
    assert_eq!(location(&stranger), "/login?notice=again", "it is another browser's");
    for left in (0..5).rev() {
        let wrong = [("flow", flow.as_str()), ("method", "recovery_code"), ("code", "wrong")];
        let page = client.form("/login/mfa", &wrong).await;
        assert_eq!(page.text().contains("This is the last try."), left == 1, "{left} left");
    }
    let right = [("flow", flow.as_str()), ("method", "recovery_code"), ("code", &codes[0])];
    assert_eq!(location(&client.form("/login/mfa", &right).await), "/login?notice=again");
}

#[tokio::test]
async fn a_dangerous_form_asks_who_it_is_and_comes_back() {
    let Enrolled { t, home, app, .. } = enrolled().await;
    t.clock.advance(std::time::Duration::from_secs(601));
    let page = home.page("/account/totp").await;
    Page::of(&page);
    let csrf = hidden(page.text(), "csrf");
    let to = location(&home.form("/account/totp/remove", &[("csrf", &csrf)]).await);
    assert_eq!(to, "/account/step-up?return_to=%2Faccount%2Ftotp");
    let asked = home.page(&to).await;
    Page::of(&asked);
    let code = app.next_code();
    let fields = [
        ("csrf", csrf.as_str()),
        ("method", "totp"),
        ("code", &code),
        ("return_to", "/account/totp"),
    ];
    assert_eq!(location(&home.form("/account/step-up", &fields).await), "/account/totp");
    let csrf = hidden(home.page("/account/totp").await.text(), "csrf");
    let to = location(&home.form("/account/totp/remove", &[("csrf", &csrf)]).await);
    assert_eq!(to, "/account/totp?notice=done");
}
