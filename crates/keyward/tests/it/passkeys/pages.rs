//! Passkeys on the pages: what their script sends, sent by a test. The script itself is
//! driven in a browser, by `ui-tests`.

use std::time::Duration;

use keyward::testing::{Client, PasskeyDevice, Response, TestAuth};
use serde_json::{Value, json};

use super::{ORIGIN, add, options, with_passkey};
use crate::factors::{Enrolled, enrolled, flow, sign_in};
use crate::pages::html::{Page, location};

/// The form that a page has for a passkey, and where its script asks for options.
fn asked(page: &Page) -> (String, String) {
    let form = "form[data-passkey]";
    assert_eq!(page.all(form).len(), 1, "one form");
    assert!(page.all(form)[0].attr("hidden").is_some(), "it is shown by its script alone");
    assert!(page.all("noscript").len() == 1 && page.all("[data-no-passkeys][hidden]").len() == 1);
    let scripts = page.all("script[src*='/kw-assets/passkeys.']");
    assert_eq!(scripts.len(), 1, "the script comes along");
    (page.attr(form, "action"), page.attr(form, "data-options"))
}

/// What the script of a page sends once the browser answered.
async fn answered(
    client: &Client,
    page: &Page,
    device: &mut PasskeyDevice,
    more: &[(&str, &str)],
) -> Response {
    let (action, ask) = asked(page);
    let flow = page.attr("form[data-passkey]", "data-flow");
    let about = if flow.is_empty() { json!({}) } else { json!({ "flow_id": flow }) };
    let begun = client.post(&ask, &about).await.json();
    let public_key = &begun["public_key"];
    let made: Value = match page.attr("form[data-passkey]", "data-passkey").as_str() {
        "create" => device.create(ORIGIN, public_key).unwrap(),
        _ => device.get(ORIGIN, public_key).unwrap(),
    };
    let made = made.to_string();
    let answer = page.attr("form[data-passkey] [data-answer]", "name");
    let flow = begun["flow_id"].as_str().unwrap();
    let mut fields = vec![("flow", flow), (answer.as_str(), made.as_str())];
    fields.extend_from_slice(more);
    client.form(&action, &fields).await
}

#[tokio::test]
async fn a_person_adds_names_uses_and_removes_a_passkey_by_the_pages() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&ada).await;
    let mut device = PasskeyDevice::default();
    let page = Page::of(&client.page("/account/passkeys").await);
    assert_eq!(page.text(".empty"), "You have no passkeys yet.");
    let to = location(&answered(&client, &page, &mut device, &[("name", "Blue key")]).await);
    let page = Page::of(&client.page(&to).await);
    assert_eq!(page.text(".cards h2"), "Blue key");
    assert!(page.text(".cards").contains("Never used"), "{}", page.text(".cards"));

    let id = page.attr("[name=passkey]", "value");
    let rename = [("passkey", id.as_str()), ("name", "Red <key>")];
    let to = location(&client.form("/account/passkeys/name", &rename).await);
    assert_eq!(Page::of(&client.page(&to).await).text(".cards h2"), "Red <key>");
    let long = "x".repeat(101);
    let rename = [("passkey", id.as_str()), ("name", long.as_str())];
    assert_eq!(client.form("/account/passkeys/name", &rename).await.status(), 422);

    let other = t.pages();
    let page = Page::of(&other.page("/login?return_to=%2Fapp").await);
    assert_eq!(page.attr("#username", "autocomplete"), "username webauthn");
    assert_eq!(page.all("form[data-passkey][data-waiting]").len(), 1);
    let more = [("return_to", "/app"), ("remember", "true")];
    let reply = answered(&other, &page, &mut device, &more).await;
    assert_eq!(location(&reply), "/app");
    let now = other.get("/api/v1/session").await.json();
    assert_eq!((&now["aal"], &now["methods"]), (&json!(2), &json!(["passkey"])));
    let cookies = reply.headers().get_all("set-cookie").iter();
    let kept = cookies.map(|c| c.to_str().unwrap()).find(|c| c.starts_with("kw_session"));
    assert!(kept.unwrap().contains("Max-Age"), "it is remembered: {kept:?}");

    let remove = [("passkey", id.as_str())];
    let to = location(&client.form("/account/passkeys/remove", &remove).await);
    let page = Page::of(&client.page(&to).await);
    assert_eq!((page.all(".cards li").len(), page.text("[role=status]")), (0, "Done.".to_owned()));
}

#[tokio::test]
async fn what_was_refused_is_told_on_the_page_where_it_was_asked_for() {
    let t = TestAuth::new().await;
    let (client, device) = with_passkey(&t).await;
    let strange = [("flow", "no flow"), ("credential", "{}")];
    for (action, fields) in [
        ("/login/passkey", &strange[..]),
        ("/login/passkey", &[("flow", "no flow"), ("credential", "no JSON")]),
        ("/account/passkeys", &strange[..]),
        ("/account/step-up/passkey", &strange[..]),
    ] {
        let refused = client.form(action, fields).await;
        assert_eq!(refused.status(), 422, "{action}");
        let page = Page::of(&refused);
        assert!(page.text("[role=alert]").contains("try again"), "{}", refused.text());
        assert_eq!(page.attr("form[data-passkey] [data-answer]", "value"), "", "nothing is kept");
    }
    // The same passkey, over the challenge of another flow: the account has it already.
    let (flow, mut asked) = options(&client, "/api/v1/me/passkeys/options").await;
    asked["excludeCredentials"] = json!([]);
    let again = device.create_again(ORIGIN, &asked).unwrap().to_string();
    let fields = [("flow", flow.as_str()), ("credential", again.as_str())];
    let refused = client.form("/account/passkeys", &fields).await;
    assert_eq!(refused.status(), 422);
    assert!(Page::of(&refused).text("[role=alert]").contains("already"), "{}", refused.text());
}

#[tokio::test]
async fn whoever_proved_long_ago_proves_it_again_by_passkey_and_comes_back() {
    let t = TestAuth::new().await;
    let (client, mut device) = with_passkey(&t).await;
    t.clock.advance(Duration::from_secs(601));
    let page = Page::of(&client.page("/account/passkeys").await);
    assert_eq!(page.all("form[data-passkey]").len(), 0, "nothing is added now");
    let to = page.attr("[aria-labelledby=add] a", "href");
    assert_eq!(to, "/account/step-up?return_to=%2Faccount%2Fpasskeys");
    let id = page.attr("[name=passkey]", "value");
    let fields = [("passkey", id.as_str())];
    let removed = client.form("/account/passkeys/remove", &fields).await;
    assert_eq!(location(&removed), to, "nor removed");

    let step = Page::of(&client.page(&to).await);
    assert_eq!(step.attr("[name=method]", "value"), "password", "a script is not needed");
    let step = Page::of(&client.page(&format!("{to}&method=passkey")).await);
    let back = [("return_to", "/account/passkeys")];
    let done = answered(&client, &step, &mut device, &back).await;
    assert_eq!(location(&done), "/account/passkeys");
    let removed = client.form("/account/passkeys/remove", &fields).await;
    assert_eq!(location(&removed), "/account/passkeys?notice=done");
}

#[tokio::test]
async fn attack_nobody_steps_up_with_the_passkey_of_somebody_else() {
    let t = TestAuth::new().await;
    let (_, mut device) = with_passkey(&t).await;
    let eve = t.user("eve@example.com").await;
    let eve = t.pages().login_as(&eve).await;
    let mut own = PasskeyDevice::default();
    assert_eq!(add(&eve, &mut own).await.status(), 201);
    let before = eve.get("/api/v1/session").await.json();
    let step = Page::of(&eve.page("/account/step-up?method=passkey").await);
    let refused = answered(&eve, &step, &mut device, &[]).await;
    assert_eq!(refused.status(), 422);
    assert!(Page::of(&refused).text("[role=alert]").contains("not known here"));
    assert_eq!(eve.get("/api/v1/session").await.json(), before, "she stays who she was");
    assert_eq!(location(&answered(&eve, &step, &mut own, &[]).await), "/account");
}

#[tokio::test]
async fn a_passkey_answers_the_second_step_on_its_page() {
    let Enrolled { t, home, .. } = enrolled().await;
    let mut device = PasskeyDevice::default();
    assert_eq!(add(&home, &mut device).await.status(), 201);
    let client = t.pages();
    let begun = flow(&client).await;
    let page = Page::of(&client.page(&format!("/login/mfa?flow={begun}&return_to=%2Fapp")).await);
    assert_eq!(page.all("a[href*='method=totp']").len(), 1, "another way");
    let more = [("method", "passkey"), ("trust_device", "on"), ("return_to", "/app")];
    assert_eq!(location(&answered(&client, &page, &mut device, &more).await), "/app");
    let now = client.get("/api/v1/session").await.json();
    assert_eq!((&now["aal"], &now["methods"]), (&json!(2), &json!(["password", "passkey"])));
    client.post("/api/v1/sign-out", &json!({})).await;
    assert_eq!(sign_in(&client).await.json()["status"], "complete", "it is trusted");
}

#[tokio::test]
async fn pages_offer_no_passkeys_where_there_can_be_none() {
    let off = |settings: &mut keyward::Settings| settings.passkeys.enabled = false;
    let t = TestAuth::with(|b| b.settings(off)).await;
    let ada = t.user("ada@example.com").await;
    let login = Page::of(&t.pages().page("/login").await);
    assert_eq!(login.all("form[data-passkey], script[src*=passkeys]").len(), 0);
    assert_eq!(login.attr("#username", "autocomplete"), "username");
    let client = t.pages().login_as(&ada).await;
    let account = Page::of(&client.page("/account").await);
    assert_eq!(account.all("a[href$='/account/passkeys']").len(), 0);
    let kept = Page::of(&client.page("/account/passkeys").await);
    assert_eq!(kept.all("form[data-passkey]").len(), 0);
}
