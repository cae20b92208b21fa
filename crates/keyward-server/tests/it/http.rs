//! The least HTTP client that can ask our questions.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::PASSWORD;

/// Asks one server on loopback; a new connection for each question.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    port: u16,
    host: String,
    bearer: Option<String>,
    cookie: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    /// The body, or null.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        Self { port, host: format!("localhost:{port}"), bearer: None, cookie: None }
    }

    /// For another host.
    pub(crate) fn host(mut self, host: &str) -> Self {
        self.host = host.to_owned();
        self
    }

    /// With this token.
    pub(crate) fn bearer(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self
    }

    /// With this cookie, as `Set-Cookie` gave it.
    pub(crate) fn cookie(mut self, set: &str) -> Self {
        self.cookie = set.split(';').next().map(str::to_owned);
        self
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, "").unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.try_post(path, body).unwrap()
    }

    /// Like [`post`](Self::post), of a server that may die over it.
    pub(crate) fn try_post(&self, path: &str, body: &Value) -> std::io::Result<Reply> {
        self.ask("POST", path, &body.to_string())
    }

    /// Signs up with the password of everyone here.
    pub(crate) fn sign_up(&self, email: &str) -> std::io::Result<Reply> {
        self.try_post("/api/v1/sign-up", &json!({ "email": email, "password": PASSWORD }))
    }

    /// Signs in with it, for a token.
    pub(crate) fn sign_in(&self, email: &str) -> Reply {
        let body = json!({ "identifier": email, "password": PASSWORD, "session": "token" });
        self.post("/api/v1/sign-in", &body)
    }

    /// Signed in with this password; panics if it may not.
    pub(crate) fn signed_in(self, email: &str, password: &str) -> Self {
        let body = json!({ "identifier": email, "password": password, "session": "token" });
        let reply = self.post("/api/v1/sign-in", &body);
        assert_eq!(reply.status, 200, "{}", reply.body);
        self.bearer(reply.json()["token"].as_str().unwrap())
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> std::io::Result<Reply> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        exchange(stream, &self.request(method, path, body))
    }

    fn request(&self, method: &str, path: &str, body: &str) -> String {
        let host = &self.host;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        if let Some(token) = &self.bearer {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        if let Some(cookie) = &self.cookie {
            head += &format!("Cookie: {cookie}\r\n");
        }
        if !body.is_empty() {
            let length = body.len();
            head += &format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
        }
        format!("{head}\r\n{body}")
    }
}

/// Sends a request that closes, and reads the reply to its end.
pub(crate) fn exchange(mut stream: impl Read + Write, request: &str) -> std::io::Result<Reply> {
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let cut_off = || std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "no whole reply");
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut_off)?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(cut_off)?;
    let length = head.lines().filter_map(|line| line.split_once(": ")).find_map(|(name, value)| {
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    if length.is_some_and(|length| body.len() < length) {
        return Err(cut_off());
    }
    Ok(Reply { status, body: body.to_owned() })
}
