//! What the API answers: the types that are rendered are the types that
//! `openapi.json` describes.

use keyward_core::id::{FlowId, SessionId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::asked::LimitViews;
use crate::view::UserView;

/// A whole list.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct List<T> {
    pub(crate) data: Vec<T>,
}

/// A part of a list, and where the next part begins.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Part<T> {
    pub(crate) data: Vec<T>,
    pub(crate) next_cursor: Option<String>,
}

/// How many things changed.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Changed {
    pub(crate) changed: usize,
}

/// How far an attempt has come.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// A session is open.
    Complete,
    /// A code was sent to an address that must be proven first.
    NeedsVerification,
    /// A code was sent, if there is somebody to send it to.
    CodeSent,
    /// The address is proven; no session was opened.
    Verified,
}

/// What an attempt led to; what is absent does not apply.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Outcome {
    pub(crate) status: Status,
    /// The flow whose code is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) flow_id: Option<FlowId>,
    /// What can be done next.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    pub(crate) next: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) session_id: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<UserView>,
    /// For `Authorization: Bearer`, where a token was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

impl Outcome {
    pub(crate) fn new(status: Status) -> Self {
        Self { status, flow_id: None, next: &[], session_id: None, user: None, token: None }
    }
}

/// A flow that was begun.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Begun {
    #[schemars(with = "String")]
    pub(crate) flow_id: FlowId,
}

/// What somebody may do.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Held<'a> {
    pub(crate) roles: Vec<String>,
    pub(crate) groups: Vec<String>,
    /// Patterns that are allowed, by roles and grants.
    pub(crate) allow: Vec<&'a str>,
    /// Patterns that are denied, whatever else allows them.
    pub(crate) deny: Vec<&'a str>,
    /// Numeric limits of the roles held.
    pub(crate) limits: LimitViews,
}

/// The app's data on a session.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Data {
    pub(crate) data: Value,
}

/// The token that forms of this session carry.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Csrf {
    pub(crate) csrf: String,
}

/// A role that was made.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}
