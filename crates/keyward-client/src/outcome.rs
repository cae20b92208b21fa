//! What came of an attempt.

use serde::Deserialize;

use crate::secret::Secret;
use crate::types::User;

/// What an attempt led to; what is absent does not apply.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// `complete`, `needs_verification`, `needs_mfa`, and so on.
    pub status: String,
    /// The token of the session that was opened, where it was asked for.
    #[serde(default)]
    pub token: Option<Secret>,
    /// The session that was opened.
    #[serde(default)]
    pub session_id: Option<String>,
    /// Whose it is.
    #[serde(default)]
    pub user: Option<User>,
    /// What goes on: sent back with the next step.
    #[serde(default)]
    pub flow_id: Option<String>,
    /// What the next step must bring along, where there is no cookie.
    #[serde(default)]
    pub flow_token: Option<Secret>,
    /// What a second factor can be answered with.
    #[serde(default)]
    pub methods: Vec<String>,
    /// A code of what is lacking.
    #[serde(default)]
    pub code: Option<String>,
}
