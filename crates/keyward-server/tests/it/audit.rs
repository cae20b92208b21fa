//! What `keyward audit --verify` notices: whoever can write the database but
//! does not have the key cannot change history unseen.

use std::path::Path;

use rusqlite::Connection;
use serde_json::json;

use crate::server::Place;

/// A folder with a log of some length, without a server.
fn log() -> Place {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let ada = "ada@example.com";
    assert_eq!(server.client().sign_in(ada).status, 200);
    let wrong = json!({ "identifier": ada, "password": "a wrong password" });
    assert_eq!(server.client().post("/api/v1/sign-in", &wrong).status, 401);
    place.run(&["user", "lock", ada, "--reason", "a test"]).wants(0);
    place.run(&["user", "unlock", ada]).wants(0);
    // The server gives the events of others their place as well.
    while !place.run(&["audit", "--verify", "-o", "json"]).wants(0).contains("\"unchained\":0") {}
    server.stop();
    place
}

fn database(place: &Place) -> std::path::PathBuf {
    place.path(".keyward-dev/keyward.db")
}

fn copy(from: &Path, to: &Path) {
    let connection = Connection::open(from).unwrap();
    connection.execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
}

/// Changes a copy of the log, and returns what the verification says of it.
fn after(place: &Place, sql: &str) -> String {
    let copied = Place::new();
    std::fs::create_dir(copied.path(".keyward-dev")).unwrap();
    let key = ".keyward-dev/keyward.db.keys";
    std::fs::copy(place.path(key), copied.path(key)).unwrap();
    copy(&database(place), &database(&copied));
    let connection = Connection::open(database(&copied)).unwrap();
    connection.execute_batch(sql).unwrap();
    assert!(connection.total_changes() > 0, "{sql}");
    drop(connection);
    let said = copied.run(&["audit", "--verify"]);
    assert_eq!(said.status.code(), Some(1), "{sql}: {}{}", said.out, said.err);
    said.err
}

#[test]
fn an_untouched_log_verifies() {
    let place = log();
    let said = place.run(&["audit", "--verify"]).wants(0);
    let events: u32 = said.split(' ').next().unwrap().parse().unwrap();
    assert!(events > 8, "{said}");
}

#[test]
fn a_change_of_any_column_is_noticed_and_named() {
    let place = log();
    let one = "WHERE place = 3";
    for change in [
        "id = randomblob(16)",
        "made_at = made_at + 1",
        "kind = 'user.deleted'",
        "version = version + 1",
        "actor_id = randomblob(16)",
        "subject_id = randomblob(16)",
        "body = CAST(replace(CAST(body AS TEXT), '2', '3') AS BLOB)",
        "hash = randomblob(32)",
    ] {
        let said = after(&place, &format!("UPDATE kw_events SET {change} {one}"));
        assert!(said.contains("event 3 (evt_"), "{change}: {said}");
    }
    let failed = "WHERE kind = 'sign_in.failed'";
    for change in [
        "personal = x'7b7d'",
        "salt = randomblob(16)",
        "personal = NULL",
        "salt = NULL, personal = NULL",
    ] {
        let said = after(&place, &format!("UPDATE kw_events SET {change} {failed}"));
        assert!(said.contains("personal data"), "{change}: {said}");
    }
}

#[test]
fn a_removed_or_moved_event_is_noticed() {
    let place = log();
    let last = "(SELECT max(place) FROM kw_events)";
    let hole = "UPDATE kw_events SET place = -1 WHERE place = 2; \
                UPDATE kw_events SET place = 2 WHERE place = 3; \
                UPDATE kw_events SET place = 3 WHERE place = -1";
    let forged_head = "UPDATE kw_meta SET value = CAST(replace(CAST(value AS TEXT), \
                       'position\":1', 'position\":2') AS BLOB) WHERE name = 'audit_head'";
    let broken_head = "UPDATE kw_meta SET value = x'00' WHERE name = 'audit_head'";
    for (change, named) in [
        ("DELETE FROM kw_events WHERE place = 4", "4 to 4 were removed"),
        ("DELETE FROM kw_events WHERE place = 1", "1 to 1 were removed"),
        (&format!("DELETE FROM kw_events WHERE place = {last}"), "were removed"),
        (&format!("DELETE FROM kw_events WHERE place > {last} - 3"), "were removed"),
        ("UPDATE kw_events SET place = NULL, hash = NULL WHERE place = 4", "4 to 4 were removed"),
        (hole, "event 2 (evt_"),
        ("DELETE FROM kw_meta WHERE name = 'audit_head'", "not covered by the head"),
        (forged_head, "the head of the chain was changed"),
        (broken_head, "the head of the chain cannot be read"),
        ("DELETE FROM kw_events", "were removed"),
        ("DELETE FROM kw_events; DELETE FROM kw_meta WHERE name = 'audit_head'", "every event"),
    ] {
        let said = after(&place, change);
        assert!(said.contains(named), "{change}: {said}");
    }
}
