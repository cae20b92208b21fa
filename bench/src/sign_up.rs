//! Durable sign-ups over HTTP, against bare inserts of one row in group commits.
//!
//! The server runs with its defaults, except that a hash costs next to nothing:
//! each sign-up makes an account, an address, a credential, a challenge, a
//! message and two events, and its mail is sent to a folder.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::load::Load;
use crate::server::{self, Child, Start};
use crate::stage::{PASSWORD, Stage};
use crate::{Result, figure, http, insert, trace};

const CLIENTS: usize = 64;
const ROUNDS: usize = 5;
const LASTS: Duration = Duration::from_secs(4);

/// The least that a hash can cost.
const CHEAP_HASH: [(&str, &str); 2] =
    [("KEYWARD_PASSWORD_HASH_MEMORY", "8 KiB"), ("KEYWARD_PASSWORD_HASH_ITERATIONS", "1")];

pub(crate) fn run(binary: &Path) -> Result<()> {
    let stage = Stage::empty()?;
    let start = Start { env: &CHEAP_HASH, ..Start::default() };
    let server = server::start(binary, stage.path(), start)?;
    let (mut ratios, mut rates) = (vec![], vec![]);
    for round in 0..ROUNDS {
        let file = stage.path().join(format!("bare-{round}.db"));
        let bare = insert::rate(&file, CLIENTS, LASTS)?;
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
    let (address, began) = (server.address, Instant::now());
    let load = Load { address, clients: CLIENTS, lasts: LASTS, is_patient: false };
    let next = AtomicU64::new(0);
    let tally = load.run(move |_, _| {
        let at = next.fetch_add(1, Ordering::Relaxed);
        request(address, &format!("new-{round}-{at}@example.com"))
    })?;
    Ok(tally.done as f64 / began.elapsed().as_secs_f64())
}

/// A sign-up with this address.
pub(crate) fn request(address: std::net::SocketAddr, email: &str) -> Vec<u8> {
    let body = format!(r#"{{"email":"{email}","password":"{PASSWORD}"}}"#);
    http::post(address, "/api/v1/sign-up", &body)
}
