//! A browser that keeps one session cookie.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Keeps one cookie.
#[derive(Default)]
pub(crate) struct Browser {
    cookie: String,
}

impl Browser {
    /// Signs in; panics if it may not.
    pub(crate) fn signed_in(url: &str, name: &str, password: &str) -> Self {
        let mut browser = Self::default();
        let status = browser.sign_in(url, name, password);
        assert_eq!(status, 200);
        browser
    }

    /// Tries to sign in.
    pub(crate) fn sign_in(&mut self, url: &str, name: &str, password: &str) -> u16 {
        let body = format!(r#"{{"identifier":"{name}","password":"{password}"}}"#);
        self.ask(url, "POST", "/api/v1/sign-in", &body)
    }

    /// Asks, and keeps the session cookie. Returns the status.
    pub(crate) fn ask(&mut self, url: &str, verb: &str, path: &str, body: &str) -> u16 {
        let host = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let (cookie, length) = (&self.cookie, body.len());
        let head = format!(
            "{verb} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let set = reply.lines().filter_map(|line| line.split_once(": "));
        let set = set.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let mut session = set.filter(|(_, value)| value.contains("kw_session="));
        if let Some((_, value)) = session.next() {
            self.cookie = value.split(';').next().unwrap().to_owned();
        }
        reply.split(' ').nth(1).unwrap().parse().unwrap()
    }
}
