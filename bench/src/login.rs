//! Password sign-ins over HTTP at saturation, against the bare hash on as many
//! threads as there are cores.

use std::path::Path;
use std::time::{Duration, Instant};

use keyward::{HashPolicy, Secret};
use keyward_core::crypto::password::{self, Arena};

use crate::server::{self, Child, Start};
use crate::stage::{self, PASSWORD, Stage};
use crate::wrk::Posts;
use crate::{Result, figure, http};

/// Enough to keep every hash thread busy, and too few to fill its queue.
const CLIENTS: usize = 16;
/// Short and many: the machine may be shared, and what disturbs one round
/// should not disturb its comparison alone.
const ROUNDS: usize = 11;
const LASTS: Duration = Duration::from_secs(2);

pub(crate) fn run(binary: &Path) -> Result<()> {
    let stage = Stage::with_people(CLIENTS)?;
    let server = server::start(binary, stage.path(), Start::default())?;
    sign_ins(&server)?;
    let (mut ratios, mut rates) = (vec![], vec![]);
    for round in 0..ROUNDS {
        let (bare, own) = (hashes()?, sign_ins(&server)?);
        eprintln!("round {round}: {own:.1} sign-ins/s, {bare:.1} bare hashes/s");
        ratios.push(own / bare);
        rates.push(own);
    }
    figure::print("login_per_s", figure::median(rates));
    figure::print("login_ratio", figure::median(ratios));
    Ok(())
}

fn sign_ins(server: &Child) -> Result<f64> {
    let body = body("person-%d@example.com");
    let (path, connections, secs) = ("/api/v1/sign-in", CLIENTS, LASTS.as_secs());
    Posts { path, body: &body, circle: CLIENTS, connections, secs }.rate(server)
}

fn body(email: &str) -> String {
    format!(r#"{{"identifier":"{email}","password":"{PASSWORD}"}}"#)
}

/// A sign-in of one of the people on the stage.
pub(crate) fn request(address: std::net::SocketAddr, person: usize) -> Vec<u8> {
    http::post(address, "/api/v1/sign-in", &body(&stage::email(person)))
}

/// Verifications a second, in all, on threads as nice as the server's.
fn hashes() -> Result<f64> {
    let threads = std::thread::available_parallelism()?.get();
    let stored = password::hash(&secret(), HashPolicy::default(), &mut keyward::OsRandom)?;
    let began = Instant::now();
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(|| verify(&stored))).collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let sum: u64 = counts.into_iter().map(|count| count.unwrap_or(0)).sum();
    Ok(sum as f64 / began.elapsed().as_secs_f64())
}

fn verify(stored: &str) -> u64 {
    // As in the server: other work on this machine takes from both alike.
    let _ = rustix::process::nice(10);
    let (mut arena, began) = (Arena::new(&HashPolicy::default()), Instant::now());
    let mut count = 0;
    while began.elapsed() < LASTS {
        if password::verify_with(&mut arena, &secret(), stored) != Ok(true) {
            return 0;
        }
        count += 1;
    }
    count
}

fn secret() -> Secret {
    Secret::new(PASSWORD)
}
