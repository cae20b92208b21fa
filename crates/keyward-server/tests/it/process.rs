//! Runs the program, and servers of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A server may take this long to say where it is.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program, with an environment that holds nothing of ours.
pub(crate) fn keyward(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyward"));
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEYWARD_") {
            command.env_remove(name);
        }
    }
    command
}

/// What a finished program said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it was not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// Standard output, if the program ended with `code`.
    #[track_caller]
    pub(crate) fn wants(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self.out
    }
}

/// A data folder, and the commands on it.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs a command on this folder to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        self.command(args).output().unwrap().into()
    }

    /// Runs a command and gives it `input` to read.
    pub(crate) fn run_with(&self, args: &[&str], input: &str) -> Said {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = keyward(args);
        command.arg("--data-dir").arg(self.path().join("data"));
        command
    }

    /// Starts `keyward dev` or `keyward serve` here.
    pub(crate) fn start(&self, verb: &str, environment: &[(&str, &str)]) -> Server {
        let mut command = self.command(&[verb, "--listen", "127.0.0.1:0"]);
        command.envs(environment.iter().copied());
        Server::start(command)
    }
}

/// A running server; it ends with this value.
pub(crate) struct Server {
    child: Child,
    /// `http://localhost:PORT`
    pub(crate) url: String,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (say, said) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        // Reads to the end, so that the server never waits for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|l| drop(say.send(l))));
        let mut seen = String::new();
        let url = loop {
            match said.recv_timeout(PATIENCE) {
                Ok(line) => {
                    seen.push_str(&line);
                    seen.push('\n');
                    if let Some(url) = url_in(&line) {
                        break url;
                    }
                }
                Err(_) => {
                    let _ = child.kill();
                    panic!("the server did not say where it is:\n{seen}");
                }
            }
        };
        Self { child, url }
    }

    /// Stops it in the way that an operator does, and waits.
    pub(crate) fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn url_in(line: &str) -> Option<String> {
    let start = line.find("http://localhost:")?;
    let rest = line.get(start + "http://localhost:".len()..)?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty()).then(|| format!("http://localhost:{port}"))
}
