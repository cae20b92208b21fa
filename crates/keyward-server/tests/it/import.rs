//! `keyward import`, beside a running server.

use serde_json::{Value, json};

use crate::server::{PASSWORD, Place};

/// Made with bcrypt 5.0 of [`PASSWORD`].
const HASH: &str = "$2b$04$JxDlFI.NB5dlL5fA3NuA1ewS8cO8I0mGB4fo7Kq5UU4iG2VgyiLQO";

fn people(count: usize) -> String {
    let row = |at| format!("{at},p{at}@example.com,{HASH},yes\n");
    let rows: String = (0..count).map(row).collect();
    format!("id,email,password_hash,verified\n{rows}")
}

#[test]
fn people_of_a_file_sign_in_with_their_old_password() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    place.write("people.csv", &people(3));
    let dry = place.run(&["import", "people.csv", "--from", "csv", "--dry-run"]);
    assert!(!dry.err.contains("import_rows_per_s"), "{}", dry.err);
    let told = ["import", "people.csv", "--from", "csv", "--dry-run", "-o", "json"];
    place.run(&told).refused(0, "import_rows_per_s=");
    assert!(dry.out.contains("3 would be imported, 0 already known, 0 refused"), "{}", dry.out);
    assert_eq!(server.client().sign_in("p0@example.com").status, 401);
    let real = place.run(&["import", "people.csv", "--from", "csv"]).wants(0);
    assert!(real.contains("3 imported, 0 already known"), "{real}");
    for at in 0..3 {
        server.client().signed_in(&format!("p{at}@example.com"), PASSWORD);
    }
    let again = place.run(&["import", "people.csv", "--from", "csv"]).wants(0);
    assert!(again.contains("0 imported, 3 already known"), "{again}");
}

#[test]
fn rows_that_are_refused_are_told_or_listed_and_end_with_one() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    let text = "id,email,roles\n1,ada@example.com,\n2,no address,\n3,carl@example.com,writer\n";
    place.write("people.csv", text);
    let told = place.run(&["import", "people.csv", "--from", "csv", "--dry-run"]);
    told.refused(1, "refused: row 3 `2`: email_invalid");
    assert!(told.out.contains("refused: 1 email_taken"), "{}", told.out);
    assert!(told.out.contains("did not come along: 1 role `writer`"), "{}", told.out);
    let args = ["import", "people.csv", "--from", "csv", "--refused", "refused.ndjson"];
    let args = [&args[..], &["--create-roles", "-o", "json"]].concat();
    let report: Value = serde_json::from_str(&place.run(&args).wants(1)).unwrap();
    assert_eq!((&report["imported"], &report["refused"]), (&json!(1), &json!(2)));
    assert_eq!(report["roles_made"], json!(["writer"]));
    let listed = std::fs::read_to_string(place.path("refused.ndjson")).unwrap();
    let first: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    assert_eq!(first, json!({ "place": 2, "id": "1", "reason": "email_taken" }));
    assert_eq!(listed.lines().count(), 2);
}

#[test]
fn what_is_no_import_says_why() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    place.write("people.csv", "id,email\n");
    place.write("empty", "");
    for (args, code, why) in [
        (&["people.csv", "--from", "ldap"][..], 2, "keycloak"),
        (&["people.csv", "--from", "asok"], 3, "from a database"),
        (&["nowhere.csv", "--from", "csv"], 3, "could not read the file"),
        (&["people.csv", "--from", "csv", "--column", "email"], 2, "NAME=NAME"),
        (&["people.csv", "--from", "csv", "--column", "shoe=email"], 3, "no column can say `shoe`"),
        (&["people.csv", "--from", "csv", "--secret-file", "empty"], 2, "it is empty"),
        (&["people.csv", "--from", "csv", "--as", "My Shop"], 3, "could not use this name"),
    ] {
        place.run(&[&["import"], args].concat()).refused(code, why);
    }
}

#[test]
fn a_killed_import_goes_on_and_brings_nobody_twice() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    place.write("people.csv", &people(20_000));
    let mut child =
        place.spawn(&["import", "people.csv", "--from", "csv"], std::process::Stdio::null());
    let client = server.client();
    // As soon as somebody of the second page is there.
    while client.sign_in("p300@example.com").status != 200 {
        assert!(child.try_wait().unwrap().is_none(), "it was over before it could be killed");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let rest = place.run(&["import", "people.csv", "--from", "csv", "-o", "json"]).wants(0);
    let report: Value = serde_json::from_str(&rest).unwrap();
    assert_eq!((&report["went_on"], &report["known"]), (&json!(true), &json!(0)), "{report}");
    assert!(report["imported"].as_u64().unwrap() < 20_000, "{report}");
    server.client().signed_in("p19999@example.com", PASSWORD);
    let whole = place.run(&["import", "people.csv", "--from", "csv", "-o", "json"]).wants(0);
    let whole: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!((&whole["imported"], &whole["known"]), (&json!(0), &json!(20_000)), "{whole}");
}
