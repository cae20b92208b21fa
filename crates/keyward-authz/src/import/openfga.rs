//! An OpenFGA model in its own language, schema 1.1, without conditions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Imported, NotImported, quoted};

/// Reads a model. Its operators are those of policy files, so expressions stay
/// as they are.
///
/// # Errors
/// When it has conditions or modules, or a line that means nothing.
pub fn openfga(text: &str) -> Result<Imported, NotImported> {
    let mut types: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    let mut kind = None;
    for (nth, line) in text.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match (word, kind) {
            ("" | "model" | "schema" | "relations", _) => {}
            (comment, _) if comment.starts_with('#') => {}
            ("type", _) => {
                types.entry(rest.trim()).or_default();
                kind = Some(rest.trim());
            }
            ("define", Some(kind)) => {
                let define = rest.split_once(':');
                let (name, expression) =
                    define.ok_or_else(|| NotImported::at(nth, "needs `define name: …`"))?;
                let expression = expression.trim();
                if expression.contains(" with ") {
                    return Err(NotImported::at(nth, "has a condition; those are not supported"));
                }
                let relation = (name.trim(), expression.to_owned());
                types.entry(kind).or_default().push(relation);
            }
            ("condition" | "module" | "extend", _) => {
                return Err(NotImported::at(nth, format!("has `{word}`, which is not supported")));
            }
            _ => return Err(NotImported::at(nth, format!("has an unknown word `{word}`"))),
        }
    }
    Ok(Imported { policy: written(&types), assignments: Vec::new() })
}

fn written(types: &BTreeMap<&str, Vec<(&str, String)>>) -> String {
    let mut policy = String::from("version = 1\n");
    for (kind, relations) in types {
        let _ = writeln!(policy, "\n[relations.{}]", quoted(kind));
        for (name, expression) in relations {
            let _ = writeln!(policy, "{} = {}", quoted(name), quoted(expression));
        }
    }
    policy
}
