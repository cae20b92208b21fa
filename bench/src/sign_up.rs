//! Durable sign-ups over HTTP, against bare inserts of one row in group commits.
//!
//! The server runs with its defaults, except that a hash costs next to nothing:
//! each sign-up makes an account, an address, a credential, a challenge, a
//! message and two events, and its mail is sent to a folder. Every round of either
//! begins with an empty database: what grows is slower, and would be held against what
//! does not.

use std::path::Path;
use std::time::Duration;

use crate::server::{self, Child, Start};
use crate::stage::{PASSWORD, Stage};
use crate::wrk::Posts;
use crate::{Result, figure, http, insert, trace};

const CLIENTS: usize = 64;
const ROUNDS: usize = 5;
const LASTS: Duration = Duration::from_secs(4);

/// The least that a hash can cost.
const CHEAP_HASH: [(&str, &str); 2] =
    [("KEYWARD_PASSWORD_HASH_MEMORY", "8 KiB"), ("KEYWARD_PASSWORD_HASH_ITERATIONS", "1")];

pub(crate) fn run(binary: &Path) -> Result<()> {
    let (mut ratios, mut rates) = (vec![], vec![]);
    for round in 0..ROUNDS {
        let stage = Stage::empty()?;
        let start = Start { env: &CHEAP_HASH, ..Start::default() };
        let server = server::start(binary, stage.path(), start)?;
        let bare = insert::rate(&stage.path().join("bare.db"), CLIENTS, LASTS)?;
        let own = sign_ups(&server, round)?;
        eprintln!("round {round}: {own:.0} sign-ups/s, {bare:.0} bare inserts/s");
        ratios.push(own / bare);
        rates.push(own);
    }
    figure::print("sqlite_signup_per_s", figure::median(rates));
    figure::print("sqlite_signup_ratio", figure::median(ratios));
    match trace::fsync_before_ack(binary) {
        Ok(yes) => figure::print_word("fsync_before_ack", if yes { "yes" } else { "no" }),
        Err(why) => figure::unknown("fsync_before_ack", &why),
    }
    Ok(())
}

fn sign_ups(server: &Child, round: usize) -> Result<f64> {
    let body = body(&format!("new-{round}-%d@example.com"));
    let (path, connections, secs) = ("/api/v1/sign-up", CLIENTS, LASTS.as_secs());
    Posts { path, body: &body, circle: 0, connections, secs }.rate(server)
}

/// A sign-up with this address.
pub(crate) fn request(address: std::net::SocketAddr, email: &str) -> Vec<u8> {
    http::post(address, "/api/v1/sign-up", &body(email))
}

fn body(email: &str) -> String {
    format!(r#"{{"email":"{email}","password":"{PASSWORD}"}}"#)
}
