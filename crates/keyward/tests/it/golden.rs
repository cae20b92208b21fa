//! What others rely on, as it was last reviewed: `KEYWARD_BLESS=1` rewrites the
//! files, and the difference is the review. What a feature adds is in them.

use std::collections::BTreeSet;
use std::path::PathBuf;

#[cfg(feature = "policy-file")]
use keyward::testing::TestAuth;
use keyward_core::record::What;
use serde_json::{Value, json};

#[expect(clippy::disallowed_methods, reason = "a test's own switch")]
pub(crate) fn check(name: &str, found: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    let path = folder.join(name);
    if std::env::var_os("KEYWARD_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (was, is)) in kept.lines().zip(found.lines()).enumerate() {
        assert_eq!(was, is, "{name}, line {}; KEYWARD_BLESS=1 accepts it", number + 1);
    }
    assert_eq!(kept.len(), found.len(), "{name}; KEYWARD_BLESS=1 accepts it");
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

#[cfg(feature = "policy-file")]
#[test]
fn every_route_has_its_guard_and_its_limit() {
    check("routes.txt", &keyward::route_table(false));
}

#[cfg(feature = "policy-file")]
#[test]
fn development_adds_the_routes_that_were_reviewed_and_no_others() {
    let (plain, dev) = (keyward::route_table(false), keyward::route_table(true));
    let plain: BTreeSet<&str> = plain.lines().collect();
    let (known, added): (Vec<&str>, Vec<&str>) = dev.lines().partition(|line| plain.contains(line));
    assert_eq!(known.len(), plain.len(), "nothing is taken away");
    check("routes_dev.txt", &(added.join("\n") + "\n"));
}

fn rows(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("| `")).collect()
}

/// What stands below a heading, up to the next one.
fn below<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

#[test]
fn the_page_of_errors_lists_every_code_of_a_field() {
    let page = include_str!("../../../../docs/errors.md");
    let codes = keyward::field_codes().map(|(code, text)| format!("| `{code}` | {text} |"));
    assert_eq!(rows(below(page, "Codes of fields")), codes.collect::<Vec<_>>());
}

/// Whatever the code says of a field stands in the table, which the page lists.
#[test]
fn every_code_of_a_field_has_its_words() {
    let known: BTreeSet<&str> = keyward::field_codes().map(|(code, _)| code).collect();
    let crates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut folders, mut count) = (vec![], 0);
    folders.extend(["keyward-core/src/flow", "keyward/src/routes"].map(|it| crates.join(it)));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            // Rows of an import have reasons of their own.
            match path.is_dir() {
                _ if path.file_stem().is_some_and(|name| name == "import") => {}
                true => folders.push(path),
                false => count += looked_at(&std::fs::read_to_string(&path).unwrap(), &known),
            }
        }
    }
    assert!(count > 60, "{count} places");
}

/// How many codes of fields stand in a source; each must be known.
fn looked_at(source: &str, known: &BTreeSet<&str>) -> usize {
    let starts = ["code: \"", "invalid(\"", ".field(\""];
    let found = starts.iter().flat_map(|start| {
        source.split(start).skip(1).map(|rest| match *start {
            "code: \"" => rest,
            _ => rest.split_once("\", \"").map_or("", |(_, rest)| rest),
        })
    });
    let codes = found.filter_map(|rest| rest.split_once('"').map(|(code, _)| code));
    let codes: Vec<&str> =
        codes.filter(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).collect();
    for code in &codes {
        assert!(known.contains(code), "`{code}` is in no table");
    }
    codes.len()
}

/// By the comments of the manifest, which say what each brings.
#[test]
fn the_page_of_the_library_lists_every_feature() {
    let manifest = include_str!("../../Cargo.toml");
    let (_, rest) = manifest.split_once("[features]\n").unwrap();
    let features = rest.split("\n\n").next().unwrap();
    let (first, rest) = features.split_once('\n').unwrap();
    let lines: Vec<&str> = rest.lines().collect();
    let wanted = lines.chunks(2).map(|pair| {
        let (about, name) = (pair[0].trim_start_matches("# "), pair[1].split(' ').next().unwrap());
        let default = if first.contains(&format!("\"{name}\"")) { "yes" } else { "–" };
        format!("| `{name}` | {default} | {about} |")
    });
    let page = include_str!("../../../../docs/library.md");
    assert_eq!(rows(below(page, "Adding it")), wanted.collect::<Vec<_>>());
}

#[test]
fn the_page_of_errors_lists_every_event() {
    let page = include_str!("../../../../docs/errors.md");
    let events = What::ROSTER.iter().map(|(kind, _, fields)| {
        let fields: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
        format!("| `{kind}` | {} |", fields.join(", "))
    });
    assert_eq!(rows(below(page, "Events")), events.collect::<Vec<_>>());
}

#[test]
fn the_page_of_errors_lists_every_code() {
    let page = include_str!("../../../../docs/errors.md");
    let rows = rows(page.split("\n## ").next().unwrap());
    let codes: Vec<String> = keyward::problem_codes()
        .map(|(code, status, title)| format!("| `{code}` | {status} | {title} |"))
        .collect();
    assert_eq!(rows, codes);
}

#[cfg(feature = "policy-file")]
#[test]
fn the_api_is_described_as_reviewed() {
    check("openapi.json", &pretty(&keyward::openapi()));
}

#[test]
fn events_keep_their_names_versions_and_fields() {
    let rows = What::ROSTER
        .iter()
        .map(|(kind, version, fields)| json!({ "type": kind, "version": version, "data": fields }));
    check("events.json", &pretty(&rows.collect::<Value>()));
}

#[cfg(feature = "policy-file")]
#[tokio::test]
async fn every_permission_that_a_door_asks_for_is_held_by_whom_we_think() {
    let t = TestAuth::new().await;
    let mut people = vec![];
    // Every role that a new database has.
    for role in t.kw.role_list().await.unwrap() {
        let person = t.user(&format!("{}@example.com", role.name)).await;
        t.kw.assign_role(person.id, &role.name, true).await.unwrap().unwrap();
        people.push((role.name, person));
    }
    people.push(("nobody".to_owned(), t.user("ada@example.com").await));
    let mut lines = String::new();
    for permission in keyward::own_permissions() {
        for (role, person) in &people {
            let may = if t.kw.can(person.id, permission).await.unwrap() { "allow" } else { "deny" };
            lines += &format!("{permission:<16} {role:<8} {may}\n");
        }
    }
    check("permissions.txt", &lines);
}
