//! A storm of sign-ins: five hundred clients that never rest, while somebody
//! else only wants to look at a session.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use keyward::HashPolicy;

use crate::load::Load;
use crate::server::{self, Start};
use crate::stage::Stage;
use crate::{Result, figure, login};

const CLIENTS: usize = 500;
/// Each is used by four clients.
const PEOPLE: usize = CLIENTS / 4;
const LASTS: Duration = Duration::from_secs(30);
/// The probe begins and ends within the storm.
const PROBED_SECS: u64 = 25;
/// What the server may take beside the memory of its hashes.
const BESIDE_MB: f64 = 100.0;

pub(crate) fn run(binary: &Path) -> Result<()> {
    let stage = Stage::with_people(PEOPLE)?;
    let cookie = stage.cookies.first().ok_or("nobody is there")?;
    let server = server::start(binary, stage.path(), Start::default())?;
    let address = server.address;
    let load = Load { address, clients: CLIENTS, lasts: LASTS, is_patient: true };
    let storm = std::thread::spawn(move || {
        load.run(move |client, _| login::request(address, client % PEOPLE))
    });
    std::thread::sleep(Duration::from_secs(2));
    let probe = Command::new(std::env::current_exe()?)
        .args(["--probe", &address.to_string(), cookie.trim_end(), &PROBED_SECS.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    let tally = storm.join().map_err(|_| "the storm broke down")??;
    let waits = String::from_utf8(probe.stdout)?;
    let waits: Vec<f64> = waits.lines().map(str::parse).collect::<std::result::Result<_, _>>()?;
    if !probe.status.success() || waits.is_empty() {
        return Err("the probe failed".into());
    }
    eprintln!("{} sign-ins, {} sent back, {} looks", tally.done, tally.sent_back, waits.len());
    let threads = std::thread::available_parallelism()?.get();
    let hash_mb = f64::from(HashPolicy::default().memory_kib) * 1024.0 / 1e6;
    figure::print("storm_logins_per_s", tally.done as f64 / LASTS.as_secs_f64());
    figure::print("storm_p50_ms", figure::quantile(waits.clone(), 0.5) / 1e3);
    figure::print("storm_p99_ms", figure::quantile(waits, 0.99) / 1e3);
    figure::print("storm_rss_mb", server.memory_mb("VmHWM")?);
    figure::print("storm_rss_bound_mb", threads as f64 * hash_mb + BESIDE_MB);
    Ok(())
}
