//! Requests a second, by wrk where it can be had, else by a client of our own.
//! One comparison never uses both.

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::load::Load;
use crate::server::Child;
use crate::{Result, http};

/// Kept connections.
const CONNECTIONS: usize = 64;

/// Requests for `path` that `server` answers in a second, over `secs` seconds.
/// One answer that is no success voids the figure.
pub(crate) fn rate(server: &Child, path: &str, headers: &str, secs: u64) -> Result<f64> {
    if is_there() {
        return wrk(server, path, headers, secs);
    }
    own(server, path, headers, secs)
}

/// Whether wrk is there; it is installed where that is permitted.
fn is_there() -> bool {
    static THERE: OnceLock<bool> = OnceLock::new();
    *THERE.get_or_init(|| {
        let there = crate::install::program("wrk", "wrk");
        if !there {
            eprintln!("wrk cannot be had: a client of our own asks instead");
        }
        there
    })
}

/// Posts that are all different: a body with `%d` for a count.
pub(crate) struct Posts<'a> {
    pub(crate) path: &'a str,
    pub(crate) body: &'a str,
    /// Counts from 0 to this and again; 0 for ever on.
    pub(crate) circle: usize,
    pub(crate) connections: usize,
    pub(crate) secs: u64,
}

impl Posts<'_> {
    /// How many `server` answers in a second, all of them with success.
    pub(crate) fn rate(&self, server: &Child) -> Result<f64> {
        if !is_there() {
            return self.own(server);
        }
        let folder = tempfile::tempdir()?;
        let script = folder.path().join("post.lua");
        std::fs::write(&script, include_str!("post.lua"))?;
        let mut command = command(self.connections, self.secs);
        command.arg("-s").arg(&script).arg(format!("http://{}", server.address));
        command.args(["--", self.path, self.body, &self.circle.to_string()]);
        read(&mut command)
    }

    fn own(&self, server: &Child) -> Result<f64> {
        let lasts = Duration::from_secs(self.secs);
        let load =
            Load { address: server.address, clients: self.connections, lasts, is_patient: false };
        let (made, began) = (AtomicUsize::new(0), Instant::now());
        let (path, body, circle) = (self.path.to_owned(), self.body.to_owned(), self.circle);
        let address = server.address;
        let tally = load.run(move |_, _| {
            let count = made.fetch_add(1, Ordering::Relaxed);
            let at = if circle > 0 { count % circle } else { count };
            http::post(address, &path, &body.replace("%d", &at.to_string()))
        })?;
        Ok(tally.done as f64 / began.elapsed().as_secs_f64())
    }
}

fn command(connections: usize, secs: u64) -> Command {
    let mut command = Command::new("wrk");
    command.args(["-t1", &format!("-c{connections}"), &format!("-d{secs}s")]);
    command
}

fn wrk(server: &Child, path: &str, headers: &str, secs: u64) -> Result<f64> {
    let mut command = command(CONNECTIONS, secs);
    for line in headers.lines() {
        command.args(["-H", line]);
    }
    read(command.arg(format!("http://{}{path}", server.address)))
}

fn read(command: &mut Command) -> Result<f64> {
    let out = command.output()?;
    let text = String::from_utf8_lossy(&out.stdout);
    if text.contains("Non-2xx") || text.contains("Socket errors") || !out.status.success() {
        return Err(format!("wrk saw failures:\n{text}").into());
    }
    let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    Ok(rate.ok_or("wrk printed no rate")?.trim().parse()?)
}

fn own(server: &Child, path: &str, headers: &str, secs: u64) -> Result<f64> {
    let request: std::sync::Arc<[u8]> = http::get(server.address, path, headers).into();
    let (address, began) = (server.address, Instant::now());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            let request = request.clone();
            clients.spawn(async move {
                let mut connection = http::Connection::open(address).await?;
                let mut count = 0u64;
                while began.elapsed() < Duration::from_secs(secs) {
                    let answer = connection.ask(&request).await?;
                    if !answer.is_success() {
                        return Err(format!("an answer was {}", answer.status).into());
                    }
                    count += 1;
                }
                Result::Ok(count)
            });
        }
        let mut sum = 0;
        while let Some(count) = clients.join_next().await {
            sum += count??;
        }
        Ok(sum as f64 / began.elapsed().as_secs_f64())
    })
}
