//! Fields that the app defines, in forms.

use std::collections::BTreeMap;

use keyward_core::profile::{Field, FieldKind, Party};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::render::Page;
use crate::http::{Code, Cx, Fault, Problem};

/// What a field is called in a form.
const PREFIX: &str = "properties.";

/// What is left of a form when the fields of its own are taken out.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Given(BTreeMap<String, String>);

impl Given {
    /// As properties. What is no field is refused here or by the core.
    pub(super) fn read(self, cx: &Cx<'_>) -> Result<Map<String, Value>, Fault> {
        let fields = &cx.auth.0.settings.profile;
        let mut read = Map::new();
        for (name, text) in self.0 {
            let Some(name) = name.strip_prefix(PREFIX) else {
                return Err(Problem::new(Code::UnknownField).param("field", name).into());
            };
            let field = fields.iter().find(|field| field.name == name);
            read.insert(name.to_owned(), value(field, text));
        }
        // A box that is not ticked is not sent.
        for field in fields.iter().filter(|f| f.kind == FieldKind::Boolean && is_own(f)) {
            read.entry(&field.name).or_insert(Value::Bool(false));
        }
        Ok(read)
    }
}

/// A text as a field has it; the core judges whether it may.
fn value(field: Option<&Field>, text: String) -> Value {
    match field.map(|field| &field.kind) {
        Some(_) if text.is_empty() => Value::Null,
        Some(FieldKind::Boolean) => Value::Bool(text == "on"),
        Some(FieldKind::Integer { .. }) => {
            text.trim().parse::<i64>().map_or(Value::String(text), Value::from)
        }
        _ => Value::String(text),
    }
}

fn is_own(field: &Field) -> bool {
    field.edit == Party::Owner
}

impl Page<'_> {
    /// With the fields that its owner may fill in, as they stand in these properties or
    /// as they were typed; and those that they only see.
    pub(super) fn with_fields(self, cx: &Cx<'_>, properties: &Value, all: bool) -> Self {
        let fields = cx.auth.0.settings.profile.iter();
        let seen = fields.filter(|f| f.see == Party::Owner && (is_own(f) || all));
        let told = |field: &Field| {
            let name = format!("{PREFIX}{}", field.name);
            let typed = crate::http::input::peek(cx.request, &name)
                .filter(|typed| !typed.contains(char::is_control))
                .map(|typed| value(Some(field), typed));
            let stored = properties.get(&field.name).cloned().unwrap_or_default();
            let choices = match &field.kind {
                FieldKind::Choice(choices) => choices.clone(),
                _ => vec![],
            };
            json!({
                "name": name,
                "id": format!("field-{}", field.name),
                "label": label(&field.name),
                "kind": kind(&field.kind),
                "value": text(&typed.unwrap_or(stored)),
                "choices": choices,
                "required": field.is_required,
                "fixed": !is_own(field),
            })
        };
        let fields: Vec<Value> = seen.map(told).collect();
        self.with("fields", fields)
    }
}

fn kind(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text { .. } => "text",
        FieldKind::Integer { .. } => "integer",
        FieldKind::Boolean => "boolean",
        FieldKind::Date => "date",
        FieldKind::Choice(_) => "choice",
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "on".into(),
        Value::Bool(false) => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `date_of_birth` as people read it.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}
