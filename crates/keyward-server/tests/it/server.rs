//! A running `keyward`, and what it says.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::http::Client;

/// The binary under test.
const KEYWARD: &str = env!("CARGO_BIN_EXE_keyward");

/// Longer than any start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The password of every person here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A folder of its own, and how `keyward` is called in it.
#[derive(Debug)]
pub(crate) struct Place {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
    wrapper: Vec<String>,
}

impl Place {
    /// An empty folder; hashes as cheap as they get, limits out of the way.
    pub(crate) fn new() -> Self {
        let (folder, wrapper) = (tempfile::tempdir().unwrap(), vec![]);
        Self { folder, env: vec![], wrapper }
            .env("KEYWARD_PASSWORD_HASH_MEMORY", "8 KiB")
            .env("KEYWARD_PASSWORD_HASH_ITERATIONS", "1")
            .env("KEYWARD_LIMITS_ATTEMPTS", "1000000 / 1m")
            .env("KEYWARD_LIMITS_REQUESTS", "1000000 / 1m")
            .env("KEYWARD_LOG_FORMAT", "json")
    }

    /// With a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without these variables.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.env.retain(|(known, _)| !names.contains(&known.as_str()));
        self
    }

    /// Started by another program.
    pub(crate) fn wrapped(mut self, by: &[&str]) -> Self {
        self.wrapper = by.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut words = self.wrapper.iter().map(String::as_str).chain([KEYWARD]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words).args(args).current_dir(self.folder.path());
        command.env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command that ends by itself.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        Said::from(self.command(args).output().unwrap())
    }

    /// Same, with something to read on standard input.
    pub(crate) fn run_with(&self, args: &[&str], input: &str) -> Said {
        let mut child = self.spawn(args, Stdio::piped());
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Said::from(child.wait_with_output().unwrap())
    }

    /// Begins a command whose output is read as it comes.
    pub(crate) fn spawn(&self, args: &[&str], input: Stdio) -> Child {
        let mut command = self.command(args);
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts a server on a free port and waits until it is ready.
    pub(crate) fn start(&self, args: &[&str]) -> Server {
        let listen = ["--listen", "127.0.0.1:0"];
        let mut child = self
            .command(&[args, &listen].concat())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let facts = facts_of(&mut child);
        let mut server = Server {
            child,
            facts,
            url: String::new(),
            listen: String::new(),
            setup: None,
            metrics: None,
            warnings: vec![],
        };
        server.wait_until_ready();
        server
    }

    /// `serve` on the folder `data`.
    pub(crate) fn serve(&self) -> Server {
        self.start(&["serve", "--data-dir", "data"])
    }
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            status: output.status,
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// Its answer, if it ended with this code.
    #[track_caller]
    pub(crate) fn wants(self, code: i32) -> String {
        assert_eq!(self.status.code(), Some(code), "{}\n{}", self.out, self.err);
        self.out
    }

    /// Ended with this code, having said this on standard error.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, why: &str) {
        assert_eq!(self.status.code(), Some(code), "{}", self.err);
        assert!(self.err.contains(why), "`{why}` is not in: {}", self.err);
    }
}

fn facts_of(child: &mut Child) -> Receiver<String> {
    let (sender, facts) = channel();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            // Whoever listened may be gone.
            let _ = sender.send(line);
        }
    });
    facts
}

/// A server that is ready. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    facts: Receiver<String>,
    /// As it says it is reached.
    pub(crate) url: String,
    listen: String,
    /// The first administrator's link, if it printed one.
    pub(crate) setup: Option<String>,
    /// Where its metrics are, if it said so.
    pub(crate) metrics: Option<String>,
    /// The ids of its warnings.
    pub(crate) warnings: Vec<String>,
}

impl Server {
    fn wait_until_ready(&mut self) {
        let mut heard = vec![];
        while let Ok(line) = self.facts.recv_timeout(PATIENCE) {
            let fact: Value = serde_json::from_str(&line).unwrap_or_default();
            let text = |name: &str| fact[name].as_str().unwrap_or_default().to_owned();
            match fact["fact"].as_str() {
                Some("place") if text("name") == "Sign-in" => {
                    self.url = text("url").trim_end_matches("/login").to_owned();
                }
                Some("place") if text("name") == "Metrics" => self.metrics = Some(text("url")),
                Some("setup") => self.setup = Some(text("link")),
                Some("warning") => self.warnings.push(text("id")),
                Some("ready") => {
                    self.listen = text("listen");
                    return;
                }
                _ => {}
            }
            heard.push(line);
        }
        panic!("the server did not get ready: {heard:#?}");
    }

    /// A client without cookies.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.port())
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.listen.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Waits for a line of the log; false when it ended without one.
    pub(crate) fn wait_for_log(&self, part: &str) -> bool {
        std::iter::from_fn(|| self.facts.recv_timeout(PATIENCE).ok())
            .any(|line| line.contains(part))
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it that its terminal is gone, which it takes for something else.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Ends it; all lines of its log since it was ready.
    pub(crate) fn log(mut self) -> Vec<String> {
        self.signal("-TERM");
        self.child.wait().unwrap();
        self.facts.iter().collect()
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal("-TERM");
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> String {
    let mut text = String::new();
    std::fs::File::open(path).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Asks until the answer is yes.
#[expect(clippy::disallowed_methods, reason = "waits for another process")]
pub(crate) fn until(what: &str, is_true: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_true() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}
