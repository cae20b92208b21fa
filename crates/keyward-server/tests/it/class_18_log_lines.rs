//! Class 18: whatever somebody sends, one line of the log is one line, and what they wrote
//! is a text in it.

use serde_json::{Value, json};

use crate::server::Place;

#[test]
fn a_line_of_the_log_stays_one_line_whatever_is_sent() {
    let place = Place::new().env("KEYWARD_LOG_LEVEL", "debug");
    let server = place.serve();
    let forged = "x\n{\"level\":\"INFO\",\"message\":\"forged\"}\r\n\u{1b}[2J\u{0}\u{2028}\"}";
    let client = server.client();
    for body in [
        json!({ "identifier": forged, "password": forged }),
        json!({ "email": forged, "password": forged }),
        json!({ forged: forged }),
        json!({ "token": forged }),
    ] {
        for path in
            ["/api/v1/sign-in", "/api/v1/sign-up", "/api/v1/recovery", "/api/v1/verify-link"]
        {
            let reply = client.post(path, &body);
            assert!((400..500).contains(&reply.status), "{path}: {}", reply.body);
        }
    }
    client.get("/%0a%7B%22level%22:%22INFO%22,%22message%22:%22forged%22%7D");
    client.get("/admin/people/%1b%5b2J%0d%0aforged");
    let lines = server.log_to_its_end();
    assert!(lines.len() > 3, "{lines:#?}");
    for line in &lines {
        let read: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no line: {line}"));
        assert!(read.is_object(), "{line}");
        assert_ne!(read["message"], "forged", "{line}");
        assert!(!line.contains(['\u{1b}', '\0', '\u{2028}']), "{line}");
    }
}
