//! The first administrator, in each of the three ways.

use serde_json::json;

use crate::http::Client;
use crate::server::{PASSWORD, Place};

/// Spends a printed link.
fn spend(client: &Client, link: &str, email: &str) -> crate::http::Reply {
    let (page, token) = link.split_once('#').expect("the token is in the fragment");
    assert!(page.ends_with("/setup") && !page.contains("0.0.0.0"), "{page}");
    let body = json!({ "token": token, "email": email, "password": PASSWORD, "session": "token" });
    client.post("/api/v1/setup", &body)
}

fn is_admin(client: &Client, email: &str) -> bool {
    let reply = client.sign_in(email);
    let token =
        reply.json()["token"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned();
    client.clone().bearer(&token).get("/api/v1/admin/users").status == 200
}

#[test]
fn by_the_printed_link_which_works_once() {
    let place = Place::new();
    let server = place.serve();
    let link = server.setup.clone().expect("a link is printed while there is no administrator");
    let client = server.client();
    assert_eq!(spend(&client, &link, "boss@example.com").status, 200);
    assert!(is_admin(&client, "boss@example.com"));
    assert!(spend(&client, &link, "other@example.com").status >= 400, "the link is spent");
    server.stop();
    assert_eq!(place.serve().setup, None, "nobody is missing any more");
}

#[test]
fn by_the_environment() {
    let place = Place::new();
    let secret = place.write("admin-password", &format!("{PASSWORD}\n"));
    let place = place
        .env("KEYWARD_ADMIN_EMAIL", "boss@example.com")
        .env("KEYWARD_ADMIN_PASSWORD_FILE", secret.to_str().unwrap());
    let server = place.serve();
    assert_eq!(server.setup, None);
    assert!(is_admin(&server.client(), "boss@example.com"));
    server.stop();
    // It is made once; what it became since then stays.
    let other = place.write("other", "another long password");
    let place = place.env("KEYWARD_ADMIN_PASSWORD_FILE", other.to_str().unwrap());
    assert!(is_admin(&place.serve().client(), "boss@example.com"));
}

#[test]
fn a_weak_password_in_the_environment_is_refused() {
    let place = Place::new()
        .env("KEYWARD_ADMIN_EMAIL", "boss@example.com")
        .env("KEYWARD_ADMIN_PASSWORD", "short");
    let said = place.run(&["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
    said.refused(2, "password_too_short");
}

#[test]
fn by_setup_beside_the_running_server() {
    let place = Place::new();
    let server = place.serve();
    let said = place.run(&["setup", "--data-dir", "data"]);
    assert!(said.status.success(), "{}", said.err);
    let link = said.out.trim();
    assert!(link.starts_with(&server.url), "{link} leads to {}", server.url);
    let client = server.client();
    let printed = server.setup.clone().unwrap();
    assert!(spend(&client, &printed, "boss@example.com").status >= 400, "the newer link kills it");
    assert_eq!(spend(&client, link, "boss@example.com").status, 200);
    assert!(is_admin(&client, "boss@example.com"));
}

#[test]
fn setup_makes_another_administrator_where_the_first_is_lost() {
    let place = Place::new();
    let server = place.serve();
    let client = server.client();
    let first = server.setup.clone().unwrap();
    assert_eq!(spend(&client, &first, "lost@example.com").status, 200);
    let link = place.run(&["setup", "--data-dir", "data"]).wants(0);
    assert_eq!(spend(&client, link.trim(), "found@example.com").status, 200);
    assert!(is_admin(&client, "found@example.com"));
    assert!(is_admin(&client, "lost@example.com"), "who was it stays it, until taken away");
    assert!(spend(&client, link.trim(), "eve@example.com").status >= 400, "the link is spent");
}

#[test]
fn setup_makes_no_database() {
    let place = Place::new();
    place.run(&["setup", "--data-dir", "data"]).refused(2, "no database at data/keyward.db");
    assert!(!place.path("data").exists());
}
