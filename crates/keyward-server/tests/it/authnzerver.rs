//! In authnzerver's place: its port, its options, its variables, its files. What is sealed
//! is asked by its own helpers: `clients/python/tests/test_authnzerver.py`.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

use serde_json::json;

use crate::http::{Client, Reply, exchange};
use crate::server::{Place, text};

const KEY: &str = "sDRMYdjbOFNcqK_OrwvxK4gdwgDJgz2nJuk3bC4yz_c=";
const OTHER: &str = "fJ5nn_A0TGHY2zhTXKivzq8L8SuIHcIAyYM9pybpN2w=";
const ALONE: [&str; 2] = ["serve", "--authnzerver"];

fn place() -> Place {
    Place::new().env("AUTHNZERVER_SECRET", KEY)
}

#[test]
fn frontends_are_answered_there_and_nobody_else() {
    let server = place().start(&ALONE);
    let client = Client::new(server.port());
    assert_eq!(client.get("/").status, 405);
    assert_eq!(client.post("/", &json!("no message")).status, 401);
    for path in ["/login", "/admin", "/api/v1/session", "/compat/authnzerver", "/healthz"] {
        assert_eq!(client.get(path).status, 404, "{path}");
    }
    for host in ["evil.example.com", "localhost.evil.example.com"] {
        assert_eq!(client.clone().host(host).get("/health").status, 404, "{host}");
    }
    assert_eq!(server.stop().code(), Some(0));
}

/// authnzerver was ill as soon as nothing was counted, and well with a broken database.
#[test]
fn flaw_15_its_health_is_that_of_the_database() {
    let server = place().env("AUTHNZERVER_RATELIMITS", "none").start(&ALONE);
    let reply = Client::new(server.port()).get("/health");
    let said = reply.json();
    assert_eq!(reply.status, 200);
    assert_eq!((&said["Health-Ok"], &said["Workers"]), (&json!(true), &json!({ "keyward": "ok" })));
}

/// authnzerver said that all was well while its database was broken: here somebody else
/// does not let go of it.
#[test]
fn flaw_15_a_database_that_cannot_be_had_is_told() {
    let place = place();
    let server = place.start(&ALONE);
    let client = Client::new(server.port());
    let db = rusqlite::Connection::open(place.path("data/keyward.db")).unwrap();
    db.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let reply = client.get("/health");
    assert_eq!((reply.status, &reply.json()["Health-Ok"]), (500, &json!(false)), "{}", reply.body);
    assert_eq!(reply.json()["Workers"], json!({ "keyward": "database broken" }));
    db.execute_batch("COMMIT").unwrap();
    assert_eq!(client.get("/health").status, 200, "and when it is there again, that is told");
}

/// authnzerver 0.1.3 missed a file of its own, and later versions asked the internet.
#[test]
fn flaws_01_and_20_it_starts_with_nothing_but_a_key() {
    let place = place();
    let server = place.start(&ALONE);
    assert!(place.path("data/keyward.db").exists());
    assert_eq!(Client::new(server.port()).get("/health").status, 200);
}

/// authnzerver said of no library which version it works with, and one that came later
/// stopped it. Here each is said, with its checksum; and the server that is tested here
/// has no `PATH` by which it could find anything else.
#[test]
fn flaw_02_what_it_is_made_of_is_pinned() {
    let lock = include_str!("../../../../Cargo.lock");
    let mut outside = 0;
    for package in lock.split("[[package]]").skip(1) {
        let says = |what: &str| package.lines().any(|line| line.starts_with(what));
        assert!(says("version = \""), "{package}");
        if says("source = ") {
            assert!(says("source = \"registry+") && says("checksum = \""), "{package}");
            outside += 1;
        }
    }
    assert!(outside > 100, "{outside}");
}

#[test]
fn options_and_variables_of_both_generations_are_taken() {
    let secret = "secret-key";
    let place = Place::new()
        .env("AUTHNZERVER_SECRETKEY", secret)
        .env("AUTHNZERVER_EMAILSERVER", "localhost")
        .env("AUTHNZERVER_EMAILSENDER", "Site <site@example.org>")
        .env("AUTHNZERVER_ALLOWEDHOSTS", "localhost;auth.internal")
        .without(&["KEYWARD_LOG_FORMAT"])
        .env("KEYWARD_LOG_FORMAT", "json");
    place.write(secret, &format!("{KEY}\n"));
    let old = [
        "serve",
        "--authnzerver",
        "--backgroundworkers=4",
        "--cachedir=/tmp/x",
        "--debugmode=0",
        "--authdb=sqlite:///people.sqlite",
        "--basedir=.",
        "--sessionexpiry=30",
        "--passpolicy=min_pass_length:14; max_unsafe_similarity:50; max_char_frequency:0.3; min_pwned_matches:25",
        "--ratelimits=ipaddr:720; user:480; session:600; apikey:720; burst:150; user-new:50",
        "--userlocktries=10",
        "--userlocktime=3600",
    ];
    let server = place.start(&old);
    assert!(place.path("people.sqlite").exists() && place.path("keyward").is_dir());
    let client = Client::new(server.port()).host("auth.internal:13431");
    assert_eq!(client.get("/health").status, 200);
}

/// What Python's `cryptography` and PyNaCl sealed with [`KEY`] in 2023: a look at a session
/// that is not there.
const SEALED: [(&str, &str); 2] = [
    (
        "chacha20poly1305",
        "07alY3pPr8/9Q9ir8nF69BqVU4lV9aRzfifavq9eZz1ssRk5q8LkJrfrRzSCPC1vhvLN0qAUUszBN6XRI5cOD3pVGv+cZDIn1sll2lVQm4DFZdyxVsNwaDtHwM49U0VzJQv9Y6c0WQ9pWBTOUKdztHR9FpeLaixdWyabYcbBW/rk28pLzS9HmW4cgLiFvkQsQQ==",
    ),
    (
        "xsalsa20poly1305",
        "p9ASuukecqzkXEvxxD6axPFaG0vV2DgacbnYlHvS7IXHDNpD+C0g22zl6fNDTjbtIXl65mLAbOe6yInbB+VDkfZZoaQsm4qsmFNmXF07AP0UpQdl/7RUAbXE1PoGQNy8qO1OqujideoNZWtcWTDqDzyUmgITq35kmIkI1lukYmcywCgY3yRZbtXBJDA24wdWPI0+UwaVEg9DxFkcZA==",
    ),
];

#[test]
fn a_key_says_by_which_cipher_its_frontends_speak() {
    for (cipher, _) in SEALED {
        let place = Place::new().env("KEYWARD_AUTHNZERVER_ACCEPT_REPEATS", "true");
        let server = place.env("AUTHNZERVER_SECRET", &format!("{cipher}:{KEY}")).start(&ALONE);
        for (own, message) in SEALED {
            let reply = sent(server.port(), message);
            assert_eq!(reply.status == 200, own == cipher, "{own}: {}", reply.body);
            assert_eq!(reply.body.len() > 100, own == cipher, "{own}: {}", reply.body);
        }
        assert_eq!(server.stop().code(), Some(0));
    }
    let said = Place::new().env("AUTHNZERVER_SECRET", &format!("aes:{KEY}")).run(&ALONE);
    assert_ne!(said.status.code(), Some(0));
    assert!(said.err.contains("fernet chacha20poly1305 xsalsa20poly1305"), "{}", said.err);
}

fn sent(port: u16, message: &str) -> Reply {
    let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = message.len();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    exchange(stream, &format!("{head}Content-Length: {length}\r\n\r\n{message}")).unwrap()
}

#[test]
fn without_a_key_or_with_a_bad_one_it_does_not_start() {
    Place::new().run(&ALONE).refused(2, "frontends need a key");
    for bad in ["short", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        let said = Place::new().env("AUTHNZERVER_SECRET", bad).run(&ALONE);
        assert_ne!(said.status.code(), Some(0), "{bad}");
        assert!(said.err.contains("key of a frontend"), "{}", said.err);
    }
    Place::new().run(&["serve", "--secret", KEY]).refused(2, "--authnzerver");
}

#[test]
fn a_database_of_authnzervers_own_is_left_as_it_is() {
    let place = place();
    let path = place.path("authdb.sqlite");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE users (user_id INTEGER PRIMARY KEY, email TEXT, password TEXT);
         CREATE TABLE sessions (session_token TEXT, ip_address TEXT, user_agent TEXT);
         INSERT INTO users VALUES (4, 'ada@example.org', 'x');",
    )
    .unwrap();
    drop(db);
    let was = std::fs::read(&path).unwrap();
    for url in ["sqlite:///authdb.sqlite", &format!("sqlite:///{}", path.display())] {
        let said = place.run(&["serve", "--authnzerver", "--port=0", "--authdb", url]);
        said.refused(2, "--from authnzerver");
        assert!(said.err.contains("keyward import sqlite://"), "{}", said.err);
    }
    assert_eq!(std::fs::read(&path).unwrap(), was);
}

#[test]
fn autosetup_makes_a_key_a_salt_an_administrator_and_variables() {
    let place = Place::new()
        .env("AUTHNZERVER_ADMIN_EMAIL", "boss@example.org")
        .env("AUTHNZERVER_ADMIN_PASSWORD", "vexing hydrangea tornado 42");
    let server = place.start(&["serve", "--authnzerver", "--autosetup", "--port=0"]);
    assert_eq!(Client::new(server.port()).get("/health").status, 200);
    server.stop();
    for (name, mode) in [
        (".authnzerver-secret-key", 0o400),
        (".authnzerver-salt", 0o400),
        (".authnzerver-admin-credentials", 0o400),
        (".env", 0o400),
    ] {
        let found = std::fs::metadata(place.path(name)).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
    let key = text(&place.path(".authnzerver-secret-key"));
    assert!(text(&place.path(".authnzerver-admin-credentials")).starts_with("boss@example.org "));
    let place = place.without(&["AUTHNZERVER_ADMIN_EMAIL", "AUTHNZERVER_ADMIN_PASSWORD"]);
    place.start(&["serve", "--authnzerver", "--envfile=.env"]).stop();
    place.start(&["serve", "--authnzerver", "--autosetup"]).stop();
    assert_eq!(text(&place.path(".authnzerver-secret-key")), key, "nothing is made twice");
}

#[test]
fn what_has_no_effect_is_said() {
    let rules = "--passpolicy=min_pass_length:14; min_pwned_matches:25";
    let rates = "--ratelimits=ipaddr:720; user:480; burst:150";
    let broken = "--permissions=no-such-file.json";
    let args = ["serve", "--authnzerver", "--listen=127.0.0.1:0", rules, rates, broken];
    let said = place().without(&["KEYWARD_LOG_FORMAT"]).run(&args);
    for notice in [
        "min_pwned_matches means nothing here: password.breached is off",
        "ipaddr of the rates means nothing here",
        "burst of the rates means nothing here",
    ] {
        assert!(said.err.contains(notice), "{notice}: {}", said.err);
    }
    assert!(!said.err.contains("user of the rates"), "{}", said.err);
    let place = place().env("KEYWARD_PASSWORD_BREACHED", "range");
    let said = place.without(&["KEYWARD_LOG_FORMAT"]).run(&args);
    assert!(!said.err.contains("min_pwned_matches"), "it has: {}", said.err);
}

/// A person at a terminal is asked for a password, and nothing of it is shown.
#[test]
fn autosetup_shows_no_password_that_is_typed() {
    let (mut terminal, seat) = terminal();
    let place = Place::new().env("AUTHNZERVER_ADMIN_EMAIL", "boss@example.org");
    let args = ["serve", "--authnzerver", "--autosetup", "--listen=127.0.0.1:0"];
    let mut child = place.spawn(&args, seat.into());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("Password")), "it is asked for");
    let modes = rustix::termios::tcgetattr(&terminal).unwrap().local_modes;
    assert!(!modes.contains(rustix::termios::LocalModes::ECHO), "and is not shown");
    let typed = "vexing hydrangea tornado 42";
    terminal.write_all(format!("{typed}\n").as_bytes()).unwrap();
    assert!(lines.any(|line| line.contains(".env")), "it goes on");
    let said = text(&place.path(".authnzerver-admin-credentials"));
    assert_eq!(said, format!("boss@example.org {typed}\n"));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut shown = [0; 64];
    let length = terminal.read(&mut shown).unwrap_or(0);
    let shown = String::from_utf8_lossy(&shown[..length]);
    assert_eq!(shown.trim(), "", "only that the line has ended");
}

/// Both ends of a terminal: where a person sits, and where a program does.
fn terminal() -> (File, File) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, vec![]).unwrap();
    // It must not become the terminal of this process.
    let flags = rustix::fs::OFlags::NOCTTY.bits().cast_signed();
    let program =
        File::options().read(true).write(true).custom_flags(flags).open(name.to_str().unwrap());
    (person.into(), program.unwrap())
}

#[test]
fn beside_everything_else_it_is_a_door_and_if_wanted_a_listener() {
    let server = Place::new().serve();
    let path = "/compat/authnzerver";
    assert_eq!(server.client().post(path, &json!("x")).status, 404, "nobody has a key");
    let place = Place::new().env("KEYWARD_AUTHNZERVER_LISTEN", "127.0.0.1:0");
    let lines = format!(
        "shop {KEY}\nwiki {OTHER},{KEY} session-*,user-login\nnews chacha20poly1305:{KEY}\n"
    );
    let file = place.write("frontends", &lines);
    let place = place.env("KEYWARD_AUTHNZERVER_FRONTENDS_FILE", file.to_str().unwrap());
    let server = place.serve();
    assert_eq!(server.client().post(path, &json!("x")).status, 401);
    assert_eq!(server.client().get("/login").status, 200);
    let client = Client::new(server.port()).host("anything");
    assert_eq!(client.post(path, &json!("x")).status, 401, "by whatever name");
    for bad in [
        "wiki",
        "wiki short",
        &format!("wiki {KEY} sessions-new"),
        &format!("wiki aes:{KEY}"),
        "wiki chacha20poly1305:short",
        // An empty list of requests is none, and not all.
        &format!("wiki {KEY} ,"),
    ] {
        let file = place.write("bad", bad);
        let place = Place::new().env("KEYWARD_AUTHNZERVER_FRONTENDS_FILE", file.to_str().unwrap());
        let said = place.run(&["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
        assert_ne!(said.status.code(), Some(0), "{bad}");
    }
}
