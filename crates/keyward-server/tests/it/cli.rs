//! The command line beside a running server.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::Client;
use crate::server::{PASSWORD, Place};

const ADA: &str = "ada@example.com";

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn now() -> Instant {
    Instant::now()
}

/// Asks until the session is dead. The promise is 250 ms; a loaded machine gets
/// a second.
#[track_caller]
fn dies(client: &Client) {
    let began = now();
    while client.get("/api/v1/session").status == 200 {
        assert!(now() - began < Duration::from_secs(1), "the session lives on");
        std::thread::yield_now();
    }
}

#[test]
fn a_running_server_sees_a_lock_by_the_command_line() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let ada = server.client().signed_in(ADA, PASSWORD);
    assert_eq!(ada.get("/api/v1/session").status, 200);
    place.run(&["user", "lock", ADA, "--reason", "gone"]).wants(0);
    dies(&ada);
    assert_eq!(server.client().sign_in(ADA).status, 401);
    let why = place.run(&["why", ADA]).wants(0);
    assert!(why.lines().nth(1).unwrap().contains("locked"), "{why}");
    place.run(&["user", "unlock", ADA]).wants(0);
    server.client().signed_in(ADA, PASSWORD);
}

#[test]
fn the_last_administrator_is_shut_out_by_force_alone() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    let root = "admin@example.com";
    for args in [
        &["role", "add", "owner"][..],
        &["role", "inherit", "owner", "admin"],
        &["group", "add", "owners"],
        &["group", "roles", "owners", "owner"],
        &["group", "join", root, "owners"],
        &["role", "revoke", root, "admin"],
    ] {
        place.run(args).wants(0);
    }
    for args in [
        &["role", "deny", "owner", "roles:*"][..],
        &["role", "inherit", "owner"],
        &["role", "remove", "owner", "-y"],
        &["group", "roles", "owners"],
        &["group", "remove", "owners", "-y"],
    ] {
        place.run(args).refused(4, "must be able to administer");
    }
    place.run(&["role", "deny", "owner", "roles:*", "--force"]).wants(0);
    place.run(&["role", "clear", "owner", "roles:*"]).wants(0);
    place.run(&["group", "remove", "owners", "-y", "--force"]).wants(0);
}

#[test]
fn permissions_of_one_account_are_given_for_a_time_and_taken() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    place
        .run(&["user", "allow", ADA, "posts:view", "posts:edit", "--until", "2999-01-01"])
        .wants(0);
    place.run(&["can", ADA, "posts:edit"]).wants(0);
    place.run(&["user", "deny", ADA, "posts:edit"]).wants(0);
    place.run(&["can", ADA, "posts:edit"]).wants(1);
    let shown = place.run(&["user", "show", ADA, "-o", "json"]).wants(0);
    let shown: Value = serde_json::from_str(shown.trim()).unwrap();
    assert_eq!(shown["grants"][0]["expires_at"], "2999-01-01T00:00:00.000Z");
    place.run(&["user", "clear", ADA, "posts:edit"]).wants(0);
    place.run(&["user", "clear", ADA, "posts:edit"]).wants(1);
    place.run(&["can", ADA, "posts:edit"]).wants(1);
    place.run(&["can", ADA, "posts:view"]).wants(0);
    place.run(&["user", "allow", ADA, "posts::"]).wants(2);
}

#[test]
fn a_running_server_sees_every_way_to_close_a_session() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let ada = server.client().signed_in(ADA, PASSWORD);
    let listed = place.run(&["session", "list", ADA, "-o", "json"]).wants(0);
    let row: Value = serde_json::from_str(listed.trim()).unwrap();
    place.run(&["session", "revoke", row["id"].as_str().unwrap()]).wants(0);
    dies(&ada);
    place.run(&["session", "revoke", row["id"].as_str().unwrap()]).wants(1);

    let ada = server.client().signed_in(ADA, PASSWORD);
    place.run(&["session", "revoke-all", ADA]).wants(2);
    assert_eq!(ada.get("/api/v1/session").status, 200);
    place.run(&["session", "revoke-all", ADA, "--yes"]).wants(0);
    dies(&ada);

    let ada = server.client().signed_in(ADA, PASSWORD);
    let new = "an entirely new password";
    place.run_with(&["user", "set-password", ADA, "--password-stdin"], new).wants(0);
    dies(&ada);
    server.client().signed_in(ADA, new);

    let ada = server.client().signed_in(ADA, new);
    place.run(&["user", "delete", ADA, "-y"]).wants(0);
    dies(&ada);
    place.run(&["user", "restore", ADA]).wants(0);
    server.client().signed_in(ADA, new);
}

#[test]
fn a_running_server_sees_a_group_and_what_its_role_inherits() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let ada = server.client().signed_in(ADA, PASSWORD);
    let guarded = || ada.get("/api/v1/admin/users").status;
    for args in [
        &["role", "add", "viewer"][..],
        &["role", "allow", "viewer", "users:view"],
        &["role", "add", "helper"],
        &["role", "inherit", "helper", "viewer"],
        &["group", "add", "desk", "--description", "Answers the phone"],
        &["group", "roles", "desk", "helper"],
        &["role", "exclude", "apart", "viewer", "admin"],
    ] {
        place.run(args).wants(0);
    }
    assert_eq!(guarded(), 403);
    place.run(&["group", "join", ADA, "desk", "--until", "2999-01-01"]).wants(0);
    let began = now();
    while guarded() != 200 {
        assert!(now() - began < Duration::from_secs(1), "the group gives nothing");
        std::thread::yield_now();
    }
    let shown = place.run(&["user", "show", ADA, "-o", "json"]).wants(0);
    let shown: Value = serde_json::from_str(shown.trim()).unwrap();
    assert_eq!(shown["memberships"][0]["expires_at"], "2999-01-01T00:00:00.000Z");
    assert!(place.run(&["group", "members", "desk"]).wants(0).contains("2999-01-01"));
    place.run(&["role", "grant", ADA, "admin"]).refused(4, "exclude each other");
    place.run(&["role", "add", "other"]).wants(0);
    place.run(&["role", "grant", ADA, "other"]).wants(0);
    let both = place.run(&["role", "exclude", "two", "viewer", "other"]);
    both.refused(4, "(other, viewer)");
    place.run(&["role", "revoke", ADA, "other"]).wants(0);
    place.run(&["group", "join", ADA, "desk", "--until", "2000-01-01"]).wants(2);
    place.run(&["role", "inherit", "viewer", "helper"]).wants(2);
    place.run(&["group", "leave", ADA, "desk"]).wants(0);
    let began = now();
    while guarded() != 403 {
        assert!(now() - began < Duration::from_secs(1), "what she left still counts");
        std::thread::yield_now();
    }
}

#[test]
fn lists_and_relations_are_written_by_the_command_line() {
    let place = Place::new().env("KEYWARD_POLICY_FILE", "policy.toml");
    place.write(
        "policy.toml",
        "version = 1\n[permissions]\nposts = [\"edit\"]\n\
         [relations.posts]\neditor = \"[user]\"\ngrants.\"posts:edit\" = \"editor\"\n",
    );
    let _server = place.start(&["dev"]);
    let ada = place.run(&["user", "show", ADA, "-o", "json"]).wants(0);
    let ada: Value = serde_json::from_str(ada.trim()).unwrap();
    let ada = format!("user:{}", ada["id"].as_str().unwrap());
    let asked = ["can", ADA, "posts:edit", "--resource", "posts:1"];

    place.run(&asked).wants(1);
    place.run(&["relation", "add", "posts:1", "editor", &ada]).wants(0);
    place.run(&asked).wants(0);
    let listed = place.run(&["relation", "list", "--of", "posts"]).wants(0);
    assert!(listed.contains(&ada) && listed.contains("editor"), "{listed}");
    let slip = place.run(&["relation", "add", "posts:1", "edtor", &ada]);
    slip.refused(2, "did you mean `editor`?");
    place.run(&["relation", "remove", "posts:1", "editor", &ada]).wants(0);
    place.run(&asked).wants(1);

    let entries = ["allow @authenticated posts:edit", "deny @everyone *"];
    place.run(&[&["acl", "set", "wall"], &entries[..]].concat()).wants(0);
    assert_eq!(place.run(&["acl", "show", "wall"]).wants(0), entries.join("\n") + "\n");
    assert!(place.run(&["acl", "list"]).wants(0).contains("wall"));
    let slip = place.run(&["acl", "set", "wall", "allow staff posts:eidt"]);
    slip.refused(2, "entries.0: unknown permission `posts:eidt`, did you mean `posts:edit`?");
    let on_wall = r#"{"type": "posts", "id": "1", "acl": ["wall"]}"#;
    place.run(&["can", ADA, "posts:edit", "--resource", on_wall]).wants(0);
    place.run(&["acl", "remove", "wall", "-y"]).wants(0);
    place.run(&["acl", "show", "wall"]).wants(1);
}

#[test]
fn a_running_server_sees_a_role_and_its_rules() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let ada = server.client().signed_in(ADA, PASSWORD);
    let guarded = || ada.get("/api/v1/admin/users").status;
    assert_eq!(guarded(), 403);
    assert_eq!(place.run(&["can", ADA, "users:view"]).wants(1), "deny\n");
    place.run(&["role", "add", "helpdesk", "--description", "Answers the phone"]).wants(0);
    place.run(&["role", "allow", "helpdesk", "users:view", "audit:*"]).wants(0);
    place.run(&["role", "grant", ADA, "helpdesk"]).wants(0);
    let until = |status: u16| {
        let began = now();
        while guarded() != status {
            assert!(now() - began < Duration::from_secs(1), "not {status}");
        }
    };
    until(200);
    assert_eq!(place.run(&["can", ADA, "users:view"]).wants(0), "allow\n");
    let why = place.run(&["can", ADA, "users:view", "--why"]).wants(0);
    assert!(why.contains("helpdesk"), "{why}");
    let on = &["can", ADA, "users:view", "--resource", "users:42", "--json", "--why"];
    let said: Value = serde_json::from_str(&place.run(on).wants(0)).unwrap();
    assert_eq!((&said["allowed"], &said["code"]), (&json!(true), &json!("allowed")));
    assert_eq!(said["why"]["decided_by"]["rule"], "roles.helpdesk.allow[1]");
    let lost = r#"{"type": "users", "id": "42", "acl": ["gone"]}"#;
    place.run(&["can", ADA, "users:view", "--resource", lost]).refused(3, "no `gone`");
    place.run(&["role", "deny", "helpdesk", "users:view"]).wants(0);
    until(403);
    place.run(&["can", ADA, "users:view", "--why"]).wants(1);
    place.run(&["role", "clear", "helpdesk", "users:view"]).wants(0);
    let roles = place.run(&["role", "list"]).wants(0);
    assert!(roles.contains("audit:*") && !roles.contains("users:view"), "{roles}");
    place.run(&["role", "add", "helpdesk"]).wants(4);
    place.run(&["role", "remove", "helpdesk"]).wants(2);
    place.run(&["role", "remove", "helpdesk", "--yes"]).wants(0);
    place.run(&["role", "revoke", ADA, "helpdesk"]).wants(1);
    place.run(&["role", "remove", "admin", "--yes"]).wants(2);
}

#[test]
fn accounts_are_made_found_and_changed() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    let add = ["user", "add", "--email", "Grace@Example.com", "--username", "grace"];
    let more = ["--name", "Grace", "--verified", "--role", "admin", "--password-stdin"];
    let id = place.run_with(&[&add[..], &more[..]].concat(), "a long enough password\n").wants(0);
    let id = id.trim();
    assert!(id.starts_with("usr_"), "{id}");
    for name in [id, "grace@example.com", "grace", "GRACE"] {
        let shown = place.run(&["user", "show", name, "-o", "json"]).wants(0);
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["id"], id, "{name}");
        assert_eq!(shown["roles"][0], "admin", "{name}");
    }
    place.run(&["user", "edit", "grace", "--phone", "+44 20 7946 0000"]).wants(0);
    place.run(&["user", "edit", "grace", "--properties", r#"{"plan":"pro"}"#]).wants(0);
    let shown = place.run(&["user", "show", "+442079460000"]).wants(0);
    assert!(shown.contains("(not verified)") && shown.contains("pro"), "{shown}");
    place.run(&["user", "verify", "grace"]).wants(0);
    assert!(!place.run(&["user", "show", "grace"]).wants(0).contains("not verified"));

    let table = place.run(&["user", "list", "grace"]).wants(0);
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.starts_with("USER "), "{table}");
    let lines = place.run(&["user", "list", "-o", "json"]).wants(0);
    assert_eq!(lines.lines().count(), 4, "{lines}");
    for line in lines.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    assert_eq!(
        place.run(&["user", "list", "--limit", "2", "-o", "json"]).wants(0).lines().count(),
        2
    );
    assert_eq!(place.run(&["user", "list", "--status", "locked"]).wants(0), "");
}

#[test]
fn an_exit_code_tells_what_kind_of_no_it_is() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    for (args, code) in [
        (&["user", "show", "nobody@example.com"][..], 1),
        (&["user", "add", "--email", ADA], 4),
        (&["user", "add", "--email", "not an address"], 2),
        (&["user", "lock", "admin@example.com"], 4),
        (&["user", "delete", ADA], 2),
        (&["user", "set-password", ADA], 2),
        (&["user", "fly", ADA], 2),
        (&["user", "edit", ADA, "--properties", "[1]"], 2),
        (&["can", ADA, "not a permission"], 2),
        (&["can", ADA, "posts:edit", "--resource", "posts"], 2),
        (&["can", ADA, "posts:edit", "--resource", "{\"type\": \"posts\"}"], 2),
        (&["can", ADA, "posts:edit", "--context", "[]"], 2),
        (&["session", "revoke", "ses_x"], 2),
        (&["audit", "--since", "yesterday"], 2),
    ] {
        let said = place.run(args);
        assert_eq!(said.status.code(), Some(code), "{args:?}: {}{}", said.out, said.err);
        assert!(said.out.is_empty() && !said.err.is_empty(), "{args:?}");
    }
    let weak = place.run_with(&["user", "set-password", ADA, "--password-stdin"], "short");
    weak.refused(2, "too short");
    Place::new().run(&["user", "list"]).refused(2, "no database here");
}

#[test]
fn the_log_can_be_searched() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let wrong = json!({ "identifier": ADA, "password": "a wrong password" });
    assert_eq!(server.client().post("/api/v1/sign-in", &wrong).status, 401);
    let why = place.run(&["why", ADA]).wants(0);
    assert!(why.contains("failed") && why.contains("wrong_secret"), "{why}");
    let failed = ["audit", "--type", "sign_in.failed", "--user", ADA, "--since", "1h"];
    let lines = place.run(&[&failed[..], &["-o", "json"]].concat()).wants(0);
    let event: Value = serde_json::from_str(lines.trim()).unwrap();
    assert_eq!(event["data"]["reason"], "wrong_secret");
    let family = place.run(&["audit", "--type", "user.", "--limit", "2", "-o", "json"]).wants(0);
    assert_eq!(family.lines().count(), 2, "{family}");
}

#[test]
fn the_log_can_be_followed() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    let follow = ["audit", "--follow", "--type", "user.locked", "-o", "json"];
    let mut follower = place.spawn(&follow, Stdio::null());
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    for reason in ["one", "two"] {
        place.run(&["user", "lock", ADA, "--reason", reason]).wants(0);
        let event: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(event["data"]["reason"], reason);
    }
    follower.kill().unwrap();
    follower.wait().unwrap();
}

#[test]
fn the_program_describes_itself() {
    let place = Place::new();
    let routes = place.run(&["routes"]).wants(0);
    let wanted = r#"GET     /api/v1/admin/users "#;
    let line = routes.lines().find(|line| line.starts_with(wanted));
    let line = line.unwrap_or_else(|| panic!("{routes}"));
    assert!(line.contains("permission users:view") && line.contains("Request"), "{line}");
    assert!(
        !routes.contains("/dev/inbox") && place.run(&["routes", "--dev"]).out.contains("/dev/")
    );
    let document: Value = serde_json::from_str(&place.run(&["openapi"]).wants(0)).unwrap();
    assert!(document["paths"]["/api/v1/sign-in"]["post"].is_object());
    assert!(place.run(&["completions", "bash"]).wants(0).contains("set-password"));
    let manual = place.path("man");
    place.run(&["man", manual.to_str().unwrap()]).wants(0);
    assert!(manual.join("keyward-user-set-password.1").is_file());
    let help = place.run(&["--help"]).wants(0);
    for group in ["Run:", "Look:", "People:", "Access:", "Operate:", "Develop:"] {
        assert!(help.contains(group), "{help}");
    }
}

#[test]
fn the_cost_of_hashes_is_found_and_counted() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    let line = place.run(&["hash", "calibrate", "--target", "1ms"]).wants(0);
    let least =
        r#"hash = { algorithm = "argon2id", memory = "19 MiB", iterations = 2, lanes = 1 }"#;
    assert_eq!(line.trim(), least);
    assert_eq!(place.run(&["hash", "wrap", "-o", "json"]).wants(0).trim(), r#"{"wrapped":0}"#);
    let counts = place.run(&["hash", "report", "-o", "json"]).wants(0);
    let count: Value = serde_json::from_str(counts.trim()).unwrap();
    assert_eq!((&count["accounts"], &count["form"]), (&3.into(), &"argon2id m=8 t=1 p=1".into()));
}

#[test]
fn a_key_made_on_the_command_line_opens_the_running_server_until_it_is_ended() {
    let place = Place::new();
    let server = place.start(&["dev"]);
    let made =
        place.run(&["apikey", "create", ADA, "--name=deploy", "--allow", "posts:*"]).wants(0);
    let text = made.trim();
    assert!(text.starts_with("kwk_") && text.lines().count() == 1, "{made}");
    let by_key = || server.client().bearer(text).get("/api/v1/me/permissions").status;
    assert_eq!(by_key(), 200);
    let listed = place.run(&["apikey", "list", ADA, "-o", "json"]).wants(0);
    let row: Value = serde_json::from_str(listed.trim()).unwrap();
    assert_eq!((&row["name"], &row["permissions"]), (&json!("deploy"), &json!(["posts:*"])));
    let id = row["id"].as_str().unwrap();
    place.run(&["apikey", "revoke", ADA, id]).wants(0);
    let began = now();
    while by_key() == 200 {
        assert!(now() - began < Duration::from_secs(1), "the key lives on");
        std::thread::yield_now();
    }
    place.run(&["apikey", "revoke", ADA, id]).wants(1);
}
