//! Class 18: whatever a stranger sends, it adds no line to a log and ends none.

use std::net::TcpStream;

use serde_json::{Value, json};

use crate::http::exchange;
use crate::server::{PASSWORD, Place, Server};

/// Ends of lines as programs know them, what a terminal obeys, and a line of a log.
const NASTY: &[&str] = &[
    "\n",
    "\r\n",
    "\u{85}",
    "\u{2028}",
    "\u{b}",
    "\0",
    "\u{1b}[2K\u{1b}[1A",
    "\u{9b}2J",
    "\u{202e}",
    "\"}\n{\"level\":\"ERROR\",\"message\":\"forged\",\"x\":\"",
];

fn serve(place: &Place) -> Server {
    place.write("policy.toml", "version = 1\n[permissions]\nposts = [\"view\"]\n");
    place.write("password", PASSWORD);
    let server = place.serve();
    let add = ["user", "add", "--email", "ada@example.com", "--password-file", "password"];
    place.run(&[add.as_slice(), &["--verified", "--data-dir", "data"]].concat()).wants(0);
    server
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// Everything that is read before anybody is known, with this inside.
fn knock(server: &Server, nasty: &str) {
    let client = server.client();
    let odd = format!("ada{nasty}@example.com");
    let body = json!({ "identifier": odd, "password": odd, odd.clone(): odd });
    client.post("/api/v1/sign-in", &body);
    client.post("/api/v1/sign-up", &json!({ "email": odd, "name": odd, "password": PASSWORD }));
    client.post("/api/v1/recovery", &json!({ "identifier": odd }));
    client.get(&format!("/{}?{}", percent(nasty), percent(nasty)));
    client.get(&format!("/login?return_to={}", percent(nasty)));
    // In headers bytes of lines are no values: hyper refuses them, and they reach nobody.
    let head = format!("GET /login HTTP/1.1\r\nHost: {nasty}\r\nUser-Agent: {nasty}\r\n");
    let stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    exchange(stream, &format!("{head}Connection: close\r\n\r\n")).ok();
}

#[test]
fn no_line_is_added_to_a_log() {
    let place = Place::new()
        .env("KEYWARD_POLICY_FILE", "policy.toml")
        .env("KEYWARD_LOG_LEVEL", "trace")
        .env("KEYWARD_LOG_DECISIONS", "decisions.jsonl");
    let server = serve(&place);
    let ada = server.client().signed_in("ada@example.com", PASSWORD);
    let mut asked = vec![];
    for nasty in NASTY {
        knock(&server, nasty);
        let resource = json!({ "type": "posts", "id": nasty });
        for permission in ["posts:view".to_owned(), format!("posts:{nasty}")] {
            let body = json!({ "permission": permission, "resource": resource });
            if ada.post("/api/v1/can", &body).status == 200 {
                asked.push(*nasty);
            }
        }
    }
    // One that is told to the operator.
    assert_eq!(ada.get("/api/v1/can?permission=pots:view").json()["allowed"], false);
    let log = server.log();
    let read = |line: &String| serde_json::from_str::<Value>(line).ok();
    let lines: Vec<Value> = log.iter().filter_map(read).collect();
    assert_eq!(lines.len(), log.len(), "{log:#?}");
    assert!(log.iter().any(|line| line.contains("pots:view")), "{log:#?}");
    assert!(lines.iter().all(|line| line["message"] != "forged"), "{log:#?}");

    let decisions = std::fs::read_to_string(place.path("decisions.jsonl")).unwrap();
    let decisions: Option<Vec<Value>> = decisions.lines().map(|it| read(&it.into())).collect();
    let decisions = decisions.unwrap();
    let of = |nasty: &&str| {
        decisions.iter().filter(|it| it.to_string().contains(&json!(nasty).to_string())).count()
    };
    assert!(!asked.is_empty() && asked.iter().all(|nasty| of(nasty) > 0), "{decisions:#?}");
}
