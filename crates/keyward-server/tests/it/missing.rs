//! What the command line says of what is not there, and what it leaves behind.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::server::Place;

const ADA: &str = "ada@example.com";

#[test]
fn nobody_is_added_for_whom_there_is_no_role_or_no_name() {
    let place = Place::new();
    place.start(&["dev"]).stop();
    let bot = ["user", "add", "--username", "deploy-bot", "--role", "deployer"];
    let refused = place.run(&bot);
    let why = "there is no role `deployer`: make it with `keyward role add deployer`; no account was made";
    refused.refused(1, why);
    assert_eq!(refused.out, "");
    place.run(&["user", "show", "deploy-bot"]).refused(1, "nobody is called `deploy-bot`");
    place.run(&["role", "add", "deployer"]).wants(0);
    place.run(&bot).wants(0);
    let nameless = place.run(&["user", "add", "--name", "Deploys"]);
    nameless.refused(2, "Give an e-mail address, a username or a phone number");
}

#[test]
fn what_is_not_there_is_named() {
    let place = Place::new();
    place.start(&["dev"]).stop();
    place.run(&["group", "add", "staff"]).wants(0);
    for (args, why) in [
        (&["role", "grant", ADA, "nothere"][..], "there is no role `nothere`"),
        (&["role", "allow", "nothere", "posts:edit"], "there is no role `nothere`"),
        (&["role", "revoke", ADA, "admin"], "there is no role `admin` of `ada@example.com`"),
        (&["group", "join", ADA, "nothere"], "there is no group `nothere`"),
        (&["group", "roles", "nothere"], "there is no group `nothere`"),
        (&["group", "members", "nothere"], "there is no group `nothere`"),
        (&["group", "leave", ADA, "staff"], "there is no `ada@example.com` in the group `staff`"),
        (&["key", "retire", "nothere"], "there is no key `nothere`"),
        (&["acl", "remove", "nothere", "-y"], "there is no list `nothere`"),
    ] {
        place.run(args).refused(1, why);
    }
}

#[test]
fn an_empty_answer_says_of_what_there_is_none() {
    let place = Place::new();
    place.start(&["dev"]).stop();
    for (args, why) in [
        (&["why", ADA][..], "no sign-in attempts"),
        (&["group", "list"], "no groups"),
        (&["apikey", "list", ADA], "no API keys"),
        (&["relation", "list"], "no relations"),
        (&["user", "list", "nobody-of-this-name"], "no accounts"),
        (&["policy", "show"], "no policy document is stored"),
    ] {
        let said = place.run(args);
        said.refused(0, why);
        assert!(!said.out.contains("nothing found") && !said.err.contains("nothing found"));
    }
}

#[test]
fn a_language_and_a_type_of_event_that_are_not_there_are_refused() {
    let place = Place::new();
    let french = place.run(&["mail", "preview", "recover", "--lang", "fr"]);
    french.refused(2, "no language fr; there are en, de");
    assert_eq!(french.out, "");
    place.run(&["mail", "preview", "recover", "--lang", "de"]).wants(0);
    place.start(&["dev"]).stop();
    place
        .run(&["audit", "--type", "user.loked"])
        .refused(2, "there is no type `user.loked`; did you mean user.locked?");
    place.run(&["audit", "--type", "sign_inn."]).refused(2, "there is no type `sign_inn.`");
    place.run(&["audit", "--type", "user."]).wants(0);
}

#[test]
fn setup_says_that_there_is_an_administrator_already() {
    let place = Place::new();
    place.start(&["dev"]).stop();
    let said = place.run(&["setup"]);
    said.refused(0, "there is an administrator already");
    assert!(said.out.contains("/setup#"), "and makes another all the same: {}", said.out);
    let first = Place::new();
    first.serve().stop();
    let said = first.run(&["setup", "--data-dir", "data"]);
    assert!(!said.err.contains("already"), "{}", said.err);
}

#[test]
fn a_start_that_fails_names_what_is_wrong_and_leaves_nothing_behind() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = place.run(&["serve", "--data-dir", "data", "--listen", &address]);
    refused.refused(3, &format!("could not listen at {address}"));
    refused.refused(3, "choose another with --listen");
    let (cert, key) = ("--tls-cert=nothere.pem", "--tls-key=nothere.key");
    place
        .run(&["serve", "--data-dir", "data", "--listen", "127.0.0.1:0", cert, key])
        .refused(3, "`nothere.pem`");
    let url = "--database-url=sqlite://no/such/folder/kw.db";
    place
        .run(&["serve", "--data-dir", "data", "--listen", "127.0.0.1:0", url])
        .refused(3, "`no/such/folder/kw.db`");
    assert!(!place.path("data").exists(), "nothing was made");
    place.start(&["dev"]).stop();
    place.run(&["import", "nothere.csv", "--from", "csv"]).refused(3, "`nothere.csv`");
}

#[test]
fn routes_name_the_permission() {
    let place = Place::new();
    let routes = place.run(&["routes"]).wants(0);
    assert!(routes.contains("permission acl:edit") && !routes.contains("Holding("), "{routes}");
}

#[test]
fn following_shows_no_more_of_what_is_over_than_was_asked_for() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    for name in ["one", "two", "three"] {
        place.run(&["role", "add", name]).wants(0);
    }
    let mut child =
        place.spawn(&["audit", "--follow", "--limit", "2", "-o", "json"], Stdio::null());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || {
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        line["data"]["role"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!([next(), next()], ["two", "three"]);
    place.run(&["role", "add", "four"]).wants(0);
    assert_eq!(next(), "four", "nothing that is over comes again");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_place_without_a_value_keeps_its_column() {
    let place = Place::new();
    let _server = place.start(&["dev"]);
    place.run(&["role", "add", "one"]).wants(0);
    let mut child = place.spawn(&["audit", "--follow", "--limit", "1"], Stdio::null());
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let cells: Vec<&str> = line.split("  ").collect();
    assert_eq!(cells.len(), 6, "{line}");
    assert_eq!(&cells[3..5], ["–", "–"], "neither a subject nor an actor: {line}");
}

#[test]
fn advice_makes_nobody_an_administrator_first() {
    let place = Place::new();
    place.start(&["dev"]).stop();
    let why = place.run(&["can", ADA, "posts:edit", "--why"]).wants(1);
    let fixes: Vec<&str> = why.lines().filter(|line| line.contains("to fix:")).collect();
    assert_eq!(
        fixes,
        [
            "  to fix: allow posts:edit for the subject, or in a role it holds",
            "  to fix: assign role admin (roles.admin.allow[0])",
        ]
    );
}
