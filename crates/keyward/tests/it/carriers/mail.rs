//! Mails through the APIs of mail services.

use keyward::{Channel, MailApi, MailApiOptions, MailService, Secret, SendError, Sender as _};
use serde_json::{Value, json};

use super::stand_in::Asked;
use super::{StandIn, client, message};

const FROM: &str = "Acme <no-reply@example.com>";

fn api(service: MailService, from: &str, url: Option<&str>) -> keyward::Result<MailApi> {
    let options = MailApiOptions {
        service,
        secret: Secret::new("a-secret"),
        from: from.into(),
        url: url.map(str::to_owned),
    };
    MailApi::new(options, client())
}

/// What a service is asked when a mail is due.
async fn asked(service: MailService) -> Asked {
    let there = StandIn::new(&[]).await;
    let api = api(service, FROM, Some(&there.url)).unwrap();
    api.send(&message(Channel::Mail)).await.unwrap();
    let asked = there.only();
    assert_eq!(asked.method, "POST");
    asked
}

#[tokio::test]
async fn postmark_is_asked_as_its_documentation_says_and_counts_nobody() {
    let (asked, mail) = (asked(MailService::Postmark).await, message(Channel::Mail));
    assert_eq!(asked.target, "/email");
    assert_eq!(asked.headers["x-postmark-server-token"], "a-secret");
    let wanted = json!({
        "From": "\"Acme\" <no-reply@example.com>", "To": mail.to, "Subject": mail.subject,
        "TextBody": mail.text, "HtmlBody": mail.html,
        "Headers": [{ "Name": "Auto-Submitted", "Value": "auto-generated" }],
        "Metadata": { "message_id": "msg_1" }, "TrackOpens": false, "TrackLinks": "None",
    });
    assert_eq!(asked.json(), wanted);
}

#[tokio::test]
async fn sendgrid_is_asked_as_its_documentation_says_and_counts_nobody() {
    let (asked, mail) = (asked(MailService::SendGrid).await, message(Channel::Mail));
    assert_eq!(asked.target, "/v3/mail/send");
    assert_eq!(asked.headers["authorization"], "Bearer a-secret");
    let body = asked.json();
    assert_eq!(body["personalizations"], json!([{ "to": [{ "email": mail.to }] }]));
    assert_eq!(body["from"], json!({ "email": "no-reply@example.com", "name": "Acme" }));
    assert_eq!(body["subject"], Value::from(mail.subject));
    let content = json!([
        { "type": "text/plain", "value": mail.text }, { "type": "text/html", "value": mail.html },
    ]);
    assert_eq!(body["content"], content);
    let tracking = &body["tracking_settings"];
    for kind in ["click_tracking", "open_tracking", "subscription_tracking"] {
        assert_eq!(tracking[kind]["enable"], false, "{kind}");
    }
    assert_eq!(body["headers"]["Auto-Submitted"], "auto-generated");
}

#[tokio::test]
async fn mailgun_is_asked_as_its_documentation_says_and_counts_nobody() {
    let mail = message(Channel::Mail);
    let asked = asked(MailService::Mailgun { domain: "mg.example.com".into() }).await;
    assert_eq!(asked.target, "/v3/mg.example.com/messages");
    assert_eq!(asked.headers["authorization"], "Basic YXBpOmEtc2VjcmV0");
    let wanted = [
        ("from", "\"Acme\" <no-reply@example.com>"),
        ("to", &mail.to),
        ("subject", &mail.subject),
        ("text", &mail.text),
        ("html", &mail.html),
        ("o:tracking", "no"),
        ("o:tracking-clicks", "no"),
        ("o:tracking-opens", "no"),
        ("h:Auto-Submitted", "auto-generated"),
        ("v:message-id", "msg_1"),
    ];
    let found = asked.form();
    let found: Vec<(&str, &str)> = found.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(found, wanted);
}

fn ses() -> MailService {
    MailService::Ses { region: "eu-central-1".into(), access_key: "AKIDEXAMPLE".into() }
}

#[tokio::test]
async fn ses_is_asked_as_its_documentation_says_and_signed() {
    let (asked, mail) = (asked(ses()).await, message(Channel::Mail));
    assert_eq!(asked.target, "/v2/email/outbound-emails");
    let part = |data: &str| json!({ "Data": data, "Charset": "UTF-8" });
    let wanted = json!({
        "FromEmailAddress": "\"Acme\" <no-reply@example.com>",
        "Destination": { "ToAddresses": [mail.to] },
        "Content": { "Simple": {
            "Subject": part(&mail.subject),
            "Body": { "Text": part(&mail.text), "Html": part(&mail.html) },
            "Headers": [{ "Name": "Auto-Submitted", "Value": "auto-generated" }],
        } },
    });
    assert_eq!(asked.json(), wanted);
    // That the signature is right, the unit tests show with what AWS published.
    let (date, line) = (&asked.headers["x-amz-date"], &asked.headers["authorization"]);
    let head = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{}/eu-central-1/ses/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature=",
        &date[..8]
    );
    let signature = line.strip_prefix(&head).unwrap_or_else(|| panic!("{line}"));
    assert_eq!(signature.len(), 64);
}

#[tokio::test]
async fn what_a_mail_service_refuses_is_final_or_waits_by_what_it_is_about() {
    let inactive = r#"{"ErrorCode":406,"Message":"You tried to send to ada@example.com"}"#;
    let answers = [(422, "", inactive), (429, "Retry-After: 7\r\n", ""), (500, "", "")];
    let there = StandIn::new(&answers).await;
    let api = api(MailService::Postmark, FROM, Some(&there.url)).unwrap();
    let mail = message(Channel::Mail);
    let mut found = vec![];
    for _ in 0..3 {
        found.push(format!("{:?}", api.send(&mail).await.unwrap_err()));
    }
    let wanted = [
        r#"Never("Postmark answered 422 (406)")"#,
        r#"After("Postmark answered 429", 7s)"#,
        r#"Later("Postmark answered 500")"#,
    ];
    assert_eq!(found, wanted);
    assert!(matches!(api.send(&message(Channel::Sms)).await, Err(SendError::Never(_))));
}

#[tokio::test]
async fn attack_nothing_that_is_configured_breaks_out_of_its_place() {
    for from in ["", "no address", "A <a@example.com>\r\nBcc: b@example.com", "a@x, b@x", "\"<a@b>"]
    {
        assert!(api(MailService::Postmark, from, None).is_err(), "{from}");
    }
    for domain in ["", "a/b", "a?b", "../x"] {
        let service = MailService::Mailgun { domain: domain.into() };
        assert!(api(service, FROM, None).is_err(), "{domain}");
    }
    for region in ["", "eu.evil.example.com/", "eu@evil"] {
        let service = MailService::Ses { region: region.into(), access_key: "AKID".into() };
        assert!(api(service, FROM, None).is_err(), "{region}");
    }
    for url in ["", "api.example.com", "ftp://example.com", "https://example.com/?a"] {
        assert!(api(MailService::Postmark, FROM, Some(url)).is_err(), "{url}");
    }
    assert!(api(ses(), FROM, None).is_ok());
}
