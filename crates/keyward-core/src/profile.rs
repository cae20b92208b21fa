//! Fields of an account that the app defines: what may stand in them, who may change
//! them and who may see them. They are kept in the account's properties.

use serde_json::{Map, Value};

use crate::refusal::Flaw;

/// One field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// Its name: 1 to 64 of `a-z 0-9 _`, a letter first.
    pub name: String,
    /// What may stand in it.
    pub kind: FieldKind,
    /// Whether it must be there: asked for at sign-up, and not removed.
    pub is_required: bool,
    /// Who may change it.
    pub edit: Party,
    /// Who may see it.
    pub see: Party,
}

/// What may stand in a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FieldKind {
    /// Text of so many characters, without control characters.
    Text {
        /// At least.
        min: usize,
        /// At most.
        max: usize,
    },
    /// A whole number.
    Integer {
        /// At least.
        min: i64,
        /// At most.
        max: i64,
    },
    /// Yes or no.
    Boolean,
    /// A day: `2026-11-29`.
    Date,
    /// One of these texts.
    Choice(Vec<String>),
}

/// To whom something is left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Party {
    /// The person whose account it is, and administrators.
    Owner,
    /// Administrators, the command line and the app.
    Admin,
}

impl Field {
    /// A text that its owner may give, see and change.
    pub fn text(name: &str, max: usize) -> Self {
        Self {
            name: name.to_owned(),
            kind: FieldKind::Text { min: 0, max },
            is_required: false,
            edit: Party::Owner,
            see: Party::Owner,
        }
    }

    /// What is wrong with the definition, if anything.
    pub fn fault(&self) -> Option<&'static str> {
        let mut letters = self.name.bytes();
        let begins = letters.next().is_some_and(|b| b.is_ascii_lowercase());
        let goes_on = letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let empty = match &self.kind {
            FieldKind::Text { min, max } => min > max || *max > MAX_TEXT,
            FieldKind::Integer { min, max } => min > max,
            FieldKind::Choice(choices) => choices.is_empty(),
            FieldKind::Boolean | FieldKind::Date => false,
        };
        match () {
            () if !begins || !goes_on || self.name.len() > 64 => {
                Some("a name has 1 to 64 of a-z, 0-9 and _, a letter first")
            }
            () if empty => Some("nothing could stand in it"),
            () if self.edit == Party::Owner && self.see == Party::Admin => {
                Some("its owner could change it and not see it")
            }
            () if self.is_required && self.edit == Party::Admin => {
                Some("nobody could give it at sign-up")
            }
            () => None,
        }
    }

    /// What is wrong with a value: a stable code.
    fn problem(&self, value: &Value) -> Option<&'static str> {
        match (&self.kind, value) {
            (FieldKind::Text { min, max }, Value::String(text)) => match text.chars().count() {
                _ if text.chars().any(char::is_control) => Some("control_character"),
                length if length < *min => Some("too_short"),
                length if length > *max => Some("too_long"),
                _ => None,
            },
            (FieldKind::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                None => Some("wrong_type"),
                Some(found) => (!(*min..=*max).contains(&found)).then_some("out_of_range"),
            },
            (FieldKind::Boolean, Value::Bool(_)) => None,
            (FieldKind::Date, Value::String(text)) => (!is_date(text)).then_some("not_a_date"),
            (FieldKind::Choice(choices), Value::String(text)) => {
                (!choices.contains(text)).then_some("not_a_choice")
            }
            _ => Some("wrong_type"),
        }
    }
}

/// Longest text of one field, in characters.
const MAX_TEXT: usize = 2000;

/// `YYYY-MM-DD`, a day that there is.
fn is_date(text: &str) -> bool {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    let part = |from: usize, to: usize| text.get(from..to).and_then(|t| t.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(5, 7), part(8, 10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    shape && (1..=days).contains(&day)
}

/// What is wrong with a change of properties that `who` makes: a JSON Merge Patch.
/// Without any fields everything is allowed; with some, an owner changes those alone.
pub fn look_at(fields: &[Field], patch: &Map<String, Value>, who: Party) -> Vec<Flaw> {
    if fields.is_empty() {
        return vec![];
    }
    let flaw = |name: &str, code| Flaw {
        field: format!("properties.{name}"),
        code,
        message: String::new(),
    };
    let look = |(name, value): (&String, &Value)| {
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            return (who == Party::Owner).then(|| flaw(name, "unknown_field"));
        };
        if who == Party::Owner && field.edit == Party::Admin {
            // What they may not see they do not learn of either.
            let code = if field.see == Party::Admin { "unknown_field" } else { "read_only" };
            return Some(flaw(name, code));
        }
        match value {
            Value::Null => field.is_required.then(|| flaw(name, "missing")),
            value => field.problem(value).map(|code| flaw(name, code)),
        }
    };
    patch.iter().filter_map(look).collect()
}

/// What is wrong with the properties that somebody gives to make an account.
pub fn look_at_first(fields: &[Field], given: &Map<String, Value>) -> Vec<Flaw> {
    let absent =
        |field: &&Field| field.is_required && given.get(&field.name).is_none_or(Value::is_null);
    let missing = fields.iter().filter(absent).map(|field| Flaw {
        field: format!("properties.{}", field.name),
        code: "missing",
        message: String::new(),
    });
    let mut flaws = look_at(fields, given, Party::Owner);
    flaws.retain(|flaw| flaw.code != "missing");
    flaws.extend(missing);
    flaws
}

/// The properties as their owner may see them.
pub fn seen_by_owner(fields: &[Field], properties: &mut Value) {
    let Some(object) = properties.as_object_mut() else { return };
    for field in fields.iter().filter(|field| field.see == Party::Admin) {
        object.remove(&field.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields() -> Vec<Field> {
        let field = |name: &str, kind| Field { kind, ..Field::text(name, 10) };
        vec![
            Field { is_required: true, ..Field::text("city", 10) },
            field("age", FieldKind::Integer { min: 0, max: 150 }),
            field("news", FieldKind::Boolean),
            field("born", FieldKind::Date),
            field("size", FieldKind::Choice(vec!["s".into(), "m".into()])),
            Field { edit: Party::Admin, ..Field::text("level", 10) },
            Field { edit: Party::Admin, see: Party::Admin, ..Field::text("note", 10) },
        ]
    }

    fn codes(patch: Value, who: Party) -> Vec<&'static str> {
        let found = look_at(&fields(), patch.as_object().unwrap(), who);
        found.into_iter().map(|flaw| flaw.code).collect()
    }

    #[test]
    fn a_value_is_of_its_kind_and_within_its_bounds() {
        for (patch, wanted) in [
            (json!({ "city": "Paris" }), None),
            (json!({ "city": "far too long a name" }), Some("too_long")),
            (json!({ "city": "a\u{7}" }), Some("control_character")),
            (json!({ "city": 7 }), Some("wrong_type")),
            (json!({ "city": null }), Some("missing")),
            (json!({ "age": 36 }), None),
            (json!({ "age": null }), None),
            (json!({ "age": -1 }), Some("out_of_range")),
            (json!({ "age": 1e30 }), Some("wrong_type")),
            (json!({ "age": "36" }), Some("wrong_type")),
            (json!({ "news": true }), None),
            (json!({ "news": "true" }), Some("wrong_type")),
            (json!({ "born": "2024-02-29" }), None),
            (json!({ "born": "2023-02-29" }), Some("not_a_date")),
            (json!({ "born": "+023-02-01" }), Some("not_a_date")),
            (json!({ "size": "m" }), None),
            (json!({ "size": "xl" }), Some("not_a_choice")),
            (json!({ "size": ["s"] }), Some("wrong_type")),
        ] {
            let found = codes(patch.clone(), Party::Owner);
            assert_eq!(found, Vec::from_iter(wanted), "{patch}");
        }
    }

    #[test]
    fn an_owner_changes_what_is_theirs_and_nothing_else() {
        assert_eq!(codes(json!({ "level": "gold" }), Party::Owner), ["read_only"]);
        assert_eq!(codes(json!({ "note": "x" }), Party::Owner), ["unknown_field"]);
        assert_eq!(codes(json!({ "is_admin": true }), Party::Owner), ["unknown_field"]);
        assert!(codes(json!({ "level": "gold", "note": "x", "free": 1 }), Party::Admin).is_empty());
        assert_eq!(codes(json!({ "level": 7 }), Party::Admin), ["wrong_type"]);
    }

    #[test]
    fn what_must_be_given_is_missed() {
        let given = json!({ "age": 36 });
        let found = look_at_first(&fields(), given.as_object().unwrap());
        assert_eq!((found.len(), found[0].code), (1, "missing"));
        assert!(look_at_first(&[], given.as_object().unwrap()).is_empty());
    }

    #[test]
    fn what_is_for_administrators_is_not_seen() {
        let mut properties = json!({ "city": "Paris", "note": "x", "level": "gold" });
        seen_by_owner(&fields(), &mut properties);
        assert_eq!(properties, json!({ "city": "Paris", "level": "gold" }));
    }

    #[test]
    fn a_definition_that_nobody_could_use_is_a_fault() {
        assert!(fields().iter().all(|field| field.fault().is_none()));
        for bad in [
            Field::text("", 10),
            Field::text("Name", 10),
            Field::text("a", 5000),
            Field { see: Party::Admin, ..Field::text("a", 10) },
            Field { edit: Party::Admin, is_required: true, ..Field::text("a", 10) },
            Field { kind: FieldKind::Choice(vec![]), ..Field::text("a", 10) },
            Field { kind: FieldKind::Integer { min: 1, max: 0 }, ..Field::text("a", 10) },
        ] {
            assert!(bad.fault().is_some(), "{bad:?}");
        }
    }
}
