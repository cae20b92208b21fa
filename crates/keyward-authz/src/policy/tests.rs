//! Policy files as people write them.

use super::*;

const HOUSE: &str = include_str!("../../tests/it/files/house.toml");

#[track_caller]
fn refused(text: &str, mistakes: &[&str]) {
    let text = format!("version = 1\n{text}");
    let error = Policy::parse("p.toml", &text).map(drop).unwrap_err();
    let lines: Vec<String> = error.iter().map(ToString::to_string).collect();
    assert_eq!(lines, mistakes, "{text}");
}

#[test]
fn the_example_passes_its_own_tests() {
    let policy = Policy::parse("house.toml", HOUSE).unwrap_or_else(|error| panic!("{error}"));
    let report = policy.test();
    assert!(report.passed(), "{}", report.tap());
    assert!(report.outcomes.len() > 20);
}

#[test]
fn a_slip_is_named_by_line_column_and_what_was_meant() {
    refused(
        "[permissions]\nposts = [\"publish\", \"view\"]\n[roles]\na = { allow = [\"posts:pubish\"] }",
        &["p.toml:5:17  unknown permission `posts:pubish`, did you mean `posts:publish`?"],
    );
    refused(
        "[roles]\na = { inherits = [\"edtor\"] }\neditor = { alow = [\"posts:view\"] }",
        &[
            "p.toml:3:20  unknown role `edtor`, did you mean `editor`?",
            "p.toml:4:12  unknown key `alow`, did you mean `allow`?",
        ],
    );
    refused(
        "[[rules]]\nid = \"r\"\nallow = [\"*\"]\nwhen = \"context.mfa_age < 5\"",
        &["p.toml:5:27  condition has int where duration is needed"],
    );
    refused(
        "[acl.site]\nentries = [\n  \"allow guest view\",\n  \"permit guest edit\",\n]",
        &["p.toml:5:4  ACL entry `permit guest edit` is not of the form \
           `allow GROUP PERMISSION,PERMISSION`"],
    );
    refused(
        "[relations.doc]\nviewer = \"[user] | editr\"\nowner = \"[user\"",
        &[
            "p.toml:2:12  relations speak of `doc#editr`, which is not defined",
            "p.toml:4:15  needs `,` or `]` before this",
        ],
    );
    refused(
        "[items.note]\nactions = [\"view\"]\nvisibility = [\"publik\"]",
        &["p.toml:4:16  unknown visibility `publik`, did you mean `public`?"],
    );
    refused(
        "[roles]\na = { inherits = [\"b\"] }\nb = { inherits = [\"a\"] }",
        &["p.toml:3:1  role `a` inherits itself", "p.toml:4:1  role `b` inherits itself"],
    );
    refused(
        "[roles]\na = { allow = [\"posts:VIEW\"] }",
        &["p.toml:3:17  permission `posts:VIEW` may not hold `V` there"],
    );
    refused("[roles\n", &["p.toml:2:7  unclosed table, expected `]`"]);
}

#[test]
fn a_test_that_fails_says_what_came_and_why() {
    let text = "version = 1\n[roles]\na = { allow = [\"x:y\"] }\n\
                [[test]]\nas = { roles = [\"a\"] }\ndeny = [\"x:y\"]\nallow = { \"x:y\" = \"roles.b\" }";
    let report = Policy::parse("p.toml", text).unwrap().test();
    assert_eq!(
        report.tap(),
        "TAP version 14\n1..2\n\
         not ok 1 - p.toml:4: allows x:y\n\
         # expected allow by roles.b, got allow by roles.a.allow[0]\n\
         # x:y: allow\n#   because: roles.a.allow[0] (allow x:y)\n#   path: subject > a\n\
         not ok 2 - p.toml:4: denies x:y\n\
         # expected deny, got allow by roles.a.allow[0]\n\
         # x:y: allow\n#   because: roles.a.allow[0] (allow x:y)\n#   path: subject > a\n"
    );
    assert!(report.junit().contains("failures=\"2\""));
}

#[test]
fn what_never_decided_is_named() {
    let policy = Policy::parse("house.toml", HOUSE).unwrap();
    let report = policy.test();
    let never: Vec<&str> = report.coverage.never().map(|(rule, _)| rule).collect();
    assert_eq!(never, ["acl.site[4]"]);
    let lints: Vec<String> = policy.lint().iter().map(ToString::to_string).collect();
    assert_eq!(
        lints,
        [
            "house.toml:32  role root: posts:view is covered by * (covered-grant)",
            "house.toml:44  acl.site[4] is never reached: [3] goes before it (unreachable-entry)",
            "house.toml:32  roles.root.allow[1] allows everything, now and later (star-grant)",
            "house.toml:44  acl.site[4] never decided anything in the tests (never-used)",
        ]
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
    );
}

#[test]
fn the_schema_knows_every_section() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let mut sections = SECTIONS.to_vec();
    sections.sort_unstable();
    let known: Vec<&str> =
        schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(known, sections);
}

#[test]
fn nothing_makes_reading_panic() {
    for cut in (0..HOUSE.len()).step_by(7).filter(|cut| HOUSE.is_char_boundary(*cut)) {
        let _ = Policy::parse("cut.toml", &HOUSE[..cut]);
        let _ = Policy::parse("cut.toml", &format!("{}é\"{}", &HOUSE[..cut], &HOUSE[cut..]));
    }
}
