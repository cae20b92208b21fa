//! `keyward policy`, and a policy file in force.

use serde_json::{Value, json};

use crate::http::Client;
use crate::server::{PASSWORD, Place, Server, until};

const POLICY: &str = include_str!("policy/house.toml");

fn place() -> Place {
    let place = Place::new();
    place.write("policy.toml", POLICY);
    place
}

#[test]
fn mistakes_are_told_with_their_place_and_what_was_meant() {
    let place = place();
    let advice = place.run(&["policy", "check", "policy.toml"]).wants(0);
    assert!(advice.contains("star-grant"), "{advice}");
    place.write("slip.toml", &POLICY.replace("\"posts:edit\"", "\"posts:edti\""));
    let told = place.run(&["policy", "check", "slip.toml"]).wants(1);
    assert!(
        told.contains("  unknown permission `posts:edti`, did you mean `posts:edit`?"),
        "{told}"
    );
    assert!(told.starts_with("slip.toml:7:"), "{told}");
    place.run(&["policy", "check", "gone.toml"]).wants(2);
}

#[test]
fn tests_in_the_file_pass_or_say_why_not() {
    let place = place();
    let tap = place.run(&["policy", "test", "policy.toml"]).wants(0);
    assert!(tap.starts_with("TAP version") && !tap.contains("not ok"), "{tap}");
    place.write(
        "wrong.toml",
        &POLICY.replace("allow = [\"posts:edit\"]\ndeny", "allow = [\"posts:publish\"]\ndeny"),
    );
    let tap = place.run(&["policy", "test", "wrong.toml"]).wants(1);
    assert!(
        tap.contains("not ok") && tap.contains("#   because: roles.contractor.deny[0]"),
        "{tap}"
    );
    let junit = place.run(&["policy", "test", "wrong.toml", "--format", "junit"]).wants(1);
    assert!(junit.contains("failures=\"1\""), "{junit}");
}

#[test]
fn a_file_explains_its_answers() {
    let place = place();
    let ask = |role: &str, permission: &str, more: &[&str], code: i32| {
        let args = ["policy", "explain", "policy.toml", permission, "--role", role];
        place.run(&[&args, more].concat()).wants(code)
    };
    assert!(ask("editor", "posts:publish", &[], 0).contains("roles.editor.allow[0]"));
    assert!(ask("contractor", "posts:publish", &[], 1).contains("roles.contractor.deny[0]"));
    let draft =
        ["--resource", r#"{"type": "posts", "id": "1", "attributes": {"status": "draft"}}"#];
    assert!(ask("author", "posts:edit", &draft, 0).contains("author-edits-draft"));
    ask("author", "posts:edit", &["--resource", "posts:1"], 1);
    let json = ask("contractor", "posts:publish", &["-o", "json"], 1);
    let json: Value = serde_json::from_str(json.trim()).unwrap();
    assert_eq!(json["decided_by"]["rule"], "roles.contractor.deny[0]");
    ask("ghost", "posts:view", &[], 2);
}

#[test]
fn two_files_are_compared_role_by_role() {
    let place = place();
    place.write("new.toml", &POLICY.replace(", deny = [\"posts:publish\"]", ""));
    let told = place.run(&["policy", "diff", "policy.toml", "new.toml"]).wants(0);
    assert_eq!(told, "+ contractor posts:publish\n");
    let told = place.run(&["policy", "diff", "new.toml", "policy.toml", "-o", "json"]).wants(0);
    assert!(told.contains(r#""change":"lost""#), "{told}");
}

#[test]
fn what_changed_beside_roles_is_named_and_never_called_nothing() {
    let place = place();
    let base = format!(
        "{POLICY}[acl.wall]\nentries = [\"deny guests posts:view\"]\n\
         [scopes]\nread = [\"posts:view\"]\n[limits.author]\nposts = 5\n\
         [items.posts]\nactions = [\"view\"]\nvisibility = [\"public\"]\n\
         [relations.posts]\nreader = \"[posts]\"\n"
    );
    place.write("old.toml", &base);
    for (was, is, told) in [
        ("'draft'", "'new'", "~ rules.author-edits-draft changed"),
        ("deny guests", "allow guests", "~ acl.wall changed"),
        ("read = [\"posts:view\"]", "", "~ scopes.read removed"),
        ("posts = 5", "posts = 50", "~ limits.author changed"),
        ("visibility = [\"public\"]", "visibility = [\"private\"]", "~ items.posts changed"),
        ("reader =", "writer =", "~ relations.posts changed"),
        ("[[rules]]", "[[rules]]\nid = \"all\"\nforbid = [\"*\"]\n[[rules]]", "~ rules.all added"),
        // Nobody gains or loses by it whose only role this is, but whoever has two.
        (
            "[\"posts:view\"] }\nchief",
            "[\"posts:view\"], deny = [\"posts:publish\"] }\nchief",
            "~ roles.author changed",
        ),
    ] {
        let new = base.replace(was, is);
        assert_ne!(new, base, "{was}");
        place.write("new.toml", &new);
        let said = place.run(&["policy", "diff", "old.toml", "new.toml"]).wants(0);
        assert_eq!(said.trim(), told, "{was} -> {is}");
        let json = place.run(&["policy", "diff", "old.toml", "new.toml", "-o", "json"]).wants(0);
        let json: Value = serde_json::from_str(json.trim()).unwrap();
        let line = format!("~ {} {}", text(&json["block"]), text(&json["change"]));
        assert_eq!(line, told, "{json}");
    }
    place.write("new.toml", &format!("# only a comment\n{base}"));
    assert_eq!(place.run(&["policy", "diff", "old.toml", "new.toml"]).wants(0), "");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn files_are_laid_out_or_told() {
    let place = place();
    place.run(&["policy", "fmt", "--check", "policy.toml"]).wants(0);
    place.write("wild.toml", "version=1\n\n\n[roles]\n");
    assert_eq!(place.run(&["policy", "fmt", "--check", "wild.toml"]).wants(1), "wild.toml\n");
    place.run(&["policy", "fmt", "wild.toml"]).wants(0);
    let text = std::fs::read_to_string(place.path("wild.toml")).unwrap();
    assert_eq!(text, "version = 1\n\n[roles]\n");
}

#[test]
fn what_other_systems_have_is_imported_and_ours_exported() {
    let place = place();
    for (from, files, wanted) in [
        ("shiro", vec![("shiro.ini", include_str!("policy/shiro.ini"))], "dialect = \"shiro\""),
        (
            "casbin",
            vec![
                ("model.conf", include_str!("policy/casbin_model.conf")),
                ("policy.csv", include_str!("policy/casbin_policy.csv")),
            ],
            "[roles]",
        ),
        ("openfga", vec![("model.fga", include_str!("policy/model.fga"))], "[relations."),
        ("authnzerver", vec![("model.json", include_str!("policy/authnzerver.json"))], "[items."),
    ] {
        let mut args = vec!["policy", "import", "--from", from];
        for (name, text) in &files {
            place.write(name, text);
            args.push(name);
        }
        let policy = place.run(&args).wants(0);
        assert!(policy.contains(wanted), "{from}: {policy}");
        place.write("imported.toml", &policy);
        place.run(&["policy", "check", "imported.toml"]).wants(0);
    }
    let cedar = place.run(&["policy", "export", "--format", "cedar", "policy.toml"]).wants(0);
    assert!(cedar.contains("forbid"), "{cedar}");
    for args in [["policy", "export", "policy.toml"].as_slice(), &["policy", "schema"]] {
        let json = place.run(args).wants(0);
        serde_json::from_str::<Value>(&json).unwrap();
    }
}

#[test]
fn a_server_refuses_a_policy_with_a_mistake_before_anything_is_made() {
    let place = place().env("KEYWARD_POLICY_FILE", "slip.toml");
    place.write("slip.toml", "version = 1\n[roles]\na = { alow = [] }");
    let serve = ["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"];
    place.run(&serve).refused(2, "slip.toml:3:7  unknown key `alow`, did you mean `allow`?");
    assert!(!place.path("data").exists());
}

/// A server whose policy file says this, and who asks it: Ada, a `writer`.
fn writer(place: &Place, may: &str) -> (Server, Client) {
    place.write("policy.toml", &writing(may));
    place.write("password", PASSWORD);
    let server = place.serve();
    let add = ["user", "add", "--email", "ada@example.com", "--password-file", "password"];
    let more = ["--verified", "--role", "writer", "--data-dir", "data"];
    place.run(&[add.as_slice(), &more].concat()).wants(0);
    let client = server.client().signed_in("ada@example.com", PASSWORD);
    (server, client)
}

fn writing(may: &str) -> String {
    format!("version = 1\n[roles]\nwriter = {{ allow = [\"{may}\"] }}\n")
}

fn may(client: &Client, permission: &str) -> bool {
    let reply = client.get(&format!("/api/v1/can?permission={permission}"));
    reply.json()["allowed"].as_bool().unwrap_or_else(|| panic!("{}", reply.body))
}

fn place_with_file() -> Place {
    Place::new().env("KEYWARD_POLICY_FILE", "policy.toml")
}

#[test]
fn a_changed_file_is_read_by_itself_and_a_broken_one_changes_nothing() {
    let place = place_with_file();
    let (server, client) = writer(&place, "posts:edit");
    assert!(may(&client, "posts:edit") && !may(&client, "posts:delete"));
    place.write("policy.toml", &writing("posts:delete"));
    until("the changed file counts", || may(&client, "posts:delete"));
    assert!(!may(&client, "posts:edit"), "what it took is gone");

    place.write("policy.toml", "version = 1\n[roles]\nwriter = { alow = [] }\n");
    assert!(server.wait_for_log("the former policy stays"), "it is told");
    assert!(may(&client, "posts:delete"), "and the former policy stays");
    place.write("policy.toml", &writing("posts:edit"));
    until("the mended file counts", || may(&client, "posts:edit"));
}

#[test]
fn a_file_that_looks_the_same_is_read_when_the_server_is_told_to() {
    let place = place_with_file();
    let (server, client) = writer(&place, "posts:edit");
    // As long, and last written at the same moment: only whoever knows can tell.
    let path = place.path("policy.toml");
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    place.write("next.toml", &writing("posts:tidy"));
    let next = std::fs::File::options().append(true).open(place.path("next.toml")).unwrap();
    next.set_modified(written).unwrap();
    std::fs::rename(place.path("next.toml"), &path).unwrap();
    assert!(may(&client, "posts:edit"));
    server.hang_up();
    until("the file is read on SIGHUP", || may(&client, "posts:tidy"));

    place.write("next.toml", "version = 2\n");
    std::fs::rename(place.path("next.toml"), &path).unwrap();
    server.hang_up();
    assert!(server.wait_for_log("the former policy stays"), "it is told");
    assert!(may(&client, "posts:tidy"), "a broken file changes nothing");
}

const DOCUMENT: &str = "version = 1\n[roles]\nbinder = { allow = [\"printer:bind\"] }\n";

#[test]
fn the_stored_document_is_looked_at_compared_and_replaced() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    assert_eq!(place.run(&["policy", "show"]).wants(0).trim(), "");
    place.write("new.toml", DOCUMENT);
    place.run(&["policy", "set", "new.toml"]).wants(2);
    assert_eq!(place.run(&["policy", "show"]).wants(0).trim(), "", "nobody said yes");
    let told = place.run(&["policy", "set", "new.toml", "--yes"]).wants(0);
    assert_eq!(told.trim(), "+ binder printer:bind");
    assert_eq!(place.run(&["policy", "show"]).wants(0), DOCUMENT);
    let shown = place.run(&["policy", "show", "-o", "json"]).wants(0);
    assert_eq!(serde_json::from_str::<Value>(shown.trim()).unwrap()["version"], 1);
    let told =
        place.run_with(&["policy", "set", "-", "--yes"], &DOCUMENT.replace("bind\"", "cut\""));
    assert_eq!(told.wants(0).trim(), "+ binder printer:cut\n- binder printer:bind");
    let with_rule = format!("{DOCUMENT}[[rules]]\nid = \"calm\"\nforbid = [\"printer:cut\"]\n");
    place.write("rule.toml", &with_rule.replace("bind\"", "cut\""));
    let told = place.run(&["policy", "set", "rule.toml"]).wants(2);
    assert_eq!(told.trim(), "~ rules.calm added", "nobody said yes");
    place.write("slip.toml", "version = 1\n[roles]\nbinder = { alow = [] }\n");
    let told = place.run(&["policy", "set", "slip.toml", "--yes"]).wants(1);
    assert!(told.starts_with("slip.toml:3:"), "{told}");
    let failing =
        format!("{DOCUMENT}[[test]]\nas = {{ roles = [\"binder\"] }}\nallow = [\"x:y\"]\n");
    place.write("failing.toml", &failing);
    let told = place.run(&["policy", "set", "failing.toml", "--yes"]).wants(1);
    assert!(told.starts_with("failing.toml:6  ") && told.contains("got deny"), "{told}");
    place.write("nothing.toml", "");
    place.run(&["policy", "set", "nothing.toml", "--yes"]).wants(0);
    assert_eq!(place.run(&["policy", "show"]).wants(0).trim(), "");
}

#[test]
fn a_document_that_shuts_every_administrator_out_is_forced_or_not_stored() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    let ada = "admin@example.com";
    place.write("out.toml", "version = 1\n[[rules]]\nid = \"out\"\nforbid = [\"roles:*\"]\n");
    place.run(&["policy", "set", "out.toml", "--yes"]).refused(4, "--force");
    assert_eq!(place.run(&["policy", "show"]).wants(0).trim(), "");
    place.run(&["can", ada, "roles:edit"]).wants(0);
    place.run(&["policy", "set", "out.toml", "--yes", "--force"]).wants(0);
    place.run(&["can", ada, "roles:edit"]).wants(1);
}

#[test]
fn logged_decisions_are_made_again_by_a_candidate() {
    let place = place_with_file().env("KEYWARD_LOG_DECISIONS", "decisions.jsonl");
    let (server, client) = writer(&place, "posts:edit");
    assert!(may(&client, "posts:edit") && !may(&client, "posts:delete"));
    let draft = json!({ "type": "posts", "id": "7", "attributes": { "status": "draft" } });
    let body = json!({ "permission": "posts:delete", "resource": draft });
    assert_eq!(client.post("/api/v1/can", &body).json()["allowed"], false);
    assert!(server.stop().success());
    let log = std::fs::read_to_string(place.path("decisions.jsonl")).unwrap();
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
    assert!(log.contains(r#""permission":"posts:delete""#), "{log}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(place.path("decisions.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let replay = |more: &[&str]| {
        let args = ["policy", "replay", "decisions.jsonl", "new.toml"];
        place.run(&[&args, more].concat())
    };
    place.write("new.toml", &writing("posts:edit"));
    assert_eq!(replay(&[]).wants(0), "");
    assert_eq!(replay(&["--stored", "--data-dir", "data"]).wants(0), "");
    place.write("new.toml", &writing("posts:view"));
    let told = replay(&[]).wants(1);
    assert!(told.contains("posts:edit  allow (allowed) -> deny (missing_permission)"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    let rule = "[[rules]]\nid = \"r\"\nallow = [\"posts:delete\"]\n\
                when = \"resource has status && resource.status == 'draft'\"\n";
    place.write("new.toml", &format!("{}{rule}", writing("posts:edit")));
    let told = replay(&["-o", "json"]).wants(1);
    let change: Value = serde_json::from_str(told.trim()).unwrap();
    assert_eq!((&change["resource"], &change["now"]), (&"posts:7".into(), &"allow".into()));

    place.write("new.toml", "version = 1\n[roles]\nwriter = { alow = [] }\n");
    replay(&[]).wants(2);
    place.write("new.toml", &writing("posts:edit"));
    for (text, why) in [
        (format!("{log}{{\"v\": 1}}\n"), "missing field"),
        (format!("{log}{{\"v\": 2}}\n"), ""),
        (format!("{}\n", "x".repeat(70_000)), "longer than 64 KiB"),
    ] {
        place.write("decisions.jsonl", &text);
        replay(&[]).refused(2, why);
    }
    place.write("decisions.jsonl", &log[..log.len() - 9]);
    assert_eq!(replay(&[]).wants(0), "", "a line that was cut off is passed over");
    place.run(&["policy", "replay", "gone.jsonl", "new.toml"]).wants(2);
    assert_eq!(place.run_with(&["policy", "replay", "-", "new.toml"], &log).wants(0), "");
}
