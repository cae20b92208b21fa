//! Text messages through Twilio.

use std::time::Duration;

use keyward::testing::TestAuth;
use keyward::{Channel, Secret, SendError, Sender as _, Twilio, TwilioOptions};
use serde_json::json;

use super::{StandIn, client, message};

fn twilio(url: &str, from: &str, key: Option<&str>) -> Twilio {
    let options = TwilioOptions {
        account: "AC0123".into(),
        key: key.map(str::to_owned),
        token: Secret::new("a:token"),
        from: from.into(),
        url: Some(url.to_owned()),
    };
    Twilio::new(options, client()).unwrap()
}

#[tokio::test]
async fn twilio_is_asked_as_its_documentation_says() {
    for (from, key, sender, user) in [
        ("+15005550006", None, "From", "AC0123"),
        ("MG456", Some("SK789"), "MessagingServiceSid", "SK789"),
    ] {
        let service = StandIn::new(&[(201, "", r#"{"sid":"SM1","status":"queued"}"#)]).await;
        let sms = message(Channel::Sms);
        twilio(&service.url, from, key).send(&sms).await.unwrap();
        let asked = service.only();
        assert_eq!(asked.method, "POST");
        assert_eq!(asked.target, "/2010-04-01/Accounts/AC0123/Messages.json");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let wanted = [pair("To", &sms.to), pair(sender, from), pair("Body", &sms.text)];
        assert_eq!(asked.form(), wanted);
        let basic = match user {
            "AC0123" => "Basic QUMwMTIzOmE6dG9rZW4=",
            _ => "Basic U0s3ODk6YTp0b2tlbg==",
        };
        assert_eq!(asked.headers["authorization"], basic);
    }
}

#[tokio::test]
async fn what_twilio_refuses_is_final_or_waits_by_what_it_is_about() {
    let no_number = r#"{"code":21211,"message":"The 'To' number +4915112345678 is not valid."}"#;
    let service = StandIn::new(&[
        (400, "", no_number),
        (401, "", r#"{"code":20003}"#),
        (429, "Retry-After: 90\r\n", r#"{"code":20429}"#),
        (429, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", ""),
        (503, "Retry-After: 99999999\r\n", "<html>"),
        (302, "Location: http://127.0.0.1:1/\r\n", ""),
    ])
    .await;
    let twilio = twilio(&service.url, "+15005550006", None);
    let mut found = vec![];
    for _ in 0..6 {
        found.push(match twilio.send(&message(Channel::Sms)).await.unwrap_err() {
            SendError::Never(why) => ("never", why),
            SendError::Later(why) => ("later", why),
            SendError::After(why, wait) => match wait.as_secs() {
                90 => ("in 90 s", why),
                3600 => ("in an hour", why),
                other => panic!("{other}"),
            },
        });
    }
    let found: Vec<(&str, &str)> = found.iter().map(|(when, why)| (*when, why.as_str())).collect();
    let wanted = [
        ("never", "Twilio answered 400 (21211)"),
        ("later", "Twilio answered 401 (20003)"),
        ("in 90 s", "Twilio answered 429 (20429)"),
        ("later", "Twilio answered 429"),
        ("in an hour", "Twilio answered 503"),
        ("later", "Twilio answered 302"),
    ];
    assert_eq!(found, wanted, "and no word of what was sent");
    assert_eq!(service.asked().len(), 6, "no redirect was followed");
}

#[tokio::test]
async fn twilio_carries_no_mail_and_needs_an_account() {
    let service = StandIn::new(&[]).await;
    let refused = twilio(&service.url, "+15005550006", None).send(&message(Channel::Mail)).await;
    assert!(matches!(refused, Err(SendError::Never(_))));
    assert_eq!(service.asked().len(), 0);
    for account in ["", "AC/../..", "123", "AC 1"] {
        let options = TwilioOptions {
            account: account.into(),
            key: None,
            token: Secret::new("t"),
            from: "+15005550006".into(),
            url: None,
        };
        assert!(Twilio::new(options, client()).is_err(), "{account}");
    }
}

#[tokio::test]
async fn a_code_is_sent_by_text_message_and_waits_as_long_as_it_is_asked_to() {
    let number = "+4915112345678";
    let service = StandIn::new(&[(429, "Retry-After: 90\r\n", "")]).await;
    let carrier = twilio(&service.url, "+15005550006", None);
    let t = TestAuth::with(|b| b.sender(carrier)).await;
    t.user_with(|new| new.phone = Some(number.into())).await;
    let ada = t.pages();
    let asked = json!({ "identifier": number });
    let reply = ada.post("/api/v1/sign-in/code", &asked).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
    let state = async || t.messages().await.remove(0);
    while state().await.attempts == 0 || state().await.last_error.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(state().await.last_error, "Twilio answered 429");
    t.clock.advance(Duration::from_secs(89));
    t.deliver().await;
    assert_eq!(service.asked().len(), 1, "it waits");
    t.clock.advance(Duration::from_secs(1));
    t.deliver().await;
    let sent = service.asked();
    assert_eq!(sent.len(), 2);
    let (_, text) = sent[1].form().into_iter().find(|(name, _)| name == "Body").unwrap();
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap();
    let body = json!({ "flow_id": flow, "code": code });
    let done = ada.post("/api/v1/sign-in/code/confirm", &body).await;
    assert_eq!(done.json()["status"], "complete", "{}", done.text());
}
