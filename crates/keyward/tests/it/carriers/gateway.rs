//! Messages through a gateway that is asked as its operator writes it down.

use keyward::{Channel, Gateway, GatewayOptions, Secret, SendError, Sender as _};
use serde_json::json;

use super::{StandIn, client, message};

fn options(url: &str) -> GatewayOptions {
    GatewayOptions {
        channel: Channel::Sms,
        method: "POST".into(),
        url: url.into(),
        headers: vec![],
        body: String::new(),
        secret: Some(Secret::new("user:pa ss")),
        from: "Acme".into(),
    }
}

async fn asked_with(change: impl FnOnce(&mut GatewayOptions)) -> super::stand_in::Asked {
    let service = StandIn::new(&[]).await;
    let mut options = options(&service.url);
    change(&mut options);
    options.url = options.url.replace("HERE", &service.url);
    Gateway::new(options, client()).unwrap().send(&message(Channel::Sms)).await.unwrap();
    service.only()
}

#[tokio::test]
async fn attack_no_message_breaks_out_of_a_template() {
    let sms = message(Channel::Sms);
    let asked = asked_with(|options| {
        options.url = "HERE/v1/send".into();
        options.headers = vec!["Authorization: Basic {basic}".into(), "X-Id: {id}".into()];
        options.body = r#"{"recipients":["{to}"],"text":"{text}","from":"{from}"}"#.into();
    })
    .await;
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/v1/send"));
    let wanted = json!({ "recipients": [sms.to], "text": sms.text, "from": "Acme" });
    assert_eq!(asked.json(), wanted);
    assert_eq!(asked.headers["authorization"], "Basic dXNlcjpwYSBzcw==");
    assert_eq!(asked.headers["x-id"], "msg_1");

    let asked = asked_with(|options| {
        options.method = "PUT".into();
        options.body = "to={to}&text={text}&key={secret}".into();
    })
    .await;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(asked.method, "PUT");
    let wanted = [pair("to", &sms.to), pair("text", &sms.text), pair("key", "user:pa ss")];
    assert_eq!(asked.form(), wanted);

    let asked = asked_with(|options| {
        options.method = "GET".into();
        options.url = "HERE/{secret}/send?to={to}&text={text}".into();
    })
    .await;
    let (path, query) = asked.target.split_once('?').unwrap();
    assert_eq!((asked.method.as_str(), path), ("GET", "/user%3Apa%20ss/send"));
    let read: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
    assert_eq!(read, [pair("to", &sms.to), pair("text", &sms.text)]);
    assert_eq!((asked.body.as_str(), asked.headers.get("content-type")), ("", None));
}

#[tokio::test]
async fn a_template_with_a_mistake_is_refused_before_anything_is_sent() {
    let wrong: [fn(&mut GatewayOptions); 9] = [
        |o| o.url = "https://{to}.example.com/".into(),
        |o| o.url = "https://example.com/{to}".into(),
        |o| o.url = "gopher://example.com/".into(),
        |o| o.body = "to={too}".into(),
        |o| o.body = "{\"to\": {to}}".into(),
        |o| o.headers = vec!["X-To: {to}".into()],
        |o| o.headers = vec!["Host: example.com".into()],
        |o| o.method = "DELETE".into(),
        |o| (o.method, o.body) = ("GET".into(), "to={to}".into()),
    ];
    for (at, change) in wrong.into_iter().enumerate() {
        let mut options = options("https://example.com/");
        change(&mut options);
        let refused = Gateway::new(options, client()).map(drop).unwrap_err().to_string();
        assert!(!refused.contains("pa ss"), "{at}: {refused}");
    }
}

#[tokio::test]
async fn attack_a_gateway_on_this_machine_is_asked_only_if_that_is_allowed() {
    let service = StandIn::new(&[]).await;
    let careful = keyward::outbound::Outbound::new(&keyward::outbound::OutboundOptions::default());
    let mut options = options(&service.url);
    options.body = "to={to}".into();
    let gateway = Gateway::new(options, std::sync::Arc::new(careful.unwrap())).unwrap();
    let refused = gateway.send(&message(Channel::Sms)).await;
    assert!(matches!(refused, Err(SendError::Later(_))), "an operator can mend it");
    assert_eq!(service.asked().len(), 0);
}

#[tokio::test]
async fn a_gateway_carries_what_it_is_for_and_may_be_for_mails() {
    let service = StandIn::new(&[(500, "", "123456")]).await;
    let mut options = options(&service.url);
    options.channel = Channel::Mail;
    options.body = r#"{"to":"{to}","subject":"{subject}","text":"{text}","html":"{html}"}"#.into();
    let gateway = Gateway::new(options, client()).unwrap();
    let mail = message(Channel::Mail);
    match gateway.send(&mail).await {
        Err(SendError::Later(why)) => assert_eq!(why, "the gateway answered 500"),
        other => panic!("{other:?}"),
    }
    gateway.send(&mail).await.unwrap();
    let asked = service.asked().remove(1).json();
    let wanted = json!({
        "to": mail.to, "subject": mail.subject, "text": mail.text, "html": mail.html,
    });
    assert_eq!(asked, wanted);
    assert!(matches!(gateway.send(&message(Channel::Sms)).await, Err(SendError::Never(_))));
}
