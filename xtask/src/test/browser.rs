//! The hosted pages in a real browser, against a real server.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::code;
use crate::services::{Running, free_port};
use crate::tally::Tally;
use crate::{Result, project, running};

/// How long the server may take to be ready on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// A captcha at every door.
const CAPTCHAS: [(&str, &str); 4] = [
    ("KEYWARD_CAPTCHA_SIGN_UP", "always"),
    ("KEYWARD_CAPTCHA_SIGN_IN", "always"),
    ("KEYWARD_CAPTCHA_RECOVERY", "always"),
    ("KEYWARD_CAPTCHA_SIGN_IN_LINK", "always"),
];

/// Whoever may sign up, and how long what is asked for lasts.
const CLOSED: [(&str, &str); 1] = [("KEYWARD_SIGN_IN_SIGN_UP", "closed")];
const INVITED: [(&str, &str); 1] = [("KEYWARD_SIGN_IN_SIGN_UP", "invite")];
const DOMAIN: [(&str, &str); 4] = [
    ("KEYWARD_SIGN_IN_SIGN_UP", "domain"),
    ("KEYWARD_SIGN_IN_DOMAINS", "example.com"),
    ("KEYWARD_SESSION_IDLE", "1h"),
    ("KEYWARD_SESSION_BRIEF_IDLE", "1h"),
];

/// Whoever attacks sends a lot, and says who they are in markup.
const ATTACKED: [(&str, &str); 7] = [
    ("KEYWARD_LIMITS_REQUESTS", "60000 / 1m"),
    ("KEYWARD_LIMITS_ATTEMPTS", "60000 / 1m"),
    ("KEYWARD_LIMITS_GUESSES", "6000 / 1m"),
    ("KEYWARD_LIMITS_GUESSES_LONG", "60000 / 1m"),
    ("KEYWARD_LIMITS_ADDRESS_GUESSES", "60000 / 1m"),
    ("KEYWARD_LIMITS_NETWORK_MESSAGES", "60000 / 1m"),
    ("KEYWARD_PROFILE_FIELDS", "city text 0-200"),
];
/// Accounts without a name, and no recovery.
const GUEST: [(&str, &str); 2] =
    [("KEYWARD_SIGN_IN_ANONYMOUS", "true"), ("KEYWARD_SIGN_IN_RECOVERY", "false")];

/// Starts servers with empty data folders, and runs `ui-tests` against them: one as
/// developers have it, one with our captchas, one with those of a service that the
/// tests play, some for what depends on who may sign up, and when, and two to attack.
pub(crate) fn run(services: &Running) -> Result<Tally> {
    if ["chromium", "node", "npm", "faketime", "openssl"].iter().any(|name| services.lacks(name)) {
        return Ok(Tally::skipped(1));
    }
    let folder = project::root().join("ui-tests");
    // The server as the tests build it: with other features, all would be built anew.
    let built = code::build_tests()?;
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    if !built || !running::succeeds(&mut install)? {
        return Ok(Tally::one(false));
    }
    let server = Server::start("dev", &[])?;
    let captchas = Server::start("captchas", &CAPTCHAS)?;
    let played = free_port()?.to_string();
    let asked = format!("http://127.0.0.1:{played}/siteverify");
    let service = [
        ("KEYWARD_CAPTCHA_KIND", "turnstile"),
        ("KEYWARD_CAPTCHA_SITE_KEY", "site-key"),
        ("KEYWARD_CAPTCHA_SECRET", "secret"),
        ("KEYWARD_CAPTCHA_VERIFY_URL", &asked),
        ("KEYWARD_OUTBOUND_ALLOW", "127.0.0.1"),
    ];
    let service = Server::start("service", &[&CAPTCHAS[..], &service].concat())?;
    let closed = Server::start("closed", &CLOSED)?;
    let invited = Server::start("invited", &INVITED)?;
    let clock = Clock::new()?;
    let domain = Server::start("domain", &[&DOMAIN[..], &clock.settings()].concat())?;
    let attacked = Server::start("attacked", &ATTACKED)?;
    let boundary = Server::start_as(&Mode::Production(services), "boundary", &ATTACKED)?;
    let guest = Server::start("guest", &GUEST)?;
    let doors = Server::start("doors", &[])?;
    let demanded = Server::start("demanded", &[("KEYWARD_MFA_REQUIRED", "everybody")])?;
    let mut tests = Command::new("node");
    services.tell(&mut tests);
    tests.arg("run.mjs").current_dir(&folder).env("KEYWARD_URL", &server.url);
    tests.env("KEYWARD_CAPTCHAS_URL", &captchas.url).env("KEYWARD_SERVICE_URL", &service.url);
    tests.env("KEYWARD_SERVICE_PORT", &played);
    tests.env("KEYWARD_CLOSED_URL", &closed.url).env("KEYWARD_INVITED_URL", &invited.url);
    tests.env("KEYWARD_DOMAIN_URL", &domain.url).env("KEYWARD_CLOCK", &clock.file);
    tests.env("KEYWARD_ATTACKED_URL", &attacked.url).env("KEYWARD_BOUNDARY_URL", &boundary.url);
    tests.env("KEYWARD_GUEST_URL", &guest.url).env("KEYWARD_DOORS_URL", &doors.url);
    tests.env("KEYWARD_DEMANDED_URL", &demanded.url);
    // Where a server looks for its configuration when it is told to.
    tests.env("KEYWARD_DOORS_FILE", doors.data.join("keyward.toml"));
    tests.env("KEYWARD_DOORS_PID", doors.child.id().to_string());
    running::counted(&mut tests)
}

/// The time of day of a server, as far ahead as a file says.
struct Clock {
    file: String,
    library: String,
}

impl Clock {
    fn new() -> Result<Self> {
        let file = std::env::temp_dir().join(format!("keyward-clock-{}", std::process::id()));
        fs::write(&file, "+0")?;
        let library = running::library("faketime/libfaketime.so.1");
        let library = library.ok_or("libfaketime is gone")?.display().to_string();
        Ok(Self { file: file.display().to_string(), library })
    }

    fn settings(&self) -> [(&str, &str); 4] {
        [
            ("LD_PRELOAD", &self.library),
            ("FAKETIME_TIMESTAMP_FILE", &self.file),
            ("FAKETIME_NO_CACHE", "1"),
            // What waits goes on waiting as long as it would have.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ]
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// A running server, which ends with this value.
struct Server {
    child: Child,
    data: std::path::PathBuf,
    url: String,
}

/// How a server is run.
enum Mode<'a> {
    /// With seeded people and an inbox.
    Development,
    /// With TLS, under the name that the browser of the tests knows it by, and an
    /// administrator.
    Production(&'a Running),
}

impl Mode<'_> {
    fn url(&self, port: u16) -> String {
        match self {
            Self::Development => format!("http://localhost:{port}"),
            Self::Production(_) => format!("https://app.test:{port}"),
        }
    }

    fn command(&self, program: &Path, port: u16) -> Result<Command> {
        let mut command = Command::new(program);
        let Self::Production(services) = self else {
            command.arg("dev");
            return Ok(command);
        };
        let file = |name| services.told(name).ok_or("there is no certificate");
        command.args(["serve", "--public-url", &self.url(port)]);
        command.args(["--tls-cert", file("KEYWARD_TEST_CERTIFICATE")?]);
        command.args(["--tls-key", file("KEYWARD_TEST_KEY")?]);
        command.env("KEYWARD_ADMIN_EMAIL", "admin@example.com");
        command.env("KEYWARD_ADMIN_PASSWORD", "correct horse battery");
        Ok(command)
    }

    /// Whether it answers; one that takes connections answers those that wait.
    fn is_ready(&self, port: u16) -> bool {
        match self {
            Self::Development => is_ready(port),
            Self::Production(_) => TcpStream::connect(("127.0.0.1", port)).is_ok(),
        }
    }
}

impl Server {
    fn start(name: &str, settings: &[(&str, &str)]) -> Result<Self> {
        Self::start_as(&Mode::Development, name, settings)
    }

    fn start_as(mode: &Mode<'_>, name: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let port = free_port()?;
        let data = format!("keyward-browser-{name}-{}", std::process::id());
        let data = std::env::temp_dir().join(data);
        fs::create_dir(&data)?;
        let program = project::target()?.join("debug").join("keyward");
        let child = mode
            .command(&program, port)?
            .args(["--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
            .arg(&data)
            // All these people come from one address, within a minute.
            .env("KEYWARD_LIMITS_ATTEMPTS", "600 / 1m")
            // A service to sign in at; the browser answers in its place.
            .env("KEYWARD_PROVIDERS_GITHUB_CLIENT_ID", "id")
            .env("KEYWARD_PROVIDERS_GITHUB_CLIENT_SECRET", "secret")
            .envs(settings.iter().copied())
            .current_dir(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { child, data, url: mode.url(port) };
        server.await_ready(|| mode.is_ready(port))?;
        Ok(server)
    }

    fn await_ready(&mut self, is_ready: impl Fn() -> bool) -> Result<()> {
        let began = Instant::now();
        while !is_ready() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended at once ({status})").into());
            }
            if began.elapsed() > PATIENCE {
                return Err("the server was not ready in time".into());
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}

fn is_ready(port: u16) -> bool {
    let mut reply = [0; 12];
    let asked = TcpStream::connect(("127.0.0.1", port)).and_then(|mut stream| {
        let host = format!("localhost:{port}");
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        stream.read_exact(&mut reply)
    });
    asked.is_ok() && reply == *b"HTTP/1.1 200"
}
