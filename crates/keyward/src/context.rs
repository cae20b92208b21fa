//! Under which circumstances something is asked.

use std::str::FromStr;

use keyward_authz::condition::{Net, Value, datetime, duration};
use keyward_core::Error;
use serde_json::{Map, Value as Json};

/// What the app knows beside who asks and what about. Ours come first: `now`,
/// `ip`, `aal`, `auth_age` and `mfa_age` cannot be told otherwise.
///
/// ```
/// # use keyward::Context;
/// let frozen = Context::new().fact("maintenance", true).fact("until", "18:00");
/// let token = Context::new().scopes(["read:posts"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub(crate) facts: Vec<(String, Value)>,
    pub(crate) principal: Vec<(String, Value)>,
    pub(crate) scopes: Option<Vec<String>>,
}

impl Context {
    /// Without anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// An attribute of the circumstances: `context.maintenance` in a condition.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.push((name.to_owned(), value.into()));
        self
    }

    /// An attribute of who asks that the app knows, as `principal.department`.
    #[must_use]
    pub fn principal(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.principal.push((name.to_owned(), value.into()));
        self
    }

    /// What the credential may at most be used for, in scopes of the policy. A
    /// scope that the policy does not know leaves nothing.
    #[must_use]
    pub fn scopes<'a>(mut self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        self.scopes = Some(scopes.into_iter().map(str::to_owned).collect());
        self
    }
}

/// Reads the facts of a JSON object: `{"maintenance": true}`.
impl FromStr for Context {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = |flaw: String| Error::because("read the context", flaw);
        let told = serde_json::from_str(text).map_err(|flaw| bad(flaw.to_string()))?;
        let facts = attributes(&told);
        let facts = facts.ok_or_else(|| bad(format!("at most {MAX_ATTRIBUTES} facts")))?;
        Ok(Self { facts, ..Self::new() })
    }
}

/// An attribute as JSON: true or false, a whole number, text, or a list of
/// those; or `{"datetime": "2026-11-24T17:05:00Z"}`, `{"duration": "5m"}`,
/// `{"ip": "10.0.0.0/8"}`, the last of which is plain text in a field named `ip`.
/// Nothing else has a meaning in conditions: a missing attribute is a failure to
/// know there, so what is left out never makes a yes of a no.
pub(crate) fn attribute(name: &str, from: &Json) -> Option<Value> {
    match from {
        Json::String(text) if name == "ip" => Net::parse(text).map(Value::Net),
        Json::Array(items) => {
            let items = items.iter().map(|item| attribute("", item));
            items.collect::<Option<Vec<Value>>>().map(|items| Value::Set(items.into()))
        }
        Json::Bool(it) => Some((*it).into()),
        Json::Number(it) => it.as_i64().map(Value::Int),
        Json::String(it) => Some(it.as_str().into()),
        Json::Object(fields) => literal(fields),
        Json::Null => None,
    }
}

/// What JSON has no form for, under the name of its kind.
fn literal(fields: &Map<String, Json>) -> Option<Value> {
    let (kind, text) = fields.iter().next().filter(|_| fields.len() == 1)?;
    let text = text.as_str()?;
    match kind.as_str() {
        "datetime" => datetime(text).map(Value::Time),
        "duration" => duration(text).map(Value::Span),
        "ip" => Net::parse(text).map(Value::Net),
        _ => None,
    }
}

/// The attributes of a JSON object, at most [`MAX_ATTRIBUTES`].
pub(crate) fn attributes(from: &Map<String, Json>) -> Option<Vec<(String, Value)>> {
    let some = from.iter().filter_map(|(name, it)| Some((name.clone(), attribute(name, it)?)));
    (from.len() <= MAX_ATTRIBUTES).then(|| some.collect())
}

/// Attributes of one record in a request.
pub(crate) const MAX_ATTRIBUTES: usize = 100;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_what_conditions_compute_with_or_nothing() {
        for (name, from, wanted) in [
            ("a", json!(true), Some(Value::Bool(true))),
            ("a", json!(-7), Some(Value::Int(-7))),
            ("a", json!("x"), Some(Value::Text("x".into()))),
            ("a", json!(["x", 1]), Some(Value::Set(Box::new(["x".into(), 1.into()])))),
            ("ip", json!("10.0.0.0/8"), Net::parse("10.0.0.0/8").map(Value::Net)),
            ("ip", json!("ten"), None),
            ("a", json!(1.5), None),
            ("a", json!(u64::MAX), None),
            ("a", json!(null), None),
            ("a", json!({ "b": 1 }), None),
            ("a", json!({ "duration": "5m" }), Some(Value::Span(300_000_000))),
            ("a", json!({ "datetime": "1970-01-01T00:00:01Z" }), Some(Value::Time(1_000_000))),
            ("a", json!({ "ip": "10.0.0.1" }), Net::parse("10.0.0.1").map(Value::Net)),
            ("a", json!({ "ip": "10.0.0.1", "duration": "5m" }), None),
            ("a", json!({ "duration": "soon" }), None),
            ("a", json!(["x", null]), None),
        ] {
            assert_eq!(attribute(name, &from), wanted, "{name} {from}");
        }
    }
}
