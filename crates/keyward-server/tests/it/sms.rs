//! Text messages and mails, handed to services that stand in for the real ones.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Place, Server, until};

/// A service that takes everything, and keeps what it was sent: head and body.
struct Service {
    url: String,
    asked: Receiver<String>,
}

impl Service {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, asked) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if let Some(heard) = answer(stream) {
                    let _ = sender.send(heard);
                }
            }
        });
        Self { url, asked }
    }

    fn next(&self) -> (String, String) {
        let heard = self.asked.recv_timeout(Duration::from_secs(60)).expect("it is asked");
        let (head, body) = heard.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

/// Hears a whole request.
fn answer(mut stream: TcpStream) -> Option<String> {
    let (mut heard, mut more) = (String::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut more).ok().filter(|length| *length > 0)?;
        heard.push_str(std::str::from_utf8(&more[..length]).ok()?);
        let Some((head, body)) = heard.split_once("\r\n\r\n") else { continue };
        let length = head.to_ascii_lowercase();
        let length =
            length.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}").ok()?;
            return Some(heard);
        }
    }
}

fn ask_for_a_code(place: &Place, identifier: &str) -> Server {
    let server = place.serve();
    let body = json!({ "identifier": identifier });
    let reply = server.client().post("/api/v1/sign-in/code", &body);
    assert_eq!(reply.status, 202, "{}", reply.body);
    server
}

const NUMBER: &str = "+4915112345678";

#[test]
fn a_code_goes_out_through_twilio_as_configured_with_its_secret_from_a_file() {
    let service = Service::new();
    let place = Place::new();
    let secret = place.write("token", "a:token\n");
    let place = place
        .env("KEYWARD_SMS_VIA", "twilio")
        .env("KEYWARD_SMS_ACCOUNT", "AC0123")
        .env("KEYWARD_SMS_FROM", "+15005550006")
        .env("KEYWARD_SMS_SECRET_FILE", secret.to_str().unwrap())
        .env("KEYWARD_SMS_URL", &service.url)
        .env("KEYWARD_SMS_ALLOW", "127.0.0.1");
    let _server = ask_for_a_code(&place, NUMBER);
    let (head, body) = service.next();
    assert!(head.starts_with("POST /2010-04-01/Accounts/AC0123/Messages.json "), "{head}");
    assert!(head.contains("authorization: Basic QUMwMTIzOmE6dG9rZW4="), "{head}");
    assert!(body.starts_with("To=%2B4915112345678&From=%2B15005550006&Body="), "{body}");
}

#[test]
fn a_code_goes_out_through_a_gateway_and_a_mail_service_side_by_side() {
    let (gateway, postmark) = (Service::new(), Service::new());
    let place = Place::new();
    place.write(
        "keyward.toml",
        &format!(
            "[sms]\nvia = \"http\"\nurl = \"{}/send?key={{secret}}\"\nallow = [\"127.0.0.1\"]\n\
             headers = [\"X-Id: {{id}}\"]\nbody = '{{\"to\":\"{{to}}\",\"text\":\"{{text}}\"}}'\n\
             secret_file = \"key\"\n\
             [mail]\nvia = \"postmark\"\nfrom = \"Acme <no-reply@example.com>\"\n\
             url = \"{}\"\nallow = [\"127.0.0.1\"]\npassword_file = \"key\"\n",
            gateway.url, postmark.url
        ),
    );
    place.write("key", "k&y");
    let server = ask_for_a_code(&place, NUMBER);
    let (head, body) = gateway.next();
    assert!(head.starts_with("POST /send?key=k%26y "), "{head}");
    let sent: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(sent["to"], NUMBER);
    assert!(sent["text"].as_str().unwrap().bytes().filter(u8::is_ascii_digit).count() >= 6);

    server.stop();
    let _server = ask_for_a_code(&place, "ada@example.com");
    let (head, body) = postmark.next();
    assert!(head.starts_with("POST /email ") && head.contains("x-postmark-server-token: k&y"));
    let sent: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&sent["To"], &sent["TrackLinks"]), (&json!("ada@example.com"), &json!("None")));
}

#[test]
fn without_a_mail_server_text_messages_leave_and_mails_go_to_the_folder() {
    let gateway = Service::new();
    let place = Place::new()
        .env("KEYWARD_SMS_VIA", "http")
        .env("KEYWARD_SMS_URL", &format!("{}/?to={{to}}&text={{text}}", gateway.url))
        .env("KEYWARD_SMS_METHOD", "GET")
        .env("KEYWARD_SMS_ALLOW", "127.0.0.0/8");
    let server = ask_for_a_code(&place, NUMBER);
    let (head, _) = gateway.next();
    assert!(head.starts_with("GET /?to=%2B4915112345678&text="), "{head}");
    server.stop();
    let server = ask_for_a_code(&place, "ada@example.com");
    let folder = place.path("data/outbox");
    let count = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
    until("a mail is in the folder", || count() == 1);
    server.stop();
    assert_eq!(count(), 1);
}

#[test]
fn carriers_that_cannot_work_are_named_before_anything_starts() {
    let check = |settings: &[(&str, &str)], told: &[&str]| {
        let place = settings.iter().fold(Place::new(), |place, (name, value)| {
            place.env(&format!("KEYWARD_{name}"), value)
        });
        let said = place.run(&["serve"]);
        assert_eq!(said.status.code(), Some(2), "{settings:?}: {}", said.err);
        for words in told {
            assert!(said.err.contains(words), "{settings:?}: no {words:?} in {}", said.err);
        }
        assert!(!said.err.contains("canary"), "{}", said.err);
    };
    check(
        &[("SMS_VIA", "twilio")],
        &[
            "sms.account is missing: sms.via is twilio",
            "sms.from is missing",
            "sms.secret is missing",
        ],
    );
    let url = ("SMS_URL", "https://sms.example.com/");
    check(&[("SMS_VIA", "http")], &["sms.url is missing"]);
    check(&[("SMS_VIA", "http"), url, ("SMS_BODY", "to={nobody}")], &["no place {nobody}"]);
    check(&[("SMS_VIA", "http"), url, ("SMS_METHOD", "DELETE")], &["sms.method takes one of"]);
    check(&[("SMS_BODY", "to={to}")], &["sms.body counts only when sms.via is http"]);
    check(&[("SMS_SECRET", "canary")], &["sms.secret counts only when sms.via says how"]);
    let (via, from) = (("MAIL_VIA", "ses"), ("MAIL_FROM", "kw@example.com"));
    check(
        &[via, from, ("MAIL_PASSWORD", "canary")],
        &["mail.account is missing: mail.via is ses", "mail.region is missing"],
    );
    check(
        &[via, ("MAIL_SMTP", "smtp://localhost")],
        &["mail.smtp counts only when mail.via is smtp"],
    );
    check(
        &[("MAIL_VIA", "postmark"), ("MAIL_FROM", "not an address"), ("MAIL_PASSWORD", "canary")],
        &["mail.via cannot be used: could not read who mails come from"],
    );
    check(
        &[("PASSKEYS_DOMAIN", "example.org"), ("PUBLIC_URL", "https://id.example.com")],
        &["passkeys.domain must be the host of public_url, or a domain above it"],
    );
    check(&[("PASSKEYS_RELATED_ORIGINS", "example.org")], &["passkeys.related_origins must be"]);
}
