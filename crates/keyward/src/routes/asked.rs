//! What a request asks, read strictly into what the engine asks.

use std::collections::BTreeMap;

use keyward_authz::Permission;
use keyward_authz::limits::Limit;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::context::{Context, attributes};
use crate::engine::ask::Ruling;
use crate::engine::policy::parse;
use crate::http::{Code, Fault, Problem};
use crate::resource::{Resource, ResourceInput};

/// The resource of a request.
pub(super) fn resource(told: Option<&ResourceInput>) -> Result<Option<Resource>, Fault> {
    let read = told.map(ResourceInput::read).transpose();
    read.map_err(|(field, code)| bad(field, code))
}

/// `type:id`.
pub(super) fn named(text: &str) -> Result<Resource, Fault> {
    Resource::named(text).ok_or_else(|| bad("resource", "wrong_type"))
}

/// Attributes of the circumstances.
pub(super) fn context(from: &Map<String, Value>) -> Result<Context, Fault> {
    let facts = attributes(from).ok_or_else(|| bad("context", "too_large"))?;
    Ok(Context { facts, ..Context::new() })
}

/// A permission that a request asks for.
pub(super) fn permission(text: &str) -> Result<Permission, Fault> {
    parse(text).map_err(|_| bad("permission", "permission_invalid"))
}

pub(super) fn bad(field: &str, code: &str) -> Fault {
    Problem::new(Code::ValidationFailed).field(field, code).into()
}

/// A numeric limit; both kinds are exclusive.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub(crate) struct LimitView {
    /// A value must be less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<i64>,
    /// A value must be more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    above: Option<i64>,
}

/// Limits by name.
pub(crate) type LimitViews = BTreeMap<String, LimitView>;

pub(super) fn limit_views(limits: &BTreeMap<String, Limit>) -> LimitViews {
    let view = |limit: &Limit| match *limit {
        Limit::Below(value) => LimitView { below: Some(value), above: None },
        Limit::Above(value) => LimitView { below: None, above: Some(value) },
    };
    limits.iter().map(|(name, limit)| (name.clone(), view(limit))).collect()
}

/// An answer to one question.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Allowed {
    permission: String,
    /// Nothing when it cannot be decided right now, which is neither a yes nor
    /// a no. Only in a batch; alone, that is a 503.
    allowed: Option<bool>,
    /// `allowed`, or one of the codes of problems.
    code: &'static str,
    /// What the policy's author wrote for whoever is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What would help: `step_up`.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    /// Numeric limits of the roles held.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(default)]
    limits: LimitViews,
}

impl Allowed {
    pub(super) fn new(permission: &str, ruling: Ruling) -> Self {
        Self {
            permission: permission.to_owned(),
            allowed: ruling.allowed().ok(),
            code: ruling.code,
            limits: limit_views(&ruling.limits),
            reason: ruling.reason,
            advice: ruling.advice,
        }
    }
}
