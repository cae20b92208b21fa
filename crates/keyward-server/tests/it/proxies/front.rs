//! nginx and Caddy, started in front, and how they are asked.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::upstream::REACHED;
use crate::server::Place;

/// A port that nobody listens at.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running proxy; stopped when it is dropped.
pub(super) struct Front {
    child: Child,
    port: u16,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Where a program is, as `cargo xtask` told.
fn program(variable: &str) -> Command {
    #[expect(clippy::disallowed_methods, reason = "how xtask tells us where the services are")]
    let found = std::env::var(variable);
    Command::new(found.unwrap_or_else(|_| {
        panic!("{variable} is not set; start the services: cargo xtask services -- cargo test …")
    }))
}

/// The recipe of `docs/forward-auth.md`, with the addresses of this test.
pub(super) fn nginx(place: &Place, port: u16, keyward: u16, app: u16) -> Front {
    let recipe = recipe("nginx", keyward, app);
    let site = |name: &str| {
        recipe
            .replace(
                "server_name app.example.com;",
                &format!("server_name {name}; listen 127.0.0.1:{port};"),
            )
            // The sites are at another scheme and a port here.
            .replace("https://$server_name", "http://$server_name")
            .replace("$server_name", &format!("$server_name:{port}"))
    };
    let recipe =
        ["app.localhost", "wiki.localhost", "other.localhost", "www.localhost"].map(site).concat();
    let folder = place.path("nginx");
    std::fs::create_dir(&folder).unwrap();
    let at = folder.display();
    let config = format!(
        "daemon off; master_process off; pid {at}/pid; error_log stderr; worker_processes 1;
         events {{ worker_connections 64; }}
         http {{ access_log off; client_body_temp_path {at}/b; proxy_temp_path {at}/p;
         fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;
         {recipe} }}"
    );
    let file = place.write("nginx.conf", &config);
    let mut command = program("KEYWARD_TEST_NGINX");
    command.arg("-p").arg(&folder).arg("-c").arg(file).args(["-e", "stderr"]);
    started(command, port)
}

/// The same for Caddy.
pub(super) fn caddy(place: &Place, port: u16, keyward: u16, app: u16) -> Front {
    let recipe = recipe("caddyfile", keyward, app);
    let recipe =
        recipe.replace("app.example.com {", &format!("http://:{port} {{\n  bind 127.0.0.1"));
    let file = place.write("Caddyfile", &format!("{{\n  admin off\n}}\n{recipe}"));
    let mut command = program("KEYWARD_TEST_CADDY");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    command.env("HOME", place.path("")).env("XDG_DATA_HOME", place.path("caddy"));
    command.env("XDG_CONFIG_HOME", place.path("caddy"));
    started(command, port)
}

/// The block of this language in the documents.
fn recipe(language: &str, keyward: u16, app: u16) -> String {
    let document = include_str!("../../../../../docs/forward-auth.md");
    let (_, rest) = document.split_once(&format!("```{language}\n")).unwrap();
    let (recipe, _) = rest.split_once("```").unwrap();
    recipe
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{keyward}"))
        .replace("127.0.0.1:3000", &format!("127.0.0.1:{app}"))
}

#[expect(clippy::disallowed_methods, reason = "a real proxy starts in real time")]
fn started(mut command: Command, port: u16) -> Front {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut front = Front { child: command.spawn().unwrap(), port };
    let patience = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert_eq!(front.child.try_wait().unwrap(), None, "the proxy ended");
        assert!(Instant::now() < patience, "the proxy does not listen");
        std::thread::yield_now();
    }
    front
}

impl Front {
    /// A request to a site behind it.
    pub(super) fn ask(
        &self,
        site: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let host = format!("{site}:{}", self.port);
        send(self.port, &host, method, target, headers, "")
    }

    /// An address at a site.
    pub(super) fn url_of(&self, site: &str, path: &str) -> String {
        format!("http://{site}:{}{path}", self.port)
    }

    /// The path of an address at a site.
    #[track_caller]
    pub(super) fn path_of(&self, site: &str, url: &str) -> String {
        let start = format!("http://{site}:{}", self.port);
        url.strip_prefix(&start).unwrap_or_else(|| panic!("{url} is not at {start}")).to_owned()
    }
}

/// An answer, whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

/// One request on a connection of its own.
pub(super) fn send(
    port: u16,
    host: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
        request += "Connection: close\r\n";
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

impl Answer {
    /// A header of the answer; empty without one.
    pub(super) fn header(&self, name: &str) -> String {
        header(&self.head, name)
    }

    /// A header of the request that reached the application, which must be there once
    /// at most.
    #[track_caller]
    pub(super) fn seen(&self, name: &str) -> String {
        assert!(self.reached().is_some(), "the application was not reached: {}", self.status);
        let named = |line: &&str| {
            line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
        };
        assert!(self.body.lines().filter(named).count() <= 1, "{}", self.body);
        header(&self.body, name)
    }

    /// The path and query that reached the application.
    pub(super) fn target(&self) -> String {
        self.reached().unwrap_or_default()
    }

    /// The same, or nothing if it was not reached.
    pub(super) fn reached(&self) -> Option<String> {
        let (_, request) = self.body.split_once(REACHED)?;
        request.split(' ').nth(1).map(str::to_owned)
    }

    /// Its cookies, as a browser sends them.
    pub(super) fn cookies(&self) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let set = lines.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let pairs = set.filter_map(|(_, value)| value.split(';').next());
        let kept: Vec<&str> = pairs.filter(|pair| !pair.ends_with('=')).collect();
        kept.join("; ")
    }
}

fn header(lines: &str, name: &str) -> String {
    let mut pairs = lines.lines().filter_map(|line| line.split_once(':'));
    let found = pairs.find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}
