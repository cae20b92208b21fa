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
    /// The second factor is awaited; nothing is open.
    NeedsMfa,
    /// A code was sent, if there is somebody to send it to.
    CodeSent,
    /// A link was sent, if there is somebody to send it to.
    LinkSent,
    /// The link is right, but another browser asked for it: `code` is to be
    /// typed there.
    OtherBrowser,
    /// The address is proven; no session was opened.
    Verified,
    /// The service is connected to the account that is signed in.
    #[cfg(feature = "oauth")]
    Connected,
    /// A recovery was going on, and is stopped.
    Stopped,
    /// The recovery is over: if somebody else finished it, a new one is the way back.
    TooLate,
    /// A change was taken back; no session is open any more.
    Undone,
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
    /// What the second factor can be answered with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(crate) methods: Vec<&'static str>,
    /// Given back with the second factor, where a token was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flow_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) session_id: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<UserView>,
    /// For `Authorization: Bearer`, where a token was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// To be typed in the browser that asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
}

impl Outcome {
    pub(crate) fn new(status: Status) -> Self {
        Self {
            status,
            flow_id: None,
            next: &[],
            methods: vec![],
            flow_token: None,
            session_id: None,
            user: None,
            token: None,
            code: None,
        }
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
    /// Whether the patterns say all. Where rules with conditions decide as well, or
    /// blocks of the app's own, they do not: ask.
    pub(crate) complete: bool,
    /// Where the policy lists permissions: those of them that are allowed now, about no
    /// resource, by all that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) permissions: Option<Vec<String>>,
    /// Numeric limits of the roles held.
    pub(crate) limits: LimitViews,
    /// Patterns that an API key is bound to: it may do nothing else of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) within: Option<Vec<String>>,
}

/// An authenticator app that is being enrolled.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Enrolling<'a> {
    #[schemars(with = "String")]
    pub(crate) flow_id: FlowId,
    /// Base32, for whoever types it.
    pub(crate) secret: &'a str,
    /// `otpauth://…`, for an app.
    pub(crate) uri: &'a str,
    /// The same as a QR code: an SVG element.
    pub(crate) qr: String,
}

/// Second factors of the app's own.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct AppFactorList {
    pub(crate) factors: Vec<AppFactorItem>,
}

/// A second factor of the app's own.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct AppFactorItem {
    /// Its word in addresses.
    pub(crate) name: &'static str,
    /// What people read of it.
    pub(crate) label: String,
    /// Whether this account has it.
    pub(crate) enrolled: bool,
}

/// A second factor of the app's own that is being enrolled.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct EnrollingAppFactor<'a> {
    #[schemars(with = "String")]
    pub(crate) flow_id: FlowId,
    /// What the person needs to set it up, shown once; plain text.
    pub(crate) shown: &'a str,
}

/// A second factor that was enrolled.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Enrolled<'a> {
    #[schemars(with = "String")]
    pub(crate) session_id: SessionId,
    /// For `Authorization: Bearer`, where the session was a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<&'a str>,
    /// Shown once; empty if the account had some.
    pub(crate) recovery_codes: Vec<&'a str>,
}

/// Recovery codes, shown once.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Codes<'a> {
    pub(crate) recovery_codes: Vec<&'a str>,
}

/// How many recovery codes are left.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct CodesLeft {
    pub(crate) left: usize,
    /// How many a new set has.
    pub(crate) of: usize,
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

/// A role or a group that was made.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Named {
    #[schemars(example = &"editors")]
    pub(crate) name: String,
}
