//! A role more, or one fewer, in a list of roles.

use serde::Deserialize;

use crate::http::input::Flag;

/// What the buttons beside a list send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedInput {
    role: String,
    /// Whether it is to be in the list.
    #[serde(default)]
    give: Flag,
}

impl ListedInput {
    /// The list as it is wanted.
    pub(super) fn apply(self, mut roles: Vec<String>) -> Vec<String> {
        roles.retain(|role| *role != self.role);
        roles.extend(self.give.0.then_some(self.role));
        roles
    }
}
