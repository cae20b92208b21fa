//! Starts the README's first lines as a process of their own, and walks
//! through them: sign up, verify, be refused, be allowed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use keyward::{Keyward, authz::Effect};
use serde_json::{Value, json};

const ADDRESS: &str = "localhost:3000";
const PASSWORD: &str = "a long walk along the shore";

#[test]
fn the_readme_shows_this_example_and_it_is_short() {
    let code = include_str!("../src/main.rs");
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(code), "README.md shows other code than examples/quickstart");
    let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= 18, "{lines} lines");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_up_verifies_is_refused_and_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let _app = App::start(folder.path());
    let mut ada = Browser::default();
    assert_eq!(ada.get("/").1, "Hello, guest");
    assert_eq!(ada.get("/me").0, 401);

    let body = json!({ "email": "ada@example.com", "name": "Ada", "password": PASSWORD });
    let (status, text) = ada.post("/api/v1/sign-up", &body);
    assert_eq!(status, 202, "{text}");
    let flow = json_of(&text)["flow_id"].as_str().unwrap().to_owned();
    let code = code_in(&folder.path().join("app.db.outbox"));
    let (status, text) =
        ada.post(&format!("/api/v1/verifications/{flow}/confirm"), &json!({ "code": code }));
    assert_eq!(status, 200, "{text}");
    assert_eq!(ada.get("/").1, "Hello, Ada");
    assert_eq!(json_of(&ada.get("/me").1)["email"], "ada@example.com");
    assert_eq!(ada.get("/reports").0, 403);

    allow(&folder.path().join("app.db")).await;
    let (status, text) = soon(|| ada.get("/reports"), |(status, _)| *status == 200);
    assert_eq!((status, text.as_str()), (200, "secret numbers"));
    assert_eq!(ada.post("/api/v1/sign-out", &json!({})).0, 204);
    assert_eq!(ada.get("/me").0, 401);
}

/// The app, ended with the test.
struct App(Child);

impl App {
    fn start(folder: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_quickstart"))
            .current_dir(folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut app = Self(child);
        soon(|| TcpStream::connect(ADDRESS).is_ok(), |up| *up);
        // Whatever answers must be the app that was started, not another.
        assert!(app.0.try_wait().unwrap().is_none(), "the app ended: is {ADDRESS} in use?");
        app
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// As `keyward` on the command line would, beside the running app.
async fn allow(database: &Path) {
    let auth = Keyward::sqlite(database).build().await.unwrap();
    let ada = auth.find_person("ada@example.com").await.unwrap().unwrap();
    let given = auth.change_grant(ada.id, Effect::Allow, "reports:view", true).await.unwrap();
    assert_eq!(given, Ok(()));
    auth.shutdown().await;
}

/// The code in the one message of the outbox folder.
fn code_in(folder: &Path) -> String {
    let read = || {
        let file = std::fs::read_dir(folder).ok()?.next()?.ok()?;
        let text = std::fs::read_to_string(file.path()).ok()?;
        let code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        text.split_whitespace().find(code).map(str::to_owned)
    };
    soon(read, Option::is_some).unwrap()
}

/// Asks every 20 ms until the answer is right, at most 500 times.
fn soon<T>(mut ask: impl FnMut() -> T, right: impl Fn(&T) -> bool) -> T {
    let mut answer = ask();
    for _ in 0..500 {
        if right(&answer) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
        answer = ask();
    }
    answer
}

/// One request for each connection; keeps cookies.
#[derive(Default)]
struct Browser(Vec<(String, String)>);

impl Browser {
    fn get(&mut self, path: &str) -> (u16, String) {
        self.ask("GET", path, "")
    }

    fn post(&mut self, path: &str, body: &Value) -> (u16, String) {
        self.ask("POST", path, &body.to_string())
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let cookies: Vec<String> = self.0.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {ADDRESS}\r\nConnection: close\r\nAccept: */*\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n",
            body.len()
        );
        if !cookies.is_empty() {
            head += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        let mut stream = TcpStream::connect(ADDRESS).unwrap();
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        head.lines().for_each(|line| self.keep(line));
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn keep(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(": ") else { return };
        if !name.eq_ignore_ascii_case("set-cookie") {
            return;
        }
        let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
        self.0.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
