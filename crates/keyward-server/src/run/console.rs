//! The first lines of a server: what it made, where it is, what is left to do.

use std::net::SocketAddr;

use serde_json::json;

use crate::terminal::note;

/// Tells an operator, in lines for people or in JSON for machines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    json: bool,
}

/// Something that an operator should mend. Lines for machines have the id as well.
#[derive(Clone, Debug)]
pub(super) struct Warning {
    pub(super) id: &'static str,
    pub(super) text: String,
}

impl Console {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// The name and version.
    pub(super) fn title(self, mode: &str) {
        let version = env!("CARGO_PKG_VERSION");
        self.line(
            &format!("keyward {version}  ·  {mode}  ·  no telemetry\n"),
            &json!({ "fact": "start", "version": version, "mode": mode }),
        );
    }

    /// A fact about files: what was done, to which, and more about it.
    pub(super) fn file(self, what: &str, path: &str, about: &str) {
        self.line(
            format!("  {what:<8} {path:<24} {about}").trim_end(),
            &json!({ "fact": what, "path": path, "about": about }),
        );
    }

    /// A place to go.
    pub(super) fn place(self, name: &str, url: &str, about: &str) {
        self.line(
            format!("  {name:<8} {url:<40} {about}").trim_end(),
            &json!({ "fact": "place", "name": name, "url": url }),
        );
    }

    /// The link of the first administrator.
    pub(super) fn setup(self, link: &str) {
        self.line(
            &format!(
                "\n  ▶ Create the first administrator (the link works once, for 30 minutes):\n    \
                 {link}\n    a new link: keyward setup"
            ),
            &json!({ "fact": "setup", "link": link }),
        );
    }

    /// A line for people alone.
    pub(super) fn say(self, text: &str) {
        if !self.json {
            note(text);
        }
    }

    /// Something to mend.
    pub(super) fn warn(self, warning: &Warning) {
        let Warning { id, text } = warning;
        self.line(&format!("  ! {text}"), &json!({ "fact": "warning", "id": id, "text": text }));
    }

    /// The last line: it answers now, at this address.
    pub(super) fn ready(self, address: SocketAddr, millis: u128) {
        self.line(
            &format!("\nready at {address} in {millis} ms  ·  Ctrl-C stops"),
            &json!({ "fact": "ready", "listen": address.to_string(), "ms": millis }),
        );
    }

    fn line(self, text: &str, json: &serde_json::Value) {
        note(&if self.json { json.to_string() } else { text.to_owned() });
    }
}
