//! Apache Shiro's `shiro.ini`: its `[roles]` become roles, and the roles of its
//! `[users]` assignments. Passwords are not looked at.

use std::fmt::Write as _;

use super::{Imported, NotImported, array, quoted};

/// Reads an ini file as Shiro does.
///
/// # Errors
/// When a line of `[users]` or `[roles]` has no `=`.
pub fn shiro(text: &str) -> Result<Imported, NotImported> {
    let mut imported = Imported {
        policy: "version = 1\ndialect = \"shiro\"\n\n[roles]\n".to_owned(),
        ..Imported::default()
    };
    let mut section = "";
    for (nth, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim();
            continue;
        }
        if !matches!(section, "users" | "roles") {
            continue;
        }
        let pair = line.split_once(['=', ':']);
        let (name, list) = pair.ok_or_else(|| NotImported::at(nth, "needs `name = list`"))?;
        let (name, entries) = (name.trim(), entries(list));
        match section {
            // The first entry of a user is the password.
            "users" => imported
                .assignments
                .extend(entries.into_iter().skip(1).map(|role| (name.to_owned(), role.to_owned()))),
            _ => {
                let name = quoted(name);
                let _ = writeln!(imported.policy, "{name} = {{ allow = {} }}", array(entries));
            }
        }
    }
    Ok(imported)
}

/// Entries between commas; those in quotes hold commas themselves.
fn entries(list: &str) -> Vec<&str> {
    let mut quoted = false;
    let pieces = list.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let pieces = pieces.map(|piece| piece.trim().trim_matches('"'));
    pieces.filter(|piece| !piece.is_empty()).collect()
}
