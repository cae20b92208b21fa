//! Request bodies: JSON, forms and multipart without files, under the same
//! strict rules. Unknown and repeated fields are refused, and so are control
//! characters.

use ::http::header;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Code, Fault, Head, Problem, Request, single};

/// The body as `T`.
pub(crate) fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Fault> {
    let value = fields(request)?;
    plain(&value, "")?;
    serde_json::from_value(value).map_err(|error| explain(&error))
}

/// The same, where nothing has to be said: an empty body is an empty object.
pub(crate) fn body_or_nothing<T: DeserializeOwned + Default>(
    request: &Request,
) -> Result<T, Fault> {
    if request.body().is_empty() { Ok(T::default()) } else { body(request) }
}

/// The same, where one field is a text of many lines. However they ended, they
/// end in a line feed; other control characters but tabs are refused in it too.
pub(crate) fn body_with_lines<T: DeserializeOwned>(
    request: &Request,
    field: &str,
) -> Result<T, Fault> {
    let mut value = fields(request)?;
    let text = value.get_mut(field).and_then(|text| match text {
        Value::String(text) => Some(std::mem::take(text).replace("\r\n", "\n")),
        _ => None,
    });
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.as_ref().is_some_and(|text| text.contains(is_odd)) {
        return Err(Problem::new(Code::ValidationFailed).field(field, "control_character").into());
    }
    plain(&value, "")?;
    if let Some((text, place)) = text.zip(value.get_mut(field)) {
        *place = Value::String(text);
    }
    serde_json::from_value(value).map_err(|error| explain(&error))
}

fn fields(request: &Request) -> Result<Value, Fault> {
    Ok(match media_type(request.into())? {
        Media::Json => strict_json(request.body())?,
        Media::Form => without_token(form(request.body())?),
        Media::Multipart(boundary) => {
            without_token(super::body_parts::read(request.body(), &boundary)?)
        }
        Media::None => Value::Object(Map::new()),
    })
}

/// The form token was looked at before the route; it is not a field.
fn without_token(mut fields: Map<String, Value>) -> Value {
    fields.remove("csrf");
    Value::Object(fields)
}

/// One field of a form body, without judging the rest.
pub(crate) fn peek<'a>(head: impl Into<Head<'a>>, name: &str) -> Option<String> {
    let head = head.into();
    let fields = match media_type(head).ok()? {
        Media::Form => form(head.body).ok()?,
        Media::Multipart(boundary) => super::body_parts::read(head.body, &boundary).ok()?,
        Media::Json | Media::None => return None,
    };
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}

enum Media {
    Json,
    Form,
    Multipart(String),
    None,
}

fn media_type(head: Head<'_>) -> Result<Media, Fault> {
    let Some(given) = single(head.headers, &header::CONTENT_TYPE)? else {
        let empty = head.body.is_empty();
        return if empty { Ok(Media::None) } else { Err(Code::UnsupportedMediaType.into()) };
    };
    let mut parts = given.split(';').map(str::trim);
    match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "application/json" => Ok(Media::Json),
        "application/x-www-form-urlencoded" => Ok(Media::Form),
        "multipart/form-data" => {
            let boundary = parts.find_map(|p| p.strip_prefix("boundary="));
            let boundary = boundary.map(|b| b.trim_matches('"').to_owned());
            boundary.map(Media::Multipart).ok_or_else(|| Code::UnsupportedMediaType.into())
        }
        _ => Err(Code::UnsupportedMediaType.into()),
    }
}

/// An object in which no name occurs twice, at any depth.
pub(crate) fn strict_json(bytes: &[u8]) -> Result<Value, Fault> {
    let Strict(value) = serde_json::from_slice(bytes)
        .map_err(|error| Fault::from(Problem::new(Code::BadJson).detail(json_detail(&error))))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Problem::new(Code::BadJson).detail("The body must be an object.").into())
    }
}

fn json_detail(error: &serde_json::Error) -> String {
    format!("At line {}, column {}.", error.line(), error.column())
}

fn form(bytes: &[u8]) -> Result<Map<String, Value>, Fault> {
    let mut fields = Map::new();
    for (name, value) in pairs(bytes)? {
        insert(&mut fields, name, value)?;
    }
    Ok(fields)
}

/// The pairs of a form body or a query string. What a lenient parser would mend
/// is refused: broken percent-encoding, and bytes that are not UTF-8.
pub(crate) fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, Fault> {
    let bad = |detail: &str| Fault::from(Problem::new(Code::BadRequest).detail(detail));
    if std::str::from_utf8(bytes).is_err() {
        return Err(bad("not UTF-8"));
    }
    if !is_percent_encoded(bytes) {
        return Err(bad("broken percent-encoding"));
    }
    let pairs: Vec<(String, String)> = form_urlencoded::parse(bytes).into_owned().collect();
    if pairs.iter().any(|(name, value)| (name.clone() + value).contains('\u{fffd}')) {
        return Err(bad("not UTF-8"));
    }
    Ok(pairs)
}

/// Whether every `%` has its two hexadecimal digits.
pub(crate) fn is_percent_encoded(bytes: &[u8]) -> bool {
    let mut pieces = bytes.split(|b| *b == b'%');
    pieces.next();
    pieces.all(|piece| piece.get(..2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)))
}

/// A field that must not be there already.
pub(super) fn insert(
    fields: &mut Map<String, Value>,
    name: String,
    value: String,
) -> Result<(), Fault> {
    if fields.insert(name, Value::String(value)).is_some() {
        return Err(Problem::new(Code::BadRequest).detail("a field occurs twice").into());
    }
    Ok(())
}

/// Refuses control characters in every text, and names the field.
fn plain(value: &Value, path: &str) -> Result<(), Fault> {
    match value {
        Value::String(text) if text.chars().any(char::is_control) => {
            Err(Problem::new(Code::ValidationFailed).field(path, "control_character").into())
        }
        Value::Array(items) => items.iter().try_for_each(|item| plain(item, path)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            if name.chars().any(char::is_control) {
                return Err(Code::ValidationFailed.into());
            }
            plain(value, &path)
        }),
        _ => Ok(()),
    }
}

/// Tells an unknown field from a wrong one.
fn explain(error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let quoted = text.split('`').nth(1).unwrap_or_default().to_owned();
    if text.starts_with("unknown field") {
        let known = text.split_once("expected").map(|(_, known)| known.trim().to_owned());
        let problem = Problem::new(Code::UnknownField).param("field", quoted);
        return match known {
            Some(known) => problem.detail(format!("Known are: {known}")).into(),
            None => problem.into(),
        };
    }
    let problem = Problem::new(Code::ValidationFailed);
    if text.starts_with("missing field") {
        return problem.field(&quoted, "missing").into();
    }
    problem.field("", "wrong_type").detail(text.split(" at line").next().unwrap_or_default()).into()
}

/// A yes or no: `true` in JSON; `on`, `true` or `1` in a form.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Flag(pub(crate) bool);

impl schemars::JsonSchema for Flag {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Flag".into()
    }

    fn json_schema(from: &mut schemars::SchemaGenerator) -> schemars::Schema {
        bool::json_schema(from)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            Value::Bool(flag) => Ok(Self(flag)),
            Value::String(text) => match text.as_str() {
                "on" | "true" | "1" => Ok(Self(true)),
                "off" | "false" | "0" | "" => Ok(Self(false)),
                _ => Err(D::Error::custom("expected true or false")),
            },
            _ => Err(D::Error::custom("expected true or false")),
        }
    }
}

/// A text or null that must be said: a field that is left out is no null.
#[derive(Clone, Debug)]
pub(crate) struct Said(pub(crate) Option<String>);

impl schemars::JsonSchema for Said {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Said".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(from: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<String>::json_schema(from)
    }
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Not by `Option`, which takes a field that is left out for null.
        match Value::deserialize(from)? {
            Value::Null => Ok(Self(None)),
            Value::String(text) => Ok(Self(Some(text))),
            _ => Err(D::Error::custom("expected a text or null")),
        }
    }
}

/// A JSON value whose objects repeat no name.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(super::strict::StrictVisitor).map(Self)
    }
}
