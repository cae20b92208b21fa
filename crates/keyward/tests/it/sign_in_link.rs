//! Signing in by a link or a code that is sent: over HTTP and by the pages.

use std::time::Duration;

use keyward::SignUpMode;
use keyward::testing::{Client, PASSWORD, TestAuth};
use serde_json::{Value, json};

use crate::pages::html::{Page, location};

pub(crate) const LINK: &str = "/api/v1/sign-in/link";
pub(crate) const CODE: &str = "/api/v1/sign-in/code";
const ADA: &str = "ada@example.com";

/// Asks, and gives the flow.
pub(crate) async fn ask(client: &Client, path: &str, identifier: &str) -> String {
    let reply = client.post(path, &json!({ "identifier": identifier })).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
    reply.json()["flow_id"].as_str().unwrap().to_owned()
}

/// Answers with a link.
pub(crate) async fn follow(client: &Client, token: &str) -> keyward::testing::Response {
    client.post(&format!("{LINK}/confirm"), &json!({ "token": token })).await
}

/// Answers with a code.
pub(crate) async fn type_in(
    client: &Client,
    path: &str,
    flow: &str,
    code: &str,
) -> keyward::testing::Response {
    client.post(&format!("{path}/confirm"), &json!({ "flow_id": flow, "code": code })).await
}

async fn who(client: &Client) -> Value {
    client.get("/api/v1/session").await.json()
}

#[tokio::test]
async fn a_link_signs_in_the_browser_that_asked_for_it_once() {
    let t = TestAuth::new().await;
    let user = t.user(ADA).await;
    let ada = t.pages();
    ask(&ada, LINK, ADA).await;
    let token = t.link_token_for(ADA).await;
    let reply = follow(&ada, &token).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    assert_eq!(reply.json()["status"], "complete");
    assert_eq!(who(&ada).await["user"]["id"], user.id.to_string());
    assert_eq!(who(&ada).await["methods"], json!(["email_link"]));
    let reply = follow(&ada, &token).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (410, "link_invalid"));
}

#[tokio::test]
async fn on_another_device_a_link_shows_a_code_for_the_first_one() {
    let t = TestAuth::new().await;
    t.user(ADA).await;
    let (laptop, phone) = (t.pages(), t.pages());
    let flow = ask(&laptop, LINK, ADA).await;
    let token = t.link_token_for(ADA).await;
    let reply = follow(&phone, &token).await;
    assert_eq!((reply.status().as_u16(), &reply.json()["status"]), (200, &json!("other_browser")));
    assert_eq!(phone.get("/api/v1/session").await.status(), 401, "nothing was opened there");
    let code = reply.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(type_in(&phone, LINK, &flow, &code).await.code(), "code_invalid", "nor by the code");
    assert_eq!(type_in(&laptop, LINK, &flow, &code).await.status(), 200);
    assert_eq!(who(&laptop).await["methods"], json!(["email_link"]));
}

#[tokio::test]
async fn a_code_signs_in_by_mail_and_by_text_message() {
    let t = TestAuth::new().await;
    let number = "+4915112345678";
    t.user_with(|new| {
        (new.email, new.phone) = (Some(ADA.into()), Some(number.into()));
    })
    .await;
    for (to, method) in [(ADA, "email_code"), (number, "sms_code")] {
        let ada = t.pages();
        let flow = ask(&ada, CODE, to).await;
        let code = t.code_for(to).await;
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(type_in(&ada, CODE, &flow, &spaced).await.status(), 200, "{to}");
        assert_eq!(who(&ada).await["methods"], json!([method]));
    }
    let reply = t.pages().post(LINK, &json!({ "identifier": number })).await;
    assert_eq!(reply.json()["errors"][0]["code"], "identifier_invalid", "no link by text message");
}

#[tokio::test]
async fn a_username_leads_to_the_proven_address_of_its_account() {
    let t = TestAuth::new().await;
    t.user_with(|new| {
        (new.email, new.username) = (Some(ADA.into()), Some("ada".into()));
    })
    .await;
    let ada = t.pages();
    ask(&ada, LINK, "Ada").await;
    let token = t.link_token_for(ADA).await;
    assert_eq!(follow(&ada, &token).await.status(), 200);
}

#[tokio::test]
async fn the_first_sign_in_makes_an_account_with_a_proven_address() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    ask(&ada, LINK, "Ada@Example.com").await;
    let token = t.link_token_for("Ada@Example.com").await;
    let reply = follow(&ada, &token).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    let user = &reply.json()["user"];
    assert_eq!(
        user["identifiers"],
        json!([
            { "kind": "email", "value": "Ada@Example.com", "verified": true }
        ])
    );
    let events = t.events().await;
    events.assert(["sign_in.requested", "user.created", "user.verified", "sign_in.succeeded"]);
    // And the second one finds it.
    let again = t.pages();
    let flow = ask(&again, CODE, ADA).await;
    let code = t.code_for("Ada@Example.com").await;
    let reply = type_in(&again, CODE, &flow, &code).await;
    assert_eq!(reply.json()["user"]["id"], user["id"]);
}

#[tokio::test]
async fn who_may_not_sign_up_gets_no_letter_and_no_account() {
    let domains = SignUpMode::Domains(vec!["example.org".into()]);
    for (mode, makes) in [(SignUpMode::Closed, true), (domains, true), (SignUpMode::Open, false)] {
        let t = TestAuth::with(|b| {
            b.settings(|s| (s.sign_up, s.sign_in_makes_accounts) = (mode, makes))
        })
        .await;
        ask(&t.pages(), LINK, ADA).await;
        t.user("bob@example.com").await;
        ask(&t.pages(), LINK, "bob@example.com").await;
        // Bob's letter comes after Ada's, if there was one.
        t.link_token_for("bob@example.com").await;
        assert!(t.kw.inbox().unwrap().last_to(ADA).is_none());
        assert!(t.kw.find_person(ADA).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn the_app_is_asked_before_a_first_sign_in_makes_an_account() {
    let t = TestAuth::with(|b| {
        b.before_sign_up(|attempt| {
            assert_eq!(attempt.email.as_deref(), Some(ADA));
            Err(keyward::Veto::new("not_now", "Not now."))
        })
    })
    .await;
    let ada = t.pages();
    ask(&ada, LINK, ADA).await;
    let reply = follow(&ada, &t.link_token_for(ADA).await).await;
    assert_eq!(reply.code(), "refused_by_hook");
    assert!(t.kw.find_person(ADA).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_switched_off_is_not_sent() {
    let t = TestAuth::with(|b| {
        b.settings(|s| (s.email_link, s.email_code, s.sms_code) = (false, false, true))
    })
    .await;
    let reply = t.pages().post(LINK, &json!({ "identifier": ADA })).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (403, "method_disabled"));
    let reply = t.pages().post(CODE, &json!({ "identifier": ADA })).await;
    assert_eq!(reply.json()["errors"][0]["code"], "identifier_invalid");
    let login = t.pages().page("/login").await;
    let login = Page::of(&login);
    assert_eq!(login.all("a[href='/login/link']").len(), 0);
    assert_eq!(login.all("a[href='/login/code']").len(), 1);
}

#[tokio::test]
async fn text_messages_go_only_where_they_may() {
    let t = TestAuth::with(|b| b.settings(|s| s.phone_prefixes = vec!["+49".into()])).await;
    ask(&t.pages(), CODE, "+49 151 12345678").await;
    let reply = t.pages().post(CODE, &json!({ "identifier": "+88 212345678" })).await;
    assert_eq!(reply.json()["errors"][0]["code"], "phone_not_served");
    let body = json!({ "phone": "+88 212345678", "password": PASSWORD });
    let reply = t.pages().post("/api/v1/sign-up", &body).await;
    assert_eq!(reply.json()["errors"][0]["code"], "phone_not_served");
}

#[tokio::test]
async fn a_link_lives_an_hour_and_a_code_ten_minutes() {
    let t = TestAuth::new().await;
    t.user(ADA).await;
    for (path, minutes) in [(LINK, 60), (CODE, 10)] {
        for (late, status) in [(false, 200), (true, 410)] {
            let ada = t.pages();
            let flow = ask(&ada, path, ADA).await;
            let code = t.code_for(ADA).await;
            let token = t.kw.inbox().unwrap().last_to(ADA).unwrap().link;
            let wait = Duration::from_secs(minutes * 60 - u64::from(!late));
            t.clock.advance(wait);
            let reply = match token {
                Some(link) if path == LINK => follow(&ada, link.rsplit('/').next().unwrap()).await,
                _ => type_in(&ada, path, &flow, &code).await,
            };
            assert_eq!(reply.status(), status, "{path} {late}");
        }
    }
}

#[tokio::test]
async fn it_is_sent_again_after_a_while_with_new_secrets_and_to_the_same_browser_only() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    let flow = ask(&ada, CODE, ADA).await;
    let first = t.code_for(ADA).await;
    let resend = format!("{CODE}/resend");
    let body = json!({ "flow_id": flow });
    let reply = ada.post(&resend, &body).await;
    assert_eq!((reply.status().as_u16(), reply.code().as_str()), (429, "resend_too_soon"));
    assert!(reply.headers().contains_key("retry-after"));
    t.clock.advance(Duration::from_secs(31));
    assert_eq!(t.pages().post(&resend, &body).await.code(), "code_expired", "a stranger");
    assert_eq!(ada.post(&resend, &body).await.status(), 204);
    let second = t.code_for(ADA).await;
    assert_ne!(first, second);
    assert_eq!(type_in(&ada, CODE, &flow, &first).await.code(), "code_invalid");
    assert_eq!(type_in(&ada, CODE, &flow, &second).await.status(), 200);
}

#[tokio::test]
async fn a_link_may_lead_to_a_page_of_the_app_with_the_secret_in_the_fragment() {
    let page = "https://app.example.com/enter";
    let t = TestAuth::with(|b| b.sign_in_link_url(page)).await;
    let ada = t.pages();
    ask(&ada, LINK, ADA).await;
    t.code_for(ADA).await;
    let link = t.kw.inbox().unwrap().last_to(ADA).unwrap().link.unwrap();
    let (before, token) = link.split_once('#').unwrap();
    assert_eq!(before, page);
    assert_eq!(follow(&ada, token).await.status(), 200);
    for bad in ["http://app.example.com/", "https://app.example.com/#x", "app"] {
        let built = keyward::Keyward::memory().sign_in_link_url(bad).build().await;
        assert!(built.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn a_link_wants_one_way_to_be_answered() {
    let t = TestAuth::new().await;
    let path = format!("{LINK}/confirm");
    for body in [
        json!({}),
        json!({ "token": "x", "code": "123456" }),
        json!({ "flow_id": "flw_x" }),
        json!({ "code": "123456" }),
    ] {
        assert_eq!(t.pages().post(&path, &body).await.status(), 422, "{body}");
    }
    let body = json!({ "identifier": ADA, "return_to": "//evil.example.com" });
    let reply = t.pages().post(LINK, &body).await;
    assert_eq!(reply.json()["errors"][0]["code"], "return_to_invalid");
}

#[tokio::test]
async fn the_pages_lead_through_by_link() {
    let t = TestAuth::new().await;
    t.user(ADA).await;
    let ada = t.pages();
    let login = Page::of(&ada.page("/login?return_to=%2Fapp%3Fx%3D1").await);
    let to = login.attr("a[href^='/login/link']", "href");
    assert_eq!(to, "/login/link?return_to=/app%3Fx%3D1");
    let fields = [("identifier", ADA), ("return_to", "/app?x=1")];
    let sent = location(&ada.form("/login/link", &fields).await);
    assert!(sent.starts_with("/login/link?flow=flw_"), "{sent}");
    let page = Page::of(&ada.page(&sent).await);
    assert!(page.text(".lead").contains("a•••@example.com"), "masked");
    assert!(page.text(".hint").contains("30 seconds"), "{}", page.text(".hint"));
    let token = t.link_token_for(ADA).await;
    let path = format!("/login/link/{token}");
    // A new tab, without the return_to of the first.
    let page = Page::of(&ada.page(&path).await);
    assert!(page.text(".lead").contains("a•••@example.com"));
    assert_eq!(page.attr("[name=return_to]", "value"), "/app?x=1");
    let fields = [("return_to", "/app?x=1")];
    assert_eq!(location(&ada.form(&path, &fields).await), "/app?x=1");
    assert_eq!(location(&ada.page(&sent).await), "/app?x=1", "signed in already");
}

#[tokio::test]
async fn the_pages_lead_through_by_code_from_another_device() {
    let t = TestAuth::new().await;
    let (laptop, phone) = (t.pages(), t.pages());
    let sent = location(&laptop.form("/login/link", &[("identifier", ADA)]).await);
    let flow = sent.split("flow=").nth(1).unwrap().to_owned();
    let path = format!("/login/link/{}", t.link_token_for(ADA).await);
    let page = Page::of(&phone.page(&path).await);
    assert!(!page.text("main").contains("example.com"), "the address is not told there");
    let code = page.text(".code-shown");
    assert_eq!(page.all("main form").len(), 0, "nothing to press there");
    let again = Page::of(&phone.form(&path, &[]).await);
    assert_eq!(again.text(".code-shown"), code);
    let wrong = [("flow", flow.as_str()), ("code", "000000")];
    let reply = laptop.form("/login/link/confirm", &wrong).await;
    assert_eq!(reply.status(), 422);
    assert!(Page::of(&reply).text("[role=alert]").contains("not right"));
    let right = [("flow", flow.as_str()), ("code", &code), ("remember", "on")];
    assert_eq!(location(&laptop.form("/login/link/confirm", &right).await), "/account");
    let gone = phone.page(&path).await;
    assert_eq!(gone.status(), 422);
    assert!(Page::of(&gone).text("main").contains("It was used already"));
}

#[tokio::test]
async fn the_pages_send_a_code_again() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    let sent = location(&ada.form("/login/code", &[("identifier", ADA)]).await);
    let flow = sent.split("flow=").nth(1).unwrap().to_owned();
    let fields = [("flow", flow.as_str())];
    assert_eq!(ada.form("/login/code/resend", &fields).await.status(), 429);
    t.clock.advance(Duration::from_secs(31));
    let to = location(&ada.form("/login/code/resend", &fields).await);
    assert!(Page::of(&ada.page(&to).await).text("[role=status]").contains("on its way"));
    let code = t.code_for(ADA).await;
    let fields = [("flow", flow.as_str()), ("code", &code)];
    assert_eq!(location(&ada.form("/login/code/confirm", &fields).await), "/account");
    // A page of codes is no page of links, and a lost flow begins anew.
    let flow = location(&t.pages().form("/login/code", &[("identifier", ADA)]).await);
    let lost = t.pages().page(&flow).await;
    assert_eq!((lost.status().as_u16(), Page::of(&lost).all("#identifier").len()), (422, 1));
}
