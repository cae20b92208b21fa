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
    refused(
        "[items.note]\nactions = [\"view\"]\n[items.note.roles.a]\nowned = [\"veiw\"]",
        &["p.toml:5:9  means nothing without `may_own = true`"],
    );
    refused(
        "[items.note]\nactions = [\"view\"]\n[items.note.roles.a]\nmay_own = true\nowned = [\"veiw\"]",
        &["p.toml:6:11  unknown action `veiw`, did you mean `view`?"],
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
fn tests_may_stand_in_a_file_of_their_own() {
    let mut policy = Policy::parse("house.toml", HOUSE).unwrap();
    let before = policy.test().outcomes.len();
    let more = "version = 1\n[[test]]\nas = { roles = [\"viewer\"] }\nallow = [\"posts:view\"]";
    policy.add_tests("more.authz.toml", more).unwrap();
    let report = policy.test();
    assert_eq!(report.outcomes.len(), before + 1);
    assert!(report.passed());
    let error = policy.add_tests("x.authz.toml", &more.replace("viewer", "viewr")).unwrap_err();
    let slip = "x.authz.toml:3:18  unknown role `viewr`, did you mean `viewer`?";
    assert_eq!(error.to_string(), slip);
    let error = policy.add_tests("x.authz.toml", "version = 1\n[roles]\n").unwrap_err();
    assert!(error.to_string().contains("unknown key `roles`"), "{error}");
    assert!(policy.into_builder().defines_role("viewer"));
}

#[test]
fn rows_and_fields_of_asok_are_conditions() {
    let text = r#"
version = 1
dialect = "asok"
[roles]
writer = { allow = ["posts.view"] }
locked_title = {}
[[rules]]
id = "posts.own"
allow = ["posts.edit", "posts.delete"]
roles = ["writer"]
when = "resource.owner == principal.id"
[[rules]]
id = "posts.lock:title"
forbid = ["posts.edit"]
roles = ["locked_title"]
when = "context.fields.contains('title')"
[[test]]
as = { id = "ann", roles = ["writer", "locked_title"] }
resource = { owner = "ann" }
context = { fields = ["body"] }
allow = { "posts.edit" = "posts.own", "posts.view" = "roles.writer.allow" }
[[test]]
as = { id = "ann", roles = ["writer", "locked_title"] }
resource = { owner = "ann" }
context = { fields = ["body", "title"] }
deny = { "posts.edit" = "posts.lock:title" }
[[test]]
as = { id = "bob", roles = ["writer"] }
resource = { owner = "ann" }
context = { fields = ["body"] }
deny = ["posts.edit"]
"#;
    let report = Policy::parse("asok.toml", text).unwrap().test();
    assert!(report.passed(), "{}", report.tap());
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
