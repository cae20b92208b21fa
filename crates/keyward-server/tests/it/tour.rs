//! The tour, against servers of every kind.

use std::net::TcpListener;

use crate::process::{Place, Said, keyward};

/// An administrator that a server makes at its first start.
pub(crate) const ADMIN: &str = "root@example.com";
/// Their password.
pub(crate) const PASSWORD: &str = "four ordinary words here";

/// Every step passed, and the last line says so.
#[track_caller]
pub(crate) fn passes(said: Said) {
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
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A production server on `database`, toured with its mail taken by the tour.
pub(crate) fn serve_passes(database: Option<&str>) {
    let place = Place::new();
    let smtp = format!("127.0.0.1:{}", free_port());
    let file = place.path().join("password");
    std::fs::write(&file, PASSWORD).unwrap();
    let (file, mail) = (file.to_str().unwrap(), format!("smtp://{smtp}"));
    let key = "0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let mut environment = vec![
        ("KEYWARD_ADMIN_EMAIL", ADMIN),
        ("KEYWARD_ADMIN_PASSWORD_FILE", file),
        ("KEYWARD_MAIL_SMTP", &mail),
        ("KEYWARD_MAIL_FROM", "Keyward <no-reply@example.com>"),
    ];
    if let Some(url) = database {
        environment.extend([("KEYWARD_DATABASE_URL", url), ("KEYWARD_ROOT_KEY", key)]);
    }
    let server = place.start("serve", &environment);
    let admin = ["--admin-email", ADMIN, "--admin-password-file", file];
    let tour = ["tour", "--url", &server.url, "--smtp", &smtp];
    passes(keyward(&[&tour[..], &admin[..]].concat()).output().unwrap().into());
}

#[test]
fn against_dev_it_needs_nothing_else() {
    let place = Place::new();
    let server = place.start("dev", &[]);
    passes(keyward(&["tour", "--url", &server.url]).output().unwrap().into());
}

#[test]
fn against_serve_it_takes_the_mail_itself() {
    serve_passes(None);
}

#[test]
fn elsewhere_it_says_what_it_needs() {
    let place = Place::new();
    let server = place.start("serve", &[]);
    let said: Said = keyward(&["tour", "--url", &server.url]).output().unwrap().into();
    assert!(said.err.contains("--smtp"), "{}", said.err);
    assert_eq!(said.code, 2);
}

#[test]
fn nobody_there_is_exit_code_3() {
    let url = format!("http://localhost:{}", free_port());
    let said: Said = keyward(&["tour", "--url", &url]).output().unwrap().into();
    assert!(said.err.contains("cannot reach"), "{}", said.err);
    assert_eq!((said.code, said.out.as_str()), (3, ""));
}
