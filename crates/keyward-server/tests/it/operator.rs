//! What whoever runs a server relies on: limits that outlive it, commands that say what
//! is there, lists of lost passwords, and captchas of a service.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use crate::http::Client;
use crate::server::{PASSWORD, Place};

const ADA: &str = "ada@example.com";

/// A folder whose server makes accounts at once.
fn open() -> Place {
    Place::new().env("KEYWARD_SIGN_IN_VERIFY", "none")
}

fn sign_in(client: &Client, password: &str) -> (u16, String) {
    let reply = client.post("/api/v1/sign-in", &json!({ "identifier": ADA, "password": password }));
    (reply.status, reply.code())
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn guesses_that_are_used_up_are_used_up_after_a_kill_and_a_restart() {
    let place = open().env("KEYWARD_LIMITS_GUESSES", "3 / 1h");
    let server = place.serve();
    assert!(server.client().sign_up(ADA).unwrap().status < 300);
    for _ in 0..2 {
        assert_eq!(sign_in(&server.client(), "wrong").0, 401);
    }
    server.stop();
    let server = place.serve();
    assert_eq!(sign_in(&server.client(), "wrong").0, 401, "one was left");
    assert_eq!(sign_in(&server.client(), "wrong"), (429, "rate_limited".into()));
    // A command reads something later than the refusal, so what was taken is written.
    place.run(&["why", ADA]).wants(0);
    server.kill();
    let server = place.serve();
    assert_eq!(sign_in(&server.client(), PASSWORD), (429, "rate_limited".into()));
}

#[test]
fn why_prints_the_limits_of_an_account() {
    let place = open();
    let server = place.serve();
    assert!(server.client().sign_up(ADA).unwrap().status < 300);
    let of = |limit: &str| {
        let said = place.run(&["why", ADA, "-o", "json"]).wants(0);
        rows(&said).into_iter().find(|row| row["limit"] == limit).unwrap()
    };
    assert_eq!(
        (&of("wrong passwords")["used"], &of("wrong passwords")["of"]),
        (&json!(0), &json!(10))
    );
    for _ in 0..3 {
        assert_eq!(sign_in(&server.client(), "wrong").0, 401);
    }
    assert_eq!(
        (&of("wrong passwords")["used"], &of("wrong passwords")["of"]),
        (&json!(3), &json!(10))
    );
    assert_eq!(of("wrong passwords in a row")["used"], 3);
    assert_eq!(of(&format!("letters to {ADA}"))["of"], 10);
    let table = place.run(&["why", ADA]).wants(0);
    let head = table.lines().find(|line| line.starts_with("LIMIT FROM UNKNOWN DEVICES")).unwrap();
    assert!(
        head.contains("USED") && head.contains("OUT OF") && head.contains("NEXT ONE"),
        "{table}"
    );
    let line = table.lines().find(|line| line.starts_with("wrong passwords in a row")).unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words[5..], ["3", "100"], "{line}");
}

#[test]
fn invitations_are_made_listed_and_taken_back_on_the_command_line() {
    let place = open().env("KEYWARD_SIGN_IN_SIGN_UP", "invite");
    let server = place.serve();
    let come = |email: &str, link: &str| {
        let secret = link.trim().rsplit('/').next().unwrap();
        let body = json!({ "email": email, "password": PASSWORD, "invitation": secret });
        let reply = server.client().post("/api/v1/sign-up", &body);
        (reply.status, reply.code())
    };
    assert_eq!(come("x@example.com", "/none").1, "invite_invalid");
    place.run(&["role", "add", "writer"]).wants(0);
    let link = place.run(&["invite", "add", "--role", "writer", "--expires-in", "2d"]).wants(0);
    assert!(link.starts_with("http://") && link.trim().lines().count() == 1, "{link}");
    let listed = rows(&place.run(&["invite", "list", "-o", "json"]).wants(0));
    assert_eq!((listed.len(), &listed[0]["roles"]), (1, &json!(["writer"])));
    assert!(!listed[0].to_string().contains(link.trim().rsplit('/').next().unwrap()));
    assert!(come(ADA, &link).0 < 300);
    let ada = place.run(&["user", "show", ADA, "-o", "json"]).wants(0);
    assert!(ada.contains("writer"), "{ada}");
    assert_eq!(come("bob@example.com", &link).1, "invite_invalid", "once");
    // One for an address is mailed, and not printed.
    let told = place.run(&["invite", "add", "--email", "eve@example.com"]).wants(0);
    assert!(told.contains("is on its way") && !told.contains("http"), "{told}");
    let other = place.run(&["invite", "add"]).wants(0);
    let listed = rows(&place.run(&["invite", "list", "-o", "json"]).wants(0));
    assert_eq!(listed.len(), 3);
    place.run(&["invite", "revoke", listed[0]["id"].as_str().unwrap()]).wants(0);
    assert_eq!(come("carol@example.com", &other).1, "invite_invalid");
    place.run(&["invite", "revoke", "inv_nonsense"]).refused(2, "no invitation");
    place.run(&["invite", "add", "--role", "nobody-has-it"]).refused(2, "no such role");
    place.run(&["invite", "add", "--expires-in", "soon"]).refused(2, "no time such as 7d");
}

/// SHA-1 of `a passphrase that was lost`, between three others.
const LIST: &str = "\
018C55F3B9F4B9E245198F8F63D644C06234A5FB:17
356A192B7913B04C54574D18C28D46E6395428AB:3
B6589FC6AB0DC82CF12099D1C2D40AB994E8410C:3
DA4B9237BACCCDF19C0760CAB7AEC4A8359010B0:1
";

#[test]
fn a_filter_of_breached_passwords_is_built_and_obeyed() {
    let place = open();
    place.write("list", LIST);
    let told = place.run(&["breached", "build", "list", "lost", "-o", "json"]).wants(0);
    let told: Value = serde_json::from_str(told.trim()).unwrap();
    assert_eq!(told["hashes"], 4);
    assert!(told["bytes"].as_u64().unwrap() > 0);
    place.run(&["breached", "build", "list", "lost"]).refused(3, "it is there already");
    let fewer = ["breached", "build", "list", "fewer", "--at-least", "3"];
    assert!(place.run(&fewer).wants(0).contains("knows 3 passwords"));
    let upside_down: Vec<_> = LIST.lines().rev().collect();
    place.write("unsorted", &upside_down.join("\n"));
    place.run(&["breached", "build", "unsorted", "not-made"]).wants(3);
    assert!(!place.path("not-made").exists());
    let place = place
        .env("KEYWARD_PASSWORD_BREACHED", "local")
        .env("KEYWARD_PASSWORD_BREACHED_FILE", "lost");
    let server = place.serve();
    let body = json!({ "email": ADA, "password": "a passphrase that was lost" });
    let reply = server.client().post("/api/v1/sign-up", &body);
    assert_eq!(reply.json()["errors"][0]["code"], "password_breached", "{}", reply.body);
    assert!(server.client().sign_up(ADA).unwrap().status < 300);
}

/// Answers one request as the service does; what it was sent.
fn answered(listener: &TcpListener, told: &str) -> String {
    let (mut stream, _): (TcpStream, _) = listener.accept().unwrap();
    let (mut heard, mut more) = (String::new(), [0; 4096]);
    while !heard.contains("response=") {
        let length = stream.read(&mut more).unwrap();
        assert!(length > 0, "it is asked: {heard}");
        heard.push_str(std::str::from_utf8(&more[..length]).unwrap());
    }
    let length = told.len();
    let reply = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{told}");
    stream.write_all(reply.as_bytes()).unwrap();
    heard
}

#[test]
fn a_captcha_of_a_service_is_asked_as_configured_with_its_secret_from_a_file() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = open();
    place.write("secret", "hush\n");
    let place = place
        .env("KEYWARD_CAPTCHA_SIGN_UP", "always")
        .env("KEYWARD_CAPTCHA_KIND", "turnstile")
        .env("KEYWARD_CAPTCHA_SITE_KEY", "site-key")
        .env("KEYWARD_CAPTCHA_SECRET_FILE", "secret")
        .env("KEYWARD_CAPTCHA_HOSTNAMES", "www.example.com")
        .env("KEYWARD_CAPTCHA_VERIFY_URL", &format!("http://{}/v", listener.local_addr().unwrap()))
        .env("KEYWARD_OUTBOUND_ALLOW", "127.0.0.1");
    let server = place.serve();
    assert_eq!(server.client().sign_up(ADA).unwrap().code(), "captcha_required");
    let asked = server.client().post("/api/v1/captcha", &json!({ "purpose": "sign_up" })).json();
    assert_eq!((&asked["service"], &asked["site_key"]), (&json!("turnstile"), &json!("site-key")));
    let body = json!({
        "email": ADA, "password": PASSWORD, "captcha": "made", "captcha_token": asked["token"],
    });
    let client = server.client();
    let coming = std::thread::spawn(move || client.post("/api/v1/sign-up", &body));
    let told = json!({ "success": true, "hostname": "www.example.com", "action": "sign_up" });
    let heard = answered(&listener, &told.to_string());
    assert!(heard.ends_with("secret=hush&response=made"), "{heard}");
    assert!(coming.join().unwrap().status < 300);
    // Commands that need no service are not stopped by it.
    place.run(&["mail", "preview", "app_code"]).wants(0);
}

#[test]
fn a_captcha_service_without_its_keys_is_told_before_anything_starts() {
    let refused = |settings: &[(&str, &str)], why: &str| {
        let place = settings.iter().fold(Place::new(), |place, (name, value)| {
            place.env(&format!("KEYWARD_CAPTCHA_{name}"), value)
        });
        place.run(&["serve"]).refused(2, why);
    };
    refused(
        &[("KIND", "turnstile")],
        "captcha.site_key is needed, since captcha.kind is turnstile",
    );
    refused(&[("KIND", "hcaptcha"), ("SITE_KEY", "k")], "captcha.secret is needed");
    refused(&[("SITE_KEY", "k")], "captcha.site_key is of no use: captcha.kind names no service");
    refused(&[("KIND", "recaptcha"), ("LEAST_SCORE", "101")], "must be from 0 to 100");
}
