//! An operator closes the doors of a running server, and opens them again.

use serde_json::json;

use crate::http::Client;
use crate::server::{PASSWORD, Place, until};

fn told(client: &Client) -> String {
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    let reply = client.post("/api/v1/sign-in", &body);
    if reply.status == 200 { "in".into() } else { reply.code() }
}

#[test]
fn the_doors_are_closed_and_opened_without_a_restart() {
    let place = Place::new().env("KEYWARD_LIMITS_ATTEMPTS", "100000 / 1m");
    place.write("keyward.toml", "[server]\nmaintenance = true\n");
    place.write("password", PASSWORD);
    let server = place.serve();
    let add = ["user", "add", "--email", "ada@example.com", "--password-file", "password"];
    place.run(&[add.as_slice(), &["--verified", "--data-dir", "data"]].concat()).wants(0);
    let client = server.client();
    assert_eq!(told(&client), "maintenance", "from the start");
    assert_eq!(client.get("/readyz").status, 200, "a server that is well is not restarted");

    place.write("keyward.toml", "[server]\nmaintenance = false\n");
    assert_eq!(told(&client), "maintenance", "until it is told");
    server.hang_up();
    until("the doors are open", || told(&client) == "in");

    place.write("keyward.toml", "[server]\nmaintenence = true\n");
    server.hang_up();
    assert!(server.wait_for_log("did you mean server.maintenance?"), "a mistake is told");
    assert_eq!(told(&client), "in", "and changes nothing");
    place.write("keyward.toml", "[server]\nmaintenance = true\n");
    server.hang_up();
    until("the doors are closed", || told(&client) == "maintenance");
}
