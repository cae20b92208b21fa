//! A role more, or one fewer, in a list of roles.

use serde::Deserialize;

use crate::http::Fault;
use crate::http::input::Flag;
use crate::routes::roles::Terms;

/// What the buttons beside a list send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedInput {
    role: String,
    /// Whether it is to be in the list.
    #[serde(default)]
    give: Flag,
    /// The version that was seen.
    version: String,
}

impl ListedInput {
    /// The version that was seen.
    pub(super) fn terms(&self) -> Result<Terms, Fault> {
        Terms::seen(&self.version)
    }

    /// The list as it is wanted.
    pub(super) fn apply(self, mut roles: Vec<String>) -> Vec<String> {
        roles.retain(|role| *role != self.role);
        roles.extend(self.give.0.then_some(self.role));
        roles
    }
}

/// What a button sends that changes a whole definition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenInput {
    /// The version that was seen.
    pub(super) version: String,
}
