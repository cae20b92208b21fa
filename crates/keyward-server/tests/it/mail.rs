//! Mail, handed to a real SMTP conversation.

use crate::server::{Place, Server, until};
use crate::smtp_sink::{Mail, Sink};
use crate::tls::{Authority, self_signed};

fn with_mail(place: Place, url: &str) -> Place {
    place.env("KEYWARD_MAIL_SMTP", url).env("KEYWARD_MAIL_FROM", "Acme <no-reply@example.com>")
}

fn sign_up(server: &Server, email: &str) {
    let reply = server.client().sign_up(email).unwrap();
    assert_eq!(reply.status, 202, "{}", reply.body);
}

fn is_for(mail: &Mail, email: &str) {
    assert!(mail.to.contains(&format!("<{email}>")), "{mail:?}");
    assert!(mail.from.contains("<no-reply@example.com>"), "{mail:?}");
    for header in
        ["From: Acme <no-reply@example.com>", "Auto-Submitted: auto-generated", "Message-ID: <msg_"]
    {
        assert!(mail.data.contains(header), "{header}: {}", mail.data);
    }
    let code = mail.data.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6);
    let spaced = mail
        .data
        .split_whitespace()
        .any(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()));
    assert!(code.is_some() || spaced, "a code is in it: {}", mail.data);
}

#[test]
fn loopback_takes_mail_in_the_clear() {
    let sink = Sink::plain();
    let place = with_mail(Place::new(), &format!("smtp://127.0.0.1:{}", sink.port));
    let server = place.serve();
    assert!(!server.warnings.contains(&"DR-121".to_owned()), "{:?}", server.warnings);
    sign_up(&server, "ada@example.com");
    let mail = sink.next();
    is_for(&mail, "ada@example.com");
    assert!(!mail.encrypted);
}

#[test]
fn starttls_is_used_and_its_certificate_checked() {
    let authority = Authority::new();
    let sink = Sink::with_starttls(&authority.issue());
    let place = Place::new();
    let root = place.write("ca.pem", &authority.pem);
    let place = with_mail(place, &format!("smtp://localhost:{}", sink.port))
        .env("KEYWARD_MAIL_SSL_ROOT", root.to_str().unwrap());
    let server = place.serve();
    sign_up(&server, "ada@example.com");
    let mail = sink.next();
    is_for(&mail, "ada@example.com");
    assert!(mail.encrypted);
}

// An impostor between us and the mail server could read every link.
#[test]
fn a_mail_server_with_a_strange_certificate_gets_nothing() {
    let (authority, impostor) = (Authority::new(), Authority::new());
    let sink = Sink::with_starttls(&impostor.issue());
    let place = Place::new();
    let root = place.write("ca.pem", &authority.pem);
    let place = with_mail(place, &format!("smtp://localhost:{}", sink.port))
        .env("KEYWARD_MAIL_SSL_ROOT", root.to_str().unwrap());
    let server = place.serve();
    sign_up(&server, "ada@example.com");
    assert!(server.wait_for_log("could not be sent yet"), "the message waits");
    assert!(sink.is_empty());
}

#[test]
fn tls_from_the_first_byte_is_used_and_its_certificate_checked() {
    let authority = Authority::new();
    let sink = Sink::with_tls(&authority.issue());
    let place = Place::new();
    let root = place.write("ca.pem", &authority.pem);
    let place = with_mail(place, &format!("smtps://localhost:{}", sink.port))
        .env("KEYWARD_MAIL_SSL_ROOT", root.to_str().unwrap());
    let server = place.serve();
    sign_up(&server, "ada@example.com");
    let mail = sink.next();
    is_for(&mail, "ada@example.com");
    assert!(mail.encrypted);
}

// The right authority, and still not the server that was meant; and nobody's at all.
#[test]
fn attack_a_mail_server_with_another_name_or_nobodys_word_gets_nothing() {
    let authority = Authority::new();
    let strange = [authority.issue_for("mail.example.com"), self_signed()];
    for (at, certificate) in strange.iter().enumerate() {
        for (scheme, sink) in
            [("smtps", Sink::with_tls(certificate)), ("smtp", Sink::with_starttls(certificate))]
        {
            let place = Place::new();
            let root = place.write("ca.pem", &authority.pem);
            let place = with_mail(place, &format!("{scheme}://localhost:{}", sink.port))
                .env("KEYWARD_MAIL_SSL_ROOT", root.to_str().unwrap());
            let server = place.serve();
            sign_up(&server, "ada@example.com");
            assert!(server.wait_for_log("could not be sent yet"), "{scheme} {at}");
            assert!(sink.is_empty(), "{scheme} {at}");
        }
    }
}

#[test]
fn an_accepted_message_survives_kill_nine_and_is_delivered_after_it() {
    // A port at which nobody listens yet.
    let port = {
        let sink = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        sink.local_addr().unwrap().port()
    };
    let place = with_mail(Place::new(), &format!("smtp://127.0.0.1:{port}"));
    let server = place.serve();
    sign_up(&server, "ada@example.com");
    assert!(server.wait_for_log("could not be sent yet"));
    server.kill();
    let sink = Sink::plain_at(port);
    let _server = place.serve();
    is_for(&sink.next(), "ada@example.com");
}

#[test]
fn without_a_mail_server_messages_go_to_a_folder() {
    let place = Place::new();
    let server = place.serve();
    sign_up(&server, "ada@example.com");
    let letters = || std::fs::read_dir(place.path("data/outbox")).into_iter().flatten();
    until("a letter is in the folder", || letters().count() == 1);
    server.stop();
    let found: Vec<_> = letters().collect();
    assert_eq!(found.len(), 1);
    let text = crate::server::text(&found[0].as_ref().unwrap().path());
    assert!(text.starts_with("To: ada@example.com\n"), "{text}");
}

#[test]
fn letters_are_listed_and_previewed_as_configured() {
    let place = Place::new();
    assert!(place.run(&["mail", "list"]).wants(0).contains("sign_in_link"));
    place.write(
        "keyward.toml",
        "public_url = \"https://id.example.com\"\n[branding]\nname = \"Acme\"\n",
    );
    let text = place.run(&["mail", "preview", "verify"]).wants(0);
    assert!(text.starts_with("Subject: Confirm your address for Acme\n"), "{text}");
    assert!(text.contains("https://id.example.com/verify/"), "{text}");
    let html = place.run(&["mail", "preview", "verify", "--lang", "de", "--as", "html"]).wants(0);
    assert!(html.contains("<html lang=\"de\">") && html.contains("Bestätigen"), "{html}");
    let sms = place.run(&["mail", "preview", "verify", "--as", "sms"]).wants(0);
    assert!(sms.contains("@id.example.com #123456"), "{sms}");
    let said = place.run(&["mail", "preview", "welcome"]);
    assert!(said.wants(2).is_empty());
}
