//! How soon a running server obeys what the command line did beside it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::server::{self, Child, Start};
use crate::session::PATH;
use crate::stage::{self, Stage};
use crate::{Result, figure, http};

/// Accounts that are locked, one after the other.
const PEOPLE: usize = 12;
/// By then it should have been seen.
const LATE: Duration = Duration::from_secs(5);

pub(crate) fn run(binary: &Path) -> Result<()> {
    let stage = Stage::with_people(PEOPLE)?;
    let server = server::start(binary, stage.path(), Start::default())?;
    let mut waits = Vec::with_capacity(PEOPLE);
    for (at, cookie) in stage.cookies.iter().enumerate() {
        let look = http::get(server.address, PATH, cookie);
        if !http::once(server.address, &look)?.is_success() {
            return Err("the session was not open before".into());
        }
        lock(binary, stage.path(), &stage::email(at))?;
        waits.push(until_closed(&server, &look)?.as_secs_f64() * 1e3);
    }
    figure::print("outside_change_ms", waits.iter().copied().fold(0.0, f64::max));
    Ok(())
}

fn lock(binary: &Path, data: &Path, email: &str) -> Result<()> {
    let mut command = Command::new(binary);
    command.args(["user", "lock", email, "--data-dir"]).arg(data);
    let done = command.output()?;
    match done.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned().into()),
    }
}

/// From the end of the command to the first refusal.
fn until_closed(server: &Child, look: &[u8]) -> Result<Duration> {
    let began = Instant::now();
    while began.elapsed() < LATE {
        if http::once(server.address, look)?.status == 401 {
            return Ok(began.elapsed());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err("a lock was not seen within five seconds".into())
}
