//! Starts the example as a process of its own, with members that another system wrote
//! into its table, and walks through what they may do.
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

use base64::Engine as _;
use keyward::password::{Hashers, Scheme};
use keyward::{Keyward, Secret, authz::Effect};
use serde_json::{Value, json};

const ADDRESS: &str = "localhost:3001";
const PASSWORD: &str = "a long walk along the shore";

#[tokio::test(flavor = "multi_thread")]
async fn members_of_the_apps_own_table_sign_in_and_their_hashes_are_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let _app = App::start(folder.path());
    let database = folder.path().join("app.db");
    let members = rusqlite::Connection::open(&database).unwrap();
    members.busy_timeout(Duration::from_secs(5)).unwrap();
    // As an older system hashed it.
    let old = Hashers::new(Scheme::Pbkdf2Sha256 { rounds: 1000 });
    let old = old.hash(&Secret::new(PASSWORD)).await.unwrap();
    for (number, email) in [(7, "ada@example.com"), (8, "bob@example.com")] {
        let row = (number, email, &old, email.split('@').next());
        let sql =
            "INSERT INTO members (member_no, email, pass_hash, full_name) VALUES (?, ?, ?, ?)";
        members.execute(sql, row).unwrap();
    }
    let stored = |number: i64| -> String {
        let sql = "SELECT pass_hash FROM members WHERE member_no = ?";
        members.query_row(sql, [number], |row| row.get(0)).unwrap()
    };

    let mut ada = Browser::default();
    let wrong = json!({ "identifier": "ada@example.com", "password": "a guess" });
    assert_eq!(ada.post("/api/v1/sign-in", &wrong).0, 401);
    assert_eq!(stored(7), old);
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    let (status, text) = ada.post("/api/v1/sign-in", &body);
    assert_eq!(status, 200, "{text}");
    assert_eq!(json_of(&ada.get("/me").1)["name"], "ada");
    assert_eq!(ada.get("/number").1, "7");
    assert!(stored(7).starts_with("$argon2id$"), "{}", stored(7));
    assert_eq!(ada.get("/news").0, 403);

    allow(&database, &json_of(&ada.get("/me").1)["id"]).await;
    let (status, text) = soon(|| ada.get("/news"), |(status, _)| *status == 200);
    assert_eq!((status, text.as_str()), (200, "news for members"));

    // By a program, with HTTP Basic, and nothing but the table.
    let basic = |name: &str, password: &str| {
        let text = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
        Browser(vec![], format!("Authorization: Basic {text}\r\n"))
    };
    assert_eq!(basic("ada@example.com", PASSWORD).get("/news").1, "news for members");
    assert_eq!(basic("bob@example.com", PASSWORD).get("/number").1, "8");
    assert_eq!(basic("bob@example.com", PASSWORD).get("/news").0, 403);
    assert_eq!(basic("bob@example.com", "a guess").get("/me").0, 401);

    members.execute("UPDATE members SET is_active = 0 WHERE member_no = 8", []).unwrap();
    let mut bob = Browser::default();
    let body = json!({ "identifier": "bob@example.com", "password": PASSWORD });
    assert_eq!(bob.post("/api/v1/sign-in", &body).0, 401, "whoever is not active is nobody");
    let odd = json!({ "identifier": "ada@example.com' OR '1'='1", "password": PASSWORD });
    assert_eq!(bob.post("/api/v1/sign-in", &odd).0, 401);
}

/// The app, ended with the test.
struct App(Child);

impl App {
    fn start(folder: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_own-users"))
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
async fn allow(database: &Path, member: &Value) {
    let auth = Keyward::sqlite(database).build().await.unwrap();
    let member = keyward::id::UserId::parse(member.as_str().unwrap()).unwrap();
    let given = auth.change_grant(member, Effect::Allow, "news:read", true).await.unwrap();
    assert_eq!(given, Ok(()));
    auth.shutdown().await;
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
struct Browser(Vec<(String, String)>, String);

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
        head += &self.1;
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
