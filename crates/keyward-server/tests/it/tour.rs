//! The tour, against servers of every kind.

use std::net::TcpListener;

use crate::server::{PASSWORD, Place, Said};

/// An administrator that a server makes at its first start.
const ADMIN: &str = "root@example.com";

/// Every step passed, and the last line says so.
#[track_caller]
fn passes(said: Said) {
    let out = said.wants(0);
    let last = out.lines().last().unwrap();
    let (passed, rest) = last.split_once(" of ").unwrap();
    let total = rest.split(' ').next().unwrap();
    assert_eq!(passed, total, "{out}");
    assert!(rest.starts_with(&format!("{total} passed")), "{last}");
    assert_eq!(out.matches(" ✓ ").count().to_string(), total, "{out}");
    assert!(!out.contains('\u{1b}'), "colours in a pipe: {out}");
}

/// A port on this machine that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A production server on `database`, toured with its mail taken by the tour.
pub(crate) fn serve_passes(database: Option<&str>) {
    passes(toured(database, PASSWORD));
}

/// The same, with what somebody takes for the administrator's password.
fn toured(database: Option<&str>, password: &str) -> Said {
    let smtp = format!("127.0.0.1:{}", free_port());
    let mail = format!("smtp://{smtp}");
    let key = "0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let mut place = Place::new()
        .env("KEYWARD_ADMIN_EMAIL", ADMIN)
        .env("KEYWARD_ADMIN_PASSWORD_FILE", "password")
        .env("KEYWARD_MAIL_SMTP", &mail)
        .env("KEYWARD_MAIL_FROM", "Keyward <no-reply@example.com>");
    if let Some(url) = database {
        place = place.env("KEYWARD_DATABASE_URL", url).env("KEYWARD_ROOT_KEY", key);
    }
    place.write("password", PASSWORD);
    let server = place.serve();
    place.write("typed", password);
    let admin = ["--admin-email", ADMIN, "--admin-password-file", "typed"];
    let tour = ["tour", "--url", &server.url, "--smtp", &smtp];
    place.run(&[&tour[..], &admin[..]].concat())
}

#[test]
fn against_dev_it_needs_nothing_else() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    passes(place.run(&["tour", "--url", &server.url]));
}

#[test]
fn against_serve_it_takes_the_mail_itself() {
    serve_passes(None);
}

#[test]
fn a_step_that_fails_is_told_and_counted_and_is_exit_code_1() {
    let out = toured(None, "not the administrator's").wants(1);
    let (passed, failed) = (out.matches(" ✓ ").count(), out.matches(" ✗ ").count());
    let last = out.lines().last().unwrap();
    let total = passed + failed;
    assert!(last.starts_with(&format!("{passed} of {total} passed")), "{out}");
    assert!(passed > 0 && failed > 0, "{out}");
    let granted = out.lines().find(|line| line.contains("with the role")).unwrap();
    assert!(granted.starts_with(" ✗ "), "nobody could give the role: {granted}");
    let signed_in = out.lines().find(|line| line.contains(" sign in ")).unwrap();
    assert!(signed_in.starts_with(" ✓ "), "what needs no administrator goes on: {signed_in}");
}

#[test]
fn elsewhere_it_says_what_it_needs() {
    let place = Place::new();
    let server = place.serve();
    place.run(&["tour", "--url", &server.url]).refused(2, "--smtp");
}

#[test]
fn nobody_there_is_exit_code_3() {
    let url = format!("http://localhost:{}", free_port());
    let said = Place::new().run(&["tour", "--url", &url]);
    said.refused(3, "cannot reach");
    assert_eq!(said.out, "");
}
