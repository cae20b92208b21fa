//! What an operator counts, at a door of its own that is shut unless configured.

use serde_json::json;

use crate::http::Client;
use crate::server::{PASSWORD, Place, Server};

const TOKEN: &str = "0123456789abcdef";

fn open() -> Place {
    Place::new().env("KEYWARD_METRICS_LISTEN", "127.0.0.1:0").env("KEYWARD_METRICS_TOKEN", TOKEN)
}

fn door(server: &Server) -> Client {
    let url = server.metrics.as_deref().expect("it says where the metrics are");
    let port = url.strip_suffix("/metrics").and_then(|url| url.rsplit(':').next());
    Client::new(port.unwrap().parse().unwrap())
}

#[track_caller]
fn value(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
}

#[test]
fn what_happened_is_counted() {
    let place = open().env("KEYWARD_POLICY_FILE", "policy.toml");
    place.write("policy.toml", "version = 1\n[permissions]\nposts = [\"view\"]\n[roles]\nwriter = { allow = [\"posts:view\"] }\n");
    place.write("password", PASSWORD);
    let server = place.serve();
    let add = ["user", "add", "--email", "ada@example.com", "--password-file", "password"];
    let more = ["--verified", "--role", "writer", "--data-dir", "data"];
    place.run(&[add.as_slice(), &more].concat()).wants(0);
    let ada = server.client().signed_in("ada@example.com", PASSWORD);
    let wrong = json!({ "identifier": "ada@example.com", "password": "wrong horse battery" });
    assert_ne!(server.client().post("/api/v1/sign-in", &wrong).status, 200);
    for (permission, allowed) in [("posts:view", true), ("users:view", false), ("pots:view", false)]
    {
        let reply = ada.get(&format!("/api/v1/can?permission={permission}"));
        assert_eq!(reply.json()["allowed"], allowed, "{}", reply.body);
    }
    let text = door(&server).bearer(TOKEN).get("/metrics").body;
    for (name, count) in [
        ("keyward_decisions_total{outcome=\"allow\"}", 1),
        ("keyward_decisions_total{outcome=\"deny\"}", 2),
        ("keyward_unknown_permissions_total", 1),
        ("keyward_sign_ins_total{outcome=\"succeeded\"}", 1),
        ("keyward_sign_ins_total{outcome=\"failed\"}", 1),
        ("keyward_hash_queue", 0),
        ("keyward_hash_refusals_total", 0),
        ("keyward_decisions_not_logged_total", 0),
        ("keyward_outbox_messages", 0),
        ("keyward_store_up", 1),
    ] {
        assert_eq!(value(&text, name), count, "{name} in\n{text}");
    }
    let seen =
        |outcome| value(&text, &format!("keyward_session_cache_total{{outcome=\"{outcome}\"}}"));
    assert_eq!(seen("hit") + seen("miss"), 3, "three requests with a session");
    assert!(value(&text, "keyward_http_replies_total{status=\"2xx\"}") >= 4);
    assert!(value(&text, "keyward_http_replies_total{status=\"4xx\"}") >= 1);
    assert!(!text.contains("ada"), "it names nobody");
    for line in text.lines() {
        let plain = line.starts_with("# HELP keyward_") || line.starts_with("# TYPE keyward_");
        assert!(plain || line.starts_with("keyward_"), "{line}");
    }
    assert!(server.stop().success(), "the door does not keep it from ending");
}

#[test]
fn the_door_is_shut_unless_it_is_opened() {
    let place = Place::new();
    let server = place.serve();
    assert_eq!(server.metrics, None);
    assert_eq!(server.client().get("/metrics").status, 404);
}

#[test]
fn only_who_bears_the_token_reads_and_nothing_else_is_there() {
    let place = open();
    let server = place.serve();
    assert_eq!(door(&server).get("/metrics").status, 401);
    for token in ["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF"] {
        assert_eq!(door(&server).bearer(token).get("/metrics").status, 401, "{token}");
    }
    assert_eq!(door(&server).bearer(TOKEN).get("/metrics").status, 200);
    assert_eq!(door(&server).bearer(TOKEN).post("/metrics", &json!({})).status, 405);
    for path in ["/", "/healthz", "/api/v1/session", "/metrics/", "/admin"] {
        assert_eq!(door(&server).bearer(TOKEN).get(path).status, 404, "{path}");
    }
    assert_eq!(server.client().bearer(TOKEN).get("/metrics").status, 404, "not at the main door");
}

#[test]
fn a_door_that_others_reach_needs_a_token() {
    let serve = ["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"];
    let place = |listen: &str| Place::new().env("KEYWARD_METRICS_LISTEN", listen);
    place("0.0.0.0:0").run(&serve).refused(2, "metrics.listen is reached by others");
    place("nowhere").run(&serve).refused(2, "metrics.listen must be HOST:PORT");
    let short = place("127.0.0.1:0").env("KEYWARD_METRICS_TOKEN", "short");
    short.run(&serve).refused(2, "metrics.token must have 16 characters or more");
    let alone = Place::new().env("KEYWARD_METRICS_TOKEN", TOKEN);
    alone.run(&serve).refused(2, "metrics.token needs metrics.listen as well");
}
