//! What the server says when it says no (RFC 9457).

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value};

/// The server refused, or failed, and says why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// Stable: never renamed, never translated.
    pub code: String,
    /// The code in words.
    pub title: String,
    /// More words, where there are any.
    pub detail: Option<String>,
    /// The request's id, as the server's log has it.
    pub instance: Option<String>,
    /// The fields that are wrong.
    pub errors: Vec<FieldError>,
    /// When it is worth coming again.
    pub retry_after: Option<Duration>,
    /// All that was said, such as `permission` or `purpose`.
    pub body: Map<String, Value>,
}

/// A field that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FieldError {
    /// Its name.
    pub field: String,
    /// What is wrong with it.
    pub code: String,
    /// The same in words.
    pub message: String,
}

impl Problem {
    /// Reads a body; `None` for one without a code, which is not Keyward's.
    pub(crate) fn read(
        status: StatusCode,
        body: &[u8],
        retry_after: Option<Duration>,
    ) -> Option<Self> {
        let body: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let code = text(&body, "code")?;
        let said = body.get("retry_after").and_then(Value::as_u64).map(Duration::from_secs);
        let fields = body.get("errors").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            status,
            code,
            title: text(&body, "title").unwrap_or_default(),
            detail: text(&body, "detail"),
            instance: text(&body, "instance"),
            errors: fields.filter_map(Value::as_object).map(FieldError::read).collect(),
            retry_after: said.or(retry_after),
            body,
        })
    }

    /// That it cannot be decided, which is neither a yes nor a no.
    pub(crate) fn undecided(code: &str) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: code.to_owned(),
            title: "It cannot be decided right now.".to_owned(),
            detail: None,
            instance: None,
            errors: vec![],
            retry_after: None,
            body: Map::new(),
        }
    }

    /// The permission that was lacking, where that is the reason.
    pub fn permission(&self) -> Option<&str> {
        self.body.get("permission").and_then(Value::as_str)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.detail.as_ref().unwrap_or(&self.title);
        write!(f, "{} {}: {words}", self.status.as_u16(), self.code)
    }
}

impl FieldError {
    fn read(said: &Map<String, Value>) -> Self {
        let text = |name| text(said, name).unwrap_or_default();
        Self { field: text("field"), code: text("code"), message: text("message") }
    }
}

fn text(of: &Map<String, Value>, name: &str) -> Option<String> {
    of.get(name).and_then(Value::as_str).map(str::to_owned)
}
