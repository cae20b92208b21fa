//! Starting the release binary as an operator would, and stopping it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::http::Answer;
use crate::{Result, http};

/// A process of ours that listens; it is killed when this is dropped.
pub(crate) struct Child {
    process: std::process::Child,
    pub(crate) address: SocketAddr,
    /// What it says on the console, for when it does not start.
    says: PathBuf,
}

/// How the server is started.
#[derive(Clone, Copy, Default)]
pub(crate) struct Start<'a> {
    /// Further environment variables.
    pub(crate) env: &'a [(&'a str, &'a str)],
    /// A program and its arguments to run it under.
    pub(crate) under: &'a [&'a str],
    /// Further arguments.
    pub(crate) args: &'a [&'a str],
}

/// Limits so high that none is reached; the code that takes from them runs.
const HIGH_LIMITS: [(&str, &str); 8] = [
    ("KEYWARD_LIMITS_ATTEMPTS", "50000000 / 1m"),
    ("KEYWARD_LIMITS_REQUESTS", "50000000 / 1m"),
    ("KEYWARD_LIMITS_GUESSES", "1000000 / 1m"),
    ("KEYWARD_LIMITS_GUESSES_LONG", "1000000 / 1m"),
    ("KEYWARD_LIMITS_ADDRESS_GUESSES", "1000000 / 1m"),
    ("KEYWARD_LIMITS_NETWORK_GUESSES", "1000000 / 1m"),
    ("KEYWARD_LIMITS_NETWORK_MESSAGES", "1000000 / 1m"),
    ("KEYWARD_LIMITS_MESSAGES", "1000000 / 1m"),
];

/// Starts `keyward serve` on `data` and waits until it is ready.
pub(crate) fn start(binary: &Path, data: &Path, how: Start<'_>) -> Result<Child> {
    let child = begin(binary, data, how)?;
    child.wait_for("/readyz")?;
    Ok(child)
}

/// Starts `keyward serve` on `data`.
pub(crate) fn begin(binary: &Path, data: &Path, how: Start<'_>) -> Result<Child> {
    let port = free_port()?;
    let mut words: Vec<_> = how.under.iter().map(std::ffi::OsStr::new).collect();
    words.extend([binary.as_os_str(), "serve".as_ref(), "--data-dir".as_ref(), data.as_ref()]);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("--listen").arg(format!("127.0.0.1:{port}")).args(how.args);
    command.envs(HIGH_LIMITS).envs(how.env.iter().copied()).env("KEYWARD_LOG_LEVEL", "error");
    Child::spawn(command, port, data.join("console"))
}

impl Child {
    pub(crate) fn spawn(mut command: Command, port: u16, says: PathBuf) -> Result<Self> {
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&says)?)
            .spawn()
            .map_err(|error| format!("could not start {:?}: {error}", command.get_program()))?;
        Ok(Self { process, address: (Ipv4Addr::LOCALHOST, port).into(), says })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Asks until the answer is a success; answers after how long.
    pub(crate) fn wait_for(&self, path: &str) -> Result<Duration> {
        self.wait_until(path, Answer::is_success)
    }

    /// Itself, as soon as it answers anything at all.
    pub(crate) fn answering(self) -> Result<Self> {
        self.wait_until("/", |_| true)?;
        Ok(self)
    }

    fn wait_until(&self, path: &str, is_ready: impl Fn(&Answer) -> bool) -> Result<Duration> {
        let request = http::get(self.address, path, "");
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            if http::once(self.address, &request).is_ok_and(|answer| is_ready(&answer)) {
                return Ok(began.elapsed());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let says = std::fs::read_to_string(&self.says).unwrap_or_default();
        Err(format!("{} did not answer {path}; it says:\n{says}", self.address).into())
    }

    /// A line of `/proc/PID/status`, in megabytes of a million bytes.
    pub(crate) fn memory_mb(&self, line: &str) -> Result<f64> {
        memory_mb(self.pid(), line)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(self) -> Result<()> {
        let pid = self.pid();
        self.end(pid)
    }

    /// Same for a program that runs under another: that one ends by itself.
    pub(crate) fn stop_inner(self) -> Result<()> {
        let list = format!("/proc/{0}/task/{0}/children", self.pid());
        let inner = std::fs::read_to_string(list)?;
        let inner = inner.split_whitespace().next().ok_or("it has no child")?.parse()?;
        self.end(inner)
    }

    fn end(mut self, pid: u32) -> Result<()> {
        let pid = rustix::process::Pid::from_raw(pid.try_into()?).ok_or("no process id")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A line of `/proc/PID/status`, in megabytes of a million bytes.
pub(crate) fn memory_mb(pid: u32, line: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let found = status.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':'));
    let kib = found.and_then(|l| l.split_whitespace().next()).ok_or("no such line")?;
    Ok(kib.parse::<f64>()? * 1024.0 / 1e6)
}

/// A port of the loopback interface that nobody listens at.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
