//! Limits, as operators see them.

use keyward_core::flow::limits::LimitState;
use keyward_core::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// A limit of an account, and how much of it is used.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct LimitRow {
    /// Its name, as in the documentation.
    pub limit: String,
    /// Units that are gone.
    pub used: u32,
    /// Units that there are.
    pub of: u32,
    /// When the next one can be had, if none is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

impl From<LimitState> for LimitRow {
    fn from(state: LimitState) -> Self {
        let LimitState { name: limit, used, of, until } = state;
        Self { limit, used, of, until }
    }
}
