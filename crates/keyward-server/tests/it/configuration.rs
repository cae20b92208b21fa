//! What is wrong with a configuration is told, with its place, before anything
//! is opened.

use crate::server::Place;

const SERVE: [&str; 5] = ["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"];

#[test]
fn a_wrong_file_is_refused_with_line_column_and_remedy() {
    for (text, expected) in [
        (
            "# one\n\n[session]\n  idel = \"14d\"",
            "keyward.toml:4:3  unknown key session.idel, did you mean session.idle?",
        ),
        ("[session]\nidle = 14", "keyward.toml:2:8  session.idle takes a time with a unit"),
        (
            "[password.hash]\nmemory = \"19\"",
            "keyward.toml:2:10  password.hash.memory takes a size",
        ),
        ("[database]\npassword_file = \"gone\"", "keyward.toml:2:17  cannot read gone:"),
        ("[log]\nformat = 'xml'", "keyward.toml:2:10  log.format takes one of text, json"),
        ("[server\n", "keyward.toml:1:8  "),
    ] {
        // The environment would win over the file.
        let place = Place::new().without(&["KEYWARD_LOG_FORMAT", "KEYWARD_PASSWORD_HASH_MEMORY"]);
        place.write("keyward.toml", text);
        place.run(&SERVE).refused(2, expected);
        assert!(!place.path("data").exists(), "nothing was made for {text}");
    }
}

#[test]
fn a_wrong_environment_is_refused_by_name() {
    for (name, value, expected) in [
        ("KEYWARD_SESION_IDLE", "1d", "unknown variable, did you mean KEYWARD_SESSION_IDLE?"),
        ("KEYWARD_SESSION_IDLE", "1", "KEYWARD_SESSION_IDLE  session.idle takes a time"),
        (
            "KEYWARD_DATABASE_PASSWORD_FILE",
            "gone",
            "KEYWARD_DATABASE_PASSWORD_FILE  cannot read gone:",
        ),
        ("KEYWARD_SERVER_LISTEN_FILE", "gone", "KEYWARD_SERVER_LISTEN_FILE  cannot read gone:"),
    ] {
        Place::new().env(name, value).run(&SERVE).refused(2, expected);
    }
}

// An orchestrator sets these for a service that is called `keyward`.
#[test]
fn variables_of_an_orchestrator_are_not_ours() {
    let place = Place::new()
        .env("KEYWARD_SERVICE_HOST", "10.0.0.7")
        .env("KEYWARD_PORT", "tcp://10.0.0.7:8080")
        .env("KEYWARD_PORT_8080_TCP_ADDR", "10.0.0.7");
    assert!(place.run(&["config", "check"]).status.success());
}

#[test]
fn an_option_wins_over_the_environment_over_its_file_over_the_file() {
    let place = Place::new();
    place
        .write("keyward.toml", "[session]\nidle = \"1d\"\nabsolute = \"20d\"\nbrief_idle = \"1h\"");
    place.write(
        "some.env",
        "# comment\nKEYWARD_SESSION_IDLE='2d'\nKEYWARD_SESSION_ABSOLUTE=21d\nHOME=/\n",
    );
    let place = place.env("KEYWARD_SESSION_IDLE", "3d");
    let shown = place.run(&["config", "show", "--origins", "--env-file", "some.env"]).out;
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    for (key, value, origin) in [
        ("session.idle ", "\"3d\"", "KEYWARD_SESSION_IDLE"),
        ("session.absolute ", "\"21d\"", "KEYWARD_SESSION_ABSOLUTE"),
        ("session.brief_idle ", "\"1h\"", "keyward.toml:4:14"),
        ("server.listen ", "\"localhost:8080\"", "default"),
    ] {
        let line = line(key);
        assert!(line.contains(value) && line.ends_with(&format!("# {origin}")), "{line}");
    }
    let flag = place.run(&["serve", "--data-dir", "data", "--listen", "nonsense"]);
    flag.refused(2, "--listen  server.listen must be HOST:PORT");
}

#[test]
fn shown_secrets_stay_hidden() {
    let place = Place::new()
        .env("KEYWARD_DATABASE_URL", "postgres://kw:canary-in-url@localhost/kw")
        .env("KEYWARD_MAIL_SMTP", "smtps://kw@mail.example.com")
        .env("KEYWARD_MAIL_FROM", "kw@example.com")
        .env("KEYWARD_MAIL_PASSWORD", "canary-password");
    for args in [&["config", "show"][..], &["config", "show", "--origins", "-o", "json"]] {
        let said = place.run(args);
        assert!(said.status.success(), "{}", said.err);
        assert!(said.out.contains("(hidden)") && !said.out.contains("canary"), "{}", said.out);
    }
}

#[test]
fn every_setting_explains_itself() {
    let place = Place::new();
    let said = place.run(&["config", "explain", "session.idle"]);
    assert!(said.out.contains("KEYWARD_SESSION_IDLE") && said.out.contains("14d"), "{}", said.out);
    place.run(&["config", "explain", "session.idel"]).refused(2, "did you mean session.idle?");
}
