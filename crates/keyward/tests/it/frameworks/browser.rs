//! A browser that is one socket for each request, and keeps cookies.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(super) struct Browser {
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
    pub(super) site: &'static str,
    /// A header line beside the others, or nothing.
    pub(super) more: String,
}

pub(super) struct Reply {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Reply {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let pair = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        };
        let mut reply = Self { status, headers: lines.map(pair).collect(), body: body.to_owned() };
        if reply.header("transfer-encoding") == Some("chunked") {
            reply.body = unchunked(&reply.body);
        }
        reply
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub(super) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn unchunked(mut text: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        whole.push_str(&rest[..size]);
        text = rest[size..].trim_start_matches("\r\n");
    }
    whole
}

impl Browser {
    pub(super) fn at(address: SocketAddr) -> Self {
        Self { address, cookies: BTreeMap::new(), site: "same-origin", more: String::new() }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.get(name).cloned()
    }

    pub(super) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    pub(super) async fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, "").await
    }

    pub(super) async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &body.to_string()).await
    }

    pub(super) async fn send(&mut self, method: &str, path: &str, body: &str) -> Reply {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Sec-Fetch-Site: {}\r\n",
            self.site
        );
        if !body.is_empty() {
            head +=
                &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        if !self.more.is_empty() {
            head += &format!("{}\r\n", self.more);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            head += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that refuses by the head may hang up before the body is sent.
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.ok();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await.ok();
        let reply = Reply::read(&String::from_utf8(reply).unwrap());
        let set = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
        for (name, value) in set.filter_map(|(_, line)| line.split(';').next()?.split_once('=')) {
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        reply
    }
}
