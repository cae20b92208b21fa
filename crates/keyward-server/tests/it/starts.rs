//! Starting and stopping, and whom a database belongs to.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::server::{PASSWORD, Place};

#[test]
fn serve_gets_ready_and_stops_when_asked() {
    let place = Place::new();
    let server = place.serve();
    assert_eq!(server.client().get("/readyz").status, 200);
    assert_eq!(server.client().get("/healthz").status, 200);
    assert_eq!(server.warnings, ["DR-101", "DR-121"]);
    assert!(server.stop().success());
    let mode = std::fs::metadata(place.path("data")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "the data folder is for its owner alone");
    assert!(place.serve().stop().success(), "and it starts again");
}

#[test]
fn dev_has_its_people_and_an_inbox() {
    let place = Place::new();
    let dev = place.start(&["dev"]);
    assert!(place.path(".keyward-dev/keyward.db").exists());
    let admin = dev.client().sign_in("admin@example.com");
    assert_eq!(admin.status, 200, "{}", admin.body);
    let token =
        admin.json()["token"].as_str().unwrap_or_else(|| panic!("{}", admin.body)).to_owned();
    let people = dev.client().bearer(&token).get("/api/v1/admin/users");
    assert_eq!(people.json()["data"].as_array().map(Vec::len), Some(3), "{}", people.body);
    for email in ["ada@example.com", "bob@example.com"] {
        let person = dev.client().sign_in(email);
        let token = person.json()["token"].as_str().unwrap().to_owned();
        let refused = dev.client().bearer(&token).get("/api/v1/admin/users");
        assert_eq!(refused.status, 403, "{email} is no administrator");
    }
    assert!(dev.client().sign_up("new@example.com").unwrap().status < 300);
    let inbox = dev.client().get("/dev/inbox.json?to=new@example.com&wait=20s");
    assert_eq!(inbox.json()["data"].as_array().map(Vec::len), Some(1), "{}", inbox.body);
    drop(dev);
    let again = place.start(&["dev"]);
    assert_eq!(again.client().sign_in("ada@example.com").status, 200, "seeded once, kept");
}

#[test]
fn dev_listens_on_this_machine_only() {
    let place = Place::new();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let refused = place.run(&["dev", "--listen", address]);
        refused.refused(2, "dev mode refuses to listen at");
    }
    assert!(!place.path(".keyward-dev").exists(), "nothing was made");
}

#[test]
fn a_second_server_on_one_data_folder_is_refused() {
    let place = Place::new();
    let first = place.serve();
    let second = place.run(&["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
    second.refused(4, "another server is running on the data folder");
    assert_eq!(first.client().get("/readyz").status, 200);
    first.kill();
    // The lock dies with its holder.
    assert_eq!(place.serve().client().get("/readyz").status, 200);
}

// The seeded people's password is known to the world.
#[test]
fn a_database_of_dev_is_never_served_and_the_other_way_around() {
    let place = Place::new();
    place.start(&["dev", "--data-dir", "toy"]).stop();
    let refused = place.run(&["serve", "--data-dir", "toy", "--listen", "127.0.0.1:0"]);
    refused.refused(3, "serve a database that was made by `keyward dev`");
    place.start(&["serve", "--data-dir", "real"]).stop();
    let refused = place.run(&["dev", "--data-dir", "real", "--listen", "127.0.0.1:0"]);
    refused.refused(3, "develop on a database that was not made by `keyward dev`");
    let real = place.start(&["serve", "--data-dir", "real"]);
    assert_eq!(real.client().sign_in("admin@example.com").code(), "invalid_credentials");
}

#[test]
fn only_the_public_host_is_served() {
    let place = Place::new().env("KEYWARD_PUBLIC_URL", "https://auth.example.com");
    let server = place.start(&["serve", "--data-dir", "data"]);
    assert_eq!(server.url, "https://auth.example.com");
    let (localhost, ours) = (server.client(), server.client().host("auth.example.com"));
    assert_eq!(localhost.get("/api/v1/config").code(), "host_not_allowed");
    assert_eq!(ours.get("/api/v1/config").status, 200);
    // An orchestrator asks by address.
    for path in ["/readyz", "/healthz"] {
        assert_eq!(localhost.get(path).status, 200, "{path}");
    }
}

#[test]
fn a_schema_is_checked_or_left_alone_as_told() {
    let place = Place::new();
    let empty = ["serve", "--data-dir", "data", "--listen", "127.0.0.1:0", "--migrate", "check"];
    place.run(&empty).refused(3, "run `keyward migrate up`");
    place.serve().stop();
    for how in ["check", "off"] {
        let server = place.start(&["serve", "--data-dir", "data", "--migrate", how]);
        let body = json!({ "identifier": "nobody@example.com", "password": PASSWORD });
        let reply = server.client().post("/api/v1/sign-in", &body);
        assert_eq!(reply.code(), "invalid_credentials", "{how}");
    }
}
