//! The root key: made once, kept, never replaced.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::server::{Place, text};

const SERVE: [&str; 5] = ["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"];
const KEY: &str = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
const OTHER: &str = "7c9e6679f0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c";

#[test]
fn it_is_made_at_the_first_start_for_its_owner_alone() {
    let place = Place::new();
    place.serve().stop();
    let path = place.path("data/keyward.db.keys");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let key = text(&path);
    place.serve().stop();
    assert_eq!(text(&path), key, "a second start keeps it");
    std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    place.run(&SERVE).refused(3, "others may read it");
}

#[test]
fn losing_it_refuses_to_start_and_never_makes_another() {
    let place = Place::new();
    place.serve().stop();
    let path = place.path("data/keyward.db.keys");
    let key = text(&path);
    std::fs::remove_file(&path).unwrap();
    place.run(&SERVE).refused(3, "is gone, and this database was sealed with it");
    assert!(!path.exists());
    place.run(&["setup", "--data-dir", "data"]).refused(3, "is gone");
    // Brought back by hand, by file or by environment, it opens again.
    place.env("KEYWARD_ROOT_KEY", &key).serve().stop();
}

#[test]
fn another_key_does_not_open_the_database() {
    let place = Place::new().env("KEYWARD_ROOT_KEY", KEY);
    place.serve().stop();
    assert!(!place.path("data/keyward.db.keys").exists(), "a given key is not written down");
    let place = place.env("KEYWARD_ROOT_KEY", OTHER);
    place.run(&SERVE).refused(3, "the database was sealed with another");
}

#[test]
fn a_key_may_come_from_a_file() {
    let place = Place::new();
    let file = place.write("key", &format!("{KEY}\n"));
    let place = place.env("KEYWARD_ROOT_KEY_FILE", file.to_str().unwrap());
    place.serve().stop();
    let place = place.env("KEYWARD_ROOT_KEY", KEY);
    place.run(&SERVE).refused(2, "KEYWARD_ROOT_KEY is given as well");
    place.without(&["KEYWARD_ROOT_KEY_FILE"]).serve().stop();
}

#[test]
fn short_and_placeholder_keys_are_refused() {
    for (key, why) in [
        (&KEY[..62], "shorter than 32 bytes"),
        ("changeme", "a placeholder"),
        (&"0".repeat(64), "a placeholder"),
        ("not a key!", "neither hexadecimal nor base64"),
        ("", "root_key is empty"),
    ] {
        let place = Place::new().env("KEYWARD_ROOT_KEY", key);
        let said = place.run(&SERVE);
        said.refused(2, why);
        assert!(key.is_empty() || !said.err.contains(key), "the key is not repeated");
        assert!(!place.path("data").exists());
    }
}
