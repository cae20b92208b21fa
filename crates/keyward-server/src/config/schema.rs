//! The settings as a JSON schema, for editors and for the golden file that keeps
//! the documentation true.

use serde_json::{Map, Value, json};

use super::key::{self, Key, Takes};

/// The schema of the configuration file.
pub(crate) fn document() -> Value {
    let mut properties = Map::new();
    for key in key::all() {
        let name = key.in_file();
        insert(&mut properties, &name, property(key));
    }
    let mut service = Map::new();
    for key in super::providers::KEYS {
        let name = key.in_file();
        let own = name.rsplit('.').next().unwrap_or_default();
        service.insert(own.to_owned(), property(key));
    }
    let service = json!({ "type": "object", "additionalProperties": false, "properties": service });
    let services = json!({ "type": "object", "additionalProperties": service });
    properties.insert(super::providers::SECTION.to_owned(), services);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "keyward.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// Puts `session.idle` into the object `session`, made when missing.
fn insert(into: &mut Map<String, Value>, name: &str, property: Value) {
    let Some((section, rest)) = name.split_once('.') else {
        into.insert(name.to_owned(), property);
        return;
    };
    let inner = into.entry(section).or_insert_with(
        || json!({ "type": "object", "additionalProperties": false, "properties": {} }),
    );
    if let Some(Value::Object(inner)) = inner.get_mut("properties") {
        insert(inner, rest, property);
    }
}

fn property(key: &Key) -> Value {
    let mut about = match key.takes {
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::Number => json!({ "type": "integer" }),
        Takes::List => json!({ "type": "array", "items": { "type": "string" } }),
        Takes::Choice(choices) => json!({ "enum": choices }),
        Takes::Duration => json!({ "type": "string", "pattern": "^[0-9]+ *(ms|s|m|h|d)$" }),
        Takes::Size => json!({ "type": "string", "pattern": "^[0-9]+ *(B|KiB|MiB|GiB)$" }),
        Takes::Rate => json!({ "type": "string", "pattern": "^[0-9]+ */ *[0-9]+ *(s|m|h|d)$" }),
        Takes::Text | Takes::Url | Takes::Path | Takes::Secret => json!({ "type": "string" }),
    };
    if let Value::Object(about) = &mut about {
        about.insert("description".into(), key.what.into());
        about.insert("x-environment".into(), key.variable().into());
        if !key.default.is_empty() {
            about.insert("x-default".into(), key.default.into());
        }
    }
    about
}

#[cfg(test)]
mod tests {
    /// Written by `keyward config schema`; a change to it is a change that
    /// operators see.
    #[test]
    fn the_schema_is_the_one_that_is_checked_in() {
        let golden = include_str!("../../config.schema.json");
        let now = format!("{:#}\n", super::document());
        assert!(
            golden == now,
            "run `keyward config schema > crates/keyward-server/config.schema.json`"
        );
    }
}
