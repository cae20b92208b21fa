//! `Authorization` as starlette-auth-toolkit met it: what its header parser must say,
//! after RFC 7617 and RFC 7235, and whom its example then lets in.

use keyward_core::header::{Given, basic, token};
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct File {
    basic: Vec<Row>,
    #[serde(default)]
    token: Vec<Row>,
    #[serde(default)]
    multi: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    authorization: Option<Value>,
    #[serde(default)]
    parsed: Vec<Vec<String>>,
    #[serde(default)]
    backends: Vec<String>,
    expect: String,
}

/// Whom the toolkit's example knows.
const USER: (&str, &str) = ("user", "s3kr3t");
const TOKEN: &str = "abcd";

/// The parser for Basic, the example's tokens, and both in order.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    let file: File = serde_json::from_str(text)?;
    for row in &file.basic {
        let given = row.given();
        let read = given.as_deref().map_or(Given::Malformed, basic::read);
        let said = match &read {
            Given::NotTried => "not_tried",
            Given::Malformed => "refused",
            Given::Brought(_) => "parsed",
        };
        let theirs = row.parts();
        // What the toolkit could not read, it cannot be compared with.
        let ours = read_as(read).filter(|_| theirs.is_some());
        let name = format!("basic {}", row.name);
        comparison.row(name, (row.agreed(said), ours), (row.expect.as_str(), theirs));
    }
    for row in &file.token {
        let said = row.agreed(by_token(row.given().as_deref()));
        comparison.row(format!("token {}", row.name), said, row.expect.as_str());
    }
    for row in &file.multi {
        let given = row.given();
        let answers = row.backends.iter().map(|backend| match backend.as_str() {
            "token" => by_token(given.as_deref()),
            _ => by_basic(given.as_deref()),
        });
        // The first that is tried decides.
        let said = answers.into_iter().find(|it| *it != "not_tried").unwrap_or("not_tried");
        comparison.row(format!("multi {}", row.name), row.agreed(said), row.expect.as_str());
    }
    Ok(())
}

impl Row {
    /// The value that is looked at; nothing where there is more than one, which is
    /// refused before anyone reads it.
    fn given(&self) -> Option<String> {
        match &self.authorization {
            None | Some(Value::Null) => Some(String::new()),
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => None,
        }
    }

    /// What the row says in place of ours, where it leaves two answers open.
    fn agreed<'a>(&'a self, said: &'a str) -> &'a str {
        let is_open = self.expect.contains("_or_");
        let is_one = self.expect.split("_or_").any(|answer| answer == said);
        if is_open && is_one { &self.expect } else { said }
    }

    /// The name and password that the toolkit read, where it read what it should.
    fn parts(&self) -> Option<(String, String)> {
        let first = self.parsed.first().filter(|_| self.expect == "parsed")?;
        match first.as_slice() {
            [scheme, user, password] if scheme == "basic" => Some((user.clone(), password.clone())),
            _ => None,
        }
    }
}

/// What was read, to compare with what the toolkit read.
fn read_as(read: Given<basic::Basic>) -> Option<(String, String)> {
    match read {
        Given::Brought(it) => Some((it.user, it.password.reveal().to_owned())),
        _ => None,
    }
}

fn by_token(given: Option<&str>) -> &'static str {
    match given.map_or(Given::Malformed, |given| token::read(given, "Token")) {
        Given::NotTried => "not_tried",
        Given::Brought(TOKEN) => "accepted",
        Given::Brought(_) | Given::Malformed => "refused",
    }
}

fn by_basic(given: Option<&str>) -> &'static str {
    match given.map_or(Given::Malformed, basic::read) {
        Given::NotTried => "not_tried",
        Given::Brought(it) if (it.user.as_str(), it.password.reveal()) == USER => "accepted",
        Given::Brought(_) | Given::Malformed => "refused",
    }
}
