//! A server whose database cannot be reached: whoever asks is told so in time, and once
//! it is back, everything goes on.

mod way;

use std::time::{Duration, Instant};

use crate::http::{Client, Reply};
use crate::server::{PASSWORD, Place};
use way::{Way, Weather};

/// Within which every request is answered, come what may.
const TWO_SECONDS: Duration = Duration::from_secs(2);
/// Longer than any recovery on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const ADMIN: &str = "root@example.com";
const KEY: &str = "0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// A server on this database, which is cut off and frozen between two requests.
pub(crate) fn is_told_in_time_and_ends_by_itself(database: &str) {
    let (who, rest) = database.rsplit_once('@').unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    let way = Way::to(host);
    let place = Place::new()
        .env("KEYWARD_DATABASE_URL", &format!("{who}@{}/{name}", way.address))
        .env("KEYWARD_ROOT_KEY", KEY)
        .env("KEYWARD_ADMIN_EMAIL", ADMIN)
        .env("KEYWARD_ADMIN_PASSWORD_FILE", "password");
    place.write("password", PASSWORD);
    let server = place.serve();
    let client = server.client();
    let admin = client.clone().signed_in(ADMIN, PASSWORD);
    let ask: [(&str, &dyn Fn() -> Reply); 2] = [
        ("a sign-in", &|| client.sign_in(ADMIN)),
        ("a list", &|| admin.get("/api/v1/admin/users")),
    ];
    for weather in [Weather::Cut, Weather::Frozen, Weather::Cut] {
        for (what, ask) in ask {
            assert_eq!(ask().status, 200, "{what} before {weather:?}");
        }
        way.set(weather);
        for (what, ask) in ask.into_iter().chain(ask) {
            let reply = in_time(what, ask);
            assert_eq!(reply.status, 503, "{what} while {weather:?}: {}", reply.body);
            // Those who wait for a connection may be too many before it is known to be dead.
            let known = ["database_unavailable", "busy"].contains(&&*reply.code());
            assert!(known, "{what} while {weather:?}: {}", reply.body);
        }
        assert_ne!(in_time("readiness", || client.get("/readyz")).status, 200, "{weather:?}");
        assert_eq!(in_time("life", || client.get("/healthz")).status, 200, "{weather:?}");
        way.set(Weather::Fair);
        recovers(&client);
    }
}

fn in_time(what: &str, ask: impl Fn() -> Reply) -> Reply {
    let (reply, took) = timed(ask);
    assert!(took < TWO_SECONDS, "{what} took {took:?}");
    reply
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

/// Asks until it is ready again, and a sign-in works.
#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn recovers(client: &Client) {
    let begun = Instant::now();
    while client.get("/readyz").status != 200 || client.sign_in(ADMIN).status != 200 {
        assert!(begun.elapsed() < PATIENCE, "it does not come back by itself");
    }
}
